/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_SIGNS_H
#define ENGINE_SIGNS_H

#include "engine/node.h"
#include "os/datagram.h"

struct engine;

/*
 * Signs of life: what a run tells of itself as with sd_notify(3), on a socket
 * of its own (U20). So it is known who speaks, and what comes too late from an
 * earlier run finds nobody. Of a worker without `ready notify` or `watchdog`
 * all of these do nothing.
 */

/* The longest status that is kept, escaped, its NUL included. */
#define SIGNS_STATUS_SIZE 256

struct signs {
	struct loop_watch watch; /* on the socket; first */
	struct worker *worker;
	int64_t watchdog_ns; /* of this run; 0: none */
	int64_t error;       /* what it has said, or NOTIFY_UNSAID */
	int64_t exit_status;
	const char *phase; /* reloading, stopping; NULL: neither */
	unsigned warned;   /* bits by what it was warned of, each once */
	char name[DATAGRAM_NAME_SIZE];
	char status[SIGNS_STATUS_SIZE];
};

/* Variables that a run finds for them, and how many. */
#define SIGNS_NVARIABLES 3
bool signs_is_variable(const char *variable);

/*
 * Adds to a record what a run has said about how it fails, see sd_notify(3):
 * the number of an error and an exit status, neither if it is below 1.
 */
void signs_tell(struct record *record, int64_t error, int64_t exit_status);

/*
 * Before a run is spawned, and before its environment is made: opens the
 * socket. 0 or -errno.
 */
int signs_begin(struct engine *e, struct worker *worker);

/*
 * Puts the variables of the run into `env`, which has room for
 * SIGNS_NVARIABLES: how many there are. *pid is where the child has to write
 * its pid, or NULL.
 */
size_t signs_environment(struct worker *worker, const char **env, char **pid);

/* Takes what the run has said so far. */
void signs_heard(struct engine *e, struct worker *worker);

/* The run has ended, or there was none: closes the socket. */
void signs_over(struct engine *e, struct worker *worker);

/* Frees everything. */
void signs_free(struct worker *worker);

#endif
