/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_REPORTER_H
#define ENGINE_REPORTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/record.h"
#include "log/wire.h"
#include "os/loop.h"
#include "os/output.h"

/*
 * Records on stderr: as logfmt or JSON for programs, as sentences on a
 * terminal, or not at all. Lines are kept and written once a batch; a reader
 * that is slow loses lines, which is counted and told. Where stderr leads
 * nowhere, what must not be lost goes to syslog(3).
 */

enum reporter_form {
	REPORTER_QUIET,
	REPORTER_SYSLOG, /* of the records only what is of weight */
	REPORTER_TEXT,
	REPORTER_JSON,
	REPORTER_PEOPLE,
	REPORTER_PEOPLE_COLOUR,
};

struct reporter {
	enum reporter_form form;
	struct output output;
	struct loop *loop; /* borrowed; NULL: the caller flushes by itself */
	struct loop_watch watch; /* for EPOLLOUT while something waits */
	uint64_t told;           /* lost lines that were told */
	struct record_clock clock;
};

/* Prepares to write to `fd`, or where that leads to stderr. 0 or -errno. */
int reporter_init(struct reporter *reporter, enum reporter_form form,
    struct loop *loop, int fd);

/* Writes what it can within a second, then frees. Twice is harmless. */
void reporter_fini(struct reporter *reporter);

/* Takes a record of that time to be written with the next flush. */
void reporter_record(struct reporter *reporter, const struct record *record,
    int64_t wall_ns);

/* Takes an order to the logger, whose place is before the next record. */
void reporter_order(struct reporter *reporter, enum wire_order order,
    uint32_t child);

/*
 * Takes lines for people, each with its newline, whatever the form. They are
 * last words: for syslog(3) to have room for them it waits up to a second.
 */
void reporter_say(struct reporter *reporter, const char *text);

/* Records that something failed or is odd: RECORD_ERROR, RECORD_WARNING. */
void reporter_message(struct reporter *reporter, enum record_event event,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Writes what was taken, as far as is possible without waiting. */
void reporter_flush(struct reporter *reporter);

#endif
