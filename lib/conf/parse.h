/* SPDX-License-Identifier: ISC */
#ifndef CONF_PARSE_H
#define CONF_PARSE_H

#include <stdbool.h>

#include "conf/body.h"
#include "conf/lex.h"

/*
 * Recursive descent over statements and blocks. A function that is about to
 * read a construct finds its first token in lx->tok, and leaves there the
 * first one behind it. After a mistake the rest of the statement is skipped,
 * its block with it, so that one mistake gives one message.
 */

/*
 * Reads statements into `b` up to the `}` or the end of the file that is
 * then in lx->tok. No token need have been read before.
 */
void parse_statements(struct lexer *lx, struct body *b);

/* Reads statements into `b` up to the end of the file. */
void parse_whole(struct lexer *lx, struct body *b);

/*
 * Reads the rest of the block that was opened at `open`, in a scope of its
 * own, up to its `}`, which is left in lx->tok.
 */
void parse_block(struct lexer *lx, struct body *b, struct spot open);

/* Skips to the end of the statement, which is left in lx->tok. */
void parse_skip_statement(struct lexer *lx);

/* Skips behind the `}` for the `{` in lx->tok; the `}` is left there. */
void parse_skip_block(struct lexer *lx);

/* Reads behind a construct that must end its statement, and sees to it. */
void parse_end(struct lexer *lx);

/* Reports that lx->tok is not what was expected, and skips the statement. */
void parse_unexpected(struct lexer *lx, const char *expected);

/*
 * Whether the word in lx->tok may name a child or a spec; `what` stands for
 * it in the error.
 */
bool parse_name(struct lexer *lx, const char *what);

/*
 * The words of a text that is one line of them, with nothing in it that is
 * replaced, in `arena`: *n of them, then NULL. What is more is an error.
 */
const char **
parse_words_alone(struct lexer *lx, struct arena *arena, size_t *n);

#endif
