/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/duration.h"
#include "base/near.h"
#include "base/signal_name.h"
#include "conf/attribute.h"
#include "conf/cgroup.h"
#include "conf/command.h"
#include "conf/link.h"
#include "conf/listen.h"
#include "conf/log.h"
#include "conf/ready.h"
#include "conf/report.h"
#include "conf/value.h"

/* The longest duration in a range, MIN..MAX. */
#define DURATION_WORD_MAX 32

/* Of sizes; each is 1024 times the one before. */
static const char size_units[] = "KMGT";

typedef bool
value_parser(struct loader *ld, struct body *b, const struct statement *st);

bool
value_integer(const char *text, int64_t min, int64_t max, int64_t *value)
{
	size_t len = strspn(text, "0123456789");
	int64_t number = 0;

	if (len == 0 || text[len] != '\0')
		return false;
	for (; *text != '\0'; text++) {
		int digit = *text - '0';

		if (number > (max - digit) / 10)
			return false;
		number = number * 10 + digit;
	}
	if (number < min || number > max)
		return false;
	*value = number;
	return true;
}

bool
value_size(const char *text, int64_t max, int64_t *bytes)
{
	size_t len = strspn(text, "0123456789");
	const char *unit = strchr(size_units, text[len]);
	char digits[VALUE_SIZE_TEXT];
	int shift = 0;

	if (len >= sizeof(digits) || unit == NULL ||
	    (text[len] != '\0' && text[len + 1] != '\0'))
		return false;
	if (text[len] != '\0')
		shift = 10 * (int)(unit - size_units + 1);
	memcpy(digits, text, len);
	digits[len] = '\0';
	if (!value_integer(digits, 0, max >> shift, bytes))
		return false;
	*bytes <<= shift;
	return true;
}

const char *
value_size_text(int64_t bytes, char text[static VALUE_SIZE_TEXT])
{
	size_t unit = 0;

	while (size_units[unit] != '\0' && bytes != 0 && bytes % 1024 == 0) {
		bytes /= 1024;
		unit++;
	}
	snprintf(text, VALUE_SIZE_TEXT, "%" PRId64 "%.*s", bytes, unit > 0,
	    unit > 0 ? &size_units[unit - 1] : "");
	return text;
}

/* Puts `size` bytes into the field of the policy that the row names. */
static bool
store(struct body *b, const struct directive *d, const void *value, size_t size)
{
	assert(d->offset + size <= sizeof(b->policy));
	memcpy((unsigned char *)&b->policy + d->offset, value, size);
	return true;
}

bool
value_fail(struct loader *ld, const struct statement *st,
    const struct token *word)
{
	struct shown shown;

	report_error(ld, &word->at, "%s is no value of %s, expected %s",
	    show(word->text, &shown), st->directive->name,
	    st->directive->expected);
	return false;
}

bool
value_fail_choice(struct loader *ld, const struct statement *st,
    const struct token *word, const char *near)
{
	struct shown shown;

	if (near == NULL || strcmp(near, word->text) == 0)
		return value_fail(ld, st, word);
	report_error(ld, &word->at,
	    "%s is no value of %s, did you mean \"%s\"? Expected %s",
	    show(word->text, &shown), st->directive->name, near,
	    st->directive->expected);
	return false;
}

bool
value_has_words(struct loader *ld, const struct statement *st)
{
	if (st->nargs > 0)
		return true;
	report_error(ld, &st->at, "%s needs a value, expected %s",
	    st->directive->name, st->directive->expected);
	return false;
}

const struct token *
value_one_word(struct loader *ld, const struct statement *st)
{
	struct shown shown;

	if (!value_has_words(ld, st))
		return NULL;
	if (st->nargs == 1)
		return &st->args[0];
	report_error(ld, &st->args[1].at,
	    "%s is one word too many for %s, expected %s",
	    show(st->args[1].text, &shown), st->directive->name,
	    st->directive->expected);
	return NULL;
}

static bool
parse_choice(struct loader *ld, struct body *b, const struct statement *st)
{
	const struct directive *d = st->directive;
	const struct token *word = value_one_word(ld, st);

	if (word == NULL)
		return false;
	for (unsigned i = 0; i < d->nwords; i++)
		if (strcmp(d->words[i], word->text) == 0)
			return store(b, d, &i, sizeof(i));
	return value_fail_choice(ld, st, word,
	    near_find(word->text, d->words, d->nwords));
}

/* Why the limits of restarts are numbers; always false. */
static bool
fail_infinity(struct loader *ld, const struct statement *st,
    const struct token *word)
{
	report_error(ld, &word->at,
	    "%s cannot be infinity: a supervisor that never gives up hides "
	    "what is wrong from those above it, expected %s",
	    st->directive->name, st->directive->expected);
	return false;
}

