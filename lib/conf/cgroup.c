/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/near.h"
#include "conf/cgroup.h"
#include "conf/value.h"

/* The longest number before a `%`, its NUL included. */
#define DIGITS_SIZE 12

static enum cgroup_controller
controller_of(const struct directive *d)
{
	return (enum cgroup_controller)(d->offset - ATTRIBUTE_MEMORY);
}

bool
cgroup_parse(struct loader *ld, struct body *b, const struct statement *st)
{
	const struct token *word;

	b->cgroup = CGROUP_YES;
	if (st->nargs == 0)
		return true;
	word = value_one_word(ld, st);
	if (word == NULL)
		return false;
	if (strcmp(word->text, "no") == 0)
		b->cgroup = NULL;
	else if (*word->text == '/')
		b->cgroup = word->text;
	else if (strcmp(word->text, CGROUP_YES) != 0)
		return value_fail(ld, st, word);
	return true;
}

static bool
parse_value(const char *text, const struct cgroup_limit *limit, int64_t *value)
{
	size_t len = strlen(text);
	char digits[DIGITS_SIZE];

	if (limit->usual == CGROUP_INFINITY &&
	    (strcmp(text, "infinity") == 0 || strcmp(text, "unlimited") == 0)) {
		*value = CGROUP_INFINITY;
		return true;
	}
	switch (limit->unit) {
	case CGROUP_BYTES:
		/* No program can do without any memory, but without swap. */
		return value_size(text, limit->max, value) &&
		    (*value > 0 || strcmp(limit->word, "swap") == 0);
	case CGROUP_COUNT:
	case CGROUP_WEIGHT:
		return value_integer(text, 1, limit->max, value);
	case CGROUP_PERCENT:
		break;
	}
	if (len < 2 || len > sizeof(digits) || text[len - 1] != '%')
		return false;
	memcpy(digits, text, len - 1);
	digits[len - 1] = '\0';
	return value_integer(digits, 1, limit->max, value);
}

/* The limit of the controller that has this word before it, or -1. */
static int
find_limit(enum cgroup_controller controller, const char *word)
{
	for (int i = 0; i < CGROUP_LIMITS; i++)
		if (cgroup_limits[i].controller == controller &&
		    strcmp(cgroup_limits[i].word, word) == 0)
			return i;
	return -1;
}

/* Nothing is said of the controller any more. */
static void
forget(struct cgroup_said *said, enum cgroup_controller controller)
{
	for (int i = 0; i < CGROUP_LIMITS; i++)
		if (cgroup_limits[i].controller == controller) {
			said->bits &= ~(UINT32_C(1) << i);
			said->values[i] = 0;
		}
}

bool
cgroup_parse_limits(struct loader *ld, struct attributes *a,
    const struct statement *st)
{
	enum cgroup_controller controller = controller_of(st->directive);
	struct cgroup_said *said = &a->cgroup;

	if (!value_has_words(ld, st))
		return false;
	forget(said, controller);
	for (size_t i = 0; i < st->nargs; i++) {
		int which = find_limit(controller, st->args[i].text);

		if (which < 0 && i == 0)
			which = find_limit(controller, "");
		else if (which >= 0 && i + 1 < st->nargs)
			i++;
		else
			return value_fail(ld, st, &st->args[i]);
		if (!parse_value(st->args[i].text, &cgroup_limits[which],
			&said->values[which]))
			return value_fail(ld, st, &st->args[i]);
		said->bits |= UINT32_C(1) << which;
	}
	return true;
}

static void
print_value(const struct printer *p, const struct cgroup_limit *limit,
    int64_t value)
{
	char size[VALUE_SIZE_TEXT];

	if (value == CGROUP_INFINITY) {
		print_text(p, "infinity");
	} else if (limit->unit == CGROUP_BYTES) {
		print_text(p, value_size_text(value, size));
	} else {
		print_number(p, value);
		print_text(p, limit->unit == CGROUP_PERCENT ? "%" : "");
	}
}

void
cgroup_print_limits(const struct printer *p, const struct directive *d,
    const struct attributes *a)
{
	const char *blank = "";

	for (int i = 0; i < CGROUP_LIMITS; i++) {
		const struct cgroup_limit *limit = &cgroup_limits[i];

		if (limit->controller != controller_of(d) ||
		    (a->cgroup.bits >> i & 1) == 0)
			continue;
		print_text(p, blank);
		print_text(p, limit->word);
		print_text(p, *limit->word != '\0' ? " " : "");
		print_value(p, limit, a->cgroup.values[i]);
		blank = " ";
	}
}
