/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/near.h"
#include "conf/parse.h"
#include "conf/report.h"
#include "conf/template.h"

/* Reads the default of a parameter behind the `=`; false after an error. */
static bool
parse_default(struct lexer *lx, struct param *param)
{
	lex_next(lx, LEX_ARGUMENT);
	if (lx->tok.kind != TOKEN_WORD || lx->tok.bad) {
		parse_unexpected(lx, "the default of the parameter");
		return false;
	}
	param->value = lx->tok.text;
	lex_next(lx, LEX_HEADER);
	return true;
}

static bool
parse_param(struct lexer *lx, struct param *param)
{
	if (lx->tok.kind != TOKEN_WORD || lx->tok.bad ||
	    !scope_is_variable(lx->tok.text)) {
		parse_unexpected(lx,
		    "the name of a parameter (letters, digits and _)");
		return false;
	}
	*param = (struct param){ .name = lx->tok.text };
	lex_next(lx, LEX_HEADER);
	return !lex_is(lx, '=') || parse_default(lx, param);
}

/* Whether the last of the parameters may stand behind the others. */
static bool
check_param(struct loader *ld, const struct spec_def *def,
    const struct param *last, const struct spot *at)
{
	for (size_t i = 0; i < def->nparams; i++) {
		if (strcmp(def->params[i].name, last->name) != 0)
			continue;
		report_error(ld, at,
		    "a second parameter \"%.64s\", expected another name",
		    last->name);
		return false;
	}
	if (last->value == NULL && def->nparams > def->nrequired) {
		report_error(ld, at,
		    "parameter \"%.64s\" has no default but the one before "
		    "it has, expected those without a default first",
		    last->name);
		return false;
	}
	return true;
}

/* Reads the parameters from the `(` on; false after an error. */
static bool
parse_params(struct lexer *lx, struct spec_def *def)
{
	struct param *params =
	    ARENA_ARRAY(&lx->ld->scratch, struct param, CONF_PARAMS_MAX);

	def->params = params;
	lex_next(lx, LEX_HEADER);
	while (!lex_is(lx, ')') || def->nparams > 0) {
		struct spot at = lx->tok.at;

		if (def->nparams == CONF_PARAMS_MAX) {
			parse_unexpected(lx, "at most 64 parameters");
			return false;
		}
		if (!parse_param(lx, &params[def->nparams]))
			return false;
		if (check_param(lx->ld, def, &params[def->nparams], &at)) {
			def->nrequired += params[def->nparams].value == NULL;
			def->nparams++;
		}
		if (lex_is(lx, ')'))
			break;
		if (!lex_is(lx, ',')) {
			parse_unexpected(lx, ", or )");
			return false;
		}
		lex_next(lx, LEX_HEADER);
	}
	lex_next(lx, LEX_HEADER);
	return true;
}

/* Reports a definition of a name that this block has defined already. */
static void
check_unique(struct loader *ld, const struct body *b,
    const struct spec_def *def)
{
	const struct spec_def *other = scope_spec(ld, def->name, &def->at);

	for (const struct spec_def *s = ld->specs;
	     other != NULL && s != b->outer_specs; s = s->outer) {
		if (s != other)
			continue;
		report_error(ld, &def->at,
		    "a second spec is named \"%.64s\", expected another "
		    "name; the first is at %s:%" PRIu32,
		    def->name, other->at.file->path, other->at.line);
		return;
	}
}

void
template_define(struct lexer *lx, struct body *b)
{
	struct loader *ld = lx->ld;
	struct spec_def *def = ARENA_NEW(&ld->scratch, struct spec_def);

	lex_next(lx, LEX_HEADER);
	if (lx->tok.kind != TOKEN_WORD) {
		parse_unexpected(lx, "the name of the spec");
		return;
	}
	if (!parse_name(lx, "spec")) {
		parse_skip_statement(lx);
		return;
	}
	def->name = lx->tok.text;
	def->at = lx->tok.at;
	lex_next(lx, LEX_HEADER);
	if (lex_is(lx, '(') && !parse_params(lx, def))
		return;
	if (lx->tok.kind != TOKEN_OPEN) {
		parse_unexpected(lx, "( or {");
		return;
	}
	def->open = lx->tok.at;
	def->body = lx->pos;
	def->bindings = ld->bindings;
	parse_skip_block(lx);
	def->end = lx->pos.offset;
	check_unique(ld, b, def);
	def->outer = ld->specs;
	ld->specs = def;
	parse_end(lx);
}

