/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/units.h"
#include "engine/mark.h"
#include "os/clock.h"

static char mark[80];

const char *
mark_text(void)
{
	return mark;
}

void
mark_make(void)
{
	snprintf(mark, sizeof(mark), "SUPERVISE_ID=%jd.%" PRId64,
	    (intmax_t)getpid(), clock_wall_ns() / NS_PER_MS);
}
