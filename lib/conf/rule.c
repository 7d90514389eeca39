/* SPDX-License-Identifier: ISC */
#include <inttypes.h>

#include "base/duration.h"
#include "conf/listen.h"
#include "conf/log.h"
#include "conf/report.h"
#include "conf/rule.h"

/* Jitter takes at most a fifth off a delay. */
#define SHORTEST(delay_ms) ((delay_ms) - (delay_ms) / 5)

int64_t
rule_failures_within(const struct worker_policy *worker, int64_t window_ms)
{
	int64_t delay_ms = worker->backoff_min_ms;
	int64_t at_ms = 0, failures = 1;

	if (delay_ms == 0)
		return INT64_MAX;
	while (delay_ms < worker->backoff_max_ms) {
		at_ms += SHORTEST(delay_ms);
		if (at_ms > window_ms)
			return failures;
		failures++;
		delay_ms *= 2;
	}
	delay_ms = SHORTEST(worker->backoff_max_ms);
	return failures + (window_ms - at_ms) / delay_ms;
}

/* The failures of all children of `b` that can fall into its max_seconds. */
static int64_t
failures_of_all(const struct body *b, int64_t enough)
{
	int64_t window_ms = b->policy.sup.max_seconds * 1000;
	int64_t sum = 0;

	for (size_t i = 0; i < b->nentries && sum < enough; i++) {
		const struct spec *spec = b->entries[i].child.spec;
		const struct child_policy *child;
		int64_t failures = INT64_MAX;

		if (spec == NULL)
			return enough;
		child = &spec->policy;
		if (child->restart == RESTART_TEMPORARY)
			continue;
		if (child->kind == KIND_WORKER)
			failures =
			    rule_failures_within(&child->worker, window_ms);
		if (failures >= enough)
			return enough;
		sum += failures;
	}
	return sum;
}

/* The first entry that delays its restarts. */
static const struct entry *
first_with_backoff(const struct body *b)
{
	for (size_t i = 0; i < b->nentries; i++) {
		const struct entry *entry = &b->entries[i];
		const struct spec *spec = entry->child.spec;

		if (spec != NULL && entry->spots != NULL &&
		    entry->spots->backoff.file != NULL &&
		    spec->policy.restart != RESTART_TEMPORARY &&
		    spec->policy.worker.backoff_min_ms > 0)
			return entry;
	}
	return NULL;
}

/* Warns of backoff so long that max_restarts never trips. */
static void
check_reachable(struct loader *ld, const struct body *b)
{
	const struct sup_policy *sup = &b->policy.sup;
	const struct entry *entry = first_with_backoff(b);
	const struct use *use = ld->use;
	int64_t enough = (int64_t)sup->max_restarts + 1, most;

	/* More children may come to a dynamic supervisor at any time. */
	if (entry == NULL || sup->strategy == STRATEGY_DYNAMIC)
		return;
	most = failures_of_all(b, enough);
	if (most >= enough)
		return;
	ld->use = entry->spots->use;
	report_warning(ld, &entry->spots->backoff,
	    "max_restarts %" PRIu32 " in max_seconds %" PRId64
	    " can never be reached: with this backoff at most %" PRId64
	    " failure%s into %" PRId64 " s, expected a shorter one or a "
	    "longer max_seconds",
	    sup->max_restarts, sup->max_seconds, most,
	    most == 1 ? " falls" : "s fall", sup->max_seconds);
	ld->use = use;
}

void
rule_check_child(struct loader *ld, const struct child_policy *parent,
    const struct entry *entry)
{
	const struct spec *spec = entry->child.spec;
	const struct use *use = ld->use;

	if (spec == NULL || !spec->policy.significant)
		return;
	ld->use = entry->spots->use;
	if (parent->sup.auto_shutdown == AUTO_SHUTDOWN_NEVER)
		report_error(ld, &entry->spots->significant,
		    "a significant child under auto_shutdown never, expected "
		    "its supervisor to say auto_shutdown any_significant or "
		    "all_significant");
	else if (spec->policy.restart == RESTART_PERMANENT)
		report_error(ld, &entry->spots->significant,
		    "a significant child that is permanent never ends for "
		    "good, expected restart transient or temporary");
	ld->use = use;
}

static void
check_dynamic(struct loader *ld, const struct body *b)
{
	const struct sup_policy *sup = &b->policy.sup;
	const struct spot *max_children = body_spot(b, "max_children");
	/* What an init prints may say dynamic alone. */
	const struct spot *auto_shutdown = body_spot(b, "auto_shutdown");

	if (sup->strategy == STRATEGY_DYNAMIC &&
	    sup->auto_shutdown != AUTO_SHUTDOWN_NEVER)
		report_error(ld, auto_shutdown != NULL ? auto_shutdown : &b->at,
		    "auto_shutdown %s under strategy dynamic, expected never",
		    auto_shutdown_text[sup->auto_shutdown]);
	if (max_children == NULL)
		return;
	if (sup->strategy != STRATEGY_DYNAMIC)
		report_error(ld, max_children,
		    "max_children under strategy %s, expected strategy "
		    "dynamic",
		    strategy_text[sup->strategy]);
	else if (b->nentries > sup->max_children)
		report_error(ld, max_children,
		    "max_children %" PRIu32 " with %zu children listed, "
		    "expected at least as many",
		    sup->max_children, b->nentries);
}

