/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/near.h"
#include "conf/bytes.h"
#include "conf/lex.h"
#include "conf/report.h"

/* What peek() gives at the end. */
#define END (-1)

/* The word that is being read; its bytes are in ld->word. */
struct word {
	size_t len;
	bool bad;
	bool too_long;
};

void
lex_init(struct lexer *lx, struct loader *ld, struct cursor pos)
{
	*lx = (struct lexer){ .ld = ld, .pos = pos };
}

bool
lex_is(const struct lexer *lx, char punct)
{
	return lx->tok.kind == TOKEN_PUNCT && lx->tok.punct == punct;
}

/* The byte `ahead` of the next one. */
static int
peek_at(const struct lexer *lx, uint32_t ahead)
{
	const struct source_file *file = lx->pos.file;

	if (lx->ld->stopped || ahead >= file->len - lx->pos.offset)
		return END;
	return (unsigned char)file->bytes[lx->pos.offset + ahead];
}

static int
peek(const struct lexer *lx)
{
	return peek_at(lx, 0);
}

static void
step(struct lexer *lx)
{
	unsigned char c = (unsigned char)lx->pos.file->bytes[lx->pos.offset++];

	if (c == '\n') {
		lx->pos.line++;
		lx->pos.column = 1;
	} else if ((c & 0xc0) != 0x80) {
		lx->pos.column++;
	}
}

static void
steps(struct lexer *lx, int n)
{
	while (n-- > 0)
		step(lx);
}

/* Bytes of a line end here: 1, 2 with a carriage return, or 0. */
static int
newline_len(const struct lexer *lx, uint32_t ahead)
{
	if (peek_at(lx, ahead) == '\n')
		return 1;
	if (peek_at(lx, ahead) == '\r' && peek_at(lx, ahead + 1) == '\n')
		return 2;
	return 0;
}

/* A backslash at the end of a line. */
static bool
skip_continuation(struct lexer *lx)
{
	int len = peek(lx) == '\\' ? newline_len(lx, 1) : 0;

	if (len == 0)
		return false;
	steps(lx, 1 + len);
	return true;
}

static void
skip_blanks(struct lexer *lx)
{
	for (;;) {
		int c = peek(lx);

		if (c == '#') {
			while (peek(lx) != END && peek(lx) != '\n')
				step(lx);
		} else if (c == ' ' || c == '\t' ||
		    (c == '\r' && newline_len(lx, 0) > 0)) {
			step(lx);
		} else if (!skip_continuation(lx)) {
			return;
		}
	}
}

/* The stretch from `start` to here, if it is on one line. */
static struct spot
spot_from(const struct lexer *lx, struct cursor start)
{
	return (struct spot){
		.file = start.file,
		.offset = start.offset,
		.line = start.line,
		.column = start.column,
		.width = lx->pos.line == start.line &&
			lx->pos.column > start.column ?
		    lx->pos.column - start.column :
		    1,
	};
}

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

/* Takes the next byte into the word. */
static void
take(struct lexer *lx, struct word *w)
{
	put(lx, w, lx->pos.file->bytes + lx->pos.offset, 1);
	step(lx);
}

/* Reports what began at `start`; the rest is read from its line's end on. */
static void
fail_unterminated(struct lexer *lx, struct word *w, struct cursor start,
    const char *what)
{
	struct spot at = spot_from(lx, start);

	if (lx->ld->stopped)
		return;
	at.width = 1;
	report_error(lx->ld, &at, "%s", what);
	w->bad = true;
	lx->pos = start;
	while (peek(lx) != END && peek(lx) != '\n')
		step(lx);
}

/* '…': everything as it is. */
static void
scan_single(struct lexer *lx, struct word *w)
{
	struct cursor start = lx->pos;

	step(lx);
	while (peek(lx) != '\'') {
		if (peek(lx) == END) {
			fail_unterminated(lx, w, start,
			    "this quote is never closed, expected '");
			return;
		}
		take(lx, w);
	}
	step(lx);
}

