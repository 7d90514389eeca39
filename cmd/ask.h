/* SPDX-License-Identifier: ISC */
#ifndef CMD_ASK_H
#define CMD_ASK_H

#include <stdint.h>

#include "base/record_parse.h"
#include "cmd/command.h"
#include "control/session.h"

/*
 * Asking the supervisor that is meant, record by record:
 *
 *	ask_begin(&ask, globals);
 *	ask_for(&ask, verb, words);
 *	while (ask_next(&ask))
 *		... ask.record ...
 *	return ask_end(&ask);
 *
 * Whatever fails is complained about once and makes the exit status; from
 * then on there are no more records.
 */
struct ask {
	struct record_parsed record; /* the last one; until the next */
	struct control_session session;
	const struct globals *globals;
	const struct control_place *place; /* of the supervisor, once open */
	int64_t deadline_ns; /* of everything; CLOCK_NEVER: there is none */
	int status;          /* exit status so far */
	bool open;           /* there is a supervisor */
	bool over;           /* nothing more to read */
	bool absent_ok;      /* that none is there is no failure */
	bool ended_ok;       /* nor is it that it ends */
};

/* Begins; the deadline and what is no failure may be set behind it. */
void ask_begin(struct ask *ask, const struct globals *globals);

/* Gives up after so long; -1: never. */
void ask_limit(struct ask *ask, int64_t ms);

/*
 * Connects, the first time, and sends a request: the words of `verb`, then
 * those of `words`, each list ended by NULL.
 */
void ask_for(struct ask *ask, const char *const *verb, char **words);

/* Reads a record of the answer; false when there are no more. */
bool ask_next(struct ask *ask);

/*
 * The same without waiting; false as well when there is none as yet. That
 * there may be one is seen on the descriptor of ask.session.
 */
bool ask_try(struct ask *ask);

/* With --json, prints the record and returns true. */
bool ask_json(const struct ask *ask);

/* The field of the record as a number, or `otherwise`. */
int64_t ask_number(const struct ask *ask, const char *key, int64_t otherwise);

/* The field of the record as text, or "". */
const char *ask_text(const struct ask *ask, const char *key);

/* Whom the record is about: its child or supervisor. */
const char *ask_subject(const struct ask *ask);

/* Disconnects, sees to it that all is printed; returns the exit status. */
int ask_end(struct ask *ask);

#endif
