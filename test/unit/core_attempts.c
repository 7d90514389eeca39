/* SPDX-License-Identifier: ISC */
#include "core_fixture.h"

/* Failed attempts to start again: S52 to S58. */

static const struct fixture_case cases[] = {
	{ "S57: when another of the group fails, the first one is down",
	    "sup root strategy=one_for_all max_restarts=9;"
	    "worker a start=ok,ok,hang; worker b start=ok,fail,ok",
	    "exit b crash; terminate root a; exit a crash; state;"
	    "restart root b",
	    "exit b#1 exit:1; report root child_terminated b exit:1;"
	    "exit a#1 shutdown; starting a#2; start a#2; startfail b;"
	    "report root start_error b start:ENOENT;"
	    "exit a#2 shutdown; starting a#3;"
	    "exit a#3 exit:1; startfail a; report root start_error a exit:1;"
	    "reply terminate ok; state root a=- b=-;"
	    "start b#3; reply restart ok" },
	{ "S53: what remains of a failed start may go during the next attempt",
	    "sup root strategy=one_for_all max_restarts=9;"
	    "worker a term=delay:100; worker b start=ok,early,ok remains=50",
	    "exit b crash; wait 1000",
	    "exit b#1 exit:1; report root child_terminated b exit:1;"
	    "exit a#1 shutdown; start a#2; starting b#2; exit b#2 exit:1;"
	    "startfail b; report root start_error b exit:1;"
	    "exit a#2 shutdown; start a#3; starting b#3; start b#3" },
};

int
main(void)
{
	return fixture_cases(cases, sizeof(cases) / sizeof(*cases));
}
