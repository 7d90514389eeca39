/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <string.h>

#include "base/near.h"
#include "conf/child.h"
#include "conf/include.h"
#include "conf/parse.h"
#include "conf/report.h"
#include "conf/template.h"
#include "conf/value.h"

/* What a name may be made of; neither `.` nor `-` begins one. */
#define NAME_FIRST \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
#define NAME_BYTES NAME_FIRST ".-"

#define STATEMENT_ENDS "a newline, ; or }"

/* Reports the innermost block that the file ends in, and no other. */
static void
report_unclosed(struct lexer *lx, struct spot open)
{
	if (!lx->unclosed && !lx->ld->stopped)
		report_error(lx->ld, &open,
		    "this { is never closed, expected }");
	lx->unclosed = true;
}

void
parse_skip_block(struct lexer *lx)
{
	struct spot open = lx->tok.at;
	bool raw_before = lx->raw;
	size_t depth = 1;

	lx->raw = true;
	while (depth > 0) {
		lex_next(lx, LEX_WORDS);
		if (lx->tok.kind == TOKEN_EOF)
			break;
		depth += lx->tok.kind == TOKEN_OPEN;
		depth -= lx->tok.kind == TOKEN_CLOSE;
	}
	lx->raw = raw_before;
	if (depth > 0 && !lx->ld->stopped)
		report_error(lx->ld, &open,
		    "this { is never closed, expected }");
}

static bool
at_statement_end(const struct lexer *lx)
{
	return lx->tok.kind == TOKEN_END || lx->tok.kind == TOKEN_CLOSE ||
	    lx->tok.kind == TOKEN_EOF;
}

void
parse_skip_statement(struct lexer *lx)
{
	bool raw_before = lx->raw;

	lx->raw = true;
	while (!at_statement_end(lx)) {
		if (lx->tok.kind == TOKEN_OPEN)
			parse_skip_block(lx);
		lex_next(lx, LEX_WORDS);
	}
	lx->raw = raw_before;
}

/* What the token is, for a message. */
static const char *
describe(const struct token *tok, struct shown *buf)
{
	char mark[2] = { tok->punct, '\0' };

	switch (tok->kind) {
	case TOKEN_WORD:
		return show(tok->text, buf);
	case TOKEN_EOF:
		return "the end of the file";
	case TOKEN_END:
		if (tok->punct == '\n')
			return "the end of the line";
		return show(mark, buf);
	case TOKEN_PUNCT:
	case TOKEN_OPEN:
	case TOKEN_CLOSE:
		break;
	}
	return show(mark, buf);
}

void
parse_unexpected(struct lexer *lx, const char *expected)
{
	struct shown shown;

	if (!lx->ld->stopped && !lx->tok.bad)
		report_error(lx->ld, &lx->tok.at, "%s here, expected %s",
		    describe(&lx->tok, &shown), expected);
	parse_skip_statement(lx);
}

void
parse_end(struct lexer *lx)
{
	lex_next(lx, LEX_WORDS);
	if (!at_statement_end(lx))
		parse_unexpected(lx, STATEMENT_ENDS);
}

bool
parse_name(struct lexer *lx, const char *what)
{
	const struct token *tok = &lx->tok;
	struct shown shown;

	if (tok->bad)
		return false;
	if (tok->len > CONF_NAME_SIZE_MAX) {
		report_error(lx->ld, &tok->at,
		    "the name of this %s is too long, expected at most %d "
		    "bytes",
		    what, CONF_NAME_SIZE_MAX);
		return false;
	}
	if (tok->len > 0 && strchr(NAME_FIRST, *tok->text) != NULL &&
	    strspn(tok->text, NAME_BYTES) == tok->len)
		return true;
	report_error(lx->ld, &tok->at,
	    "%s is no name for a %s, expected letters, digits, _, and behind "
	    "the first also . and -",
	    show(tok->text, &shown), what);
	return false;
}

