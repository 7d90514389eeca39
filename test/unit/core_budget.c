/* SPDX-License-Identifier: ISC */
#include "core_fixture.h"

/* The time that the stop of everything may take: stop_timeout. */

#define DEAF " term=ignore"

static const struct fixture_case cases[] = {
	{ "whoever fits is not cut",
	    "sup root stop_timeout=9000; worker a shutdown=3000" DEAF
	    "; worker b shutdown=4000" DEAF,
	    "show actions; stop; wait 3999; state; wait 1; wait 2999; wait 1",
	    "stop b; state root a=1 b=stopping; kill b; exit b#1 killed;"
	    "report root shutdown_error b killed; stop a; kill a;"
	    "exit a#1 killed; report root shutdown_error a killed;"
	    "exit root#1 shutdown; end" },
	{ "where all need more than there is, each gets its share",
	    "sup root stop_timeout=6000; worker a shutdown=3000" DEAF
	    "; worker b shutdown=6000" DEAF,
	    "show actions; stop; wait 3999; state; wait 1; wait 1999; state;"
	    "wait 1",
	    "stop b; state root a=1 b=stopping; kill b; exit b#1 killed;"
	    "report root shutdown_error b killed; stop a;"
	    "state root a=stopping b=-; kill a; exit a#1 killed;"
	    "exit root#1 killed; end" },
	{ "what one leaves is there for those behind it",
	    "sup root stop_timeout=6000; worker a shutdown=5000" DEAF
	    "; worker b shutdown=6000 term=delay:100",
	    "show actions; stop; wait 100; wait 4999; state; wait 1",
	    "stop b; exit b#1 shutdown; stop a; state root a=stopping b=-;"
	    "kill a; exit a#1 killed; report root shutdown_error a killed;"
	    "exit root#1 shutdown; end" },
	{ "for ever is as long as the whole may be",
	    "sup root stop_timeout=4000; worker a shutdown=infinity" DEAF
	    "; worker b shutdown=infinity" DEAF,
	    "show actions; stop; wait 1999; state; wait 1; wait 1999; state;"
	    "wait 1",
	    "stop b; state root a=1 b=stopping; kill b; exit b#1 killed;"
	    "report root shutdown_error b killed; stop a;"
	    "state root a=stopping b=-; kill a; exit a#1 killed;"
	    "exit root#1 killed; end" },
	{ "those that stop together have the same time",
	    "sup root stop_timeout=6000 stop=together; worker a shutdown=3000" DEAF
	    "; worker b shutdown=9000" DEAF,
	    "show actions; stop; wait 2999; state; wait 1; wait 2999; state;"
	    "wait 1",
	    "stop b; stop a; state root a=stopping b=stopping; kill a;"
	    "exit a#1 killed; report root shutdown_error a killed;"
	    "state root a=- b=stopping; kill b; exit b#1 killed;"
	    "exit root#1 killed; end" },
	{ "a supervisor shares out what it has got",
	    "sup root stop_timeout=4000; worker a shutdown=4000" DEAF
	    "; sup s; worker b parent=s shutdown=2000" DEAF
	    "; worker c parent=s shutdown=2000" DEAF,
	    "show actions; stop; wait 999; state; wait 1; wait 999; state;"
	    "wait 1; wait 1999; state root; wait 1",
	    "stop c; state root a=1 s=stopping; state s b=1 c=stopping;"
	    "kill c; exit c#1 killed; report s shutdown_error c killed;"
	    "stop b; state root a=1 s=stopping; state s b=stopping c=-;"
	    "kill b; exit b#1 killed; exit s#1 killed;"
	    "report root shutdown_error s killed; stop a;"
	    "state root a=stopping s=-; kill a;"
	    "exit a#1 killed; exit root#1 killed; end" },
	{ "brutal_kill needs no time, and what is down needs none",
	    "sup root stop_timeout=3000; worker a shutdown=2000" DEAF
	    "; worker b shutdown=brutal_kill; worker c shutdown=3000" DEAF,
	    "terminate root c; wait 3000; show actions; stop; wait 1999; state;"
	    "wait 1",
	    "exit c#1 killed; report root shutdown_error c killed;"
	    "reply terminate ok; kill b; exit b#1 killed; stop a;"
	    "state root a=stopping b=- c=-; kill a; exit a#1 killed;"
	    "report root shutdown_error a killed; exit root#1 shutdown; end" },
};

int
main(void)
{
	return fixture_cases(cases, sizeof(cases) / sizeof(*cases));
}
