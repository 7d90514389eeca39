/* SPDX-License-Identifier: ISC */
#include "base/units.h"
#include "check.h"
#include "core_fixture.h"

/* Delays between restarts: how long, and when they start over. */

/* How long `a` waits for its restart from now on, in ms. */
static int64_t
delay_ms(const struct fixture *f)
{
	return (tree_deadline(&f->tree) - f->now_ns) / NS_PER_MS;
}

/* Crashes `a`, and checks that it waits for about `ms`. */
static void
crash(struct fixture *f, int64_t ms)
{
	fixture_step(f, "exit a crash");
	CHECK(delay_ms(f) >= ms - ms / 5 && delay_ms(f) <= ms + ms / 5);
	CHECK(fixture_find(f, "a")->child.state == CHILD_RESTARTING);
	fixture_step(f, "wait 10000");
	CHECK(fixture_find(f, "a")->child.state == CHILD_UP);
}

static void
doubles_up_to_the_largest(void)
{
	struct fixture *f = fixture_new("sup root max_restarts=100"
					" max_seconds=1000;"
					"worker a backoff=1000..8000",
	    false);

	fixture_step(f, "boot");
	crash(f, 1000);
	crash(f, 2000);
	crash(f, 4000);
	for (int i = 0; i < 50; i++)
		crash(f, 8000);
	fixture_free(f);
	OK("a delay doubles, up to the largest");
}

static void
starts_over(void)
{
	struct fixture *f = fixture_new("sup root max_restarts=100"
					" max_seconds=100;"
					"worker a backoff=1000..8000",
	    false);

	fixture_step(f, "boot");
	crash(f, 1000);
	crash(f, 2000);
	fixture_step(f, "wait 100000");
	crash(f, 1000);
	crash(f, 2000);
	fixture_free(f);
	OK("it starts over when the child has lived max_seconds");
}

static void
differs(void)
{
	struct fixture *f = fixture_new("sup root max_restarts=100"
					" max_seconds=1000;"
					"worker a backoff=1000..1000",
	    false);
	int64_t least = INT64_MAX, most = 0;

	fixture_step(f, "boot");
	for (int i = 0; i < 90; i++) {
		fixture_step(f, "exit a crash");
		if (delay_ms(f) < least)
			least = delay_ms(f);
		if (delay_ms(f) > most)
			most = delay_ms(f);
		fixture_step(f, "wait 2000");
	}
	CHECK(least >= 800 && least < 850 && most > 1150 && most <= 1200);
	fixture_free(f);
	OK("it is longer or shorter by up to a fifth");
}

int
main(void)
{
	doubles_up_to_the_largest();
	starts_over();
	differs();
	return 0;
}