static unsigned
where_is(const struct body *b)
{
	if (b->policy.kind == KIND_WORKER)
		return IN_WORKER;
	if (b->is_printed)
		return IN_DYNAMIC | IN_INIT;
	return IN_DYNAMIC | (b->is_root ? IN_ROOT : IN_SUPERVISOR);
}

/*
 * Reports a word that starts no statement. It stands for what it is near, so
 * that a mistyped exec is not also a missing one.
 */
static void
report_unknown(struct lexer *lx, struct body *b)
{
	const char *word = lx->tok.text;
	struct near here = near_start(word), anywhere = near_start(word);
	struct shown shown;
	const char *near;

	if (directive_is_command(word)) {
		report_error(lx->ld, &lx->tok.at,
		    "%s is no directive but a command: supervise %s",
		    show(word, &shown), word);
		return;
	}
	for (size_t i = 0; i < ndirectives; i++) {
		near_try(&anywhere, directives[i].name);
		if ((directives[i].where & where_is(b)) != 0)
			near_try(&here, directives[i].name);
	}
	if (!directive_elsewhere(word, &near))
		near = here.best != NULL ? here.best : anywhere.best;
	if (near != NULL)
		b->meant[directive_index(directive_find(near))] = true;
	if (near != NULL)
		report_error(lx->ld, &lx->tok.at,
		    "%s is no directive, did you mean \"%s\"?",
		    show(word, &shown), near);
	else
		report_error(lx->ld, &lx->tok.at,
		    "%s is no directive, expected one for %s (see "
		    "supervise.conf(5))",
		    show(word, &shown),
		    b->policy.kind == KIND_WORKER ? "a worker" :
						    "a supervisor");
}

/* Reports a directive that is not allowed in this body. */
static void
report_misplaced(struct lexer *lx, const struct body *b,
    const struct directive *d)
{
	unsigned where = where_is(b) & ~(unsigned)IN_DYNAMIC;

	if (b->policy.kind == KIND_WORKER && (d->where & IN_SUPERVISOR) != 0 &&
	    lx->ld->use == NULL)
		report_error(lx->ld, &lx->tok.at,
		    "%s is not allowed in a worker, expected it in %s; or is "
		    "the } of the worker in line %" PRIu32 " missing?",
		    d->name, directive_where_text(d->where), b->at.line);
	else
		report_error(lx->ld, &lx->tok.at,
		    "%s is not allowed in %s, expected it in %s", d->name,
		    directive_where_text(where),
		    directive_where_text(d->where));
}

/* The directive that the word in lx->tok is, if it may stand here. */
static const struct directive *
find_directive(struct lexer *lx, struct body *b)
{
	const struct directive *d;

	if (lx->tok.bad)
		return NULL;
	d = directive_find(lx->tok.text);
	if (d == NULL) {
		report_unknown(lx, b);
		return NULL;
	}
	if ((d->where & where_is(b)) != 0)
		return d;
	report_misplaced(lx, b, d);
	return NULL;
}

/* Reads the words up to the end of the statement; false after an error. */
static bool
read_arguments(struct lexer *lx, struct statement *st)
{
	size_t room = 0;
	bool good = true;

	for (lex_next(lx, LEX_WORDS); lx->tok.kind == TOKEN_WORD;
	     lex_next(lx, LEX_WORDS)) {
		good = good && !lx->tok.bad;
		if (st->nargs == CONF_ARGS_MAX) {
			report_error(lx->ld, &lx->tok.at,
			    "too many words, expected at most %d behind %s",
			    CONF_ARGS_MAX, st->directive->name);
			parse_skip_statement(lx);
			return false;
		}
		st->args = arena_grow(&lx->ld->scratch, st->args, st->nargs,
		    &room, sizeof(*st->args));
		st->args[st->nargs++] = lx->tok;
	}
	if (at_statement_end(lx))
		return good;
	parse_unexpected(lx, STATEMENT_ENDS " (in a word, write '{')");
	return false;
}

