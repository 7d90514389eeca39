/* SPDX-License-Identifier: ISC */
#ifndef CMD_TOP_KEYS_H
#define CMD_TOP_KEYS_H

#include <stddef.h>

/*
 * What each key does: one table for what is typed, for the line at the bottom
 * and for the page of help.
 */

enum top_key {
	TOP_KEY_NONE,
	TOP_KEY_UP,
	TOP_KEY_DOWN,
	TOP_KEY_PAGE_UP,
	TOP_KEY_PAGE_DOWN,
	TOP_KEY_FIRST,
	TOP_KEY_LAST,
	TOP_KEY_START,
	TOP_KEY_STOP,
	TOP_KEY_RESTART,
	TOP_KEY_REPLACE,
	TOP_KEY_SIGNAL,
	TOP_KEY_LINES,
	TOP_KEY_FILTER,
	TOP_KEY_ORDER,
	TOP_KEY_HELP,
	TOP_KEY_QUIT,
};

struct top_binding {
	enum top_key key;
	int code;            /* a character, or KEY_… of curses */
	const char *typed;   /* as it is called */
	const char *meaning; /* NULL: another key for the one before */
	const char *brief;   /* for the line at the bottom; NULL: not there */
};

extern const struct top_binding top_bindings[];
extern const size_t top_nbindings;

enum top_key top_key_of(int code);

#endif
