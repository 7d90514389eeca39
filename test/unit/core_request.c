/* SPDX-License-Identifier: ISC */
#include "core_fixture.h"

/* What people ask a static supervisor for: S91 to S103. */

static const struct fixture_case cases[] = {
	{ "S91: an added child is started, at the end", "sup root; worker a",
	    "start root worker b restart=transient; state",
	    "start b#1; reply start ok; state root a=1 b=1" },
	{ "S91: a name that runs is already_started", "sup root; worker a",
	    "start root worker a; state",
	    "reply start already_started; state root a=1" },
	{ "S91: a name that is down is already_present", "sup root; worker a",
	    "terminate root a; start root worker a; state",
	    "exit a#1 shutdown; reply terminate ok;"
	    "reply start already_present; state root a=-" },
	{ "S91: an added supervisor brings its children",
	    "sup root; worker a; sup s parent=none; worker b parent=s;"
	    "worker c parent=s",
	    "show frees; start root sup s; state; terminate root s;"
	    "delete root s; state",
	    "start s#1; start b#1; start c#1; up s#1; reply start ok;"
	    "state root a=1 s=1; state s b=1 c=1; exit c#1 shutdown;"
	    "exit b#1 shutdown; exit s#1 shutdown; reply terminate ok;"
	    "free s; reply delete ok; state root a=1" },
	{ "S92: an added child that does not start is forgotten, no report",
	    "sup root max_restarts=0; worker a",
	    "show frees notes; start root worker b start=fail; state",
	    "startfail b; reply start start_failed; removed b; free b;"
	    "state root a=1" },
	{ "S92: so is a supervisor that does not, after what it had started",
	    "sup root; worker a; sup s parent=none; worker b parent=s;"
	    "worker c parent=s start=fail",
	    "show frees; start root sup s; state",
	    "start s#1; start b#1; startfail c;"
	    "report s start_error c start:ENOENT; exit b#1 shutdown;"
	    "exit s#1 shutdown:failed_to_start_child; startfail s;"
	    "reply start start_failed; free s; state root a=1" },
	{ "S93: one that is not needed is kept, unless temporary", "sup root",
	    "show frees; start root worker a start=ignore;"
	    "start root worker b start=ignore restart=temporary;"
	    "state",
	    "starting a#1; exit a#1 exit:0; ignore a; reply start ignore;"
	    "starting b#1; exit b#1 exit:0; ignore b; reply start ignore;"
	    "free b; state root a=-" },
	{ "S94: a stopped child is kept, down, until somebody starts it",
	    "sup root; worker a",
	    "terminate root a; wait 100000; state; restart root a",
	    "exit a#1 shutdown; reply terminate ok; state root a=-;"
	    "start a#2; reply restart ok" },
	{ "D8: one that is held does not come back with its group",
	    "sup root strategy=one_for_all; worker a; worker b",
	    "hold root a; exit b crash; state; restart root a; state",
	    "exit a#1 shutdown; reply hold ok; exit b#1 exit:1;"
	    "report root child_terminated b exit:1; start b#2;"
	    "state root a=- b=2; start a#2; reply restart ok;"
	    "state root a=2 b=2" },
	{ "D8: nor with its supervisor",
	    "sup root; sup s; worker a parent=s; worker b parent=s",
	    "hold s b; again root s; state; again s b; again root s; state",
	    "exit b#1 shutdown; reply hold ok; exit a#1 shutdown;"
	    "exit s#1 shutdown; start s#2; start a#2; up s#2; reply again ok;"
	    "state root s=2; state s a=2 b=-; start b#2; reply again ok;"
	    "exit b#2 shutdown; exit a#2 shutdown; exit s#2 shutdown;"
	    "start s#3; start a#3; start b#3; up s#3; reply again ok;"
	    "state root s=3; state s a=3 b=3" },
	{ "D8: one that is down already can be held as well",
	    "sup root strategy=one_for_all; worker a restart=transient;"
	    "worker b",
	    "exit a normal; hold root a; exit b crash; state",
	    "exit a#1 exit:0; reply hold ok; exit b#1 exit:1;"
	    "report root child_terminated b exit:1; start b#2;"
	    "state root a=- b=2" },
	{ "S75: a permanent supervisor that was stopped stays down",
	    "sup root; sup s; worker a parent=s",
	    "terminate root s; wait 100000; state",
	    "exit a#1 shutdown; exit s#1 shutdown; reply terminate ok;"
	    "state root s=-" },
	{ "S94: a stop of one that is down is ok", "sup root; worker a",
	    "terminate root a; terminate root a",
	    "exit a#1 shutdown; reply terminate ok; reply terminate ok" },
	{ "S94: a temporary one is forgotten with it",
	    "sup root; worker a restart=temporary",
	    "terminate root a; state; terminate root a",
	    "exit a#1 shutdown; reply terminate ok; state root;"
	    "reply terminate not_found" },
	{ "S94: an unknown name is not found", "sup root",
	    "terminate root x; restart root x; delete root x",
	    "reply terminate not_found; reply restart not_found;"
	    "reply delete not_found" },
	{ "S95: only one that is down can be started", "sup root; worker a",
	    "restart root a", "reply restart running" },
	{ "S95: a start that fails leaves it down, without report or retry",
	    "sup root max_restarts=0; worker a start=ok,fail,ok",
	    "terminate root a; restart root a; state; restart root a",
	    "exit a#1 shutdown; reply terminate ok; startfail a;"
	    "reply restart start_failed; state root a=-; start a#3;"
	    "reply restart ok" },
	{ "S95: a nested supervisor is stopped and started with all it has",
	    "sup root; sup s; worker a parent=s; worker b parent=s",
	    "terminate root s; restart root s",
	    "exit b#1 shutdown; exit a#1 shutdown; exit s#1 shutdown;"
	    "reply terminate ok; start s#2; start a#2; start b#2; up s#2;"
	    "reply restart ok" },
	{ "S96: only one that is down can be deleted", "sup root; worker a",
	    "delete root a; terminate root a; delete root a; state;"
	    "restart root a",
	    "reply delete running; exit a#1 shutdown; reply terminate ok;"
	    "reply delete ok; state root; reply restart not_found" },
	{ "S99: all that are kept count, and those that are up",
	    "sup root; worker a; sup s; worker b; worker c parent=s;"
	    "worker t restart=temporary",
	    "terminate root b; terminate root t; count root",
	    "exit b#1 shutdown; reply terminate ok; exit t#1 shutdown;"
	    "reply terminate ok;"
	    "count specs=3 active=2 supervisors=1 workers=2" },
	{ "S101: one that is not up has nobody who answers",
	    "sup root; sup s; worker a parent=s",
	    "together terminate root s, terminate s a",
	    "reply terminate noproc; exit a#1 shutdown; exit s#1 shutdown;"
	    "reply terminate ok" },
	{ "S102: requests are served in the order in which they came",
	    "sup root; worker a term=delay:100; worker b",
	    "terminate root a; terminate root b; restart root a; wait 100",
	    "exit a#1 shutdown; reply terminate ok; exit b#1 shutdown;"
	    "reply terminate ok; start a#2; reply restart ok" },
	{ "S102: one about a child that is freed before is told so",
	    "sup root; worker a term=delay:100",
	    "show frees; start root worker t restart=temporary;"
	    "terminate root a; terminate root t; restart root t;"
	    "delete root t; wait 100",
	    "start t#1; reply start ok; exit a#1 shutdown;"
	    "reply terminate ok; exit t#1 shutdown; reply terminate ok;"
	    "reply restart not_found; reply delete not_found; free t" },
	{ "S94: stopped and started in one",
	    "sup root max_restarts=0; worker a term=delay:100; worker b",
	    "again root a; wait 100; terminate root b; again root b",
	    "exit a#1 shutdown; start a#2; reply again ok; exit b#1 shutdown;"
	    "reply terminate ok; start b#2; reply again ok" },
	{ "S95: a temporary one that was stopped is not there to be started",
	    "sup root; worker a restart=temporary", "again root a",
	    "exit a#1 shutdown; reply again not_found" },
	{ "D1: one_for_one answers when the start is complete",
	    "sup root; worker a; worker b start=ok,hang",
	    "terminate root b; restart root b; exit a crash; ready b",
	    "exit b#1 shutdown; reply terminate ok; starting b#2;"
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "start a#2; start b#2; reply restart ok" },
	{ "S76: a group strategy waits for it",
	    "sup root strategy=rest_for_one; worker a; worker b start=ok,hang",
	    "terminate root b; restart root b; exit a crash; state; ready b",
	    "exit b#1 shutdown; reply terminate ok; starting b#2;"
	    "exit a#1 exit:1; state root a=ended b=starting; start b#2;"
	    "reply restart ok; report root child_terminated a exit:1;"
	    "exit b#2 shutdown; start a#2; starting b#3" },
	{ "D1: a start can be called off by a stop",
	    "sup root; worker a start=ok,hang",
	    "terminate root a; restart root a; terminate root a; state",
	    "exit a#1 shutdown; reply terminate ok; starting a#2;"
	    "exit a#2 shutdown; reply restart stopped; reply terminate ok;"
	    "state root a=-" },
	{ "D7: what is placed starts at its place, and again with its group",
	    "sup root strategy=rest_for_one; worker a; worker c",
	    "place root worker b; exit b crash",
	    "start b#1; reply place ok; exit b#1 exit:1;"
	    "report root child_terminated b exit:1; exit c#1 shutdown;"
	    "start b#2; start c#2" },
	{ "D7: what is placed and does not start is kept", "sup root; worker a",
	    "place root worker b start=fail,ok; state;"
	    "restart root b",
	    "startfail b; reply place start_failed; state root a=1 b=-;"
	    "start b#2; reply restart ok" },
	{ "D7: the name of what is placed may be taken", "sup root; worker a",
	    "place root worker a", "reply place already_started" },
	{ "D7: what is placed where nobody answers comes with the next start",
	    "sup root; sup s restart=transient; worker x parent=s",
	    "together terminate root s, place s worker y; restart root s",
	    "reply place noproc; exit x#1 shutdown; exit s#1 shutdown;"
	    "reply terminate ok; start s#2; start x#2; start y#1; up s#2;"
	    "reply restart ok" },
	{ "D7: what is removed is stopped and no child any more",
	    "sup root; worker a term=delay:100; worker b",
	    "show frees; remove root a; wait 100; state; remove root b; state",
	    "exit a#1 shutdown; reply remove ok; free a; state root b=1;"
	    "exit b#1 shutdown; reply remove ok; free b; state root" },
	{ "D7: what is removed is not started by its group in between",
	    "sup root strategy=one_for_all; worker a; worker b term=delay:100",
	    "show frees; remove root b; exit a crash; wait 100",
	    "exit a#1 exit:1; exit b#1 shutdown; reply remove ok; free b;"
	    "report root child_terminated a exit:1; start a#2" },
	{ "D7: what is removed while its supervisor stops does not come back",
	    "sup root; sup s; worker x parent=s term=delay:100;"
	    "worker y parent=s",
	    "show frees; terminate root s; remove s x; wait 100;"
	    "restart root s",
	    "exit y#1 shutdown; reply remove noproc; exit x#1 shutdown;"
	    "free x; exit s#1 shutdown; reply terminate ok; start s#2;"
	    "start y#2; up s#2; reply restart ok" },
	{ "D2: what a group waits for is stopped before it has started",
	    "sup root strategy=one_for_all; worker a; worker b start=ok,hang",
	    "again root b; state; terminate root b; state; exit a crash; state",
	    "exit b#1 shutdown; starting b#2; state root a=1 b=starting;"
	    "exit b#2 shutdown; reply again stopped; reply terminate ok;"
	    "state root a=1 b=-; exit a#1 exit:1;"
	    "report root child_terminated a exit:1; start a#2; starting b#3;"
	    "state root a=2 b=starting" },
	{ "U5: one that was asked for and is late has failed",
	    "sup root; worker a start=ok,hang start_timeout=100",
	    "terminate root a; restart root a; wait 100; state",
	    "exit a#1 shutdown; reply terminate ok; starting a#2;"
	    "exit a#2 shutdown; startfail a; reply restart start_failed;"
	    "state root a=-" },
};

int
main(void)
{
	return fixture_cases(cases, sizeof(cases) / sizeof(*cases));
}
