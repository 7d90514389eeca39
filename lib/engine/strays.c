/* SPDX-License-Identifier: ISC */
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/signal_name.h"
#include "engine/engine.h"
#include "engine/mark.h"
#include "engine/strays.h"
#include "os/proc.h"

/* Strays that there is room for at first. */
#define STRAYS_FIRST 16

/* One look at the reaper's children. */
struct look {
	struct engine *e;
	const struct workers *workers; /* NULL: every process is a stray */
	struct worker *leaf; /* of which the leaf is looked into, or NULL */
};

void
strays_follow(struct engine *e, pid_t reaper)
{
	struct strays *s = &e->strays;

	e->reaper = reaper;
	e->look = true;
	fd_close(&s->children);
	if (reaper == 0)
		(void)proc_adopt_orphans();
	s->children = proc_children_open(reaper == 0 ? getpid() : reaper);
	if (s->children < 0)
		s->children = -1;
}

void
strays_fini(struct strays *s)
{
	for (size_t i = 0; i < s->n; i++)
		fd_close(&s->known[i].pidfd);
	fd_close(&s->children);
	free(s->known);
	*s = (struct strays){ .children = -1 };
}

/* Says that the stray is sent `signo`, or why (`error` < 0) it cannot be. */
static void
record(struct engine *e, const struct stray *stray, int signo, int error)
{
	char path[NODE_PATH_SIZE], command[128], name[SIGNAL_NAME_SIZE];
	struct record r;

	if (proc_cmdline(stray->pid, command, sizeof(command)) < 0)
		snprintf(command, sizeof(command), "?");
	record_begin(&r, RECORD_LEFTOVER);
	if (stray->worker != NULL)
		record_text(&r, "child",
		    node_path(&stray->worker->child, path));
	record_number(&r, "pid", stray->pid);
	record_text(&r, "command", command);
	record_text(&r, "signal", signal_name(signo, name));
	if (error < 0)
		record_text(&r, "error", strerror(-error));
	engine_record(e, &r);
}

static bool
is_marked(pid_t pid)
{
	const char *const entries[] = { mark_text(), NULL };

	return proc_env_has(pid, entries) == 1;
}

/* Whether the stray still lives, whatever a list of children leaves out. */
static bool
is_there(const struct engine *e, const struct stray *stray)
{
	struct proc_stat stat;

	return stray->pid != e->witness && proc_stat(stray->pid, &stat) == 0 &&
	    stat.state != 'Z' &&
	    (stat.ppid == e->guardian ||
		stat.ppid == (e->reaper != 0 ? e->reaper : getpid()) ||
		(e->reaper == 0 && is_marked(stray->pid)) ||
		leaf_has(stray->worker, stray->pid));
}

/* Signals the stray, if it is still the adopted child it was. */
static void
tell(struct engine *e, struct stray *stray, int signo)
{
	int pidfd = pidfd_of(stray->pid);

	if (pidfd < 0)
		return;
	if (is_there(e, stray)) {
		stray->denied = pidfd_signal(pidfd, 0) == -EPERM;
		record(e, stray, signo, stray->denied ? -EPERM : 0);
		(void)pidfd_signal(pidfd, signo);
		if (signo != SIGKILL)
			(void)pidfd_signal(pidfd, SIGCONT);
	}
	stray->killed = signo == SIGKILL;
	fd_close(&pidfd);
}

static struct stray *
find(struct strays *s, pid_t pid)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->known[i].pid == pid)
			return &s->known[i];
	return NULL;
}

/* Makes room for one more stray; false when memory is short. */
static bool
make_room(struct strays *s)
{
	size_t room = s->room == 0 ? STRAYS_FIRST : 2 * s->room;
	struct stray *known;

	if (s->n < s->room)
		return true;
	known = reallocarray(s->known, room, sizeof(*known));
	if (known == NULL)
		return false;
	s->known = known;
	s->room = room;
	return true;
}

static struct stray *
add(struct strays *s, pid_t pid, struct worker *worker)
{
	struct stray *stray;

	if (!make_room(s))
		return NULL;
	stray = &s->known[s->n++];
	*stray = (struct stray){ .pid = pid, .pidfd = -1, .worker = worker };
	return stray;
}

void
strays_deny(struct engine *e, struct worker *worker, pid_t pid, int pidfd)
{
	struct stray denied = {
		.pid = pid,
		.pidfd = pidfd < 0 ? -1 : pidfd,
		.worker = worker,
		.killed = true,
		.denied = true,
	};
	struct stray *stray = find(&e->strays, pid);

	if (stray != NULL && stray->denied)
		return;
	if (stray == NULL)
		stray = add(&e->strays, pid, worker);
	record(e, &denied, SIGKILL, -EPERM);
	if (stray != NULL)
		*stray = denied;
	else
		fd_close(&denied.pidfd); /* no memory: the guardian reaps it at
					    last */
}

/* What the environment of a process says about where it comes from. */
struct origin {
	bool marked; /* from a child of this guardian */
	bool named;
	uint32_t run;
	char name[NODE_PATH_SIZE];
};

static int
read_origin(const char *entry, void *arg)
{
	static const char name[] = "SUPERVISE_NAME=", run[] = "SUPERVISE_RUN=";
	struct origin *origin = arg;

	if (strcmp(entry, mark_text()) == 0) {
		origin->marked = true;
	} else if (strncmp(entry, name, sizeof(name) - 1) == 0) {
		origin->named = true;
		snprintf(origin->name, sizeof(origin->name), "%s",
		    entry + sizeof(name) - 1);
	} else if (strncmp(entry, run, sizeof(run) - 1) == 0) {
		origin->run =
		    (uint32_t)strtoul(entry + sizeof(run) - 1, NULL, 10);
	}
	return origin->marked && origin->named && origin->run > 0;
}