/* A backslash: inside "…" it is itself before most characters. */
static void
scan_backslash(struct lexer *lx, struct word *w, bool quoted)
{
	int next = peek_at(lx, 1);

	if (skip_continuation(lx))
		return;
	if (!quoted || (next != END && strchr("$`\"\\}", next) != NULL))
		step(lx);
	if (peek(lx) != END)
		take(lx, w);
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
scan_expansion(struct lexer *lx, struct word *w, bool quoted, unsigned depth);

/*
 * "…", with ${…} and some backslashes, up to `until`: a double quote, or the
 * brace that ends the default of a variable. False at the end of the file.
 */
static bool
scan_until(struct lexer *lx, struct word *w, int until, bool quoted,
    unsigned depth)
{
	while (peek(lx) != until) {
		int c = peek(lx);

		if (c == END || (c == '\n' && !quoted))
			return false;
		if (c == '"' && quoted && until != '"')
			return false;
		if (c == '\\')
			scan_backslash(lx, w, quoted);
		else if (c == '$' && peek_at(lx, 1) == '{')
			scan_expansion(lx, w, quoted, depth);
		else if (c == '\'' && !quoted)
			scan_single(lx, w);
		else if (c == '"') {
			step(lx);
			if (!scan_until(lx, w, '"', true, depth))
				return false;
		} else
			take(lx, w);
	}
	step(lx);
	return true;
}

/* Reads the name of a variable into `name`; false if there is none. */
static bool
scan_variable(struct lexer *lx, char name[static CONF_NAME_SIZE_MAX + 1])
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
scan_default(struct lexer *lx, struct word *w, const char *value, bool quoted,
    unsigned depth)
{
	size_t len_before = w->len;
	bool given = value != NULL && *value != '\0';
	bool raw_before = lx->raw, closed;

	lx->raw = lx->raw || given;
	closed = scan_until(lx, w, '}', quoted, depth + 1);
	lx->raw = raw_before;
	if (given) {
		w->len = len_before;
		put(lx, w, value, strlen(value));
	}
	return closed;
}

/* ${NAME} and ${NAME:-WORD}, at the dollar sign. */
static void
scan_expansion(struct lexer *lx, struct word *w, bool quoted, unsigned depth)
{
	char name[CONF_NAME_SIZE_MAX + 1];
	struct cursor start = lx->pos;
	struct spot at;
	const char *value = NULL;
	bool named;

	steps(lx, 2);
	named = scan_variable(lx, name);
	at = spot_from(lx, start);
	at.width += peek(lx) == '}';
	if (!named || depth >= CONF_EXPANSION_MAX) {
		fail_unterminated(lx, w, start,
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
		if (!scan_default(lx, w, value, quoted, depth))
			fail_unterminated(lx, w, start,
			    "this ${ is never closed, expected }");
		return;
	}
	if (peek(lx) != '}') {
		fail_unterminated(lx, w, start,
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

/* Whether `c` ends a word that no quote protects. */
static bool
ends_word(const struct lexer *lx, int c, enum lex_mode mode)
{
	switch (c) {
	case END:
	case ' ':
	case '\t':
	case '\n':
	case ';':
	case '{':
	case '}':
		return true;
	case '\r':
		return newline_len(lx, 0) > 0;
	case '(':
	case ')':
	case ',':
		return mode != LEX_WORDS;
	case '=':
	case '[':
	case ']':
		return mode == LEX_HEADER;
	default:
		return false;
	}
}

static void
scan_word(struct lexer *lx, enum lex_mode mode)
{
	struct cursor start = lx->pos;
	struct word w = { 0 };

	for (;;) {
		struct cursor quote = lx->pos;
		int c = peek(lx);

		if (c == '$' && peek_at(lx, 1) == '{')
			scan_expansion(lx, &w, false, 0);
		else if (ends_word(lx, c, mode))
			break;
		else if (c == '\'')
			scan_single(lx, &w);
		else if (c == '\\')
			scan_backslash(lx, &w, false);
		else if (c != '"')
			take(lx, &w);
		else {
			step(lx);
			if (!scan_until(lx, &w, '"', true, 0))
				fail_unterminated(lx, &w, quote,
				    "this quote is never closed, expected "
				    "\"");
		}
	}
	lx->tok.kind = TOKEN_WORD;
	lx->tok.at = spot_from(lx, start);
	if (w.too_long)
		report_error(lx->ld, &lx->tok.at,
		    "this word is too long, expected at most %zu bytes",
		    CONF_WORD_SIZE_MAX);
	lx->tok.bad = w.bad || w.too_long;
	lx->tok.text =
	    lx->raw ? "" : arena_text(&lx->ld->scratch, lx->ld->word, w.len);
	lx->tok.len = lx->raw ? 0 : w.len;
}

static enum token_kind
kind_of(int c)
{
	switch (c) {
	case END:
		return TOKEN_EOF;
	case '\n':
	case ';':
		return TOKEN_END;
	case '{':
		return TOKEN_OPEN;
	case '}':
		return TOKEN_CLOSE;
	default:
		return TOKEN_PUNCT;
	}
}

void
lex_next(struct lexer *lx, enum lex_mode mode)
{
	struct cursor start = lx->pos, word;
	int c;

	skip_blanks(lx);
	c = peek(lx);
	word = lx->pos;
	lx->tok = (struct token){ .text = "" };
	if (!ends_word(lx, c, mode)) {
		scan_word(lx, mode);
	} else {
		lx->tok.kind = kind_of(c);
		lx->tok.punct = (char)c;
		lx->tok.at = spot_from(lx, word);
		if (c != END)
			step(lx);
	}
	loader_work(lx->ld, 1 + lx->pos.offset - start.offset, &lx->tok.at);
}
