/* SPDX-License-Identifier: ISC */
#ifndef CMD_PLACE_H
#define CMD_PLACE_H

#include "cmd/command.h"
#include "control/place.h"
#include "engine/guardian.h"

/* What was said about where the supervisor is, for control_place_find(). */
struct control_wish place_wish(const struct globals *globals);

/* Where a tree is to have its socket. */
struct place {
	struct control_place place;
	char why[CONTROL_WHY_SIZE]; /* why there is none */
};

/*
 * Finds the place for the socket of a tree, and makes sure that nobody is
 * there, into run->place; where there can be none, and none was asked for in
 * so many words, into run->placeless why not. STATUS_OK; or the exit status
 * after a complaint, which names a supervisor that is there. `place` is
 * borrowed by `run`.
 */
int
place_take(const struct globals *globals, struct place *place, struct run *run);

#endif
