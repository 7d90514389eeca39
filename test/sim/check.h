/* SPDX-License-Identifier: ISC */
#ifndef SIM_CHECK_H
#define SIM_CHECK_H

#include "world.h"

/*
 * What must hold whatever happens. Each of these ends the program, naming the
 * seed, when it does not.
 */

/* Before the world carries an action out. */
void check_action(struct world *w, const struct action *action);

/* After a step: what the core counts is what is there. */
void check_counts(const struct world *w);

/* Links tie what runs, and nothing else; at the end they are done with. */
void check_links(const struct world *w);
void check_unlinked(const struct world *w);

/* When nothing is left to happen. */
void check_quiet(const struct world *w);

/* When the root is down. */
void check_ended(const struct world *w);

#endif
