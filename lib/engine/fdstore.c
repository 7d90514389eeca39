/* SPDX-License-Identifier: ISC */
#include <sys/syscall.h>

#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/fdstore.h"
#include "os/fd.h"

void
fdstore_init(struct fdstore *store)
{
	TAILQ_INIT(&store->fds);
	store->n = 0;
}

static void
let_go(struct fdstore *store, struct stored *stored)
{
	TAILQ_REMOVE(&store->fds, stored, next);
	store->n--;
	fd_close(&stored->fd);
	free(stored);
}

/* Whether the two are duplicates; where the kernel does not tell, no. */
static bool
is_same(int a, int b)
{
	pid_t self = getpid();

	return syscall(SYS_kcmp, self, self, KCMP_FILE, (unsigned long)a,
		   (unsigned long)b) == 0;
}

bool
fdstore_add(struct fdstore *store, int *fd, const char *name, size_t max)
{
	struct stored *stored;
	size_t size = strlen(name) + 1;

	TAILQ_FOREACH(stored, &store->fds, next)
		if (is_same(stored->fd, *fd)) {
			fd_close(fd);
			return true;
		}
	stored = store->n < max ? malloc(sizeof(*stored) + size) : NULL;
	if (stored == NULL) {
		fd_close(fd);
		return false;
	}
	stored->fd = *fd;
	memcpy(stored->name, name, size);
	TAILQ_INSERT_TAIL(&store->fds, stored, next);
	store->n++;
	*fd = -1;
	return true;
}

bool
fdstore_copy(struct fdstore *store, const struct fdstore *from, size_t max)
{
	const struct stored *stored;
	bool done = true;

	TAILQ_FOREACH(stored, &from->fds, next) {
		int fd = fcntl(stored->fd, F_DUPFD_CLOEXEC, FD_FIRST);

		done = fd != -1 && fdstore_add(store, &fd, stored->name, max) &&
		    done;
	}
	return done;
}

void
fdstore_remove(struct fdstore *store, const char *name)
{
	struct stored *stored, *next;

	TAILQ_FOREACH_SAFE(stored, &store->fds, next, next)
		if (strcmp(stored->name, name) == 0)
			let_go(store, stored);
}

void
fdstore_trim(struct fdstore *store, size_t n)
{
	struct stored *stored, *next;
	size_t i = 0;

	TAILQ_FOREACH_SAFE(stored, &store->fds, next, next)
		if (i++ >= n)
			let_go(store, stored);
}

void
fdstore_clear(struct fdstore *store)
{
	fdstore_trim(store, 0);
}
