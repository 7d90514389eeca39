/* SPDX-License-Identifier: ISC */
#ifndef CONF_LINK_H
#define CONF_LINK_H

#include "conf/body.h"

/*
 * The names behind `link`, `monitor` and `log to`: they are looked up when the
 * whole tree is known, for each child that has them, since specs and arrays
 * share bodies.
 */

/* Where a name was said. In conf->arena. */
struct link_said {
	struct spot at;
	const struct use *use; /* of the text that said it, or NULL */
	bool told;             /* that it is wrong, if it is; judged once */
};

/* Takes a name, to be looked up. */
struct link_word link_keep(struct loader *ld, const struct token *word);

/* Takes the names of a statement. */
void link_add(struct loader *ld, struct body *b, const struct statement *st);

/*
 * Reports the names below `root` that mean nothing, or nothing useful, and
 * tells those of its children that are logged to.
 */
void link_check(struct loader *ld, const struct body *root);

#endif
