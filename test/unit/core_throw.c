/* SPDX-License-Identifier: ISC */
#include "core_fixture.h"

/* Throws: a run ends itself, for a reason of its own (L9). */

static const struct fixture_case cases[] = {
	{ "L9: it is stopped, and has ended for what it threw",
	    "sup root; worker a; worker b", "show actions; throw a full",
	    "stop a; exit a#1 throw:full;"
	    "report root child_terminated a throw:full; spawn a; start a#2" },
	{ "L9: none catches it: an abnormal end like any other, which counts",
	    "sup root max_restarts=1; worker a restart=transient;"
	    "worker b restart=temporary",
	    "throw b full; throw a full; throw a full",
	    "exit b#1 throw:full; report root child_terminated b throw:full;"
	    "exit a#1 throw:full; report root child_terminated a throw:full;"
	    "start a#2; exit a#2 throw:full;"
	    "report root child_terminated a throw:full;"
	    "report root shutdown a reached_max_restart_intensity;"
	    "exit root#1 shutdown; end" },
	{ "L9: its own lines, then those of each supervisor above",
	    "sup root catch=throw:*/restart; sup s catch=throw:full/stop;"
	    "worker a parent=s catch=throw:bad/ignore;"
	    "worker b parent=s restart=temporary; worker c parent=s",
	    "throw a bad; throw b other; throw c full; state",
	    "exit a#1 throw:bad; caught a ignore; ignore a;"
	    "exit b#1 throw:other; caught b restart;"
	    "report s child_terminated b throw:other; start b#2;"
	    "exit c#1 throw:full; caught c stop;"
	    "state root s=1; state s a=- b=2 c=-" },
	{ "L9: the first that matches decides, the others are not tried",
	    "sup root catch=throw:full/escalate; worker a"
	    " catch=throw:f*/stop catch=throw:full/restart; worker b",
	    "throw a full; state",
	    "exit a#1 throw:full; caught a stop; state root a=- b=1" },
	{ "L9: escalate, and the supervisor above is not asked",
	    "sup root; sup s catch=*/stop; worker a parent=s"
	    " catch=throw:full/escalate; worker b parent=s",
	    "throw a full",
	    "exit a#1 throw:full; caught a escalate;"
	    "report s child_terminated a throw:full;"
	    "report s shutdown a throw:full; exit b#1 shutdown;"
	    "exit s#1 shutdown; caught s stop" },
	{ "L9: whatever it does about the signal, SIGKILL included",
	    "sup root max_restarts=9; worker a term=ignore shutdown=3000;"
	    "worker b term=exit:normal restart=transient ignore=0;"
	    "worker c shutdown=brutal_kill",
	    "show actions; throw b one; throw c two; throw a three; wait 3000",
	    "stop b; exit b#1 throw:one;"
	    "report root child_terminated b throw:one; spawn b; start b#2;"
	    "kill c; exit c#1 throw:two;"
	    "report root child_terminated c throw:two; spawn c; start c#2;"
	    "stop a; kill a; exit a#1 throw:three;"
	    "report root child_terminated a throw:three; spawn a; start a#2" },
	{ "L9: links have its reason, and are told at once",
	    "sup root max_restarts=9; worker a term=delay:50; worker b;"
	    "link a b",
	    "throw a full; wait 49; wait 1",
	    "a: exit b#1 throw:full;"
	    "report root child_terminated b throw:full; start b#2;"
	    "exit a#1 throw:full; report root child_terminated a throw:full;"
	    "start a#2" },
	{ "L9: trap_exits is about the exits of others",
	    "sup root; worker a trap_exits=yes; worker b trap_exits=yes;"
	    "link a b",
	    "throw a full",
	    "exit a#1 throw:full; a: told b throw:full;"
	    "report root child_terminated a throw:full; start a#2" },
	{ "L9: the first throw counts, and none of one that is being ended",
	    "sup root max_restarts=9; worker a term=delay:50;"
	    "worker b term=delay:50; worker c term=delay:50; link b a",
	    "throw a one; throw a two; throw b three; terminate root c;"
	    "throw c four; wait 50",
	    "exit a#1 throw:one; a: exit b#1 throw:one; exit c#1 shutdown;"
	    "reply terminate ok; report root child_terminated a throw:one;"
	    "start a#2; report root child_terminated b throw:one; start b#2" },
	{ "L9: one that had ended before keeps its own reason",
	    "sup root; worker a",
	    "together exit a exit:3 unasked, throw a full",
	    "exit a#1 exit:3; report root child_terminated a exit:3;"
	    "start a#2" },
	{ "L9: of what does not run, or is a supervisor, nothing comes",
	    "sup root; sup s; worker a parent=s; worker b",
	    "terminate root b; throw b full; throw s full; state",
	    "exit b#1 shutdown; reply terminate ok; state root s=1 b=-;"
	    "state s a=1" },
	{ "L9: before it is ready it is its start that fails",
	    "sup root; worker a ready=fd start=ok,hang,ok"
	    " catch=throw:late/stop",
	    "exit a crash; throw a early; throw a late; state",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "starting a#2; exit a#2 throw:early; startfail a;"
	    "report root start_error a throw:early; starting a#3; start a#3;"
	    "exit a#3 throw:late; caught a stop; state root a=-" },
	{ "L9: a stop while it ends is the end of it, and not clean",
	    "sup root; worker a term=delay:50",
	    "throw a full; terminate root a; wait 50; state",
	    "exit a#1 throw:full;"
	    "report root shutdown_error a throw:full; reply terminate ok;"
	    "state root a=-" },
};

int
main(void)
{
	return fixture_cases(cases, sizeof(cases) / sizeof(*cases));
}
