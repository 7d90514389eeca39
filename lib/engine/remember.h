/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_REMEMBER_H
#define ENGINE_REMEMBER_H

#include "engine/engine.h"

/* Keeps what a note says about an end of `child`, for `why`. */
void remember(struct engine *e, struct child *child, const struct note *note);

#endif
