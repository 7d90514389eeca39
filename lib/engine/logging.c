/* SPDX-License-Identifier: ISC */
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/units.h"
#include "engine/guardian.h"
#include "engine/logging.h"
#include "engine/outbox.h"
#include "engine/outlet.h"
#include "engine/reporter.h"
#include "log/logger.h"
#include "os/clock.h"
#include "os/fd.h"
#include "os/pidfd.h"
#include "os/signals.h"

/* So many killed loggers are replaced in a second. */
#define STARTS_MAX 16

/* Whether something below `spec` goes through a logger. */
static bool
needs_logger(const struct spec *spec)
{
	if (spec->policy.kind == KIND_WORKER) {
		for (int i = 0; i < LOG_NSTREAMS; i++)
			if (outlet_kind(&spec->worker.logs, i) == OUTLET_PIPE)
				return true;
		return false;
	}
	/* More children may come. */
	if (spec->hooks.init != NULL ||
	    spec->policy.sup.strategy == STRATEGY_DYNAMIC)
		return true;
	for (size_t i = 0; i < spec->sup.nchildren; i++)
		if (needs_logger(spec->sup.children[i].spec))
			return true;
	return false;
}

int
logging_init(struct logging *logging, const struct run *run)
{
	int error;

	*logging = (struct logging){ .wire = wire_none, .pidfd = -1 };
	if (run->command && !needs_logger(run->conf->root))
		return 0;
	if (!window_init(&logging->starts, STARTS_MAX, NS_PER_S))
		return -ENOMEM;
	error = wire_open(&logging->wire, run->conf->nchildren);
	if (error < 0)
		return error;
	logging->wire.look = run->look;
	logging->wire.colours = run->colours;
	logging->wanted = true;
	return 0;
}

int
logging_keep(struct logging *logging)
{
	if (!logging->wanted || logging->pid > 0 ||
	    !window_allow(&logging->starts, clock_now_ns()))
		return 0;
	/* Without SIGCHLD: who waits for all children does not mean it. */
	logging->pid = (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
	if (logging->pid == 0)
		return -1;
	logging->pidfd = logging->pid > 0 ? pidfd_of(logging->pid) : -1;
	if (logging->pid > 0 && logging->pidfd < 0) {
		(void)kill(logging->pid, SIGKILL);
		logging_ended(logging);
	}
	return logging->pid > 0;
}

_Noreturn void
logging_be(struct logging *logging, const struct run *run, pid_t guardian)
{
	/* What is sent to the job as a whole is the guardian's to pass on. */
	(void)setpgid(0, 0);
	(void)prctl(PR_SET_NAME, "logger");
	setproctitle("logger of %s, guarded by %jd", run->file,
	    (intmax_t)guardian);
	if (run->caller > 0)
		(void)close(run->caller);
	window_fini(&logging->starts);
	wire_close_engine(&logging->wire);
	_exit(logger_run(&logging->wire));
}

void
logging_ended(struct logging *logging)
{
	(void)waitpid(logging->pid, NULL, __WALL);
	if (logging->pidfd >= 0)
		fd_close(&logging->pidfd);
	logging->pidfd = -1;
	logging->pid = 0;
}

/* Whether one of the signals that there are says to stop. */
static bool
is_told_to_stop(int signals)
{
	struct signalfd_siginfo signal;
	bool stop = false;

	while (signals_read(signals, &signal) == 1)
		stop = stop || outbox_is_stop((int)signal.ssi_signo);
	return stop;
}

/* Waits for the end of the logger, or kills it when one says to stop. */
static void
await(struct logging *logging, int signals)
{
	struct pollfd fds[] = {
		{ .fd = logging->pidfd, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};

	do {
		fds[0].revents = 0;
		(void)poll(fds, 2, -1);
	} while (fds[0].revents == 0 && !is_told_to_stop(signals));
	if (fds[0].revents == 0)
		(void)kill(logging->pid, SIGKILL);
	logging_ended(logging);
}

/* Tells of lines that were lost and that nobody was told of. */
static void
tell_lost(const struct log_memory *memory, enum reporter_form form)
{
	struct reporter reporter;
	struct record record;

	if (reporter_init(&reporter, form, NULL, STDERR_FILENO) < 0)
		return;
	for (uint32_t i = 0; i < memory->head->nopened; i++) {
		if (log_sink(memory, i)->lost == 0)
			continue;
		record_begin(&record, RECORD_LOST);
		record_number(&record, "count",
		    (int64_t)log_sink(memory, i)->lost);
		record_text(&record, "file", log_sink_name(memory, i));
		reporter_record(&reporter, &record, clock_wall_ns());
	}
	reporter_fini(&reporter);
}

void
logging_finish(struct logging *logging, const struct run *run, int signals)
{
	if (!logging->wanted)
		return;
	window_fini(&logging->starts);
	wire_close_engine(&logging->wire);
	if (logging->pid > 0) {
		wire_close_logger(&logging->wire);
		await(logging, signals);
	} else {
		(void)logger_run(&logging->wire);
	}
	tell_lost(&logging->wire.memory, run->form);
	wire_close(&logging->wire);
}
