/* SPDX-License-Identifier: ISC */
#ifndef BENCH_TREE_H
#define BENCH_TREE_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A contender at work: one supervisor process, started here, and the children
 * it keeps running, known by the records they send. All times are in
 * nanoseconds of CLOCK_MONOTONIC. Functions that can fail return 0 or
 * -errno: -ETIMEDOUT, or -ECHILD when the supervisor has ended.
 */

struct tree {
	pid_t root;       /* 0: none */
	int root_fd;      /* pidfd of it, or -1 */
	int fifo;         /* both ends of the children's FIFO, or -1 */
	pid_t *child;     /* owned, nchildren of them */
	int64_t *born_ns; /* owned, the same */
	size_t nchildren;
};

/* Now. */
int64_t now_ns(void);

/* Sleeps until `at_ns`; at once if that has passed. */
void sleep_until(int64_t at_ns);

/* Makes the FIFO at `path` and names it in the environment. Once. */
void tree_prepare(struct tree *t, const char *path);

/*
 * Executes argv in the folder `dir`, output going to `dir`/log, and prepares
 * for `nchildren` records. *at_ns is the time before the fork.
 */
void tree_launch(struct tree *t, const char *dir, char *const *argv,
    size_t nchildren, int64_t *at_ns);

/* Takes records until every child has sent one; *last_ns is the youngest. */
int tree_await_all(struct tree *t, int64_t deadline_ns, int64_t *last_ns);

/*
 * Kills child `idx` and waits for its successor, whose number then stands in
 * its place. *took_ns runs from before the kill to the successor's record.
 */
int
tree_replace(struct tree *t, size_t idx, int64_t timeout_ns, int64_t *took_ns);

/* True if no child has been replaced unasked and all are alive. */
bool tree_is_whole(const struct tree *t);

/*
 * Sends `signal` to the supervisor and waits until no process is left below
 * this one.
 */
int tree_stop(struct tree *t, int signal, int64_t timeout_ns, int64_t *took_ns);

/*
 * Kills whatever is left, and frees what the tree held. Returns how many
 * processes there were.
 */
size_t tree_clear(struct tree *t);

#endif
