/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "engine/attend.h"
#include "engine/engine.h"
#include "engine/lookup.h"
#include "engine/upward.h"
#include "os/channel.h"
#include "os/clock.h"
#include "os/datagram.h"

#define NS_PER_US INT64_C(1000)

/* The longest interval of a watchdog that means anything: a year. */
#define WATCHDOG_MAX_US (INT64_C(365) * 24 * 3600 * 1000000)

/* A variable as a number from 1 to `max`, or 0. */
static int64_t
variable(const char *name, int64_t max)
{
	const char *text = getenv(name), *wrong;
	int64_t number;

	if (text == NULL)
		return 0;
	number = strtonum(text, 1, max, &wrong);
	return wrong == NULL ? number : 0;
}

void
upward_init(struct upward *upward, const struct run *run)
{
	const char *socket = getenv("NOTIFY_SOCKET");
	int64_t pid = variable("WATCHDOG_PID", INT32_MAX);

	*upward = (struct upward){ .detached = run->detached };
	if (socket != NULL && *socket != '\0')
		upward->socket = strdup(socket);
	/* It may have been meant for whoever has started us; `run -d` and
	 * `with` have gone on in us. */
	if (upward->socket != NULL &&
	    (pid == 0 || pid == getpid() || run->caller > 0))
		upward->watchdog_ns =
		    variable("WATCHDOG_USEC", WATCHDOG_MAX_US) * NS_PER_US;
	upward_hide();
}

void
upward_hide(void)
{
	(void)unsetenv("NOTIFY_SOCKET");
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");
}

void
upward_fini(struct upward *upward)
{
	free(upward->socket);
	upward->socket = NULL;
}

void
upward_say(struct guardian *g, int kind, int value)
{
	struct upward *upward = &g->upward;
	char text[160];
	int error;

	if (upward->socket == NULL)
		return;
	switch ((enum upward_kind)kind) {
	case UPWARD_NONE:
		return;
	case UPWARD_READY:
		snprintf(text, sizeof(text), "READY=1\nSTATUS=%d up\n", value);
		if (upward->detached)
			snprintf(text + strlen(text),
			    sizeof(text) - strlen(text), "MAINPID=%d\n",
			    (int)getpid());
		break;
	case UPWARD_RELOADING:
		snprintf(text, sizeof(text),
		    "RELOADING=1\nMONOTONIC_USEC=%" PRId64
		    "\nSTATUS=reading the file again\n",
		    clock_now_ns() / NS_PER_US);
		break;
	case UPWARD_STOPPING:
		snprintf(text, sizeof(text), "STOPPING=1\nSTATUS=stopping\n");
		break;
	case UPWARD_ALIVE:
		snprintf(text, sizeof(text), "WATCHDOG=1\n");
		break;
	}
	error = datagram_tell(upward->socket, text);
	if (error < 0 && !upward->failed)
		reporter_message(&g->reporter, RECORD_WARNING,
		    "nobody is told at NOTIFY_SOCKET %s: %s", upward->socket,
		    strerror(-error));
	reporter_flush(&g->reporter);
	upward->failed = error < 0;
}

void
upward_begin(struct engine *e, const struct upward *upward)
{
	e->upward = (struct upward_said){
		.wanted = upward->socket != NULL,
		.every_ns = upward->watchdog_ns / 2,
		.due_ns = upward->watchdog_ns > 0 ? clock_now_ns() : NEVER_NS,
	};
}

static void
count_up(void *arg, struct child *child)
{
	int *n = arg;

	*n += !child_is_sup(child) && child->state == CHILD_UP;
}

static void
tell(struct engine *e, enum upward_kind kind)
{
	struct channel_message message = {
		.kind = MESSAGE_UPWARD,
		.value = (int32_t)kind,
	};
	int up = 0;

	if (kind == UPWARD_READY)
		lookup_walk(&e->root.sup.child, count_up, &up);
	message.pid = up;
	if (e->channel.fd != -1)
		(void)channel_send(e->channel.fd, &message);
	if (kind != UPWARD_ALIVE)
		e->upward.kind = kind;
}

/* What is to be said of the tree as it is now. */
static enum upward_kind
kind_now(const struct engine *e)
{
	if (e->root.sup.op == OP_SHUTDOWN || e->root.sup.op == OP_SWEEP ||
	    e->sweeping)
		return UPWARD_STOPPING;
	if (e->root.sup.child.state != CHILD_UP)
		return UPWARD_NONE;
	if (e->upward.kind != UPWARD_NONE &&
	    (e->reload != NULL || e->reading != NULL))
		return UPWARD_RELOADING;
	return UPWARD_READY;
}

void
upward_turn(struct engine *e)
{
	struct upward_said *said = &e->upward;
	enum upward_kind kind = kind_now(e);

	if (!said->wanted)
		return;
	if (said->nreloads != said->ntold && said->kind == UPWARD_READY)
		tell(e, UPWARD_RELOADING);
	said->ntold = said->nreloads;
	/* One that reads without doing anything is none. */
	if (kind == UPWARD_RELOADING && said->kind == UPWARD_READY)
		kind = UPWARD_READY;
	if (kind != said->kind && kind != UPWARD_NONE)
		tell(e, kind);
	if (said->due_ns <= clock_now_ns()) {
		tell(e, UPWARD_ALIVE);
		said->due_ns = clock_now_ns() + said->every_ns;
	}
}