static bool
parse_count(struct loader *ld, struct body *b, const struct statement *st)
{
	const struct directive *d = st->directive;
	const struct token *word = value_one_word(ld, st);
	int64_t number;
	uint32_t count;

	if (word == NULL)
		return false;
	if (strcmp(word->text, "infinity") == 0) {
		if (d->type != DIRECTIVE_LIMIT)
			return fail_infinity(ld, st, word);
		count = MAX_CHILDREN_INFINITY;
	} else {
		if (!value_integer(word->text, d->min, d->max, &number))
			return value_fail(ld, st, word);
		count = (uint32_t)number;
	}
	return store(b, d, &count, sizeof(count));
}

static bool
parse_seconds(struct loader *ld, struct body *b, const struct statement *st)
{
	const struct directive *d = st->directive;
	const struct token *word = value_one_word(ld, st);
	int64_t ms, seconds;

	if (word == NULL)
		return false;
	if (strcmp(word->text, "infinity") == 0)
		return fail_infinity(ld, st, word);
	if (!duration_parse(word->text, &ms) || ms % 1000 != 0)
		return value_fail(ld, st, word);
	seconds = ms / 1000;
	if (seconds < d->min || seconds > d->max)
		return value_fail(ld, st, word);
	return store(b, d, &seconds, sizeof(seconds));
}

static bool
parse_yes(struct loader *ld, struct body *b, const struct statement *st)
{
	const struct token *word;
	bool yes = true;

	if (st->nargs > 0) {
		word = value_one_word(ld, st);
		if (word == NULL)
			return false;
		yes = strcmp(word->text, "yes") == 0;
		if (!yes && strcmp(word->text, "no") != 0)
			return value_fail(ld, st, word);
	}
	return store(b, st->directive, &yes, sizeof(yes));
}

static bool
parse_shutdown(struct loader *ld, struct body *b, const struct statement *st)
{
	static const char *const words[] = { "brutal_kill", "infinity" };
	const struct token *word = value_one_word(ld, st);
	int64_t ms;

	if (word == NULL)
		return false;
	if (strcmp(word->text, "infinity") == 0)
		ms = SHUTDOWN_INFINITY;
	else if (strcmp(word->text, "brutal_kill") == 0)
		ms = SHUTDOWN_BRUTAL_KILL;
	else if (!duration_parse(word->text, &ms))
		return value_fail_choice(ld, st, word,
		    near_find(word->text, words, 2));
	return store(b, st->directive, &ms, sizeof(ms));
}

static bool
parse_timeout(struct loader *ld, struct body *b, const struct statement *st)
{
	const struct token *word = value_one_word(ld, st);
	int64_t ms;

	if (word == NULL)
		return false;
	if (st->directive->type == DIRECTIVE_TIMEOUT &&
	    strcmp(word->text, "infinity") == 0)
		ms = START_TIMEOUT_NONE;
	else if (!duration_parse(word->text, &ms) || ms == 0)
		return value_fail(ld, st, word);
	return store(b, st->directive, &ms, sizeof(ms));
}

static const char *
near_signal(const char *text)
{
	bool prefixed =
	    strncmp(text, "SIG", 3) == 0 || strncmp(text, "sig", 3) == 0;
	struct near near = near_start(prefixed ? text + 3 : text);
	const char *name;

	for (unsigned i = 0; (name = signal_known(i)) != NULL; i++)
		near_try(&near, name);
	return near.best;
}

static bool
parse_signal(struct loader *ld, struct body *b, const struct statement *st)
{
	const struct token *word = value_one_word(ld, st);
	int signo;

	if (word == NULL)
		return false;
	signo = signal_number(word->text);
	if (signo == SIGKILL || signo == SIGSTOP) {
		report_error(ld, &word->at,
		    signo == SIGKILL ?
			"stop_signal KILL cannot be caught, expected "
			"`shutdown brutal_kill` instead" :
			"stop_signal STOP ends nothing, expected a signal "
			"that asks the program to end");
		return false;
	}
	if (signo < 0)
		return value_fail_choice(ld, st, word, near_signal(word->text));
	return store(b, st->directive, &signo, sizeof(signo));
}

/* Reads `75` or `70-78`. */
static bool
parse_range(const char *text, int64_t *first, int64_t *last)
{
	char from[4] = "";
	size_t len = strspn(text, "0123456789");

	if (text[len] == '\0') {
		if (!value_integer(text, 0, 255, first))
			return false;
		*last = *first;
		return true;
	}
	if (text[len] != '-' || len >= sizeof(from))
		return false;
	memcpy(from, text, len);
	return value_integer(from, 0, 255, first) &&
	    value_integer(text + len + 1, *first, 255, last);
}

