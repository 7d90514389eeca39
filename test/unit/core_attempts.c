/* SPDX-License-Identifier: ISC */
#include "core_fixture.h"

/* Failed attempts to start again: S52 to S58; delays between them. */

#define FAILED_ONCE                                               \
	"exit a#1 exit:1; report root child_terminated a exit:1;" \
	"starting a#2; exit a#2 exit:1; startfail a;"             \
	"report root start_error a exit:1;"

static const struct fixture_case cases[] = {
	{ "S52: a failed attempt is repeated at once",
	    "sup root; worker a start=ok,fail,fail,ok",
	    "exit a crash; deadline; state",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "startfail a; report root start_error a start:ENOENT; startfail a;"
	    "report root start_error a start:ENOENT; start a#4;"
	    "deadline never; state root a=4" },
	{ "S52: what came before an attempt is served before it",
	    "sup root strategy=one_for_all; worker a start=ok,hang,ok",
	    "exit a crash; terminate root a; exit a crash; state",
	    FAILED_ONCE "reply terminate ok; state root a=-" },
	{ "S53: those of a group that are up already are stopped again",
	    "sup root strategy=one_for_all; worker a; worker b start=ok,fail,ok;"
	    "worker c",
	    "exit c crash",
	    "exit c#1 exit:1; report root child_terminated c exit:1;"
	    "exit b#1 shutdown; exit a#1 shutdown; start a#2; startfail b;"
	    "report root start_error b start:ENOENT; exit a#2 shutdown;"
	    "start a#3; start b#3; start c#2" },
	{ "S54: rest_for_one goes on at the one that failed",
	    "sup root strategy=rest_for_one; worker a;"
	    "worker b start=ok,fail,ok; worker c",
	    "exit a crash",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "exit c#1 shutdown; exit b#1 shutdown; start a#2; startfail b;"
	    "report root start_error b start:ENOENT; start b#3; start c#2" },
	{ "S55: while it is restarting it is neither started nor deleted",
	    "sup root; worker a start=ok,hang,ok backoff=100..1000; worker b",
	    "exit a crash; wait 200; exit a crash; state; restart root a;"
	    "delete root a; start root worker a; terminate root a; state;"
	    "deadline; restart root a",
	    FAILED_ONCE
	    "state root a=restarting b=1; reply restart restarting;"
	    "reply delete restarting; reply start already_present;"
	    "reply terminate ok; state root a=- b=1; deadline never;"
	    "starting a#3; start a#3; reply restart ok" },
	{ "S56: not needed at an attempt: down, without error",
	    "sup root; worker a start=ok,ignore",
	    "exit a crash; state; deadline",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "starting a#2; exit a#2 exit:0; ignore a; state root a=-;"
	    "deadline never" },
	{ "S56: not needed in a group: the rest is started",
	    "sup root strategy=one_for_all; worker a start=ok,ignore;"
	    "worker b",
	    "exit b crash; state",
	    "exit b#1 exit:1; report root child_terminated b exit:1;"
	    "exit a#1 shutdown; starting a#2; exit a#2 exit:0; ignore a;"
	    "start b#2; state root a=- b=2" },
	{ "S57: those after the one that fails are down until it is not",
	    "sup root strategy=rest_for_one; worker a;"
	    "worker b start=ok,hang,ok; worker c",
	    "exit b crash; terminate root b; exit b crash; state",
	    "exit b#1 exit:1; report root child_terminated b exit:1;"
	    "exit c#1 shutdown; starting b#2; exit b#2 exit:1; startfail b;"
	    "report root start_error b exit:1; reply terminate ok;"
	    "state root a=1 b=- c=-" },
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
	{ "S58: each failed boot of a nested supervisor counts, and is undone",
	    "sup root max_restarts=2; sup s max_restarts=0; worker a parent=s;"
	    "worker b parent=s start=ok,fail",
	    "show notes; exit a crash",
	    "exit a#1 exit:1; report s child_terminated a exit:1;"
	    "report s shutdown a reached_max_restart_intensity; gave_up a 1;"
	    "exit b#1 shutdown; exit s#1 shutdown;"
	    "report root child_terminated s shutdown; restarting s 1;"
	    "start s#2; start a#2; startfail b;"
	    "report s start_error b start:ENOENT; exit a#2 shutdown;"
	    "exit s#2 shutdown:failed_to_start_child; startfail s;"
	    "report root start_error s shutdown:failed_to_start_child;"
	    "restarting s 2; start s#3; start a#3; startfail b;"
	    "report s start_error b start:ENOENT; exit a#3 shutdown;"
	    "exit s#3 shutdown:failed_to_start_child; startfail s;"
	    "report root start_error s shutdown:failed_to_start_child;"
	    "report root shutdown s reached_max_restart_intensity;"
	    "gave_up s 3; exit root#1 shutdown; end" },
	{ "U2: a backoff delays a restart, and the supervisor goes on",
	    "sup root; worker a backoff=1000..8000; worker b",
	    "exit a crash; state; exit b crash; wait 799; state; wait 401;"
	    "state",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "state root a=restarting b=1; exit b#1 exit:1;"
	    "report root child_terminated b exit:1; start b#2;"
	    "state root a=restarting b=2; start a#2; state root a=2 b=2" },
	{ "S47: a backoff hides no failure from the restart frequency",
	    "sup root max_restarts=2 max_seconds=60;"
	    "worker a start=ok,fail backoff=1000..8000",
	    "show notes; exit a crash; wait 1200; wait 2400",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "restarting a 1; startfail a;"
	    "report root start_error a start:ENOENT; restarting a 2;"
	    "startfail a; report root start_error a start:ENOENT;"
	    "report root shutdown a reached_max_restart_intensity;"
	    "gave_up a 3; exit root#1 shutdown; end" },
	{ "S94: a delayed restart is called off by a stop",
	    "sup root; worker a backoff=1000..8000",
	    "exit a crash; terminate root a; deadline; wait 9000; state",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "reply terminate ok; deadline never; state root a=-" },
	{ "S30: with a backoff the group stops first, and waits then",
	    "sup root strategy=one_for_all; worker a backoff=1000..8000;"
	    "worker b",
	    "exit a crash; state; wait 1200",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "exit b#1 shutdown; state root a=restarting b=-; start a#2;"
	    "start b#2" },
};

int
main(void)
{
	return fixture_cases(cases, sizeof(cases) / sizeof(*cases));
}
