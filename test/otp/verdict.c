/* SPDX-License-Identifier: ISC */
#include <stdio.h>

#include "verdict.h"

#define UNPLAYED_MAX_PERCENT 2

void
verdict_open(struct verdict *v)
{
	if (v->traces != NULL)
		expect_open(&v->expect, v->traces);
}

void
verdict_played(struct verdict *v, const char *name, const char *trace,
    bool failed)
{
	bool same = true;

	v->nplayed++;
	if (v->traces == NULL)
		fputs(trace, stdout);
	else
		same = expect_same(&v->expect, trace);
	if (!same || failed)
		v->ndifferent++;
	if (v->traces == NULL)
		return;
	same = same && !failed;
	if (!same || !v->quiet)
		printf("%s - %s\n", same ? "ok" : "not ok", name);
}

void
verdict_unplayed(struct verdict *v, const char *name, const char *why)
{
	v->nunplayed++;
	fflush(stdout);
	fprintf(stderr, "%s cannot be played: %s\n", name, why);
	if (v->traces != NULL)
		expect_skip(&v->expect);
}

/* Whether more could not be played than may be. */
static bool
lacks_too_much(const struct verdict *v)
{
	unsigned long n = v->nplayed + v->nunplayed;

	if (v->unplayed_max > 0)
		return v->nunplayed > (unsigned long)v->unplayed_max;
	return v->nunplayed * 100 > n * UNPLAYED_MAX_PERCENT;
}

int
verdict_close(struct verdict *v)
{
	int status = v->ndifferent > 0;

	if (v->traces == NULL)
		return status;
	if (v->nplayed == 0) {
		printf("not ok - nothing was played\n");
		status = 1;
	}
	if (lacks_too_much(v)) {
		printf("not ok - %lu of %lu cannot be played\n", v->nunplayed,
		    v->nplayed + v->nunplayed);
		status = 1;
	}
	if (v->quiet)
		printf("%lu played, %lu different, %lu cannot be played\n",
		    v->nplayed, v->ndifferent, v->nunplayed);
	expect_close(&v->expect);
	return status;
}
