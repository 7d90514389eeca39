/* SPDX-License-Identifier: ISC */
#ifndef LOG_LINK_H
#define LOG_LINK_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "log/memory.h"

/*
 * Between the engine and the logger. The guardian makes it all and keeps it
 * open, so that whoever is killed, what was said waits for the next one.
 *
 * The records pipe takes lines for standard error. Between them stand orders,
 * lines that begin with a NUL: see log_order(). The channel takes messages:
 * the streams of a child with the pipes that they are read from, and back what
 * went wrong. Neither side waits for the other.
 */

/* How lines look that go to our own output. */
enum log_look {
	LOG_LOOK_PREFIX,
	LOG_LOOK_STAMPED, /* the same after a time stamp */
	LOG_LOOK_JSON,
};

struct log_link {
	int records[2];              /* pipe: the logger reads from 0 */
	int channel[2];              /* 0 is the engine's end, 1 the logger's */
	int stages[LOG_NSTREAMS][2]; /* pipes of the sinks that are pipes; -1 */
	struct log_memory memory;
	enum log_look look;
	bool colours; /* of names, on terminals */
};

/* Nothing is open. */
extern const struct log_link log_link_none;

/* Makes all of it. 0 or -errno: then there is nothing. */
int log_link_open(struct log_link *link, uint32_t nchildren);

/* Closes all, or only what the one or the other side has. Twice is harmless. */
void log_link_close(struct log_link *link);
void log_link_close_engine(struct log_link *link);
void log_link_close_logger(struct log_link *link);

/* Where a stream goes. */
enum log_where {
	LOG_NOWHERE, /* it has no pipe of ours */
	LOG_OWN,     /* to supervise's own stream of that kind */
	LOG_FILE,
};

struct log_target {
	enum log_where where;
	const char *path; /* of a file */
	bool stamped;
	int64_t max;   /* bytes before the file is rotated; 0: never is */
	uint32_t keep; /* rotated ones that are kept */
};

enum log_kind {
	LOG_CHILD,  /* to the logger: a child's streams, new or changed */
	LOG_ALL,    /* to it: every child of this engine was told */
	LOG_REOPEN, /* to it: files are to be opened anew */
	LOG_FAILED, /* to the engine: cannot be written, for `error` */
	LOG_LOST,   /* to it: it can again; `count` lines are lost */
	LOG_SYNCED, /* to it: the order LOG_SYNC was come to */
	LOG_NEWS,   /* to it: there are news in the memory */
};

/* What a message begins with; texts follow, each with its NUL. */
struct log_message {
	enum log_kind kind;
	uint32_t child;
	uint32_t width; /* names are padded to */
	int error;
	uint64_t count;
	struct {
		enum log_where where;
		bool stamped;
		uint32_t keep;
		int64_t max;
	} streams[LOG_NSTREAMS];
};

#define LOG_NTEXTS (1 + LOG_NSTREAMS)
#define LOG_MESSAGE_SIZE \
	(sizeof(struct log_message) + (size_t)LOG_NTEXTS * PATH_MAX)

/*
 * Tells the logger of a child: its name, and for each stream that has a target
 * the end of the pipe to read from. 0; -EAGAIN: later.
 */
int
log_tell_child(const struct log_link *link, uint32_t child, const char *name,
    uint32_t width, const struct log_target targets[static LOG_NSTREAMS],
    const int ends[static LOG_NSTREAMS]);

/* Tells it something without a child. 0; -EAGAIN: later. */
int log_tell(const struct log_link *link, enum log_kind kind);

/* Tells the engine about a file. 0; -EAGAIN: later. */
int log_report(const struct log_link *link, enum log_kind kind,
    const char *path, int error, uint64_t count);

/*
 * Receives a message at `end` of the channel into `bytes`, aligned for a struct
 * log_message and LOG_MESSAGE_SIZE large. 1, 0 when the other side is gone, or
 * -errno; texts[] points into it.
 */
int log_receive(int end, void *bytes, const char *texts[static LOG_NTEXTS],
    int *fds);

enum log_order {
	LOG_DRAIN = 'd', /* what the child has written comes first */
	LOG_END = 'e',   /* and was its last word: half a line is one */
	LOG_SYNC = 's',  /* the engine wants to know that all before is out */
};

/* The longest order: a NUL, a letter, a number, and a newline. */
#define LOG_ORDER_SIZE 24

/* Writes the order to stand before a record; returns its length. */
size_t log_order(char text[static LOG_ORDER_SIZE], enum log_order order,
    uint32_t child);

#endif
