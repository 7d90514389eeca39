/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"
#include "engine/serve.h"
#include "os/proc.h"

/* `throw`: a run ends itself, and says for what. */

/* Ancestors of a client that are looked at. */
#define ANCESTORS_MAX 64

bool
act_descends_from(pid_t pid, pid_t group)
{
	struct proc_stat stat = { .ppid = pid };

	/* Without /proc there are no ancestors. */
	if (getpgid(pid) == group)
		return true;
	for (int i = 0; i < ANCESTORS_MAX; i++) {
		if (stat.ppid <= 1 || proc_stat(stat.ppid, &stat) < 0)
			return false;
		if (stat.pgrp == group)
			return true;
	}
	return false;
}

bool
act_is_said_by(const struct control_client *client, struct child *child)
{
	struct control_peer peer = { 0 };

	return child_runs(child) && !child_is_sup(child) &&
	    control_client_peer(client, &peer) == 0 && peer.pid > 0 &&
	    act_descends_from(peer.pid, node_worker(child)->pid);
}

/* Whether this run of `child` has a leader that lives. */
static bool
lives(struct child *child, const char *run)
{
	char present[16];

	if (child_is_sup(child) || !child_runs(child))
		return false;
	snprintf(present, sizeof(present), "%" PRIu32, child->run);
	return strcmp(run, present) == 0 &&
	    node_worker(child)->watch.fd != -1 &&
	    pidfd_state(node_worker(child)->pidfd) != PROCESS_ENDED;
}

/* False after an error to the client. */
static bool
may_throw(struct control_client *client, struct child *child, const char *run)
{
	char path[NODE_PATH_SIZE];
	const char *name = node_path(child, path);

	if (!lives(child, run))
		control_error(client, CONTROL_FAILED,
		    "run %s of %s is not there", run, name);
	else if (!act_is_said_by(client, child))
		control_error(client, CONTROL_FAILED,
		    "only %s can throw for itself", name);
	else if (!child_is_mortal(child))
		control_error(client, CONTROL_FAILED,
		    "run %s of %s is ended already", run, name);
	else
		return true;
	return false;
}

void
act_throw(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words)
{
	const char *wrong = reason_thrown_wrong(words[2]);
	struct event event = {
		.kind = EVENT_THROWN,
		.reason = { .kind = REASON_THROW },
	};

	(void)nwords;
	if (wrong != NULL) {
		control_error(client, CONTROL_USAGE, "VALUE: %s", wrong);
		return;
	}
	event.child = serve_one(e, client, words[0]);
	if (event.child == NULL || !may_throw(client, event.child, words[1]))
		return;
	event.reason.thrown = thrown_keep(e, words[2]);
	if (event.reason.thrown == NULL) {
		serve_no_memory(client);
		return;
	}
	/* Who asks ends with the run, and need not be there afterwards. */
	control_ok(client);
	engine_feed(e, &event);
}
