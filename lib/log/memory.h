/* SPDX-License-Identifier: ISC */
#ifndef LOG_MEMORY_H
#define LOG_MEMORY_H

#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What must outlive a logger that is killed: the bytes that it has taken from
 * the pipes and not yet written, and how far it had come. The guardian maps
 * this memory before it starts any process, so that all of them share it: the
 * next logger goes on where the last one stopped, and the engine reads the last
 * lines of a child without asking anybody.
 *
 * A process that is killed has done some number of stores, in their order, and
 * the system call that it was in may have been carried out or not; its result
 * is lost. So:
 *
 *	what belongs together is changed by one store, or as a struct
 *	log_change, which is carried out again when it was not finished;
 *
 *	what a read() has brought is seen in the bytes: those not yet filled
 *	hold LOG_FILL, which no UTF-8 text has;
 *
 *	what a write() has taken is seen in the file's size, or, since a pipe
 *	does not tell, in a pipe of our own from which splice() moves it on.
 *
 * Pages that were never used take no memory, and the size is what the tree may
 * need, not what it does.
 */

/* The longest line that is kept together. */
#define LOG_LINE_MAX 16384

/* Taken from a pipe at once: all that it can hold, unless it was enlarged. */
#define LOG_READ_MAX 65536

#define LOG_INPUT_SIZE  (LOG_LINE_MAX + LOG_READ_MAX)
#define LOG_OUTPUT_SIZE 131072

/* The byte of room that nothing was read into. */
#define LOG_FILL 0xfe

/*
 * Of the last lines, how many are kept, and how much of each; one more is
 * being written while others read.
 */
#define LOG_LAST_MAX   10
#define LOG_LAST_SLOTS (LOG_LAST_MAX + 1)
#define LOG_LAST_LEN   336

enum log_stream {
	LOG_STDOUT,
	LOG_STDERR,
};
#define LOG_NSTREAMS 2

/* The name of each, as records have it. */
extern const char *const log_stream_text[];

/*
 * A source is a stream of a child: child * LOG_NSTREAMS + stream. Child 0 is
 * none: its standard output are the records.
 */
#define LOG_RECORDS  0
#define LOG_NOTHING  UINT32_MAX
#define LOG_NO_CHILD 0

/* A line as it is kept; the text has no newline. */
struct log_last {
	int64_t at_ns; /* of the wall clock */
	uint16_t len;
	uint8_t stream;
	bool cut;        /* there was more of it */
	uint32_t number; /* among all lines of the child, which may wrap */
	char text[LOG_LAST_LEN];
};

/*
 * Where in a stream runs have ended: what the next one writes is no part of a
 * line that the last one has begun. The engine writes them down before there
 * is a next run; of very many at once the oldest are forgotten.
 */
#define LOG_BOUNDS_MAX 8

struct log_bounds {
	_Atomic uint64_t taken; /* bytes from the pipe, ever */
	_Atomic uint64_t at[LOG_BOUNDS_MAX];
	uint32_t next; /* the engine's */
};

/* What of a stream waits for more, or for room where it goes. */
struct log_rest {
	uint32_t len;
	bool amid; /* of its first line a part was given out already */
};

/* A child: its last lines in one page, and what its streams have left. */
struct log_child {
	_Atomic uint32_t owner; /* the engine's pid; 0: free; see below */
	_Atomic uint32_t nlast; /* how many were kept, ever */
	uint32_t nlines;        /* how many there ever were */
	_Atomic bool
	    followed; /* by somebody: each line is news; the engine's */
	struct log_rest rests[LOG_NSTREAMS];
	struct log_bounds bounds[LOG_NSTREAMS];
	struct log_last last[LOG_LAST_SLOTS];
	char input[LOG_NSTREAMS][LOG_INPUT_SIZE];
};

/* Bytes begin to end of an output, changed by one store. */
struct log_span {
	uint32_t begin;
	uint32_t end;
};

/* What is being written: to be looked at when nobody knows what came of it. */
struct log_write {
	_Atomic bool active;
	uint32_t begin; /* of the output, at that time */
	uint32_t end;
	uint32_t len;
	int64_t size; /* of the file, before */
};

/* Where lines go to: what is ready to be written there. */
struct log_sink {
	_Atomic bool used;
	_Atomic uint64_t span; /* struct log_span, packed */
	struct log_write write;
	uint64_t lost;       /* lines, since it failed */
	char path[PATH_MAX]; /* of a file; else empty */
	char output[LOG_OUTPUT_SIZE];
};

