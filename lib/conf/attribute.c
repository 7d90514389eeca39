/* SPDX-License-Identifier: ISC */
#include <sys/resource.h>

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/capability.h"
#include "base/duration.h"
#include "base/near.h"
#include "base/units.h"
#include "conf/attribute.h"
#include "conf/cgroup.h"
#include "conf/report.h"
#include "conf/value.h"

#define UMASK_MAX 0777

/* The largest number of a limit that is not infinite. */
#define LIMIT_MAX INT64_MAX

/* Reads the words of a statement; false after an error. */
typedef bool attribute_parser(struct loader *ld, struct attributes *a,
    const struct statement *st);

/* The one word, which must not be empty, or NULL after an error. */
static const char *
one_text(struct loader *ld, const struct statement *st)
{
	const struct token *word = value_one_word(ld, st);

	if (word == NULL || word->len > 0)
		return word == NULL ? NULL : word->text;
	(void)value_fail(ld, st, word);
	return NULL;
}

static bool
parse_user(struct loader *ld, struct attributes *a, const struct statement *st)
{
	a->user = one_text(ld, st);
	return a->user != NULL;
}

static bool
parse_group(struct loader *ld, struct attributes *a, const struct statement *st)
{
	a->group = one_text(ld, st);
	return a->group != NULL;
}

/* The words, none of which may be empty or have one of `bad` in it; or NULL. */
static const char *const *
texts(struct loader *ld, const struct statement *st, const char *bad)
{
	const char **texts =
	    ARENA_ARRAY(&ld->scratch, const char *, st->nargs + 1);
	bool good = true;

	for (size_t i = 0; i < st->nargs; i++) {
		texts[i] = st->args[i].text;
		if (st->args[i].len == 0 || strpbrk(texts[i], bad) != NULL)
			good = value_fail(ld, st, &st->args[i]);
	}
	return good ? texts : NULL;
}

static bool
parse_groups(struct loader *ld, struct attributes *a,
    const struct statement *st)
{
	a->groups = texts(ld, st, "");
	return a->groups != NULL;
}

static bool
parse_umask(struct loader *ld, struct attributes *a, const struct statement *st)
{
	const struct token *word = value_one_word(ld, st);
	unsigned mask = 0;

	if (word == NULL)
		return false;
	if (word->len == 0 || strspn(word->text, "01234567") != word->len)
		return value_fail(ld, st, word);
	for (const char *at = word->text; *at != '\0'; at++) {
		mask = mask * 8 + (unsigned)(*at - '0');
		if (mask > UMASK_MAX)
			return value_fail(ld, st, word);
	}
	a->umask = mask;
	return true;
}

/* Reads an integer that may have a sign, the one word of the statement. */
static bool
parse_signed(struct loader *ld, const struct statement *st, int min, int max,
    int *value)
{
	const struct token *word = value_one_word(ld, st);
	bool negative;
	int64_t number;

	if (word == NULL)
		return false;
	negative = word->text[0] == '-';
	if (!value_integer(word->text + negative, 0, negative ? -min : max,
		&number))
		return value_fail(ld, st, word);
	*value = negative ? -(int)number : (int)number;
	return true;
}

static bool
parse_nice(struct loader *ld, struct attributes *a, const struct statement *st)
{
	return parse_signed(ld, st, -20, 19, &a->nice);
}

static bool
parse_oom_score_adj(struct loader *ld, struct attributes *a,
    const struct statement *st)
{
	int value = 0;

	if (!parse_signed(ld, st, -1000, 1000, &value))
		return false;
	snprintf(a->oom_score_adj, sizeof(a->oom_score_adj), "%d", value);
	return true;
}

static bool
parse_ioprio(struct loader *ld, struct attributes *a,
    const struct statement *st)
{
	const char *word;
	int class = 1;
	int64_t level = 0;

	if (!value_has_words(ld, st))
		return false;
	word = st->args[0].text;
	while (class <= IOPRIO_IDLE &&
	    strcmp(ioprio_text[class - 1], word) != 0)
		class ++;
	if (class > IOPRIO_IDLE)
		return value_fail_choice(ld, st, &st->args[0],
		    near_find(word, ioprio_text, IOPRIO_IDLE));
	if (class == IOPRIO_IDLE) {
		if (value_one_word(ld, st) == NULL)
			return false;
	} else if (st->nargs != 2 ||
	    !value_integer(st->args[1].text, 0, 7, &level)) {
		return value_fail(ld, st, &st->args[st->nargs - 1]);
	}
	a->ioprio = class << IOPRIO_CLASS_SHIFT | (int)level;
	return true;
}

/* Reads the number of a processor at *text and moves that behind it. */
static bool
take_cpu(const char **text, int64_t min, int64_t *cpu)
{
	size_t len = strspn(*text, "0123456789");
	char digits[8];

	if (len >= sizeof(digits))
		return false;
	memcpy(digits, *text, len);
	digits[len] = '\0';
	*text += len;
	return value_integer(digits, min, CPU_SETSIZE - 1, cpu);
}

