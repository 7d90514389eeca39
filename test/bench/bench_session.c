/* SPDX-License-Identifier: ISC */
#include "bench_session.h"

#include <sys/types.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "bench_proc.h"

enum {
	SESSION_AGAIN_MAX = 20
};

static const int64_t SESSION_SECOND_NS = 1000000000;
static const double SESSION_MS_NS = 1e6;

/* Between two kills, for the supervisor to come to rest. */
static const int64_t SESSION_PAUSE_NS = 1000000;

/* After work on all children: for the machine, a fixed and a relative part. */
static const int64_t SESSION_SETTLE_NS = 200000000;
static const int64_t SESSION_SETTLE_CHILD_NS = 50000;

/* Single kills stop here however slow the contender is. */
static const int64_t SESSION_KILLS_NS = 5000000000;

/* A machine is quiet when so little of it was used for so long. */
enum {
	SESSION_QUIET_MS = 100
};
static const double SESSION_QUIET_LOAD = 0.1;
static const int64_t SESSION_QUIET_NS = 10000000000;

static void
file(struct session *s, enum figure figure, double value)
{
	s->result->round[s->round][figure] = value;
}

/*
 * Waits until what the contender did last is over, and then, as long as there
 * is patience, until nobody else uses the machine.
 */
static void
settle(const struct session *s)
{
	int64_t start_ns;

	sleep_until(now_ns() + SESSION_SETTLE_NS +
	    (int64_t)s->tree->nchildren * SESSION_SETTLE_CHILD_NS);
	if (*s->patience_ns <= 0)
		return;
	start_ns = now_ns();
	while (proc_load(SESSION_QUIET_MS) > SESSION_QUIET_LOAD)
		if (now_ns() - start_ns > SESSION_QUIET_NS) {
			s->result->nnoisy++;
			break;
		}
	*s->patience_ns -= now_ns() - start_ns;
}

static int64_t
limit_ns(const struct session *s)
{
	return s->options->time_limit_s * SESSION_SECOND_NS;
}

/* Waits until the contender would restart child `idx` at once. */
static void
let_live(const struct session *s, size_t idx)
{
	if (s->contender->lived_ns > 0)
		sleep_until(s->tree->born_ns[idx] + s->contender->lived_ns);
}

static int
measure_start(struct session *s)
{
	const struct plan *plan = &s->plan;
	int64_t start_ns, last_ns;
	int error;

	settle(s);
	tree_launch(s->tree, plan->dir, (char *const *)plan->argv,
	    plan->nchildren, &start_ns);
	error = tree_await_all(s->tree, start_ns + limit_ns(s), &last_ns);
	if (error == 0 && !plan->reverse)
		file(s, FIGURE_START,
		    (double)(last_ns - start_ns) / SESSION_MS_NS);
	return error;
}

/* Memory and context switches: the same in every round, so only in one. */
static void
measure_rest(struct session *s)
{
	struct proc_usage before, after;

	sleep_until(now_ns() + SESSION_SECOND_NS);
	proc_usage(s->tree->child, s->tree->nchildren, &before);
	file(s, FIGURE_PRIVATE, (double)before.private_kb);
	file(s, FIGURE_PROPORTIONAL, (double)before.proportional_kb);
	file(s, FIGURE_PROCESSES, (double)before.nprocs);
	if (!s->options->wanted[FIGURE_SWITCHES])
		return;
	sleep_until(now_ns() + s->options->idle_s * SESSION_SECOND_NS);
	proc_usage(s->tree->child, s->tree->nchildren, &after);
	file(s, FIGURE_SWITCHES, (double)(after.switches - before.switches));
}

