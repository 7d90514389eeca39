/* SPDX-License-Identifier: ISC */
#ifndef CONF_INIT_H
#define CONF_INIT_H

#include "conf/body.h"

/*
 * `init`: a program that prints what its supervisor is made of, each time that
 * this starts. A file has the command alone, and what there is to be seen from
 * where it stands, so that a text that is printed later is read as if it stood
 * there.
 */

/* Keeps for `b` what can be seen from its `init`; false after an error. */
bool init_see(struct loader *ld, struct body *b, const struct statement *st);

/* The `init` of `spec`, which the file has; what it printed is `label`. */
struct init_text {
	const char *label;
	const struct program *program; /* done */
	const struct spec *spec;
};

/*
 * Reads such a text over what the file says of the supervisor: the result is
 * conf->root, if all is well and nothing is pending.
 */
void init_read(struct loader *ld, const struct init_text *text);

#endif
