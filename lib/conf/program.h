/* SPDX-License-Identifier: ISC */
#ifndef CONF_PROGRAM_H
#define CONF_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Programs that print specifications, `= exec "PROGRAM ARG…"` and `init`, and
 * what they printed.
 *
 * Loading never waits for one. It puts into this list what it needs and ends
 * with conf->pending; whoever loads runs what is wanted, in whatever way, and
 * loads again with the list, until nothing is pending. So the same command is
 * run once, however often a file uses it or is read for it.
 */
enum program_end {
	PROGRAM_EXITED, /* value: status */
	PROGRAM_KILLED, /* value: signal */
	PROGRAM_LATE,
	PROGRAM_FAILED, /* it did not start, or printed too much: errno */
};

struct program {
	struct program *next;
	const char *command;     /* one word of the file */
	const char *const *argv; /* the words in it; ends with NULL */
	bool done;               /* it was run: the rest is set */
	enum program_end end;
	int value;
	char *bytes; /* it printed; owned; may be NULL if none */
	size_t len;
	char *told; /* on its standard error; owned; may be NULL if nothing */
	char *why;  /* there is no specification; owned; NULL: there is */
};

struct programs {
	struct program *first; /* in the order of first need; owned */
	struct program **last; /* where the next one goes; NULL: at `first` */
	size_t n;
};

/* Whether nothing can come of one that is done; there may be no word why. */
bool program_failed(const struct program *program);

/* The program of that command, or NULL. */
struct program *
program_find(const struct programs *programs, const char *command);

/*
 * Adds one that is to be run; everything is copied. NULL when memory is
 * short.
 */
struct program *program_want(struct programs *programs, const char *command,
    const char *const *argv, size_t argc);

/* Takes the first out of the list, and gives it to the caller. */
struct program *programs_take(struct programs *programs);

/* Frees one that was taken; NULL is harmless. */
void program_free(struct program *program);

/* Frees all. Harmless when done twice. */
void programs_fini(struct programs *programs);

#endif
