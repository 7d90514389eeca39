/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/duration.h"

/* Largest first, for duration_text(). */
static const struct {
	const char *name;
	int64_t ms;
} units[] = {
	{ "d", INT64_C(86400000) },
	{ "h", INT64_C(3600000) },
	{ "m", INT64_C(60000) },
	{ "s", INT64_C(1000) },
	{ "ms", INT64_C(1) },
};

#define NUNITS (sizeof(units) / sizeof(units[0]))

/* Nothing is said in seconds. */
#define SECONDS_IDX 3

/* The milliseconds of a unit, seconds for "", or 0 if there is none. */
static int64_t
unit_ms(const char *name)
{
	if (*name == '\0')
		return 1000;
	for (size_t i = 0; i < NUNITS; i++)
		if (strcmp(units[i].name, name) == 0)
			return units[i].ms;
	return 0;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
duration_parse(const char *text, int64_t *ms)
{
	int64_t whole = 0, part = 0, scale = 1, unit;

	if (!is_digit(*text))
		return false;
	for (; is_digit(*text); text++) {
		whole = whole * 10 + (*text - '0');
		if (whole > DURATION_MAX_MS)
			return false;
	}
	if (*text == '.' && is_digit(text[1])) {
		for (text++; is_digit(*text); text++) {
			if (scale >= 1000000)
				return false;
			part = part * 10 + (*text - '0');
			scale *= 10;
		}
	}
	unit = unit_ms(text);
	if (unit == 0 || part * unit % scale != 0 ||
	    whole > DURATION_MAX_MS / unit ||
	    whole * unit + part * unit / scale > DURATION_MAX_MS)
		return false;
	*ms = whole * unit + part * unit / scale;
	return true;
}

const char *
duration_text(int64_t ms, char buf[static DURATION_TEXT_SIZE])
{
	size_t i = 0;

	assert(ms >= 0);
	while (ms == 0 ? i < SECONDS_IDX : ms % units[i].ms != 0)
		i++;
	snprintf(buf, DURATION_TEXT_SIZE, "%" PRId64 "%s", ms / units[i].ms,
	    units[i].name);
	return buf;
}
