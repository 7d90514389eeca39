/* SPDX-License-Identifier: ISC */
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "control/socket.h"
#include "os/fd.h"
#include "os_left.h"

#define RIVALS 12
#define ROUNDS 15

static char folder[] = "/tmp/supervise-test-XXXXXX";
static char path[PATH_MAX];

static bool
exists(const char *name)
{
	struct stat st;

	return lstat(name, &st) == 0;
}

/* Connects, says who listens there, and disconnects. */
static int
listens(const char *at, pid_t *pid)
{
	struct control_peer peer = { 0 };
	int fd = control_connect(at, &peer);

	*pid = peer.pid;
	if (fd < 0)
		return fd;
	CHECK(fd >= FD_FIRST && peer.uid == geteuid());
	CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC);
	CHECK(fcntl(fd, F_GETFL) & O_NONBLOCK);
	fd_close(&fd);
	return 0;
}

/* Listens at `path`, finds itself there, and leaves nothing. */
static void
check_use(void)
{
	struct control_listener listener;
	struct stat st;
	pid_t pid = 0;

	CHECK(control_listen(&listener, path, &pid) == 0);
	CHECK(listener.fd >= FD_FIRST && listener.folder >= FD_FIRST);
	CHECK(fcntl(listener.fd, F_GETFD) == FD_CLOEXEC);
	CHECK(lstat(path, &st) == 0 && S_ISSOCK(st.st_mode));
	CHECK((st.st_mode & 07777) == 0600);
	CHECK(listens(path, &pid) == 0 && pid == getpid());
	control_listener_close(&listener);
	control_listener_close(&listener);
	CHECK(!exists(path));
}

static void
test_use(void)
{
	mode_t mask = umask(0);

	snprintf(path, sizeof(path), "%s/s", folder);
	check_use();
	(void)umask(0777);
	check_use();
	(void)umask(mask);
	OK("a socket is there, ours alone, and gone afterwards");
}

static void
test_long_paths(void)
{
	char deep[PATH_MAX - 64], name[NAME_MAX + 1];
	size_t start, len;

	memset(name, 'n', NAME_MAX);
	name[NAME_MAX] = '\0';
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	check_use();

	start = strlen(strcpy(deep, folder));
	for (len = start; len < 3000; len += NAME_MAX + 1) {
		snprintf(deep + len, sizeof(deep) - len, "/%s", name);
		CHECK(mkdir(deep, 0700) == 0);
	}
	snprintf(path, sizeof(path), "%s/s", deep);
	check_use();
	CHECK(chdir(deep) == 0);
	strcpy(path, "s");
	check_use();
	CHECK(chdir("/") == 0);
	while (len > start) {
		CHECK(rmdir(deep) == 0);
		len -= NAME_MAX + 1;
		deep[len] = '\0';
	}
	OK("paths may be longer than an address");
}

static void
test_live_is_refused(void)
{
	struct control_listener listener, other;
	pid_t rival = 0;

	snprintf(path, sizeof(path), "%s/s", folder);
	CHECK(control_listen(&listener, path, &rival) == 0);
	CHECK(control_listen(&other, path, &rival) == -EADDRINUSE);
	CHECK(rival == getpid() && other.fd == -1);
	control_listener_close(&other);
	CHECK(listens(path, &rival) == 0);
	control_listener_close(&listener);
	OK("where somebody listens nobody else can");
}

/* Leaves a socket at `path` that nobody listens to. */
static void
leave_stale(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)strlcpy(address.sun_path, path, sizeof(address.sun_path));
	CHECK(bind(fd, (const struct sockaddr *)(const void *)&address,
		  sizeof(address)) == 0);
	fd_close(&fd);
}

static void
test_stale(void)
{
	pid_t pid;

	leave_stale();
	CHECK(listens(path, &pid) == -ECONNREFUSED);
	check_use();
	OK("a socket that nobody listens to is replaced");
}

/* Tries to listen when told so; writes a byte if it does, until it is ended. */
static void
compete(int start, int said)
{
	struct control_listener listener;
	pid_t rival;
	char byte;
	int error;

	(void)!read(start, &byte, 1);
	error = control_listen(&listener, path, &rival);
	(void)!write(said,
	    error == 0               ? "y" :
		error == -EADDRINUSE ? "n" :
				       "?",
	    1);
	(void)pause();
	_exit(0);
}

static void
test_race(void)
{
	pid_t pids[RIVALS];

	for (int round = 0; round < ROUNDS; round++) {
		int start[2], said[2], winners = 0;
		char byte;

		leave_stale();
		CHECK(pipe(start) == 0 && pipe(said) == 0);
		for (int i = 0; i < RIVALS; i++) {
			pids[i] = fork();
			CHECK(pids[i] != -1);
			if (pids[i] == 0) {
				fd_close(&start[1]);
				compete(start[0], said[1]);
			}
		}
		fd_close(&start[0]);
		fd_close(&start[1]);
		for (int i = 0; i < RIVALS; i++) {
			CHECK(read(said[0], &byte, 1) == 1);
			CHECK(byte == 'y' || byte == 'n');
			winners += byte == 'y';
		}
		CHECK(winners == 1);
		for (int i = 0; i < RIVALS; i++) {
			CHECK(kill(pids[i], SIGKILL) == 0);
			CHECK(waitpid(pids[i], NULL, 0) == pids[i]);
		}
		fd_close(&said[0]);
		fd_close(&said[1]);
		CHECK(unlink(path) == 0);
	}
	OK("of several who start at once one listens");
}

static void
test_other_things(void)
{
	struct control_listener listener;
	pid_t rival;
	int fd;

	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	CHECK(fd >= 0);
	fd_close(&fd);
	CHECK(control_listen(&listener, path, &rival) == -ENOTSOCK);
	CHECK(listens(path, &rival) == -ENOTSOCK);
	CHECK(exists(path) && unlink(path) == 0);
	CHECK(control_listen(&listener, folder, &rival) == -ENOTSOCK);
	CHECK(listens(path, &rival) == -ENOENT);
	CHECK(control_listen(&listener, "/nowhere/s", &rival) == -ENOENT);
	CHECK(control_listen(&listener, "/tmp/", &rival) == -EISDIR);
	CHECK(control_listen(&listener, "/dev/null/s", &rival) == -ENOTDIR);
	OK("what is no socket is left alone");
}

static void
test_only_own_is_removed(void)
{
	struct control_listener listener, other;
	pid_t rival;

	CHECK(control_listen(&listener, path, &rival) == 0);
	CHECK(unlink(path) == 0);
	CHECK(control_listen(&other, path, &rival) == 0);
	control_listener_close(&listener);
	CHECK(listens(path, &rival) == 0);
	control_listener_close(&other);
	CHECK(!exists(path));
	OK("the socket of a successor is not removed");
}

static void
test_locked(void)
{
	struct control_listener listener;
	pid_t rival;
	int lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	CHECK(flock(lock, LOCK_EX) == 0);
	CHECK(control_listen(&listener, path, &rival) == -EAGAIN);
	fd_close(&lock);
	check_use();
	OK("a folder that stays locked is an error, in the end");
}

int
main(void)
{
	left_start();
	CHECK(mkdtemp(folder) != NULL);
	test_use();
	test_long_paths();
	test_live_is_refused();
	test_stale();
	test_race();
	test_other_things();
	test_only_own_is_removed();
	test_locked();
	CHECK(rmdir(folder) == 0);
	left_check();
	return 0;
}
