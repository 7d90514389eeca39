/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "scenario_parse.h"

/* The steps, and what can be said only when all is read. */

static const int step_nwords[] = {
#define NWORDS(name, text, n) [name] = n,
	SCENARIO_STEPS(NWORDS)
#undef NWORDS
};

static struct step *
new_step(struct parse *p, enum step_kind kind, const char *text)
{
	struct scenario *s = p->s;
	struct step *step = &s->steps[s->nsteps];

	if (s->nsteps == SCENARIO_STEPS_MAX)
		parse_wrong(p, p->text->line, "too many steps");
	s->nsteps++;
	step->kind = kind;
	step->text = text;
	step->line = p->text->line;
	step->sup = step->node = -1;
	*step->sup_id = *step->id = '\0';
	step->nmembers = 0;
	step->member = false;
	step->ending = (struct ending){ .kind = ENDING_SHUTDOWN };
	return step;
}

/* `start SUP KIND ID …` */
static void
parse_start(struct parse *p, struct step *step, const struct words *words)
{
	char parent[SCENARIO_ID_SIZE];
	struct words spec = { .n = 0 };

	if (words->n < 4 ||
	    parse_word(words->word[2], node_kind_text, NODE_DSUP + 1) < 0)
		parse_wrong(p, step->line, "expected start SUP KIND ID");
	parse_id(p, words->word[1], step->sup_id);
	for (unsigned i = 2; i < words->n; i++)
		spec.word[spec.n++] = words->word[i];
	parse_node(p, &step->spec, &spec, parent);
	if (*parent != '\0')
		parse_wrong(p, step->line, "start has its parent already");
	memcpy(step->id, step->spec.id, sizeof(step->id));
}

/* The words between semicolons, each of them a step of its own. */
static void
parse_together(struct parse *p, struct step *step, const struct words *words)
{
	struct words part = { .n = 0 };
	unsigned first = p->s->nsteps;

	for (unsigned i = 1; i <= words->n; i++) {
		if (i < words->n && strcmp(words->word[i], ";") != 0) {
			part.word[part.n++] = words->word[i];
			continue;
		}
		if (part.n == 0)
			parse_wrong(p, step->line, "together: a step lacks");
		parse_step(p, &part, step->text);
		part.n = 0;
	}
	for (unsigned i = first; i < p->s->nsteps; i++) {
		enum step_kind kind = p->s->steps[i].kind;

		p->s->steps[i].member = true;
		if (kind != STEP_EXIT && kind != STEP_SIGNAL &&
		    kind != STEP_KILL && kind != STEP_STOP)
			parse_wrong(p, step->line, "not together: %s",
			    step_text[kind]);
	}
	step->nmembers = p->s->nsteps - first;
}

static void
parse_signal(const struct parse *p, struct step *step)
{
	switch (step->ending.kind) {
	case ENDING_NORMAL:
	case ENDING_SHUTDOWN:
	case ENDING_CRASH:
	case ENDING_KILL:
		return;
	case ENDING_WORD:
	case ENDING_CRASH_N:
	case ENDING_KILLED:
		break;
	}
	parse_wrong(p, step->line, "not a signal's reason");
}

void
parse_step(struct parse *p, const struct words *words, const char *text)
{
	int kind = parse_word(words->word[0], step_text, STEP_STOP + 1);
	struct step *step;

	if (kind < 0)
		parse_wrong(p, p->text->line, "unknown step: %s",
		    words->word[0]);
	if (step_nwords[kind] >= 0 &&
	    words->n != (unsigned)step_nwords[kind] + 1)
		parse_wrong(p, p->text->line, "%s: %d words must follow",
		    words->word[0], step_nwords[kind]);
	step = new_step(p, (enum step_kind)kind, text);
	switch (step->kind) {
	case STEP_EXIT:
	case STEP_SIGNAL:
		parse_id(p, words->word[1], step->id);
		step->ending = parse_ending(p, words->word[2]);
		if (step->kind == STEP_SIGNAL)
			parse_signal(p, step);
		break;
	case STEP_KILL:
		parse_id(p, words->word[1], step->id);
		step->ending.kind = ENDING_KILL;
		break;
	case STEP_TERMINATE:
	case STEP_RESTART:
	case STEP_DELETE:
	case STEP_LINK:
	case STEP_UNLINK:
		parse_id(p, words->word[2], step->id);
		parse_id(p, words->word[1], step->sup_id);
		break;
	case STEP_COUNT:
		parse_id(p, words->word[1], step->sup_id);
		break;
	case STEP_WAIT:
	case STEP_ALIGN:
		step->ms = parse_number(p, words->word[1]);
		break;
	case STEP_START:
		parse_start(p, step, words);
		break;
	case STEP_TOGETHER:
		parse_together(p, step, words);
		break;
	case STEP_STOP:
		if (words->n > 2)
			parse_wrong(p, step->line, "stop takes one reason");
		if (words->n == 2)
			step->ending = parse_ending(p, words->word[1]);
		break;
	}
}

