/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_LISTENER_H
#define ENGINE_LISTENER_H

#include <sys/queue.h>
#include <sys/types.h>

#include <stdbool.h>

#include "conf/spec.h"

/*
 * A socket that is open for workers, whatever becomes of their runs (U26):
 * of one, or of several that share it, and until none has it any more.
 */
struct listener {
	LIST_ENTRY(listener) next; /* engine->listeners */
	size_t users;
	bool wanted; /* while they are shared out: somebody is to have it */
	int fd;      /* owned */
	dev_t dev;   /* of its file */
	ino_t ino;   /* the same; 0: it has none */
	struct listen_spec spec; /* where; of texts it has `text` alone */
	char text[];
};

LIST_HEAD(listeners, listener);

/*
 * Opens what the line says, for one user. 0; or -errno, with
 * *listener NULL.
 */
int listener_open(struct listeners *all, const struct listen_spec *line,
    struct listener **listener);

/* Makes it what `line`, of the same address, says beside that. 0 or -errno. */
int listener_adapt(struct listener *listener, const struct listen_spec *line);

/* Whether its file is still there, if it has one, and not another one's. */
bool listener_is_there(const struct listener *listener);

/* One that is shared and is what the line means, or NULL. */
struct listener *
listener_find(struct listeners *all, const struct listen_spec *line);

/* It has one user less: the last one closes it, and removes its file. */
void listener_leave(struct listener *listener);

#endif
