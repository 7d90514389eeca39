/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/notify.h"
#include "conf/listen.h"
#include "engine/engine.h"
#include "engine/listen_fds.h"

_Static_assert(SPAWN_FDS_MAX >= LISTENS_MAX + POLICY_FDSTORE_MAX + 3 + 2,
    "what is handed, pipe, mailbox, input and outputs do not fit into a plan");

enum variable {
	LISTEN_FDS,
	LISTEN_PID,
	LISTEN_FDNAMES,
};

static const char *const names[LISTEN_FDS_NVARIABLES] = {
	[LISTEN_FDS] = "LISTEN_FDS=",
	[LISTEN_PID] = "LISTEN_PID=",
	[LISTEN_FDNAMES] = "LISTEN_FDNAMES=",
};

/* Those of the launch in hand. */
static char fds_text[sizeof("LISTEN_FDS=") + 20];
static char pid_text[sizeof("LISTEN_PID=") + SPAWN_PID_SIZE];
static char fdnames[sizeof("LISTEN_FDNAMES=") +
    (size_t)(LISTENS_MAX + POLICY_FDSTORE_MAX) * (NOTIFY_NAME_MAX + 1)];

bool
listen_fds_is_variable(const char *variable)
{
	for (size_t i = 0; i < LISTEN_FDS_NVARIABLES; i++)
		if (strncmp(variable, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

const struct listens *
listen_fds_lines(const struct worker *worker)
{
	return &worker->spec->spec->worker.listens;
}

bool
listen_fds_wanted(const struct worker *worker)
{
	return listen_fds_lines(worker)->n > 0 ||
	    worker_notifies(&worker->child.policy->worker);
}

size_t
listen_fds_count(const struct worker *worker)
{
	const struct listen_fds *h = worker->handed;

	return h == NULL ? 0 : h->nlisteners + h->store.n;
}

/* Its pipe has a number behind them. */
size_t
listen_fds_most_stored(const struct worker *worker)
{
	const struct worker_policy *policy = &worker->child.policy->worker;
	size_t pipe = (size_t)worker->spec->spec->worker.ready_fd;
	size_t first = LISTEN_FDS_FIRST + listen_fds_lines(worker)->n;

	if (!worker_notifies(policy))
		return 0;
	if (policy->ready == READY_FD && pipe - first < policy->fdstore_max)
		return pipe - first;
	return policy->fdstore_max;
}

struct listen_fds *
listen_fds_of(struct engine *e, struct worker *worker)
{
	struct listen_fds *h = worker->handed;

	if (h != NULL)
		return h;
	h = calloc(1, sizeof(*h));
	if (h == NULL)
		return NULL;
	h->worker = worker;
	LIST_INSERT_HEAD(&e->handed, h, next);
	fdstore_init(&h->store);
	worker->handed = h;
	return h;
}

void
listen_fds_keep(struct engine *e, struct listen_fds *h)
{
	if (h->keeps)
		return;
	h->keeps = true;
	LIST_INSERT_HEAD(&e->keeping, h, keeping);
}

/* It has a run again, or keeps nothing any more. */
static void
keep_no_more(struct listen_fds *h)
{
	if (h->keeps)
		LIST_REMOVE(h, keeping);
	h->keeps = false;
}

static void
leave(struct listener **listeners, size_t *n)
{
	while (*n > 0)
		listener_leave(listeners[--*n]);
}

struct listener *
listen_fds_own(const struct listen_fds *h, const struct listen_spec *line)
{
	for (size_t i = 0; i < h->nlisteners; i++)
		if (listen_is_same(&h->listeners[i]->spec, line))
			return h->listeners[i];
	return NULL;
}

/* The listener of a line, with one user more. 0 or -errno. */
static int
take_one(struct engine *e, struct listen_fds *h, const struct listen_spec *line,
    struct listener **listener)
{
	struct listener *found = listen_fds_own(h, line);
	struct child *first = child_first(&h->worker->child);
	int error;

	if (found == NULL && first != NULL &&
	    node_worker(first)->handed != NULL)
		found = listen_fds_own(node_worker(first)->handed, line);
	if (found != NULL && !listener_is_there(found))
		found = NULL;
	if (found == NULL)
		found = listener_find(&e->listeners, line);
	if (found == NULL)
		return listener_open(&e->listeners, line, listener);
	error = listener_adapt(found, line);
	if (error < 0)
		return error;
	found->users++;
	*listener = found;
	return 0;
}

/* Whether nothing is to be done about them. */
static bool
fits(const struct listen_fds *h, const struct listens *lines)
{
	size_t n = 0;

	while (n < h->nlisteners && listener_is_there(h->listeners[n]))
		n++;
	return h->fits && n == lines->n;
}

/* Makes its listeners those of the lines. */
static int
take_all(struct engine *e, struct listen_fds *h, const struct listens *lines,
    const struct listen_spec **failed)
{
	struct listener *taken[LISTENS_MAX] = { NULL };
	size_t n = 0;
	int error;

	if (fits(h, lines))
		return 0;
	for (; n < lines->n; n++) {
		*failed = &lines->list[n];
		error = take_one(e, h, *failed, &taken[n]);
		if (error < 0) {
			leave(taken, &n);
			return error;
		}
	}
	leave(h->listeners, &h->nlisteners);
	memcpy(h->listeners, taken, n * sizeof(taken[0]));
	h->nlisteners = n;
	h->fits = true;
	return 0;
}

/* Another specification may leave less room for what is kept. */
static void
fit_store(struct engine *e, struct listen_fds *h)
{
	size_t most = listen_fds_most_stored(h->worker);
	char path[NODE_PATH_SIZE];

	if (h->store.n <= most)
		return;
	reporter_message(&e->reporter, RECORD_WARNING,
	    "%s: there is room for %zu of its %zu kept descriptors; the last "
	    "are closed",
	    node_path(&h->worker->child, path), most, h->store.n);
	fdstore_trim(&h->store, most);
}

int
listen_fds_begin(struct engine *e, struct worker *worker, char *failure,
    size_t size)
{
	const struct listens *lines = listen_fds_lines(worker);
	const struct listen_spec *line = NULL;
	struct listen_fds *h = worker->handed;
	int error;

	if (h == NULL && lines->n == 0)
		return 0;
	h = listen_fds_of(e, worker);
	error = h == NULL ? -ENOMEM : take_all(e, h, lines, &line);
	if (error < 0) {
		snprintf(failure, size, "listen%s%s%s%s: %s",
		    line != NULL ? " " : "",
		    line != NULL ? listen_kind_text[line->kind] : "",
		    line != NULL ? " " : "", line != NULL ? line->text : "",
		    error == -ESRCH ? "no such user or group" :
				      strerror(-error));
		return error;
	}
	fit_store(e, h);
	keep_no_more(h);
	return 0;
}

/* The name of a listener: that of its line, or its worker's. */
static const char *
name_of(const struct worker *worker, size_t idx)
{
	const char *name = listen_fds_lines(worker)->list[idx].name;

	return name != NULL ? name : node_name(&worker->child);
}

size_t
listen_fds_environment(const struct worker *worker, const char **env,
    char **pid)
{
	const struct listen_fds *h = worker->handed;
	const struct stored *stored;
	const char *colon = "";
	char *to;

	*pid = NULL;
	if (listen_fds_count(worker) == 0)
		return 0;
	snprintf(fds_text, sizeof(fds_text), "%s%zu", names[LISTEN_FDS],
	    listen_fds_count(worker));
	strlcpy(pid_text, names[LISTEN_PID], sizeof(pid_text));
	*pid = pid_text + strlen(names[LISTEN_PID]);
	to = stpcpy(fdnames, names[LISTEN_FDNAMES]);
	for (size_t i = 0; i < h->nlisteners; i++) {
		to = stpcpy(stpcpy(to, colon), name_of(worker, i));
		colon = ":";
	}
	TAILQ_FOREACH(stored, &h->store.fds, next) {
		to = stpcpy(stpcpy(to, colon), stored->name);
		colon = ":";
	}
	env[LISTEN_FDS] = fds_text;
	env[LISTEN_PID] = pid_text;
	env[LISTEN_FDNAMES] = fdnames;
	return LISTEN_FDS_NVARIABLES;
}

void
listen_fds_plan(const struct worker *worker, struct spawn_plan *plan,
    struct spawn_fd *fds)
{
	const struct listen_fds *h = worker->handed;
	const struct stored *stored;
	int to = LISTEN_FDS_FIRST;

	if (listen_fds_count(worker) == 0)
		return;
	plan->anywhere = true;
	for (size_t i = 0; i < h->nlisteners; i++)
		fds[plan->nfds++] =
		    (struct spawn_fd){ h->listeners[i]->fd, to++ };
	TAILQ_FOREACH(stored, &h->store.fds, next)
		fds[plan->nfds++] = (struct spawn_fd){ stored->fd, to++ };
}

bool
listen_fds_share_store(struct engine *e, struct worker *second,
    const struct worker *first)
{
	struct listen_fds *h;

	if (first->handed == NULL || first->handed->store.n == 0)
		return true;
	h = listen_fds_of(e, second);
	return h != NULL &&
	    fdstore_copy(&h->store, &first->handed->store,
		listen_fds_most_stored(second));
}

void
listen_fds_over(struct engine *e, struct worker *worker)
{
	struct listen_fds *h = worker->handed;

	if (h != NULL && listen_fds_count(worker) > 0)
		listen_fds_keep(e, h);
}

/* Whether `sup` is up and is not in the middle of anything. */
static bool
rests(const struct sup *sup)
{
	/* One whose restart is delayed may be about to begin its group again.
	 */
	return sup->child.state == CHILD_UP && sup->op == OP_IDLE &&
	    (sup->target == NULL || sup->target->state != CHILD_RESTARTING);
}

bool
listen_fds_stays_down(const struct child *child)
{
	for (; child->state == CHILD_DOWN; child = &child->sup->child)
		if (child->sup == NULL || rests(child->sup))
			return true;
	return false;
}

static void
let_go(struct listen_fds *h)
{
	keep_no_more(h);
	leave(h->listeners, &h->nlisteners);
	fdstore_clear(&h->store);
}

void
listen_fds_turn(struct engine *e)
{
	struct listen_fds *h, *next;

	/* What a child has that is yet to come into the tree is for that. */
	LIST_FOREACH_SAFE(h, &e->keeping, keeping, next)
		if (listen_fds_stays_down(&h->worker->child) &&
		    node_is_within(&h->worker->child, &e->root.sup.child))
			let_go(h);
}

void
listen_fds_free(struct worker *worker)
{
	if (worker->handed == NULL)
		return;
	let_go(worker->handed);
	LIST_REMOVE(worker->handed, next);
	free(worker->handed);
	worker->handed = NULL;
}
