/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_GUARDIAN_H
#define ENGINE_GUARDIAN_H

#include <sys/resource.h>
#include <sys/types.h>

#include <stdbool.h>

#include "conf/conf.h"
#include "control/place.h"
#include "engine/inherited.h"
#include "engine/reporter.h"
#include "log/wire.h"
#include "os/signals.h"

/*
 * The guardian: the process that the user started. PID 1 or sub-reaper, it
 * passes signals on, and when the engine dies, by whatever cause, and every
 * process left below it is gone, starts a new one with a witness as its
 * parent (see witness.h), at most 3 times in 5 seconds (semantics U8). A
 * witness that was killed it replaces. It holds no policy.
 */

/* Words to the caller that are no text. */
#define CALLER_STARTED '\0' /* everything has; again after a killed engine */
#define CALLER_STOPS   '\4' /* everything, whoever has asked for it */

/* What is to be run, and how. */
struct run {
	const struct conf *conf; /* borrowed; of the start */
	const char *file; /* the configuration, or the command, by name */
	bool command;     /* `exec`: one command, its status and its terminal */
	bool several;     /* `exec`: commands, each like a worker of a file */
	bool quiet;       /* no report when it gives up either */
	const char *path; /* of the configuration, absolute; NULL: has none */
	const struct control_place *place; /* of the socket; NULL: none */
	const char *placeless; /* why there can be none; NULL: is not wanted */
	const struct conf_source *source; /* for what is read later */
	/*
	 * Pipe to a process that waits for the start (`run -d`, `with`): gets
	 * what went wrong as text, and the two words below. 0: there is none.
	 * Guardian and engine keep it open as long as they live.
	 */
	int caller;
	bool detached; /* that process ends then */
	enum reporter_form form;
	enum wire_look look; /* of what children write, */
	bool colours;        /* and whether a terminal sees it in colours */
	const struct signals *signals; /* at the start of the program */
	struct rlimit nofile;          /* likewise */
};

/* What they tell each other; the engine, values from 1 to 64 only. */
enum message_kind {
	MESSAGE_SIGNAL,   /* to the engine: value was received, from pid */
	MESSAGE_ORPHAN,   /* to the engine: an orphan was reaped */
	MESSAGE_CONTINUE, /* to the engine: job control went on */
	MESSAGE_WITNESS,  /* to the engine: the witness is pid now */
	MESSAGE_LOGGER,   /* to the engine: the logger is pid now */
	MESSAGE_DONE,     /* to the guardian: all is over; end with value */
	MESSAGE_SUSPEND,  /* to the guardian: the job was stopped by value */
	MESSAGE_STOP,     /* to it: somebody has asked for the end */
	MESSAGE_ENGINE,   /* to it: the engine is pid, or failed with value */
	MESSAGE_UPWARD,   /* to it: enum upward_kind, and `pid` children up */
	MESSAGE_ENDED,    /* to it: the engine has, with value or by -value */
};
#define MESSAGE_NKINDS (MESSAGE_ENDED + 1)

/*
 * Runs `run` to its end in this process as guardian, and returns the exit
 * status for it.
 */
int guardian_run(const struct run *run);

/* What an engine gets from the guardian, and from the witness, its parent. */
struct engine_link {
	int channel;  /* to the guardian */
	int orphans;  /* from the witness: a byte when orphans were reaped */
	int alive[2]; /* see witness.h */
	pid_t guardian;
	pid_t witness; /* 0 or less: there is none */
	bool again;    /* an engine was there before, and was killed */
	const struct inherited *inherited; /* of the guardian; borrowed */
	const char *cgroup; /* in which groups are made; likewise; "": none, */
	int cgroup_error;   /* and why, -errno */
	struct wire *log;   /* of the guardian; borrowed; NULL: no logger */
	pid_t logger;
	const struct upward *upward; /* of the guardian; borrowed */
};

/*
 * The engine's process, entered by the witness after fork. Returns the exit
 * status.
 */
int engine_run(const struct run *run, const struct engine_link *link);

#endif
