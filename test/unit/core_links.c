/* SPDX-License-Identifier: ISC */
#include "core_fixture.h"

/*
 * Links: S150 to S163 and L1 to L5. An exit that another one's caused has
 * that one in front: `a: exit b#1 exit:1`.
 */

static const struct fixture_case cases[] = {
	{ "L2: an abnormal end ends the other for the same reason",
	    "sup root; worker a; worker b; link a b",
	    "show actions; exit a exit:7",
	    "exit a#1 exit:7; stop b; report root child_terminated a exit:7;"
	    "spawn a; start a#2; a: exit b#1 exit:7;"
	    "report root child_terminated b exit:7; spawn b; start b#2" },
	{ "S150: either side ends the other",
	    "sup root; worker a; worker b; link a b", "exit b signal:SEGV",
	    "exit b#1 signal:SEGV;"
	    "report root child_terminated b signal:SEGV; start b#2;"
	    "b: exit a#1 signal:SEGV;"
	    "report root child_terminated a signal:SEGV; start a#2" },
	{ "S153: a normal end does nothing to the other",
	    "sup root; worker a restart=transient; worker b; worker c"
	    " restart=transient normal=75; link a b; link c b",
	    "exit a normal; exit c exit:75; state",
	    "exit a#1 exit:0; exit c#1 exit:75; state root a=- b=1 c=-" },
	{ "S153: a planned one does, and its class goes along",
	    "sup root; worker a restart=transient planned=75;"
	    "worker b restart=transient; worker c restart=transient normal=75;"
	    "link a b; link b c",
	    "exit a exit:75; state",
	    "exit a#1 exit:75; a: exit b#1 exit:75; b: exit c#1 exit:75;"
	    "state root a=- b=- c=-" },
	{ "S153: a stop by its supervisor is one, the next start no end",
	    "sup root; sup s; worker a parent=s; worker b; link a b",
	    "terminate s a; restart s a; state",
	    "exit a#1 shutdown; reply terminate ok; a: exit b#1 shutdown;"
	    "report root child_terminated b shutdown; start b#2;"
	    "start a#2; reply restart ok;"
	    "state root s=1 b=2; state s a=2" },
	{ "S152: along a chain, all told before anybody is restarted",
	    "sup root max_restarts=5; worker a; worker b term=delay:100;"
	    "worker c term=delay:50; link a b; link b c",
	    "show actions; kill a; wait 100",
	    "exit a#1 killed; stop b; stop c;"
	    "report root child_terminated a killed; spawn a; start a#2;"
	    "b: exit c#1 killed; report root child_terminated c killed;"
	    "spawn c; start c#2; a: exit b#1 killed;"
	    "report root child_terminated b killed; spawn b; start b#2" },
	{ "L3: a cycle ends",
	    "sup root max_restarts=9; worker a; worker b; worker c;"
	    "link a b; link b c; link c a",
	    "exit a crash; state",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "start a#2; a: exit c#1 exit:1;"
	    "report root child_terminated c exit:1; start c#2;"
	    "a: exit b#1 exit:1; report root child_terminated b exit:1;"
	    "start b#2; state root a=2 b=2 c=2" },
	{ "S163: each linked end counts for its own supervisor",
	    "sup root max_restarts=9; sup s max_restarts=0; worker a parent=s;"
	    "worker b; worker c; link a b; link b c",
	    "show notes; exit b crash",
	    "exit b#1 exit:1; report root child_terminated b exit:1;"
	    "restarting b 1; start b#2; b: exit c#1 exit:1;"
	    "report root child_terminated c exit:1; restarting c 2; start c#2;"
	    "b: exit a#1 exit:1; report s child_terminated a exit:1;"
	    "report s shutdown a reached_max_restart_intensity; gave_up a 1;"
	    "exit s#1 shutdown; report root child_terminated s shutdown;"
	    "restarting s 3; start s#2; start a#2; up s#2" },
	{ "L2: its own restart type applies",
	    "sup root; worker a restart=temporary; worker b"
	    " restart=temporary; worker c restart=transient; link a b;"
	    "link a c",
	    "exit a crash; state",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "a: exit c#1 exit:1; report root child_terminated c exit:1;"
	    "start c#2; a: exit b#1 exit:1;"
	    "report root child_terminated b exit:1; state root c=2" },
	{ "L2: its `ignore` and `normal` are about statuses of its own",
	    "sup root; worker a; worker b restart=transient ignore=7 normal=7;"
	    "link a b",
	    "exit a exit:7; state",
	    "exit a#1 exit:7; report root child_terminated a exit:7;"
	    "start a#2; a: exit b#1 exit:7;"
	    "report root child_terminated b exit:7; start b#2;"
	    "state root a=2 b=2" },
	{ "L2: one that is being stopped is unaffected",
	    "sup root; worker a; worker b term=delay:500; link a b",
	    "show actions; terminate root b; exit a crash; wait 500",
	    "stop b; exit a#1 exit:1; exit b#1 shutdown; reply terminate ok;"
	    "report root child_terminated a exit:1; spawn a; start a#2" },
	{ "L2: one that had ended before keeps its own reason",
	    "sup root max_restarts=9; worker a; worker b; link a b",
	    "together exit a crash, exit b normal unasked",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "start a#2; exit b#1 exit:0; report root child_terminated b exit:0;"
	    "start b#2" },
	{ "U4: it is ended like any other, SIGKILL included",
	    "sup root; worker a; worker b term=ignore shutdown=3000;"
	    "worker c shutdown=brutal_kill term=ignore; link a b; link a c",
	    "show actions; exit a exit:9; deadline; wait 3000",
	    "exit a#1 exit:9; kill c; stop b;"
	    "report root child_terminated a exit:9; spawn a; start a#2;"
	    "a: exit c#1 exit:9; report root child_terminated c exit:9;"
	    "spawn c; start c#2; deadline 3000; kill b; a: exit b#1 exit:9;"
	    "report root child_terminated b exit:9; spawn b; start b#2" },
	{ "S30: a group restart takes a linked member as it is",
	    "sup root strategy=one_for_all max_restarts=1; worker a;"
	    "worker b; link a b",
	    "show actions; exit a exit:9",
	    "exit a#1 exit:9; stop b; report root child_terminated a exit:9;"
	    "a: exit b#1 exit:9; report root shutdown_error b exit:9;"
	    "spawn a; start a#2; spawn b; start b#2" },
	{ "L1: a pair of the file is linked when both run, again and again",
	    "sup root max_restarts=9; worker a; worker b term=delay:10;"
	    "link a b",
	    "exit a crash; exit a crash; wait 10; exit a crash; wait 10;"
	    "state",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "start a#2; exit a#2 exit:1;"
	    "report root child_terminated a exit:1; start a#3;"
	    "a: exit b#1 exit:1; report root child_terminated b exit:1;"
	    "start b#2; exit a#3 exit:1;"
	    "report root child_terminated a exit:1; start a#4;"
	    "a: exit b#2 exit:1; report root child_terminated b exit:1;"
	    "start b#3; state root a=4 b=3" },
	{ "L1: it is not linked while one of them is starting",
	    "sup root; worker a; worker b ready=fd start=hang,ok; link a b",
	    "exit a crash; ready b; exit a crash",
	    "exit a#1 exit:1; start b#1; up root#1;"
	    "report root child_terminated a exit:1; start a#2;"
	    "exit a#2 exit:1; report root child_terminated a exit:1;"
	    "start a#3; a: exit b#1 exit:1;"
	    "report root child_terminated b exit:1; starting b#2; start b#2" },
	{ "L1: a link of a request ends with either run",
	    "sup root max_restarts=9; worker a; worker b",
	    "link a b; exit a crash; exit b crash; exit a crash; state",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "start a#2; a: exit b#1 exit:1;"
	    "report root child_terminated b exit:1; start b#2;"
	    "exit b#2 exit:1; report root child_terminated b exit:1;"
	    "start b#3; exit a#2 exit:1;"
	    "report root child_terminated a exit:1; start a#3;"
	    "state root a=3 b=3" },
	{ "S160: after unlink nothing comes, until a pair of the file meets",
	    "sup root max_restarts=9; worker a; worker b; worker c;"
	    "link a b",
	    "link a c; unlink a c; unlink a b; exit a crash; state;"
	    "exit a crash; state",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "start a#2; state root a=2 b=1 c=1; exit a#2 exit:1;"
	    "report root child_terminated a exit:1; start a#3;"
	    "a: exit b#1 exit:1; report root child_terminated b exit:1;"
	    "start b#2; state root a=3 b=2 c=1" },
	{ "S154: one that traps exits is told, normal ends included, and lives",
	    "sup root; worker a; worker b trap_exits=yes; link a b",
	    "exit a normal; kill a; state",
	    "exit a#1 exit:0; a: told b exit:0;"
	    "report root child_terminated a exit:0; start a#2;"
	    "exit a#2 killed; a: told b killed;"
	    "report root child_terminated a killed; start a#3;"
	    "state root a=3 b=1" },
	{ "L4: it is told when the other one has ended, not before",
	    "sup root max_restarts=9; worker a; worker b term=delay:100;"
	    "worker c trap_exits=yes; link a b; link b c",
	    "exit a crash; wait 99; wait 1; state",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "start a#2; a: exit b#1 exit:1; b: told c exit:1;"
	    "report root child_terminated b exit:1; start b#2;"
	    "state root a=2 b=2 c=1" },
	{ "S155: its stop and SIGKILL cannot be trapped away",
	    "sup root; worker b trap_exits=yes term=ignore",
	    "terminate root b; wait 5000",
	    "exit b#1 killed; report root shutdown_error b killed;"
	    "reply terminate ok" },
	{ "L5: noproc is an exit signal, or a message",
	    "sup root; worker a; worker b trap_exits=yes; worker c",
	    "terminate root c; noproc a c; noproc b c",
	    "exit c#1 shutdown; reply terminate ok; c: exit a#1 noproc;"
	    "report root child_terminated a noproc; start a#2;"
	    "c: told b noproc" },
	{ "a supervisor's end is told, an exit signal to it does nothing",
	    "sup root; sup s max_restarts=0; worker a parent=s; worker b;"
	    "link s b",
	    "exit b crash; exit a crash",
	    "exit b#1 exit:1; report root child_terminated b exit:1;"
	    "start b#2; exit a#1 exit:1; report s child_terminated a exit:1;"
	    "report s shutdown a reached_max_restart_intensity;"
	    "exit s#1 shutdown; report root child_terminated s shutdown;"
	    "start s#2; start a#2; up s#2; s: exit b#2 shutdown;"
	    "report root child_terminated b shutdown; start b#3" },
	{ "an exit signal while it is starting fails the start",
	    "sup root max_restarts=9; worker a; worker b ready=fd"
	    " start=ok,hang,ok term=delay:100 shutdown=50",
	    "exit b crash; link a b; exit a crash; ready b; state; wait 50",
	    "exit b#1 exit:1; report root child_terminated b exit:1;"
	    "starting b#2; exit a#1 exit:1;"
	    "report root child_terminated a exit:1; start a#2;"
	    "state root a=2 b=starting; a: exit b#2 exit:1; startfail b;"
	    "report root start_error b exit:1; starting b#3; start b#3" },
	{ "one that is freed is named until those that it ends have ended",
	    "dsup root; worker a; worker b term=delay:100; link a b",
	    "start root worker x restart=temporary; show frees; link x b;"
	    "exit x crash; wait 99; wait 1",
	    "start x#1; reply start ok; exit x#1 exit:1;"
	    "report root child_terminated x exit:1; b: exit a#1 exit:1;"
	    "report root child_terminated a exit:1; start a#2;"
	    "x: exit b#1 exit:1; free x;"
	    "report root child_terminated b exit:1; start b#2" },
};

int
main(void)
{
	return fixture_cases(cases, sizeof(cases) / sizeof(cases[0]));
}
