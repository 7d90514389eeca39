/* SPDX-License-Identifier: ISC */
#include <sys/prctl.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/units.h"
#include "engine/guardian.h"
#include "engine/mark.h"
#include "engine/sweep.h"
#include "engine/witness.h"
#include "os/channel.h"
#include "os/fd.h"
#include "os/pidfd.h"
#include "os/proc.h"

/* How often, and with what rest in between, it looks for the marked ones. */
#define LOOKS   1000
#define REST_NS (10 * NS_PER_MS)

/* So often, and after so long, it tries again what it may not kill. */
#define DENIED_TRIES 3
#define DENIED_MS    10

/* The parent of the engine. */
struct witness {
	pid_t engine;
	int channel; /* to the guardian */
	int orphans; /* to the engine: a byte when orphans were reaped */
};

struct hunt {
	const char *const entries[2];
	bool over; /* nobody was found, nor may one have been missed */
};

/* Whether `error` says that there is no such process, or not of ours. */
static bool
is_none_of_ours(int error)
{
	return error == -ESRCH || error == -ENOENT || error == -EACCES ||
	    error == -EPERM;
}

static int
visit(pid_t pid, void *arg)
{
	struct hunt *hunt = arg;
	int pidfd, marked;

	if (pid == getpid() || pid == 1)
		return 0;
	/* Opened first: what is read then is about the one that is killed. */
	pidfd = pidfd_of(pid);
	marked = pidfd < 0 ? pidfd : proc_env_has(pid, hunt->entries);
	if (marked == 1)
		(void)pidfd_signal(pidfd, SIGKILL);
	if (marked != 0 && !is_none_of_ours(marked))
		hunt->over = false;
	if (pidfd >= 0)
		fd_close(&pidfd);
	return 0;
}

static void
hunt_down(const char *mark)
{
	const struct timespec rest = { .tv_nsec = REST_NS };

	for (int i = 0; i < LOOKS; i++) {
		struct hunt hunt = { .entries = { mark, NULL }, .over = true };

		if (proc_each(visit, &hunt) == 0 && hunt.over)
			return;
		(void)nanosleep(&rest, NULL);
	}
}

/* The name is another one than that of the two whom it is to outlive. */
static void
begin(pid_t guardian)
{
	/* A signal to the group of the others is not for the last of them. */
	(void)setpgid(0, 0);
	(void)prctl(PR_SET_NAME, "witness");
	setproctitle("-witness of %jd", (intmax_t)guardian);
}

static _Noreturn void
be_engine(const struct run *run, struct engine_link *link)
{
	(void)close(link->alive[0]);
	/* What is sent to the job as a whole is the guardian's to pass on. */
	(void)setpgid(0, 0);
	setproctitle("engine of %s, guarded by %jd", run->file,
	    (intmax_t)link->guardian);
	_exit(engine_run(run, link));
}

/* Forks the engine. Its pid, or -errno. */
static pid_t
fork_engine(struct witness *witness, const struct run *run,
    struct engine_link *link)
{
	int error = proc_adopt_orphans();
	int ends[2];
	pid_t pid;

	if (error == 0 && pipe2(ends, O_CLOEXEC | O_NONBLOCK) == -1)
		error = -errno;
	if (error < 0)
		return error;
	error = fd_raise(&ends[0]);
	if (error == 0)
		error = fd_raise(&ends[1]);
	if (error < 0)
		return error;
	pid = fork();
	if (pid == 0) {
		fd_close(&ends[1]);
		link->orphans = ends[0];
		be_engine(run, link);
	}
	error = -errno;
	fd_close(&ends[0]);
	witness->orphans = ends[1];
	return pid == -1 ? error : pid;
}

/* Nothing that the other two, or the engine, hold may look alive by it. */
static void
let_go(const struct run *run, const struct engine_link *link)
{
	(void)close(link->alive[0]);
	(void)close(link->alive[1]);
	if (run->caller > 0)
		(void)close(run->caller);
	if (link->log != NULL)
		wire_close_engine(link->log);
}

static void
tell_engine(const struct witness *witness)
{
	const struct channel_message message = {
		.kind = MESSAGE_ENGINE,
		.value = witness->engine < 0 ? witness->engine : 0,
		.pid = witness->engine,
	};

	(void)channel_send(witness->channel, &message);
}

/* Reaps what has ended: did the engine, and how? False: no child is left. */
static bool
reap(const struct witness *witness, bool *ended, struct process_end *engine_end)
{
	struct process_end end;
	bool orphan = false;
	pid_t pid;
	int got;

	while ((got = process_reap_any(&pid, &end)) == 1) {
		if (pid != witness->engine) {
			orphan = true;
			continue;
		}
		*ended = true;
		*engine_end = end;
	}
	/* An engine that is far behind will look anyway. */
	if (orphan && write(witness->orphans, "", 1) == -1)
		(void)0;
	return got != -ECHILD;
}

/* Waits until a child has ended, at most `timeout_ms`. */
static void
await(int64_t timeout_ms)
{
	const struct timespec timeout = {
		.tv_sec = timeout_ms / 1000,
		.tv_nsec = timeout_ms % 1000 * NS_PER_MS,
	};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	if (timeout_ms < 0)
		(void)sigwaitinfo(&set, NULL);
	else
		(void)sigtimedwait(&set, NULL, &timeout);
}

static void
tell_end(const struct witness *witness, const struct process_end *end)
{
	const struct channel_message message = {
		.kind = MESSAGE_ENDED,
		.value = end->by_signal ? -end->status : end->status,
	};

	(void)channel_send(witness->channel, &message);
}

_Noreturn void
witness_run(const struct run *run, struct engine_link *link)
{
	struct witness witness = { .channel = link->channel };
	struct sweep sweep = { .children = -1 };
	struct process_end end = { .status = 0 };
	unsigned ntries = 0;
	bool ended = false;

	link->witness = getpid();
	witness.engine = fork_engine(&witness, run, link);
	tell_engine(&witness);
	if (witness.engine < 0)
		_exit(1);
	let_go(run, link);
	begin(link->guardian);
	sweep.children = proc_children_open(getpid());
	while (reap(&witness, &ended, &end) && !ended)
		await(-1);
	tell_end(&witness, &end);
	while (reap(&witness, &ended, &end) &&
	    (sweep_kill(&sweep) ||
		(sweep.denied > 0 && ntries++ < DENIED_TRIES)))
		await(sweep.denied > 0 ? DENIED_MS : SWEEP_MS);
	/* Without a guardian nobody else looks for them. */
	if (sweep.denied > 0 && getppid() != link->guardian)
		hunt_down(mark_text());
	_exit(0);
}

pid_t
witness_start(const int alive[static 2], const char *mark)
{
	pid_t pid = fork();
	char byte;

	if (pid == -1)
		return -errno;
	if (pid > 0)
		return pid;

	begin(getppid());
	/* Nothing of the guardian's may look alive because of it. */
	fd_close_others(alive[0]);
	while (read(alive[0], &byte, 1) != 0)
		;
	hunt_down(mark);
	_exit(0);
}
