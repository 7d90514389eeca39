/* SPDX-License-Identifier: ISC */
#include "conf/estimate.h"
#include "base/units.h"

static int64_t
plus(int64_t a_ms, int64_t b_ms)
{
	if (a_ms == ESTIMATE_NEVER || b_ms == ESTIMATE_NEVER ||
	    a_ms > ESTIMATE_NEVER - b_ms)
		return ESTIMATE_NEVER;
	return a_ms + b_ms;
}

static int64_t
shutdown_ms(const struct spec *spec)
{
	switch (spec->policy.shutdown_ms) {
	case SHUTDOWN_INFINITY:
		return ESTIMATE_NEVER;
	case SHUTDOWN_BRUTAL_KILL:
		return 0;
	default:
		return spec->policy.shutdown_ms;
	}
}

int64_t
estimate_stop_ms(const struct spec *spec)
{
	int64_t limit_ms = shutdown_ms(spec);
	int64_t all_ms = 0;
	bool together;

	/* Where nothing is left of the time, `after` has a second. */
	if (spec->policy.kind == KIND_WORKER)
		return spec->hooks.after != NULL ? plus(limit_ms, MS_PER_S) :
						   limit_ms;
	/* What is printed later may take any time. */
	if (spec->hooks.init != NULL)
		return limit_ms;
	together = spec->policy.sup.stop_order == STOP_TOGETHER ||
	    spec->policy.sup.strategy == STRATEGY_DYNAMIC;
	for (size_t i = 0; i < spec->sup.nchildren; i++) {
		int64_t one_ms = estimate_stop_ms(spec->sup.children[i].spec);

		if (!together)
			all_ms = plus(all_ms, one_ms);
		else if (one_ms > all_ms)
			all_ms = one_ms;
	}
	if (spec->policy.sup.stop_timeout_ms != STOP_TIMEOUT_NONE &&
	    spec->policy.sup.stop_timeout_ms < limit_ms)
		limit_ms = spec->policy.sup.stop_timeout_ms;
	return all_ms < limit_ms ? all_ms : limit_ms;
}

int64_t
estimate_whole_stop_ms(const struct spec *root)
{
	struct spec whole = *root;

	whole.policy.sup.stop_timeout_ms = STOP_TIMEOUT_NONE;
	return estimate_stop_ms(&whole);
}

/* The `n`th delay, from 0, of a worker that never lives. */
static int64_t
delay_ms(const struct spec *spec, uint32_t n)
{
	int64_t ms = spec->policy.worker.backoff_min_ms;

	while (n-- > 0) {
		if (ms >= spec->policy.worker.backoff_max_ms / 2)
			return spec->policy.worker.backoff_max_ms;
		ms *= 2;
	}
	return ms;
}

/*
 * A worker's restarts come at the sums of its delays. Without backoff that
 * is at once; with it the first window of max_restarts + 1 is the closest.
 */
static int64_t
worker_ms(const struct sup_policy *sup, const struct spec *spec)
{
	int64_t sum_ms = 0;

	if (spec->policy.worker.backoff_max_ms == 0)
		return 0;
	for (uint32_t n = 0; n < sup->max_restarts; n++) {
		sum_ms = plus(sum_ms, delay_ms(spec, n));
		if (sum_ms > sup->max_seconds * MS_PER_S)
			return ESTIMATE_NEVER;
	}
	return sum_ms;
}

static int64_t
soonest_ms(const struct spec *spec)
{
	int64_t soonest = ESTIMATE_NEVER;

	for (size_t i = 0; i < spec->sup.nchildren; i++) {
		int64_t one_ms =
		    estimate_give_up_ms(spec, &spec->sup.children[i]);

		if (one_ms < soonest)
			soonest = one_ms;
	}
	return soonest;
}

int64_t
estimate_give_up_ms(const struct spec *spec, const struct child_spec *child)
{
	const struct sup_policy *sup = &spec->policy.sup;
	const struct child_policy *policy = &child->spec->policy;
	int64_t one_ms;

	if (policy->restart == RESTART_TEMPORARY)
		return ESTIMATE_NEVER;
	if (policy->kind == KIND_WORKER)
		return worker_ms(sup, child->spec);

	/* It ends with `shutdown`, which is a planned end (S79, S80). */
	if (policy->restart == RESTART_TRANSIENT)
		return ESTIMATE_NEVER;
	/* The program may fail, as a child of it may. */
	if (child->spec->hooks.init != NULL)
		return 0;
	one_ms = soonest_ms(child->spec);
	if (one_ms == ESTIMATE_NEVER ||
	    one_ms > sup->max_seconds * MS_PER_S / (sup->max_restarts + 1))
		return one_ms == 0 ? 0 : ESTIMATE_NEVER;
	return one_ms * ((int64_t)sup->max_restarts + 1);
}

int64_t
estimate_lifetime_ms(const struct spec *spec, bool *alone)
{
	const struct sup_policy *sup = &spec->policy.sup;
	int64_t n = 0; /* children that make a restart of their own */

	for (size_t i = 0; i < spec->sup.nchildren; i++)
		if (spec->sup.children[i].spec->policy.restart !=
			RESTART_TEMPORARY &&
		    (n == 0 || sup->strategy != STRATEGY_ONE_FOR_ALL))
			n++;
	*alone = n == 1;
	if (n == 0 || sup->max_restarts < n)
		return ESTIMATE_NEVER;
	n = sup->max_restarts / n;
	return (sup->max_seconds * MS_PER_S + n - 1) / n;
}
