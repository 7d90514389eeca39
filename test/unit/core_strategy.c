/* SPDX-License-Identifier: ISC */
#include "core_fixture.h"

/* Strategies: S29 to S41. */

#define ABCD "worker a; worker b; worker c; worker d"

static const struct fixture_case cases[] = {
	{ "S29: one_for_one starts the dead one only", "sup root;" ABCD,
	    "exit b crash",
	    "exit b#1 exit:1; report root child_terminated b exit:1;"
	    "start b#2" },
	{ "S30: one_for_all stops the others in reverse, one at a time",
	    "sup root strategy=one_for_all; worker a; worker b;"
	    "worker c term=delay:100; worker d term=delay:100",
	    "show actions; exit b crash; wait 99; wait 1; wait 100",
	    "exit b#1 exit:1; report root child_terminated b exit:1; stop d;"
	    "exit d#1 shutdown; stop c; exit c#1 shutdown; stop a;"
	    "exit a#1 shutdown; spawn a; start a#2; spawn b; start b#2;"
	    "spawn c; start c#2; spawn d; start d#2" },
	{ "S31: rest_for_one does so from the dead one on",
	    "sup root strategy=rest_for_one;" ABCD, "exit b crash",
	    "exit b#1 exit:1; report root child_terminated b exit:1;"
	    "exit d#1 shutdown; exit c#1 shutdown; start b#2; start c#2;"
	    "start d#2" },
	{ "S32: the dead one is started at its place",
	    "sup root strategy=one_for_all;" ABCD, "exit b crash",
	    "exit b#1 exit:1; report root child_terminated b exit:1;"
	    "exit d#1 shutdown; exit c#1 shutdown; exit a#1 shutdown;"
	    "start a#2; start b#2; start c#2; start d#2" },
	{ "S33: a group restart counts once",
	    "sup root strategy=one_for_all max_restarts=1; worker a; worker b",
	    "show notes; exit a crash; exit a crash",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "restarting a 1; exit b#1 shutdown; start a#2; start b#2;"
	    "exit a#2 exit:1; report root child_terminated a exit:1;"
	    "report root shutdown a reached_max_restart_intensity;"
	    "gave_up a 2; exit b#2 shutdown; exit root#1 shutdown; end" },
	{ "S34: temporary ones of the group are stopped and forgotten",
	    "sup root strategy=one_for_all; worker a;"
	    "worker b restart=temporary; worker c",
	    "exit a crash; state",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "exit c#1 shutdown; exit b#1 shutdown; start a#2; start c#2;"
	    "state root a=2 c=2" },
	{ "S35: a group restart starts whom it keeps, running before or not",
	    "sup root strategy=one_for_all; worker a restart=transient;"
	    "worker b; worker c start=ignore,ok; worker d",
	    "exit a normal; terminate root b; state; exit d crash; state",
	    "exit a#1 exit:0; exit b#1 shutdown; reply terminate ok;"
	    "state root a=- b=- c=- d=1; exit d#1 exit:1;"
	    "report root child_terminated d exit:1; start a#2; start b#2;"
	    "starting c#2; start c#2; start d#2; state root a=2 b=2 c=2 d=2" },
	{ "S36: rest_for_one leaves those before the dead one as they are",
	    "sup root strategy=rest_for_one;" ABCD,
	    "terminate root a; terminate root d; exit b crash; state",
	    "exit a#1 shutdown; reply terminate ok; exit d#1 shutdown;"
	    "reply terminate ok; exit b#1 exit:1;"
	    "report root child_terminated b exit:1; exit c#1 shutdown;"
	    "start b#2; start c#2; start d#2; state root a=- b=2 c=2 d=2" },
	{ "S37: one of the group that is dead already is taken as stopped",
	    "sup root strategy=one_for_all max_restarts=1; worker a;"
	    "worker b; worker c term=delay:100; worker t restart=temporary",
	    "exit b crash; exit a crash; wait 100; state",
	    "exit b#1 exit:1; report root child_terminated b exit:1;"
	    "exit t#1 shutdown; exit a#1 exit:1; exit c#1 shutdown;"
	    "report root shutdown_error a exit:1; start a#2; start b#2;"
	    "start c#2; state root a=2 b=2 c=2" },
	{ "S37: without a word when that end was a clean one",
	    "sup root strategy=one_for_all max_restarts=1;"
	    "worker a restart=transient; worker b; worker c term=delay:100",
	    "exit b crash; exit a normal; wait 100",
	    "exit b#1 exit:1; report root child_terminated b exit:1;"
	    "exit a#1 exit:0; exit c#1 shutdown; start a#2; start b#2;"
	    "start c#2" },
	{ "S38: a death outside of the group counts by itself, afterwards",
	    "sup root strategy=rest_for_one max_restarts=2; worker a;"
	    "worker b; worker c term=delay:100",
	    "show notes; exit b crash; exit a crash; wait 100; wait 100",
	    "exit b#1 exit:1; report root child_terminated b exit:1;"
	    "restarting b 1; exit a#1 exit:1; exit c#1 shutdown; start b#2;"
	    "start c#2; report root child_terminated a exit:1; restarting a 2;"
	    "exit c#2 shutdown; exit b#2 shutdown; start a#2; start b#3;"
	    "start c#3" },
	{ "S39: an added one goes to the end of the start order",
	    "sup root strategy=rest_for_one; worker a; worker b",
	    "start root worker c; exit b crash; exit a crash",
	    "start c#1; reply start ok; exit b#1 exit:1;"
	    "report root child_terminated b exit:1; exit c#1 shutdown;"
	    "start b#2; start c#2; exit a#1 exit:1;"
	    "report root child_terminated a exit:1; exit c#2 shutdown;"
	    "exit b#2 shutdown; start a#2; start b#3; start c#3" },
	{ "S39: restart_child keeps the place",
	    "sup root strategy=rest_for_one; worker a; worker b",
	    "terminate root a; restart root a; state; exit a crash",
	    "exit a#1 shutdown; reply terminate ok; start a#2;"
	    "reply restart ok; state root a=2 b=1; exit a#2 exit:1;"
	    "report root child_terminated a exit:1; exit b#1 shutdown;"
	    "start a#3; start b#2" },
	{ "S40: a restarted supervisor starts from its own list again",
	    "sup root; sup s max_restarts=0; worker a parent=s;"
	    "worker b parent=s; worker c parent=s",
	    "show frees; start s worker d; terminate s b; delete s b; state;"
	    "exit c crash; state",
	    "start d#1; reply start ok; exit b#1 shutdown;"
	    "reply terminate ok; reply delete ok; state root s=1;"
	    "state s a=1 c=1 d=1; exit c#1 exit:1;"
	    "report s child_terminated c exit:1;"
	    "report s shutdown c reached_max_restart_intensity;"
	    "exit d#1 shutdown; exit a#1 shutdown; exit s#1 shutdown;"
	    "report root child_terminated s shutdown; start s#2; start a#2;"
	    "start b#2; start c#2; free d; up s#2; state root s=2;"
	    "state s a=2 b=2 c=2" },
	{ "S40: the whole subtree stops before any of it starts",
	    "sup root strategy=one_for_all; worker x; sup s; worker a parent=s;"
	    "sup t parent=s; worker b parent=t; worker c parent=t",
	    "exit x crash",
	    "exit x#1 exit:1; report root child_terminated x exit:1;"
	    "exit c#1 shutdown; exit b#1 shutdown; exit t#1 shutdown;"
	    "exit a#1 shutdown; exit s#1 shutdown; start x#2; start s#2;"
	    "start a#2; start t#2; start b#2; start c#2; up t#2; up s#2" },
	{ "S41: a pair of deaths costs two restarts under one_for_one",
	    "sup root max_restarts=2; worker a; worker b",
	    "show notes; together exit a crash, exit b crash",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "restarting a 1; start a#2; exit b#1 exit:1;"
	    "report root child_terminated b exit:1; restarting b 2;"
	    "start b#2" },
	{ "D1: one_for_one does not wait for a start",
	    "sup root; worker a start=ok,hang; worker b",
	    "exit a crash; exit b crash; state; ready a",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "starting a#2; exit b#1 exit:1;"
	    "report root child_terminated b exit:1; start b#2;"
	    "state root a=starting b=2; start a#2" },
	{ "D1: under a group strategy a death waits for it",
	    "sup root strategy=rest_for_one; worker a;"
	    "worker b start=ok,hang,ok",
	    "exit b crash; exit a crash; state; ready b",
	    "exit b#1 exit:1; report root child_terminated b exit:1;"
	    "starting b#2; exit a#1 exit:1; state root a=ended b=starting;"
	    "start b#2; report root child_terminated a exit:1;"
	    "exit b#2 shutdown; start a#2; starting b#3; start b#3" },
	{ "D9: stop together tells all of a group at once",
	    "sup root strategy=one_for_all stop=together;"
	    "worker a term=delay:100; worker b term=delay:200; worker c",
	    "show actions; exit c crash; wait 100; state; wait 100",
	    "exit c#1 exit:1; report root child_terminated c exit:1; stop b;"
	    "stop a; exit a#1 shutdown; state root a=- b=stopping c=-;"
	    "exit b#1 shutdown; spawn a; start a#2; spawn b; start b#2;"
	    "spawn c; start c#2" },
};

int
main(void)
{
	return fixture_cases(cases, sizeof(cases) / sizeof(*cases));
}
