/* SPDX-License-Identifier: ISC */
#ifndef UNIT_CONF_FILES_H
#define UNIT_CONF_FILES_H

#include <glob.h>
#include <stdbool.h>
#include <stddef.h>

#include "conf/conf.h"

/*
 * Sources of configuration for tests: texts in memory, and real files for
 * the golden tests.
 */

struct memory_file {
	const char *path;
	const char *text;   /* NULL: reading gives -EACCES */
	size_t len;         /* 0: strlen(text) */
	const char *unsafe; /* as in struct conf_file */
};

#define MEMORY_FILES_MAX 64

struct memory {
	struct memory_file files[MEMORY_FILES_MAX]; /* ends with path NULL */
	const char *const *env; /* NAME=VALUE, ends with NULL; or NULL */
	const char *found[MEMORY_FILES_MAX];
};

/* A source of the files of `memory`, borrowed. `*` in a pattern works. */
struct conf_source memory_source(struct memory *memory);

/* Loads `text` as the file "t.conf", without any other. */
bool load_text(struct conf *conf, const char *text);

/* All diagnostics of `conf` as one text, to be freed by the caller. */
char *diags_text(const struct conf *conf);

/* The tree of `conf` in canonical form, to be freed by the caller. */
char *tree_text(const struct conf *conf);

/*
 * Whether two specifications mean the same: what is said in them, and the
 * names, order and specifications of the children.
 */
bool spec_equal(const struct spec *a, const struct spec *b);

/* Whether the diagnostics of `conf` have `text` in them; tells if not. */
bool conf_says(const struct conf *conf, const char *text);

/* Whether the tree is `spec`, which is that of the text `as`; tells if not. */
bool conf_is(const struct conf *conf, const struct spec *spec, const char *as);

/* Reads all of a real file, to be freed by the caller; NULL if it fails. */
char *read_whole(const char *path, size_t *len);

/* A source of real files, which are given back by real_source_fini(). */
struct real {
	char *texts[MEMORY_FILES_MAX];
	size_t ntexts;
	glob_t found;
	bool globbed;
};
struct conf_source real_source(struct real *real);
void real_source_fini(struct real *real);

#endif
