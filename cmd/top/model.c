/* SPDX-License-Identifier: ISC */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "base/utf8.h"
#include "cmd/top/model.h"
#include "core/child.h"

/* Rows of a new look. */
#define ROWS_ROOM 64

const char *const top_order_text[] = {
	[TOP_BY_TREE] = "tree",
	[TOP_BY_CPU] = "cpu",
	[TOP_BY_MEMORY] = "memory",
	[TOP_BY_RESTARTS] = "restarts",
};

void
top_model_init(struct top_model *model)
{
	*model = (struct top_model){ .lines = NULL };
}

static void
look_fini(struct top_look *look)
{
	arena_fini(&look->texts);
	free(look->rows);
	*look = (struct top_look){ .rows = NULL };
}

void
top_model_fini(struct top_model *model)
{
	tdestroy(model->lines, free);
	look_fini(&model->look);
	look_fini(&model->next);
	free(model->usage);
	free(model->shown);
	top_model_init(model);
}

/* ------------------------------------------------------------------ looks */

void
top_look_begin(struct top_model *model)
{
	look_fini(&model->next);
	arena_init(&model->next.texts, 0, NULL);
}

static struct top_row *
add_row(struct top_look *look)
{
	size_t room = look->room == 0 ? ROWS_ROOM : 2 * look->room;
	struct top_row *rows;

	if (look->n == look->room) {
		rows = reallocarray(look->rows, room, sizeof(*rows));
		if (rows == NULL)
			return NULL;
		look->rows = rows;
		look->room = room;
	}
	return &look->rows[look->n++];
}

static const char *
keep(struct top_look *look, const char *text)
{
	return arena_text(&look->texts, text, strlen(text));
}

/* A slash for each level below the root's. */
static unsigned
depth_of(const char *path)
{
	unsigned depth = 1;

	while ((path = strchr(path, '/')) != NULL) {
		depth++;
		path++;
	}
	return depth;
}

bool
top_look_take(struct top_model *model, const struct record_parsed *record)
{
	struct top_look *look = &model->next;
	bool held = record_parsed_get(record, "held") != NULL;
	int64_t run = record_parsed_number(record, "run", 0);
	struct top_row *row = add_row(look);

	if (row == NULL)
		return false;
	*row = (struct top_row){
		.name = keep(look, record_parsed_subject(record)),
		.state = held ? "held" :
				keep(look, record_parsed_text(record, "state")),
		.reason = keep(look, record_parsed_text(record, "reason")),
		.status = keep(look, record_parsed_text(record, "status")),
		.supervisor = record_parsed_get(record, "strategy") != NULL,
		.up_ms = record_parsed_number(record, "up_ms", TOP_NONE),
		.due_ms = record_parsed_number(record, "due_ms", TOP_NONE),
		.restarts = run > 1 ? run - 1 : 0,
		.cpu_permille = TOP_NONE,
		.rss_bytes = TOP_NONE,
	};
	if (row->name == NULL || row->state == NULL || row->reason == NULL ||
	    row->status == NULL)
		return false;
	row->depth = look->n == 1 ? 0 : depth_of(row->name);
	if (row->supervisor) {
		row->restarts = record_parsed_number(record, "restarts", 0);
		row->max_restarts =
		    record_parsed_number(record, "max_restarts", 0);
		row->max_seconds =
		    record_parsed_number(record, "max_seconds", 0);
	} else {
		row->pid = (pid_t)record_parsed_number(record, "pid", 0);
	}
	return true;
}

/* Finds the last of each family: none follows before one less deep. */
static void
find_last(struct top_look *look)
{
	for (size_t i = 0; i < look->n; i++) {
		struct top_row *row = &look->rows[i];
		size_t k = i + 1;

		while (k < look->n && look->rows[k].depth > row->depth)
			k++;
		row->last = k == look->n || look->rows[k].depth < row->depth;
	}
}

bool
top_look_end(struct top_model *model)
{
	struct top_look old = model->look;

	find_last(&model->next);
	model->look = model->next;
	model->next = (struct top_look){ .rows = NULL };
	look_fini(&old);
	return top_arrange(model);
}

/* ------------------------------------------------------------------ usage */

struct usage *
top_usage_wanted(const struct top_model *model, size_t *n)
{
	const struct top_look *look = &model->next;
	struct usage *usage = calloc(look->n + 1, sizeof(*usage));

	*n = 0;
	for (size_t i = 0; usage != NULL && i < look->n; i++)
		if (look->rows[i].pid != 0)
			usage[(*n)++].group = look->rows[i].pid;
	return usage;
}

/* The share of one processor that the group had since the last look. */
static int64_t
cpu_of(const struct top_model *model, const struct usage *now,
    const struct top_row *row, int64_t elapsed_ns)
{
	const struct usage *before =
	    usage_find(model->usage, model->nusage, now->group);
	int64_t spent_ns = now->cpu_ns;

	/* It may be another group that has got the number. */
	if (before == NULL || before->cpu_ns > spent_ns ||
	    row->up_ms * NS_PER_MS < elapsed_ns)
		elapsed_ns = row->up_ms * NS_PER_MS;
	else
		spent_ns -= before->cpu_ns;
	/* Days of many processors times a thousand are too many ns. */
	elapsed_ns /= 1000;
	return elapsed_ns <= 0 ? 0 : spent_ns / elapsed_ns;
}

