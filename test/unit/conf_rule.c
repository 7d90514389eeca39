/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "check.h"
#include "conf/directive.h"
#include "conf/nameset.h"
#include "conf/rule.h"
#include "conf_files.h"

static int64_t
failures(int64_t min_ms, int64_t max_ms, int64_t window_ms)
{
	struct worker_policy worker = {
		.backoff_min_ms = min_ms,
		.backoff_max_ms = max_ms,
	};

	return rule_failures_within(&worker, window_ms);
}

/* What the closed form must give: one failure after the other. */
static int64_t
count_failures(int64_t min_ms, int64_t max_ms, int64_t window_ms)
{
	int64_t n = 0, at_ms = 0, delay_ms = min_ms;

	while (at_ms <= window_ms) {
		n++;
		if (delay_ms > max_ms)
			delay_ms = max_ms;
		at_ms += delay_ms - delay_ms / 5;
		delay_ms *= 2;
	}
	return n;
}

static void
test_failures(void)
{
	CHECK(failures(0, 0, 5000) == INT64_MAX);
	CHECK(failures(1000, 30000, 5000) == 3);
	CHECK(failures(1000, 30000, 5600) == 4);
	CHECK(failures(10000, 60000, 5000) == 1);
	CHECK(failures(1000, 1000, 4000) == 6);
	CHECK(failures(1000, 1000, 3999) == 5);
	for (int64_t min = 1; min < 3000; min = min * 3 + 1)
		for (int64_t max = min; max < 9000; max = max * 2 + 7)
			for (int64_t w = 1000; w < 60000; w += 7777)
				CHECK(failures(min, max, w) ==
				    count_failures(min, max, w));
	OK("failures that fit into a window, delays at their shortest");
}

/* How many warnings a file gives; it has no errors. */
static size_t
warnings(const char *text)
{
	struct conf conf;
	size_t n;

	CHECK(load_text(&conf, text));
	n = conf.diags.nwarnings;
	conf_fini(&conf);
	return n;
}

static void
test_unreachable(void)
{
	CHECK(warnings("worker a { exec a; backoff 1s..30s }") == 1);
	CHECK(warnings("worker a { exec a; backoff 1s }") == 0);
	CHECK(warnings("worker a[2] { exec a; backoff 1s..30s }") == 0);
	CHECK(warnings("worker a { exec a; backoff 9s }\n"
		       "worker b { exec b }") == 0);
	CHECK(warnings("worker a { exec a; backoff 9s }\n"
		       "worker b { exec b; restart temporary }") == 1);
	CHECK(warnings("worker a { exec a; backoff 9s }\nsupervisor s {}") ==
	    0);
	CHECK(warnings("worker a { exec a; backoff 9s; restart temporary }") ==
	    0);
	CHECK(warnings("strategy dynamic\n"
		       "worker a { exec a; backoff 9s }") == 0);
	CHECK(warnings("max_seconds 6\n"
		       "worker a { exec a; backoff 1s..30s }") == 0);
	OK("a limit that backoff keeps from being reached is warned of");
}

static void
test_other_warnings(void)
{
	CHECK(warnings("max_restarts 0") == 1);
	CHECK(warnings("supervisor s { restart transient }") == 1);
	CHECK(warnings("auto_shutdown any_significant\n"
		       "supervisor s { restart transient; significant }") == 0);
	CHECK(warnings("supervisor s { restart temporary }") == 0);
	CHECK(warnings("supervisor s { shutdown 1m }") == 1);
	CHECK(warnings("supervisor s { shutdown infinity }") == 0);
	CHECK(warnings("worker a { exec a; ready fd 3; start_timeout 1 }") ==
	    0);
	CHECK(warnings("worker a { exec a; start_timeout 1 }") == 1);
	CHECK(warnings("worker a { exec a; start_timeout infinity }") == 0);
	CHECK(warnings("worker a { exec a; start_timeout 1; ready after 1 }") ==
	    0);
	CHECK(warnings("worker a { exec a; start_timeout 1; ready after 2 }") ==
	    1);
	OK("S68, S80: and so is what is hardly meant");
}

static void
test_names(void)
{
	static char texts[5000][8];
	struct nameset set = { 0 };
	struct arena a;
	uint32_t found = 0;

	arena_init(&a, 0, NULL);
	for (uint32_t i = 0; i < 5000; i++) {
		snprintf(texts[i], sizeof(texts[i]), "n%u", i);
		CHECK(nameset_add(&set, &a, texts[i], i, &found));
	}
	for (uint32_t i = 0; i < 5000; i++) {
		CHECK(!nameset_add(&set, &a, texts[i], 1, &found));
		CHECK(found == i);
	}
	arena_fini(&a);
	OK("a name is found again with its number");
}

static void
test_directives(void)
{
	for (size_t i = 0; i < ndirectives; i++) {
		const struct directive *d = &directives[i];

		CHECK(directive_find(d->name) == d);
		CHECK(directive_index(d) == i);
		CHECK(d->where != 0 && d->expected != NULL);
		CHECK(d->summary != NULL && d->argument != NULL);
		CHECK(strlen(d->summary) < 60);
		CHECK(*directive_where_text(d->where) != '\0');
	}
	CHECK(directive_find("nothing") == NULL);
	CHECK(directive_find("") == NULL);
	CHECK(strcmp(directive_where_text(IN_DYNAMIC),
		  "a supervisor with strategy dynamic") == 0);
	OK("every row of the table is complete and found by its name");
}

int
main(void)
{
	test_failures();
	test_unreachable();
	test_other_warnings();
	test_names();
	test_directives();
	return 0;
}
