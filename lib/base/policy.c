/* SPDX-License-Identifier: ISC */
#include <signal.h>

#include "base/assert.h"
#include "base/policy.h"

#define TEXT(name, text) [name] = text,
const char *const strategy_text[] = { POLICY_STRATEGIES(TEXT) };
const char *const restart_text[] = { POLICY_RESTARTS(TEXT) };
const char *const auto_shutdown_text[] = { POLICY_AUTO_SHUTDOWNS(TEXT) };
const char *const stop_order_text[] = { POLICY_STOP_ORDERS(TEXT) };
const char *const kind_text[] = { POLICY_KINDS(TEXT) };
const char *const ready_text[] = { POLICY_READIES(TEXT) };
const char *const alive_text[] = { POLICY_ALIVES(TEXT) };
const char *const catch_text[] = { POLICY_CATCHES(TEXT) };

bool
status_set_has(const struct status_set *set, int status)
{
	assert(status >= 0 && status < 256);
	return (set->bits[status / 64] >> (status % 64) & 1) != 0;
}

void
status_set_add(struct status_set *set, int status)
{
	assert(status >= 0 && status < 256);
	set->bits[status / 64] |= UINT64_C(1) << (status % 64);
}

struct child_policy
policy_default(enum kind kind)
{
	struct child_policy policy = {
		.kind = kind,
		.restart = RESTART_PERMANENT,
	};

	switch (kind) {
	case KIND_WORKER:
		policy.shutdown_ms = 5000;
		policy.worker.stop_signal = SIGTERM;
		policy.worker.ready = READY_EXEC;
		policy.worker.check_every_ms = 100;
		policy.worker.fdstore_max = POLICY_FDSTORE_MAX;
		break;
	case KIND_SUPERVISOR:
		policy.shutdown_ms = SHUTDOWN_INFINITY;
		policy.sup.strategy = STRATEGY_ONE_FOR_ONE;
		policy.sup.max_restarts = 3;
		policy.sup.max_seconds = 5;
		policy.sup.max_children = MAX_CHILDREN_INFINITY;
		break;
	}
	return policy;
}

bool
ready_is_checked(enum ready ready)
{
	switch (ready) {
	case READY_CHECK:
	case READY_PORT:
	case READY_FILE:
		return true;
	case READY_EXEC:
	case READY_FD:
	case READY_AFTER:
	case READY_NOTIFY:
		break;
	}
	return false;
}

bool
ready_is_said(enum ready ready)
{
	return ready == READY_FD || ready == READY_NOTIFY;
}

bool
worker_notifies(const struct worker_policy *worker)
{
	return worker->ready == READY_NOTIFY ||
	    worker->watchdog_ms != WATCHDOG_NONE;
}
