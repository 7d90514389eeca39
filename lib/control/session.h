/* SPDX-License-Identifier: ISC */
#ifndef CONTROL_SESSION_H
#define CONTROL_SESSION_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

#include "base/record_parse.h"
#include "control/place.h"

/*
 * The asking side of the control socket, for commands: it waits for the
 * answer, at most until a deadline on the monotonic clock (CLOCK_NEVER: for
 * as long as it takes).
 */

struct control_session {
	int fd;       /* owned; -1: closed */
	pid_t pid;    /* who listens */
	char *buffer; /* bytes received; owned */
	size_t start; /* of the line that comes next */
	size_t len;   /* of all received */
};

/* What control_session_next() has read. */
enum control_got {
	CONTROL_GOT_RECORD, /* a record of the answer */
	CONTROL_GOT_OK,     /* the answer is complete */
	CONTROL_GOT_ERROR,  /* the request failed: code, message */
};

/*
 * Connects to the supervisor at `place`. 0, or -errno and why not in *why:
 * -ENOENT and -ECONNREFUSED when none is there, -EPERM when it is another
 * user's, -ETIMEDOUT.
 */
int control_session_open(struct control_session *session,
    const struct control_place *place, int64_t deadline_ns,
    char why[static CONTROL_WHY_SIZE]);

/*
 * Sends a request. 0, or -errno: -E2BIG when it is longer than the server
 * takes, -EINVAL for a control character in a word, -ETIMEDOUT. That the
 * server is gone is left to control_session_next() to find, since it may have
 * said why.
 */
int control_session_ask(struct control_session *session, size_t nwords,
    const char *const *words, int64_t deadline_ns);

/*
 * Reads the next record of the answer into *parsed, valid until the next
 * call, and returns an enum control_got; or -errno: -ETIMEDOUT, -ECONNRESET
 * when the server is gone before the end of its answer, -EPROTO when this is
 * no record.
 */
int control_session_next(struct control_session *session,
    struct record_parsed *parsed, int64_t deadline_ns);

/* Disconnects and frees. Twice is harmless. */
void control_session_close(struct control_session *session);

#endif
