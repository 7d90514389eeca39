/* SPDX-License-Identifier: ISC */
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <unistd.h>

#include "check.h"
#include "fault.h"
#include "os_left.h"

/*
 * These functions run in children on other stacks, too, and before the
 * sanitizers are ready.
 */
#define UNSANITIZED __attribute__((no_sanitize("address", "undefined")))

#define NEVER (-1)

/* Calls until the one that fails; NEVER when none is to. */
static int countdown = NEVER;

/* In which of its ways it fails. */
static int way;

/* What came of it: in memory that children share after fault_share(). */
struct outcome {
	struct fault fault;
	bool more_ways; /* the call has one more way to fail */
};
static struct outcome own;
static struct outcome *outcome = &own;

void (*fault_forked)(int nth);
static int nforks;

/*
 * Counts a call, whose ways to fail are `errors`, ended by 0: says whether it
 * is to fail, with errno set.
 */
UNSANITIZED static bool
fails(const char *symbol, const int *errors)
{
	int i;

	if (countdown == NEVER || countdown-- > 0)
		return false;
	countdown = NEVER;
	/* Another call may stand here than when the ways were counted. */
	for (i = 0; i < way && errors[i + 1] != 0; i++)
		;
	outcome->fault = (struct fault){ symbol, errors[i] };
	outcome->more_ways = errors[i + 1] != 0;
	errno = errors[i];
	return true;
}

#define FAILS(symbol, ...) (fails(#symbol, (const int[]){ __VA_ARGS__, 0 }))

/*
 * WRAP(type, symbol, failed value, parameters, arguments, errors…): the
 * function that the linker calls in place of `symbol`.
 */
#define WRAP(type, symbol, failed, parameters, arguments, ...)                 \
	type __real_##symbol parameters;                                       \
	UNSANITIZED type __wrap_##symbol parameters;                           \
	type __wrap_##symbol parameters                                        \
	{                                                                      \
		return FAILS(symbol, __VA_ARGS__) ? failed :                   \
						    __real_##symbol arguments; \
	}

WRAP(int, accept4, -1,
    (int fd, struct sockaddr *address, socklen_t *len, int flags),
    (fd, address, len, flags), EINTR, EMFILE, ENFILE, ENOMEM, ECONNABORTED)
WRAP(int, access, -1, (const char *path, int mode), (path, mode), EACCES)
WRAP(int, bind, -1, (int fd, const struct sockaddr *address, socklen_t len),
    (fd, address, len), EACCES, ENOMEM)
WRAP(void *, calloc, NULL, (size_t count, size_t size), (count, size), ENOMEM)
WRAP(int, chdir, -1, (const char *path), (path), EACCES, ENOMEM)
WRAP(int, chroot, -1, (const char *path), (path), EPERM, ENOENT)
WRAP(int, close_range, -1, (unsigned first, unsigned last, int flags),
    (first, last, flags), ENOSYS, EINVAL, EPERM, EMFILE, ENOMEM)
WRAP(int, connect, -1, (int fd, const struct sockaddr *address, socklen_t len),
    (fd, address, len), EINTR, EAGAIN, EACCES)
WRAP(int, dup2, -1, (int from, int to), (from, to), EMFILE)
WRAP(int, dup3, -1, (int from, int to, int flags), (from, to, flags), EMFILE)
WRAP(int, epoll_create1, -1, (int flags), (flags), EMFILE, ENFILE, ENOMEM)
WRAP(int, epoll_wait, -1,
    (int epoll, struct epoll_event *events, int max, int timeout),
    (epoll, events, max, timeout), EINTR)
WRAP(int, execve, -1,
    (const char *path, char *const argv[], char *const envp[]),
    (path, argv, envp), EAGAIN, ENOMEM, ENFILE, ETXTBSY, E2BIG)
WRAP(int, fchmodat, -1, (int folder, const char *path, mode_t mode, int flags),
    (folder, path, mode, flags), EPERM)
WRAP(int, flock, -1, (int fd, int operation), (fd, operation), EINTR, ENOLCK)
WRAP(int, fstat, -1, (int fd, struct stat *st), (fd, st), ENOMEM)
WRAP(int, fstatat, -1,
    (int folder, const char *path, struct stat *st, int flags),
    (folder, path, st, flags), ENOMEM)
WRAP(int, getrlimit, -1, (int resource, struct rlimit *limit),
    (resource, limit), EPERM)
WRAP(int, getsockopt, -1,
    (int fd, int level, int name, void *value, socklen_t *len),
    (fd, level, name, value, len), ENOMEM)
WRAP(int, kill, -1, (pid_t pid, int signo), (pid, signo), EPERM)
WRAP(int, listen, -1, (int fd, int backlog), (fd, backlog), ENOMEM)
WRAP(void *, malloc, NULL, (size_t size), (size), ENOMEM)
WRAP(void *, mmap, MAP_FAILED,
    (void *address, size_t len, int protection, int flags, int fd, off_t at),
    (address, len, protection, flags, fd, at), ENOMEM)
