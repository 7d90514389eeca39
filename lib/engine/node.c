/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/cgroup_leaf.h"
#include "engine/check.h"
#include "engine/listen_fds.h"
#include "engine/log_to.h"
#include "engine/mailbox.h"
#include "engine/node.h"
#include "engine/outlet.h"
#include "engine/signs.h"

/* Where the next node of each kind is taken from. */
struct maker {
	struct nodes *nodes;
	uint32_t *next_id;
	size_t worker;
	size_t supervisor;
	size_t ready;
	size_t history;
};

/* How many nodes of each kind `spec` and all below it are. */
static void
count(struct nodes *nodes, const struct spec *spec)
{
	nodes->nhistories++;
	if (spec->policy.kind == KIND_WORKER) {
		nodes->nworkers++;
		nodes->nreadies += spec->policy.worker.ready == READY_FD;
		return;
	}
	nodes->nsupervisors++;
	for (size_t i = 0; i < spec->sup.nchildren; i++)
		count(nodes, spec->sup.children[i].spec);
}

/* calloc() that has something to give for nothing, too. */
static void *
array(size_t n, size_t size)
{
	return calloc(n > 0 ? n : 1, size);
}

static bool
allocate(struct nodes *nodes)
{
	nodes->workers = array(nodes->nworkers, sizeof(*nodes->workers));
	nodes->supervisors =
	    array(nodes->nsupervisors, sizeof(*nodes->supervisors));
	nodes->readies = array(nodes->nreadies, sizeof(*nodes->readies));
	nodes->histories = array(nodes->nhistories, sizeof(*nodes->histories));
	return nodes->workers != NULL && nodes->supervisors != NULL &&
	    nodes->readies != NULL && nodes->histories != NULL;
}

static struct history *
next_history(struct maker *m)
{
	return &m->nodes->histories[m->history++];
}

static struct worker *
make_worker(struct maker *m, const struct child_spec *spec)
{
	struct worker *worker = &m->nodes->workers[m->worker++];

	worker->watch.fd = -1;
	worker->pidfd = -1;
	worker->spec = spec;
	worker->id = (*m->next_id)++;
	worker->history = next_history(m);
	if (spec->spec->policy.worker.ready == READY_FD) {
		worker->ready = &m->nodes->readies[m->ready++];
		worker->ready->watch.fd = -1;
		worker->ready->worker = worker;
	}
	return worker;
}

static bool
make_children(struct maker *m, struct sup *sup, const struct spec *spec);

static bool
make_supervisor(struct maker *m, struct supervisor *supervisor,
    struct sup *parent, const struct spec *spec)
{
	supervisor->id = (*m->next_id)++;
	supervisor->history = next_history(m);
	supervisor->body = spec;
	SLIST_INIT(&supervisor->versions);
	return sup_init(&supervisor->sup, parent, &spec->policy) &&
	    make_children(m, &supervisor->sup, spec);
}

static bool
make_children(struct maker *m, struct sup *sup, const struct spec *spec)
{
	for (size_t i = 0; i < spec->sup.nchildren; i++) {
		const struct child_spec *child = &spec->sup.children[i];
		struct supervisor *supervisor;

		if (child->spec->policy.kind == KIND_WORKER) {
			child_init(&make_worker(m, child)->child, sup,
			    &child->spec->policy);
			continue;
		}
		supervisor = &m->nodes->supervisors[m->supervisor++];
		supervisor->spec = child;
		if (!make_supervisor(m, supervisor, sup, child->spec))
			return false;
	}
	return true;
}

int
nodes_init(struct nodes *nodes, struct supervisor *top, const struct spec *root,
    uint32_t *next_id)
{
	struct maker m = { .nodes = nodes, .next_id = next_id };

	*nodes = (struct nodes){ 0 };
	count(nodes, root);
	if (allocate(nodes) && make_supervisor(&m, top, NULL, root))
		return 0;
	nodes_fini(nodes);
	return -ENOMEM;
}

int
nodes_init_child(struct nodes *nodes, const struct child_spec *spec,
    uint32_t *next_id, struct child **child)
{
	struct maker m = { .nodes = nodes, .next_id = next_id };
	struct supervisor *supervisor;

	*nodes = (struct nodes){ 0 };
	count(nodes, spec->spec);
	if (!allocate(nodes)) {
		nodes_fini(nodes);
		return -ENOMEM;
	}
	if (spec->spec->policy.kind == KIND_WORKER) {
		*child = &make_worker(&m, spec)->child;
		(*child)->policy = &spec->spec->policy;
		return 0;
	}
	supervisor = &nodes->supervisors[m.supervisor++];
	supervisor->spec = spec;
	*child = &supervisor->sup.child;
	if (make_supervisor(&m, supervisor, NULL, spec->spec))
		return 0;
	nodes_fini(nodes);
	return -ENOMEM;
}

