/* SPDX-License-Identifier: ISC */
#include "core_fixture.h"

/* The restart frequency: S42 to S51, D4. */

static const struct fixture_case cases[] = {
	{ "S42: restarts of all children count together",
	    "sup root max_restarts=2; worker a; worker b; worker c",
	    "exit a crash; exit b crash; exit c crash",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "start a#2; exit b#1 exit:1;"
	    "report root child_terminated b exit:1; start b#2;"
	    "exit c#1 exit:1; report root child_terminated c exit:1;"
	    "report root shutdown c reached_max_restart_intensity;"
	    "exit b#2 shutdown; exit a#2 shutdown; exit root#1 shutdown;"
	    "end" },
	{ "S43: three in five seconds are allowed, the fourth is not",
	    "sup root; worker a",
	    "show notes; exit a crash; exit a crash; exit a crash; exit a crash",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "restarting a 1; start a#2; exit a#2 exit:1;"
	    "report root child_terminated a exit:1; restarting a 2; start a#3;"
	    "exit a#3 exit:1; report root child_terminated a exit:1;"
	    "restarting a 3; start a#4; exit a#4 exit:1;"
	    "report root child_terminated a exit:1;"
	    "report root shutdown a reached_max_restart_intensity;"
	    "gave_up a 4; exit root#1 shutdown; end" },
	{ "S43: with 0 the first death is too many",
	    "sup root max_restarts=0; worker a; worker b", "exit a normal",
	    "exit a#1 exit:0; report root child_terminated a exit:0;"
	    "report root shutdown a reached_max_restart_intensity;"
	    "exit b#1 shutdown; exit root#1 shutdown; end" },
	{ "S44: a refused restart of a group stops all, not the group first",
	    "sup root strategy=rest_for_one max_restarts=0; worker a;"
	    "worker b; worker c",
	    "exit b crash",
	    "exit b#1 exit:1; report root child_terminated b exit:1;"
	    "report root shutdown b reached_max_restart_intensity;"
	    "exit c#1 shutdown; exit a#1 shutdown; exit root#1 shutdown;"
	    "end" },
	{ "S45: a restart exactly max_seconds ago counts",
	    "sup root max_restarts=1 max_seconds=2; worker a",
	    "exit a crash; wait 2000; exit a crash",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "start a#2; exit a#2 exit:1;"
	    "report root child_terminated a exit:1;"
	    "report root shutdown a reached_max_restart_intensity;"
	    "exit root#1 shutdown; end" },
	{ "D4: one a millisecond older does not",
	    "sup root max_restarts=1 max_seconds=2; worker a",
	    "show notes; exit a crash; wait 2001; exit a crash",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "restarting a 1; start a#2; exit a#2 exit:1;"
	    "report root child_terminated a exit:1; restarting a 1;"
	    "start a#3" },
	{ "S46: each restart leaves the window by itself",
	    "sup root max_restarts=2 max_seconds=2; worker a",
	    "show notes; exit a crash; wait 1500; exit a crash; wait 1000;"
	    "exit a crash; wait 500; exit a crash",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "restarting a 1; start a#2; exit a#2 exit:1;"
	    "report root child_terminated a exit:1; restarting a 2; start a#3;"
	    "exit a#3 exit:1; report root child_terminated a exit:1;"
	    "restarting a 2; start a#4; exit a#4 exit:1;"
	    "report root child_terminated a exit:1;"
	    "report root shutdown a reached_max_restart_intensity;"
	    "gave_up a 3; exit root#1 shutdown; end" },
	{ "S47: each failed attempt counts",
	    "sup root max_restarts=2; worker a start=ok,fail; worker b",
	    "show notes; exit a crash",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "restarting a 1; startfail a;"
	    "report root start_error a start:ENOENT; restarting a 2;"
	    "startfail a; report root start_error a start:ENOENT;"
	    "report root shutdown a reached_max_restart_intensity;"
	    "gave_up a 3; exit b#1 shutdown; exit root#1 shutdown; end" },
	{ "S48: starts that somebody asks for do not count",
	    "sup root max_restarts=1; worker a",
	    "terminate root a; restart root a; again root a; again root a;"
	    "exit a crash; state",
	    "exit a#1 shutdown; reply terminate ok; start a#2;"
	    "reply restart ok; exit a#2 shutdown; start a#3; reply again ok;"
	    "exit a#3 shutdown; start a#4; reply again ok; exit a#4 exit:1;"
	    "report root child_terminated a exit:1; start a#5;"
	    "state root a=5" },
	{ "S49: the others are stopped in reverse, each by its own rule",
	    "sup root max_restarts=0; worker a shutdown=brutal_kill;"
	    "worker b; worker c term=ignore shutdown=300",
	    "show actions; exit b crash; wait 300",
	    "exit b#1 exit:1; report root child_terminated b exit:1;"
	    "report root shutdown b reached_max_restart_intensity; stop c;"
	    "kill c; exit c#1 killed; report root shutdown_error c killed;"
	    "kill a; exit a#1 killed; exit root#1 shutdown; end" },
	{ "S50: a new incarnation of a supervisor counts from nothing",
	    "sup root; sup s max_restarts=1; worker a parent=s",
	    "show notes; exit a crash; exit a crash; exit a crash",
	    "exit a#1 exit:1; report s child_terminated a exit:1;"
	    "restarting a 1; start a#2; exit a#2 exit:1;"
	    "report s child_terminated a exit:1;"
	    "report s shutdown a reached_max_restart_intensity; gave_up a 2;"
	    "exit s#1 shutdown; report root child_terminated s shutdown;"
	    "restarting s 1; start s#2; start a#3; up s#2; exit a#3 exit:1;"
	    "report s child_terminated a exit:1; restarting a 1; start a#4" },
	{ "S51: a dynamic supervisor counts the same way",
	    "sup root; dsup p max_restarts=1 restart=transient;",
	    "start p worker a; start p worker b; exit a crash; exit b crash;"
	    "state",
	    "start a#1; reply start ok; start b#1; reply start ok;"
	    "exit a#1 exit:1; report p child_terminated a exit:1; start a#2;"
	    "exit b#1 exit:1; report p child_terminated b exit:1;"
	    "report p shutdown b reached_max_restart_intensity;"
	    "exit a#2 shutdown; exit p#1 shutdown; state root p=-" },
};

int
main(void)
{
	return fixture_cases(cases, sizeof(cases) / sizeof(*cases));
}
