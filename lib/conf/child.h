/* SPDX-License-Identifier: ISC */
#ifndef CONF_CHILD_H
#define CONF_CHILD_H

#include "conf/body.h"
#include "conf/lex.h"

/*
 * The statements `worker` and `supervisor`: a name, perhaps a number of
 * instances, perhaps a spec, and a body.
 */

/*
 * Reads the statement from the word in lx->tok on and adds the children that
 * come of it to the supervisor `b`.
 */
void child_parse(struct lexer *lx, struct body *b);

#endif