/* Reports a spec that is not there, or `def`, that is not there yet. */
static void
report_no_spec(struct lexer *lx, const struct spec_def *def)
{
	struct near near = near_start(lx->tok.text);
	struct shown shown;

	for (struct spec_def *s = lx->ld->specs; s != NULL; s = s->outer)
		near_try(&near, s->name);
	show(lx->tok.text, &shown);
	if (def != NULL)
		report_error(lx->ld, &lx->tok.at,
		    "spec %s uses itself, which would never end; expected "
		    "another one",
		    shown.text);
	else if (near.best != NULL)
		report_error(lx->ld, &lx->tok.at,
		    "there is no spec %s, did you mean \"%.64s\"?", shown.text,
		    near.best);
	else
		report_error(lx->ld, &lx->tok.at,
		    "there is no spec %s, expected one that is defined "
		    "before this line",
		    shown.text);
}

/* Reads the arguments from the `(` on; false after an error. */
static bool
parse_args(struct lexer *lx, struct template_use *use, size_t *nargs)
{
	bool good = true;

	lex_next(lx, LEX_ARGUMENT);
	while (!lex_is(lx, ')') || *nargs > 0) {
		if (lx->tok.kind != TOKEN_WORD) {
			parse_unexpected(lx, "an argument");
			return false;
		}
		good = good && !lx->tok.bad;
		if (*nargs < use->def->nparams)
			use->args[*nargs] = lx->tok.text;
		++*nargs;
		lex_next(lx, LEX_ARGUMENT);
		if (lex_is(lx, ')'))
			break;
		if (!lex_is(lx, ',')) {
			parse_unexpected(lx, ", or ) (blanks in quotes)");
			return false;
		}
		lex_next(lx, LEX_ARGUMENT);
	}
	lex_next(lx, LEX_WORDS);
	if (!good)
		parse_skip_statement(lx);
	return good;
}

/* Whether the spec takes so many arguments; else an error at `at`. */
static bool
check_count(struct loader *ld, const struct spec_def *def, size_t nargs,
    const struct spot *at)
{
	char expected[64];

	if (nargs >= def->nrequired && nargs <= def->nparams)
		return true;
	if (def->nrequired == def->nparams)
		snprintf(expected, sizeof(expected), "%zu", def->nparams);
	else
		snprintf(expected, sizeof(expected), "%zu to %zu",
		    def->nrequired, def->nparams);
	report_error(ld, at, "spec \"%.64s\" with %zu argument%s, expected %s",
	    def->name, nargs, nargs == 1 ? "" : "s", expected);
	return false;
}

bool
template_parse_use(struct lexer *lx, struct template_use *use)
{
	struct loader *ld = lx->ld;
	struct spot at = lx->tok.at;
	size_t nargs = 0;

	if (lx->tok.kind != TOKEN_WORD || lx->tok.bad) {
		parse_unexpected(lx, "the name of a spec");
		return false;
	}
	use->def = scope_spec(ld, lx->tok.text, &at);
	if (use->def == NULL || use->def->active) {
		report_no_spec(lx, use->def);
		parse_skip_statement(lx);
		return false;
	}
	use->args = ARENA_ARRAY(&ld->scratch, const char *, use->def->nparams);
	for (size_t i = 0; i < use->def->nparams; i++)
		use->args[i] = use->def->params[i].value;
	lex_next(lx, LEX_HEADER);
	use->has_arguments = lex_is(lx, '(');
	if (use->has_arguments && !parse_args(lx, use, &nargs))
		return false;
	if (check_count(ld, use->def, nargs, &at))
		return true;
	parse_skip_statement(lx);
	return false;
}

void
template_apply(struct loader *ld, struct body *b,
    const struct template_use *use)
{
	struct spec_def *def = use->def;
	struct binding *bindings = ld->bindings;
	struct spec_def *specs = ld->specs;
	struct binding *instance = NULL;
	struct lexer lx;

	ld->bindings = def->bindings;
	ld->specs = def;
	if (use->instance != NULL)
		instance =
		    scope_bind(ld, use->instance->name, use->instance->value);
	for (size_t i = 0; i < def->nparams; i++)
		scope_bind(ld, def->params[i].name, use->args[i]);
	def->active = true;
	lex_init(&lx, ld, def->body);
	parse_block(&lx, b, def->open);
	def->active = false;
	if (instance != NULL)
		use->instance->used |= instance->used;
	ld->bindings = bindings;
	ld->specs = specs;
}
