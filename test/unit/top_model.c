/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/units.h"
#include "check.h"
#include "cmd/top/model.h"
#include "cmd/top/ring.h"

/* Reads a record as it comes from the engine, and hands it over. */
static bool
take(struct top_model *model, const char *text,
    bool (*taken)(struct top_model *, const struct record_parsed *))
{
	struct record_parsed record;
	char line[RECORD_LINE_MAX];
	int len = snprintf(line, sizeof(line), "%s\n", text);

	CHECK(len > 0 && record_parse(&record, line, (size_t)len));
	return taken(model, &record);
}

static void
take_row(struct top_model *model, const char *text)
{
	CHECK(take(model, text, top_look_take));
}

static void
take_line(struct top_model *model, const char *text)
{
	CHECK(take(model, text, top_line_take));
}

/* A look without its end. */
static void
take_rows(struct top_model *model)
{
	top_look_begin(model);
	take_row(model,
	    "event=status supervisor=root state=up pid=10 run=1 up_ms=9000 "
	    "strategy=one_for_one restarts=1 max_restarts=3 max_seconds=5");
	take_row(model,
	    "event=status supervisor=web state=up run=1 up_ms=9000 "
	    "strategy=one_for_all restarts=0 max_restarts=2 max_seconds=60");
	take_row(model,
	    "event=status child=web/api state=up pid=11 run=3 up_ms=2000 "
	    "reason=signal:SEGV status=\"two clients\"");
	take_row(model,
	    "event=status child=web/front state=up pid=12 run=1 up_ms=9000");
	take_row(model,
	    "event=status child=cache state=restarting run=5 due_ms=1500 "
	    "reason=exit:1");
	take_row(model,
	    "event=status child=old state=down held=true run=1 reason=exit:0");
}

static void
look(struct top_model *model)
{
	take_rows(model);
	CHECK(top_look_end(model));
}

static const struct top_row *
shown(const struct top_model *model, size_t at)
{
	CHECK(at < model->nshown);
	return &model->look.rows[model->shown[at]];
}

/* Whether the rows that are shown are these, with blanks between. */
static bool
shows(const struct top_model *model, const char *names)
{
	char all[256] = "";

	for (size_t i = 0; i < model->nshown; i++) {
		if (i > 0)
			(void)strlcat(all, " ", sizeof(all));
		(void)strlcat(all, shown(model, i)->name, sizeof(all));
	}
	return strcmp(all, names) == 0;
}

static void
test_rows(void)
{
	struct top_model model;
	size_t nworkers, nup;
	const struct top_row *row;

	top_model_init(&model);
	CHECK(top_chosen(&model) == NULL);
	look(&model);
	CHECK(shows(&model, "root web web/api web/front cache old"));
	row = shown(&model, 0);
	CHECK(row->supervisor && row->depth == 0 && row->last);
	CHECK(row->restarts == 1 && row->max_restarts == 3);
	CHECK(row->max_seconds == 5 && row->pid == 0);
	row = shown(&model, 2);
	CHECK(!row->supervisor && row->depth == 2 && !row->last);
	CHECK(row->pid == 11 && row->up_ms == 2000 && row->restarts == 2);
	CHECK(strcmp(row->status, "two clients") == 0);
	CHECK(strcmp(row->reason, "signal:SEGV") == 0);
	CHECK(shown(&model, 3)->last && !shown(&model, 1)->last);
	row = shown(&model, 4);
	CHECK(row->pid == 0 && row->due_ms == 1500 && row->up_ms == TOP_NONE);
	CHECK(row->cpu_permille == TOP_NONE && row->rss_bytes == TOP_NONE);
	CHECK(strcmp(shown(&model, 5)->state, "held") == 0);
	CHECK(shown(&model, 5)->last);
	top_count(&model, &nworkers, &nup);
	CHECK(nworkers == 4 && nup == 2);
	top_model_fini(&model);
	(void)printf("ok - a look becomes rows, in the order of the tree\n");
}

static void
test_dropped_look(void)
{
	struct top_model model;

	top_model_init(&model);
	look(&model);
	top_look_begin(&model);
	take_row(&model, "event=status child=half state=up pid=1 run=1");
	CHECK(shows(&model, "root web web/api web/front cache old"));
	look(&model);
	CHECK(shows(&model, "root web web/api web/front cache old"));
	top_look_begin(&model);
	take_row(&model, "event=status child=half state=up pid=1 run=1");
	top_model_fini(&model);
	(void)printf("ok - a look that is not complete is never seen\n");
}

static void
test_chosen(void)
{
	struct top_model model;

	top_model_init(&model);
	look(&model);
	top_move(&model, 3);
	CHECK(strcmp(top_chosen(&model)->name, "web/front") == 0);
	model.order = TOP_BY_RESTARTS;
	CHECK(top_arrange(&model));
	CHECK(shows(&model, "cache web/api web/front old root web"));
	CHECK(strcmp(top_chosen(&model)->name, "web/front") == 0);
	look(&model);
	CHECK(strcmp(top_chosen(&model)->name, "web/front") == 0);
	top_move(&model, 100);
	CHECK(strcmp(top_chosen(&model)->name, "web") == 0);
	top_move(&model, -100);
	CHECK(strcmp(top_chosen(&model)->name, "cache") == 0);

	/* It goes: the one that is in its place then is chosen. */
	model.order = TOP_BY_TREE;
	CHECK(top_arrange(&model));
	top_move(&model, 100);
	CHECK(strcmp(top_chosen(&model)->name, "old") == 0);
	top_look_begin(&model);
	take_row(&model, "event=status child=a state=up pid=1 run=1");
	CHECK(top_look_end(&model));
	CHECK(strcmp(top_chosen(&model)->name, "a") == 0);
	top_look_begin(&model);
	CHECK(top_look_end(&model));
	CHECK(top_chosen(&model) == NULL);
	top_move(&model, 1);
	CHECK(top_chosen(&model) == NULL);
	top_model_fini(&model);
	(void)printf("ok - the chosen row stays while there is one\n");
}