/* Reads `0-3,8`. */
static bool
take_cpus(const char *text, cpu_set_t *cpus)
{
	int64_t first, last;

	for (;; text++) {
		if (!take_cpu(&text, 0, &first))
			return false;
		last = first;
		if (*text == '-') {
			text++;
			if (!take_cpu(&text, first, &last))
				return false;
		}
		for (; first <= last; first++)
			CPU_SET((size_t)first, cpus);
		if (*text != ',')
			return *text == '\0';
	}
}

static bool
parse_cpus(struct loader *ld, struct attributes *a, const struct statement *st)
{
	if (!value_has_words(ld, st))
		return false;
	CPU_ZERO(&a->cpus);
	for (size_t i = 0; i < st->nargs; i++)
		if (!take_cpus(st->args[i].text, &a->cpus))
			return value_fail(ld, st, &st->args[i]);
	return true;
}

/* Reads one number of a limit, in the unit of its resource. */
static bool
parse_limit_number(const char *text, enum resource_unit unit, rlim_t *limit)
{
	int64_t number = 0;
	bool good = false;

	if (strcmp(text, "unlimited") == 0 || strcmp(text, "infinity") == 0) {
		*limit = RLIM_INFINITY;
		return true;
	}
	switch (unit) {
	case RESOURCE_COUNT:
		good = value_integer(text, 0, LIMIT_MAX, &number);
		break;
	case RESOURCE_BYTES:
		good = value_size(text, LIMIT_MAX, &number);
		break;
	case RESOURCE_SECONDS:
		good = duration_parse(text, &number) && number % MS_PER_S == 0;
		number /= MS_PER_S;
		break;
	case RESOURCE_MICROSECONDS:
		good = duration_parse(text, &number);
		number *= US_PER_MS;
		break;
	}
	*limit = (rlim_t)number;
	return good;
}

/* Reports that `word` limits nothing of its resource; always false. */
static bool
fail_limit(struct loader *ld, const struct token *word,
    const struct resource *resource)
{
	static const char *const expected[] = {
		[RESOURCE_COUNT] = "a number (1024)",
		[RESOURCE_BYTES] = "a size (64K, 2G)",
		[RESOURCE_SECONDS] = "whole seconds (10, 1m)",
		[RESOURCE_MICROSECONDS] = "a duration (200ms)",
	};
	struct shown shown;

	report_error(ld, &word->at,
	    "%s is no limit of %s, expected %s, unlimited, or two of them as "
	    "SOFT:HARD",
	    show(word->text, &shown), resource->name, expected[resource->unit]);
	return false;
}

/* Reads SOFT or SOFT:HARD; one alone is both. */
static bool
parse_limit_value(struct loader *ld, const struct token *word,
    const struct resource *resource, struct rlimit *limit)
{
	const char *colon = strchr(word->text, ':');
	char soft[DURATION_TEXT_SIZE];
	struct shown shown;
	size_t len = colon != NULL ? (size_t)(colon - word->text) : word->len;

	if (len >= sizeof(soft))
		return fail_limit(ld, word, resource);
	memcpy(soft, word->text, len);
	soft[len] = '\0';
	if (!parse_limit_number(soft, resource->unit, &limit->rlim_cur) ||
	    !parse_limit_number(colon != NULL ? colon + 1 : soft,
		resource->unit, &limit->rlim_max))
		return fail_limit(ld, word, resource);
	if (limit->rlim_cur <= limit->rlim_max)
		return true;
	report_error(ld, &word->at,
	    "%s is no limit of %s, expected a soft limit that is not over the "
	    "hard one",
	    show(word->text, &shown), resource->name);
	return false;
}

/* Reports that no resource is called so; always false. */
static bool
fail_resource(struct loader *ld, const struct token *word)
{
	struct near near = near_start(word->text);
	struct shown shown;

	for (size_t i = 0; i < RESOURCES; i++)
		near_try(&near, resources[i].name);
	report_error(ld, &word->at,
	    "%s is no resource%s%s%s a name of prlimit(1) (nofile, nproc, "
	    "core, as)",
	    show(word->text, &shown),
	    near.best != NULL ? ", did you mean \"" : "",
	    near.best != NULL ? near.best : "",
	    near.best != NULL ? "\"? Expected" : ", expected");
	return false;
}

static bool
parse_limit(struct loader *ld, struct attributes *a, const struct statement *st)
{
	struct rlimit limit;

	if (!value_has_words(ld, st))
		return false;
	for (size_t i = 0; i < st->nargs; i += 2) {
		const struct token *word = &st->args[i];
		size_t which = 0;

		while (which < RESOURCES &&
		    strcmp(resources[which].name, word->text) != 0)
			which++;
		if (which == RESOURCES)
			return fail_resource(ld, word);
		if (i + 1 == st->nargs) {
			report_error(ld, &word->at,
			    "%s needs a limit, expected SOFT or SOFT:HARD",
			    word->text);
			return false;
		}
		if (!parse_limit_value(ld, &word[1], &resources[which], &limit))
			return false;
		a->limits[which] = limit;
		a->limited |= UINT32_C(1) << which;
	}
	return true;
}

