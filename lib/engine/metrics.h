/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_METRICS_H
#define ENGINE_METRICS_H

#include "engine/engine.h"

/*
 * `metrics`: what is counted of a child, as records, and with the root what is
 * counted of the engine. What the kernel counts of processes is for whoever
 * asks: it would keep the engine from its work.
 */
void query_metrics(struct engine *e, struct child *child,
    struct control_client *client, int64_t now_ns);

#endif
