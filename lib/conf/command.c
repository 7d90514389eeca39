/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/near.h"
#include "base/pattern.h"
#include "conf/command.h"
#include "conf/init.h"
#include "conf/report.h"
#include "conf/value.h"

/* Makes argv of `nfirst` fixed words and those of the statement, and NULL. */
static const char **
make_argv(struct loader *ld, const struct statement *st,
    const char *const *first, size_t nfirst)
{
	size_t n = nfirst + st->nargs;
	const char **argv = ARENA_ARRAY(&ld->scratch, const char *, n + 1);

	for (size_t i = 0; i < nfirst; i++)
		argv[i] = first[i];
	for (size_t i = 0; i < st->nargs; i++)
		argv[nfirst + i] = st->args[i].text;
	argv[n] = NULL;
	return argv;
}

static bool
has_program(struct loader *ld, const struct statement *st)
{
	if (!value_has_words(ld, st))
		return false;
	return st->args[0].len > 0 || value_fail(ld, st, &st->args[0]);
}

bool
command_parse(struct loader *ld, struct body *b, const struct statement *st)
{
	if (!has_program(ld, st))
		return false;
	b->argv = make_argv(ld, st, NULL, 0);
	b->argc = st->nargs;
	return true;
}

/* The action of `catch`, and the words behind it. */
static bool
take_action(struct loader *ld, const struct statement *st,
    struct catch_rule *rule)
{
	const struct directive *d = st->directive;
	const struct token *word = &st->args[1];
	const struct statement command = {
		.directive = d,
		.args = st->args + 2,
		.nargs = st->nargs - 2,
	};
	unsigned action = 0;

	while (action < d->nwords && strcmp(d->words[action], word->text) != 0)
		action++;
	if (action == d->nwords)
		return value_fail_choice(ld, st, word,
		    near_find(word->text, d->words, d->nwords));
	rule->action = (enum catch_action)action;
	if (rule->action != CATCH_RUN)
		return st->nargs == 2 || value_fail(ld, st, &st->args[2]);
	if (st->nargs == 2 || st->args[2].len == 0) {
		report_error(ld, &st->args[st->nargs > 2 ? 2 : 1].at,
		    "run has nothing to run, expected a program and its "
		    "arguments");
		return false;
	}
	rule->command = make_argv(ld, &command, NULL, 0);
	return true;
}

bool
command_parse_catch(struct loader *ld, struct body *b,
    const struct statement *st)
{
	struct catch_rule rule = { .command = NULL };
	struct pattern_error error;
	const struct token *pattern = &st->args[0];
	struct shown shown;
	const char *above;

	if (!value_has_words(ld, st))
		return false;
	if (!pattern_check(pattern->text, &error)) {
		report_error(ld, &pattern->at, "%s", error.message);
		return false;
	}
	if (st->nargs == 1) {
		report_error(ld, &pattern->at,
		    "nothing is said to do for %s, expected restart, stop, "
		    "ignore, escalate or run and a program behind it",
		    show(pattern->text, &shown));
		return false;
	}
	rule.pattern = pattern->text;
	if (!take_action(ld, st, &rule))
		return false;
	above = body_catches(b, rule.pattern);
	if (above != NULL)
		report_warning(ld, &pattern->at,
		    "this line can never decide, since catch %s before it "
		    "does; expected the wider one behind",
		    show(above, &shown));
	body_add_catch(ld, b, &rule);
	return true;
}

bool
command_parse_hook(struct loader *ld, struct body *b,
    const struct statement *st)
{
	char *field = (char *)&b->hooks + st->directive->offset;

	if (!has_program(ld, st))
		return false;
	*(const char *const **)(void *)field = make_argv(ld, st, NULL, 0);
	return b->policy.kind == KIND_WORKER || init_see(ld, b, st);
}

bool
command_parse_shell(struct loader *ld, struct body *b,
    const struct statement *st)
{
	static const char *const shell[] = { "/bin/sh", "-c" };

	if (value_one_word(ld, st) == NULL)
		return false;
	b->argv = make_argv(ld, st, shell, 2);
	b->argc = st->nargs + 2;
	return true;
}
