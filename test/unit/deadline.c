/* SPDX-License-Identifier: ISC */
#include "core/deadline.h"
#include "check.h"
#include "core/child.h"

#define N 100

static struct child children[N];

static void
setup(struct deadlines *d)
{
	*d = (struct deadlines){ 0 };
	CHECK(deadline_reserve(d, N));
	for (int i = 0; i < N; i++)
		children[i] = (struct child){ .deadline_ns = NEVER_NS };
}

static void
are_met_nearest_first(void)
{
	struct deadlines d;
	struct child *due;
	int64_t last = 0;

	setup(&d);
	CHECK(deadline_next(&d) == NEVER_NS);
	CHECK(deadline_due(&d, INT64_MAX - 1) == NULL);
	for (int i = 0; i < N; i++)
		deadline_set(&d, &children[i], (i * 37) % N + 1);
	CHECK(deadline_next(&d) == 1);
	CHECK(deadline_due(&d, 0) == NULL);
	for (int i = 0; i < N; i++) {
		due = deadline_due(&d, N);
		CHECK(due != NULL && due->deadline_ns > last);
		last = due->deadline_ns;
		deadline_set(&d, due, NEVER_NS);
		CHECK(due->deadline_ns == NEVER_NS);
	}
	CHECK(d.n == 0);
	deadline_fini(&d);
	OK("deadlines come nearest first");
}

static void
can_be_moved(void)
{
	struct deadlines d;

	setup(&d);
	for (int i = 0; i < N; i++)
		deadline_set(&d, &children[i], 1000 + i);
	deadline_set(&d, &children[50], 1);
	CHECK(deadline_due(&d, 1) == &children[50]);
	deadline_set(&d, &children[50], 5000);
	CHECK(deadline_due(&d, 1000) == &children[0]);
	deadline_set(&d, &children[0], NEVER_NS);
	deadline_set(&d, &children[0], NEVER_NS);
	CHECK(deadline_next(&d) == 1001);
	deadline_fini(&d);
	OK("a deadline can be moved and cleared, also twice");
}

/* Against a look at all of them. */
static void
stay_in_order(void)
{
	uint64_t random = 7;
	struct deadlines d;

	setup(&d);
	for (int step = 0; step < 20000; step++) {
		int64_t nearest = NEVER_NS;
		struct child *child;

		random = random * UINT64_C(6364136223846793005) + 1;
		child = &children[(random >> 33) % N];
		deadline_set(&d, child,
		    (random >> 20) % 3 == 0 ? NEVER_NS :
					      (int64_t)(random >> 50));
		for (int i = 0; i < N; i++)
			if (children[i].deadline_ns < nearest)
				nearest = children[i].deadline_ns;
		CHECK(deadline_next(&d) == nearest);
	}
	deadline_fini(&d);
	OK("the heap stays a heap");
}

static void
have_room_that_was_made(void)
{
	struct deadlines d = { 0 };

	for (int i = 0; i < N; i++)
		CHECK(deadline_reserve(&d, 1));
	CHECK(d.reserved == N && d.room >= N);
	deadline_unreserve(&d, N - 1);
	CHECK(d.reserved == 1);
	deadline_fini(&d);
	deadline_fini(&d);
	CHECK(d.heap == NULL && d.reserved == 0);
	OK("room is made and given back");
}

int
main(void)
{
	are_met_nearest_first();
	can_be_moved();
	stay_in_order();
	have_room_that_was_made();
	return 0;
}
