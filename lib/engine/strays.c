/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/signal_name.h"
#include "engine/engine.h"
#include "engine/strays.h"
#include "os/proc.h"

/* Strays that there is room for at first. */
#define STRAYS_FIRST 16

/* One look at the guardian's children. */
struct look {
	struct engine *e;
	const struct workers *workers; /* NULL: every process is a stray */
};

void
strays_init(struct strays *s, pid_t guardian)
{
	*s = (struct strays){ .children = proc_children_open(guardian) };
	if (s->children < 0)
		s->children = -1;
}

void
strays_fini(struct strays *s)
{
	fd_close(&s->children);
	free(s->known);
	*s = (struct strays){ .children = -1 };
}

static void
record(struct engine *e, const struct stray *stray, int signo)
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
	reporter_record(&e->reporter, &r);
}

/* Signals the stray, if it is still the child of the guardian it was. */
static void
tell(struct engine *e, struct stray *stray, int signo)
{
	int pidfd = pidfd_of(stray->pid);
	struct proc_stat stat;

	if (pidfd < 0)
		return;
	if (proc_stat(stray->pid, &stat) == 0 && stat.state != 'Z' &&
	    (e->orphaned || stat.ppid == e->guardian)) {
		record(e, stray, signo);
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
	*stray = (struct stray){ .pid = pid, .worker = worker };
	return stray;
}

/* Which of `workers` has left the process behind; NULL: none of them. */
static struct worker *
owner(pid_t pid, const struct workers *workers)
{
	char name[NODE_PATH_SIZE + 32], run[40];
	const char *entries[] = { guardian_mark(), NULL, NULL, NULL };
	struct worker *worker;

	if (proc_env_has(pid, entries) != 1)
		return NULL;
	STAILQ_FOREACH(worker, workers, link) {
		char path[NODE_PATH_SIZE];

		snprintf(name, sizeof(name), "SUPERVISE_NAME=%s",
		    node_path(&worker->child, path));
		snprintf(run, sizeof(run), "SUPERVISE_RUN=%u",
		    (unsigned)worker->child.run);
		entries[1] = name;
		entries[2] = run;
		if (proc_env_has(pid, entries) == 1)
			return worker;
	}
	return NULL;
}

static int
visit(pid_t pid, void *arg)
{
	struct look *look = arg;
	struct engine *e = look->e;
	struct worker *worker = NULL;
	struct proc_stat stat;
	struct stray *stray;

	if (pid == getpid() || pid == e->witness)
		return 0;
	stray = find(&e->strays, pid);
	if (stray != NULL) {
		stray->seen = true;
		return 0;
	}
	if (look->workers != NULL) {
		worker = owner(pid, look->workers);
		if (worker == NULL)
			return 0;
		/* Its group is taken care of as a whole. */
		if (proc_stat(pid, &stat) < 0 || stat.pgrp == worker->pid)
			return 0;
	}
	stray = add(&e->strays, pid, worker);
	if (stray == NULL)
		return 0; /* no memory: the guardian ends it at last */
	stray->seen = true;
	tell(e, stray,
	    e->slaughter ||
		    (worker != NULL &&
			worker->child.policy->shutdown_ms ==
			    SHUTDOWN_BRUTAL_KILL) ?
		SIGKILL :
		SIGTERM);
	return 0;
}

/* Calls `visit` with the children of the guardian. */
static int
each_child(struct look *look)
{
	return proc_children_each(look->e->strays.children, visit, look);
}

/* Without a guardian: with those that carry our mark, wherever they went. */
static int
visit_marked(pid_t pid, void *arg)
{
	const char *const entries[] = { guardian_mark(), NULL };

	return proc_env_has(pid, entries) == 1 ? visit(pid, arg) : 0;
}

static int
each_marked(struct look *look)
{
	return proc_each(visit_marked, look);
}

static void
look_with(struct look *look, int (*each)(struct look *look))
{
	struct strays *s = &look->e->strays;
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		s->known[i].seen = false;
	if (each(look) < 0)
		return;
	for (size_t i = 0; i < s->n; i++)
		if (s->known[i].seen)
			s->known[n++] = s->known[i];
	s->n = n;
}

void
strays_look(struct engine *e, const struct workers *workers)
{
	struct look look = { .e = e, .workers = workers };

	/* Those that are known must be seen to go without a guardian, too. */
	if (e->orphaned)
		look_with(&look, each_marked);
	else if (e->strays.children != -1)
		look_with(&look, each_child);
}

size_t
strays_look_all(struct engine *e)
{
	struct look look = { .e = e };
	struct process_end end;
	pid_t pid;

	if (e->orphaned) {
		while (process_reap_any(&pid, &end) == 1)
			;
		look_with(&look, each_marked);
	} else if (e->strays.children != -1) {
		look_with(&look, each_child);
	}
	return e->strays.n;
}

bool
strays_of(const struct engine *e, const struct worker *worker)
{
	for (size_t i = 0; i < e->strays.n; i++)
		if (e->strays.known[i].worker == worker)
			return true;
	return false;
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
