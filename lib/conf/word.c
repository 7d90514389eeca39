/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/near.h"
#include "conf/bytes.h"
#include "conf/reader.h"
#include "conf/report.h"
#include "conf/word.h"

static void
put(struct lexer *lx, struct word *w, const char *bytes, size_t len)
{
	if (len > CONF_WORD_SIZE_MAX - w->len) {
		w->too_long = true;
		return;
	}
	memcpy(lx->ld->word + w->len, bytes, len);
	w->len += len;
}

void
word_take(struct lexer *lx, struct word *w)
{
	put(lx, w, lx->pos.file->bytes + lx->pos.offset, 1);
	step(lx);
}

/* Whether there are only blanks and closing braces up to the line's end. */
static bool
only_braces_follow(const struct lexer *lx)
{
	uint32_t ahead = 0;
	int c = peek(lx);

	while (c == ' ' || c == '\t' || c == '}')
		c = peek_at(lx, ++ahead);
	return c == END || c == '\n';
}

/*
 * Reports the quote or ${ at `start` that is never closed. What follows its
 * line is read as if it was, and so are braces at the end of the line.
 */
static void
fail_unterminated(struct lexer *lx, struct word *w, struct cursor start,
    const char *what)
{
	struct loader *ld = lx->ld;
	struct spot at = spot_from(lx, start);

	if (ld->stopped)
		return;
	at.width = 1;
	report_error(ld, &at, "%s", what);
	w->bad = true;
	loader_work(ld, lx->pos.offset - start.offset, &at);
	lx->pos = start;
	step(lx);
	while (!only_braces_follow(lx))
		step(lx);
}

/* Reports the ${ at `start` that went wrong here, and skips what is left. */
static void
fail_variable(struct lexer *lx, struct word *w, struct cursor start,
    const char *what)
{
	struct spot at = spot_from(lx, start);
	int c = peek(lx);

	report_error(lx->ld, &at, "%s", what);
	w->bad = true;
	while (c != END && strchr(" \t\n;{}\"'", c) == NULL) {
		step(lx);
		c = peek(lx);
	}
	if (c == '}')
		step(lx);
}

void
word_take_single(struct lexer *lx, struct word *w)
{
	struct cursor start = lx->pos;

	step(lx);
	while (peek(lx) != '\'') {
		if (peek(lx) == END) {
			fail_unterminated(lx, w, start,
			    "this quote is never closed, expected '");
			return;
		}
		word_take(lx, w);
	}
	step(lx);
}

void
word_take_backslash(struct lexer *lx, struct word *w, bool quoted)
{
	int next = peek_at(lx, 1);

	if (skip_continuation(lx))
		return;
	if (!quoted || (next != END && strchr("$`\"\\}", next) != NULL))
		step(lx);
	if (peek(lx) != END)
		word_take(lx, w);
}

bool
word_at_variable(const struct lexer *lx)
{
	return !lx->literal && peek(lx) == '$' && peek_at(lx, 1) == '{';
}

static bool
is_variable_byte(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_';
}

/* Reports that the variable `name` means nothing at `at`. */
static void
report_undefined(struct loader *ld, const char *name, const struct spot *at)
{
	struct near near = near_start(name);

	if (strcmp(name, "instance") == 0) {
		report_error(ld, at,
		    "${instance} is known only in the body of an array, "
		    "expected it inside worker NAME[N] { … }");
		return;
	}
	for (struct binding *b = ld->bindings; b != NULL; b = b->outer)
		near_try(&near, b->name);
	if (near.best != NULL)
		report_error(ld, at,
		    "variable \"%.64s\" is not defined, did you mean "
		    "\"%.64s\"?",
		    name, near.best);
	else
		report_error(ld, at,
		    "variable \"%.64s\" is not defined, expected a parameter, "
		    "a variable that was set before, or one of the "
		    "environment (${%.64s:-WORD} gives a default)",
		    name, name);
}

/* The value of a variable, or NULL. */
static const char *
look_up(struct lexer *lx, const char *name, const struct spot *at)
{
	const char *value = scope_value(lx->ld, name, at);

	if (value != NULL && !bytes_are_text(value)) {
		report_error(lx->ld, at,
		    "the value of variable \"%.64s\" has a control character "
		    "in it, expected text",
		    name);
		return "";
	}
	return value;
}