/* `yes`, `no` or nothing: what is not wanted is as if it had not been said. */
static bool
parse_yes(struct loader *ld, struct attributes *a, const struct statement *st)
{
	const struct token *word;

	(void)a;
	if (st->nargs == 0)
		return true;
	word = value_one_word(ld, st);
	if (word == NULL)
		return false;
	if (strcmp(word->text, "no") == 0) {
		a->said &= ~(UINT32_C(1) << st->directive->offset);
		return true;
	}
	return strcmp(word->text, "yes") == 0 || value_fail(ld, st, word);
}

static bool
parse_capabilities(struct loader *ld, struct attributes *a,
    const struct statement *st)
{
	a->capabilities = 0;
	for (size_t i = 0; i < st->nargs; i++) {
		const struct token *word = &st->args[i];
		int number = capability_number(word->text);

		if (number < 0)
			return value_fail_choice(ld, st, word,
			    near_find(word->text, capability_names,
				CAPABILITIES));
		a->capabilities |= UINT64_C(1) << number;
	}
	return true;
}

static bool
parse_chroot(struct loader *ld, struct attributes *a,
    const struct statement *st)
{
	a->chroot = one_text(ld, st);
	return a->chroot != NULL;
}

static bool
parse_env_file(struct loader *ld, struct attributes *a,
    const struct statement *st)
{
	struct env_file *files;

	if (!value_has_words(ld, st))
		return false;
	if (st->args[0].len == 0)
		return value_fail(ld, st, &st->args[0]);
	if (st->nargs > 2 ||
	    (st->nargs == 2 && strcmp(st->args[1].text, "optional") != 0))
		return value_fail(ld, st, &st->args[st->nargs - 1]);
	files = ARENA_ARRAY(&ld->scratch, struct env_file, a->nenv_files + 1);
	for (size_t i = 0; i < a->nenv_files; i++)
		files[i] = a->env_files[i];
	files[a->nenv_files++] =
	    (struct env_file){ st->args[0].text, st->nargs == 2 };
	a->env_files = files;
	return true;
}

static bool
parse_env_clear(struct loader *ld, struct attributes *a,
    const struct statement *st)
{
	a->env_keep = texts(ld, st, "=");
	return a->env_keep != NULL;
}

static bool
parse_stdin(struct loader *ld, struct attributes *a, const struct statement *st)
{
	size_t input = 0;

	if (!value_has_words(ld, st))
		return false;
	while (input <= INPUT_FILE &&
	    strcmp(input_text[input], st->args[0].text) != 0)
		input++;
	if (input > INPUT_FILE)
		return value_fail_choice(ld, st, &st->args[0],
		    near_find(st->args[0].text, input_text, INPUT_FILE + 1));
	if (input == INPUT_FILE) {
		if (st->nargs != 2 || st->args[1].len == 0)
			return value_fail(ld, st, &st->args[st->nargs - 1]);
	} else if (value_one_word(ld, st) == NULL) {
		return false;
	}
	a->input = (enum input)input;
	a->input_path = input == INPUT_FILE ? st->args[1].text : NULL;
	return true;
}

static attribute_parser *const parsers[ATTRIBUTES_COUNT] = {
	[ATTRIBUTE_USER] = parse_user,
	[ATTRIBUTE_GROUP] = parse_group,
	[ATTRIBUTE_GROUPS] = parse_groups,
	[ATTRIBUTE_UMASK] = parse_umask,
	[ATTRIBUTE_NICE] = parse_nice,
	[ATTRIBUTE_OOM_SCORE_ADJ] = parse_oom_score_adj,
	[ATTRIBUTE_IOPRIO] = parse_ioprio,
	[ATTRIBUTE_CPUS] = parse_cpus,
	[ATTRIBUTE_LIMIT] = parse_limit,
	[ATTRIBUTE_MEMORY] = cgroup_parse_limits,
	[ATTRIBUTE_PIDS] = cgroup_parse_limits,
	[ATTRIBUTE_CPU] = cgroup_parse_limits,
	[ATTRIBUTE_NO_NEW_PRIVILEGES] = parse_yes,
	[ATTRIBUTE_CAPABILITIES] = parse_capabilities,
	[ATTRIBUTE_CHROOT] = parse_chroot,
	[ATTRIBUTE_PRIVATE_TMP] = parse_yes,
	[ATTRIBUTE_ENV_FILE] = parse_env_file,
	[ATTRIBUTE_ENV_CLEAR] = parse_env_clear,
	[ATTRIBUTE_STDIN] = parse_stdin,
};

bool
attribute_parse(struct loader *ld, struct body *b, const struct statement *st)
{
	size_t attribute = st->directive->offset;
	struct attributes *a = b->attributes;

	assert(attribute < ATTRIBUTES_COUNT);
	if (a == NULL)
		a = b->attributes = ARENA_NEW(&ld->scratch, struct attributes);
	a->said |= UINT32_C(1) << attribute;
	return parsers[attribute](ld, a, st);
}
