/* SPDX-License-Identifier: ISC */
#ifndef CONF_LOADER_H
#define CONF_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "conf/conf.h"
#include "conf/nameset.h"

/*
 * What the parts of the loader share while one configuration is read. What
 * stays is made in conf->arena, everything else in `scratch`. Memory that a
 * block needs is given back at its end, so `scratch` is used like a stack.
 */

struct binding;
struct spec_def;

/* A file that has been read. */
struct source_file {
	const char *path; /* in conf->arena: places refer to it */
	const char *bytes;
	uint32_t len;
	uint64_t dev;
	uint64_t ino;
	/* Of what a program printed, the file that names it; else NULL. */
	const struct source_file *outer;
};

/* A stretch of a file. */
struct spot {
	const struct source_file *file; /* NULL: no place */
	uint32_t offset;
	uint32_t line;
	uint32_t column;
	uint32_t width; /* characters */
};

/* A use of a spec that is being read: "in worker cache = redis(…)". */
struct use {
	const struct use *outer; /* or NULL */
	enum kind kind;
	const char *child;
	const char *spec; /* its name, or `exec "…"` */
	bool has_arguments;
	struct spot at;
};

/* A file that is being read, and the one that includes it. */
struct inclusion {
	const struct inclusion *outer; /* NULL: the first file */
	const struct source_file *file;
};

/* A worker, and whether it shares an address. */
struct address {
	struct spot worker;
	bool shared;
};

/* Those that workers listen to, each with the first of them. */
struct addresses {
	struct nameset names; /* numbers are places in the list */
	struct address *list;
	size_t n;
	size_t room;
};

/* A file that workers log to, as the first of them says it. */
struct log_file {
	struct spot at;
	int64_t max;
	uint32_t keep;
};

struct log_files {
	struct nameset names; /* numbers are places in the list */
	struct log_file *list;
	size_t n;
	size_t room;
};

struct loader {
	struct conf *conf;
	const struct conf_source *source; /* or NULL: no files, no variables */
	struct arena scratch;
	const struct inclusion *inclusion; /* the innermost, or NULL */
	const struct use *use;             /* the innermost, or NULL */
	struct binding *bindings;          /* visible here, innermost first */
	struct spec_def *specs;            /* the same of specs */
	uint64_t work;                     /* bytes read and steps taken */
	uint32_t nchildren;                /* made, shared ones once */
	const char
	    *nameless;    /* name of the one that has none; NULL: none may */
	bool named;       /* the one that is added must have one */
	unsigned nesting; /* supervisors around this one */
	unsigned ninclusions;
	unsigned nprinted;          /* programs whose output is being read */
	struct addresses addresses; /* all in conf->arena */
	struct log_files log_files; /* the same */
	bool stopped;               /* a limit was passed: read no more */
	char *word; /* CONF_WORD_SIZE_MAX + 1 bytes for the lexer */
};

/*
 * Adds `amount` to the work done. Past CONF_WORK_MAX it stops the loader with
 * an error at `at`.
 */
void loader_work(struct loader *ld, uint64_t amount, const struct spot *at);

/* Reads no more: whatever is left looks like the end of the file. */
void loader_stop(struct loader *ld);

#endif
