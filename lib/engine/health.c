/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/units.h"
#include "engine/engine.h"
#include "engine/health.h"
#include "engine/lookup.h"
#include "engine/serve.h"
#include "engine/signs.h"
#include "engine/waiters.h"
#include "os/clock.h"

struct health {
	struct child *ill; /* the first that is not well; or NULL */
	int64_t nill;
	int64_t nup;
	bool named; /* by a path: down is not well, done or not */
};

/* It is down because the last start came to nothing, as after a reload. */
static bool
failed_to_start(const struct child *child)
{
	return child->reason.kind == REASON_START ||
	    child->reason.kind == REASON_TIMEOUT ||
	    child->reason.kind == REASON_NOPROC;
}

/* Whether it is as it should be, though nobody has asked for it by name. */
static bool
is_well(const struct child *child)
{
	switch ((enum child_state)child->state) {
	case CHILD_UP:
		return true;
	case CHILD_DOWN:
		return !failed_to_start(child);
	case CHILD_STARTING:
	case CHILD_STOPPING:
	case CHILD_ENDED:
	case CHILD_RESTARTING:
		break;
	}
	return false;
}

static void
judge(struct health *health, struct child *child, bool well)
{
	if (well) {
		health->nup += child->state == CHILD_UP && !child_is_sup(child);
		return;
	}
	/* What is wrong below says more than that something is. */
	if (health->ill == NULL || node_is_within(child, health->ill))
		health->ill = child;
	if (!child_is_sup(child))
		health->nill++;
}

static void
look_below(void *arg, struct child *child)
{
	judge(arg, child, is_well(child));
}

static void
look_at(void *arg, struct child *child)
{
	struct health *health = arg;

	if (child->state == CHILD_DOWN && (health->named || !wait_done(child)))
		judge(health, child, false);
	else
		lookup_walk(child, look_below, health);
}

/* What is wrong with the first of those that are not well. */
static void
tell_ill(struct record *r, const struct health *health, int64_t now_ns,
    char path[static NODE_PATH_SIZE], char reason[static REASON_TEXT_SIZE])
{
	struct child *ill = health->ill;
	const struct signs *signs =
	    child_is_sup(ill) ? NULL : node_worker(ill)->signs;

	record_text(r, child_is_sup(ill) ? "supervisor" : "child",
	    node_path(ill, path));
	record_text(r, "state", child_state_text[ill->state]);
	if (ill->reason.kind != REASON_NONE)
		record_text(r, "reason", reason_text(ill->reason, reason));
	if (ill->state == CHILD_RESTARTING && ill->due_ns > now_ns)
		record_number(r, "due_ms", (ill->due_ns - now_ns) / NS_PER_MS);
	if (signs != NULL && signs->status[0] != '\0')
		record_text(r, "status", signs->status);
	if (health->nill > 1)
		record_number(r, "more", health->nill - 1);
}

static void
answer(const struct health *health, struct control_client *client)
{
	static char path[NODE_PATH_SIZE];
	char reason[REASON_TEXT_SIZE];
	struct record r;

	record_begin(&r, RECORD_HEALTH);
	record_flag(&r, "healthy", health->ill == NULL);
	record_number(&r, "up", health->nup);
	if (health->ill != NULL)
		tell_ill(&r, health, clock_now_ns(), path, reason);
	control_record(client, &r, NULL);
	control_ok(client);
}

void
health_serve(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words)
{
	struct health health = { .ill = NULL };

	if (nwords == 0) {
		health.named = true;
		look_at(&health, &e->root.sup.child);
	}
	for (size_t i = 0; i < nwords; i++) {
		health.named = !lookup_is_pattern(words[i]);
		if (!serve_each(e, client, words[i], look_at, &health))
			return;
	}
	answer(&health, client);
}
