/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>

#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "conf/equal.h"
#include "conf/print.h"
#include "conf_files.h"

static int
memory_read(void *ctx, const char *path, struct conf_file *out)
{
	struct memory *memory = ctx;

	for (size_t i = 0; memory->files[i].path != NULL; i++) {
		const struct memory_file *file = &memory->files[i];

		if (strcmp(file->path, path) != 0)
			continue;
		if (file->text == NULL)
			return -EACCES;
		out->bytes = file->text;
		out->len = file->len > 0 ? file->len : strlen(file->text);
		out->dev = 1;
		out->ino = i + 1;
		out->unsafe = file->unsafe;
		return 0;
	}
	return -ENOENT;
}

static int
memory_glob(void *ctx, const char *pattern, const char *const **paths,
    size_t *npaths)
{
	struct memory *memory = ctx;
	size_t n = 0;

	for (size_t i = 0; memory->files[i].path != NULL; i++)
		if (fnmatch(pattern, memory->files[i].path, FNM_PATHNAME) == 0)
			memory->found[n++] = memory->files[i].path;
	*paths = memory->found;
	*npaths = n;
	return 0;
}

static const char *
memory_getenv(void *ctx, const char *name)
{
	const struct memory *memory = ctx;
	size_t len = strlen(name);

	for (size_t i = 0; memory->env != NULL && memory->env[i] != NULL; i++)
		if (strncmp(memory->env[i], name, len) == 0 &&
		    memory->env[i][len] == '=')
			return memory->env[i] + len + 1;
	return NULL;
}

struct conf_source
memory_source(struct memory *memory)
{
	return (struct conf_source){
		.ctx = memory,
		.read = memory_read,
		.glob = memory_glob,
		.getenv = memory_getenv,
	};
}

bool
load_text(struct conf *conf, const char *text)
{
	struct memory memory = { .files = { { .path = "t.conf" } } };
	struct conf_source source = memory_source(&memory);

	memory.files[0].text = text;
	return conf_load(conf, "t.conf", &source);
}

/* A text that grows. */
struct text {
	char *bytes;
	size_t len;
	size_t room;
};

static void
text_append(void *ctx, const char *bytes, size_t len)
{
	struct text *text = ctx;

	if (text->len + len + 1 > text->room) {
		text->room = (text->len + len + 1) * 2;
		text->bytes = realloc(text->bytes, text->room);
		CHECK(text->bytes != NULL);
	}
	memcpy(text->bytes + text->len, bytes, len);
	text->len += len;
	text->bytes[text->len] = '\0';
}

char *
diags_text(const struct conf *conf)
{
	struct text text = { 0 };

	text_append(&text, "", 0);
	diag_list_render(&conf->diags, false, text_append, &text);
	return text.bytes;
}

char *
tree_text(const struct conf *conf)
{
	struct text text = { 0 };

	text_append(&text, "", 0);
	if (conf->root != NULL)
		print_root(conf->root, text_append, &text);
	return text.bytes;
}

bool
conf_says(const struct conf *conf, const char *text)
{
	char *all = diags_text(conf);
	bool found = strstr(all, text) != NULL;

	if (!found)
		(void)fprintf(stderr, "\"%s\" is not in:\n%s", text, all);
	free(all);
	return found;
}

bool
conf_is(const struct conf *conf, const struct spec *spec, const char *as)
{
	bool same = spec_equal(conf->root, spec);
	char *text = tree_text(conf);

	if (!same)
		(void)fprintf(stderr, "not as \"%s\":\n%s", as, text);
	free(text);
	return same;
}

char *
read_whole(const char *path, size_t *len)
{
	FILE *file = fopen(path, "rb");
	struct text text = { 0 };
	char buffer[4096];
	size_t n;

	if (file == NULL)
		return NULL;
	text_append(&text, "", 0);
	while ((n = fread(buffer, 1, sizeof(buffer), file)) > 0)
		text_append(&text, buffer, n);
	(void)fclose(file);
	*len = text.len;
	return text.bytes;
}

static int
real_read(void *ctx, const char *path, struct conf_file *out)
{
	struct real *real = ctx;
	struct stat st;
	size_t len;
	char *text;

	if (stat(path, &st) != 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	text = read_whole(path, &len);
	if (text == NULL)
		return -errno;
	CHECK(real->ntexts < MEMORY_FILES_MAX);
	real->texts[real->ntexts++] = text;
	out->bytes = text;
	out->len = len;
	out->dev = st.st_dev;
	out->ino = st.st_ino;
	return 0;
}

static int
real_glob(void *ctx, const char *pattern, const char *const **paths,
    size_t *npaths)
{
	struct real *real = ctx;

	if (real->globbed)
		globfree(&real->found);
	real->globbed = true;
	if (glob(pattern, 0, NULL, &real->found) != 0)
		real->found.gl_pathc = 0;
	*paths = (const char *const *)real->found.gl_pathv;
	*npaths = real->found.gl_pathc;
	return 0;
}

/* An environment that is the same everywhere. */
static const char *
real_getenv(void *ctx, const char *name)
{
	(void)ctx;
	return strcmp(name, "HOME") == 0 ? "/home/somebody" :
	    strcmp(name, "ESCAPE") == 0  ? "\033[1m" :
					   NULL;
}

struct conf_source
real_source(struct real *real)
{
	return (struct conf_source){
		.ctx = real,
		.read = real_read,
		.glob = real_glob,
		.getenv = real_getenv,
	};
}

void
real_source_fini(struct real *real)
{
	while (real->ntexts > 0)
		free(real->texts[--real->ntexts]);
	if (real->globbed)
		globfree(&real->found);
	real->globbed = false;
}

/* Instances of one array need to be compared once only. */
static bool
same_as_before(const struct sup_spec *a, const struct sup_spec *b, size_t i)
{
	return i > 0 && a->children[i].spec == a->children[i - 1].spec &&
	    b->children[i].spec == b->children[i - 1].spec;
}

bool
spec_equal(const struct spec *a, const struct spec *b)
{
	if (a == b)
		return true;
	if (!spec_equal_own(a, b))
		return false;
	if (a->policy.kind == KIND_WORKER)
		return true;
	if (a->sup.nchildren != b->sup.nchildren)
		return false;
	for (size_t i = 0; i < a->sup.nchildren; i++) {
		const struct child_spec *x = &a->sup.children[i];
		const struct child_spec *y = &b->sup.children[i];

		if (strcmp(x->name, y->name) != 0)
			return false;
		if (!same_as_before(&a->sup, &b->sup, i) &&
		    !spec_equal(x->spec, y->spec))
			return false;
	}
	return true;
}
