/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace.h"

static const char *const trace_text[] = {
#define TEXT(name, text) [name] = text,
	TRACE_EVENTS(TEXT)
#undef TEXT
};

/* The longest piece that is written at once, a step's text aside. */
#define PIECE_SIZE 256

void
trace_init(struct trace *t, bool canonical)
{
	*t = (struct trace){ .canonical = canonical };
}

void
trace_fini(struct trace *t)
{
	free(t->text);
	free(t->events);
	*t = (struct trace){ 0 };
}

static void
append(struct trace *t, const char *piece)
{
	size_t len = strlen(piece);

	if (t->len + len >= t->size) {
		t->size = 2 * (t->len + len) + PIECE_SIZE;
		t->text = realloc(t->text, t->size);
		if (t->text == NULL)
			abort();
	}
	memcpy(t->text + t->len, piece, len + 1);
	t->len += len;
}

__attribute__((format(printf, 2, 3))) static void
write_piece(struct trace *t, const char *format, ...)
{
	char piece[PIECE_SIZE];
	va_list ap;

	va_start(ap, format);
	vsnprintf(piece, sizeof(piece), format, ap);
	va_end(ap);
	append(t, piece);
}

static const char *
id_of(const struct trace *t, int node)
{
	return node < 0 ? "*" : t->s->nodes[node].id;
}

void
trace_begin(struct trace *t, const struct scenario *s)
{
	t->s = s;
	t->len = 0;
	t->nevents = 0;
	t->nsteps = 0;
	*t->reply = '\0';
	write_piece(t, "scenario %s\n", s->name);
	write_piece(t, "compare %s\n", compare_text[s->compare]);
	for (unsigned i = 0; i < s->nnodes; i++) {
		const struct node *node = &s->nodes[i];

		write_piece(t, "decl %s %s %s\n", node_kind_text[node->kind],
		    node->id, node->parent < 0 ? "-" : id_of(t, node->parent));
	}
}

void
trace_step(struct trace *t, const char *text)
{
	write_piece(t, "step %u ", t->nsteps++);
	append(t, text);
	append(t, "\n");
}

static struct trace_event *
new_event(struct trace *t, enum trace_kind kind, int node)
{
	struct trace_event *event;

	if (t->nevents == t->nroom) {
		t->nroom = 2 * t->nroom + 32;
		t->events = realloc(t->events, t->nroom * sizeof(t->events[0]));
		if (t->events == NULL)
			abort();
	}
	event = &t->events[t->nevents];
	event->kind = kind;
	event->node = node;
	event->sup = -1;
	event->nth = 0;
	*event->rest = '\0';
	event->seq = t->nevents++;
	return event;
}

void
trace_event(struct trace *t, enum trace_kind kind, int node, unsigned nth,
    const char *rest)
{
	struct trace_event *event = new_event(t, kind, node);

	event->nth = nth;
	if (rest != NULL)
		strlcpy(event->rest, rest, sizeof(event->rest));
}

void
trace_move_last(struct trace *t, unsigned place)
{
	struct trace_event moved = t->events[t->nevents - 1];

	for (unsigned i = t->nevents - 1; i > place; i--) {
		t->events[i] = t->events[i - 1];
		t->events[i].seq = i;
	}
	moved.seq = place;
	t->events[place] = moved;
}

void
trace_report(struct trace *t, int sup, const char *context, int node,
    const char *reason)
{
	struct trace_event *event = new_event(t, TRACE_REPORT, node);

	event->sup = sup;
	snprintf(event->rest, sizeof(event->rest), "%s %s %s", context,
	    id_of(t, node), reason);
}

void
trace_reply(struct trace *t, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(t->reply, sizeof(t->reply), format, ap);
	va_end(ap);
}

/* Whether `node` is a supervisor that was killed in this step. */
static bool
was_killed(const struct trace *t, int node)
{
	for (unsigned i = 0; i < t->nevents; i++)
		if (t->events[i].kind == TRACE_EXIT &&
		    t->events[i].node == node &&
		    strcmp(t->events[i].rest, "killed") == 0)
			return true;
	return false;
}

/* Where an event stands in the canonical form. */
struct key {
	const char *group;
	const char *id; /* inside the group; "": in order of time */
	unsigned seq;
	const struct trace_event *event;
};

/* The groups are those of one parent, or with `compare id` of one child. */
static struct key
key_of(const struct trace *t, const struct trace_event *event)
{
	bool report = event->kind == TRACE_REPORT;
	struct key key = { .seq = event->seq, .id = "", .event = event };
	int parent = report ? event->sup : t->s->nodes[event->node].parent;
	bool dynamic = parent >= 0 && t->s->nodes[parent].kind == NODE_DSUP;

	if (t->s->compare == COMPARE_ID) {
		key.group = id_of(t, event->node);
		return key;
	}
	key.group = parent < 0 ? "-" : id_of(t, parent);
	if (dynamic || (!report && parent >= 0 && was_killed(t, parent)))
		key.id = id_of(t, event->node);
	return key;
}

static int
compare_keys(const void *left, const void *right)
{
	const struct key *a = left;
	const struct key *b = right;
	int order = strcmp(a->group, b->group);

	if (order == 0)
		order = strcmp(a->id, b->id);
	if (order == 0)
		order = a->seq < b->seq ? -1 : 1;
	return order;
}

static void
write_event(struct trace *t, const struct trace_event *event)
{
	const char *word = trace_text[event->kind];

	switch (event->kind) {
	case TRACE_START:
	case TRACE_UP:
		write_piece(t, "%s %s#%u\n", word, id_of(t, event->node),
		    event->nth);
		break;
	case TRACE_STARTFAIL:
	case TRACE_IGNORE:
		write_piece(t, "%s %s\n", word, id_of(t, event->node));
		break;
	case TRACE_EXIT:
	case TRACE_TRAPPED:
		write_piece(t, "%s %s#%u %s\n", word, id_of(t, event->node),
		    event->nth, event->rest);
		break;
	case TRACE_REPORT:
		write_piece(t, "%s %s %s\n", word, id_of(t, event->sup),
		    event->rest);
		break;
	}
}

static void
write_regrouped(struct trace *t)
{
	struct key *keys = calloc(t->nevents, sizeof(*keys));

	if (keys == NULL)
		abort();
	for (unsigned i = 0; i < t->nevents; i++)
		keys[i] = key_of(t, &t->events[i]);
	qsort(keys, t->nevents, sizeof(*keys), compare_keys);
	for (unsigned i = 0; i < t->nevents; i++)
		write_event(t, keys[i].event);
	free(keys);
}

void
trace_settled(struct trace *t)
{
	if (t->canonical && t->s->compare != COMPARE_RAW && t->nevents > 0)
		write_regrouped(t);
	else
		for (unsigned i = 0; i < t->nevents; i++)
			write_event(t, &t->events[i]);
	t->nevents = 0;
	if (*t->reply != '\0')
		write_piece(t, "reply %s\n", t->reply);
	*t->reply = '\0';
}

void
trace_state(struct trace *t, int sup)
{
	write_piece(t, "state %s", id_of(t, sup));
}

void
trace_state_word(struct trace *t, const char *format, ...)
{
	char word[PIECE_SIZE];
	va_list ap;

	va_start(ap, format);
	vsnprintf(word, sizeof(word), format, ap);
	va_end(ap);
	append(t, " ");
	append(t, word);
}

void
trace_state_end(struct trace *t)
{
	append(t, "\n");
}

void
trace_end(struct trace *t, const char *reason)
{
	write_piece(t, "end %s %s\n", id_of(t, t->s->root), reason);
}
