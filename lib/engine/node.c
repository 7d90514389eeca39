/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/node.h"

/* How many nodes of each kind are below `spec`. */
static void
count(struct nodes *nodes, const struct spec *spec)
{
	for (size_t i = 0; i < spec->sup.nchildren; i++) {
		const struct spec *child = spec->sup.children[i].spec;

		if (child->policy.kind == KIND_SUPERVISOR) {
			nodes->nsupervisors++;
			count(nodes, child);
			continue;
		}
		nodes->nworkers++;
		if (child->policy.worker.ready == READY_FD)
			nodes->nreadies++;
	}
}

static void
make_worker(struct nodes *nodes, struct sup *sup, const struct child_spec *spec)
{
	struct worker *worker = &nodes->workers[nodes->nworkers++];

	worker->watch.fd = -1;
	worker->pidfd = -1;
	worker->spec = spec;
	if (spec->spec->policy.worker.ready == READY_FD) {
		worker->ready = &nodes->readies[nodes->nreadies++];
		worker->ready->watch.fd = -1;
		worker->ready->worker = worker;
	}
	child_init(&worker->child, sup, &spec->spec->policy);
}

static int
make_children(struct nodes *nodes, struct sup *sup, const struct spec *spec)
{
	for (size_t i = 0; i < spec->sup.nchildren; i++) {
		const struct child_spec *child = &spec->sup.children[i];
		struct supervisor *supervisor;
		int error;

		if (child->spec->policy.kind == KIND_WORKER) {
			make_worker(nodes, sup, child);
			continue;
		}
		supervisor = &nodes->supervisors[nodes->nsupervisors];
		if (!sup_init(&supervisor->sup, sup, &child->spec->policy))
			return -ENOMEM;
		nodes->nsupervisors++;
		supervisor->spec = child;
		error = make_children(nodes, &supervisor->sup, child->spec);
		if (error < 0)
			return error;
	}
	return 0;
}

int
nodes_init(struct nodes *nodes, const struct spec *root)
{
	*nodes = (struct nodes){ 0 };
	count(nodes, root);
	nodes->workers = calloc(nodes->nworkers + 1, sizeof(*nodes->workers));
	nodes->supervisors =
	    calloc(nodes->nsupervisors + 1, sizeof(*nodes->supervisors));
	nodes->readies = calloc(nodes->nreadies + 1, sizeof(*nodes->readies));
	nodes->nworkers = 0;
	nodes->nsupervisors = 0;
	nodes->nreadies = 0;
	if (nodes->workers != NULL && nodes->supervisors != NULL &&
	    nodes->readies != NULL &&
	    sup_init(&nodes->root.sup, NULL, &root->policy) &&
	    make_children(nodes, &nodes->root.sup, root) == 0)
		return 0;
	nodes_fini(nodes);
	return -ENOMEM;
}

void
nodes_fini(struct nodes *nodes)
{
	for (size_t i = 0; i < nodes->nsupervisors; i++)
		sup_fini(&nodes->supervisors[i].sup);
	sup_fini(&nodes->root.sup);
	free(nodes->workers);
	free(nodes->supervisors);
	free(nodes->readies);
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

const char *
node_name(struct child *child)
{
	if (child->sup == NULL)
		return "root";
	if (child_is_sup(child))
		return node_supervisor(child)->spec->name;
	return node_worker(child)->spec->name;
}

const char *
node_path(struct child *child, char path[static NODE_PATH_SIZE])
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
