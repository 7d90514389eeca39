/* SPDX-License-Identifier: ISC */
#include "core_fixture.h"

/* How a tree starts: S15 to S23, and what Unix adds. */

static const struct fixture_case cases[] = {
	{ "S15: children start in their order, nested ones in between",
	    "sup root; worker a; sup s; worker c; worker b parent=s; worker d",
	    "boot",
	    "start root#1; start a#1; start s#1; start b#1; up s#1; start c#1;"
	    "start d#1; up root#1" },
	{ "S15: the next waits until the start before it is complete",
	    "sup root; worker a start=hang; worker b", "boot; state; ready a",
	    "start root#1; starting a#1; state root a=starting b=-;"
	    "start a#1; start b#1; up root#1" },
	{ "S17: one that is not needed is kept, down, and the boot goes on",
	    "sup root; worker a start=ignore; worker b", "boot; state",
	    "start root#1; starting a#1; exit a#1 exit:0; ignore a; start b#1;"
	    "up root#1; state root a=- b=1" },
	{ "S17: a temporary one that is not needed is forgotten",
	    "sup root; worker a start=ignore restart=temporary; worker b",
	    "boot; state",
	    "start root#1; starting a#1; exit a#1 exit:0; ignore a; start b#1;"
	    "up root#1; state root b=1" },
	{ "S18: a failed start undoes the boot in reverse order",
	    "sup root; worker a; worker b; worker c start=fail; worker d",
	    "boot",
	    "start root#1; start a#1; start b#1; startfail c;"
	    "report root start_error c start:ENOENT; exit b#1 shutdown;"
	    "exit a#1 shutdown; exit root#1 shutdown:failed_to_start_child;"
	    "startfail root; end" },
	{ "S18: nothing is retried and nothing counted at boot",
	    "sup root; worker a start=fail,ok", "show notes; boot; wait 100000",
	    "start root#1; startfail a; report root start_error a start:ENOENT;"
	    "exit root#1 shutdown:failed_to_start_child; startfail root; end" },
	{ "S19: a nested boot that fails is a failed start of its parent's",
	    "sup root; worker a; sup s; worker b parent=s;"
	    "worker c parent=s start=fail; worker d",
	    "boot",
	    "start root#1; start a#1; start s#1; start b#1; startfail c;"
	    "report s start_error c start:ENOENT; exit b#1 shutdown;"
	    "exit s#1 shutdown:failed_to_start_child; startfail s;"
	    "report root start_error s shutdown:failed_to_start_child;"
	    "exit a#1 shutdown; exit root#1 shutdown:failed_to_start_child;"
	    "startfail root; end" },
	{ "S21: a death during the boot is dealt with after it",
	    "sup root; worker a; worker b start=hang",
	    "boot; exit a crash; state; ready b",
	    "start root#1; start a#1; starting b#1; exit a#1 exit:1;"
	    "state root a=ended b=starting; start b#1; up root#1;"
	    "report root child_terminated a exit:1; start a#2" },
	{ "S22: a supervisor without children is up", "sup root; sup s",
	    "boot; state",
	    "start root#1; start s#1; up s#1; up root#1; state root s=1;"
	    "state s" },
	{ "S23: a supervisor stays when its children are gone",
	    "sup root; worker a restart=temporary", "exit a normal; state",
	    "exit a#1 exit:0; state root" },
	{ "before: the program, and the next child, wait for its end",
	    "sup root; worker a before=1; worker b",
	    "show actions; boot; state; prepared a",
	    "start root#1; spawn a; state root a=starting b=-; spawn a;"
	    "start a#1; spawn b; start b#1; up root#1" },
	{ "before: then the program says when it is ready",
	    "sup root; worker a before=1 start=hang",
	    "boot; prepared a; state; ready a",
	    "start root#1; starting a#1; state root a=starting; start a#1;"
	    "up root#1" },
	{ "U5: before that fails is a failed start",
	    "sup root; worker a before=1; worker b", "boot; exit a exit:3",
	    "start root#1; exit a#1 exit:3; startfail a;"
	    "report root start_error a exit:3;"
	    "exit root#1 shutdown:failed_to_start_child; startfail root;"
	    "end" },
	{ "U7: before may say that the child is not needed",
	    "sup root; worker a before=1 ignore=99; worker b",
	    "boot; exit a exit:99; state",
	    "start root#1; exit a#1 exit:99; ignore a; start b#1; up root#1;"
	    "state root a=- b=1" },
	{ "before: each of the two has the time of start_timeout",
	    "sup root; worker a before=1 start=hang start_timeout=100",
	    "boot; wait 60; prepared a; wait 60; state; wait 100",
	    "start root#1; starting a#1; state root a=starting;"
	    "exit a#1 shutdown; startfail a; report root start_error a timeout;"
	    "exit root#1 shutdown:failed_to_start_child; startfail root;"
	    "end" },
	{ "before: a stop ends it, and the program does not start",
	    "sup root; worker a before=1", "show actions; boot; stop",
	    "start root#1; spawn a; stop a; exit a#1 shutdown;"
	    "exit root#1 shutdown; end" },
	{ "S47: before that fails at a restart is an attempt that counts",
	    "sup root max_restarts=2; worker a before=1",
	    "boot; prepared a; exit a crash; exit a exit:1; prepared a;"
	    "exit a crash",
	    "start root#1; start a#1; up root#1; exit a#1 exit:1;"
	    "report root child_terminated a exit:1; exit a#2 exit:1;"
	    "startfail a; report root start_error a exit:1; start a#3;"
	    "exit a#3 exit:1; report root child_terminated a exit:1;"
	    "report root shutdown a reached_max_restart_intensity;"
	    "exit root#1 shutdown; end" },
	{ "U5: a start fails when the child ends before it is ready",
	    "sup root; worker a start=early", "boot",
	    "start root#1; starting a#1; exit a#1 exit:1; startfail a;"
	    "report root start_error a exit:1;"
	    "exit root#1 shutdown:failed_to_start_child; startfail root; end" },
	{ "U5: a start fails when start_timeout passes",
	    "sup root; worker a start=hang start_timeout=500 term=ignore"
	    " shutdown=200",
	    "show actions; boot; wait 499; deadline; wait 1; wait 199; wait 1",
	    "start root#1; spawn a; starting a#1; deadline 1; stop a; kill a;"
	    "exit a#1 killed; startfail a; report root start_error a timeout;"
	    "exit root#1 shutdown:failed_to_start_child; startfail root; end" },
	{ "U5: one that is ready in time has no start_timeout any more",
	    "sup root; worker a start=hang start_timeout=500",
	    "boot; wait 499; ready a; deadline; wait 1000",
	    "start root#1; starting a#1; start a#1; up root#1;"
	    "deadline never" },
	{ "U6: ready after is a time that the child has lived",
	    "sup root; worker a ready=after:2000; worker b",
	    "boot; deadline; wait 1999; wait 1",
	    "start root#1; starting a#1; deadline 2000; start a#1; start b#1;"
	    "up root#1" },
	{ "U6: ready after longer than start_timeout is too late",
	    "sup root; worker a ready=after:2000 start_timeout=1000",
	    "boot; wait 1000",
	    "start root#1; starting a#1; exit a#1 shutdown; startfail a;"
	    "report root start_error a timeout;"
	    "exit root#1 shutdown:failed_to_start_child; startfail root; end" },
	{ "U6: one that ends before its time has failed to start",
	    "sup root; worker a ready=after:2000",
	    "boot; wait 1000; exit a normal",
	    "start root#1; starting a#1; exit a#1 exit:0; startfail a;"
	    "report root start_error a exit:0;"
	    "exit root#1 shutdown:failed_to_start_child; startfail root; end" },
	{ "U7: the status of ignore says so before the child is ready",
	    "sup root; worker a ready=after:2000 ignore=99; worker b",
	    "boot; exit a exit:99; state",
	    "start root#1; starting a#1; exit a#1 exit:99; ignore a;"
	    "start b#1; up root#1; state root a=- b=1" },
	{ "U7: and for a permanent child that is up as well",
	    "sup root; worker a ignore=99", "exit a exit:99; state",
	    "exit a#1 exit:99; ignore a; state root a=-" },
	{ "U7: with ready fd a normal status before says so too",
	    "sup root; worker a start=hang normal=75; worker b",
	    "boot; exit a exit:75; state",
	    "start root#1; starting a#1; exit a#1 exit:75; ignore a;"
	    "start b#1; up root#1; state root a=- b=1" },
	{ "U9: a stop during the boot undoes what was started",
	    "sup root; worker a; sup s; worker b parent=s;"
	    "worker c parent=s start=hang; worker d",
	    "boot; stop",
	    "start root#1; start a#1; start s#1; start b#1; starting c#1;"
	    "exit c#1 shutdown; exit b#1 shutdown; exit s#1 shutdown;"
	    "exit a#1 shutdown; exit root#1 shutdown; end" },
};

int
main(void)
{
	return fixture_cases(cases, sizeof(cases) / sizeof(*cases));
}
