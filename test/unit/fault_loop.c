/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <unistd.h>

#include "check.h"
#include "fault.h"
#include "os/channel.h"
#include "os/clock.h"
#include "os/fd.h"
#include "os/loop.h"
#include "os/pidfd.h"
#include "os/signals.h"
#include "os_left.h"

static int received;

static void
take_message(struct loop_watch *watch, uint32_t events)
{
	struct channel_message message;

	(void)events;
	received = channel_receive(watch->fd, &message);
	CHECK(received < 0 || message.kind == 7);
}

/* A message goes through a channel that a loop watches. */
static int
watch_channel(const int ends[2])
{
	struct channel_message message = { .kind = 7 };
	struct loop_watch watch = { .fd = -1 };
	struct loop loop;
	int error;

	error = loop_init(&loop);
	if (error < 0)
		return error;
	error = loop_add(&loop, &watch, ends[0], 0, take_message);
	if (error == 0)
		error = loop_mod(&loop, &watch, EPOLLIN);
	if (error == 0)
		error = channel_send(ends[1], &message);
	if (error == 0)
		error = loop_wait(&loop, CLOCK_NEVER) == 1 ? 0 : -EIO;
	if (error == 0 && received < 0)
		error = received;
	if (error == 0)
		error = loop_wait(&loop, 0) == 0 ? 0 : -EIO;
	loop_del(&loop, &watch);
	loop_fini(&loop);
	return error;
}

static int
send_through_loop(void)
{
	int ends[2], error;

	error = channel_open(ends);
	if (error < 0)
		return error;
	error = watch_channel(ends);
	fd_close(&ends[0]);
	fd_close(&ends[1]);
	return error;
}

/* The end of one side, which the other reads. */
static int
read_end_of_channel(void)
{
	struct channel_message message;
	int ends[2], error;

	error = channel_open(ends);
	if (error < 0)
		return error;
	fd_close(&ends[1]);
	error = channel_receive(ends[0], &message);
	fd_close(&ends[0]);
	return error;
}

static int
take_signal(void)
{
	struct signalfd_siginfo read_signal;
	sigset_t set;
	int error, fd;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGUSR1);
	fd = signals_open(&set);
	if (fd < 0)
		return fd;
	error = signals_read(fd, &read_signal);
	fd_close(&fd);
	return error;
}

static int
start_program(void)
{
	struct rlimit nofile;
	struct signals signals;
	int error;

	error = fd_clean(-1);
	if (error == 0)
		error = fd_limit_raise(&nofile);
	if (error == 0)
		error = signals_block(&signals);
	if (error == 0)
		error = signals_restore(&signals);
	return error;
}

/* The test itself, which leads a group, as a stranger. */
static int
try_pidfd(void)
{
	struct process_end end;
	int error, pidfd;
	pid_t pid;

	pidfd = pidfd_of(getpid());
	if (pidfd < 0)
		return pidfd;
	error = pidfd_signal(pidfd, 0);
	if (error == 0 && getpid() > 1)
		error = group_signal(pidfd, getpid(), 0);
	if (error == 0)
		error = process_reap_any(&pid, &end) == -ECHILD ? 0 : -EIO;
	fd_close(&pidfd);
	return error;
}

/* An interrupted call is repeated; all others are faults to be told. */
static bool
eintr_is_survived(const struct fault *fault, int result)
{
	return fault->error == EINTR ? result == 0 :
				       fault_is_reported(fault, result);
}

int
main(void)
{
	left_start();
	(void)setpgid(0, 0);
	fault_each("a loop and a channel", send_through_loop,
	    eintr_is_survived);
	fault_each("the end of a channel", read_end_of_channel,
	    eintr_is_survived);
	fault_each("a signal", take_signal, eintr_is_survived);
	fault_each("the start of a program", start_program, eintr_is_survived);
	fault_each("a pidfd", try_pidfd, eintr_is_survived);
	return 0;
}
