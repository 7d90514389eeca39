/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_MONITORS_H
#define ENGINE_MONITORS_H

#include <sys/queue.h>

#include <stdbool.h>

#include "control/server.h"
#include "core/reason.h"

struct child;
struct engine;
struct worker;

/*
 * Who is told when runs end (L6): clients that asked, `monitor NAME...`, and
 * workers whose specification has `monitor`, in their mailboxes. A monitor
 * hangs on the child, so that an end costs what its own monitors do, and
 * nothing where there are none. A client's belongs to the run that is there
 * when it is asked for; a worker's to whatever runs of the two live at one
 * time.
 */
struct monitor {
	LIST_ENTRY(monitor) of_child;
	LIST_ENTRY(monitor) of_watcher; /* or of the mailbox */
	struct watcher *watcher;        /* NULL: a worker's */
	struct worker *worker;          /* who has it in its specification */
	struct child *child;            /* of a worker's: on which it hangs */
	size_t nth;                     /* and which of its names that is */
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

/* Whom the name number `nth` of a worker means; false: no memory. */
bool monitor_declare(struct worker *worker, size_t nth, struct child *child);

/* Undoes all that was declared for it, to be declared anew. */
void monitor_undeclare(struct worker *worker);

/* The same, and for others of it: the child is to be freed. */
void monitor_freed(struct child *child);

/* A run of `worker` has begun: it is told of whom it names and do not run. */
void monitor_begun(struct engine *e, struct worker *worker);

/* The client is not to be used any more. */
void monitor_closed(struct engine *e, struct control_client *client);

/* Has `second` monitor those whom `first` does. False: no memory. */
bool monitor_share(struct worker *second, const struct worker *first);

#endif
