/* SPDX-License-Identifier: ISC */
#include "core_fixture.h"

/* Signs of life: readiness that is said or looked for, watchdog, checks. */

static const struct fixture_case cases[] = {
	{ "U20: ready notify: the start is complete when it says so",
	    "sup root strategy=one_for_all; worker a; worker b",
	    "show actions; start root worker n ready=notify start=ok; state",
	    "spawn n; starting n#1; start n#1; reply start ok;"
	    "state root a=1 b=1 n=1" },
	{ "U7: a normal end before it says so means that it is not needed",
	    "sup root; worker a",
	    "start root worker n ready=notify start=hang;"
	    "exit n normal; state",
	    "starting n#1; exit n#1 exit:0; ignore n; reply start ignore;"
	    "state root a=1 n=-" },
	{ "U21: a check begins at once, and again when one has failed",
	    "sup root; worker a",
	    "show actions; start root worker c ready=check check_every=100;"
	    "wait 50; failed c; wait 99; wait 1; deadline; passed c; deadline",
	    "spawn c; starting c#1; check c; check c; deadline 5000;"
	    "start c#1; reply start ok; deadline never" },
	{ "U21: one that takes too long has failed", "sup root; worker a",
	    "show actions; start root worker c ready=port check_every=100;"
	    "wait 4999; deadline; wait 1; failed c; wait 100; passed c",
	    "spawn c; starting c#1; check c; deadline 1; uncheck c; check c;"
	    "start c#1; reply start ok" },
	{ "U21: checks end with the run, and their answers mean nothing",
	    "sup root; worker c ready=file backoff=1000..1000",
	    "boot; passed c; exit c crash; wait 1200; exit c crash; passed c;"
	    "state",
	    "start root#1; starting c#1; start c#1; up root#1;"
	    "exit c#1 exit:1;"
	    "report root child_terminated c exit:1; starting c#2;"
	    "exit c#2 exit:1; startfail c; report root start_error c exit:1;"
	    "state root c=restarting" },
	{ "U21: start_timeout holds for it", "sup root; worker a",
	    "show actions; start root worker c ready=check check_every=80"
	    " start_timeout=200 restart=temporary; failed c; wait 80;"
	    "failed c; wait 80; wait 40; state",
	    "spawn c; starting c#1; check c; check c; check c; stop c;"
	    "exit c#1 shutdown; startfail c; reply start start_failed;"
	    "state root a=1" },
	{ "U22: no sign of life: SIGABRT, and an abnormal end",
	    "sup root; worker a watchdog=1000 restart=transient; worker b",
	    "show actions; wait 900; alive a 1000; deadline; wait 999; wait 1",
	    "deadline 1000; abort a; exit a#1 signal:ABRT;"
	    "report root child_terminated a signal:ABRT; spawn a; start a#2" },
	{ "U22: whatever it makes of the signal; SIGKILL follows in time",
	    "sup root; worker a watchdog=100 term=ignore shutdown=300"
	    " restart=temporary; worker b watchdog=200 term=exit:normal"
	    " restart=transient",
	    "show actions; wait 100; alive a 1000; wait 100; alive b; wait 200",
	    "abort a; abort b; exit b#1 signal:ABRT;"
	    "report root child_terminated b signal:ABRT; spawn b; start b#2;"
	    "kill a; exit a#1 signal:ABRT;"
	    "report root child_terminated a signal:ABRT" },
	{ "U22: brutal_kill is told as well, for the sake of the core dump",
	    "sup root; worker a watchdog=100 shutdown=brutal_kill term=ignore",
	    "show actions; wait 100",
	    "abort a; kill a; exit a#1 signal:ABRT;"
	    "report root child_terminated a signal:ABRT; spawn a; start a#2" },
	{ "U22: it counts from the start's completion, and not while it stops",
	    "sup root; worker b",
	    "show actions; start root worker a watchdog=100 ready=notify"
	    " start=hang term=delay:500; wait 1000; ready a; wait 99;"
	    "terminate root a; alive a 10; wait 499; wait 1",
	    "spawn a; starting a#1; start a#1; reply start ok; stop a;"
	    "exit a#1 shutdown; reply terminate ok" },
	{ "U22: it can say that it is to be aborted, or watched no more",
	    "sup root; worker a watchdog=100; worker b watchdog=100",
	    "alive a; alive b 0; alive b; deadline",
	    "exit b#1 signal:ABRT; report root child_terminated b signal:ABRT;"
	    "start b#2; deadline never" },
	{ "U23: so many failures in a row, and it is unhealthy",
	    "sup root; worker a alive=1000/200/2 restart=transient; worker b",
	    "show actions; wait 1000; failed a; wait 1000; passed a; wait 1000;"
	    "failed a; wait 1000; wait 200; failed a",
	    "check a; check a; check a; check a; uncheck a; stop a;"
	    "exit a#1 unhealthy; report root child_terminated a unhealthy;"
	    "spawn a; start a#2" },
	{ "U23: strategy, budget and catch lines are those of any end",
	    "sup root strategy=one_for_all max_restarts=1;"
	    "worker a alive=100/50/1 catch=unhealthy/escalate; worker b",
	    "wait 100; failed a",
	    "exit a#1 unhealthy; caught a escalate;"
	    "report root child_terminated a unhealthy;"
	    "report root shutdown a unhealthy; exit b#1 shutdown;"
	    "exit root#1 shutdown; end" },
	{ "U23: a stop ends the checks; one that is on its way means nothing",
	    "sup root; worker a alive=100/50/1 term=delay:200; worker b",
	    "show actions; wait 100; terminate root a; failed a; wait 200;"
	    "deadline",
	    "check a; stop a; exit a#1 shutdown; reply terminate ok;"
	    "deadline never" },
	{ "U24: more time for the start, never less, and none without a limit",
	    "sup root; worker b",
	    "start root worker a ready=notify start=hang start_timeout=1000"
	    " restart=temporary; wait 900; extended a 500; deadline;"
	    "extended a 100; deadline; wait 500; state;"
	    "start root worker c ready=notify start=hang; extended c 10;"
	    "deadline; ready c",
	    "starting a#1; deadline 500; deadline 500;"
	    "exit a#1 shutdown; startfail a; reply start start_failed;"
	    "state root b=1; starting c#1; deadline never; start c#1;"
	    "reply start ok" },
	{ "U24: more time for the stop",
	    "sup root; worker a shutdown=1000 term=ignore; worker b",
	    "show actions; extended a 1; terminate root a; wait 900;"
	    "extended a 600; wait 599; wait 1",
	    "stop a; kill a; exit a#1 killed;"
	    "report root shutdown_error a killed; reply terminate ok" },
	{ "U24: one that says that all is well is restarted as at first",
	    "sup root max_restarts=9; worker a backoff=1000..8000; worker b",
	    "exit a crash; wait 1200; exit a crash; wait 2400; settled a;"
	    "exit a crash; wait 1200",
	    "exit a#1 exit:1; report root child_terminated a exit:1; start a#2;"
	    "exit a#2 exit:1; report root child_terminated a exit:1; start a#3;"
	    "exit a#3 exit:1; report root child_terminated a exit:1; start a#4" },
};

int
main(void)
{
	return fixture_cases(cases, sizeof(cases) / sizeof(*cases));
}
