/* SPDX-License-Identifier: ISC */
#ifndef CONF_SCOPE_H
#define CONF_SCOPE_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/loader.h"

/*
 * Names that mean something from where they are defined to the end of the
 * block: variables (`set`, parameters, the number of an instance) and specs.
 * Both are lists with the innermost first, so that the end of a block is one
 * assignment, and a spec remembers what it could see by one pointer.
 */

struct binding {
	struct binding *outer;
	const char *name;
	const char *value;
	bool used; /* has been looked up */
};

/* A place to read on from. */
struct cursor {
	const struct source_file *file;
	uint32_t offset;
	uint32_t line;
	uint32_t column;
};

struct param {
	const char *name;
	const char *value; /* the default, or NULL: an argument is needed */
};

struct spec_def {
	struct spec_def *outer;
	const char *name;
	struct spot at;
	const struct param *params;
	size_t nparams;
	size_t nrequired;         /* parameters without a default */
	struct spot open;         /* the opening brace */
	struct cursor body;       /* behind it */
	struct binding *bindings; /* what the body may see */
	uint32_t end;             /* in its file, behind the closing brace */
	bool active;              /* its body is being read */
};

/*
 * What a text sees that is read after the file: the names that mean something
 * at some place of it, and how deep that is.
 */
struct scope {
	const struct source_file *file; /* where that is; without its bytes */
	struct binding *bindings;
	struct spec_def *specs;
	unsigned nesting;
	unsigned nprinted;
};

/* Defines `name` as `value`, both borrowed, for the rest of the block. */
struct binding *
scope_bind(struct loader *ld, const char *name, const char *value);

/*
 * The value of the variable `name`, used at `at`: of the innermost binding,
 * else of the environment. NULL if there is neither. Valid until the end of
 * the block, or the next look into the environment.
 */
const char *
scope_value(struct loader *ld, const char *name, const struct spot *at);

/* The spec of that name, or NULL. */
struct spec_def *
scope_spec(struct loader *ld, const char *name, const struct spot *at);

/* What is visible here, copied into conf->arena; `at` is here. */
struct scope *scope_keep(struct loader *ld, const struct spot *at);

/* Has the rest see what was visible there. `scope` is borrowed. */
void scope_enter(struct loader *ld, const struct scope *scope);

/* Whether `name` can be a variable: a letter or _, then digits as well. */
bool scope_is_variable(const char *name);

#endif
