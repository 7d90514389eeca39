/* SPDX-License-Identifier: ISC */
#include <sys/pidfd.h>
#include <sys/syscall.h>

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "cmd/musl/missing.h"

int
pidfd_open(pid_t pid, unsigned flags)
{
	return (int)syscall(SYS_pidfd_open, pid, flags);
}

int
pidfd_send_signal(int pidfd, int signo, siginfo_t *info, unsigned flags)
{
	return (int)syscall(SYS_pidfd_send_signal, pidfd, signo, info, flags);
}

int
close_range(unsigned first, unsigned last, int flags)
{
	return (int)syscall(SYS_close_range, first, last, flags);
}

/*
 * The archive of libbsd was built with checks of glibc's. Of what is taken
 * from it, setproctitle() alone calls them.
 */
int __vsnprintf_chk(char *buf, size_t size, int flag, size_t room,
    const char *format, va_list args) __attribute__((format(printf, 5, 0)));
int __snprintf_chk(char *buf, size_t size, int flag, size_t room,
    const char *format, ...) __attribute__((format(printf, 5, 6)));

int
__vsnprintf_chk(char *buf, size_t size, int flag, size_t room,
    const char *format, va_list args)
{
	(void)flag;
	return vsnprintf(buf, size < room ? size : room, format, args);
}

int
__snprintf_chk(char *buf, size_t size, int flag, size_t room,
    const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = __vsnprintf_chk(buf, size, flag, room, format, args);
	va_end(args);
	return n;
}
