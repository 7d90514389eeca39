/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_LISTEN_FDS_H
#define ENGINE_LISTEN_FDS_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stddef.h>

#include "engine/fdstore.h"
#include "engine/listener.h"

struct child;
struct engine;
struct plan;
struct spawn_fd;
struct spawn_plan;
struct worker;

/*
 * Descriptors that a run is handed, from 3 on, as sd_listen_fds(3) has it:
 * the sockets of its `listen` lines in their order (U26), then those that runs
 * before have given away to be kept (U25). They are let go of when the worker
 * stays down.
 */
struct listen_fds {
	LIST_ENTRY(listen_fds) next;    /* engine->handed */
	LIST_ENTRY(listen_fds) keeping; /* engine->keeping: it has no run */
	struct worker *worker;
	bool keeps;
	bool fits; /* the listeners are what the specification says */
	bool goes; /* its worker, with the reload at hand */
	struct listener *listeners[LISTENS_MAX];
	size_t nlisteners;
	struct fdstore store;
};

LIST_HEAD(listen_fds_list, listen_fds);

/* Variables that a run finds for them, and how many. */
#define LISTEN_FDS_NVARIABLES 3
bool listen_fds_is_variable(const char *variable);

/* Where they are laid, and the place for a pid that the child writes there. */
#define LISTEN_FDS_FIRST 3

/* Whether it is handed anything, or may be. */
bool listen_fds_wanted(const struct worker *worker);

/* How many the next run is handed. */
size_t listen_fds_count(const struct worker *worker);

/* How many there may be of them, and of those that are kept. */
size_t listen_fds_most_stored(const struct worker *worker);

/* What is kept for it; NULL: no memory. */
struct listen_fds *listen_fds_of(struct engine *e, struct worker *worker);

/*
 * Before a run is spawned, and before its environment is made: opens what is
 * not open yet. 0; or -errno, with
 * what is wrong, for a person, in `failure` of `size` bytes.
 */
int listen_fds_begin(struct engine *e, struct worker *worker, char *failure,
    size_t size);

/*
 * Puts the variables of the run into `env`, which has room for
 * LISTEN_FDS_NVARIABLES: how many there are. *pid is where the child has to
 * write its pid.
 */
size_t listen_fds_environment(const struct worker *worker, const char **env,
    char **pid);

/* Adds to the plan, and to its `fds`, what those tell of. */
void listen_fds_plan(const struct worker *worker, struct spawn_plan *plan,
    struct spawn_fd *fds);

/* The run has ended, or there was none. */
void listen_fds_over(struct engine *e, struct worker *worker);

/* Lets go of the descriptors of those that are to stay down. */
void listen_fds_turn(struct engine *e);

/* Frees everything, descriptors as well. */
void listen_fds_free(struct worker *worker);

/* `second` is to have what `first` has given away to be kept, as well. */
bool listen_fds_share_store(struct engine *e, struct worker *second,
    const struct worker *first);

/* The rest is for listen_fds_share.c, but for its last. */

/* The lines of its specification. */
const struct listens *listen_fds_lines(const struct worker *worker);

/* Its own listener that is what the line means, or NULL. */
struct listener *
listen_fds_own(const struct listen_fds *h, const struct listen_spec *line);

/* It has no run, and keeps what it has for the next. */
void listen_fds_keep(struct engine *e, struct listen_fds *h);

/*
 * Whether nothing that goes on may start `child`, which is down: neither its
 * supervisor nor one above is in the middle of something.
 */
bool listen_fds_stays_down(const struct child *child);

/*
 * Workers have other specifications, and some come and go with the plan: a
 * socket goes along to who wants its address now, though that has not started
 * yet. What nobody wants is closed, before anybody starts.
 */
void listen_fds_share(struct engine *e, const struct plan *plan);

#endif
