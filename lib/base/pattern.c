/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/errno_name.h"
#include "base/near.h"
#include "base/pattern.h"
#include "base/signal_name.h"

/* What the value of a reason is. */
enum value {
	VALUE_NONE,   /* it has none, or none that a pattern can tell */
	VALUE_STATUS, /* an exit status */
	VALUE_SIGNAL, /* by name or number, but SIGKILL */
	VALUE_ERROR,  /* the name of an error number */
	VALUE_TEXT,   /* anything */
};

static const struct kind {
	const char *name;
	enum value value;
	const char *example; /* what a pattern of this kind can say */
} kinds[] = {
	{ "exit", VALUE_STATUS, "exit:1, exit:64-78 or exit:*" },
	{ "signal", VALUE_SIGNAL, "signal:SEGV,BUS or signal:*" },
	{ "start", VALUE_ERROR, "start:ENOENT or start:*" },
	{ "throw", VALUE_TEXT, "throw:full, throw:disk* or throw:*" },
	{ "killed", VALUE_NONE, NULL },
	{ "shutdown", VALUE_NONE, NULL },
	{ "timeout", VALUE_NONE, NULL },
	{ "unhealthy", VALUE_NONE, NULL },
	{ "noproc", VALUE_NONE, NULL },
	{ "reached_max_restart_intensity", VALUE_NONE, NULL },
};
#define NKINDS (sizeof(kinds) / sizeof(kinds[0]))

/* The largest exit status. */
#define STATUS_MAX 255

/* A part of a pattern or a reason. */
struct piece {
	const char *at;
	size_t len;
};

/* The part of `text` up to one of `ends`. */
static struct piece
piece_of(const char *text, const char *ends)
{
	return (struct piece){ .at = text, .len = strcspn(text, ends) };
}

static bool
is_word(struct piece piece, const char *word)
{
	return strncmp(piece.at, word, piece.len) == 0 &&
	    word[piece.len] == '\0';
}

static const struct kind *
find_kind(struct piece name)
{
	for (size_t i = 0; i < NKINDS; i++)
		if (is_word(name, kinds[i].name))
			return &kinds[i];
	return NULL;
}

/* Takes a status off the start of *piece; -1: there is none. */
static int
take_status(struct piece *piece)
{
	int status = 0;
	size_t n = 0;

	for (; n < piece->len && piece->at[n] >= '0' && piece->at[n] <= '9';
	     n++) {
		status = status * 10 + (piece->at[n] - '0');
		if (status > STATUS_MAX)
			return -1;
	}
	piece->at += n;
	piece->len -= n;
	return n == 0 ? -1 : status;
}

/* Reads `75` or `64-78`; false if it is neither. */
static bool
read_range(struct piece item, int *first, int *last)
{
	*first = *last = take_status(&item);
	if (item.len > 0 && *item.at == '-') {
		item.at++;
		item.len--;
		*last = take_status(&item);
	}
	return *first >= 0 && *last >= 0 && item.len == 0;
}

/* The number of the signal that is named; -1: none is. */
static int
read_signal(struct piece item)
{
	char name[SIGNAL_NAME_SIZE];

	if (item.len >= sizeof(name))
		return -1;
	memcpy(name, item.at, item.len);
	name[item.len] = '\0';
	return signal_number(name);
}

/* Whether the text is as `item` has it, in which `*` is any text. */
static bool
is_like(struct piece item, const char *text)
{
	const char *retry = NULL;
	size_t i = 0, star = 0;

	while (i < item.len || *text != '\0') {
		if (i < item.len && item.at[i] == '*') {
			star = ++i;
			retry = text;
		} else if (i < item.len && item.at[i] == *text &&
		    *text != '\0') {
			i++;
			text++;
		} else if (retry != NULL && *retry != '\0') {
			i = star;
			text = ++retry;
		} else {
			return false;
		}
	}
	return true;
}

/* ------------------------------------------------------------------ check */

static bool
wrong(struct pattern_error *error, const char *text, struct piece piece,
    const char *what, const char *expected)
{
	error->at = (size_t)(piece.at - text);
	error->len = piece.len;
	snprintf(error->message, sizeof(error->message),
	    "\"%.*s\" is %s, expected %s", piece.len > 40 ? 40 : (int)piece.len,
	    piece.at, what, expected);
	return false;
}

