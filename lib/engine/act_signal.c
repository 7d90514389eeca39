/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/signal_name.h"
#include "engine/act.h"
#include "engine/engine.h"
#include "engine/lookup.h"
#include "engine/query.h"
#include "engine/serve.h"
#include "os/clock.h"

/* `signal`: nothing to ask the core for, what it does to them is theirs. */

struct sending {
	struct engine *e;
	struct control_client *client;
	int signo;
	struct control_peer peer; /* who asks; pid 0: unknown */
	size_t n;
	struct child *last; /* that it went to, with all below it */
};

static void
send_one(void *arg, struct child *child)
{
	struct sending *sending = arg;
	struct worker *worker;

	if (child_is_sup(child))
		return;
	worker = node_worker(child);
	if (worker->watch.fd == -1 || worker->after)
		return;
	if (reap_signal(worker, sending->signo) < 0)
		return;
	worker->sent = (struct sent){
		.from = (uint32_t)sending->peer.pid,
		.uid = sending->peer.uid,
		.signo = (uint8_t)sending->signo,
	};
	query_status(sending->e, child, sending->client, clock_now_ns());
	sending->n++;
}

/* A signal to a supervisor is one to all workers below it. */
static void
send_below(void *arg, struct child *child)
{
	struct sending *sending = arg;

	/* Nobody gets it twice. */
	if (sending->last != NULL && node_is_within(child, sending->last))
		return;
	sending->last = child;
	lookup_walk(child, send_one, arg);
}

void
act_signal(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words)
{
	struct sending sending = {
		.e = e,
		.client = client,
		.signo = signal_number(words[0]),
	};

	if (strcmp(words[0], "normal") == 0) {
		control_error(client, CONTROL_USAGE,
		    "an exit signal normal does nothing to anybody");
		return;
	}
	if (sending.signo == -1) {
		control_error(client, CONTROL_USAGE,
		    "%s is no signal, expected one like HUP or 1", words[0]);
		return;
	}
	if (control_client_peer(client, &sending.peer) < 0)
		sending.peer = (struct control_peer){ .pid = 0 };
	for (size_t i = 1; i < nwords; i++) {
		sending.last = NULL;
		if (!serve_each(e, client, words[i], send_below, &sending))
			return;
	}
	if (sending.n == 0)
		control_error(client, CONTROL_FAILED,
		    "none of them is running");
	else
		control_ok(client);
}
