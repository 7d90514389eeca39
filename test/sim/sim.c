/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/units.h"
#include "scale.h"
#include "world.h"

/*
 * usage: sim [-v] [-n COUNT] [-s SEED] [COUNT]
 *
 * Plays COUNT random scenarios, 100,000 unless told otherwise, the first of
 * them from SEED. A failure names the seed of its scenario; with -n 1 -v the
 * scenario is told step by step.
 */

#define COUNT_DEFAULT 100000

/* For the message of an assertion that fails in lib/core. */
static uint64_t current_seed;

/* splitmix64 */
uint64_t
world_random(struct world *w)
{
	uint64_t x = w->random += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

unsigned
world_below(struct world *w, unsigned n)
{
	return (unsigned)(world_random(w) % n);
}

bool
world_chance(struct world *w, unsigned percent)
{
	return world_below(w, 100) < percent;
}

struct actor *
world_actor(struct world *w, struct child *child)
{
	for (unsigned i = 0; i < w->nactors; i++)
		if (&w->actors[i]->child == child)
			return w->actors[i];
	world_fail(w, "a child that is not there any more");
}

void
world_say(const struct world *w, const char *format, ...)
{
	va_list ap;

	if (!w->verbose)
		return;
	printf("%8.3f ", (double)w->now_ns / NS_PER_S);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	printf("\n");
}

void
world_fail(const struct world *w, const char *format, ...)
{
	va_list ap;

	printf("not ok - seed %llu: ", (unsigned long long)w->seed);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	printf("\n");
	fflush(stdout);
	exit(1);
}

static void
on_abort(int signo)
{
	char text[80];
	int len = snprintf(text, sizeof(text),
	    "not ok - seed %llu: assertion failed\n",
	    (unsigned long long)current_seed);

	(void)signo;
	fflush(stdout);
	if (write(STDOUT_FILENO, text, (size_t)len) < 0)
		_exit(2);
	_exit(1);
}

static struct child *
namesake(const struct sup *sup, const struct child *added)
{
	const struct actor *actor = (const struct actor *)(const void *)added;
	struct child *child;

	TAILQ_FOREACH(child, &sup->children, order)
		if (!child->forgotten &&
		    ((struct actor *)(void *)child)->name == actor->name)
			return child;
	return NULL;
}

/* One of them or none, the same each time. */
static struct child *
successor(const struct sup *sup, const struct child *placed)
{
	const struct actor *actor = (const struct actor *)(const void *)placed;
	unsigned n = actor->id % (sup->nchildren + 1);
	struct child *child;

	TAILQ_FOREACH(child, &sup->children, order)
		if (n-- == 0)
			return child;
	return NULL;
}

/* Often nothing, often a little, seldom the most. */
static unsigned
rate(struct world *w, unsigned most)
{
	if (world_chance(w, 40))
		return 0;
	return world_below(w, world_chance(w, 60) ? most / 8 + 1 : most);
}

struct world *
world_new(uint64_t seed, bool verbose)
{
	struct world *w = calloc(1, sizeof(*w));

	if (w == NULL)
		abort();
	w->seed = w->random = seed;
	w->verbose = verbose;
	w->now_ns = NS_PER_S;
	w->slaughter_ns = NEVER_NS;
	w->shutdown_ns = NEVER_NS;
	w->mood = (struct mood){
		.spawn_fails = rate(w, 30),
		.hangs = rate(w, 30),
		.early = rate(w, 20),
		.ignores = rate(w, 20),
		.dies = rate(w, 100),
		.stubborn = rate(w, 60),
		.odd_stop = rate(w, 60),
		.ill = rate(w, 40),
		.remains = rate(w, 60),
		.requests = rate(w, 50),
		.deaths = rate(w, 50),
		.links = rate(w, 50),
	};
	world_grow_root(w);
	w->tree.namesake = namesake;
	w->tree.successor = successor;
	return w;
}

void
world_free(struct world *w)
{
	world_release(w, w->root);
	if (w->nactors > 0)
		world_fail(w, "%u actors are left over", w->nactors);
	tree_fini(&w->tree);
	free(w);
}

static uint64_t
fresh_seed(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

int
main(int argc, char *argv[])
{
	uint64_t count = COUNT_DEFAULT, seed = fresh_seed(), nsteps = 0;
	bool verbose = false;

	for (int c; (c = getopt(argc, argv, "n:s:v")) != -1;) {
		if (c == 'n')
			count = strtoull(optarg, NULL, 10);
		else if (c == 's')
			seed = strtoull(optarg, NULL, 10);
		else if (c == 'v')
			verbose = true;
		else
			return 2;
	}
	if (optind < argc)
		count = strtoull(argv[optind], NULL, 10);
	signal(SIGABRT, on_abort);
	printf("%llu scenarios from seed %llu\n", (unsigned long long)count,
	    (unsigned long long)seed);
	fflush(stdout);
	for (uint64_t i = 0; i < count; i++) {
		struct world *w;

		current_seed = seed + i;
		w = world_new(current_seed, verbose);
		world_play(w);
		nsteps += w->nsteps;
		world_free(w);
	}
	printf("ok - %llu scenarios, %llu steps\n", (unsigned long long)count,
	    (unsigned long long)nsteps);
	if (!verbose)
		scale_check();
	return 0;
}
