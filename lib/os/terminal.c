/* SPDX-License-Identifier: ISC */
#include <sys/ioctl.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "os/terminal.h"

bool
terminal_controls(int fd)
{
	pid_t session;

	session = tcgetsid(fd);
	return session != -1 && session == getsid(0);
}

bool
terminal_is_there(void)
{
	return close(open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC)) == 0;
}

int
terminal_width(int fd)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) == -1)
		return 0;
	return size.ws_col;
}

pid_t
terminal_foreground(int fd)
{
	pid_t pgid;

	pgid = tcgetpgrp(fd);
	return pgid == -1 ? -errno : pgid;
}

int
terminal_set_foreground(int fd, pid_t pgid)
{
	return tcsetpgrp(fd, pgid) == -1 ? -errno : 0;
}

int
terminal_save(int fd, struct termios *modes)
{
	return tcgetattr(fd, modes) == -1 ? -errno : 0;
}

int
terminal_restore(int fd, const struct termios *modes)
{
	return tcsetattr(fd, TCSANOW, modes) == -1 ? -errno : 0;
}