static void
test_filter(void)
{
	struct top_model model;

	top_model_init(&model);
	(void)strlcpy(model.filter, "web/", sizeof(model.filter));
	look(&model);
	CHECK(shows(&model, "web/api web/front"));
	(void)strlcpy(model.filter, "nobody", sizeof(model.filter));
	CHECK(top_arrange(&model));
	CHECK(model.nshown == 0 && top_chosen(&model) == NULL);
	*model.filter = '\0';
	CHECK(top_arrange(&model));
	CHECK(model.nshown == 6);
	top_model_fini(&model);
	(void)printf("ok - what is filtered away comes back\n");
}

/* What the groups 11 and 12 have used, as usage_read() would tell. */
static void
use(struct top_model *model, int64_t cpu_11_ns, int64_t cpu_12_ns,
    int64_t now_ns)
{
	size_t n;
	struct usage *usage = top_usage_wanted(model, &n);

	CHECK(usage != NULL && n == 2);
	CHECK(usage[0].group == 11 && usage[1].group == 12);
	usage[0].cpu_ns = cpu_11_ns;
	usage[0].rss_bytes = 3 << 20;
	usage[0].nprocesses = 2;
	usage[1].cpu_ns = cpu_12_ns;
	usage[1].rss_bytes = 1 << 20;
	usage[1].nprocesses = cpu_12_ns < 0 ? 0 : 1;
	top_usage_take(model, usage, n, now_ns);
	CHECK(top_look_end(model));
}

static void
test_usage(void)
{
	struct top_model model;

	top_model_init(&model);
	take_rows(&model);
	/* At first since its start: 1 s of 2, and 0.9 of 9. */
	use(&model, NS_PER_S, 9 * NS_PER_S / 10, 100 * NS_PER_S);
	CHECK(shown(&model, 2)->cpu_permille == 500);
	CHECK(shown(&model, 3)->cpu_permille == 100);
	CHECK(shown(&model, 2)->rss_bytes == 3 << 20);
	CHECK(shown(&model, 0)->cpu_permille == TOP_NONE);

	/* Then since the last look, 1 s before: both processors for one. */
	take_rows(&model);
	use(&model, 3 * NS_PER_S, 9 * NS_PER_S / 10, 101 * NS_PER_S);
	CHECK(shown(&model, 2)->cpu_permille == 2000);
	CHECK(shown(&model, 3)->cpu_permille == 0);

	/* Less than before is another group; one without processes is none. */
	take_rows(&model);
	use(&model, NS_PER_S / 2, -1, 102 * NS_PER_S);
	CHECK(shown(&model, 2)->cpu_permille == 250);
	CHECK(shown(&model, 3)->cpu_permille == TOP_NONE);
	CHECK(shown(&model, 3)->rss_bytes == TOP_NONE);

	/* Days of many processors. */
	take_rows(&model);
	use(&model, INT64_MAX / 2, 0, 103 * NS_PER_S);
	CHECK(shown(&model, 2)->cpu_permille > 1000000);

	model.order = TOP_BY_MEMORY;
	CHECK(top_arrange(&model));
	CHECK(strcmp(shown(&model, 0)->name, "web/api") == 0);
	top_model_fini(&model);
	(void)printf("ok - processor time is that since the last look\n");
}

static void
test_lines(void)
{
	struct top_model model;

	top_model_init(&model);
	CHECK(strcmp(top_line_of(&model, "web/api"), "") == 0);
	take_line(&model, "event=output child=web/api stream=out text=first");
	take_line(&model, "event=output child=cache stream=err text=other");
	take_line(&model,
	    "event=output child=web/api stream=out text=\"a\\x1b[31mb\"");
	CHECK(strcmp(top_line_of(&model, "web/api"), "a.[31mb") == 0);
	CHECK(strcmp(top_line_of(&model, "cache"), "other") == 0);
	take_line(&model, "event=lost count=3");
	top_model_fini(&model);
	(void)printf("ok - the last line of each child, safe for a terminal\n");
}

static void
test_ring(void)
{
	static struct top_ring ring;
	char line[16];

	CHECK(top_ring_back(&ring, 0) == NULL);
	for (int i = 0; i < TOP_RING_LINES + 5; i++) {
		(void)snprintf(line, sizeof(line), "%d", i);
		top_ring_add(&ring, line);
	}
	(void)snprintf(line, sizeof(line), "%d", TOP_RING_LINES + 4);
	CHECK(strcmp(top_ring_back(&ring, 0), line) == 0);
	CHECK(strcmp(top_ring_back(&ring, TOP_RING_LINES - 1), "5") == 0);
	CHECK(top_ring_back(&ring, TOP_RING_LINES) == NULL);
	top_ring_clear(&ring);
	CHECK(top_ring_back(&ring, 0) == NULL);
	(void)printf("ok - of what a child writes the last lines are kept\n");
}

int
main(void)
{
	test_rows();
	test_dropped_look();
	test_chosen();
	test_filter();
	test_usage();
	test_lines();
	test_ring();
	return 0;
}