/* Warns of an auto_shutdown that no child can bring about. */
static void
check_significant(struct loader *ld, const struct body *b)
{
	const struct spot *at = body_spot(b, "auto_shutdown");

	if (at == NULL || b->policy.sup.auto_shutdown == AUTO_SHUTDOWN_NEVER ||
	    b->policy.sup.strategy == STRATEGY_DYNAMIC)
		return;
	/* They are printed later. */
	if (b->hooks.init != NULL)
		return;
	/* One with an error may have been meant to be it. */
	for (size_t i = 0; i < b->nentries; i++)
		if (b->entries[i].child.spec == NULL ||
		    b->entries[i].child.spec->policy.significant)
			return;
	report_warning(ld, at,
	    "auto_shutdown %s without a significant child never happens, "
	    "expected a child to say significant",
	    auto_shutdown_text[b->policy.sup.auto_shutdown]);
}

/* What may surprise in a supervisor that has one above it. */
static void
check_nested(struct loader *ld, const struct body *b)
{
	const struct spot *restart = body_spot(b, "restart");
	const struct spot *shutdown = body_spot(b, "shutdown");

	/* S80; a significant one ends its parent instead. */
	if (restart != NULL && b->policy.restart == RESTART_TRANSIENT &&
	    !b->policy.significant)
		report_warning(ld, restart,
		    "a transient supervisor is not restarted when it gives "
		    "up, since it ends with `shutdown`, which is planned; "
		    "expected permanent");
	/* S68 */
	if (shutdown != NULL && b->policy.shutdown_ms != SHUTDOWN_INFINITY)
		report_warning(ld, shutdown,
		    "with a finite shutdown a supervisor may be killed "
		    "before its children had their own time to stop, "
		    "expected infinity");
}

/* A supervisor in the file, and the program that prints its children. */
static void
check_init(struct loader *ld, const struct body *b)
{
	const struct spot *ignore = body_spot(b, "ignore");

	if (b->hooks.init != NULL && b->nentries > 0)
		report_error(ld, &b->first_child,
		    "a child in a supervisor with init, whose program prints "
		    "all of them; expected one or the other");
	if (!body_has(b, "init") && ignore != NULL)
		report_warning(ld, ignore,
		    "ignore does nothing without init: its statuses are those "
		    "of that program");
}

static void
check_supervisor(struct loader *ld, const struct body *b)
{
	const struct spot *max_restarts = body_spot(b, "max_restarts");

	if (!b->is_printed)
		check_init(ld, b);
	check_dynamic(ld, b);
	for (size_t i = 0; i < b->nentries; i++)
		if (i == 0 ||
		    b->entries[i].child.spec != b->entries[i - 1].child.spec)
			rule_check_child(ld, &b->policy, &b->entries[i]);
	check_significant(ld, b);
	if (max_restarts != NULL && b->policy.sup.max_restarts == 0)
		report_warning(ld, max_restarts,
		    "max_restarts 0 trips at once: the first failure of any "
		    "child ends this supervisor");
	else
		check_reachable(ld, b);
	if (!b->is_root)
		check_nested(ld, b);
}

/* Warns of statuses that are in both lists: `normal` wins. */
static void
check_statuses(struct loader *ld, const struct body *b)
{
	const struct worker_policy *worker = &b->policy.worker;
	const struct spot *at = body_spot(b, "planned");

	for (int status = 0; at != NULL && status <= 255; status++) {
		if (!status_set_has(&worker->planned, status) ||
		    (status != 0 && !status_set_has(&worker->normal, status)))
			continue;
		report_warning(ld, at,
		    "status %d is normal already, so that planned does "
		    "nothing for it",
		    status);
		return;
	}
}

/* Warns of what has nothing to do with how the worker is watched. */
static void
check_signs(struct loader *ld, const struct body *b)
{
	const struct worker_policy *worker = &b->policy.worker;
	const struct spot *every = body_spot(b, "check_every");
	const struct spot *fdstore = body_spot(b, "fdstore_max");

	if (every != NULL && !ready_is_checked(worker->ready))
		report_warning(ld, every,
		    "check_every does nothing with ready %s, expected ready "
		    "check, port or file",
		    ready_text[worker->ready]);
	if (fdstore != NULL && !worker_notifies(worker))
		report_warning(ld, fdstore,
		    "fdstore_max does nothing without a socket to give "
		    "descriptors to, expected ready notify or watchdog");
}

static void
check_start(struct loader *ld, const struct body *b)
{
	const struct worker_policy *worker = &b->policy.worker;
	const struct spot *at = body_spot(b, "start_timeout");
	char after[DURATION_TEXT_SIZE], timeout[DURATION_TEXT_SIZE];

	check_signs(ld, b);
	listen_check(ld, b);
	log_check(ld, b);
	if (at == NULL || worker->start_timeout_ms == START_TIMEOUT_NONE)
		return;
	if (worker->ready == READY_EXEC && b->hooks.before == NULL) {
		report_warning(ld, at,
		    "start_timeout does nothing with ready exec, since the "
		    "start is complete at once; expected ready fd or ready "
		    "after");
	} else if (worker->ready == READY_AFTER &&
	    worker->start_timeout_ms < worker->ready_after_ms) {
		report_warning(ld, at,
		    "start_timeout %s is over before ready after %s, so no "
		    "start can succeed; expected a longer one",
		    duration_text(worker->start_timeout_ms, timeout),
		    duration_text(worker->ready_after_ms, after));
	}
}

static void
check_worker(struct loader *ld, const struct body *b)
{
	/* A command that was there but wrong is reported already. */
	if (!body_has(b, "exec") && !body_has(b, "shell"))
		report_error(ld, &b->at,
		    "this worker has nothing to run, expected exec or shell "
		    "in its body");
	check_statuses(ld, b);
	check_start(ld, b);
}

void
rule_check_body(struct loader *ld, const struct body *b)
{
	switch (b->policy.kind) {
	case KIND_WORKER:
		check_worker(ld, b);
		break;
	case KIND_SUPERVISOR:
		check_supervisor(ld, b);
		break;
	}
}
