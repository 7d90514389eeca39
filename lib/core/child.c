/* SPDX-License-Identifier: ISC */

#include "core/child.h"
#include "base/assert.h"
#include "base/units.h"

const char *const child_state_text[] = {
#define TEXT(name, text) [name] = text,
	CHILD_STATES(TEXT)
#undef TEXT
};

/* legal[from][to]; the drawing in child.h shows the same. */
static const bool legal[CHILD_NSTATES][CHILD_NSTATES] = {
	[CHILD_DOWN] = {
		[CHILD_STARTING] = true,
		[CHILD_RESTARTING] = true,
	},
	[CHILD_STARTING] = {
		[CHILD_UP] = true,
		[CHILD_DOWN] = true,
		[CHILD_STOPPING] = true,
		[CHILD_RESTARTING] = true,
	},
	[CHILD_UP] = {
		[CHILD_STOPPING] = true,
		[CHILD_ENDED] = true,
	},
	[CHILD_STOPPING] = {
		[CHILD_DOWN] = true,
		[CHILD_RESTARTING] = true,
	},
	[CHILD_ENDED] = {
		[CHILD_DOWN] = true,
	},
	[CHILD_RESTARTING] = {
		[CHILD_STARTING] = true,
		[CHILD_DOWN] = true,
	},
};

bool
child_state_legal(enum child_state from, enum child_state to)
{
	return legal[from][to];
}

struct sup *
child_sup(struct child *child)
{
	assert(child_is_sup(child));
	return (struct sup *)(void *)child;
}

bool
sup_stops_together(const struct sup *sup)
{
	return sup->kill || sup_is_dynamic(sup) ||
	    sup->child.policy->sup.stop_order == STOP_TOGETHER;
}

void
child_init(struct child *child, struct sup *parent,
    const struct child_policy *policy)
{
	child->policy = policy;
	child->prepares = policy->prepares;
	child->sup = parent;
	child->deadline_ns = NEVER_NS;
	child->limit_ns = NEVER_NS;
	child->check_ns = NEVER_NS;
	child->state = CHILD_DOWN;
	if (parent != NULL) {
		TAILQ_INSERT_TAIL(&parent->children, child, order);
		parent->nchildren++;
	}
}

bool
sup_init(struct sup *sup, struct sup *parent, const struct child_policy *policy)
{
	assert(policy->kind == KIND_SUPERVISOR);
	if (!window_init(&sup->window, policy->sup.max_restarts,
		policy->sup.max_seconds * NS_PER_S))
		return false;
	TAILQ_INIT(&sup->children);
	TAILQ_INIT(&sup->inbox);
	child_init(&sup->child, parent, policy);
	return true;
}

void
sup_fini(struct sup *sup)
{
	window_fini(&sup->window);
}

void
child_unlink(struct child *child)
{
	TAILQ_REMOVE(&child->sup->children, child, order);
	if (!child->forgotten)
		child->sup->nchildren--;
}

static bool
is_going(const struct child *child)
{
	return child->state == CHILD_STOPPING || child->remains;
}

/* Takes `child` out of its supervisor's counters, or puts it back. */
static void
count(struct child *child, uint32_t by)
{
	struct sup *sup = child->sup;

	if (sup == NULL)
		return;
	if (child->state != CHILD_DOWN) {
		sup->nactive += by;
		if (child->policy->significant)
			sup->nsignificant += by;
	}
	if (is_going(child))
		sup->ngoing += by;
	if (!child->forgotten)
		sup->nchildren += by;
}

void
child_set_state(struct child *child, enum child_state state)
{
	assert(child_state_legal((enum child_state)child->state, state));
	count(child, UINT32_MAX);
	child->state = (uint8_t)state;
	count(child, 1);
	if (state == CHILD_DOWN || state == CHILD_UP ||
	    state == CHILD_RESTARTING) {
		child->blocked = false;
		child->killed = false;
		child->late = false;
	}
}

void
child_set_remains(struct child *child, bool remains)
{
	count(child, UINT32_MAX);
	child->remains = remains;
	count(child, 1);
}

void
child_set_forgotten(struct child *child, bool forgotten)
{
	count(child, UINT32_MAX);
	child->forgotten = forgotten;
	count(child, 1);
}

void
child_set_ended(struct child *child, struct reason reason)
{
	if (child->state == CHILD_UP && !child->condemned)
		child->reason = reason;
}

bool
child_set_policy(struct child *child, const struct child_policy *policy)
{
	assert(policy->kind == child->policy->kind);
	if (child_is_sup(child) &&
	    !window_change(&child_sup(child)->window, policy->sup.max_restarts,
		policy->sup.max_seconds * NS_PER_S))
		return false;
	count(child, UINT32_MAX);
	child->policy = policy;
	child->prepares = policy->prepares;
	count(child, 1);
	return true;
}

void
child_move(struct child *child, struct child *next)
{
	struct children *children = &child->sup->children;

	if (child == next)
		return;
	TAILQ_REMOVE(children, child, order);
	if (next != NULL)
		TAILQ_INSERT_BEFORE(next, child, order);
	else
		TAILQ_INSERT_TAIL(children, child, order);
}

bool
child_is_gone(const struct child *child)
{
	switch ((enum child_state)child->state) {
	case CHILD_DOWN:
	case CHILD_ENDED:
	case CHILD_RESTARTING:
		return !child->remains;
	case CHILD_STARTING:
	case CHILD_UP:
	case CHILD_STOPPING:
		break;
	}
	return false;
}

bool
child_runs(const struct child *child)
{
	switch ((enum child_state)child->state) {
	case CHILD_STARTING:
	case CHILD_UP:
	case CHILD_STOPPING:
		return !child->blocked && !child->remains && !child->preparing;
	case CHILD_DOWN:
	case CHILD_ENDED:
	case CHILD_RESTARTING:
		break;
	}
	return false;
}

bool
child_lives(const struct child *child)
{
	return child->state == CHILD_UP && !child->condemned;
}

bool
child_is_mortal(const struct child *child)
{
	return !child_is_sup(child) && child_runs(child) &&
	    child->state != CHILD_STOPPING && !child->condemned;
}

enum reason_class
child_class(const struct child *child)
{
	if (child->condemned)
		return (enum reason_class)child->fate;
	return reason_class(child->policy, child->reason);
}

bool
child_said_ignore(const struct child *child)
{
	return !child->condemned && child->reason.kind == REASON_EXIT &&
	    status_set_has(&child->policy->ignore, child->reason.value);
}