/* Whether the process is in the group of one of `workers`. */
static bool
is_member(const struct proc_stat *stat, const struct workers *workers)
{
	const struct worker *worker;

	STAILQ_FOREACH(worker, workers, link)
		if (worker->pid == stat->pgrp)
			return true;
	return false;
}

/*
 * Which of `workers` has left the process behind as a stray; NULL: none of
 * them, or it is in the group of one, which is taken care of as a whole.
 */
static struct worker *
owner(pid_t pid, const struct workers *workers)
{
	struct origin origin = { .run = 0 };
	char path[NODE_PATH_SIZE];
	struct proc_stat stat;
	struct worker *worker;

	if (proc_stat(pid, &stat) < 0 || stat.state == 'Z' ||
	    is_member(&stat, workers))
		return NULL;
	if (proc_env_each(pid, read_origin, &origin) != 1)
		return NULL;
	STAILQ_FOREACH(worker, workers, link)
		if (worker->child.run == origin.run &&
		    strcmp(node_path(&worker->child, path), origin.name) == 0)
			return worker;
	return NULL;
}

/* Who is in a leaf is of that worker, wherever it comes from. */
static struct worker *
owner_by_leaf(pid_t pid, const struct look *look)
{
	struct proc_stat stat;

	if (proc_stat(pid, &stat) < 0 || stat.state == 'Z' ||
	    is_member(&stat, look->workers))
		return NULL;
	return look->leaf;
}

static int
visit(pid_t pid, void *arg)
{
	struct look *look = arg;
	struct engine *e = look->e;
	struct worker *worker = NULL;
	struct stray *stray;

	if (pid == getpid() || pid == e->witness || pid == e->outlets.logger ||
	    inherited_has(e->inherited, pid))
		return 0;
	stray = find(&e->strays, pid);
	if (stray != NULL) {
		stray->seen = true;
		return 0;
	}
	if (look->workers != NULL) {
		worker = look->leaf != NULL ? owner_by_leaf(pid, look) :
					      owner(pid, look->workers);
		if (worker == NULL)
			return 0;
	}
	stray = add(&e->strays, pid, worker);
	if (stray == NULL)
		return 0; /* no memory: the guardian ends it at last */
	stray->seen = true;
	tell(e, stray,
	    e->slaughter       ? SIGKILL :
		worker != NULL ? reap_signo(worker) :
				 SIGTERM);
	return 0;
}

static int
visit_marked(pid_t pid, void *arg)
{
	return is_marked(pid) ? visit(pid, arg) : 0;
}

/*
 * Calls `visit` with the children of the reaper. When we are that, what had
 * been left behind before has gone: those that carry our mark are found.
 */
static int
each(struct look *look)
{
	int children = look->e->strays.children;
	struct worker *worker;
	int error = 0;

	if (look->workers != NULL)
		STAILQ_FOREACH(worker, look->workers, link) {
			look->leaf = worker;
			leaf_each(worker, visit, look);
		}
	look->leaf = NULL;
	if (children != -1)
		error = proc_children_each(children, visit, look);
	if (look->e->reaper == 0 && error == 0)
		error = proc_each(visit_marked, look);
	return error;
}

/* Whether a stray is to be remembered. */
static bool
is_left(const struct engine *e, struct stray *stray)
{
	struct process_end end;

	/* Nobody else reaps it. */
	if (e->reaper == 0 && stray->pidfd == -1)
		(void)waitpid(stray->pid, NULL, WNOHANG);
	if (stray->pidfd == -1)
		return (stray->seen && e->reaper != 0) || is_there(e, stray);
	if (pidfd_reap(stray->pidfd, &end) == 0)
		return true;
	fd_close(&stray->pidfd);
	return false;
}

static void
look_with(struct look *look)
{
	struct strays *s = &look->e->strays;
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		s->known[i].seen = false;
	if (each(look) < 0)
		return;
	for (size_t i = 0; i < s->n; i++)
		if (is_left(look->e, &s->known[i]))
			s->known[n++] = s->known[i];
	s->n = n;
}

void
strays_look(struct engine *e, const struct workers *workers)
{
	struct look look = { .e = e, .workers = workers };

	look_with(&look);
}

size_t
strays_look_all(struct engine *e)
{
	struct look look = { .e = e };
	struct process_end end;
	size_t n = 0;
	pid_t pid;

	if (e->reaper == 0)
		while (process_reap_any(&pid, &end) == 1)
			;
	look_with(&look);
	for (size_t i = 0; i < e->strays.n; i++)
		n += e->strays.known[i].denied ? 0 : 1;
	return n;
}

bool
strays_of(const struct engine *e, const struct worker *worker)
{
	for (size_t i = 0; i < e->strays.n; i++)
		if (e->strays.known[i].worker == worker &&
		    !e->strays.known[i].denied)
			return true;
	return false;
}

bool
strays_denied(const struct engine *e, pid_t pid)
{
	for (size_t i = 0; i < e->strays.n; i++)
		if (e->strays.known[i].pid == pid)
			return e->strays.known[i].denied;
	return false;
}

pid_t
strays_first(const struct engine *e)
{
	for (size_t i = 0; i < e->strays.n; i++)
		if (!e->strays.known[i].denied)
			return e->strays.known[i].pid;
	return 0;
}

void
strays_kill(struct engine *e, const struct worker *worker)
{
	for (size_t i = 0; i < e->strays.n; i++) {
		struct stray *stray = &e->strays.known[i];

		if ((worker == NULL || stray->worker == worker) &&
		    !stray->killed)
			tell(e, stray, SIGKILL);
	}
}
