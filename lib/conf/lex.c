/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "conf/lex.h"
#include "conf/reader.h"
#include "conf/report.h"
#include "conf/word.h"

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

/* Whether the next byte is a brace of \${…}, which does not end the word. */
static bool
is_literal_brace(const struct lexer *lx, const struct word *w, size_t *literal)
{
	uint32_t offset = lx->pos.offset;
	int c = peek(lx);

	if (c == '{' && w->len > 0 && offset >= 2 &&
	    memcmp(lx->pos.file->bytes + offset - 2, "\\$", 2) == 0) {
		++*literal;
		return true;
	}
	if (c != '}' || *literal == 0)
		return false;
	--*literal;
	return true;
}

static void
scan_word(struct lexer *lx, enum lex_mode mode)
{
	struct cursor start = lx->pos;
	struct word w = { 0 };
	size_t literal = 0; /* braces of \${ that are still open */

	for (;;) {
		int c = peek(lx);

		if (word_at_variable(lx))
			word_take_variable(lx, &w);
		else if (is_literal_brace(lx, &w, &literal))
			word_take(lx, &w);
		else if (ends_word(lx, c, mode))
			break;
		else if (c == '\'')
			word_take_single(lx, &w);
		else if (c == '"')
			word_take_double(lx, &w);
		else if (c == '\\')
			word_take_backslash(lx, &w, false);
		else
			word_take(lx, &w);
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
