/* SPDX-License-Identifier: ISC */
#ifndef OS_OUTPUT_H
#define OS_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "os/writer.h"

/*
 * Lines to a descriptor that somebody may read slowly, late or never.
 *
 * Lines are kept, whole, in a buffer of fixed size, and written when that is
 * possible; one that does not fit is dropped and counted. The
 * caller is never made to wait, and O_NONBLOCK is never set on an open file
 * that other processes share. An error, be it a full disk or a reader that
 * went away, loses lines and nothing else: the next line is tried anew.
 */

#define OUTPUT_BUFFER_SIZE 65536

struct output {
	char *buffer;         /* ring of OUTPUT_BUFFER_SIZE bytes; owned */
	size_t start;         /* first byte of the ring not yet written */
	size_t used;          /* bytes in the ring */
	uint64_t dropped;     /* lines lost so far */
	struct writer writer; /* to where they go */
	bool torn;            /* what was written last ended amid a line */
};

/*
 * Prepares to write lines to where `fd` writes. The caller keeps `fd`. 0 or
 * -errno.
 */
int output_init(struct output *output, int fd);

/* Frees; what is in the buffer is lost. Twice is harmless. */
void output_fini(struct output *output);

/*
 * Keeps a line of `len` bytes, its newline included, for the next
 * output_flush(), so that many lines cost one write; writes only if there
 * would be no room for it, and if there is none then drops it and counts it.
 * SIGPIPE must be ignored or blocked.
 */
void output_keep(struct output *output, const char *line, size_t len);

/*
 * The descriptor to watch for EPOLLOUT, upon which output_flush() is to be
 * called, or -1 when nothing waits to be written.
 */
int output_wants(const struct output *output);

/* Writes as much of what was kept as is possible without waiting. */
void output_flush(struct output *output);

/*
 * For the end: waits for the reader until everything is written, or until
 * `deadline_ns` of the monotonic clock. 0, -ETIMEDOUT, or -errno when it
 * cannot be written.
 */
int output_drain(struct output *output, int64_t deadline_ns);

#endif
