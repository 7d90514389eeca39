/* SPDX-License-Identifier: ISC */
#ifndef CONF_WORD_H
#define CONF_WORD_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/lex.h"

/*
 * The parts of a word that are not themselves: quotes, backslashes, and
 * variables, which are replaced on the way and never split.
 */

/* The word that is being read; its bytes are in ld->word. */
struct word {
	size_t len;
	bool bad; /* an error was reported */
	bool too_long;
};

/* Takes the next byte into the word as it is. */
void word_take(struct lexer *lx, struct word *w);

/* Takes '…', at its first quote: everything is itself. */
void word_take_single(struct lexer *lx, struct word *w);

/* Takes "…", at its first quote: variables and some backslashes count. */
void word_take_double(struct lexer *lx, struct word *w);

/*
 * Takes a backslash and what it protects. Inside "…" (`quoted`) it is itself
 * before most characters.
 */
void word_take_backslash(struct lexer *lx, struct word *w, bool quoted);

/* Whether a variable begins here: ${, where that means one. */
bool word_at_variable(const struct lexer *lx);

/* Takes ${NAME} or ${NAME:-WORD}, at the dollar sign. */
void word_take_variable(struct lexer *lx, struct word *w);

#endif
