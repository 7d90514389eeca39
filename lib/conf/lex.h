/* SPDX-License-Identifier: ISC */
#ifndef CONF_LEX_H
#define CONF_LEX_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/loader.h"
#include "conf/scope.h"

/*
 * Words out of bytes: quotes, backslashes, comments, continued lines, and
 * ${…}, which is replaced while the word is read and is never split. What
 * ends a word besides blanks depends on where it stands, so the parser says
 * for every word which kind of text it expects.
 */

enum lex_mode {
	LEX_WORDS,    /* a statement: ends at newline ; { } */
	LEX_HEADER,   /* what comes before a body: = ( ) [ ] , as well */
	LEX_ARGUMENT, /* between parentheses: ( ) , as well */
};

enum token_kind {
	TOKEN_WORD,
	TOKEN_PUNCT, /* one of = ( ) [ ] , */
	TOKEN_OPEN,  /* { */
	TOKEN_CLOSE, /* } */
	TOKEN_END,   /* newline or ; */
	TOKEN_EOF,
};

struct token {
	enum token_kind kind;
	char punct;       /* of TOKEN_PUNCT */
	bool bad;         /* a word that had an error in it */
	const char *text; /* of TOKEN_WORD, in the scratch arena */
	size_t len;
	struct spot at;
};

struct lexer {
	struct loader *ld; /* borrowed */
	struct cursor pos;
	bool raw;         /* only find the ends of words: expand nothing */
	bool literal;     /* ${ means nothing: a dollar sign is itself */
	bool unclosed;    /* the file has ended in a block */
	struct token tok; /* the token read last */
};

/* Starts reading at `pos`. No token is read yet. */
void lex_init(struct lexer *lx, struct loader *ld, struct cursor pos);

/* Reads the next token into lx->tok; at the end TOKEN_EOF, again and again. */
void lex_next(struct lexer *lx, enum lex_mode mode);

/* Whether the token read last is the punctuation mark `punct`. */
bool lex_is(const struct lexer *lx, char punct);

#endif