void
top_usage_take(struct top_model *model, struct usage *usage, size_t n,
    int64_t now_ns)
{
	for (size_t i = 0; i < model->next.n; i++) {
		struct top_row *row = &model->next.rows[i];
		const struct usage *now =
		    row->pid == 0 ? NULL : usage_find(usage, n, row->pid);

		if (now == NULL || now->nprocesses == 0)
			continue;
		row->rss_bytes = now->rss_bytes;
		row->cpu_permille =
		    cpu_of(model, now, row, now_ns - model->usage_ns);
	}
	free(model->usage);
	model->usage = usage;
	model->nusage = n;
	model->usage_ns = now_ns;
}

/* ------------------------------------------------------------------ lines */

/* A line begins with its name. */
static int
compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

static struct top_line *
find_line(const struct top_model *model, const char *name)
{
	struct top_line *const *found =
	    tfind(name, &model->lines, compare_names);

	return found == NULL ? NULL : *found;
}

static struct top_line *
add_line(struct top_model *model, const char *name)
{
	struct top_line *line = calloc(1, sizeof(*line));

	if (line == NULL)
		return NULL;
	(void)strlcpy(line->name, name, sizeof(line->name));
	if (tsearch(line, &model->lines, compare_names) != NULL)
		return line;
	free(line);
	return NULL;
}

bool
top_line_take(struct top_model *model, const struct record_parsed *record)
{
	const struct record_field *text = record_parsed_get(record, "text");
	const char *name = record_parsed_subject(record);
	struct top_line *line;

	if (text == NULL)
		return true;
	line = find_line(model, name);
	if (line == NULL)
		line = add_line(model, name);
	if (line == NULL)
		return false;
	(void)strlcpy(line->text, text->text, sizeof(line->text));
	utf8_tame(line->text, strlen(line->text), false, '.');
	return true;
}

const char *
top_line_of(const struct top_model *model, const char *name)
{
	const struct top_line *line = find_line(model, name);

	return line == NULL ? "" : line->text;
}

/* ------------------------------------------------------------------ order */

static int64_t
weight(const struct top_row *row, enum top_order order)
{
	switch (order) {
	case TOP_BY_CPU:
		return row->cpu_permille;
	case TOP_BY_MEMORY:
		return row->rss_bytes;
	case TOP_BY_RESTARTS:
		return row->supervisor ? TOP_NONE : row->restarts;
	case TOP_BY_TREE:
	case TOP_NORDERS:
		break;
	}
	return 0;
}

/* Whether row `a` comes before row `b`. */
static int
compare_rows(const void *a, const void *b, void *arg)
{
	const struct top_model *model = arg;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	int64_t of_x = weight(&model->look.rows[x], model->order);
	int64_t of_y = weight(&model->look.rows[y], model->order);

	if (of_x != of_y)
		return of_x < of_y ? 1 : -1;
	return (x > y) - (x < y);
}

/* Goes to the row that was chosen, or stays where that was. */
static void
choose_again(struct top_model *model)
{
	const struct top_look *look = &model->look;

	for (size_t i = 0; i < model->nshown; i++)
		if (strcmp(look->rows[model->shown[i]].name,
			model->chosen_name) == 0) {
			model->chosen = i;
			return;
		}
	top_move(model, 0);
}

bool
top_arrange(struct top_model *model)
{
	const struct top_look *look = &model->look;
	size_t *shown = reallocarray(model->shown, look->n + 1, sizeof(*shown));

	if (shown == NULL)
		return false;
	model->shown = shown;
	model->nshown = 0;
	for (size_t i = 0; i < look->n; i++)
		if (strstr(look->rows[i].name, model->filter) != NULL)
			shown[model->nshown++] = i;
	qsort_r(shown, model->nshown, sizeof(*shown), compare_rows, model);
	choose_again(model);
	return true;
}

void
top_move(struct top_model *model, ptrdiff_t by)
{
	ptrdiff_t to = (ptrdiff_t)model->chosen + by;
	ptrdiff_t last = (ptrdiff_t)model->nshown - 1;
	const struct top_row *row;

	to = to > last ? last : to;
	model->chosen = to < 0 ? 0 : (size_t)to;
	row = top_chosen(model);
	if (row != NULL)
		(void)strlcpy(model->chosen_name, row->name,
		    sizeof(model->chosen_name));
}

const struct top_row *
top_chosen(const struct top_model *model)
{
	return model->chosen < model->nshown ?
	    &model->look.rows[model->shown[model->chosen]] :
	    NULL;
}

void
top_count(const struct top_model *model, size_t *nworkers, size_t *nup)
{
	*nworkers = *nup = 0;
	for (size_t i = 0; i < model->look.n; i++) {
		const struct top_row *row = &model->look.rows[i];

		*nworkers += !row->supervisor;
		*nup += !row->supervisor &&
		    strcmp(row->state, child_state_text[CHILD_UP]) == 0;
	}
}
