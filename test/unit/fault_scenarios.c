/* SPDX-License-Identifier: ISC */
#include "fault_scenarios.h"

#define SLEEPER "exec sleep 1000"
#define CRASHING                                                             \
	"worker crash { shell '[ $SUPERVISE_RUN -gt 1 ] || exit 1; " SLEEPER \
	"' }\n"
#define CRASHING_TWICE                                                     \
	"worker crash { shell '[ $SUPERVISE_RUN -gt 2 ] || exit 1; mkdir " \
	"once; exec sleep 1000' }"
#define READY "worker ready { ready fd 5; shell 'echo >&5; " SLEEPER "' }\n"
#define MESSY                                                                                 \
	"worker messy { restart temporary; shutdown 300ms; shell 'setsid sleep 1000 & sleep " \
	"1000 & exit 0' }\n"
#define STRAYING                                                              \
	"worker strays { shutdown 300ms; shell 'setsid sleep 1000 & " SLEEPER \
	"' }\n"
/* Prints how many descriptors the engine has, and has everything stop. */
#define STOPPING                                                              \
	"worker stop { shell 'sleep 0.1; ls /proc/$PPID/fd | wc -l; kill -s " \
	"TERM $GUARDIAN; " SLEEPER "' }\n"
/* The same, once it crashes no more: an init that runs has descriptors. */
#define STOPPING_SETTLED                                                   \
	"worker stop { shell 'until [ -d once ]; do sleep 0.01; done; ls " \
	"/proc/$PPID/fd | wc -l; kill -s TERM $GUARDIAN; " SLEEPER "' }\n"
/* Everything stops after somebody was killed. */
#define STOPPING_LATER                                                  \
	"worker stop { shell 'until [ -d once ]; do sleep 0.01; done; " \
	"sleep 0.1; kill -s TERM $GUARDIAN; " SLEEPER "' }\n"
#define KILLING(pids)                                                     \
	"worker kill { shell 'sleep 0.1; mkdir once 2>/dev/null && kill " \
	"-s KILL " pids "; " SLEEPER "' }\n"

/* Crashes once, and each run is handed its sockets. */
#define LISTENING                                                             \
	"worker web { listen unix one.sock; listen unix two.sock mode 0600; " \
	"shell '[ $LISTEN_FDS = 2 ] || exit 9; [ -d once ] || { mkdir once; " \
	"exit 1; }; " SLEEPER "' }\n"
/* Asks for a second run in its place, then has everything stop. */
#define REPLACING                                                             \
	"worker stop { shell 'until [ -d once ]; do sleep 0.01; done; "       \
	"\"$SUPERVISE\" replace web >/dev/null 2>&1; ls /proc/$PPID/fd | wc " \
	"-l; kill -s TERM $GUARDIAN; " SLEEPER "' }\n"

const struct scenario scenarios[] = {
	{
	    .name = "a tree, a fault in the guardian",
	    .role = ROLE_GUARDIAN,
	    .text = CRASHING READY MESSY STOPPING,
	},
	{
	    .name = "a tree, a fault in the engine",
	    .role = ROLE_ENGINE,
	    .text = CRASHING READY MESSY STOPPING,
	},
	{
	    .name = "a group, a fault in the engine",
	    .role = ROLE_ENGINE,
	    .text = "strategy one_for_all\n" CRASHING READY STOPPING,
	},
	{
	    .name = "signs of life, a fault in the engine",
	    .role = ROLE_ENGINE,
	    .text = "worker signs { ready check true; watchdog 60s; " SLEEPER
		    " }\n" STOPPING,
	},
	{
	    .name = "an init, a fault in the engine",
	    .role = ROLE_ENGINE,
	    .text = "supervisor s { max_restarts 0; init echo \"" CRASHING_TWICE
		    "\" }\n" STOPPING_SETTLED,
	},
	{
	    .name = "a killed engine, a fault in the guardian",
	    .role = ROLE_GUARDIAN,
	    .text = MESSY KILLING("$PPID") STOPPING_LATER,
	    .engine_dies = true,
	},
	{
	    .name = "a killed engine, a fault in the next one",
	    .role = ROLE_NEXT_ENGINE,
	    .text = MESSY KILLING("$PPID") STOPPING_LATER,
	    .engine_dies = true,
	},
	{
	    .name = "a killed guardian, a fault in the engine",
	    .role = ROLE_ENGINE,
	    .text = MESSY STRAYING KILLING("$GUARDIAN"),
	    .guardian_dies = true,
	},
	{
	    .name = "both killed, a fault in the witness",
	    .role = ROLE_WITNESS,
	    .text = STRAYING KILLING("$GUARDIAN $PPID"),
	    .guardian_dies = true,
	    .engine_dies = true,
	},
	{
	    .name = "sockets and a second run, a fault in the engine",
	    .role = ROLE_ENGINE,
	    .text = LISTENING REPLACING,
	    .asked = true,
	    .says = "event=replaced",
	},
	{
	    .name = "a tree that gives up, a fault in the engine",
	    .role = ROLE_ENGINE,
	    .text = "max_restarts 1\nworker a { shell 'exit 3' }\n",
	    .status = 1,
	},
	{
	    .name = "a command, a fault in the engine",
	    .role = ROLE_ENGINE,
	    .text = "auto_shutdown any_significant\n"
		    "worker a { restart transient; significant yes; "
		    "exec sh -c 'exit 0' }\n",
	    .command = true,
	},
};

const size_t nscenarios = sizeof(scenarios) / sizeof(scenarios[0]);
