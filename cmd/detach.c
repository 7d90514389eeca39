/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>

#include <stdlib.h>
#include <unistd.h>

#include "cmd/behind.h"
#include "cmd/detach.h"
#include "cmd/options.h"
#include "os/fd.h"

static bool
is_file(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

bool
detach_keeps_stderr(void)
{
	return is_file(STDERR_FILENO);
}

static void
let_go_of_terminal(void)
{
	int null = fd_null();

	(void)setsid();
	if (null < 0)
		return;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fd == STDIN_FILENO || !is_file(fd))
			(void)dup2(null, fd);
	fd_close(&null);
}

static _Noreturn void
wait_for_start(const struct globals *globals, struct behind *behind)
{
	int status;

	/* A file has it already: the new process keeps that. */
	behind->silent = is_file(STDERR_FILENO);
	if (behind_await_start(behind))
		exit(STATUS_OK);
	status = behind_status(behind);
	if (behind->stop != 0)
		behind_die(behind, globals);
	if (!behind->said && status != STATUS_OK)
		complain("it could not be started; without -d it says why");
	exit(status);
}

int
detach(const struct globals *globals)
{
	struct behind behind;
	int caller, signals;
	sigset_t set;
	pid_t pid;

	signals_forwardable(&set);
	signals = signals_open(&set);
	if (signals < 0)
		return signals;
	pid = behind_fork(&behind, globals, signals, &caller);
	if (pid > 0)
		wait_for_start(globals, &behind);
	fd_close(&signals);
	if (pid < 0)
		return pid;
	let_go_of_terminal();
	return caller;
}
