/* SPDX-License-Identifier: ISC */
#include <limits.h>
#include <time.h>

#include "check.h"
#include "os/clock.h"
#include "os_left.h"

static void
monotonic_never_goes_back(void)
{
	int64_t before, now;
	int i;

	before = clock_now_ns();
	for (i = 0; i < 1000; i++) {
		now = clock_now_ns();
		CHECK(now >= before);
		before = now;
	}
	OK("U10: the clock of decisions never goes back");
}

static void
wall_is_the_wall(void)
{
	CHECK(clock_wall_ns() / 1000000000 - (int64_t)time(NULL) <= 1);
	OK("timestamps are the wall's");
}

static void
timeouts_round_up(void)
{
	CHECK(clock_timeout_ms(5, CLOCK_NEVER) == -1);
	CHECK(clock_timeout_ms(5, 5) == 0);
	CHECK(clock_timeout_ms(5, 4) == 0);
	CHECK(clock_timeout_ms(5, INT64_MIN) == 0);
	CHECK(clock_timeout_ms(5, 6) == 1);
	CHECK(clock_timeout_ms(0, CLOCK_NS_PER_MS) == 1);
	CHECK(clock_timeout_ms(0, CLOCK_NS_PER_MS + 1) == 2);
	CHECK(clock_timeout_ms(0, CLOCK_NEVER - 1) == INT_MAX);
	OK("a timeout never ends early and fits an int");
}

int
main(void)
{
	left_start();
	monotonic_never_goes_back();
	wall_is_the_wall();
	timeouts_round_up();
	left_check();
	return 0;
}
