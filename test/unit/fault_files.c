/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "fault.h"
#include "os/clock.h"
#include "os/fd.h"
#include "os/files.h"
#include "os/output.h"
#include "os/proc.h"
#include "os_left.h"

#define LINES 2000

static const char line[] = "event=started child=web/api pid=4242 run=1\n";
#define LINE_SIZE (sizeof(line) - 1)

static int
read_file(void)
{
	struct file file;
	int error;

	error = file_read("/proc/self/smaps", 1 << 20, &file);
	if (error == 0)
		file_free(&file);
	return error;
}

static int
match_names(void)
{
	struct names names;
	int error;

	error = names_match("/usr/b*", &names);
	if (error < 0)
		return error;
	CHECK(names.count > 0);
	names_free(&names);
	return 0;
}

/* More lines than a pipe and the buffer hold, read by nobody, then by us. */
static int
write_lines(void)
{
	struct output output;
	char got[4096];
	int ends[2], error, i;

	error = pipe2(ends, O_CLOEXEC) == -1 ? -errno : 0;
	if (error < 0)
		return error;
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	error = output_init(&output, ends[1]);
	if (error == 0) {
		for (i = 0; i < LINES; i++) {
			output_keep(&output, line, LINE_SIZE);
			if (i % 100 == 0)
				output_flush(&output);
			if (i % 500 == 0)
				(void)!read(ends[0], got, LINE_SIZE);
		}
		error = output_drain(&output, clock_now_ns());
		if (error == -ETIMEDOUT)
			error = 0;
		output_fini(&output);
	}
	fd_close(&ends[0]);
	fd_close(&ends[1]);
	return error;
}

static int
count(pid_t pid, void *arg)
{
	(void)pid;
	(*(int *)arg)++;
	return 0;
}

static int
look_at_processes(void)
{
	static const char *const wanted[] = { "NO=such", NULL };
	struct proc_stat stat;
	char cmdline[64];
	int error, fd, n = 0;

	fd = proc_children_open(getpid());
	if (fd < 0)
		return fd;
	error = proc_children_each(fd, count, &n);
	fd_close(&fd);
	if (error == 0)
		error = proc_stat(getpid(), &stat);
	if (error == 0)
		error = proc_env_has(getpid(), wanted);
	if (error == 0)
		error = proc_cmdline(getpid(), cmdline, sizeof(cmdline));
	if (error == 0)
		error = proc_each(count, &n);
	return error;
}

/*
 * As reported, but that a missing file of a process means that the process
 * is gone, and that glob(3) tells only what kind of error it was.
 */
static bool
is_told(const struct fault *fault, int result)
{
	if (fault->error == EINTR)
		return result == 0;
	return fault_is_reported(fault, result) || result == -ESRCH;
}

int
main(void)
{
	left_start();
	(void)signal(SIGPIPE, SIG_IGN);
	fault_each("a file", read_file, is_told);
	fault_each("names", match_names, is_told);
	fault_each("lines", write_lines, is_told);
	fault_each("processes", look_at_processes, is_told);
	return 0;
}
