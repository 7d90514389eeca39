/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "conf/value.h"
#include "engine/cgroup_leaf.h"
#include "engine/engine.h"
#include "engine/lookup.h"
#include "os/cgroup.h"
#include "os/clock.h"
#include "os/fd.h"

/* Of a longer path so much is in the name of a leaf, and its number. */
#define NAME_LEN_MAX 200

/* How soon it looks again for what it cannot watch. */
#define LOOK_NS (100 * NS_PER_MS)

_Static_assert(LEAF_MEMORY_SIZE >= VALUE_SIZE_TEXT, "room of a size");

/* What the file says of limits. */
static const struct cgroup_said *
said_of(const struct spec *spec)
{
	static const struct cgroup_said nothing;

	return spec->worker.attributes != NULL ?
	    &spec->worker.attributes->cgroup :
	    &nothing;
}

/*
 * Once: a child that is let go has no path any more. `taken`: its name is that
 * of what a child of the same name has left.
 */
static void
name_leaf(const struct worker *worker, bool taken, char name[static NAME_MAX])
{
	char path[NODE_PATH_SIZE];

	node_path(&worker->child, path);
	for (char *at = path; *at != '\0'; at++)
		*at = *at == '/' ? ':' : *at;
	/* While one replaces another both have a leaf, whoever is killed. */
	if (worker->second || taken)
		snprintf(name, NAME_MAX, "%.*s#%u.worker", NAME_LEN_MAX, path,
		    worker->id);
	else if (strlen(path) <= NAME_LEN_MAX)
		snprintf(name, NAME_MAX, "%.*s.worker", NAME_LEN_MAX, path);
	else
		snprintf(name, NAME_MAX, "%.*s-%u.worker", NAME_LEN_MAX, path,
		    worker->id);
}

/* Says once that limits of the controller cannot be in force. */
static void
tell_lack(struct engine *e, struct worker *worker,
    enum cgroup_controller controller, int error)
{
	uint32_t bit = UINT32_C(1) << controller;
	char path[NODE_PATH_SIZE];

	if ((worker->leaf->told & bit) != 0)
		return;
	worker->leaf->told |= bit;
	reporter_message(&e->reporter, RECORD_WARNING,
	    "%s: its limit of %s is not in force: %s %s",
	    node_path(&worker->child, path), cgroup_controller_text[controller],
	    e->leaves.base,
	    error == -ENODATA   ? "has no such controller" :
		error == -EBUSY ? "has other processes in it" :
				  strerror(-error));
}

/* Puts one limit in force. */
static void
apply_one(struct engine *e, struct worker *worker, int i, bool said,
    int64_t value)
{
	const struct cgroup_limit *limit = &cgroup_limits[i];
	struct cgroup_said *force = &worker->leaf->force;
	uint32_t bit = UINT32_C(1) << i;
	char text[CGROUP_TEXT_SIZE], path[NODE_PATH_SIZE];
	int error;

	if (said == ((force->bits & bit) != 0) &&
	    (!said || force->values[i] == value))
		return;
	error = leaves_controller(e, limit->controller);
	if (error < 0) {
		tell_lack(e, worker, limit->controller, error);
		return;
	}
	cgroup_limit_text(limit, said ? value : limit->usual, text);
	error = cgroup_write(e->leaves.folder, worker->leaf->name, limit->file,
	    text);
	force->bits =
	    said && error == 0 ? force->bits | bit : force->bits & ~bit;
	force->values[i] = value;
	if (error < 0)
		reporter_message(&e->reporter, RECORD_WARNING,
		    "%s: %s cannot be set to %s: %s",
		    node_path(&worker->child, path), limit->file, text,
		    strerror(-error));
}

static void
apply(struct engine *e, struct worker *worker)
{
	const struct cgroup_said *said = said_of(worker->spec->spec);

	for (int i = 0; i < CGROUP_LIMITS; i++)
		apply_one(e, worker, i, (said->bits >> i & 1) != 0,
		    said->values[i]);
}