WRAP(int, mount, -1,
    (const char *from, const char *on, const char *type, unsigned long flags,
	const void *data),
    (from, on, type, flags, data), EPERM, ENOMEM)
WRAP(int, mprotect, -1, (void *address, size_t len, int protection),
    (address, len, protection), ENOMEM)
WRAP(int, openat, -1, (int folder, const char *path, int flags),
    (folder, path, flags), EACCES, EMFILE, ENFILE)
WRAP(DIR *, opendir, NULL, (const char *path), (path), EMFILE, ENOENT, ENOMEM)
WRAP(int, pidfd_open, -1, (pid_t pid, unsigned flags), (pid, flags), EMFILE,
    ENFILE, ENOMEM, ENOSYS)
WRAP(int, pidfd_send_signal, -1,
    (int pidfd, int signo, siginfo_t *info, unsigned flags),
    (pidfd, signo, info, flags), EINVAL, ENOSYS, EPERM)
WRAP(int, pipe2, -1, (int ends[2], int flags), (ends, flags), EMFILE, ENFILE)
WRAP(int, poll, -1, (struct pollfd * fds, nfds_t nfds, int timeout),
    (fds, nfds, timeout), EINTR, ENOMEM)
WRAP(ssize_t, pread, -1, (int fd, void *buf, size_t size, off_t at),
    (fd, buf, size, at), EINTR, EIO)
WRAP(ssize_t, read, -1, (int fd, void *buf, size_t size), (fd, buf, size),
    EINTR, EIO)
WRAP(struct dirent *, readdir, NULL, (DIR * dir), (dir), ENOMEM)
WRAP(void *, realloc, NULL, (void *old, size_t size), (old, size), ENOMEM)
WRAP(ssize_t, recv, -1, (int fd, void *buf, size_t size, int flags),
    (fd, buf, size, flags), EINTR, ENOMEM)
WRAP(int, renameat, -1,
    (int old_folder, const char *old, int folder, const char *path),
    (old_folder, old, folder, path), EACCES, ENOSPC)
WRAP(ssize_t, send, -1, (int fd, const void *buf, size_t size, int flags),
    (fd, buf, size, flags), EINTR, EAGAIN, ENOBUFS, ENOMEM, EPIPE)
WRAP(int, sched_setaffinity, -1,
    (pid_t pid, size_t size, const cpu_set_t *cpus), (pid, size, cpus), EINVAL)
WRAP(int, setpgid, -1, (pid_t pid, pid_t pgid), (pid, pgid), EPERM)
WRAP(int, setrlimit, -1, (int resource, const struct rlimit *limit),
    (resource, limit), EPERM)
WRAP(int, sigaction, -1,
    (int signo, const struct sigaction *action, struct sigaction *old),
    (signo, action, old), EINVAL)
WRAP(int, signalfd, -1, (int fd, const sigset_t *set, int flags),
    (fd, set, flags), EMFILE, ENFILE, ENOMEM)
WRAP(int, sigprocmask, -1, (int how, const sigset_t *set, sigset_t *old),
    (how, set, old), EINVAL)
WRAP(int, socket, -1, (int domain, int type, int protocol),
    (domain, type, protocol), EMFILE, ENFILE, ENOMEM)
WRAP(int, socketpair, -1, (int domain, int type, int protocol, int ends[2]),
    (domain, type, protocol, ends), EMFILE, ENFILE, ENOMEM)
WRAP(char *, strdup, NULL, (const char *text), (text), ENOMEM)
WRAP(int, setpriority, -1, (int which, id_t who, int nice), (which, who, nice),
    EACCES)
WRAP(long, syscall, -1, (long number, long a, long b, long c),
    (number, a, b, c), EPERM)
WRAP(int, unshare, -1, (int flags), (flags), EPERM, ENOMEM)
WRAP(int, tcsetpgrp, -1, (int fd, pid_t pgid), (fd, pgid), ENOTTY)
WRAP(int, waitid, -1, (idtype_t type, id_t id, siginfo_t *info, int options),
    (type, id, info, options), EINTR)
WRAP(ssize_t, write, -1, (int fd, const void *buf, size_t size),
    (fd, buf, size), EINTR, EAGAIN, EIO, ENOSPC, EPIPE)

/* Linux has closed the descriptor whatever close() says. */
int __real_close(int fd);
UNSANITIZED int __wrap_close(int fd);
int
__wrap_close(int fd)
{
	int n = __real_close(fd);

	return FAILS(close, EINTR, EIO) ? -1 : n;
}

