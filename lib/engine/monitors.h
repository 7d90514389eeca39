/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_MONITORS_H
#define ENGINE_MONITORS_H

#include <sys/queue.h>

#include <stdbool.h>

#include "control/server.h"
#include "core/reason.h"

struct child;
struct engine;

/*
 * Clients that are told when runs end: `monitor NAME...` (L6). A monitor
 * belongs to the run that is there when it is asked for, and hangs on that
 * child, so that an end costs what its own monitors do, and nothing where
 * there are none.
 */
struct monitor {
	LIST_ENTRY(monitor) of_child;
	LIST_ENTRY(monitor) of_watcher;
	struct watcher *watcher;
};

LIST_HEAD(monitors, monitor);

/* A client, and those of its monitors that have not been answered. */
struct watcher {
	LIST_ENTRY(watcher) next;
	struct control_client *client;
	struct monitors monitors; /* owned */
};

LIST_HEAD(watchers, watcher);

void monitor_serve(struct engine *e, struct control_client *client,
    size_t nwords, const char *const *words);

/* Whether a run of the child is there to be monitored. */
bool monitor_is_running(struct child *child);

/* Tells those who monitor it that the run of `child` has ended. */
void monitor_ended(struct child *child, struct reason reason);

/* The client is not to be used any more. */
void monitor_closed(struct engine *e, struct control_client *client);

#endif