static bool
wrong_kind(struct pattern_error *error, const char *text, struct piece name)
{
	char word[NEAR_WORD_MAX + 1];
	char meant[PATTERN_MESSAGE_SIZE / 2] =
	    "*, exit:N, signal:NAME, killed or another reason";
	struct near near;

	snprintf(word, sizeof(word), "%.*s", (int)strnlen(name.at, name.len),
	    name.at);
	near = near_start(word);
	for (size_t i = 0; i < NKINDS; i++)
		near_try(&near, kinds[i].name);
	if (near.best != NULL)
		snprintf(meant, sizeof(meant), "%s", near.best);
	return wrong(error, text, name, "no reason", meant);
}

static bool
check_item(const struct kind *kind, struct piece item, const char *text,
    struct pattern_error *error)
{
	int first, last, signo;

	if (is_word(item, "*"))
		return true;
	switch (kind->value) {
	case VALUE_NONE:
		break;
	case VALUE_STATUS:
		if (!read_range(item, &first, &last))
			return wrong(error, text, item, "no exit status",
			    kind->example);
		if (first > last)
			return wrong(error, text, item, "empty",
			    "the smaller status first");
		break;
	case VALUE_SIGNAL:
		signo = read_signal(item);
		if (signo == SIGKILL)
			return wrong(error, text, item, "no such reason",
			    "killed, without a signal");
		if (signo < 0)
			return wrong(error, text, item, "no signal",
			    kind->example);
		break;
	case VALUE_ERROR:
		if (!errno_is_name(item.at, item.len))
			return wrong(error, text, item, "no error's name",
			    kind->example);
		break;
	case VALUE_TEXT:
		if (item.len == 0)
			return wrong(error, text, item, "no value",
			    kind->example);
		break;
	}
	return true;
}

bool
pattern_check(const char *text, struct pattern_error *error)
{
	struct piece item, name = piece_of(text, ":");
	const struct kind *kind = find_kind(name);

	if (strcmp(text, "*") == 0)
		return true;
	if (kind == NULL)
		return wrong_kind(error, text, name);
	item = (struct piece){ .at = text + name.len };
	if (*item.at == '\0' && kind->value == VALUE_NONE)
		return true;
	if (*item.at == '\0')
		return wrong(error, text, name, "not all of a reason",
		    kind->example);
	if (kind->value == VALUE_NONE)
		return wrong(error, text, (struct piece){ text, strlen(text) },
		    "no reason", kind->name);
	do {
		item = piece_of(item.at + item.len + 1, ",");
		if (!check_item(kind, item, text, error))
			return false;
	} while (item.at[item.len] == ',');
	return true;
}

/* ------------------------------------------------------------------ match */

static bool
item_matches(const struct kind *kind, struct piece item, const char *value)
{
	struct piece rest = piece_of(value, "");
	int first, last, status;

	if (is_word(item, "*"))
		return true;
	switch (kind->value) {
	case VALUE_NONE:
		break;
	case VALUE_STATUS:
		status = take_status(&rest);
		return read_range(item, &first, &last) && first <= status &&
		    status <= last;
	case VALUE_SIGNAL:
		return read_signal(item) == signal_number(value);
	case VALUE_ERROR:
	case VALUE_TEXT:
		return is_like(item, value);
	}
	return false;
}

bool
pattern_matches(const char *pattern, const char *reason)
{
	struct piece item, name = piece_of(pattern, ":");
	const struct kind *kind = find_kind(name);

	if (kind == NULL)
		return strcmp(pattern, "*") == 0;
	if (strncmp(reason, pattern, name.len) != 0)
		return false;
	reason += name.len;
	/* `shutdown` means `shutdown:failed_to_start_child` as well. */
	if (kind->value == VALUE_NONE)
		return *reason == '\0' || *reason == ':';
	if (*reason++ != ':')
		return false;
	item = (struct piece){ .at = pattern + name.len };
	do {
		item = piece_of(item.at + item.len + 1, ",");
		if (item_matches(kind, item, reason))
			return true;
	} while (item.at[item.len] == ',');
	return false;
}

bool
pattern_covers(const char *wide, const char *pattern)
{
	size_t len = strcspn(wide, ":") + 1;

	if (strcmp(wide, "*") == 0 || strcmp(wide, pattern) == 0)
		return true;
	return strncmp(wide, pattern, len) == 0 && strcmp(wide + len, "*") == 0;
}
