/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "live.h"

/* The file of a scenario, and the texts of what is added later. */

static FILE *
open_text(char **text, size_t *len)
{
	FILE *out = open_memstream(text, len);

	if (out == NULL)
		abort();
	return out;
}

static char *
close_text(FILE *out, char **text)
{
	if (fclose(out) != 0)
		abort();
	return *text;
}

/* How a process is told to end so: its status, or less than 0: a signal. */
int
live_ending_code(struct ending ending)
{
	struct reason reason = stage_reason(ending);

	if (reason.kind == REASON_KILLED)
		return -SIGKILL;
	return reason.kind == REASON_SIGNAL ? -reason.value : reason.value;
}

void
live_path(const struct live *l, int sup, const char *id,
    char path[static LIVE_PATH_SIZE])
{
	*path = '\0';
	if (sup != l->s->root) {
		live_path(l, l->s->nodes[sup].parent, l->s->nodes[sup].id,
		    path);
		strlcat(path, "/", LIVE_PATH_SIZE);
	}
	strlcat(path, id, LIVE_PATH_SIZE);
}

static void
write_plan(FILE *out, const struct node *node)
{
	for (unsigned i = 0; i < node->nstart; i++)
		fputc(plan_text[node->start[i]][0], out);
}

static void
write_term(const struct live *l, FILE *out, const struct node *node)
{
	switch (node->term) {
	case TERM_DIE:
		fputs(node->trap ? " trap" : " die", out);
		break;
	case TERM_IGNORE:
		fputs(" ignore", out);
		break;
	case TERM_DELAY:
		fprintf(out, " delay:%lld",
		    (long long)node->term_ms * l->place->scale);
		break;
	case TERM_EXIT:
		fprintf(out, " exit:%d", live_ending_code(node->term_ending));
		break;
	}
}

static void
write_statuses(FILE *out, const struct status_set *planned)
{
	bool any = false;

	for (int status = 0; status < 256; status++)
		if (status_set_has(planned, status)) {
			fprintf(out, "%s %d", any ? "" : "; planned", status);
			any = true;
		}
}

static void
write_worker(const struct live *l, FILE *out, int node,
    const struct child_policy *policy)
{
	const struct node *self = &l->s->nodes[node];

	fprintf(out, "exec %s %s/%s.tries ", l->place->worker, l->place->dir,
	    self->id);
	write_plan(out, self);
	write_term(l, out, self);
	if (!live_is_at_once(l->s, self))
		fprintf(out, "; ready fd 3");
	write_statuses(out, &policy->worker.planned);
}

/* restart, shutdown, significant. */
static void
write_child_words(const struct live *l, FILE *out,
    const struct child_policy *policy)
{
	fprintf(out, "; restart %s; shutdown ", restart_text[policy->restart]);
	if (policy->shutdown_ms == SHUTDOWN_INFINITY)
		fprintf(out, "infinity");
	else if (policy->shutdown_ms == SHUTDOWN_BRUTAL_KILL)
		fprintf(out, "brutal_kill");
	else
		fprintf(out, "%lldms",
		    (long long)policy->shutdown_ms * l->place->scale);
	if (policy->significant)
		fprintf(out, "; significant");
}

static void
write_flags(FILE *out, const struct sup_policy *sup)
{
	fprintf(out, "strategy %s; max_restarts %u; max_seconds %lld",
	    strategy_text[sup->strategy], sup->max_restarts,
	    (long long)sup->max_seconds);
	if (sup->auto_shutdown != AUTO_SHUTDOWN_NEVER)
		fprintf(out, "; auto_shutdown %s",
		    auto_shutdown_text[sup->auto_shutdown]);
	if (sup->max_children != MAX_CHILDREN_INFINITY &&
	    sup->strategy == STRATEGY_DYNAMIC)
		fprintf(out, "; max_children %u", sup->max_children);
}

static void write_children(const struct live *l, FILE *out, int parent);

static void
write_child(const struct live *l, FILE *out, int node, const struct node *spec)
{
	struct child_policy policy = stage_policy(l->s, node, spec);

	if (spec->kind == NODE_WORKER) {
		fprintf(out, "worker %s { ", spec->id);
		write_worker(l, out, node, &policy);
		write_child_words(l, out, &policy);
	} else {
		fprintf(out, "supervisor %s { ", spec->id);
		write_flags(out, &policy.sup);
		write_child_words(l, out, &policy);
		write_children(l, out, node);
	}
	fprintf(out, " }");
}

/* Those that are declared: what was added is lost with its supervisor. */
static void
write_children(const struct live *l, FILE *out, int parent)
{
	for (unsigned i = 0; i < l->s->nnodes; i++) {
		const struct node *node = &l->s->nodes[i];

		if (node->parent != parent || node->dynamic)
			continue;
		fprintf(out, "; ");
		write_child(l, out, (int)i, node);
	}
}

char *
live_root_text(const struct live *l)
{
	struct child_policy policy =
	    stage_policy(l->s, l->s->root, &l->s->nodes[l->s->root]);
	char *text;
	size_t len;
	FILE *out = open_text(&text, &len);

	write_flags(out, &policy.sup);
	write_children(l, out, l->s->root);
	fprintf(out, "\n");
	return close_text(out, &text);
}

char *
live_child_text(const struct live *l, int node, const struct node *spec)
{
	char *text;
	size_t len;
	FILE *out = open_text(&text, &len);

	write_child(l, out, node, spec);
	return close_text(out, &text);
}
