/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/units.h"
#include "cmd/words.h"

#define S_PER_MIN  ((int64_t)60)
#define S_PER_HOUR (60 * S_PER_MIN)
#define S_PER_DAY  (24 * S_PER_HOUR)

const char *
words_span(int64_t ms, char text[static WORDS_SIZE])
{
	int64_t s = ms / MS_PER_S;

	if (ms < MS_PER_S)
		snprintf(text, WORDS_SIZE, "%" PRId64 "ms", ms);
	else if (s < 10)
		snprintf(text, WORDS_SIZE, "%" PRId64 ".%" PRId64 "s", s,
		    ms % MS_PER_S / 100);
	else if (s < S_PER_MIN)
		snprintf(text, WORDS_SIZE, "%" PRId64 "s", s);
	else if (s < S_PER_HOUR)
		snprintf(text, WORDS_SIZE, "%" PRId64 "m%02" PRId64 "s",
		    s / S_PER_MIN, s % S_PER_MIN);
	else if (s < S_PER_DAY)
		snprintf(text, WORDS_SIZE, "%" PRId64 "h%02" PRId64 "m",
		    s / S_PER_HOUR, s % S_PER_HOUR / S_PER_MIN);
	else
		snprintf(text, WORDS_SIZE, "%" PRId64 "d%02" PRId64 "h",
		    s / S_PER_DAY, s % S_PER_DAY / S_PER_HOUR);
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