static int
measure_restarts(struct session *s)
{
	int64_t give_up_ns = now_ns() + SESSION_KILLS_NS;
	struct series here = { 0 };
	int error = 0;

	for (size_t i = 0; i < s->options->nkills; i++) {
		size_t idx =
		    (i * 7919 + s->round * 104729) % s->tree->nchildren;
		int64_t took_ns;

		let_live(s, idx);
		sleep_until(now_ns() + SESSION_PAUSE_NS);
		error = tree_replace(s->tree, idx, limit_ns(s), &took_ns);
		if (error != 0)
			break;
		series_add(&here, (double)took_ns / SESSION_MS_NS);
		series_add(&s->result->restarts_ms,
		    (double)took_ns / SESSION_MS_NS);
		if (now_ns() > give_up_ns)
			break;
	}
	file(s, FIGURE_RESTART, series_quantile(&here, 0.5));
	series_fini(&here);
	return error;
}

/* Each successor is killed as soon as it has said that it lives. */
static int
measure_again(struct session *s)
{
	int64_t give_up_ns = now_ns() + SESSION_KILLS_NS;
	struct series here = { 0 };
	int64_t took_ns;
	int error;

	let_live(s, 0);
	error = tree_replace(s->tree, 0, limit_ns(s), &took_ns);
	for (int i = 0; error == 0 && i < SESSION_AGAIN_MAX; i++) {
		error = tree_replace(s->tree, 0, limit_ns(s), &took_ns);
		if (error == 0)
			series_add(&here, (double)took_ns / SESSION_MS_NS);
		if (now_ns() > give_up_ns)
			break;
	}
	file(s, FIGURE_AGAIN, series_quantile(&here, 0.5));
	series_fini(&here);
	return error;
}

static int
measure_back(struct session *s)
{
	int64_t start_ns, last_ns;
	int error;

	for (size_t i = 0; i < s->tree->nchildren; i++)
		let_live(s, i);
	start_ns = now_ns();
	for (size_t i = 0; i < s->tree->nchildren; i++)
		if (kill(s->tree->child[i], SIGKILL) == -1)
			return -errno;
	error = tree_await_all(s->tree, start_ns + limit_ns(s), &last_ns);
	if (error == 0)
		file(s, FIGURE_BACK,
		    (double)(last_ns - start_ns) / SESSION_MS_NS);
	return error;
}

static int
measure_stop(struct session *s)
{
	int64_t took_ns;
	int error;

	error = tree_stop(s->tree, s->contender->stop_signal, limit_ns(s),
	    &took_ns);
	if (error == 0)
		file(s, s->plan.reverse ? FIGURE_STOP_REVERSE : FIGURE_STOP,
		    (double)took_ns / SESSION_MS_NS);
	return error;
}

/* Everything but the stop. Returns what failed first, or NULL. */
static const char *
measure_life(struct session *s, int *error)
{
	const bool *wanted = s->options->wanted;

	*error = measure_start(s);
	if (*error != 0)
		return "start of all";
	settle(s);
	if (s->plan.reverse)
		return NULL;
	if (s->round == 0 &&
	    (wanted[FIGURE_PRIVATE] || wanted[FIGURE_SWITCHES]))
		measure_rest(s);
	if (wanted[FIGURE_RESTART])
		*error = measure_restarts(s);
	if (*error != 0)
		return "restart of one";
	if (wanted[FIGURE_AGAIN])
		*error = measure_again(s);
	if (*error != 0)
		return "restart of one just started";
	if (wanted[FIGURE_BACK]) {
		settle(s);
		*error = measure_back(s);
		if (*error != 0)
			return "all killed to all back";
		settle(s);
	}
	if (!tree_is_whole(s->tree)) {
		*error = -ESRCH;
		return "children lost, or restarted unasked";
	}
	return NULL;
}

void
session_run(struct session *s)
{
	struct result *result = s->result;
	const char *failed;
	size_t nleft;
	int error = 0;

	s->contender->prepare(&s->plan);
	failed = measure_life(s, &error);
	if (failed == NULL) {
		error = measure_stop(s);
		if (error != 0)
			failed = "stop";
	}
	nleft = tree_clear(s->tree);
	if (failed == NULL) {
		result->nleft += nleft;
		return;
	}
	result->failed = true;
	(void)snprintf(result->note, sizeof(result->note), "%s: %s", failed,
	    error == -ECHILD ? "it ended" : strerror(-error));
}
