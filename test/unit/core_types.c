/* SPDX-License-Identifier: ISC */
#include "core_fixture.h"

/* Restart types and classes of reasons: S1 to S4, S24 to S28. */

static const struct fixture_case cases[] = {
	{ "S24: permanent is restarted after any end, and each is reported",
	    "sup root max_restarts=9; worker a planned=3",
	    "exit a normal; exit a shutdown; exit a exit:3; exit a crash;"
	    "kill a; exit a signal:SEGV",
	    "exit a#1 exit:0; report root child_terminated a exit:0;"
	    "start a#2; exit a#2 signal:TERM;"
	    "report root child_terminated a signal:TERM; start a#3;"
	    "exit a#3 exit:3; report root child_terminated a exit:3; start a#4;"
	    "exit a#4 exit:1; report root child_terminated a exit:1; start a#5;"
	    "exit a#5 killed; report root child_terminated a killed;"
	    "start a#6; exit a#6 signal:SEGV;"
	    "report root child_terminated a signal:SEGV; start a#7" },
	{ "S25: transient is restarted after an abnormal end",
	    "sup root max_restarts=9; worker a restart=transient",
	    "exit a crash; kill a; exit a signal:SEGV; state",
	    "exit a#1 exit:1; report root child_terminated a exit:1; start a#2;"
	    "exit a#2 killed; report root child_terminated a killed;"
	    "start a#3; exit a#3 signal:SEGV;"
	    "report root child_terminated a signal:SEGV; start a#4;"
	    "state root a=4" },
	{ "S25: transient is kept, down, after a normal or planned end",
	    "sup root max_restarts=0; worker a restart=transient;"
	    "worker b restart=transient; worker c restart=transient;"
	    "worker d restart=transient normal=9; worker e restart=transient",
	    "show notes; exit a normal; exit b shutdown; exit c shutdown:x;"
	    "exit d exit:9; exit e exit:143; state",
	    "exit a#1 exit:0; exit b#1 signal:TERM; exit c#1 exit:80;"
	    "exit d#1 exit:9; exit e#1 exit:143;"
	    "state root a=- b=- c=- d=- e=-" },
	{ "S1: the child's own stop signal is a planned end, from whomever",
	    "sup root max_restarts=0; worker a restart=transient"
	    " stop_signal=INT; worker b restart=transient stop_signal=INT",
	    "exit a signal:INT; exit b exit:130; state",
	    "exit a#1 signal:INT; exit b#1 exit:130; state root a=- b=-" },
	{ "S26: temporary is forgotten at its end, reported when abnormal",
	    "sup root max_restarts=0; worker a restart=temporary;"
	    "worker b restart=temporary; worker c restart=temporary",
	    "show notes; exit a normal; exit b crash; kill c; state",
	    "exit a#1 exit:0; removed a; exit b#1 exit:1;"
	    "report root child_terminated b exit:1; removed b;"
	    "exit c#1 killed; report root child_terminated c killed;"
	    "removed c; state root" },
	{ "S26: a temporary name can be given again",
	    "sup root; worker a restart=temporary; worker b",
	    "exit a crash; start root worker a; state",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "start a#1; reply start ok; state root b=1 a=1" },
	{ "S27: an end without restart touches nobody under one_for_all",
	    "sup root strategy=one_for_all max_restarts=0; worker a;"
	    "worker b restart=temporary; worker c restart=transient; worker d",
	    "exit b crash; exit c normal; state",
	    "exit b#1 exit:1; report root child_terminated b exit:1;"
	    "exit c#1 exit:0; state root a=1 c=- d=1" },
	{ "S27: nor under rest_for_one",
	    "sup root strategy=rest_for_one max_restarts=0;"
	    "worker b restart=temporary; worker c restart=transient; worker d",
	    "exit b crash; exit c shutdown; state",
	    "exit b#1 exit:1; report root child_terminated b exit:1;"
	    "exit c#1 signal:TERM; state root c=- d=1" },
};

int
main(void)
{
	return fixture_cases(cases, sizeof(cases) / sizeof(*cases));
}