/* The kernel never fails to stop watching what is watched. */
int
__real_epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event);
UNSANITIZED int
__wrap_epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event);
int
__wrap_epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
	if (operation != EPOLL_CTL_DEL && FAILS(epoll_ctl, ENOMEM, ENOSPC))
		return -1;
	return __real_epoll_ctl(epoll, operation, fd, event);
}

pid_t __real_fork(void);
UNSANITIZED pid_t __wrap_fork(void);
pid_t
__wrap_fork(void)
{
	pid_t pid;

	nforks++;
	if (FAILS(fork, EAGAIN, ENOMEM))
		return -1;
	pid = __real_fork();
	if (pid == 0 && fault_forked != NULL)
		fault_forked(nforks);
	return pid;
}

/* The functions with more or fewer arguments. */

int __real_clone(int (*run)(void *), void *stack, int flags, void *arg, ...);
UNSANITIZED int
__wrap_clone(int (*run)(void *), void *stack, int flags, void *arg, ...);
int
__wrap_clone(int (*run)(void *), void *stack, int flags, void *arg, ...)
{
	va_list rest;
	int *pidfd;

	if (FAILS(clone, EAGAIN, ENOMEM, EMFILE, EINVAL, EPERM))
		return -1;
	va_start(rest, arg);
	pidfd = va_arg(rest, int *);
	va_end(rest);
	return __real_clone(run, stack, flags, arg, pidfd);
}

int __real_fcntl(int fd, int command, ...);
UNSANITIZED int __wrap_fcntl(int fd, int command, ...);
int
__wrap_fcntl(int fd, int command, ...)
{
	va_list rest;
	long arg;

	/* The other commands fail only for what is not open. */
	if (command == F_DUPFD_CLOEXEC && FAILS(fcntl, EMFILE, ENOMEM))
		return -1;
	va_start(rest, command);
	arg = va_arg(rest, long);
	va_end(rest);
	return __real_fcntl(fd, command, arg);
}

int __real_open(const char *path, int flags, ...);
UNSANITIZED int __wrap_open(const char *path, int flags, ...);
int
__wrap_open(const char *path, int flags, ...)
{
	va_list rest;
	unsigned mode;

	if (FAILS(open, EMFILE, ENFILE, ENOENT, ENOMEM))
		return -1;
	va_start(rest, flags);
	mode =
	    (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, unsigned) : 0;
	va_end(rest);
	return __real_open(path, flags, mode);
}

int __real_prctl(int option, ...);
UNSANITIZED int __wrap_prctl(int option, ...);
int
__wrap_prctl(int option, ...)
{
	va_list rest;
	unsigned long arg;

	if (FAILS(prctl, EINVAL))
		return -1;
	va_start(rest, option);
	arg = va_arg(rest, unsigned long);
	va_end(rest);
	return __real_prctl(option, arg, 0UL, 0UL, 0UL);
}

/* One run: whether the fault came about. */
static bool
run_once(const char *name, int nth, int (*operation)(void),
    bool (*verdict)(const struct fault *fault, int result))
{
	int result;

	fault_arm(nth, way);
	result = operation();
	countdown = NEVER;

	if (outcome->fault.symbol == NULL) {
		CHECK(result == 0);
	} else if (!verdict(&outcome->fault, result)) {
		(void)fprintf(stderr,
		    "%s: %s, call %d, fails with errno %d: result %d\n", name,
		    outcome->fault.symbol, nth, outcome->fault.error, result);
		exit(1);
	}
	left_check();
	return outcome->fault.symbol != NULL;
}

bool
fault_is_reported(const struct fault *injected, int result)
{
	return result == 0 || result == -injected->error;
}

bool
fault_is_survived(const struct fault *injected, int result)
{
	(void)injected;
	return result == 0;
}

void
fault_each(const char *name, int (*operation)(void),
    bool (*verdict)(const struct fault *fault, int result))
{
	int nth = 0, runs = 0;

	if (verdict == NULL)
		verdict = fault_is_reported;
	while (run_once(name, nth, operation, verdict)) {
		runs++;
		way++;
		if (!outcome->more_ways) {
			way = 0;
			nth++;
		}
	}
	(void)printf("ok - U9: %s: %d faults in %d calls\n", name, runs, nth);
}

void
fault_disarm(void)
{
	nforks = 0;
	countdown = NEVER;
}

void
fault_share(void)
{
	outcome = mmap(NULL, sizeof(*outcome), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(outcome != MAP_FAILED);
}

void
fault_arm(int nth, int in_way)
{
	*outcome = (struct outcome){ .more_ways = false };
	nforks = 0;
	way = in_way;
	countdown = nth;
}

bool
fault_came(struct fault *fault, bool *more_ways)
{
	*fault = outcome->fault;
	*more_ways = outcome->more_ways;
	return outcome->fault.symbol != NULL;
}
