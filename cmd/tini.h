/* SPDX-License-Identifier: ISC */
#ifndef CMD_TINI_H
#define CMD_TINI_H

#include <sys/types.h>

#include <stdbool.h>

/*
 * The part of tini(1), so that in an image whose entry point names that, or
 * Docker's own init, the program can be put in its place: the same options,
 * variables, exit statuses and streams. One process and its child, which is
 * never restarted; no guardian, no engine, no socket.
 */

/* Of its words only the last decides: more is said from level to level. */
enum tini_level {
	TINI_FATAL,
	TINI_WARN,
	TINI_INFO,
	TINI_DEBUG,
	TINI_TRACE,
};

/* What the options and the environment ask for. */
struct tini {
	char **argv;    /* of the program; borrowed */
	int level;      /* what is said: an enum tini_level, or beyond */
	bool reaper;    /* -s: orphans come to us */
	bool group;     /* -g: signals go to the whole group */
	bool warns;     /* -w: says whom it has reaped */
	int parent;     /* -p: this signal when our parent ends; 0: none */
	bool fine[256]; /* -e: with 0 instead of this status */
};

/*
 * If argv says that it is tini that was called, by the name of the program or
 * as `exec --tini`: the words from that name on. Else NULL.
 */
char **tini_called(char **argv);

/* Does what the words from tini_called() say. The exit status. */
int tini_main(char **argv);

/* Says something on tini's stream for it, unless that is too much. */
void tini_say(const struct tini *tini, enum tini_level level,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Runs the program to its end. The exit status. */
int tini_run(const struct tini *tini);

#endif
