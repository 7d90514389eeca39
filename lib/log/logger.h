/* SPDX-License-Identifier: ISC */
#ifndef LOG_LOGGER_H
#define LOG_LOGGER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/record.h"
#include "log/sink.h"
#include "log/source.h"
#include "log/wire.h"
#include "os/loop.h"

/*
 * The logger: a process that takes what the children write from pipes, line by
 * line, and puts it where it belongs, and the records beside it, in order.
 *
 *	logger.c	the loop, and what the engine asks for
 *	source.c	from the pipes: lines
 *	line.c		what they look like
 *	sink.c		to where they go; file.c: log files
 *	memory.c	what a logger that is killed leaves to the next one
 *	wire.c		how the engine speaks with it
 *
 * It is a child of the guardian, beside the engine, so that what children had
 * written comes out also when the engine is killed and all of them with it. It
 * ends by itself, when everybody who could say something to it has ended, and
 * all is written. It waits for nobody but in its loop, and never by time, but
 * for the last words: those it tries to get rid of as long as that goes on.
 */
struct logger {
	const struct wire *wire; /* borrowed */
	struct loop loop;
	struct loop_watch channel;
	struct sources ready;
	uint64_t turn;                  /* how many there were */
	struct source *sources;         /* of each child in the memory; owned */
	uint32_t nsources;              /* that were ever used */
	struct sink *sinks;             /* of each in the memory; owned */
	uint32_t nsinks;                /* that were ever used */
	struct sink *out[LOG_NSTREAMS]; /* may be the same */
	uint32_t width;                 /* of names */
	int64_t now_ns;                 /* the wall clock of this turn, */
	const char *stamp;              /* and the same as text */
	struct record_clock clock;
	bool unreported; /* some sink has something to tell */
	bool news;       /* that the engine was not told of */
	bool finishing;  /* nobody is left who could say anything */
};

/*
 * Runs in a process of its own, in which nothing but `wire` is open, and the
 * engine's side of that closed. Returns the exit status.
 */
int logger_run(const struct wire *wire);

/* For sources and sinks: */

/* The source is to have its turn. */
void logger_queue(struct logger *l, struct source *source);

/* Its sink has room again: so have those that wait for it. */
void logger_go_on(struct logger *l, struct sink *sink);

/* Tells the engine how it fares, now or later. */
void logger_report(struct logger *l, struct sink *sink);

/* Tells the engine that there are news, once until it looks at them. */
void logger_rouse(struct logger *l);

/* The time of this turn. */
const char *logger_stamp(struct logger *l);

/* Carries out an order in the records: its text behind the NUL. */
void logger_order(struct logger *l, const char *text);

/* A source less has that sink: a file that nobody has any more is closed. */
void logger_unuse(struct sink *sink);

/* The source has ended. */
void logger_release(struct logger *l, struct source *source);

#endif
