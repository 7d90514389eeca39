/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/units.h"
#include "cmd/words.h"
#include "core/child.h"

#define S_PER_MIN  ((int64_t)60)
#define S_PER_HOUR (60 * S_PER_MIN)
#define S_PER_DAY  (24 * S_PER_HOUR)

/* Times of a minute and more: in two units, the greater of which has no end. */
static const struct span {
	int64_t below_s; /* shorter ones are written like this */
	int64_t great_s;
	int64_t small_s;
	char great;
	char small;
} spans[] = {
	{ S_PER_HOUR, S_PER_MIN, 1, 'm', 's' },
	{ S_PER_DAY, S_PER_HOUR, S_PER_MIN, 'h', 'm' },
	{ INT64_MAX, S_PER_DAY, S_PER_HOUR, 'd', 'h' },
};

/* Writes a number >= 0 and returns where it ends. */
static char *
put_number(char *to, int64_t number)
{
	if (number > 9)
		to = put_number(to, number / 10);
	*to = (char)('0' + number % 10);
	return to + 1;
}

const char *
words_number(int64_t number, char text[static WORDS_SIZE])
{
	*put_number(text, number) = '\0';
	return text;
}

/* Writes the span in two units. */
static char *
put_two(char *to, int64_t s)
{
	const struct span *span = spans;
	int64_t rest;

	while (s >= span->below_s)
		span++;
	to = put_number(to, s / span->great_s);
	*to++ = span->great;
	rest = s % span->great_s / span->small_s;
	if (rest < 10)
		*to++ = '0';
	to = put_number(to, rest);
	*to++ = span->small;
	return to;
}

/* No printf here: it would be a third of what a row of `status` takes. */
const char *
words_span(int64_t ms, char text[static WORDS_SIZE])
{
	int64_t s = ms / MS_PER_S;
	char *to = text;

	if (s >= S_PER_MIN) {
		to = put_two(to, s);
	} else if (ms < MS_PER_S) {
		to = put_number(to, ms > 0 ? ms : 0);
		*to++ = 'm';
		*to++ = 's';
	} else {
		to = put_number(to, s);
		if (s < 10) {
			*to++ = '.';
			to = put_number(to, ms % MS_PER_S / 100);
		}
		*to++ = 's';
	}
	*to = '\0';
	return text;
}

const char *
words_time(const char *stamp, char text[static WORDS_SIZE])
{
	time_t now = time(NULL), at;
	struct tm utc = { 0 }, local, today;

	if (strptime(stamp, "%Y-%m-%dT%H:%M:%S", &utc) == NULL) {
		snprintf(text, WORDS_SIZE, "%s", stamp);
		return text;
	}
	at = timegm(&utc);
	if (localtime_r(&at, &local) == NULL ||
	    localtime_r(&now, &today) == NULL ||
	    local.tm_year != today.tm_year || local.tm_yday != today.tm_yday)
		strftime(text, WORDS_SIZE, "%F %T", &local);
	else
		strftime(text, WORDS_SIZE, "%T", &local);
	return text;
}

enum words_mood
words_mood(const char *state, const char *reason)
{
	if (strcmp(state, child_state_text[CHILD_UP]) == 0)
		return MOOD_GOOD;
	if (strcmp(state, child_state_text[CHILD_DOWN]) != 0)
		return MOOD_CHANGING;
	if (*reason == '\0' || strcmp(reason, "exit:0") == 0 ||
	    strcmp(reason, "shutdown") == 0)
		return MOOD_OVER;
	return MOOD_BAD;
}

bool
words_utf8(void)
{
	static enum {
		UNKNOWN,
		ASCII,
		UTF8
	} known;

	if (known == UNKNOWN) {
		setlocale(LC_CTYPE, "");
		known =
		    strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ? UTF8 : ASCII;
	}
	return known == UTF8;
}

const char *
words_branch(bool last)
{
	if (words_utf8())
		return last ? "└── " : "├── ";
	return last ? "`-- " : "|-- ";
}

const char *
words_trunk(bool last)
{
	if (last)
		return "    ";
	return words_utf8() ? "│   " : "|   ";
}
