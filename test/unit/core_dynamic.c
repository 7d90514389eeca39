/* SPDX-License-Identifier: ISC */
#include "core_fixture.h"

/* Dynamic supervisors: S110 to S126, D6. */

static const struct fixture_case cases[] = {
	{ "S110: it boots empty, and its children come later",
	    "sup root; dsup p; worker x",
	    "boot; start p worker a; start p worker b; state",
	    "start root#1; start p#1; up p#1; start x#1; up root#1; start a#1;"
	    "reply start ok; start b#1; reply start ok; state root p=1 x=1;"
	    "state p a=1 b=1" },
	{ "D6: a name in use is refused", "sup root; dsup p",
	    "start p worker a; start p worker a; state",
	    "start a#1; reply start ok; reply start already_started;"
	    "state root p=1; state p a=1" },
	{ "S113: max_children is looked at before the start",
	    "sup root; dsup p max_children=1; dsup q max_children=0",
	    "start p worker a; start p worker b; start q worker c; state",
	    "start a#1; reply start ok; reply start max_children;"
	    "reply start max_children; state root p=1 q=1; state p a=1;"
	    "state q" },
	{ "S113: one that is restarting counts",
	    "sup root; dsup p max_children=1",
	    "start p worker a backoff=1000..2000; exit a crash;"
	    "start p worker b; state",
	    "start a#1; reply start ok; exit a#1 exit:1;"
	    "report p child_terminated a exit:1; reply start max_children;"
	    "state root p=1; state p a=restarting" },
	{ "S114: what is not needed, or does not start, is not kept",
	    "sup root; dsup p",
	    "show frees; start p worker a start=ignore;"
	    "start p worker b start=fail; state",
	    "starting a#1; exit a#1 exit:0; ignore a; reply start ignore;"
	    "free a; startfail b; reply start start_failed; free b;"
	    "state root p=1; state p" },
	{ "S115: one that needs no restart vanishes", "sup root; dsup p",
	    "show frees; start p worker a restart=transient;"
	    "start p worker b restart=temporary; exit a normal; exit b crash;"
	    "state",
	    "start a#1; reply start ok; start b#1; reply start ok;"
	    "exit a#1 exit:0; free a; exit b#1 exit:1;"
	    "report p child_terminated b exit:1; free b; state root p=1;"
	    "state p" },
	{ "S116: another is started again", "sup root; dsup p",
	    "start p worker a; start p worker b restart=transient;"
	    "exit a normal; exit b crash; state",
	    "start a#1; reply start ok; start b#1; reply start ok;"
	    "exit a#1 exit:0; report p child_terminated a exit:0; start a#2;"
	    "exit b#1 exit:1; report p child_terminated b exit:1; start b#2;"
	    "state root p=1; state p a=2 b=2" },
	{ "S117: when there are too many all are stopped at once",
	    "sup root; dsup p max_restarts=0 restart=temporary",
	    "start p worker a term=delay:100; start p worker b term=delay:100;"
	    "start p worker c; show actions frees; exit c crash; wait 100;"
	    "state",
	    "start a#1; reply start ok; start b#1; reply start ok; start c#1;"
	    "reply start ok; exit c#1 exit:1;"
	    "report p child_terminated c exit:1;"
	    "report p shutdown c reached_max_restart_intensity; free c;"
	    "stop b; stop a; exit b#1 shutdown; exit a#1 shutdown; free a;"
	    "free b; exit p#1 shutdown; state root" },
	{ "S118: a failed attempt keeps the child, restarting",
	    "sup root; dsup p",
	    "start p worker a start=ok,hang,ok backoff=100..1000;"
	    "exit a crash; wait 200; exit a crash; state; count p;"
	    "terminate p a; state; deadline",
	    "starting a#1; start a#1; reply start ok; exit a#1 exit:1;"
	    "report p child_terminated a exit:1; starting a#2;"
	    "exit a#2 exit:1; startfail a; report p start_error a exit:1;"
	    "state root p=1; state p a=restarting;"
	    "count specs=1 active=0 supervisors=0 workers=1;"
	    "reply terminate ok; state root p=1; state p; deadline never" },
	{ "S119: a stop forgets the child, permanent ones too",
	    "sup root; dsup p",
	    "show frees; start p worker a; terminate p a; state;"
	    "terminate p a",
	    "start a#1; reply start ok; exit a#1 shutdown;"
	    "reply terminate ok; free a; state root p=1; state p;"
	    "reply terminate not_found" },
	{ "S120: restart and delete are not for them", "sup root; dsup p",
	    "start p worker a; restart p a; delete p a; again p a; state",
	    "start a#1; reply start ok; reply restart not_supported;"
	    "reply delete not_supported; reply again not_supported;"
	    "state root p=1; state p a=1" },
	{ "S121: not needed at a restart: gone", "sup root; dsup p",
	    "start p worker a start=ok,ignore; exit a crash; state",
	    "starting a#1; start a#1; reply start ok; exit a#1 exit:1;"
	    "report p child_terminated a exit:1; starting a#2;"
	    "exit a#2 exit:0; ignore a; state root p=1; state p" },
	{ "S122: they are told at once, each with its own time",
	    "sup root; dsup p",
	    "start p worker a term=ignore shutdown=100;"
	    "start p worker b shutdown=brutal_kill;"
	    "start p worker c term=delay:300 shutdown=infinity;"
	    "start p worker d term=ignore shutdown=200; show actions; stop;"
	    "deadline; wait 100; deadline; wait 100; wait 100",
	    "start a#1; reply start ok; start b#1; reply start ok; start c#1;"
	    "reply start ok; start d#1; reply start ok; stop d; stop c;"
	    "kill b; stop a; exit b#1 killed; deadline 100; kill a;"
	    "exit a#1 killed; deadline 100; kill d; exit d#1 killed;"
	    "exit c#1 shutdown; report p shutdown_error a killed;"
	    "report p shutdown_error d killed; exit p#1 shutdown;"
	    "exit root#1 shutdown; end" },
	{ "S123: reports come after all are gone", "sup root; dsup p",
	    "start p worker a term=exit:crash; start p worker b term=delay:50;"
	    "terminate root p; wait 50; state",
	    "start a#1; reply start ok; start b#1; reply start ok;"
	    "exit a#1 exit:1; exit b#1 shutdown;"
	    "report p shutdown_error a exit:1; exit p#1 shutdown;"
	    "reply terminate ok; state root p=-" },
	{ "S124: restarting ones count, but are not active", "sup root; dsup p",
	    "start p worker a; start p worker b backoff=1000..2000;"
	    "exit b crash; count p",
	    "start a#1; reply start ok; start b#1; reply start ok;"
	    "exit b#1 exit:1; report p child_terminated b exit:1;"
	    "count specs=2 active=1 supervisors=0 workers=2" },
	{ "S126: all are lost when it is restarted",
	    "sup root; dsup p max_restarts=0",
	    "show frees; start p worker a; start p worker b; exit a crash;"
	    "state",
	    "start a#1; reply start ok; start b#1; reply start ok;"
	    "exit a#1 exit:1; report p child_terminated a exit:1;"
	    "report p shutdown a reached_max_restart_intensity; free a;"
	    "exit b#1 shutdown; free b; exit p#1 shutdown;"
	    "report root child_terminated p shutdown; start p#2; up p#2;"
	    "state root p=2; state p" },
	{ "S110: a supervisor can be a dynamic child",
	    "sup root; dsup p; sup s parent=none; worker a parent=s;"
	    "worker b parent=s",
	    "show frees; start p sup s; exit a crash; terminate p s; state",
	    "start s#1; start a#1; start b#1; up s#1; reply start ok;"
	    "exit a#1 exit:1; report s child_terminated a exit:1; start a#2;"
	    "exit b#1 shutdown; exit a#2 shutdown; exit s#1 shutdown;"
	    "reply terminate ok; free s; state root p=1; state p" },
};

int
main(void)
{
	return fixture_cases(cases, sizeof(cases) / sizeof(*cases));
}