size_t
nodes_count(const struct nodes *nodes)
{
	return nodes->nhistories;
}

void
supervisor_fini(struct supervisor *top)
{
	versions_fini(&top->versions);
	sup_fini(&top->sup);
}

void
nodes_fini(struct nodes *nodes)
{
	for (size_t i = 0;
	     nodes->supervisors != NULL && i < nodes->nsupervisors; i++)
		supervisor_fini(&nodes->supervisors[i]);
	for (size_t i = 0; nodes->workers != NULL && i < nodes->nworkers; i++) {
		if (nodes->workers[i].own_ready)
			free(nodes->workers[i].ready);
		mailbox_free(&nodes->workers[i]);
		signs_free(&nodes->workers[i]);
		listen_fds_free(&nodes->workers[i]);
		check_free(&nodes->workers[i]);
		outlet_free(&nodes->workers[i]);
		log_to_free(&nodes->workers[i]);
		leaf_free(&nodes->workers[i]);
	}
	free(nodes->workers);
	free(nodes->supervisors);
	free(nodes->readies);
	free(nodes->histories);
	*nodes = (struct nodes){ 0 };
}

struct worker *
node_worker(struct child *child)
{
	return (struct worker *)(void *)child;
}

struct supervisor *
node_supervisor(struct child *child)
{
	return (struct supervisor *)(void *)child_sup(child);
}

bool
node_is_within(const struct child *child, const struct child *top)
{
	while (child != top && child->sup != NULL)
		child = &child->sup->child;
	return child == top;
}

const struct child_spec *
node_spec(const struct child *child)
{
	const void *node = child;
	const struct supervisor *supervisor = node;
	const struct worker *worker = node;

	return child_is_sup(child) ? supervisor->spec : worker->spec;
}

const struct spec *
node_body(const struct child *child)
{
	const void *node = child;
	const struct supervisor *supervisor = node;

	return child_is_sup(child) ? supervisor->body : node_spec(child)->spec;
}

bool
node_set_spec(struct child *child, const struct child_spec *spec)
{
	struct worker *worker;

	if (child_is_sup(child)) {
		node_supervisor(child)->spec = spec;
		return true;
	}
	worker = node_worker(child);
	if (spec->spec->policy.worker.ready == READY_FD &&
	    worker->ready == NULL) {
		worker->ready = calloc(1, sizeof(*worker->ready));
		if (worker->ready == NULL)
			return false;
		worker->own_ready = true;
		worker->ready->watch.fd = -1;
		worker->ready->worker = worker;
	}
	worker->spec = spec;
	if (worker->outlet != NULL)
		worker->outlet->fits = false;
	if (worker->handed != NULL)
		worker->handed->fits = false;
	return true;
}

uint32_t
node_id(struct child *child)
{
	return child_is_sup(child) ? node_supervisor(child)->id :
				     node_worker(child)->id;
}

struct addition **
node_addition(struct child *child)
{
	return child_is_sup(child) ? &node_supervisor(child)->addition :
				     &node_worker(child)->addition;
}

struct child *
node_holder(struct child *child)
{
	struct child *other = NULL;

	if (child_is_sup(child) || child->sup == NULL ||
	    (!node_worker(child)->second && !node_worker(child)->outgoing))
		return child;
	TAILQ_FOREACH(other, &child->sup->children, order)
		if (!other->forgotten && !child_is_sup(other) &&
		    strcmp(node_name(other), node_name(child)) == 0)
			break;
	return other != NULL ? other : child;
}

struct history *
node_history(struct child *child)
{
	child = node_holder(child);
	return child_is_sup(child) ? node_supervisor(child)->history :
				     node_worker(child)->history;
}

struct monitors *
node_monitors(struct child *child)
{
	return child_is_sup(child) ? &node_supervisor(child)->monitors :
				     &node_worker(child)->monitors;
}

const char *
node_name(const struct child *child)
{
	const struct child_spec *spec = node_spec(child);

	return spec != NULL ? spec->name : "root";
}

const char *
node_path(const struct child *child, char path[static NODE_PATH_SIZE])
{
	char *at = path + NODE_PATH_SIZE - 1;
	size_t len;

	*at = '\0';
	do {
		const char *name = node_name(child);

		len = strlen(name);
		if (*at != '\0')
			*--at = '/';
		at -= len;
		memcpy(at, name, len);
		child = child->sup == NULL ? NULL : &child->sup->child;
	} while (child != NULL && child->sup != NULL);
	len = strlen(at);
	memmove(path, at, len + 1);
	return path;
}
