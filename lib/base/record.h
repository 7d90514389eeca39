/* SPDX-License-Identifier: ISC */
#ifndef BASE_RECORD_H
#define BASE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Records: everything that supervise says to programs. A record is a few
 * named fields, the first of which is `event`; logfmt and JSON are two ways
 * to write the same fields. supervise-records(7) describes them.
 */

/* Every event there is, its name, and what it tells. */
#define RECORD_EVENTS(X)                                                      \
	X(RECORD_STARTING, "starting", "executed, but not ready yet")         \
	X(RECORD_STARTED, "started", "the start is complete")                 \
	X(RECORD_START_FAILED, "start_failed", "the start did not succeed")   \
	X(RECORD_IGNORED, "ignored", "the child says it is not needed")       \
	X(RECORD_EXITED, "exited", "a process has ended")                     \
	X(RECORD_CAUGHT, "caught", "a catch line decides about an end")       \
	X(RECORD_COMMAND_FAILED, "command_failed", "a command around runs")   \
	X(RECORD_CHECK_FAILED, "check_failed", "a check of `alive` failed")   \
	X(RECORD_REPORT, "report", "OTP's supervisor report")                 \
	X(RECORD_RESTARTING, "restarting", "a restart was counted")           \
	X(RECORD_REPLACING, "replacing", "another run starts beside it")      \
	X(RECORD_REPLACED, "replaced", "that run has taken its place")        \
	X(RECORD_STOPPING, "stopping", "a stop signal was sent")              \
	X(RECORD_KILLING, "killing", "SIGKILL was sent")                      \
	X(RECORD_LEFTOVER, "leftover", "a stray descendant is being ended")   \
	X(RECORD_GAVE_UP, "gave_up", "restarts came too often")               \
	X(RECORD_AUTO_SHUTDOWN, "auto_shutdown", "a significant child ended") \
	X(RECORD_ENDED, "ended", "a supervisor has ended")                    \
	X(RECORD_REMOVED, "removed", "a child is no longer there")            \
	X(RECORD_WAITING, "waiting", "whom a stop or reload waits for")       \
	X(RECORD_SIGNAL, "signal", "a signal was received")                   \
	X(RECORD_REQUEST, "request", "a request to stop everything")          \
	X(RECORD_LOST, "lost", "records could not be written")                \
	X(RECORD_OUTPUT, "output", "a line that a child has written")         \
	X(RECORD_ENGINE_DIED, "engine_died", "the engine was killed")         \
	X(RECORD_ENGINE_STARTED, "engine_started", "a new engine runs")       \
	X(RECORD_GUARDIAN_DIED, "guardian_died", "the guardian was killed")   \
	X(RECORD_EXIT, "exit", "a linked child ended; in a mailbox")          \
	X(RECORD_STOP, "stop", "a stop is asked for; in a mailbox")           \
	X(RECORD_STATUS, "status", "how a child is at this moment")           \
	X(RECORD_HEALTH, "health", "whether all is as it should be")          \
	X(RECORD_PID, "pid", "the process of a child")                        \
	X(RECORD_COUNT, "count", "the children of a supervisor, by kind")     \
	X(RECORD_METRICS, "metrics", "what is counted of a child")            \
	X(RECORD_TALLY, "tally", "its ends for one reason")                   \
	X(RECORD_ENGINE, "engine", "what is counted of the engine")           \
	X(RECORD_WHY, "why", "what a child is up to, and its budget")         \
	X(RECORD_END, "end", "one of the last ends of a child")               \
	X(RECORD_LINK, "link", "two children are linked")                     \
	X(RECORD_MONITOR, "monitor", "a run is monitored from now on")        \
	X(RECORD_DOWN, "down", "what was monitored has ended")                \
	X(RECORD_LINE, "line", "a line of a longer text")                     \
	X(RECORD_PLAN, "plan", "a step of a reload")                          \
	X(RECORD_GUARDIAN, "guardian", "the process to wait for")             \
	X(RECORD_WARNING, "warning", "something is not as it should be")      \
	X(RECORD_ERROR, "error", "something failed")

enum record_event {
#define RECORD_ENUM(name, text, summary) name,
	RECORD_EVENTS(RECORD_ENUM)
#undef RECORD_ENUM
};
#define RECORD_NEVENTS (RECORD_ERROR + 1)

extern const char *const record_event_text[];

/* Most fields of a record, `event` left out. */
#define RECORD_FIELDS_MAX 12

/* Longest line that a record is written as, newline included. */
#define RECORD_LINE_MAX 4096

/* Room of a time stamp, `2026-11-22T15:28:29.123Z` and a NUL. */
#define RECORD_STAMP_SIZE 25

enum record_type {
	RECORD_IS_TEXT,
	RECORD_IS_NUMBER,
	RECORD_IS_FLAG,
};

struct record_field {
	const char *key; /* static */
	enum record_type type;
	const char *text; /* borrowed until the record is written */
	int64_t number;   /* a flag: 0 or 1 */
};

struct record {
	enum record_event event;
	size_t n;
	struct record_field fields[RECORD_FIELDS_MAX];
};

/* Begins a record without fields. */
void record_begin(struct record *r, enum record_event event);

/* Adds a field; `text` is borrowed until the record is written. */
void record_text(struct record *r, const char *key, const char *text);
void record_number(struct record *r, const char *key, int64_t number);
void record_flag(struct record *r, const char *key, bool flag);

/* The field of that name, or NULL. */
const struct record_field *record_get(const struct record *r, const char *key);

/* Writes UTC wall-clock time, to the millisecond, as ISO 8601. */
void record_stamp(int64_t wall_ns, char stamp[static RECORD_STAMP_SIZE]);

/* The stamp of a second: of the next time in it little is written anew. */
struct record_clock {
	int64_t second;
	char stamp[RECORD_STAMP_SIZE];
};

/* The stamp of that time; borrowed until the next one. */
const char *record_clock_stamp(struct record_clock *clock, int64_t wall_ns);

/* Room for what stands for one byte in JSON, its NUL included. */
#define RECORD_ESCAPE_SIZE 8

/* Writes what stands for a byte, of no valid UTF-8, in a string of JSON. */
void
record_json_escape(unsigned char byte, char text[static RECORD_ESCAPE_SIZE]);

/*
 * Writes `r` as one line with its newline, and returns the line's length. A
 * field that does not fit is cut short. `stamp` comes first; NULL leaves it
 * out. What is not UTF-8 comes out as U+FFFD in JSON, as \xHH in logfmt. Text
 * that looks like a number or a flag has quotes in logfmt, too.
 */
size_t record_logfmt(const struct record *r, const char *stamp,
    char bytes[static RECORD_LINE_MAX]);
size_t record_json(const struct record *r, const char *stamp,
    char bytes[static RECORD_LINE_MAX]);

/* The same in logfmt of fields that come from elsewhere. */
size_t record_fields_logfmt(const char *stamp, const char *event,
    const struct record_field *fields, size_t n,
    char bytes[static RECORD_LINE_MAX]);

/*
 * The same in JSON of fields that come from elsewhere, into `size` bytes, at
 * least RECORD_LINE_MAX. Keys must need no escapes.
 */
size_t record_fields_json(const char *stamp, const char *event,
    const struct record_field *fields, size_t n, char *bytes, size_t size);

#endif
