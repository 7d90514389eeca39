/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/units.h"
#include "core/tree.h"
#include "scale.h"

#define FEW      1000
#define MANY     10000
#define ATTEMPTS 3

/* Time may grow this much where steps grow by MANY / FEW; a square by 100. */
#define TIME_RATIO 50

struct flock {
	struct tree tree;
	struct sup root;
	struct child_policy sup_policy;
	struct child_policy policy;
	struct child *children;
	struct request *requests;
	unsigned n;
	uint64_t nsteps;
};

struct trial {
	const char *name;
	enum strategy strategy;
	enum stop_order stop_order;
	enum restart restart;
	bool added;
	bool die;      /* all at once */
	bool requests; /* one about each of them, while all wait */
};

static const struct trial trials[] = {
	{ "one_for_one: all die", .strategy = STRATEGY_ONE_FOR_ONE,
	    .die = true },
	{ "one_for_all: all die", .strategy = STRATEGY_ONE_FOR_ALL,
	    .die = true },
	{ "rest_for_one: all die", .strategy = STRATEGY_REST_FOR_ONE,
	    .die = true },
	{ "dynamic: all die", .strategy = STRATEGY_DYNAMIC, .added = true,
	    .die = true },
	{ "dynamic: all die and vanish", .strategy = STRATEGY_DYNAMIC,
	    .added = true, .restart = RESTART_TEMPORARY, .die = true },
	{ "dynamic: all die with requests about them",
	    .strategy = STRATEGY_DYNAMIC, .added = true,
	    .restart = RESTART_TEMPORARY, .die = true, .requests = true },
	{ "stop in reverse order", .strategy = STRATEGY_ONE_FOR_ONE },
	{ "stop together", .strategy = STRATEGY_ONE_FOR_ONE,
	    .stop_order = STOP_TOGETHER },
};
#define NTRIALS (sizeof(trials) / sizeof(*trials))

static struct child *
no_namesake(const struct sup *sup, const struct child *added)
{
	(void)sup;
	(void)added;
	return NULL;
}

static void
tell(struct flock *f, enum event_kind kind, struct child *child)
{
	struct action out[TREE_ACTIONS_MAX];
	struct event next = { .kind = kind, .child = child };

	if (kind == EVENT_EXITED)
		next.reason = reason_exit(1);
	for (size_t n = 1; n > 0;) {
		n = tree_step(&f->tree, &next, NS_PER_S, out);
		f->nsteps++;
		next = (struct event){ .kind = EVENT_TICK };
		if (n > 0 && out[n - 1].kind == ACTION_SPAWN)
			next = (struct event){ .kind = EVENT_SPAWNED,
				.child = out[n - 1].child };
		else if (kind == EVENT_EXITED)
			return; /* all others end before it goes on */
	}
}

static void
ask(struct flock *f, struct request *request, enum request_kind kind,
    struct child *child)
{
	struct action out[TREE_ACTIONS_MAX];
	struct event event = { .kind = EVENT_REQUEST, .request = request };
	size_t n;

	*request =
	    (struct request){ .kind = kind, .sup = &f->root, .child = child };
	n = tree_step(&f->tree, &event, NS_PER_S, out);
	f->nsteps++;
	if (n > 0 && out[n - 1].kind == ACTION_SPAWN)
		tell(f, EVENT_SPAWNED, out[n - 1].child);
}

