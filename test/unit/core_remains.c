/* SPDX-License-Identifier: ISC */
#include "core_fixture.h"

/* What is left of a group when its leader has ended: U1, U2. */

static const struct fixture_case cases[] = {
	{ "U2: a child is started again when its group is empty",
	    "sup root; worker a",
	    "exit a crash remains; state; wait 1000; gone a",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "state root a=starting; start a#2" },
	{ "U2: an empty group costs no waiting", "sup root; worker a",
	    "exit a crash; deadline",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "start a#2; deadline never" },
	{ "U2: the rest is killed after the child's shutdown time",
	    "sup root; worker a shutdown=2000",
	    "show actions; exit a crash remains; deadline; wait 1999; wait 1",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "deadline 2000; kill a; spawn a; start a#2" },
	{ "U2: brutal_kill looks again by itself",
	    "sup root; worker a shutdown=brutal_kill",
	    "show actions; exit a crash remains; deadline; wait 1000",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "deadline 1000; kill a; spawn a; start a#2" },
	{ "U2: what survives a kill is killed again each second",
	    "sup root; worker a shutdown=2000 kills=2",
	    "show actions; exit a crash remains; wait 2000; deadline;"
	    "wait 1000; deadline; wait 1000",
	    "exit a#1 exit:1; report root child_terminated a exit:1; kill a;"
	    "deadline 1000; kill a; deadline 1000; kill a; spawn a;"
	    "start a#2" },
	{ "U2: one stop has one limit for leader and group",
	    "sup root; worker a shutdown=2000 term=delay:500 remains=0",
	    "show actions; terminate root a; wait 500; deadline; state;"
	    "wait 1499; wait 1",
	    "stop a; exit a#1 shutdown; deadline 1500; state root a=stopping;"
	    "kill a; reply terminate ok" },
	{ "U2: a stop is over when the group is empty",
	    "sup root; worker a; worker b remains=300; worker c",
	    "stop; wait 299; state; wait 1",
	    "exit c#1 shutdown; exit b#1 shutdown;"
	    "state root a=1 b=stopping c=-; exit a#1 shutdown;"
	    "exit root#1 shutdown; end" },
	{ "U2: a group restart waits for it",
	    "sup root strategy=one_for_all; worker a remains=300; worker b",
	    "exit b crash; wait 299; state; wait 1",
	    "exit b#1 exit:1; report root child_terminated b exit:1;"
	    "exit a#1 shutdown; state root a=stopping b=-; start a#2;"
	    "start b#2" },
	{ "U2: the start of the dead one waits, at its place",
	    "sup root strategy=one_for_all; worker a; worker b; worker c",
	    "exit b crash remains; state; gone b",
	    "exit b#1 exit:1; report root child_terminated b exit:1;"
	    "exit c#1 shutdown; exit a#1 shutdown; start a#2;"
	    "state root a=2 b=starting c=-; start b#2; start c#2" },
	{ "U2: one that was told to stop meanwhile is not started",
	    "sup root; worker a",
	    "exit a crash remains; terminate root a; state; gone a; state",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "state root a=stopping; reply terminate ok; state root a=-" },
	{ "U2: what vanishes is freed when its group is empty",
	    "sup root; dsup p",
	    "show frees; start p worker a restart=temporary;"
	    "exit a normal remains; state; gone a",
	    "start a#1; reply start ok; exit a#1 exit:0; state root p=1;"
	    "state p; free a" },
	{ "U2: also when all stop meanwhile", "sup root; worker a",
	    "show frees; start root worker t restart=temporary;"
	    "start root worker u; exit t normal remains; stop; gone t",
	    "start t#1; reply start ok; start u#1; reply start ok;"
	    "exit t#1 exit:0; exit u#1 shutdown; free t; exit a#1 shutdown;"
	    "exit root#1 shutdown; end" },
	{ "U2: the last of all are waited for",
	    "sup root; worker a restart=temporary; worker b",
	    "exit a normal remains; stop; state; gone a",
	    "exit a#1 exit:0; exit b#1 shutdown; state root b=-;"
	    "exit root#1 shutdown; end" },
	{ "U2: they are killed with the rest by the second order",
	    "sup root; worker a restart=temporary shutdown=infinity; worker b",
	    "show actions; exit a normal remains; stop; slaughter",
	    "exit a#1 exit:0; stop b; exit b#1 shutdown; kill a;"
	    "exit root#1 killed; end" },
	{ "U2: a backoff begins when the child ended, not when all is gone",
	    "sup root; worker a backoff=5..5 shutdown=60000",
	    "exit a crash remains; wait 3000; state; gone a; wait 1",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "state root a=restarting; start a#2" },
	{ "U5: what remains of a failed start delays the next one",
	    "sup root; worker a start=ok,early,ok remains=40",
	    "exit a crash; wait 39; wait 1; state; wait 40; state",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "starting a#2; exit a#2 exit:1; startfail a;"
	    "report root start_error a exit:1; state root a=starting;"
	    "starting a#3; start a#3; state root a=3" },
};

int
main(void)
{
	return fixture_cases(cases, sizeof(cases) / sizeof(*cases));
}
