/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "gen.h"

/* The tree of a random scenario, and the words of those in it. */

#define DEPTH_MAX 3

int
gen_kid(struct gen *g, enum gen_kind kind, int parent, char letter)
{
	struct gen_kid *kid = &g->kids[g->nkids];

	*kid = (struct gen_kid){
		.kind = kind,
		.parent = parent,
		.auto_shutdown = AUTO_SHUTDOWN_NEVER,
		.restart = "permanent",
		.shutdown = "",
	};
	if (parent < 0)
		strlcpy(kid->id, "root", sizeof(kid->id));
	else
		snprintf(kid->id, sizeof(kid->id), "%c%u", letter,
		    g->nids++ % 1000);
	return (int)g->nkids++;
}

/* restart= and significant= of any child. */
void
gen_restart_words(struct gen *g, int parent)
{
	bool never = g->kids[parent].auto_shutdown == AUTO_SHUTDOWN_NEVER;
	const char *restart = never ?
	    GEN_PICK(g, "", "permanent", "permanent", "transient",
		"temporary") :
	    GEN_PICK(g, "", "transient", "transient", "temporary");

	if (*restart == '\0' || strcmp(restart, "permanent") == 0) {
		fprintf(g->out, "%s",
		    *restart != '\0' ? " restart=permanent" : "");
		return;
	}
	fprintf(g->out, " restart=%s", restart);
	if (!never && gen_chance(g, 75))
		fprintf(g->out, " significant=yes");
	else if (gen_chance(g, 5))
		fprintf(g->out, " significant=no");
}

static void
sup_shutdown_words(struct gen *g)
{
	if (g->brutal)
		fprintf(g->out, " shutdown=brutal_kill");
	else if (gen_chance(g, 10))
		fprintf(g->out, " shutdown=%s",
		    GEN_PICK(g, "infinity", "20000"));
}

void
gen_sup_words(struct gen *g, int self)
{
	struct gen_kid *kid = &g->kids[self];
	const char *strategy =
	    GEN_PICK(g, "", "one_for_one", "one_for_all", "rest_for_one");

	if (*strategy != '\0')
		fprintf(g->out, " strategy=%s", strategy);
	kid->group = *strategy != '\0' && strcmp(strategy, "one_for_one") != 0;
	/* Which of several linked ones reaches a limit is a race. */
	if (g->links)
		fprintf(g->out, " max_restarts=15");
	else if (gen_chance(g, 90))
		fprintf(g->out, " max_restarts=%u",
		    gen_chance(g, 10) ? 10 : gen_below(g, 4));
	fprintf(g->out, " max_seconds=600");
	if (kid->parent >= 0) {
		gen_restart_words(g, kid->parent);
		sup_shutdown_words(g);
	}
	if (gen_chance(g, 35))
		kid->auto_shutdown = gen_chance(g, 50) ?
		    AUTO_SHUTDOWN_ANY_SIGNIFICANT :
		    AUTO_SHUTDOWN_ALL_SIGNIFICANT;
	if (kid->auto_shutdown != AUTO_SHUTDOWN_NEVER || gen_chance(g, 5))
		fprintf(g->out, " auto_shutdown=%s",
		    auto_shutdown_text[kid->auto_shutdown]);
	fprintf(g->out, "\n");
}

void
gen_dsup_words(struct gen *g, int self)
{
	struct gen_kid *kid = &g->kids[self];

	if (g->links)
		fprintf(g->out, " max_restarts=15");
	else if (gen_chance(g, 90))
		fprintf(g->out, " max_restarts=%u", gen_below(g, 4));
	fprintf(g->out, " max_seconds=600");
	gen_restart_words(g, kid->parent);
	kid->restart =
	    GEN_PICK(g, "permanent", "permanent", "transient", "temporary");
	kid->shutdown = GEN_PICK(g, "", "", "300", "brutal_kill", "infinity");
	fprintf(g->out, " child_restart=%s", kid->restart);
	if (*kid->shutdown != '\0')
		fprintf(g->out, " child_shutdown=%s", kid->shutdown);
	fprintf(g->out, "\n");
}

