/* SPDX-License-Identifier: ISC */
#include "core_fixture.h"

/* Supervisors with an init: a program that runs before their children do. */

static const struct fixture_case cases[] = {
	{ "init: the children start when it has ended well",
	    "sup root; sup s init=1; worker a parent=s; worker b",
	    "show actions; boot; state; prepared s; state",
	    "start root#1; spawn s; start s#1; state root s=starting b=-; state s a=-;"
	    "spawn a; start a#1; up s#1; spawn b; start b#1; up root#1;"
	    "state root s=1 b=1; state s a=1" },
	{ "init of the root", "sup root init=1; worker a",
	    "boot; state; prepared root",
	    "start root#1; state root a=-; start a#1; up root#1" },
	{ "init of one below another's",
	    "sup root init=1; sup s parent=root init=1; worker a parent=s",
	    "boot; prepared root; prepared s",
	    "start root#1; start s#1; start a#1; up s#1; up root#1" },
	{ "S18: init that fails is a failed start",
	    "sup root; worker a; sup s init=1; worker b parent=s; worker c",
	    "boot; exit s exit:3",
	    "start root#1; start a#1; start s#1; exit s#1 exit:3; startfail s;"
	    "report root start_error s exit:3; exit a#1 shutdown;"
	    "exit root#1 shutdown:failed_to_start_child; startfail root; end" },
	{ "S18: init that cannot be executed is a failed start",
	    "sup root; sup s init=1 start=fail; worker b parent=s",
	    "show actions; boot",
	    "start root#1; spawn s; start s#1; exit s#1 start:ENOENT;"
	    "startfail s; report root start_error s start:ENOENT;"
	    "exit root#1 shutdown:failed_to_start_child; startfail root; end" },
	{ "S18: that of the root fails: there is no tree",
	    "sup root init=1; worker a", "boot; exit root exit:3",
	    "start root#1; exit root#1 exit:3; startfail root; end" },
	{ "S20, S17: init that says ignore, and the others go on",
	    "sup root; sup s init=1 ignore=75; worker a parent=s; worker b",
	    "boot; exit s exit:75; state; deadline",
	    "start root#1; start s#1; exit s#1 exit:75; ignore s; start b#1;"
	    "up root#1; state root s=- b=1; deadline never" },
	{ "S20, S17: a temporary one that says ignore is forgotten",
	    "sup root; sup s init=1 ignore=75 restart=temporary; worker b",
	    "boot; exit s exit:75; state",
	    "start root#1; start s#1; exit s#1 exit:75; ignore s; start b#1;"
	    "up root#1; state root b=1" },
	{ "S20: the root says ignore: a normal end",
	    "sup root init=1 ignore=75; worker a", "boot; exit root exit:75",
	    "start root#1; exit root#1 exit:75; ignore root; end" },
	{ "S35: a group restart asks one again that said ignore",
	    "sup root strategy=one_for_all; sup s init=1 ignore=75;"
	    "worker a parent=s; worker b",
	    "boot; exit s exit:75; exit b crash; prepared s; state",
	    "start root#1; start s#1; exit s#1 exit:75; ignore s; start b#1;"
	    "up root#1; exit b#1 exit:1; report root child_terminated b exit:1;"
	    "start s#2; start a#1; up s#2; start b#2;"
	    "state root s=2 b=2; state s a=1" },
	{ "S40: a restart runs it anew, and what was added is gone",
	    "sup root; sup s init=1 max_restarts=0; worker a parent=s",
	    "show frees; boot; prepared s; start s worker x; exit a crash;"
	    "state; prepared s; state",
	    "start root#1; start s#1; start a#1; up s#1; up root#1; start x#1;"
	    "reply start ok; exit a#1 exit:1;"
	    "report s child_terminated a exit:1;"
	    "report s shutdown a reached_max_restart_intensity;"
	    "exit x#1 shutdown; exit s#1 shutdown;"
	    "report root child_terminated s shutdown; start s#2;"
	    "state root s=starting; state s a=- x=-; start a#2; free x; up s#2;"
	    "state root s=2; state s a=2" },
	{ "S47, S52: each failure at a restart is an attempt that counts",
	    "sup root max_restarts=2; sup s init=1 max_restarts=0;"
	    "worker a parent=s; worker b",
	    "boot; prepared s; exit a crash; exit s exit:3; exit s exit:3",
	    "start root#1; start s#1; start a#1; up s#1; start b#1; up root#1;"
	    "exit a#1 exit:1; report s child_terminated a exit:1;"
	    "report s shutdown a reached_max_restart_intensity;"
	    "exit s#1 shutdown; report root child_terminated s shutdown;"
	    "start s#2; exit s#2 exit:3; startfail s;"
	    "report root start_error s exit:3; start s#3; exit s#3 exit:3;"
	    "startfail s; report root start_error s exit:3;"
	    "report root shutdown s reached_max_restart_intensity;"
	    "exit b#1 shutdown; exit root#1 shutdown; end" },
	{ "S56: ignore at a restart: down, without error",
	    "sup root; sup s init=1 ignore=75 max_restarts=0;"
	    "worker a parent=s",
	    "boot; prepared s; exit a crash; exit s exit:75; state; deadline",
	    "start root#1; start s#1; start a#1; up s#1; up root#1;"
	    "exit a#1 exit:1; report s child_terminated a exit:1;"
	    "report s shutdown a reached_max_restart_intensity;"
	    "exit s#1 shutdown; report root child_terminated s shutdown;"
	    "start s#2; exit s#2 exit:75; ignore s; state root s=-;"
	    "deadline never" },
	{ "a stop kills it, and no child starts",
	    "sup root; sup s init=1; worker a parent=s",
	    "show actions; boot; stop",
	    "start root#1; spawn s; start s#1; kill s; exit s#1 shutdown;"
	    "exit root#1 shutdown; end" },
	{ "a stop kills that of the root", "sup root init=1; worker a",
	    "show actions; boot; stop; stop",
	    "spawn root; start root#1; kill root; exit root#1 shutdown; end" },
	{ "a slaughter kills it once",
	    "sup root; sup s init=1; worker a parent=s",
	    "show actions; boot; together stop, slaughter",
	    "start root#1; spawn s; start s#1; kill s; exit s#1 killed;"
	    "exit root#1 killed; end" },
	{ "S78: what it has said when its supervisor stops does not start",
	    "sup root; worker z term=delay:100; sup s init=1; worker a parent=s;"
	    "worker b term=delay:100",
	    "boot; prepared s; terminate root s; together restart root s, stop;"
	    "prepared s; wait 100; wait 100",
	    "start root#1; start z#1; start s#1; start a#1; up s#1; start b#1;"
	    "up root#1; exit a#1 shutdown; exit s#1 shutdown;"
	    "reply terminate ok; start s#2; exit s#2 shutdown;"
	    "reply restart stopped; exit b#1 shutdown; exit z#1 shutdown;"
	    "exit root#1 shutdown; end" },
	{ "S94: it is stopped by name while it prepares",
	    "sup root; sup s init=1; worker a parent=s; worker b",
	    "boot; prepared s; terminate root s; restart root s;"
	    "terminate root s; state; restart root s; prepared s",
	    "start root#1; start s#1; start a#1; up s#1; start b#1; up root#1;"
	    "exit a#1 shutdown; exit s#1 shutdown; reply terminate ok;"
	    "start s#2; exit s#2 shutdown; reply restart stopped;"
	    "reply terminate ok; state root s=- b=1; start s#3;"
	    "start a#2; up s#3; reply restart ok" },
	{ "S95: whoever starts it is told that it failed, or is not needed",
	    "sup root; sup s init=1 ignore=75; worker a parent=s",
	    "boot; exit s exit:75; restart root s; exit s exit:3;"
	    "restart root s; exit s exit:75; state",
	    "start root#1; start s#1; exit s#1 exit:75; ignore s; up root#1;"
	    "start s#2; exit s#2 exit:3; startfail s;"
	    "reply restart start_failed; start s#3; exit s#3 exit:75; ignore s;"
	    "reply restart ignore; state root s=-" },
	{ "D1: under one_for_one nobody waits for it",
	    "sup root; sup s init=1 max_restarts=0; worker a parent=s; worker b",
	    "boot; prepared s; exit a crash; exit b crash; state",
	    "start root#1; start s#1; start a#1; up s#1; start b#1; up root#1;"
	    "exit a#1 exit:1; report s child_terminated a exit:1;"
	    "report s shutdown a reached_max_restart_intensity;"
	    "exit s#1 shutdown; report root child_terminated s shutdown;"
	    "start s#2; exit b#1 exit:1; report root child_terminated b exit:1;"
	    "start b#2; state root s=starting b=2; state s a=-" },
	{ "a request waits for it, and is refused when it fails",
	    "sup root; sup s init=1 ignore=75; worker a parent=s; worker b",
	    "boot; start s worker x; delete s a; exit s exit:75;"
	    "restart root s; start s worker y; prepared s; state",
	    "start root#1; start s#1; reply start noproc; reply delete noproc;"
	    "exit s#1 exit:75; ignore s; start b#1; up root#1; start s#2;"
	    "start a#1; up s#2; reply restart ok; start y#1; reply start ok;"
	    "state root s=2 b=1; state s a=1 y=1" },
	{ "a dynamic supervisor may have one",
	    "sup root; dsup d init=1; worker a parent=d",
	    "boot; prepared d; start d worker x; terminate root d;"
	    "restart root d; prepared d; state",
	    "start root#1; start d#1; start a#1; up d#1; up root#1; start x#1;"
	    "reply start ok; exit x#1 shutdown; exit a#1 shutdown;"
	    "exit d#1 shutdown; reply terminate ok; start d#2; start a#2;"
	    "up d#2; reply restart ok; state root d=2; state d a=2" },
};

int
main(void)
{
	return fixture_cases(cases, sizeof(cases) / sizeof(cases[0]));
}