/* set NAME VALUE */
static void
set_variable(struct loader *ld, const struct statement *st, bool good)
{
	const struct token *name = st->args;
	struct shown shown;

	if (good && st->nargs != 2)
		report_error(ld, st->nargs > 2 ? &st->args[2].at : &st->at,
		    "set takes a name and one value, expected NAME VALUE "
		    "(a value with blanks in quotes)");
	if (st->nargs == 0 || name->bad)
		return;
	if (!scope_is_variable(name->text)) {
		report_error(ld, &name->at,
		    "%s is no name for a variable, expected letters, digits "
		    "and _, and no digit first",
		    show(name->text, &shown));
		return;
	}
	/* Wrong or not, it is defined: no further errors where it is used. */
	scope_bind(ld, name->text, st->nargs > 1 ? st->args[1].text : "");
}

/* A statement that is one line of words. */
static void
parse_words(struct lexer *lx, struct body *b, struct statement *st)
{
	struct loader *ld = lx->ld;
	bool good = read_arguments(lx, st);

	body_see(ld, b, st);
	if (st->directive->type == DIRECTIVE_SET)
		set_variable(ld, st, good);
	else if (!good)
		return;
	else if (st->directive->type == DIRECTIVE_INCLUDE)
		include_files(ld, b, st);
	else
		value_parse(ld, b, st);
}

static void
parse_statement(struct lexer *lx, struct body *b)
{
	struct statement st = {
		.directive = find_directive(lx, b),
		.at = lx->tok.at,
	};

	if (st.directive == NULL)
		parse_skip_statement(lx);
	else if (st.directive->type == DIRECTIVE_CHILD)
		child_parse(lx, b);
	else if (st.directive->type == DIRECTIVE_SPEC)
		template_define(lx, b);
	else
		parse_words(lx, b, &st);
}

void
parse_statements(struct lexer *lx, struct body *b)
{
	do {
		lex_next(lx, LEX_WORDS);
		if (lx->tok.kind == TOKEN_WORD)
			parse_statement(lx, b);
		else if (lx->tok.kind == TOKEN_OPEN)
			parse_unexpected(lx, "a directive");
	} while (lx->tok.kind == TOKEN_END);
}

void
parse_whole(struct lexer *lx, struct body *b)
{
	parse_statements(lx, b);
	while (lx->tok.kind == TOKEN_CLOSE) {
		report_error(lx->ld, &lx->tok.at,
		    "this } closes nothing, expected a directive or the end "
		    "of the file");
		parse_statements(lx, b);
	}
}

void
parse_block(struct lexer *lx, struct body *b, struct spot open)
{
	struct loader *ld = lx->ld;
	struct binding *bindings = ld->bindings;
	struct spec_def *specs = ld->specs;

	b->outer_specs = specs;
	parse_statements(lx, b);
	if (lx->tok.kind == TOKEN_EOF)
		report_unclosed(lx, open);
	ld->bindings = bindings;
	ld->specs = specs;
}

const char **
parse_words_alone(struct lexer *lx, struct arena *arena, size_t *n)
{
	uint32_t len = lx->pos.file->len;
	const char **words = ARENA_ARRAY(arena, const char *, len / 2 + 2);

	*n = 0;
	lx->literal = true;
	lex_next(lx, LEX_WORDS);
	for (; lx->tok.kind == TOKEN_WORD; lex_next(lx, LEX_WORDS))
		words[(*n)++] = arena_text(arena, lx->tok.text, lx->tok.len);
	if (lx->tok.kind == TOKEN_END && lx->pos.offset == len)
		lex_next(lx, LEX_WORDS);
	if (lx->tok.kind != TOKEN_EOF)
		report_error(lx->ld, &lx->tok.at,
		    "words end here, expected one line of them; quotes keep "
		    "; { } in a word");
	return words;
}
