/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/load.h"
#include "cmd/options.h"
#include "engine/runner.h"
#include "os/files.h"

/* Files stay in memory until loading is over. */
struct kept {
	struct file file;
	struct kept *next;
};

struct source {
	struct kept *files;
	struct names names;
};

/* Who else could make root run something, or NULL. */
static const char *
unsafe(const struct file *file)
{
	if (geteuid() != 0)
		return NULL;
	if ((file->mode & S_IWOTH) != 0)
		return "writable by everybody";
	if (file->uid != 0)
		return "not owned by root";
	if ((file->mode & S_IWGRP) != 0 && file->gid != 0)
		return "writable by its group";
	return NULL;
}

static int
source_read(void *ctx, const char *path, struct conf_file *out)
{
	struct source *source = ctx;
	struct kept *kept = calloc(1, sizeof(*kept));
	int error;

	if (kept == NULL)
		return -ENOMEM;
	error = file_read(path, CONF_FILE_SIZE_MAX + 1, &kept->file);
	if (error < 0) {
		free(kept);
		return error;
	}
	kept->next = source->files;
	source->files = kept;
	*out = (struct conf_file){
		.bytes = kept->file.bytes,
		.len = kept->file.size,
		.dev = kept->file.dev,
		.ino = kept->file.ino,
		.unsafe = unsafe(&kept->file),
	};
	return 0;
}

static int
source_glob(void *ctx, const char *pattern, const char *const **paths,
    size_t *npaths)
{
	struct source *source = ctx;
	int error;

	names_free(&source->names);
	error = names_match(pattern, &source->names);
	if (error < 0)
		return error;
	*paths = (const char *const *)source->names.paths;
	*npaths = source->names.count;
	return 0;
}

static const char *
source_getenv(void *ctx, const char *name)
{
	(void)ctx;
	return getenv(name);
}

/* Loading is over. */
static void
source_done(void *ctx)
{
	struct source *source = ctx;

	while (source->files != NULL) {
		struct kept *kept = source->files;

		source->files = kept->next;
		file_free(&kept->file);
		free(kept);
	}
	names_free(&source->names);
}

static struct conf_source *
the_source(void)
{
	static struct source source;
	static struct conf_source callbacks = {
		.ctx = &source,
		.read = source_read,
		.glob = source_glob,
		.getenv = source_getenv,
		.done = source_done,
	};

	return &callbacks;
}

const struct conf_source *
load_source(void)
{
	return the_source();
}

static void
write_stderr(void *ctx, const char *bytes, size_t len)
{
	(void)ctx;
	fwrite(bytes, 1, len, stderr);
}

void
load_show(const struct diag_list *diags)
{
	diag_list_render(diags, options_colour(STDERR_FILENO), write_stderr,
	    NULL);
}

/* Reads the file, runs its programs, and says on stderr what is wrong. */
static bool
load_file(const struct globals *globals, const char *file, struct conf *conf)
{
	const struct runner_base base = {
		.signals = globals->signals,
		.nofile = globals->signals != NULL ? &globals->nofile : NULL,
	};
	bool loaded = runner_load(conf, file, load_source(), &base);

	load_show(&conf->diags);
	return loaded;
}

bool
load_take(struct conf_wish *wish, int option, const char *value)
{
	if (option == 'm')
		wish->formation = value;
	else if (option == OPTION_PROCFILE)
		wish->procfile = true;
	else
		return false;
	return true;
}

const char *
load_name(const struct globals *globals)
{
	if (globals->file != NULL)
		return globals->file;
	/* Of a folder that we may not look into, reading the file tells. */
	if (access(LOAD_HERE, F_OK) == 0 || errno == EACCES)
		return LOAD_HERE;
	return access(LOAD_SYSTEM, F_OK) == 0 ? LOAD_SYSTEM : NULL;
}

const char *
load(const struct globals *globals, const struct conf_wish *wish,
    struct conf *conf)
{
	const char *file = load_name(globals);

	*conf = (struct conf){ .root = NULL };
	if (file == NULL) {
		complain("no configuration: neither " LOAD_HERE
			 " nor " LOAD_SYSTEM " exists; name one with -f %s",
		    access("Procfile", F_OK) == 0 ? "Procfile" : "FILE");
		return NULL;
	}
	the_source()->wish = wish;
	return load_file(globals, file, conf) ? file : NULL;
}
