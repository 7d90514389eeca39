/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_SWEEP_H
#define ENGINE_SWEEP_H

#include <sys/types.h>

#include <stdbool.h>

#include "engine/inherited.h"

/*
 * Ending, by SIGKILL, all that is below this process. Only unreaped children
 * of our own are signalled, so that no number can be a stranger's; what they
 * leave behind becomes our child in turn, because we are its sub-reaper.
 */
struct sweep {
	int children; /* list of our children; owned; below 0: to be opened */
	const struct inherited *inherited; /* spared; borrowed; or NULL */
	pid_t spared;                      /* likewise; 0: nobody */
	pid_t logger;                      /* likewise */
	unsigned denied; /* may not be signalled: nobody waits for them */
};

/* It looks again after so long even when nobody has ended. */
#define SWEEP_MS 1000

/* Kills each child. False when none is left that can be ended. */
bool sweep_kill(struct sweep *sweep);

#endif
