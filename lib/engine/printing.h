/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_PRINTING_H
#define ENGINE_PRINTING_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/program.h"
#include "engine/runner.h"

struct engine;

/*
 * The programs of a text that the engine reads: it is parsed, what it wants is
 * run while the loop goes on, and when all of that has ended it is parsed
 * again with what was printed, until nothing is wanted any more.
 */
struct printing {
	struct programs programs; /* wanted, or done; owned */
	struct runner runner;     /* of these */
	bool runs;                /* there is a runner */
	bool ready;               /* the text is to be parsed again at once */
};

/*
 * After a parse that is pending: runs what is wanted, with the variables
 * `given` (NULL: none), which are borrowed. 0 or -ENOMEM.
 */
int
printing_run(struct printing *p, struct engine *e, const char *const *given);

/* Once a turn: goes on; true when the text is to be parsed again. */
bool printing_turn(struct printing *p);

/* When printing_turn() is to be called at the latest, in ns. */
int64_t printing_deadline(const struct printing *p);

/* Kills what runs, and frees. */
void printing_fini(struct printing *p);

#endif
