/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_RELOAD_INIT_H
#define ENGINE_RELOAD_INIT_H

#include "engine/init.h"
#include "engine/ties.h"

/*
 * What a reload has to know before it changes anything: what the inits of the
 * supervisors that run print now.
 */

/* So many run at a time. */
#define INITS_MAX 8

/*
 * Runs the inits of the supervisors that run, of those that the
 * file whose root is `root` has, and of those that these have printed, as far
 * as they have not been. False: no memory.
 */
bool inits_run(struct engine *e, struct inits *inits, const struct spec *root);

/* Whether one runs. */
bool inits_busy(const struct inits *inits);

/*
 * What the init of `child` printed, of which the file says `spec`; NULL: it
 * has not run, or has nothing to say.
 */
const struct spec *inits_body(const struct inits *inits,
    const struct child *child, const struct spec *spec);

/* Makes room for what is printed. 0 or -ENOMEM. */
int inits_fit(struct engine *e, const struct inits *inits);

/* Tells of those that say their supervisor is not needed: it stays as it is. */
void inits_tell_kept(const struct inits *inits, struct control_client *client);

/* The plan is applied: what was printed stays as long as it is needed. */
void inits_keep(struct engine *e, struct inits *inits);

/*
 * Everything is placed: the first whose children name what is not there, and
 * would not start again so; or NULL.
 */
const struct init *inits_untied(struct engine *e, const struct inits *inits,
    char why[static TIES_WHY_SIZE]);

/* `child` is freed. */
void inits_freed(struct inits *inits, const struct child *child);

#endif
