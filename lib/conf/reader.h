/* SPDX-License-Identifier: ISC */
#ifndef CONF_READER_H
#define CONF_READER_H

#include "conf/lex.h"

/*
 * Byte by byte over a file: what the two parts of the lexer, tokens and
 * words, are made of. Lines and columns are counted on the way.
 */

/* What peek() gives at the end. */
#define END (-1)

/* The byte `ahead` of the next one. */
static inline int
peek_at(const struct lexer *lx, uint32_t ahead)
{
	const struct source_file *file = lx->pos.file;

	if (lx->ld->stopped || ahead >= file->len - lx->pos.offset)
		return END;
	return (unsigned char)file->bytes[lx->pos.offset + ahead];
}

static inline int
peek(const struct lexer *lx)
{
	return peek_at(lx, 0);
}

static inline void
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

static inline void
steps(struct lexer *lx, int n)
{
	while (n-- > 0)
		step(lx);
}

/* Bytes of a line end here: 1, 2 with a carriage return, or 0. */
static inline int
newline_len(const struct lexer *lx, uint32_t ahead)
{
	if (peek_at(lx, ahead) == '\n')
		return 1;
	if (peek_at(lx, ahead) == '\r' && peek_at(lx, ahead + 1) == '\n')
		return 2;
	return 0;
}

/* A backslash at the end of a line. */
static inline bool
skip_continuation(struct lexer *lx)
{
	int len = peek(lx) == '\\' ? newline_len(lx, 1) : 0;

	if (len == 0)
		return false;
	steps(lx, 1 + len);
	return true;
}

/* The stretch from `start` to here, if it is on one line. */
static inline struct spot
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

#endif
