/* SPDX-License-Identifier: ISC */
#include "core_fixture.h"

/* What `catch` lines decide about ends (L9, L10). */

static const struct fixture_case cases[] = {
	{ "L10 S167: restart, even where the type would not, and reported",
	    "sup root; worker a restart=temporary catch=exit:3/restart",
	    "exit a exit:3; exit a exit:4; state",
	    "exit a#1 exit:3; caught a restart;"
	    "report root child_terminated a exit:3; start a#2;"
	    "exit a#2 exit:4; report root child_terminated a exit:4;"
	    "state root" },
	{ "L10 S24: a normal end that is to be restarted is reported as well",
	    "sup root; worker a restart=transient catch=exit:0/restart",
	    "exit a normal; state",
	    "exit a#1 exit:0; caught a restart;"
	    "report root child_terminated a exit:0; start a#2;"
	    "state root a=2" },
	{ "L10: a restart that is caught counts as any other",
	    "sup root max_restarts=1; worker a catch=*/restart",
	    "exit a exit:3; exit a exit:3",
	    "exit a#1 exit:3; caught a restart;"
	    "report root child_terminated a exit:3; start a#2;"
	    "exit a#2 exit:3; caught a restart;"
	    "report root child_terminated a exit:3; report root shutdown a "
	    "reached_max_restart_intensity; exit root#1 shutdown; end" },
	{ "L10: stop, not again, and nothing is reported or counted",
	    "sup root max_restarts=0; worker a catch=exit:3/stop; worker b",
	    "exit a exit:3; state",
	    "exit a#1 exit:3; caught a stop; state root a=- b=1" },
	{ "L10: stop, as if normal, so for auto_shutdown as well",
	    "sup root auto_shutdown=any_significant;"
	    "worker a restart=transient significant=yes catch=exit:3/stop;"
	    "worker b",
	    "exit a exit:3",
	    "exit a#1 exit:3; caught a stop; exit b#1 shutdown;"
	    "exit root#1 shutdown; end" },
	{ "L10: ignore, and auto_shutdown does not see it",
	    "sup root auto_shutdown=any_significant;"
	    "worker a restart=transient significant=yes catch=exit:3/ignore;"
	    "worker b",
	    "exit a exit:3; state",
	    "exit a#1 exit:3; caught a ignore; ignore a; state root a=- b=1" },
	{ "L10 S49: escalate, the supervisor reports both and gives up now",
	    "sup root; sup s max_restarts=9 restart=transient;"
	    "worker a parent=s catch=exit:3/escalate; worker b parent=s;"
	    "worker c",
	    "exit a exit:3; state",
	    "exit a#1 exit:3; caught a escalate;"
	    "report s child_terminated a exit:3; report s shutdown a exit:3;"
	    "exit b#1 shutdown;"
	    "exit s#1 shutdown; state root s=- c=1" },
	{ "L10: without a match the restart type decides",
	    "sup root; worker a restart=transient catch=exit:4/stop",
	    "exit a exit:3; exit a normal; state",
	    "exit a#1 exit:3; report root child_terminated a exit:3;"
	    "start a#2; exit a#2 exit:0; state root a=-" },
	{ "L10: a line that runs something decides nothing",
	    "sup root; worker a catch=*/run catch=exit:3/stop",
	    "exit a exit:3; state",
	    "exit a#1 exit:3; caught a stop; state root a=-" },
	{ "L9: its own lines, then those of each supervisor above",
	    "sup root catch=exit:1-9/stop; sup s catch=exit:2/ignore;"
	    "worker a parent=s; worker b parent=s catch=exit:2/restart;"
	    "worker c parent=s",
	    "exit a exit:2; exit b exit:2; exit c exit:9; state",
	    "exit a#1 exit:2; caught a ignore; ignore a; exit b#1 exit:2;"
	    "caught b restart; report s child_terminated b exit:2;"
	    "start b#2; exit c#1 exit:9; caught c stop;"
	    "state root s=1; state s a=- b=2 c=-" },
	{ "L10: under one_for_all a caught stop leaves the others alone",
	    "sup root strategy=one_for_all; worker a catch=exit:3/stop;"
	    "worker b",
	    "exit a exit:3; state",
	    "exit a#1 exit:3; caught a stop; state root a=- b=1" },
	{ "L10: an end that was asked for is not caught",
	    "sup root; worker a catch=*/escalate; worker b",
	    "terminate root a; state",
	    "exit a#1 shutdown; reply terminate ok; state root a=- b=1" },
	{ "U7: what ignore takes is caught by no line",
	    "sup root max_restarts=0; worker a ignore=75 catch=*/escalate",
	    "exit a exit:75; state",
	    "exit a#1 exit:75; ignore a; state root a=-" },
	{ "L10: a failed start is caught, at boot and at a restart",
	    "sup root; worker a start=fail catch=start:*/stop;"
	    "worker b start=ok,fail catch=start:*/ignore",
	    "boot; exit b crash; state",
	    "start root#1; startfail a; caught a stop; ignore a; start b#1;"
	    "up root#1; exit b#1 exit:1; report root child_terminated b exit:1;"
	    "startfail b; caught b ignore; ignore b; state root a=- b=-" },
	{ "L10 U7 S83: at a failed start stop is ignore, no end for auto_shutdown",
	    "sup root; sup s auto_shutdown=any_significant restart=temporary;"
	    "worker a parent=s start=fail restart=transient significant=yes"
	    " catch=start:*/stop;"
	    "worker b parent=s start=ok,fail restart=transient significant=yes"
	    " catch=start:*/stop;"
	    "worker c parent=s start=ok,fail restart=transient significant=yes"
	    " catch=start:*/ignore",
	    "boot; exit b crash; exit c crash; state",
	    "start root#1; start s#1; startfail a; caught a stop; ignore a;"
	    "start b#1; start c#1; up s#1; up root#1; exit b#1 exit:1;"
	    "report s child_terminated b exit:1; startfail b; caught b stop;"
	    "ignore b; exit c#1 exit:1; report s child_terminated c exit:1;"
	    "startfail c; caught c ignore; ignore c; state root s=1;"
	    "state s a=- b=- c=-" },
	{ "L10: a failed restart may escalate",
	    "sup root max_restarts=9; worker a start=ok,fail "
	    "catch=start:*/escalate; worker b",
	    "exit a crash",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "startfail a; caught a escalate; report root start_error a "
	    "start:ENOENT; report root shutdown a start:ENOENT;"
	    "exit b#1 shutdown; exit root#1 shutdown; end" },
};

int
main(void)
{
	return fixture_cases(cases, sizeof(cases) / sizeof(*cases));
}