/* The one piece of input that is at work. */
struct log_intake {
	_Atomic uint32_t source; /* LOG_NOTHING: none */
	_Atomic bool reading;    /* some may have been read beyond `have` */
	bool amid;               /* as in struct log_rest */
	uint32_t have;           /* bytes of input */
	uint32_t done;           /* of these, given out */
	uint64_t base;           /* where in the stream the first of them is */
	char input[LOG_INPUT_SIZE];
	char end[8]; /* a character that is cut short is looked at beyond */
};

/* Bytes of the intake were given to a sink: both, or neither. */
struct log_change {
	_Atomic bool active;
	uint32_t done;
	bool amid;
	uint32_t sink;
	uint64_t span;
};

/*
 * Lines on their way to those who follow: a ring that the logger writes and the
 * engine reads. Nobody waits for it: who is late has lost the oldest.
 */
#define LOG_NEWS_MAX 4096

struct log_news {
	uint32_t child;
	struct log_last line;
};

struct log_head {
	_Atomic uint32_t nused;   /* children beyond have never been taken */
	_Atomic uint32_t nopened; /* nor sinks beyond opened */
	_Atomic uint32_t nnews;   /* how many there ever were */
	_Atomic bool roused;      /* the engine was told of them */
	struct log_news news[LOG_NEWS_MAX];
	struct log_change change;
	struct log_intake intake;
};

/* The mapping. Copied freely: it owns nothing that a process's end leaves. */
struct log_memory {
	struct log_head *head;
	char *children;
	char *sinks;
	uint32_t nchildren;
	uint32_t nsinks;
	size_t size;
};

/* The sinks that there always are. */
#define LOG_SINK_OUT 0
#define LOG_SINK_ERR 1

/*
 * Maps memory for that many children and files, or for fewer where so much
 * cannot be had. 0 or -errno.
 */
int
log_memory_map(struct log_memory *memory, uint32_t nchildren, uint32_t nfiles);

/* Unmaps it in this process. Twice is harmless. */
void log_memory_unmap(struct log_memory *memory);

struct log_child *log_child(const struct log_memory *memory, uint32_t idx);
struct log_sink *log_sink(const struct log_memory *memory, uint32_t idx);

/* What records call a sink: its path, or the name of our stream. */
const char *log_sink_name(const struct log_memory *memory, uint32_t idx);

/*
 * A free child for the engine `owner`, whose last lines are forgotten; only
 * engines take them, one at a time, and each tells what was the last that it
 * got. LOG_NO_CHILD: there is none.
 */
uint32_t
log_child_take(const struct log_memory *memory, uint32_t owner, uint32_t last);

/*
 * A run has ended: `fd` is the pipe of that stream. Only engines do this. It is
 * not noted while the logger reads that very stream and so may not know: then
 * *noted is made false. Returns whether something that was written is not with
 * its sink yet.
 */
bool log_child_bound(const struct log_memory *memory, uint32_t idx,
    enum log_stream stream, int fd, bool *noted);

/* Where the first run has ended of those beyond `at`; UINT64_MAX: nowhere. */
uint64_t log_bounds_after(const struct log_bounds *bounds, uint64_t at);

/* A line of a child, as its logger has read it. */
struct log_said {
	enum log_stream stream;
	int64_t at_ns;
	uint32_t number; /* of the child's lines */
	const char *text;
	size_t len;
	bool cut; /* it goes on */
};

/* Keeps a line among the last ones of a child. */
void log_child_keep(struct log_child *child, const struct log_said *said);

/* The same for those who follow the child `idx`. */
void log_news_put(const struct log_memory *memory, uint32_t idx,
    const struct log_said *said);

/*
 * Copies the next news behind *seen and moves that on. False: there are none.
 * Of those that came too fast *lost is how many more there are.
 */
bool log_news_get(const struct log_memory *memory, uint32_t *seen,
    struct log_news *news, uint32_t *lost);

/*
 * Copies the last lines of a child, at most `max` of them, oldest first;
 * harmless while the logger goes on. Returns how many.
 */
size_t log_child_last(const struct log_memory *memory, uint32_t idx,
    struct log_last *lines, size_t max);

struct log_span log_span_get(const struct log_sink *sink);
uint64_t log_span_pack(struct log_span span);

/*
 * To be called by a new logger before all else: finishes what the one before
 * has left half done in the memory.
 */
void log_memory_recover(const struct log_memory *memory);

#endif
