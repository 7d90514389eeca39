/* SPDX-License-Identifier: ISC */
#ifndef CONF_VALUE_H
#define CONF_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/body.h"

/*
 * The words behind a directive: one function for each type of argument
 * checks them and puts the value into the body, by the directive's row.
 */

/*
 * Puts the words of `st` into the body; false after an error. The directive
 * must be one that changes nothing but its body (not set, include, spec,
 * worker, supervisor).
 */
bool value_parse(struct loader *ld, struct body *b, const struct statement *st);

/* Whether the statement has at least one word, else an error. */
bool value_has_words(struct loader *ld, const struct statement *st);

/* The one word that a statement must have, or NULL after an error. */
const struct token *
value_one_word(struct loader *ld, const struct statement *st);

/* Reports that `word` is no value of the directive; always false. */
bool value_fail(struct loader *ld, const struct statement *st,
    const struct token *word);

/* The same with a suggestion, unless that is NULL. */
bool value_fail_choice(struct loader *ld, const struct statement *st,
    const struct token *word, const char *near);

/*
 * Reads all of `text` as a decimal integer from `min` to `max`; false, with
 * *value untouched, if it is none.
 */
bool value_integer(const char *text, int64_t min, int64_t max, int64_t *value);

/* Room for a size as text. */
#define VALUE_SIZE_TEXT 24

/*
 * Reads a size of at most `max` bytes, `4096` or `64K`: K, M, G and T, each
 * 1024 times the one before. False, with *bytes untouched, if it is none.
 */
bool value_size(const char *text, int64_t max, int64_t *bytes);

/* Writes a size, `10M` where that is exact, and returns `text`. */
const char *value_size_text(int64_t bytes, char text[static VALUE_SIZE_TEXT]);

#endif
