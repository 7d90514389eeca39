/* SPDX-License-Identifier: ISC */
#ifndef BENCH_CROWD_H
#define BENCH_CROWD_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench_stage.h"

/*
 * Clients of the control socket: one that floods it with requests, and such
 * as never read. And for comparison a server that has nothing to find out.
 */

enum {
	CROWD_FDS_MAX = 128
};

struct crowd {
	const char *path; /* of the socket; borrowed */
	int fds[CROWD_FDS_MAX];
	size_t nfds;
	pid_t flooder;       /* 0: none */
	uint64_t *nanswered; /* bytes that it has got; shared with it */
};

/* Nobody as yet. */
void crowd_init(struct crowd *crowd, const char *path);

/* Connects `n` clients more that send `request` and never read. */
void crowd_add(struct crowd *crowd, size_t n, const char *request);

/*
 * Makes a client that asks for the status of one child and of all children by
 * turns, over one connection, as fast as it can and without waiting for the
 * answers. It is stopped at first.
 */
void crowd_make_flooder(struct crowd *crowd, const struct stage *stage);

/* Has it go on, or stop. */
void crowd_flood(const struct crowd *crowd, bool on);

/* Those that never read leave. */
void crowd_leave(struct crowd *crowd);

/* How many bytes the answer to `request` has. */
size_t crowd_answer_len(const char *path, const char *request);

/*
 * Serves at `path`, from a process of its own: whoever connects gets `len`
 * bytes at once.
 */
void crowd_serve(const char *path, size_t len);

/* All clients leave. */
void crowd_fini(struct crowd *crowd);

#endif