static struct leaf *
make_leaf(struct engine *e, struct worker *worker)
{
	struct leaf *leaf = calloc(1, sizeof(*leaf));
	int fd;

	if (leaf == NULL)
		return NULL;
	leaf->engine = e;
	leaf->worker = worker;
	leaf->watch.fd = -1;
	name_leaf(worker, false, leaf->name);
	fd = cgroup_open(e->leaves.folder, leaf->name);
	if (fd >= 0) {
		fd_close(&fd);
		name_leaf(worker, true, leaf->name);
	}
	worker->leaf = leaf;
	return leaf;
}

/* Opens the leaf for a start, with its limits in force. -errno. */
static int
begin(struct engine *e, struct worker *worker)
{
	const char *name;
	int error, fd;

	if (worker->leaf == NULL && make_leaf(e, worker) == NULL)
		return -ENOMEM;
	name = worker->leaf->name;
	fd = cgroup_open(e->leaves.folder, name);
	if (fd == -ENOENT) {
		error = cgroup_make(e->leaves.folder, name);
		if (error < 0)
			return error;
		worker->leaf->force.bits = 0;
		worker->leaf->oom_kills = 0;
		fd = cgroup_open(e->leaves.folder, name);
	}
	if (fd >= 0)
		apply(e, worker);
	return fd;
}

/* Whether a run of `worker` is to have a leaf; that it cannot is told once. */
static bool
is_to_have(struct engine *e, struct worker *worker)
{
	bool limited = said_of(worker->spec->spec)->bits != 0;
	char path[NODE_PATH_SIZE];

	if (worker->leaf == NULL && e->root.body->sup.cgroup == NULL &&
	    !limited)
		return false;
	if (leaves_have_folder(e))
		return true;
	if (limited && !worker->unlimited)
		reporter_message(&e->reporter, RECORD_WARNING,
		    "%s: its limits are not in force: it has no control group",
		    node_path(&worker->child, path));
	worker->unlimited = limited;
	return false;
}

static int
spawn_in_leaf(struct engine *e, struct worker *worker, struct spawn_plan *plan,
    struct spawn_result *result)
{
	int error;

	result->step = SPAWN_CGROUP;
	plan->cgroup = begin(e, worker);
	if (plan->cgroup < 0)
		return plan->cgroup;
	plan->grouped = true;
	error = spawner_spawn(&e->spawner, plan, result);
	fd_close(&plan->cgroup);
	return error;
}

int
leaf_spawn(struct engine *e, struct worker *worker, struct spawn_plan *plan,
    struct spawn_result *result)
{
	int error;

	if (!is_to_have(e, worker))
		return spawner_spawn(&e->spawner, plan, result);
	error = spawn_in_leaf(e, worker, plan, result);
	if (error == 0 || result->step != SPAWN_CGROUP || worker->leaf == NULL)
		return error;
	/* A run may have made groups below it, which keeps others out. */
	(void)cgroup_remove(e->leaves.folder, worker->leaf->name);
	error = spawn_in_leaf(e, worker, plan, result);
	if (error < 0 && result->step == SPAWN_CGROUP)
		result->subject = worker->leaf->name;
	return error;
}

bool
leaf_is_missing(struct worker *worker, const struct spec *spec)
{
	const struct leaves *l = &engine_of(&worker->child)->leaves;

	return worker->leaf == NULL && said_of(spec)->bits != 0 &&
	    (!l->tried || l->folder != -1);
}

static void
look_at(void *arg, struct child *child)
{
	struct worker *worker;

	if (child_is_sup(child))
		return;
	worker = node_worker(child);
	if (worker->leaf != NULL)
		apply(arg, worker);
}

void
leaves_look(struct engine *e)
{
	lookup_walk(&e->root.sup.child, look_at, e);
}

void
leaf_each(const struct worker *worker, int (*visit)(pid_t pid, void *arg),
    void *arg)
{
	const struct leaf *leaf = worker->leaf;

	if (leaf != NULL)
		(void)cgroup_each(leaf->engine->leaves.folder, leaf->name,
		    visit, arg);
}