/* Gives the child of a first `start` its node; a later one must agree. */
static void
resolve_start(struct parse *p, struct step *step)
{
	struct scenario *s = p->s;
	struct node *node;

	if (step->sup < 0)
		parse_wrong(p, step->line, "no such supervisor: %s",
		    step->sup_id);
	step->spec.parent = step->sup;
	if (s->nodes[step->sup].kind == NODE_DSUP &&
	    step->spec.kind != NODE_WORKER)
		parse_wrong(p, step->line, "a dsup takes workers");
	step->node = scenario_find(s, step->id);
	if (step->node < 0) {
		if (s->nnodes == SCENARIO_NODES_MAX)
			parse_wrong(p, step->line, "too many children");
		step->node = (int)s->nnodes;
		node = &s->nodes[s->nnodes++];
		*node = step->spec;
		node->dynamic = true;
		return;
	}
	node = &s->nodes[step->node];
	if (node->parent != step->sup || node->kind != step->spec.kind)
		parse_wrong(p, step->line, "%s is somebody else's", step->id);
}

/* Names of supervisors where a worker was meant, or the other way round. */
static void
check_kinds(const struct parse *p, const struct step *step)
{
	const struct scenario *s = p->s;
	bool link = step->kind == STEP_LINK || step->kind == STEP_UNLINK;

	if (step->node >= 0 && s->nodes[step->node].kind != NODE_WORKER &&
	    (step->kind == STEP_EXIT || link))
		parse_wrong(p, step->line, "not a worker: %s", step->id);
	if (step->sup >= 0 && (s->nodes[step->sup].kind == NODE_WORKER) != link)
		parse_wrong(p, step->line, "not a %s: %s",
		    link ? "worker" : "supervisor", step->sup_id);
}

static void
resolve_parents(struct parse *p)
{
	struct scenario *s = p->s;

	for (unsigned i = 0; i < s->nnodes; i++) {
		struct node *node = &s->nodes[i];

		if (*p->parents[i] != '\0') {
			node->parent = scenario_find(s, p->parents[i]);
			if (node->parent < 0 ||
			    s->nodes[node->parent].kind != NODE_SUP)
				parse_wrong(p, node->line, "%s is no sup",
				    p->parents[i]);
		} else if (node->kind == NODE_SUP && s->root < 0) {
			s->root = (int)i;
		} else {
			parse_wrong(p, node->line, "%s has no parent",
			    node->id);
		}
	}
	if (s->root < 0)
		parse_wrong(p, p->text->line, "there is no root");
	for (unsigned i = 0; i < s->nnodes; i++) {
		unsigned depth = 0;

		for (int up = (int)i; up >= 0; up = s->nodes[up].parent)
			if (depth++ > s->nnodes)
				parse_wrong(p, s->nodes[i].line,
				    "%s is below itself", s->nodes[i].id);
	}
}

void
parse_resolve(struct parse *p)
{
	struct scenario *s = p->s;

	resolve_parents(p);
	/* The nodes of `start` first: earlier steps may speak of them. */
	for (int starts = 1; starts >= 0; starts--)
		for (unsigned i = 0; i < s->nsteps; i++) {
			struct step *step = &s->steps[i];

			if ((step->kind == STEP_START) != (starts == 1))
				continue;
			step->sup = scenario_find(s, step->sup_id);
			if (starts == 1)
				resolve_start(p, step);
			else
				step->node = scenario_find(s, step->id);
			check_kinds(p, step);
		}
}
