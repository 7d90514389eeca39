/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/print.h"
#include "test/unit/conf_files.h"

/*
 * Bytes are taken as files: a line "--- NAME" starts the next one, the first
 * is "main.conf". They are loaded; a tree that comes of it is printed, read
 * again and compared. With -DFUZZ_REPLAY the program has a main() of its own
 * that takes the names of inputs, for compilers without a fuzzer.
 */

#define FILES_MAX 8
#define SEPARATOR "\n--- "

struct piece {
	char name[32];
	const char *bytes;
	size_t len;
};

struct pieces {
	struct piece files[FILES_MAX];
	size_t nfiles;
	const char *found[FILES_MAX];
};

static int
pieces_read(void *ctx, const char *path, struct conf_file *out)
{
	struct pieces *pieces = ctx;

	for (size_t i = 0; i < pieces->nfiles; i++) {
		if (strcmp(pieces->files[i].name, path) != 0)
			continue;
		out->bytes = pieces->files[i].bytes;
		out->len = pieces->files[i].len;
		out->ino = i;
		out->unsafe = i == 1 ? "anyone can write it" : NULL;
		return 0;
	}
	return -ENOENT;
}

/* Every pattern matches every file. */
static int
pieces_glob(void *ctx, const char *pattern, const char *const **paths,
    size_t *npaths)
{
	struct pieces *pieces = ctx;

	(void)pattern;
	for (size_t i = 0; i < pieces->nfiles; i++)
		pieces->found[i] = pieces->files[i].name;
	*paths = pieces->found;
	*npaths = pieces->nfiles;
	return 0;
}

static const char *
pieces_getenv(void *ctx, const char *name)
{
	(void)ctx;
	return strcmp(name, "HOME") == 0 ? "/home/${x} 'y'" :
	    strcmp(name, "ESC") == 0     ? "\033" :
					   NULL;
}

static void
split(struct pieces *pieces, const char *bytes, size_t len)
{
	const char *next;

	snprintf(pieces->files[0].name, sizeof(pieces->files[0].name),
	    "main.conf");
	for (pieces->nfiles = 1;; pieces->nfiles++) {
		struct piece *file = &pieces->files[pieces->nfiles - 1];
		size_t name_len = 0;

		file->bytes = bytes;
		file->len = len;
		next = memmem(bytes, len, SEPARATOR, strlen(SEPARATOR));
		if (next == NULL || pieces->nfiles == FILES_MAX)
			return;
		file->len = (size_t)(next - bytes);
		next += strlen(SEPARATOR);
		len -= (size_t)(next - bytes);
		bytes = next;
		while (name_len < len && bytes[name_len] != '\n')
			name_len++;
		snprintf(file[1].name, sizeof(file[1].name), "%.*s",
		    name_len > 31 ? 31 : (int)name_len, bytes);
		bytes += name_len;
		len -= name_len;
	}
}

/* Each program fails, or prints the file that its command is a path of. */
static void
print_all(struct pieces *pieces, struct programs *programs)
{
	for (struct program *p = programs->first; p != NULL; p = p->next) {
		struct conf_file file = { .len = 0 };

		if (p->done)
			continue;
		p->done = true;
		if (pieces_read(pieces, p->argv[0], &file) < 0) {
			p->why = strdup("no such program");
			p->told = strdup(p->command);
			continue;
		}
		p->bytes = malloc(file.len + 1);
		if (p->bytes == NULL)
			abort();
		memcpy(p->bytes, file.bytes, file.len);
		p->len = file.len;
	}
}

/* Loads the first file, as often as programs are wanted. */
static bool
load(struct conf *conf, struct pieces *pieces, const struct conf_source *source)
{
	int rounds = 0;
	bool good;

	for (;;) {
		good = conf_load_within(conf, "main.conf", source, 64 << 20);
		if (!conf->pending)
			return good;
		if (good || conf->root != NULL || ++rounds > CONF_PRINTED_MAX)
			abort();
		conf_fini(conf);
		print_all(pieces, source->programs);
	}
}

struct text {
	char *bytes;
	size_t len;
	size_t room;
};

static void
append(void *ctx, const char *bytes, size_t len)
{
	struct text *text = ctx;

	if (text->len + len > text->room) {
		text->room = (text->len + len) * 2;
		text->bytes = realloc(text->bytes, text->room);
		if (text->bytes == NULL)
			abort();
	}
	memcpy(text->bytes + text->len, bytes, len);
	text->len += len;
}

/* Stops the fuzzer if the tree is not what its own text says. */
static void
check_round_trip(const struct conf *conf)
{
	struct text text = { 0 };
	struct pieces again = { .nfiles = 1 };
	struct conf_source source = { .ctx = &again, .read = pieces_read };
	struct conf second;

	print_root(conf->root, append, &text);
	/* A resolved tree may be larger than a file may be. */
	if (text.len <= CONF_FILE_SIZE_MAX) {
		snprintf(again.files[0].name, sizeof(again.files[0].name), "p");
		again.files[0].bytes = text.len > 0 ? text.bytes : "";
		again.files[0].len = text.len;
		if (!conf_load(&second, "p", &source) ||
		    !spec_equal(conf->root, second.root) ||
		    conf->nchildren != second.nchildren)
			abort();
		conf_fini(&second);
	}
	free(text.bytes);
}

static void
count(void *ctx, const char *bytes, size_t len)
{
	size_t *total = ctx;

	(void)bytes;
	*total += len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pieces pieces = { 0 };
	struct programs programs = { .first = NULL };
	struct conf_source source = {
		.ctx = &pieces,
		.read = pieces_read,
		.glob = pieces_glob,
		.getenv = pieces_getenv,
		.programs = &programs,
	};
	struct conf conf;
	size_t rendered = 0;
	bool good;

	split(&pieces, (const char *)data, size);
	good = load(&conf, &pieces, &source);
	diag_list_render(&conf.diags, true, count, &rendered);
	if (good != (conf.diags.nerrors == 0) || good != (conf.root != NULL) ||
	    (!good && rendered == 0))
		abort();
	if (good)
		check_round_trip(&conf);
	conf_fini(&conf);
	if (conf_parse_child(&conf, "text", pieces.files[0].bytes,
		pieces.files[0].len, NULL, &source) != (conf.child != NULL))
		abort();
	conf_fini(&conf);
	programs_fini(&programs);
	return 0;
}

#ifdef FUZZ_REPLAY
int
main(int argc, char **argv)
{
	static uint8_t bytes[1 << 20];

	for (int i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");
		size_t len;

		if (file == NULL) {
			perror(argv[i]);
			return 1;
		}
		len = fread(bytes, 1, sizeof(bytes), file);
		(void)fclose(file);
		(void)LLVMFuzzerTestOneInput(bytes, len);
	}
	return 0;
}
#endif
