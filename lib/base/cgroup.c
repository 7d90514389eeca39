/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>

#include "base/cgroup.h"

/* The period of a quota, in microseconds, as the kernel has it. */
#define PERIOD_US INT64_C(100000)

const char *const cgroup_controller_text[CGROUP_CONTROLLERS] = {
	[CGROUP_MEMORY] = "memory",
	[CGROUP_PIDS] = "pids",
	[CGROUP_CPU] = "cpu",
};

#define BYTES_MAX (INT64_C(1) << 50)
#define NONE      CGROUP_INFINITY

const struct cgroup_limit cgroup_limits[CGROUP_LIMITS] = {
	{ CGROUP_MEMORY, CGROUP_BYTES, "", "memory.max", BYTES_MAX, NONE },
	{ CGROUP_MEMORY, CGROUP_BYTES, "high", "memory.high", BYTES_MAX, NONE },
	{ CGROUP_MEMORY, CGROUP_BYTES, "swap", "memory.swap.max", BYTES_MAX,
	    NONE },
	{ CGROUP_PIDS, CGROUP_COUNT, "", "pids.max", 4194304, NONE },
	{ CGROUP_CPU, CGROUP_PERCENT, "", "cpu.max", 1000000, NONE },
	{ CGROUP_CPU, CGROUP_WEIGHT, "weight", "cpu.weight", 10000, 100 },
};

const char *
cgroup_limit_text(const struct cgroup_limit *limit, int64_t value,
    char text[static CGROUP_TEXT_SIZE])
{
	char number[24] = "max";

	if (limit->unit == CGROUP_PERCENT && value != CGROUP_INFINITY)
		value *= PERIOD_US / 100;
	if (value != CGROUP_INFINITY)
		snprintf(number, sizeof(number), "%" PRId64, value);
	if (limit->unit == CGROUP_PERCENT)
		snprintf(text, CGROUP_TEXT_SIZE, "%s %" PRId64, number,
		    PERIOD_US);
	else
		snprintf(text, CGROUP_TEXT_SIZE, "%s", number);
	return text;
}
