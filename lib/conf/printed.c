/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "conf/bytes.h"
#include "conf/parse.h"
#include "conf/printed.h"
#include "conf/report.h"

#define EXPECTED "a program and its arguments as one word, in quotes"

/* What reading costs beside the bytes, as for a file. */
#define PRINTED_WORK 1024

bool
printed_is_next(struct lexer *lx)
{
	struct lexer name = *lx, behind;

	if (lx->tok.kind != TOKEN_WORD || lx->tok.bad ||
	    strcmp(lx->tok.text, "exec") != 0)
		return false;
	behind = *lx;
	lex_next(&behind, LEX_HEADER);
	/* Without a word it may be a spec of that name. */
	if (behind.tok.kind != TOKEN_WORD &&
	    scope_spec(lx->ld, "exec", &name.tok.at) != NULL)
		return false;
	lex_next(lx, LEX_WORDS);
	return true;
}

/* `exec "…"`, as the output is called in messages and places. */
static const char *
label_of(struct loader *ld, const char *command)
{
	struct shown shown;
	char label[sizeof("exec ") + sizeof(shown.text)];
	int len =
	    snprintf(label, sizeof(label), "exec %s", show(command, &shown));

	return arena_text(&ld->conf->arena, label, (size_t)len);
}

/* Lets the program of the command be run; false after an error. */
static bool
want(struct loader *ld, const struct token *command, struct source_file *words,
    const struct use *at)
{
	size_t nerrors = ld->conf->diags.nerrors, n;
	struct programs *programs = ld->source->programs;
	const char **argv;
	struct lexer lx;

	words->bytes = command->text;
	words->len = (uint32_t)command->len;
	lex_init(&lx, ld, (struct cursor){ words, 0, 1, 1 });
	ld->use = at;
	argv = parse_words_alone(&lx, &ld->scratch, &n);
	ld->use = at->outer;
	if (ld->conf->diags.nerrors > nerrors)
		return false;
	if (n == 0 || *argv[0] == '\0')
		report_error(ld, &command->at,
		    "exec without a program, expected " EXPECTED);
	else if (programs->n >= CONF_PROGRAMS_MAX)
		report_error(ld, &command->at,
		    "too many programs, expected at most %d different ones",
		    CONF_PROGRAMS_MAX);
	else if (program_want(programs, command->text, argv, n) == NULL)
		report_error(ld, &command->at, "no memory for this program");
	else
		return true;
	return false;
}

/*
 * What the command has printed, or NULL: there was an error, or it is yet to
 * be run.
 */
static const struct program *
find(struct loader *ld, const struct token *command, struct source_file *file,
    const struct use *at)
{
	struct program *program;

	if (ld->source == NULL || ld->source->programs == NULL) {
		report_error(ld, &command->at,
		    "programs are not run for this text, expected { or a "
		    "spec");
		return NULL;
	}
	if (ld->nprinted == CONF_PRINTED_MAX) {
		report_error(ld, &command->at,
		    "programs whose output names programs are nested too "
		    "deeply, expected at most %d levels",
		    CONF_PRINTED_MAX);
		return NULL;
	}
	program = program_find(ld->source->programs, command->text);
	if (program != NULL && program->done)
		return program;
	if (program != NULL || want(ld, command, file, at))
		ld->conf->pending = true;
	return NULL;
}

/* Reads the output into `b`, in a scope of its own; false: it is no body. */
static bool
read_output(struct loader *ld, struct body *b, const struct source_file *file)
{
	struct binding *bindings = ld->bindings;
	struct spec_def *specs = ld->specs;
	struct lexer lx;

	ld->nprinted++;
	b->outer_specs = specs;
	bytes_check(ld, file);
	lex_init(&lx, ld, (struct cursor){ file, 0, 1, 1 });
	parse_whole(&lx, b);
	ld->nprinted--;
	ld->bindings = bindings;
	ld->specs = specs;
	return !lx.unclosed;
}

/* Reads what came of the command; false after an error or while none did. */
static bool
apply(struct loader *ld, struct body *b, const struct token *command,
    struct use *at)
{
	struct source_file *file =
	    ARENA_NEW(&ld->conf->arena, struct source_file);
	const struct program *program;
	bool good;

	*file = (struct source_file){
		.path = label_of(ld, command->text),
		.outer = command->at.file,
	};
	at->spec = file->path;
	program = find(ld, command, file, at);
	if (program == NULL)
		return false;
	loader_work(ld, PRINTED_WORK, &command->at);
	if (program_failed(program)) {
		report_told(ld, &command->at, program->told,
		    "%s, expected it to print a specification and end with 0",
		    program->why != NULL ? program->why : "no memory");
		return false;
	}
	file->bytes = program->bytes == NULL ? "" : program->bytes;
	file->len = (uint32_t)program->len;
	ld->use = at;
	good = read_output(ld, b, file);
	ld->use = at->outer;
	return good;
}

bool
printed_apply(struct lexer *lx, struct body *b, struct use *at)
{
	struct token command = lx->tok;
	bool good;

	if (command.kind != TOKEN_WORD || command.bad) {
		parse_unexpected(lx, EXPECTED);
		return false;
	}
	good = apply(lx->ld, b, &command, at);
	lex_next(lx, LEX_WORDS);
	if (lx->tok.kind == TOKEN_WORD) {
		parse_unexpected(lx,
		    "{ or the end of the statement: the program and its "
		    "arguments are one word, in quotes");
		return false;
	}
	if (!good)
		parse_skip_statement(lx);
	return good;
}