static struct flock *
gather(const struct trial *trial, unsigned n)
{
	struct flock *f = calloc(1, sizeof(*f));

	if (f == NULL)
		abort();
	f->n = n;
	f->children = calloc(n, sizeof(*f->children));
	f->requests = calloc(n, sizeof(*f->requests));
	f->sup_policy = policy_default(KIND_SUPERVISOR);
	f->sup_policy.sup.strategy = trial->strategy;
	f->sup_policy.sup.stop_order = trial->stop_order;
	f->sup_policy.sup.max_restarts = n;
	f->policy = policy_default(KIND_WORKER);
	f->policy.restart = trial->restart;
	tree_init(&f->tree, &f->root, 1);
	f->tree.namesake = no_namesake;
	if (f->children == NULL || f->requests == NULL ||
	    !tree_reserve(&f->tree, n + 1) ||
	    !sup_init(&f->root, NULL, &f->sup_policy))
		abort();
	for (unsigned i = 0; i < n && !trial->added; i++)
		child_init(&f->children[i], &f->root, &f->policy);
	tell(f, EVENT_BOOT, NULL);
	for (unsigned i = 0; i < n && trial->added; i++) {
		f->children[i].policy = &f->policy;
		ask(f, &f->requests[i], REQUEST_ADD, &f->children[i]);
	}
	return f;
}

static void
scatter(struct flock *f)
{
	tree_fini(&f->tree);
	sup_fini(&f->root);
	free(f->children);
	free(f->requests);
	free(f);
}

/*
 * All end while their supervisor is made to wait: the stop of the first,
 * which is dead already, ends last.
 */
static void
die_all(struct flock *f, bool requests)
{
	struct request first;

	ask(f, &first, REQUEST_STOP, &f->children[0]);
	for (unsigned i = 1; i < f->n; i++)
		tell(f, EVENT_EXITED, &f->children[i]);
	for (unsigned i = 1; i < f->n && requests; i++)
		ask(f, &f->requests[i], REQUEST_STOP, &f->children[i]);
	tell(f, EVENT_EXITED, &f->children[0]);
	tell(f, EVENT_TICK, NULL);
}

/* Ends, one after the other, whatever was told to. */
static void
stop_all(struct flock *f)
{
	tell(f, EVENT_SHUTDOWN, NULL);
	for (unsigned i = f->n; i-- > 0;)
		tell(f, EVENT_EXITED, &f->children[i]);
	tell(f, EVENT_TICK, NULL);
}

/* Steps that `trial` takes with `n` children; the least time in *ns. */
static uint64_t
measure(const struct trial *trial, unsigned n, int64_t *ns)
{
	uint64_t nsteps = 0;

	*ns = INT64_MAX;
	for (int i = 0; i < ATTEMPTS; i++) {
		struct flock *f = gather(trial, n);
		uint64_t before = f->nsteps + f->tree.nturns;
		clock_t start = clock();
		int64_t took_ns;

		if (trial->die)
			die_all(f, trial->requests);
		else
			stop_all(f);
		took_ns =
		    (int64_t)(clock() - start) * NS_PER_S / CLOCKS_PER_SEC;
		nsteps = f->nsteps + f->tree.nturns - before;
		if (took_ns < *ns)
			*ns = took_ns;
		if (!TAILQ_EMPTY(&f->root.inbox)) {
			printf("not ok - scale: %s: not done\n", trial->name);
			exit(1);
		}
		scatter(f);
	}
	return nsteps;
}

void
scale_check(void)
{
	for (size_t i = 0; i < NTRIALS; i++) {
		int64_t few_ns, many_ns;
		uint64_t few = measure(&trials[i], FEW, &few_ns);
		uint64_t many = measure(&trials[i], MANY, &many_ns);
		bool linear =
		    few >= FEW && many <= few * MANY / FEW + MANY / 10;
		/* Below a tenth of a second the clock says little. */
		bool fast =
		    many_ns <= NS_PER_S / 10 || many_ns <= few_ns * TIME_RATIO;

		printf("%s - scale: %s, %llu and %llu steps\n",
		    linear && fast ? "ok" : "not ok", trials[i].name,
		    (unsigned long long)few, (unsigned long long)many);
		if (!linear || !fast) {
			printf("took %lld and %lld us\n",
			    (long long)(few_ns / 1000),
			    (long long)(many_ns / 1000));
			exit(1);
		}
	}
}
