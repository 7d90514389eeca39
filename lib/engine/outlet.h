/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_OUTLET_H
#define ENGINE_OUTLET_H

#include <sys/queue.h>
#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include "engine/node.h"
#include "log/wire.h"
#include "os/loop.h"
#include "os/spawn.h"

struct engine;

/*
 * What a worker writes to. Its pipes are made with its first run and kept open
 * here, both ends of them, as long as there is the worker: so neither a run
 * that ends nor a logger that is killed loses a line, and a restart makes
 * nothing anew.
 */

/* What a stream of a run is. */
enum outlet_kind {
	OUTLET_INHERIT, /* supervise's own */
	OUTLET_NULL,    /* /dev/null */
	OUTLET_PIPE,    /* a pipe to the logger */
	OUTLET_CHILD,   /* a pipe to another child */
};

struct outlet {
	LIST_ENTRY(outlet) link;
	struct engine *engine;
	struct worker *worker;     /* of its users the one with the name */
	unsigned users;            /* runs that are to replace one another */
	uint32_t child;            /* in the memory of the logger */
	bool fits;                 /* it is what the specification says */
	bool told;                 /* the logger knows all of it */
	int ends[LOG_NSTREAMS][2]; /* owned; -1: has no pipe */
};

LIST_HEAD(outlet_list, outlet);

struct outlets {
	const struct wire *log; /* borrowed; NULL: there is no logger */
	struct outlet_list list;
	struct loop_watch watch;   /* of the channel to the logger */
	const struct outlet *laid; /* whose pipes are in the slots, */
	bool other;                /* if those have no others */
	uint32_t width;            /* of the longest name */
	uint32_t last;             /* child that was taken in that memory */
	pid_t logger;              /* not to be taken for a stray */
	bool synced;               /* it has done all that was said */
	bool behind;               /* something is still to be told */
	bool all;                  /* that every one was told, too */
	bool reopen;               /* that files are to be opened anew, too */
};

/* What the directives say of the stream. */
const struct log_spec *outlet_log(const struct logs *logs, int stream);

/* What the stream is to a run with these directives. */
enum outlet_kind outlet_kind(const struct logs *logs, int stream);

/* Begins with no outlet. `log` is borrowed, or NULL. 0 or -errno. */
int outlets_init(struct engine *e, const struct wire *log, pid_t logger);

void outlets_fini(struct engine *e);

/* There is a new logger, which knows nothing. */
void outlets_renew(struct engine *e, pid_t logger);

/* The file was read again: lines may go elsewhere. */
void outlets_look(struct engine *e);

/* Log files are to be opened anew. */
void outlets_reopen(struct engine *e);

/*
 * Before a process of `worker` is spawned: sees to it that there are pipes,
 * and lays them. How many of fds[] it is to get, or -errno.
 */
int outlet_begin(struct engine *e, struct worker *worker,
    struct spawn_fd fds[static LOG_NSTREAMS]);

/* Empties the slots of pipes to other children. */
void outlets_clear(struct engine *e);

/* The next record is to come after what `worker` has written. */
void outlet_drain(struct engine *e, const struct worker *worker);

/* The last lines of `worker`, at most `max`, oldest first: how many. */
size_t outlet_last(const struct engine *e, const struct worker *worker,
    struct log_last *lines, size_t max);

/* The line for a record, in `size` bytes: control bytes are blanks. */
void outlet_text(const struct log_last *line, char *text, size_t size);

/*
 * For the last report: waits until the logger has read what children had
 * written so far, but not for a logger that does nothing.
 */
void outlets_sync(struct engine *e);

/* `second` writes to what `first` writes to, which has that still. */
void outlet_share(struct worker *second, struct worker *first);

/* From here on it is `second` that has the name. */
void outlet_pass(struct worker *second);

/* The worker, which has one, writes to it no more: whether it was the last. */
bool outlet_leave(struct worker *worker);

/* The worker goes: what it has written still comes out. */
void outlet_free(struct worker *worker);

/* The same of a child and all below it. */
void outlets_freed(struct child *child);

#endif