static void
take_variable(struct lexer *lx, struct word *w, bool quoted, unsigned depth);

/*
 * "…", with ${…} and some backslashes, up to `until`: a double quote, or the
 * brace that ends the default of a variable. False at the end of the file.
 */
static bool
take_until(struct lexer *lx, struct word *w, int until, bool quoted,
    unsigned depth)
{
	while (peek(lx) != until) {
		int c = peek(lx);

		if (c == END || (c == '\n' && !quoted))
			return false;
		if (c == '"' && quoted && until != '"')
			return false;
		if (c == '\\')
			word_take_backslash(lx, w, quoted);
		else if (word_at_variable(lx))
			take_variable(lx, w, quoted, depth);
		else if (c == '\'' && !quoted)
			word_take_single(lx, w);
		else if (c == '"') {
			step(lx);
			if (!take_until(lx, w, '"', true, depth))
				return false;
		} else
			word_take(lx, w);
	}
	step(lx);
	return true;
}

/* Reads the name of a variable into `name`; false if there is none. */
static bool
take_name(struct lexer *lx, char name[static CONF_NAME_SIZE_MAX + 1])
{
	size_t len = 0;

	for (; is_variable_byte(peek(lx)); step(lx)) {
		if (len == CONF_NAME_SIZE_MAX)
			return false;
		name[len++] = (char)peek(lx);
	}
	name[len] = '\0';
	return scope_is_variable(name);
}

/* The word behind ${NAME:- is taken if the variable is empty or undefined. */
static bool
take_default(struct lexer *lx, struct word *w, const char *value, bool quoted,
    unsigned depth)
{
	size_t len_before = w->len;
	bool given = value != NULL && *value != '\0';
	bool raw_before = lx->raw, closed;

	lx->raw = lx->raw || given;
	closed = take_until(lx, w, '}', quoted, depth + 1);
	lx->raw = raw_before;
	if (given) {
		w->len = len_before;
		put(lx, w, value, strlen(value));
	}
	return closed;
}

/* Takes ${NAME} or ${NAME:-WORD} inside of `depth` others. */
static void
take_variable(struct lexer *lx, struct word *w, bool quoted, unsigned depth)
{
	char name[CONF_NAME_SIZE_MAX + 1];
	struct cursor start = lx->pos;
	struct spot at;
	const char *value = NULL;
	bool named;

	steps(lx, 2);
	named = take_name(lx, name);
	at = spot_from(lx, start);
	at.width += peek(lx) == '}';
	if (!named || depth >= CONF_EXPANSION_MAX) {
		fail_variable(lx, w, start,
		    named ? "variables are nested too deeply, expected at "
			    "most 16 levels of ${…}" :
			    "this is no variable, expected ${NAME} or "
			    "${NAME:-WORD}; for a literal ${ write \\${");
		return;
	}
	if (!lx->raw)
		value = look_up(lx, name, &at);
	if (peek(lx) == ':' && peek_at(lx, 1) == '-') {
		steps(lx, 2);
		if (!take_default(lx, w, value, quoted, depth))
			fail_unterminated(lx, w, start,
			    "this ${ is never closed, expected }");
		return;
	}
	if (peek(lx) != '}') {
		fail_variable(lx, w, start,
		    "this ${ goes wrong behind the name, expected } or "
		    ":-WORD}");
		return;
	}
	step(lx);
	if (value != NULL) {
		put(lx, w, value, strlen(value));
	} else if (!lx->raw) {
		report_undefined(lx->ld, name, &at);
		w->bad = true;
	}
}

void
word_take_variable(struct lexer *lx, struct word *w)
{
	take_variable(lx, w, false, 0);
}

void
word_take_double(struct lexer *lx, struct word *w)
{
	struct cursor start = lx->pos;

	step(lx);
	if (!take_until(lx, w, '"', true, 0))
		fail_unterminated(lx, w, start,
		    "this quote is never closed, expected \"");
}
