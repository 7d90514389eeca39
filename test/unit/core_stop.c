/* SPDX-License-Identifier: ISC */
#include "core_fixture.h"

/* Stops of one child and of a supervisor: S59 to S78. */

static const struct fixture_case cases[] = {
	{ "S59: brutal_kill kills at once",
	    "sup root; worker a shutdown=brutal_kill term=ignore",
	    "show actions; terminate root a",
	    "kill a; exit a#1 killed; reply terminate ok" },
	{ "S60: after the time of shutdown it is killed, and reported",
	    "sup root; worker a shutdown=3000 term=ignore",
	    "show actions; terminate root a; deadline; wait 2999; state; wait 1",
	    "stop a; deadline 3000; state root a=stopping; kill a;"
	    "exit a#1 killed; report root shutdown_error a killed;"
	    "reply terminate ok" },
	{ "S60: one that ends in time is not",
	    "sup root; worker a shutdown=3000 term=delay:2999",
	    "show actions; terminate root a; wait 5000; deadline",
	    "stop a; exit a#1 shutdown; reply terminate ok;"
	    "deadline never" },
	{ "S61: infinity waits for ever",
	    "sup root; worker a shutdown=infinity term=ignore",
	    "show actions; terminate root a; deadline; wait 9999999; state;"
	    "kill a",
	    "stop a; deadline never; state root a=stopping; exit a#1 killed;"
	    "report root shutdown_error a killed; reply terminate ok" },
	{ "S62: the next is not told before the one before is gone",
	    "sup root; worker a term=delay:300; worker b term=delay:300",
	    "show actions; stop; wait 299; state; wait 1; wait 300",
	    "stop b; state root a=1 b=stopping; exit b#1 shutdown; stop a;"
	    "exit a#1 shutdown; exit root#1 shutdown; end" },
	{ "S63: shutdown 0 tells and kills at once",
	    "sup root; worker a shutdown=0 term=ignore",
	    "show actions; terminate root a",
	    "stop a; kill a; exit a#1 killed;"
	    "report root shutdown_error a killed; reply terminate ok" },
	{ "S64: another end than as asked is reported",
	    "sup root; worker a term=exit:crash; worker b"
	    " term=exit:shutdown:x; worker c restart=transient"
	    " term=exit:shutdown:x; worker d restart=transient"
	    " term=exit:crash",
	    "terminate root a; terminate root b; terminate root c;"
	    "terminate root d",
	    "exit a#1 exit:1; report root shutdown_error a exit:1;"
	    "reply terminate ok; exit b#1 exit:80;"
	    "report root shutdown_error b exit:80; reply terminate ok;"
	    "exit c#1 exit:80; reply terminate ok; exit d#1 exit:1;"
	    "report root shutdown_error d exit:1; reply terminate ok" },
	{ "S64: brutal_kill is clean, and so is an end that came before",
	    "sup root; worker a shutdown=brutal_kill term=ignore;"
	    "worker b shutdown=brutal_kill restart=transient term=ignore;"
	    "worker c shutdown=brutal_kill term=ignore",
	    "terminate root a; together exit b shutdown, terminate root b;"
	    "together exit c shutdown, terminate root c",
	    "exit a#1 killed; reply terminate ok; exit b#1 killed;"
	    "reply terminate ok; exit c#1 killed; reply terminate ok" },
	{ "U4: the stop signal, a normal end and 128 + signal are as asked",
	    "sup root; worker a; worker b term=exit:normal;"
	    "worker c term=exit:exit:143; worker d term=exit:exit:130"
	    " stop_signal=INT; worker e term=exit:exit:9 normal=9",
	    "stop",
	    "exit e#1 shutdown; exit d#1 shutdown; exit c#1 shutdown;"
	    "exit b#1 shutdown; exit a#1 shutdown; exit root#1 shutdown;"
	    "end" },
	{ "U4: an end before the stop signal keeps its own reason",
	    "sup root; worker a term=ignore; worker b term=ignore"
	    " restart=transient",
	    "terminate root a; exit a normal unasked; terminate root b;"
	    "exit b normal unasked",
	    "exit a#1 exit:0; report root shutdown_error a exit:0;"
	    "reply terminate ok; exit b#1 exit:0; reply terminate ok" },
	{ "S64: an end by the stop signal before it was sent is clean",
	    "sup root; worker a term=ignore; worker b term=ignore"
	    " stop_signal=INT; worker c term=ignore; worker d term=ignore"
	    " stop_signal=INT",
	    "terminate root a; exit a shutdown unasked; terminate root b;"
	    "exit b signal:INT unasked; terminate root c;"
	    "exit c exit:143 unasked; terminate root d;"
	    "exit d exit:143 unasked",
	    "exit a#1 signal:TERM; reply terminate ok; exit b#1 signal:INT;"
	    "reply terminate ok; exit c#1 exit:143; reply terminate ok;"
	    "exit d#1 exit:143; report root shutdown_error d exit:143;"
	    "reply terminate ok" },
	{ "S65: an end for another reason while it stops is still a stop",
	    "sup root max_restarts=0; worker a term=ignore",
	    "terminate root a; exit a signal:SEGV; state",
	    "exit a#1 signal:SEGV; report root shutdown_error a signal:SEGV;"
	    "reply terminate ok; state root a=-" },
	{ "S66: deaths of others wait until one is stopped",
	    "sup root; worker a term=delay:100; worker b",
	    "terminate root a; exit b crash; state; wait 100",
	    "exit b#1 exit:1; state root a=stopping b=ended;"
	    "exit a#1 shutdown; reply terminate ok;"
	    "report root child_terminated b exit:1; start b#2" },
	{ "S66: members of the same stop are taken as stopped",
	    "sup root; worker a; worker b term=delay:100",
	    "stop; exit a crash; wait 100",
	    "exit a#1 exit:1; exit b#1 shutdown;"
	    "report root shutdown_error a exit:1; exit root#1 shutdown;"
	    "end" },
	{ "S68: a nested supervisor that takes too long is killed with all",
	    "sup root; sup s shutdown=500; worker a parent=s term=ignore"
	    " shutdown=infinity; worker b parent=s; worker c parent=s"
	    " term=ignore shutdown=infinity",
	    "show actions; terminate root s; wait 499; wait 1",
	    "stop c; kill c; kill b; kill a; exit c#1 killed;"
	    "exit b#1 killed; exit a#1 killed; exit s#1 killed;"
	    "report root shutdown_error s killed; reply terminate ok" },
	{ "S73: a supervisor with brutal_kill is killed with all it has",
	    "sup root; sup s shutdown=brutal_kill; worker a parent=s;"
	    "sup t parent=s; worker b parent=t",
	    "show actions; terminate root s",
	    "kill b; kill a; exit b#1 killed; exit t#1 killed;"
	    "exit a#1 killed; exit s#1 killed; reply terminate ok" },
	{ "S69: children are stopped the same way whatever ended the parent",
	    "sup root; sup s max_restarts=0; worker a parent=s;"
	    "worker b parent=s",
	    "show actions; exit b crash",
	    "exit b#1 exit:1; report s child_terminated b exit:1;"
	    "report s shutdown b reached_max_restart_intensity; stop a;"
	    "exit a#1 shutdown; exit s#1 shutdown;"
	    "report root child_terminated s shutdown; start s#2; spawn a;"
	    "start a#2; spawn b; start b#2; up s#2" },
	{ "S70: subtrees stop in their turn, in reverse",
	    "sup root; worker a; sup s; worker b parent=s; worker c parent=s;"
	    "worker d",
	    "stop",
	    "exit d#1 shutdown; exit c#1 shutdown; exit b#1 shutdown;"
	    "exit s#1 shutdown; exit a#1 shutdown; exit root#1 shutdown;"
	    "end" },
	{ "S76: a request to one that stops is refused when it is down",
	    "sup root; worker a term=delay:100; worker b",
	    "stop; restart root b; start root worker x; wait 100",
	    "exit b#1 shutdown; reply restart noproc; reply start noproc;"
	    "exit a#1 shutdown; exit root#1 shutdown; end" },
	{ "S76: one that waits is refused as well",
	    "sup root; worker a term=delay:100; worker b term=delay:100",
	    "terminate root a; terminate root b; stop; wait 300",
	    "reply terminate noproc; exit a#1 shutdown; exit b#1 shutdown;"
	    "reply terminate noproc; exit root#1 shutdown; end" },
	{ "S78: nothing is restarted while it stops",
	    "sup root; worker a; worker b; worker c term=delay:100",
	    "stop; exit a crash; exit b crash; wait 100",
	    "exit a#1 exit:1; exit b#1 exit:1; exit c#1 shutdown;"
	    "report root shutdown_error b exit:1;"
	    "report root shutdown_error a exit:1; exit root#1 shutdown;"
	    "end" },
	{ "S78: a start that waited is given up when its supervisor stops",
	    "sup root; worker a; worker b term=delay:1000",
	    "exit a crash remains; stop; gone a; wait 1000",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "exit b#1 shutdown; exit root#1 shutdown; end" },
	{ "S78: so is a restart that was delayed",
	    "sup root; worker a backoff=100..200; worker b term=delay:1000",
	    "exit a crash; stop; wait 1000; deadline",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "exit b#1 shutdown; exit root#1 shutdown; end; deadline never" },
	{ "U11: a second order to stop kills everything at once",
	    "sup root; worker a term=ignore shutdown=infinity; sup s;"
	    "worker b parent=s; worker c term=ignore shutdown=infinity",
	    "show actions; stop; slaughter",
	    "stop c; kill c; kill b; kill a; exit c#1 killed;"
	    "exit b#1 killed; exit s#1 killed; exit a#1 killed;"
	    "exit root#1 killed; end" },
	{ "U11: also those that were told together",
	    "sup root stop=together; worker a term=ignore shutdown=infinity;"
	    "worker b term=ignore shutdown=infinity",
	    "show actions; stop; slaughter",
	    "stop b; stop a; kill b; kill a; exit b#1 killed;"
	    "exit a#1 killed; exit root#1 killed; end" },
	{ "U5: one that is late when all stop is stopped, and has not failed",
	    "sup root; worker a; worker b start=hang start_timeout=100"
	    " term=delay:50",
	    "boot; wait 120; stop; wait 50",
	    "start root#1; start a#1; starting b#1; exit b#1 shutdown;"
	    "exit a#1 shutdown; exit root#1 shutdown; end" },
	{ "U5: so is one among those that stop together",
	    "sup root stop=together; worker a;"
	    "worker b start=hang start_timeout=100 term=delay:50",
	    "boot; wait 120; stop; wait 50",
	    "start root#1; start a#1; starting b#1; exit a#1 shutdown;"
	    "exit b#1 shutdown; exit root#1 shutdown; end" },
	{ "D9: stop together tells all at once, and waits for the last",
	    "sup root stop=together; worker a term=delay:200;"
	    "worker b term=ignore shutdown=300; sup s; worker c parent=s;"
	    "worker d parent=s",
	    "show actions; stop; wait 200; state; wait 100",
	    "stop d; stop b; stop a; exit d#1 shutdown; stop c;"
	    "exit c#1 shutdown; exit s#1 shutdown; exit a#1 shutdown;"
	    "state root a=- b=stopping s=-; kill b;"
	    "exit b#1 killed; report root shutdown_error b killed;"
	    "exit root#1 shutdown; end" },
};

int
main(void)
{
	return fixture_cases(cases, sizeof(cases) / sizeof(*cases));
}
