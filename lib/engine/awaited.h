/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_AWAITED_H
#define ENGINE_AWAITED_H

#include "engine/node.h"

/*
 * Whom a supervisor that is at work waits for: the child, however deep below
 * it, that has to start or to stop before anything else goes on there.
 */

/* NULL: nobody, it is at rest or about to go on. */
struct child *awaited(struct sup *sup);

#define AWAITED_WHY_SIZE (NODE_PATH_SIZE + 96)

/* Writes what `child` is doing, and with what command that ends. */
void awaited_why(const struct child *child, char why[static AWAITED_WHY_SIZE]);

#endif