bool
leaf_has(const struct worker *worker, pid_t pid)
{
	char end[2 * NAME_MAX];

	if (worker == NULL || worker->leaf == NULL)
		return false;
	snprintf(end, sizeof(end), "/%s/%s", worker->leaf->engine->leaves.name,
	    worker->leaf->name);
	return cgroup_has(end, pid);
}

static void
unwatch(struct leaf *leaf)
{
	int fd = leaf->watch.fd;

	loop_del(&leaf->engine->loop, &leaf->watch);
	fd_close(&fd);
}

static void
changed(struct loop_watch *watch, uint32_t events)
{
	struct leaf *leaf = (struct leaf *)(void *)((char *)watch -
	    offsetof(struct leaf, watch));

	(void)events;
	/* Read, it is quiet until the next change. */
	(void)cgroup_populated(watch->fd);
	leaf->engine->look = true;
}

/* What is in a leaf, and whether it can be ended. */
struct content {
	const struct engine *e;
	size_t n;
	size_t denied;
};

static int
count(pid_t pid, void *arg)
{
	struct content *content = arg;

	content->n++;
	content->denied += strays_denied(content->e, pid);
	return 0;
}

bool
leaf_remains(struct engine *e, struct worker *worker)
{
	struct content content = { .e = e };
	struct leaf *leaf = worker->leaf;
	int fd;

	if (leaf == NULL)
		return false;
	fd = leaf->watch.fd != -1 ? leaf->watch.fd :
				    cgroup_events(e->leaves.folder, leaf->name);
	if (fd >= 0 && cgroup_populated(fd)) {
		if (reap_signo(worker) == SIGKILL)
			(void)cgroup_kill(e->leaves.folder, leaf->name);
		leaf_each(worker, count, &content);
		if (content.n == 0 || content.n > content.denied) {
			if (leaf->watch.fd == -1 &&
			    loop_add(&e->loop, &leaf->watch, fd, EPOLLPRI,
				changed) < 0) {
				fd_close(&fd);
				e->look_ns = clock_now_ns() + LOOK_NS;
			}
			return true;
		}
	}
	if (leaf->watch.fd != -1)
		unwatch(leaf);
	else if (fd >= 0)
		fd_close(&fd);
	return false;
}

void
leaf_note_end(struct worker *worker)
{
	const struct process_end *end = &worker->end;
	struct leaf *leaf = worker->leaf;
	int64_t kills;

	worker->oom = false;
	if (leaf == NULL)
		return;
	kills = cgroup_value(leaf->engine->leaves.folder, leaf->name,
	    "memory.events", "oom_kill");
	if (kills <= leaf->oom_kills)
		return;
	leaf->oom_kills = kills;
	worker->oom = !worker->killed &&
	    (end->by_signal ? end->status == SIGKILL :
			      end->status == 128 + SIGKILL);
}

int64_t
leaf_memory(const struct worker *worker)
{
	const struct cgroup_said *force;

	if (worker->leaf == NULL)
		return 0;
	force = &worker->leaf->force;
	if ((force->bits >> CGROUP_MEMORY_MAX & 1) == 0 ||
	    force->values[CGROUP_MEMORY_MAX] == CGROUP_INFINITY)
		return 0;
	return force->values[CGROUP_MEMORY_MAX];
}

void
leaf_tell_oom(struct record *record, bool oom, int64_t memory,
    char text[static LEAF_MEMORY_SIZE])
{
	if (!oom)
		return;
	record_flag(record, "oom", true);
	if (memory > 0)
		record_text(record, "memory", value_size_text(memory, text));
}

void
leaf_free(struct worker *worker)
{
	struct leaf *leaf = worker->leaf;

	if (leaf == NULL)
		return;
	if (leaf->watch.fd != -1)
		unwatch(leaf);
	(void)cgroup_remove(leaf->engine->leaves.folder, leaf->name);
	free(leaf);
	worker->leaf = NULL;
}

void
leaves_freed(struct child *child)
{
	struct child *below;

	if (!child_is_sup(child)) {
		leaf_free(node_worker(child));
		return;
	}
	TAILQ_FOREACH(below, &child_sup(child)->children, order)
		leaves_freed(below);
}
