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
verdict_played(struct verdict *v, const char *name, const char *trace)
{
	bool same;

	v->nplayed++;
	if (v->traces == NULL) {
		fputs(trace, stdout);
		return;
	}
	same = expect_same(&v->expect, trace);
	if (!same)
		v->ndifferent++;
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

int
verdict_close(struct verdict *v)
{
	unsigned long n = v->nplayed + v->nunplayed;
	int status = v->ndifferent > 0;

	if (v->traces == NULL)
		return 0;
	if (v->nunplayed * 100 > n * UNPLAYED_MAX_PERCENT) {
		printf("not ok - at most %d in 100 cannot be played\n",
		    UNPLAYED_MAX_PERCENT);
		status = 1;
	}
	if (v->quiet)
		printf("%lu played, %lu different, %lu cannot be played\n",
		    v->nplayed, v->ndifferent, v->nunplayed);
	expect_close(&v->expect);
	return status;
}