static bool
parse_statuses(struct loader *ld, struct body *b, const struct statement *st)
{
	struct status_set set;
	int64_t first, last;
	bool good = value_has_words(ld, st);

	memcpy(&set, (unsigned char *)&b->policy + st->directive->offset,
	    sizeof(set));
	for (size_t i = 0; i < st->nargs; i++) {
		if (!parse_range(st->args[i].text, &first, &last)) {
			good = value_fail(ld, st, &st->args[i]);
			continue;
		}
		for (; first <= last; first++)
			status_set_add(&set, (int)first);
	}
	return store(b, st->directive, &set, sizeof(set)) && good;
}

static bool
parse_backoff(struct loader *ld, struct body *b, const struct statement *st)
{
	struct worker_policy *worker = &b->policy.worker;
	const struct token *word = value_one_word(ld, st);
	char text[DURATION_WORD_MAX + 1];
	struct shown shown;
	const char *dots;
	int64_t min, max;

	if (word == NULL)
		return false;
	dots = strstr(word->text, "..");
	if (dots == NULL)
		dots = word->text + word->len;
	if (dots - word->text > DURATION_WORD_MAX)
		return value_fail(ld, st, word);
	memcpy(text, word->text, (size_t)(dots - word->text));
	text[dots - word->text] = '\0';
	if (!duration_parse(text, &min) ||
	    !duration_parse(*dots == '\0' ? text : dots + 2, &max))
		return value_fail(ld, st, word);
	if (min > max || (min == 0 && max > 0)) {
		report_error(ld, &word->at,
		    "%s is no value of backoff, expected the first delay "
		    "over 0 and not over the largest",
		    show(word->text, &shown));
		return false;
	}
	worker->backoff_min_ms = min;
	worker->backoff_max_ms = max;
	return true;
}

static bool
parse_path(struct loader *ld, struct body *b, const struct statement *st)
{
	const struct token *word = value_one_word(ld, st);

	if (word == NULL)
		return false;
	if (word->len == 0)
		return value_fail(ld, st, word);
	b->cwd = word->text;
	return true;
}

/* Adds NAME VALUE, as NAME=VALUE. */
static bool
add_pair(struct loader *ld, struct body *b, const struct statement *st)
{
	const struct token *name = &st->args[0], *value = &st->args[1];
	size_t size = name->len + 1 + value->len + 1;
	char *text = arena_alloc(&ld->scratch, size, 1);

	snprintf(text, size, "%s=%s", name->text, value->text);
	body_add_env(ld, b, text);
	return true;
}

static bool
parse_env(struct loader *ld, struct body *b, const struct statement *st)
{
	if (!value_has_words(ld, st))
		return false;
	if (st->nargs == 2 && st->args[0].len > 0 &&
	    strchr(st->args[0].text, '=') == NULL)
		return add_pair(ld, b, st);
	for (size_t i = 0; i < st->nargs; i++) {
		const char *text = st->args[i].text;

		if (strchr(text, '=') == NULL || *text == '=')
			return value_fail(ld, st, &st->args[i]);
		body_add_env(ld, b, text);
	}
	return true;
}

static bool
parse_link(struct loader *ld, struct body *b, const struct statement *st)
{
	if (!value_has_words(ld, st))
		return false;
	link_add(ld, b, st);
	return true;
}

/* By type; NULL for those that are more than a value. */
static value_parser *const parsers[DIRECTIVE_NTYPES] = {
	[DIRECTIVE_CHOICE] = parse_choice,
	[DIRECTIVE_COUNT] = parse_count,
	[DIRECTIVE_LIMIT] = parse_count,
	[DIRECTIVE_SECONDS] = parse_seconds,
	[DIRECTIVE_YES] = parse_yes,
	[DIRECTIVE_SHUTDOWN] = parse_shutdown,
	[DIRECTIVE_TIMEOUT] = parse_timeout,
	[DIRECTIVE_SIGNAL] = parse_signal,
	[DIRECTIVE_STATUSES] = parse_statuses,
	[DIRECTIVE_DURATION] = parse_timeout,
	[DIRECTIVE_READY] = ready_parse,
	[DIRECTIVE_ALIVE] = alive_parse,
	[DIRECTIVE_BACKOFF] = parse_backoff,
	[DIRECTIVE_COMMAND] = command_parse,
	[DIRECTIVE_SHELL] = command_parse_shell,
	[DIRECTIVE_HOOK] = command_parse_hook,
	[DIRECTIVE_CATCH] = command_parse_catch,
	[DIRECTIVE_PATH] = parse_path,
	[DIRECTIVE_ENV] = parse_env,
	[DIRECTIVE_LINK] = parse_link,
	[DIRECTIVE_LOG] = log_parse,
	[DIRECTIVE_LISTEN] = listen_parse,
	[DIRECTIVE_ATTRIBUTE] = attribute_parse,
	[DIRECTIVE_CGROUP] = cgroup_parse,
};

bool
value_parse(struct loader *ld, struct body *b, const struct statement *st)
{
	value_parser *parse = parsers[st->directive->type];

	assert(parse != NULL);
	return parse(ld, b, st);
}
