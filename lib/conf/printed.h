/* SPDX-License-Identifier: ISC */
#ifndef CONF_PRINTED_H
#define CONF_PRINTED_H

#include <stdbool.h>

#include "conf/body.h"
#include "conf/lex.h"

/*
 * Bodies that a program prints: `= exec "PROGRAM ARG…"`. What it printed is
 * read as if it stood in braces where the program is named.
 */

/*
 * Whether the word in lx->tok, behind the `=`, is such an exec and not the
 * name of a spec: the command is then in lx->tok.
 */
bool printed_is_next(struct lexer *lx);

/*
 * Reads what the command in lx->tok printed into `b`; `at` becomes the use,
 * for messages about the whole body. False, when the statement has been
 * skipped, after an error, or while the program has yet to be run.
 */
bool printed_apply(struct lexer *lx, struct body *b, struct use *at);

#endif
