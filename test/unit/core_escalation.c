/* SPDX-License-Identifier: ISC */
#include "core_fixture.h"

/* Escalation and auto_shutdown: S79 to S90. */

static const struct fixture_case cases[] = {
	{ "S79: one that gave up is a child that died, and counts above",
	    "sup root max_restarts=1; worker x; sup s max_restarts=0;"
	    "worker a parent=s",
	    "show notes; exit a crash; exit x crash",
	    "exit a#1 exit:1; report s child_terminated a exit:1;"
	    "report s shutdown a reached_max_restart_intensity; gave_up a 1;"
	    "exit s#1 shutdown; report root child_terminated s shutdown;"
	    "restarting s 1; start s#2; start a#2; up s#2; exit x#1 exit:1;"
	    "report root child_terminated x exit:1;"
	    "report root shutdown x reached_max_restart_intensity;"
	    "gave_up x 2; exit a#2 shutdown; exit s#2 shutdown;"
	    "exit root#1 shutdown; end" },
	{ "S79: the strategy above applies to it",
	    "sup root strategy=one_for_all; worker x; sup s max_restarts=0;"
	    "worker a parent=s; worker y",
	    "exit a crash",
	    "exit a#1 exit:1; report s child_terminated a exit:1;"
	    "report s shutdown a reached_max_restart_intensity;"
	    "exit s#1 shutdown; report root child_terminated s shutdown;"
	    "exit y#1 shutdown; exit x#1 shutdown; start x#2; start s#2;"
	    "start a#2; up s#2; start y#2" },
	{ "S80: a transient one that gave up is not restarted",
	    "sup root max_restarts=0; worker x;"
	    "sup s max_restarts=0 restart=transient; worker a parent=s",
	    "exit a crash; state",
	    "exit a#1 exit:1; report s child_terminated a exit:1;"
	    "report s shutdown a reached_max_restart_intensity;"
	    "exit s#1 shutdown; state root x=1 s=-" },
	{ "S80: a temporary one is forgotten",
	    "sup root max_restarts=0; worker x;"
	    "sup s max_restarts=0 restart=temporary; worker a parent=s",
	    "exit a crash; state",
	    "exit a#1 exit:1; report s child_terminated a exit:1;"
	    "report s shutdown a reached_max_restart_intensity;"
	    "exit s#1 shutdown; state root x=1" },
	{ "S81: 1 and 1: the fourth death ends the outer one",
	    "sup root max_restarts=1; sup s max_restarts=1; worker a parent=s",
	    "show notes; exit a crash; exit a crash; exit a crash;"
	    "exit a crash",
	    "exit a#1 exit:1; report s child_terminated a exit:1;"
	    "restarting a 1; start a#2; exit a#2 exit:1;"
	    "report s child_terminated a exit:1;"
	    "report s shutdown a reached_max_restart_intensity; gave_up a 2;"
	    "exit s#1 shutdown; report root child_terminated s shutdown;"
	    "restarting s 1; start s#2; start a#3; up s#2; exit a#3 exit:1;"
	    "report s child_terminated a exit:1; restarting a 1; start a#4;"
	    "exit a#4 exit:1; report s child_terminated a exit:1;"
	    "report s shutdown a reached_max_restart_intensity; gave_up a 2;"
	    "exit s#2 shutdown; report root child_terminated s shutdown;"
	    "report root shutdown s reached_max_restart_intensity;"
	    "gave_up s 2; exit root#1 shutdown; end" },
	{ "S82: the root that gives up ends with shutdown",
	    "sup root max_restarts=0; worker a", "exit a crash",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "report root shutdown a reached_max_restart_intensity;"
	    "exit root#1 shutdown; end" },
	{ "S83: an end by itself without restart is what counts",
	    "sup root auto_shutdown=any_significant; worker x;"
	    "worker a restart=transient significant=yes",
	    "show notes; exit a crash; exit a normal",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "restarting a 1; start a#2; exit a#2 exit:0; auto_shutdown a;"
	    "exit x#1 shutdown; exit root#1 shutdown; end" },
	{ "S83: a temporary one's with any reason",
	    "sup root auto_shutdown=any_significant; worker x;"
	    "worker a restart=temporary significant=yes",
	    "exit a crash",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "exit x#1 shutdown; exit root#1 shutdown; end" },
	{ "S84: one that is not significant ends nothing",
	    "sup root auto_shutdown=any_significant;"
	    "worker a restart=temporary; worker b restart=transient",
	    "exit a normal; exit b normal; state",
	    "exit a#1 exit:0; exit b#1 exit:0; state root b=-" },
	{ "S85: all_significant waits for the last one",
	    "sup root auto_shutdown=all_significant; worker x;"
	    "worker a restart=transient significant=yes;"
	    "worker b restart=temporary significant=yes",
	    "exit b normal; state; exit a shutdown",
	    "exit b#1 exit:0; state root x=1 a=1; exit a#1 signal:TERM;"
	    "exit x#1 shutdown; exit root#1 shutdown; end" },
	{ "S85: one that is being restarted is still there",
	    "sup root auto_shutdown=all_significant;"
	    "worker a restart=transient significant=yes backoff=1000..2000;"
	    "worker b restart=temporary significant=yes",
	    "exit a crash; exit b normal; state",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "exit b#1 exit:0; state root a=restarting" },
	{ "S87: a stop by hand never triggers it",
	    "sup root auto_shutdown=any_significant;"
	    "worker a restart=transient significant=yes; worker x",
	    "terminate root a; state",
	    "exit a#1 shutdown; reply terminate ok; state root a=- x=1" },
	{ "S87: nor does a group restart",
	    "sup root strategy=one_for_all auto_shutdown=any_significant;"
	    "worker a restart=transient significant=yes;"
	    "worker b restart=temporary significant=yes; worker x",
	    "exit x crash; state",
	    "exit x#1 exit:1; report root child_terminated x exit:1;"
	    "exit b#1 shutdown; exit a#1 shutdown; start a#2; start x#2;"
	    "state root a=2 x=2" },
	{ "S88: one stopped by hand is not active any more",
	    "sup root auto_shutdown=all_significant;"
	    "worker a restart=transient significant=yes;"
	    "worker b restart=transient significant=yes",
	    "terminate root a; exit b normal",
	    "exit a#1 shutdown; reply terminate ok; exit b#1 exit:0;"
	    "exit root#1 shutdown; end" },
	{ "S88: the last one stopped by hand changes nothing later",
	    "sup root auto_shutdown=all_significant;"
	    "worker a restart=transient significant=yes;"
	    "worker b restart=transient significant=yes; worker x",
	    "exit a normal; terminate root b; exit x crash; state",
	    "exit a#1 exit:0; exit b#1 shutdown; reply terminate ok;"
	    "exit x#1 exit:1; report root child_terminated x exit:1;"
	    "start x#2; state root a=- b=- x=2" },
	{ "S88: nor does one that is not needed count",
	    "sup root auto_shutdown=all_significant;"
	    "worker a restart=transient significant=yes start=ignore;"
	    "worker b restart=transient significant=yes",
	    "exit b normal", "exit b#1 exit:0; exit root#1 shutdown; end" },
	{ "S89: a finished one that a group restart brings back is active",
	    "sup root strategy=one_for_all auto_shutdown=all_significant;"
	    "worker a restart=transient significant=yes;"
	    "worker b restart=transient significant=yes",
	    "exit a normal; exit b crash; exit b normal; state",
	    "exit a#1 exit:0; exit b#1 exit:1;"
	    "report root child_terminated b exit:1; start a#2; start b#2;"
	    "exit b#2 exit:0; state root a=2 b=-" },
	{ "S90: it goes up while significant",
	    "sup root auto_shutdown=any_significant; worker x;"
	    "sup s auto_shutdown=any_significant restart=transient"
	    " significant=yes; worker a parent=s restart=temporary"
	    " significant=yes; worker b parent=s",
	    "exit a normal",
	    "exit a#1 exit:0; exit b#1 shutdown; exit s#1 shutdown;"
	    "exit x#1 shutdown; exit root#1 shutdown; end" },
	{ "S90: a permanent supervisor is restarted",
	    "sup root; sup s auto_shutdown=any_significant;"
	    "worker a parent=s restart=transient significant=yes",
	    "exit a normal; state",
	    "exit a#1 exit:0; exit s#1 shutdown;"
	    "report root child_terminated s shutdown; start s#2; start a#2;"
	    "up s#2; state root s=2; state s a=2" },
};

int
main(void)
{
	return fixture_cases(cases, sizeof(cases) / sizeof(*cases));
}
