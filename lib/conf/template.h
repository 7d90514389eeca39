/* SPDX-License-Identifier: ISC */
#ifndef CONF_TEMPLATE_H
#define CONF_TEMPLATE_H

#include <stdbool.h>

#include "conf/body.h"
#include "conf/lex.h"

/*
 * Specs: bodies with parameters. A definition only remembers where its body
 * stands and what was visible there; each use reads the body anew.
 */

/*
 * Reads `spec NAME(PARAMETER, …) { … }` behind the word `spec` and defines
 * it for the rest of the block of `b`.
 */
void template_define(struct lexer *lx, struct body *b);

/* A use of a spec: `= NAME(ARGUMENT, …)`. */
struct template_use {
	struct spec_def *def;
	const char **args;        /* a value for each parameter */
	struct binding *instance; /* ${instance} of an array, or NULL */
	bool has_arguments;
};

/*
 * Reads a use from the name in lx->tok on, into *use, which was zeroed. False
 * after an error, when the statement has been skipped.
 */
bool template_parse_use(struct lexer *lx, struct template_use *use);

/*
 * Reads the body of the spec into `b`. Beside its parameters it can see the
 * instance of the array that is made from it, if it is one.
 */
void template_apply(struct loader *ld, struct body *b,
    const struct template_use *use);

#endif
