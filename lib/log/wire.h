/* SPDX-License-Identifier: ISC */
#ifndef LOG_WIRE_H
#define LOG_WIRE_H

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
 * lines that begin with a NUL: see wire_order(). The channel takes messages:
 * the streams of a child with the pipes that they are read from, and back what
 * went wrong. Neither side waits for the other.
 */

/* How lines look that go to our own output. */
enum wire_look {
	WIRE_LOOK_PREFIX,
	WIRE_LOOK_STAMPED, /* the same after a time stamp */
	WIRE_LOOK_JSON,
};

struct wire {
	int records[2];              /* pipe: the logger reads from 0 */
	int channel[2];              /* 0 is the engine's end, 1 the logger's */
	int stages[LOG_NSTREAMS][2]; /* pipes of the sinks that are pipes; -1 */
	struct log_memory memory;
	enum wire_look look;
	bool colours; /* of names, on terminals */
};

/* Nothing is open. */
extern const struct wire wire_none;

/* Makes all of it. 0 or -errno: then there is nothing. */
int wire_open(struct wire *wire, uint32_t nchildren);

/* Closes all, or only what the one or the other side has. Twice is harmless. */
void wire_close(struct wire *wire);
void wire_close_engine(struct wire *wire);
void wire_close_logger(struct wire *wire);

/* Where a stream goes. */
enum wire_where {
	WIRE_NOWHERE, /* it has no pipe of ours */
	WIRE_OWN,     /* to supervise's own stream of that kind */
	WIRE_FILE,
};

struct wire_target {
	enum wire_where where;
	const char *path; /* of a file */
	bool stamped;
	int64_t max;   /* bytes before the file is rotated; 0: never is */
	uint32_t keep; /* rotated ones that are kept */
};

enum wire_kind {
	WIRE_CHILD,  /* to the logger: a child's streams, new or changed */
	WIRE_ALL,    /* to it: every child of this engine was told */
	WIRE_REOPEN, /* to it: files are to be opened anew */
	WIRE_FAILED, /* to the engine: cannot be written, for `error` */
	WIRE_LOST,   /* to it: it can again; `count` lines are lost */
	WIRE_SYNCED, /* to it: the order WIRE_SYNC was come to */
	WIRE_NEWS,   /* to it: there are news in the memory */
};

/* What a message begins with; texts follow, each with its NUL. */
struct wire_message {
	enum wire_kind kind;
	uint32_t child;
	uint32_t width; /* names are padded to */
	int error;
	uint64_t count;
	struct {
		enum wire_where where;
		bool stamped;
		uint32_t keep;
		int64_t max;
	} streams[LOG_NSTREAMS];
};

#define WIRE_NTEXTS (1 + LOG_NSTREAMS)
#define WIRE_MESSAGE_SIZE \
	(sizeof(struct wire_message) + (size_t)WIRE_NTEXTS * PATH_MAX)

/*
 * Tells the logger of a child: its name, and for each stream that has a target
 * the end of the pipe to read from. 0; -EAGAIN: later.
 */
int wire_tell_child(const struct wire *wire, uint32_t child, const char *name,
    uint32_t width, const struct wire_target targets[static LOG_NSTREAMS],
    const int ends[static LOG_NSTREAMS]);

/* Tells it something without a child. 0; -EAGAIN: later. */
int wire_tell(const struct wire *wire, enum wire_kind kind);

/* Tells the engine about a file. 0; -EAGAIN: later. */
int wire_report(const struct wire *wire, enum wire_kind kind, const char *path,
    int error, uint64_t count);

/*
 * Receives a message at `end` of the channel into `bytes`, aligned for a struct
 * wire_message and WIRE_MESSAGE_SIZE large. 1, 0 when the other side is gone,
 * or -errno; texts[] points into it.
 */
int wire_receive(int end, void *bytes, const char *texts[static WIRE_NTEXTS],
    int *fds);

enum wire_order {
	WIRE_DRAIN = 'd', /* what the child has written comes first */
	WIRE_END = 'e',   /* and was its last word: half a line is one */
	WIRE_SYNC = 's',  /* the engine wants to know that all before is out */
};

/* The longest order: a NUL, a letter, a number, and a newline. */
#define WIRE_ORDER_SIZE 24

/* Writes the order to stand before a record; returns its length. */
size_t wire_order(char text[static WIRE_ORDER_SIZE], enum wire_order order,
    uint32_t child);

#endif
