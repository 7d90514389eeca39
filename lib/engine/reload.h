/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_RELOAD_H
#define ENGINE_RELOAD_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stddef.h>

#include "conf/conf.h"
#include "control/server.h"
#include "core/request.h"
#include "engine/init.h"
#include "engine/reload_plan.h"
#include "engine/version.h"

struct engine;

/*
 * `reload` (D7): the file is read again and the running tree is brought to
 * what it says, one step after the other. A wrong file changes nothing. It
 * begins when no supervisor is at work, and there is one at a time; until it
 * has begun a later one takes its place, also while it is still being read
 * (reading.h). Its steps are done by reload_step.h.
 */
struct reload {
	struct request request;        /* of the step in hand */
	struct control_client *client; /* NULL: SIGHUP, or it is gone */
	struct version *version;       /* what is to be; owned until it is */
	struct inits inits; /* of supervisors that run; until it has begun */
	struct plan plan;
	size_t at;       /* the step in hand */
	bool begun;      /* the plan is made, its steps are being done */
	bool waits;      /* it has said for whom it waits to begin */
	int64_t tell_ns; /* when to say whom its step waits for; or NEVER_NS */
	bool dry;        /* only the plan is asked for */
	bool answered;   /* the core has answered about the step */
	bool untied;     /* none failed, but a printed link means nobody: why */
	size_t failed;   /* steps that did not succeed */
	char why[512];   /* the first of them did not */
};

/* `reload [--dry-run]`; a NULL client is SIGHUP. */
void reload_serve(struct engine *e, struct control_client *client,
    size_t nwords, const char *const *words);

/* Whether there is something for reload_turn() to do at once. */
bool reload_can_go_on(const struct engine *e);

/* Once a turn: begins when it can. */
void reload_turn(struct engine *e);

/* When reload_turn() has something to say. */
int64_t reload_deadline(const struct engine *e);

/* Why one gives way: to another that is being read, or to a later one. */
extern const char reload_reads[];
extern const char reload_later[];

/* Tells who asked, or everybody when that was a signal, why nothing came. */
void reload_fail(struct engine *e, struct control_client *client,
    enum control_code code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/*
 * Whether a reload, or one that only tells its plan, may begin now; if not the
 * client was told.
 */
bool
reload_may_begin(struct engine *e, struct control_client *client, bool dry);

/*
 * The file of `r`, which is given, is right: its plan is told, if only that is
 * asked for, or another that has not begun gives way to it.
 */
void reload_take_over(struct engine *e, struct reload *r);

/* Frees one that is not at work; NULL is harmless. */
void reload_free(struct reload *r);

/* The client is gone; the reload goes on. */
void reload_closed(struct engine *e, const struct control_client *client);

#endif
