/* SPDX-License-Identifier: ISC */
#include <sys/ioctl.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "os/fd.h"
#include "os/terminal.h"
#include "os_left.h"
#include "os_run.h"

/* Opens a new terminal: its master, and *terminal. */
static int
open_terminal(int *terminal)
{
	struct winsize size = { .ws_row = 24, .ws_col = 97 };
	int master;

	master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	CHECK(master != -1);
	CHECK(grantpt(master) == 0 && unlockpt(master) == 0);
	*terminal = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	CHECK(*terminal != -1);
	CHECK(ioctl(*terminal, TIOCSWINSZ, &size) == 0);
	CHECK(fd_raise(&master) == 0 && fd_raise(terminal) == 0);
	return master;
}

/* In a session of its own that `terminal` controls. */
static void
in_session(void (*run)(int terminal))
{
	int master, status, terminal;
	pid_t pid;

	master = open_terminal(&terminal);
	pid = fork();
	if (pid == 0) {
		CHECK(setsid() != -1);
		CHECK(!terminal_controls(terminal));
		CHECK(ioctl(terminal, TIOCSCTTY, 0) == 0);
		run(terminal);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	fd_close(&master);
	fd_close(&terminal);
}

static void
tells(int terminal)
{
	CHECK(terminal_controls(terminal));
	CHECK(terminal_width(terminal) == 97);
	CHECK(terminal_foreground(terminal) == getpgrp());
}

static void
saves(int terminal)
{
	struct termios modes, spoilt;

	CHECK(terminal_save(terminal, &modes) == 0);
	spoilt = modes;
	cfmakeraw(&spoilt);
	CHECK(tcsetattr(terminal, TCSANOW, &spoilt) == 0);
	CHECK(terminal_restore(terminal, &modes) == 0);
	CHECK(tcgetattr(terminal, &spoilt) == 0);
	CHECK(spoilt.c_lflag == modes.c_lflag);
	CHECK(spoilt.c_iflag == modes.c_iflag);
}

/* A child takes the terminal before it is executed; it is taken back. */
static void
gives(int terminal)
{
	static const char *const argv[] = { RUN_SELF, "sleep", NULL };
	struct spawn_plan plan = run_plan(argv);
	struct spawn_result result;
	struct spawner spawner;
	siginfo_t info;

	CHECK(spawner_init(&spawner, &run_signals, &run_nofile) == 0);
	CHECK(spawner_lay(&spawner, FD_SLOT, terminal) == 0);
	plan.nfds = 0;
	plan.tty = FD_SLOT;
	CHECK(spawner_spawn(&spawner, &plan, &result) == 0);
	CHECK(terminal_foreground(terminal) == result.pid);
	CHECK(terminal_set_foreground(terminal, getpgrp()) == 0);
	CHECK(terminal_foreground(terminal) == getpgrp());
	CHECK(pidfd_signal(result.pidfd, SIGKILL) == 0);
	CHECK(waitid(P_PID, (id_t)result.pid, &info, WEXITED) == 0);
	fd_close(&result.pidfd);
	spawner_fini(&spawner);
}

static void
refuses(void)
{
	struct termios modes;
	int ends[2];

	CHECK(pipe2(ends, O_CLOEXEC) == 0);
	CHECK(!terminal_controls(ends[0]));
	CHECK(terminal_width(ends[0]) == 0);
	CHECK(terminal_foreground(ends[0]) == -ENOTTY);
	CHECK(terminal_set_foreground(ends[0], getpgrp()) == -ENOTTY);
	CHECK(terminal_save(ends[0], &modes) == -ENOTTY);
	memset(&modes, 0, sizeof(modes));
	CHECK(terminal_restore(ends[0], &modes) == -ENOTTY);
	fd_close(&ends[0]);
	fd_close(&ends[1]);
	OK("what is no terminal says so");
}

int
main(int argc, char *argv[])
{
	run_start(argc, argv);
	in_session(tells);
	OK("the controlling terminal is known, and its width");
	in_session(saves);
	OK("U15: the modes of a terminal are put back");
	in_session(gives);
	OK("U15: a child has the terminal when it starts, and gives it back");
	refuses();
	left_check();
	return 0;
}