/* What it does when told to stop, for a given time to do it in. */
static void
term_words(struct gen *g, const char *shutdown)
{
	bool limited = strcmp(shutdown, "300") == 0;
	bool brutal = strcmp(shutdown, "brutal_kill") == 0;

	/* A message that comes just before SIGKILL is heard of or not. */
	if (g->plain || gen_chance(g, 60) || (g->links && brutal))
		return;
	switch (gen_below(g, g->calm ? 2 : 4)) {
	case 0:
		fprintf(g->out, " trap=yes");
		break;
	case 1:
		fprintf(g->out, " term=exit:%s",
		    GEN_PICK(g, "crash", "normal", "shutdown", "shutdown:x",
			"crash:7", "killed"));
		break;
	case 2:
		if (limited || brutal)
			fprintf(g->out, " term=ignore");
		break;
	default:
		fprintf(g->out, " term=delay:%s",
		    limited && gen_chance(g, 50) ? "1000" : "10");
		break;
	}
}

static void
start_words(struct gen *g, bool pool)
{
	/* Whether a link is made before the other end fails is a race. */
	if (g->plain || g->links || gen_chance(g, 75))
		return;
	if (g->crowds) {
		if (!pool)
			fprintf(g->out, " start=%s",
			    GEN_PICK(g, "ok,ignore,ok", "ignore,ok",
				"ok,ignore", "ok,ok,ignore"));
		return;
	}
	fprintf(g->out, " start=%s",
	    pool ? GEN_PICK(g, "ok,fail,ok", "ok,fail", "fail", "ignore",
		       "ok,fail,fail,ok", "ok,ok,fail,ok") :
		   GEN_PICK(g, "ok,fail,ok", "ok,fail", "ok,ignore,ok",
		       "ok,ok,fail,fail,ok", "fail", "ignore,ok", "fail,ok",
		       "ok,ignore", "ok,fail,ignore,ok", "ok,ok,ignore"));
}

static void
life_words(struct gen *g)
{
	if (!g->mortal)
		return;
	g->mortal = false;
	fprintf(g->out, " life=%s200:%s%s", gen_chance(g, 50) ? "" : "forever,",
	    GEN_PICK(g, "crash", "normal", "shutdown:x", "killed", "crash:3"),
	    gen_chance(g, 50) ? "" : ",forever");
}

/* All that stands behind a worker's name. */
void
gen_worker_words(struct gen *g, int self)
{
	int parent = g->kids[self].parent;
	const struct gen_kid *sup = &g->kids[parent];
	const char *shutdown;

	if (sup->kind == GEN_DSUP) {
		shutdown = sup->shutdown;
		fprintf(g->out, " restart=%s", sup->restart);
	} else {
		shutdown =
		    GEN_PICK(g, "", "", "300", "brutal_kill", "infinity");
		gen_restart_words(g, parent);
	}
	g->kids[self].shutdown = shutdown;
	if (*shutdown != '\0')
		fprintf(g->out, " shutdown=%s", shutdown);
	term_words(g, shutdown);
	start_words(g, sup->kind == GEN_DSUP);
	if (sup->kind != GEN_DSUP)
		life_words(g);
	fprintf(g->out, "\n");
}

static void
gen_worker(struct gen *g, int parent)
{
	int self = gen_kid(g, GEN_WORKER, parent, 'w');

	fprintf(g->out, "worker %s parent=%s", g->kids[self].id,
	    g->kids[parent].id);
	gen_worker_words(g, self);
}

static void
gen_dsup(struct gen *g, int parent)
{
	int self = gen_kid(g, GEN_DSUP, parent, 'p');

	fprintf(g->out, "dsup %s parent=%s", g->kids[self].id,
	    g->kids[parent].id);
	gen_dsup_words(g, self);
}

void
gen_sup(struct gen *g, int parent, unsigned depth)
{
	int self = gen_kid(g, GEN_SUP, parent, 's');
	unsigned n = (depth == 0 ? 2 : 1) + gen_below(g, 3);
	bool flat = g->brutal && depth > 0;
	bool plain = g->plain;

	fprintf(g->out, "sup %s", g->kids[self].id);
	if (parent >= 0)
		fprintf(g->out, " parent=%s", g->kids[parent].id);
	gen_sup_words(g, self);
	g->plain |= flat;
	while (n-- > 0) {
		if (!g->plain && depth + 1 < DEPTH_MAX && gen_chance(g, 30))
			gen_sup(g, self, depth + 1);
		else if (!g->plain && g->pools && gen_chance(g, 30))
			gen_dsup(g, self);
		else
			gen_worker(g, self);
	}
	g->plain = plain;
}
