/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "gen.h"

/* The steps of a random scenario. */

#define REASONS                                                    \
	"crash", "crash", "crash", "normal", "normal", "shutdown", \
	    "shutdown:x", "shutdown:y", "crash:2", "crash:1", "killed"

/* splitmix64 */
static uint64_t
next_random(struct gen *g)
{
	uint64_t x = g->random += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

unsigned
gen_below(struct gen *g, unsigned n)
{
	return (unsigned)(next_random(g) % n);
}

bool
gen_chance(struct gen *g, unsigned percent)
{
	return gen_below(g, 100) < percent;
}

const char *
gen_pick(struct gen *g, const char *const list[], unsigned n)
{
	return list[gen_below(g, n)];
}

/* One of a kind, or -1 when a few tries find none. */
static int
some(struct gen *g, enum gen_kind kind)
{
	for (int tries = 0; tries < 16; tries++) {
		int i = (int)gen_below(g, g->nkids);

		if (g->kids[i].kind == kind)
			return i;
	}
	return -1;
}

/* One below a supervisor, of any kind. */
static const struct gen_kid *
some_child(struct gen *g)
{
	return &g->kids[1 + gen_below(g, g->nkids - 1)];
}

/* A supervisor; mostly a static one. */
static int
some_sup(struct gen *g)
{
	int dsup = gen_chance(g, 60) ? some(g, GEN_DSUP) : -1;
	int sup = some(g, GEN_SUP);

	if (dsup >= 0)
		return dsup;
	return sup >= 0 ? sup : 0;
}

/* The supervisor of `kid`, seldom another one. */
static const char *
sup_of(struct gen *g, const struct gen_kid *kid)
{
	if (gen_chance(g, 4) && g->kids[kid->parent].kind == GEN_SUP)
		return "root";
	return g->kids[kid->parent].id;
}

static void
step_death(struct gen *g)
{
	int worker = some(g, GEN_WORKER);
	const char *id = worker >= 0 ? g->kids[worker].id : "nobody";

	if (gen_chance(g, 60))
		fprintf(g->out, "exit %s %s\n", id, GEN_PICK(g, REASONS));
	else if (gen_chance(g, 25))
		fprintf(g->out, "kill %s\n", id);
	else
		fprintf(g->out, "signal %s %s\n", id,
		    GEN_PICK(g, "kill", "shutdown", "normal", "crash"));
}

/* Deaths of children of one supervisor, found all at once. */
static void
step_together(struct gen *g)
{
	int first = some(g, GEN_WORKER);
	unsigned n = 0;

	if (first < 0)
		return;
	for (unsigned i = 1; i < g->nkids && n < 4; i++) {
		const struct gen_kid *kid = &g->kids[g->nkids - i];

		if (kid->kind != GEN_WORKER ||
		    kid->parent != g->kids[first].parent || gen_chance(g, 25))
			continue;
		fprintf(g->out, n++ == 0 ? "together " : " ; ");
		if (gen_chance(g, 25))
			fprintf(g->out, "kill %s", kid->id);
		else
			fprintf(g->out, "exit %s %s", kid->id,
			    GEN_PICK(g, REASONS));
	}
	if (n > 0)
		fprintf(g->out, "\n");
}

static void
step_request(struct gen *g)
{
	const struct gen_kid *kid = some_child(g);
	const char *sup = sup_of(g, kid);

	switch (gen_below(g, 6)) {
	case 0:
		fprintf(g->out, "terminate %s %s\n", sup, kid->id);
		break;
	case 1:
		fprintf(g->out, "terminate %s %s\nrestart %s %s\n", sup,
		    kid->id, sup, kid->id);
		break;
	case 2:
		fprintf(g->out, "restart %s %s\n", sup, kid->id);
		break;
	case 3:
		fprintf(g->out, "terminate %s %s\ndelete %s %s\n", sup, kid->id,
		    sup, kid->id);
		break;
	case 4:
		fprintf(g->out, "delete %s %s\n", sup, kid->id);
		break;
	default:
		fprintf(g->out, "terminate %s %s\ncount %s\n", sup, kid->id,
		    sup);
		break;
	}
}

/* One that is there already, or was. */
static void
start_again(struct gen *g)
{
	const struct gen_kid *kid = some_child(g);
	static const char *const words[] = { "worker", "sup", "dsup" };

	if (g->kids[kid->parent].kind == GEN_DSUP)
		return; /* D6 */
	fprintf(g->out, "start %s %s %s", g->kids[kid->parent].id,
	    words[kid->kind], kid->id);
	gen_restart_words(g, kid->parent);
	if (kid->kind == GEN_WORKER && *kid->shutdown != '\0')
		fprintf(g->out, " shutdown=%s", kid->shutdown);
	fprintf(g->out, "\n");
}

static void
start_new(struct gen *g)
{
	int parent = some_sup(g);
	bool worker = g->kids[parent].kind == GEN_DSUP || gen_chance(g, 70) ||
	    g->plain || g->brutal;
	bool dsup = g->pools && gen_chance(g, 50);
	bool plain = g->plain;
	int self;

	if (g->nkids == GEN_KIDS_MAX)
		return;
	g->plain |= g->brutal && parent != 0;
	if (worker) {
		self = gen_kid(g, GEN_WORKER, parent, 'd');
		fprintf(g->out, "start %s worker %s", g->kids[parent].id,
		    g->kids[self].id);
		gen_worker_words(g, self);
	} else if (dsup) {
		self = gen_kid(g, GEN_DSUP, parent, 'p');
		fprintf(g->out, "start %s dsup %s", g->kids[parent].id,
		    g->kids[self].id);
		gen_dsup_words(g, self);
	} else {
		self = gen_kid(g, GEN_SUP, parent, 's');
		fprintf(g->out, "start %s sup %s", g->kids[parent].id,
		    g->kids[self].id);
		gen_sup_words(g, self);
	}
	g->plain = plain;
}

/* Seldom things. */
static void
step_other(struct gen *g)
{
	int sup = some_sup(g);

	switch (gen_below(g, 8)) {
	case 0:
		fprintf(g->out, "signal %s %s\n", g->kids[sup].id,
		    GEN_PICK(g, "normal", "shutdown", "crash"));
		break;
	case 1:
		if (gen_chance(g, 30))
			fprintf(g->out, "stop\n");
		break;
	case 2:
		fprintf(g->out, "wait %u\n", gen_below(g, 30));
		break;
	default:
		fprintf(g->out, "count %s\n", g->kids[sup].id);
		break;
	}
}

static void
step(struct gen *g)
{
	unsigned dice = gen_below(g, 100);

	if (g->pools && dice < 15 && some(g, GEN_DSUP) >= 0)
		start_new(g);
	else if (dice < 50)
		step_death(g);
	else if (g->crowds && dice < 60)
		step_together(g);
	else if (dice < 74)
		step_request(g);
	else if (dice < 80)
		start_again(g);
	else if (dice < 88)
		start_new(g);
	else
		step_other(g);
}

/* Two below one supervisor: two would act on both deaths at a time. */
static void
gen_link(struct gen *g, const char *word)
{
	int a = some(g, GEN_WORKER);
	int b = some(g, GEN_WORKER);
	struct gen_kid *one, *other;

	if (a < 0 || b < 0 || a == b || g->kids[a].parent != g->kids[b].parent)
		return;
	one = &g->kids[a];
	other = &g->kids[b];
	if (g->kids[one->parent].group && (one->linked || other->linked))
		return;
	one->linked = other->linked = true;
	fprintf(g->out, "%s %s %s\n", word, one->id, other->id);
}

/* Deaths go along links; little else happens in these scenarios. */
static void
linked_steps(struct gen *g)
{
	for (unsigned n = 1 + gen_below(g, 4); n > 0; n--) {
		if (gen_chance(g, 20))
			gen_link(g, "link");
		if (gen_chance(g, 10))
			gen_link(g, "unlink");
		step_death(g);
	}
}

void
gen_scenario(uint64_t seed, FILE *out)
{
	struct gen gen = { .out = out, .random = seed };
	struct gen *g = &gen;
	bool killed;

	/* So that neighbours have nothing in common. */
	g->random = next_random(g);
	g->pools = gen_chance(g, 25);
	g->brutal = !g->pools && gen_chance(g, 6);
	g->calm = g->mortal = gen_chance(g, 6);
	g->links = gen_chance(g, 3);
	g->crowds = gen_chance(g, 25);
	killed = gen_chance(g, 2);
	g->plain = killed;
	fprintf(out, "scenario seed%llu\n", (unsigned long long)seed);
	if (g->links)
		fprintf(out, "compare id\n");
	else if (g->pools || g->brutal || killed)
		fprintf(out, "compare parent\n");
	gen_sup(g, -1, 0);
	for (unsigned n = g->links ? 1 + gen_below(g, 4) : 0; n > 0; n--)
		gen_link(g, "link");
	fprintf(out, "run\n");
	if (g->links) {
		linked_steps(g);
		return;
	}
	for (unsigned n = 3 + gen_below(g, 11); n > 0; n--)
		step(g);
	if (killed)
		fprintf(out, "kill root\ncount root\n");
}
