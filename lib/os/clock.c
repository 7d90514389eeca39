/* SPDX-License-Identifier: ISC */
#include <limits.h>
#include <time.h>

#include "base/assert.h"
#include "os/clock.h"

#define NS_PER_S INT64_C(1000000000)

static int64_t
read_clock(clockid_t id)
{
	struct timespec now;
	int error;

	error = clock_gettime(id, &now);
	assert(error == 0);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

int64_t
clock_now_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t
clock_wall_ns(void)
{
	return read_clock(CLOCK_REALTIME);
}

int
clock_timeout_ms(int64_t now_ns, int64_t deadline_ns)
{
	int64_t left_ms;

	if (deadline_ns == CLOCK_NEVER)
		return -1;
	if (deadline_ns <= now_ns)
		return 0;
	left_ms = (deadline_ns - now_ns - 1) / CLOCK_NS_PER_MS + 1;
	return left_ms > INT_MAX ? INT_MAX : (int)left_ms;
}
