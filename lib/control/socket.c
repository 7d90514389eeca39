/* SPDX-License-Identifier: ISC */
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/socket.h"
#include "os/fd.h"

/* Connections that may wait to be accepted; the kernel's maximum. */
#define BACKLOG 4096

/* How often a locked folder is tried, and how long apart. */
#define LOCK_TRIES   100
#define LOCK_REST_MS 10

/* Room for the name of a socket that has not got its own yet. */
#define UNNAMED_SIZE 32

/* A socket for streams, FD_FIRST or above, or -errno. */
static int
open_socket(void)
{
	int error, fd;

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return -errno;
	error = fd_raise(&fd);
	return error < 0 ? error : fd;
}

/* The address of `path`; false when it is too long for one. */
static bool
fill_address(struct sockaddr_un *address, const char *path)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	return strlcpy(address->sun_path, path, sizeof(address->sun_path)) <
	    sizeof(address->sun_path);
}

static int
connect_to(int fd, const struct sockaddr_un *address)
{
	int result;

	do {
		result =
		    connect(fd, (const struct sockaddr *)(const void *)address,
			sizeof(*address));
	} while (result == -1 && errno == EINTR);
	return result == -1 ? -errno : 0;
}

/* Connects to a path that is too long, through a descriptor of the socket. */
static int
connect_long(int fd, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int error, node;

	node = open(path, O_PATH | O_CLOEXEC);
	if (node == -1)
		return -errno;
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d",
	    node);
	error = connect_to(fd, &address);
	fd_close(&node);
	return error;
}

/* The kernel refuses the same way where nobody listens and where nobody can. */
static int
tell_refusal(const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && !S_ISSOCK(st.st_mode))
		return -ENOTSOCK;
	return -ECONNREFUSED;
}

int
control_peer(int fd, struct control_peer *peer)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == -1)
		return -errno;
	*peer = (struct control_peer){ .pid = cred.pid, .uid = cred.uid };
	return 0;
}

int
control_connect(const char *path, struct control_peer *peer)
{
	struct sockaddr_un address;
	int error, fd;

	fd = open_socket();
	if (fd < 0)
		return fd;
	if (fill_address(&address, path))
		error = connect_to(fd, &address);
	else
		error = connect_long(fd, path);
	if (error == -ECONNREFUSED)
		error = tell_refusal(path);
	if (error == 0)
		error = control_peer(fd, peer);
	if (error < 0)
		fd_close(&fd);
	return error < 0 ? error : fd;
}

/*
 * Keeps others who do the same from changing the folder's sockets, until
 * *lock is closed. -EAGAIN when somebody else does so for too long. Where
 * folders cannot be locked, or not be read, nobody is kept out.
 */
static int
lock_folder(int folder, int *lock)
{
	int i;

	*lock = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*lock == -1)
		return errno == EACCES ? 0 : -errno;
	for (i = 0; i < LOCK_TRIES; i++) {
		if (flock(*lock, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return 0;
		(void)poll(NULL, 0, LOCK_REST_MS);
	}
	fd_close(lock);
	return -EAGAIN;
}

/* 0 if nobody listens at `path`, so that it can be taken; else -errno. */
static int
find_vacant(const char *path, pid_t *rival)
{
	struct control_peer peer = { 0 };
	int fd;

	fd = control_connect(path, &peer);
	if (fd == -ENOENT || fd == -ECONNREFUSED)
		return 0;
	if (fd < 0 && fd != -EAGAIN && fd != -EPROTOTYPE)
		return fd;
	if (fd >= 0)
		fd_close(&fd);
	*rival = peer.pid;
	return -EADDRINUSE;
}

/* Binds to `name` in the folder, whatever the length of the folder's path. */
static int
bind_in(int fd, int folder, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path),
	    "/proc/self/fd/%d/%s", folder, name);

	/* So the file is never anybody else's to open, not even at first. */
	(void)fchmod(fd, S_IRUSR | S_IWUSR);
	if (bind(fd, (const struct sockaddr *)(const void *)&address,
		sizeof(address)) == -1)
		return -errno;
	return 0;
}

/*
 * Makes the socket listen under a name of its own, then gives it the one
 * that it is to have, in place of what is there.
 */
static int
listen_as(struct control_listener *l)
{
	char unnamed[UNNAMED_SIZE];
	struct stat st;
	int error;

	snprintf(unnamed, sizeof(unnamed), ".supervise-%jd",
	    (intmax_t)getpid());
	(void)unlinkat(l->folder, unnamed, 0);
	error = bind_in(l->fd, l->folder, unnamed);
	if (error < 0)
		return error;
	if (fchmodat(l->folder, unnamed, S_IRUSR | S_IWUSR, 0) == -1 ||
	    fstatat(l->folder, unnamed, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    listen(l->fd, BACKLOG) == -1 ||
	    renameat(l->folder, unnamed, l->folder, l->name) == -1) {
		error = -errno;
		(void)unlinkat(l->folder, unnamed, 0);
		return error;
	}
	l->dev = st.st_dev;
	l->ino = st.st_ino;
	return 0;
}

/* Opens the folder that `path` is in, and remembers the name. */
static int
open_folder(struct control_listener *l, const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX] = ".";
	size_t len = 0;

	if (slash != NULL) {
		len = slash == path ? 1 : (size_t)(slash - path);
		if (len >= sizeof(folder))
			return -ENAMETOOLONG;
		memcpy(folder, path, len);
		folder[len] = '\0';
	}
	l->name = strdup(slash == NULL ? path : slash + 1);
	if (l->name == NULL)
		return -ENOMEM;
	if (*l->name == '\0')
		return -EISDIR;
	l->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (l->folder == -1)
		return -errno;
	return fd_raise(&l->folder);
}

/* Forgets the file, which is another's or not there. */
static void
forget(struct control_listener *l)
{
	fd_close(&l->fd);
	fd_close(&l->folder);
	free(l->name);
	l->name = NULL;
}

int
control_listen(struct control_listener *l, const char *path, pid_t *rival)
{
	int error, lock = -1;

	*l = (struct control_listener){ .fd = -1, .folder = -1 };
	error = open_folder(l, path);
	if (error == 0)
		error = lock_folder(l->folder, &lock);
	if (error == 0)
		error = find_vacant(path, rival);
	if (error == 0) {
		l->fd = open_socket();
		error = l->fd < 0 ? l->fd : listen_as(l);
	}
	fd_close(&lock);
	if (error < 0) {
		if (l->fd < 0)
			l->fd = -1;
		forget(l);
	}
	return error;
}

void
control_listener_close(struct control_listener *l)
{
	struct stat st;
	int lock;

	if (l->fd == -1)
		return;

	/* While the socket is open its inode is nobody else's. */
	if (lock_folder(l->folder, &lock) == 0) {
		if (fstatat(l->folder, l->name, &st, AT_SYMLINK_NOFOLLOW) ==
			0 &&
		    st.st_dev == l->dev && st.st_ino == l->ino)
			(void)unlinkat(l->folder, l->name, 0);
		fd_close(&lock);
	}
	forget(l);
}
