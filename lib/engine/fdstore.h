/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_FDSTORE_H
#define ENGINE_FDSTORE_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stddef.h>

/*
 * Descriptors that a worker has given away to get them back in its next run
 * (U25), as LISTEN_FDS. They are let go of when it stays down.
 */
struct stored {
	TAILQ_ENTRY(stored) next;
	int fd;      /* owned */
	char name[]; /* as long as it is */
};

struct fdstore {
	TAILQ_HEAD(, stored) fds;
	size_t n;
};

void fdstore_init(struct fdstore *store);

/*
 * Keeps *fd under that name, unless there are `max` or it is kept already:
 * then it is closed. -1 in either case. False when there was no room.
 */
bool fdstore_add(struct fdstore *store, int *fd, const char *name, size_t max);

/*
 * Keeps duplicates of all of `from` as well, unless it has them: there is room
 * for `max`. False when some could not be kept.
 */
bool
fdstore_copy(struct fdstore *store, const struct fdstore *from, size_t max);

/* Lets go of those with that name. */
void fdstore_remove(struct fdstore *store, const char *name);

/* Keeps the first `n`, and lets go of the others. */
void fdstore_trim(struct fdstore *store, size_t n);

/* Lets go of all. */
void fdstore_clear(struct fdstore *store);

#endif
