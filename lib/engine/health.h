/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_HEALTH_H
#define ENGINE_HEALTH_H

#include "control/server.h"

struct engine;

/*
 * `healthy [NAME...]`: whether all is as it should be at this moment, in one
 * record, found in one walk. Everything is that, or what was named and what is
 * below it: up, or down because its work is done or somebody has stopped it.
 * Who is named by a path must be up.
 */
void health_serve(struct engine *e, struct control_client *client,
    size_t nwords, const char *const *words);

#endif
