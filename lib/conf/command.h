/* SPDX-License-Identifier: ISC */
#ifndef CONF_COMMAND_H
#define CONF_COMMAND_H

#include <stdbool.h>

#include "conf/body.h"

/*
 * The directives that name a command: what a worker is, and what runs around
 * it. Each puts the words of its statement into the body, as argv in the
 * scratch arena; false after an error.
 */

bool
command_parse(struct loader *ld, struct body *b, const struct statement *st);
bool command_parse_shell(struct loader *ld, struct body *b,
    const struct statement *st);
bool command_parse_hook(struct loader *ld, struct body *b,
    const struct statement *st);
bool command_parse_catch(struct loader *ld, struct body *b,
    const struct statement *st);

#endif
