/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/units.h"
#include "check.h"
#include "core/window.h"

static void
allows_the_limit_and_no_more(void)
{
	struct window w;

	CHECK(window_init(&w, 3, 5 * NS_PER_S));
	for (int i = 0; i < 3; i++)
		CHECK(window_allow(&w, i));
	CHECK(!window_allow(&w, 3));
	CHECK(window_used(&w, 3) == 3);
	CHECK(!window_allow(&w, 3));
	window_fini(&w);
	OK("S43: three in the window are allowed, the fourth is not");
}

static void
allows_none_with_zero(void)
{
	struct window w;

	CHECK(window_init(&w, 0, NS_PER_S));
	CHECK(!window_allow(&w, 0));
	CHECK(!window_allow(&w, 100 * NS_PER_S));
	CHECK(window_used(&w, 100 * NS_PER_S) == 0);
	window_clear(&w);
	window_fini(&w);
	OK("S43: with 0 the first is too many");
}

static void
includes_its_end(void)
{
	struct window w;

	CHECK(window_init(&w, 1, NS_PER_S));
	CHECK(window_allow(&w, 0));
	CHECK(!window_allow(&w, NS_PER_S));
	CHECK(window_allow(&w, NS_PER_S + 1));
	CHECK(window_used(&w, 2 * NS_PER_S + 1) == 1);
	CHECK(window_used(&w, 2 * NS_PER_S + 2) == 0);
	window_fini(&w);
	OK("S45: one exactly a period old counts");
}

static void
slides(void)
{
	struct window w;

	CHECK(window_init(&w, 2, 10));
	CHECK(window_allow(&w, 0));
	CHECK(window_allow(&w, 8));
	CHECK(!window_allow(&w, 10));
	CHECK(window_allow(&w, 11));
	CHECK(window_at(&w, 0) == 8 && window_at(&w, 1) == 11);
	CHECK(!window_allow(&w, 18));
	CHECK(window_allow(&w, 19));
	CHECK(window_at(&w, 0) == 11 && window_at(&w, 1) == 19);
	window_fini(&w);
	OK("S46: each restart leaves by itself");
}

static void
is_empty_after_clear(void)
{
	struct window w;

	CHECK(window_init(&w, 2, 10));
	CHECK(window_allow(&w, 0) && window_allow(&w, 1));
	window_clear(&w);
	CHECK(window_used(&w, 1) == 0);
	CHECK(window_allow(&w, 1) && window_allow(&w, 1));
	CHECK(!window_allow(&w, 1));
	window_fini(&w);
	window_fini(&w);
	OK("S50: a new incarnation starts from nothing");
}

static void
keeps_the_history_under_other_limits(void)
{
	struct window w;

	CHECK(window_init(&w, 3, 10));
	CHECK(window_allow(&w, 0) && window_allow(&w, 1) &&
	    window_allow(&w, 2));
	CHECK(window_change(&w, 5, 10));
	CHECK(window_used(&w, 3) == 3 && window_at(&w, 0) == 0);
	CHECK(window_allow(&w, 3) && window_allow(&w, 4));
	CHECK(!window_allow(&w, 5));

	/* The newest ones, since they stay longest. */
	CHECK(window_change(&w, 2, 10));
	CHECK(window_used(&w, 5) == 2);
	CHECK(window_at(&w, 0) == 3 && window_at(&w, 1) == 4);
	CHECK(!window_allow(&w, 13));
	CHECK(window_allow(&w, 14));

	/* The new period counts for old restarts as well. */
	CHECK(window_change(&w, 2, 100));
	CHECK(!window_allow(&w, 104));
	CHECK(window_allow(&w, 105));
	CHECK(window_change(&w, 0, 100) && !window_allow(&w, 105));
	window_fini(&w);
	OK("S203: the history is kept when the limits change");
}

/* Against a list of all restarts, looked through each time. */
static void
counts_like_a_list(void)
{
	static int64_t at[2000];
	unsigned n = 0;
	uint64_t random = 1;
	int64_t now = 0;
	struct window w;

	CHECK(window_init(&w, 7, 20));
	for (int i = 0; i < 2000; i++) {
		unsigned inside = 0;

		random = random * UINT64_C(6364136223846793005) + 1;
		now += (int64_t)(random >> 60);
		for (unsigned k = 0; k < n; k++)
			inside += now - at[k] <= 20;
		CHECK(window_used(&w, now) == inside);
		CHECK(window_allow(&w, now) == (inside < 7));
		if (inside < 7)
			at[n++] = now;
	}
	window_fini(&w);
	OK("the window counts like a list of all restarts");
}

int
main(void)
{
	allows_the_limit_and_no_more();
	allows_none_with_zero();
	includes_its_end();
	slides();
	is_empty_after_clear();
	keeps_the_history_under_other_limits();
	counts_like_a_list();
	return 0;
}
