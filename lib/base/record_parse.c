/* SPDX-License-Identifier: ISC */
#include <stdint.h>
#include <string.h>

#include "base/record_parse.h"

/* Where a time stamp has digits; its other bytes are as they are here. */
static const char stamp_form[] = "dddd-dd-ddTdd:dd:dd.dddZ";

/* As many digits as no number has that fits. */
#define DIGITS_MAX 20

/* What is left of the line: up to its newline, exclusive. */
struct rest {
	char *at;
	const char *end;
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int
hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Whether the `len` bytes begin with a time stamp and a blank. */
static bool
is_stamp(const char *line, size_t len)
{
	size_t stamp_len = sizeof(stamp_form) - 1;

	if (len <= stamp_len || line[stamp_len] != ' ')
		return false;
	for (size_t i = 0; i < stamp_len; i++)
		if (stamp_form[i] == 'd' ? !is_digit(line[i]) :
					   line[i] != stamp_form[i])
			return false;
	return true;
}

/* Nearly every byte of a name. */
static bool
is_lower(char c)
{
	return c >= '_' && c <= 'z';
}

/* The others that may be in one. */
static bool
is_name(char c)
{
	return c > ' ' && c < 0x7f && c != '=' && c != '"' && c != '\\';
}

/*
 * Steps over the name to the equals sign, which it overwrites; NULL if there
 * is none. Nothing in a name needs an escape, so that it can go into JSON as
 * it is.
 */
static char *
pass_key(char *at)
{
	const char *key = at;

	/* The newline at the end is no such byte either. */
	do {
		while (is_lower(*at))
			at++;
	} while (is_name(*at++));
	at--;
	if (*at != '=' || at == key)
		return NULL;
	*at = '\0';
	return at + 1;
}

/* Takes the byte behind a backslash; false if that means nothing. */
static bool
take_escape(struct rest *rest, char *byte)
{
	static const char letter[] = "\"\\ntr";
	static const char meaning[] = "\"\\\n\t\r";
	const char *known;
	int high, low;

	if (rest->at == rest->end || *rest->at == '\0')
		return false;
	known = strchr(letter, *rest->at);
	if (known != NULL) {
		*byte = meaning[known - letter];
		rest->at++;
		return true;
	}
	if (*rest->at != 'x' || rest->end - rest->at < 3)
		return false;
	high = hex_value(rest->at[1]);
	low = hex_value(rest->at[2]);
	if (high < 0 || low < 0 || high + low == 0)
		return false;
	*byte = (char)(high << 4 | low);
	rest->at += 3;
	return true;
}

/* Takes "…", at its first quote, as what it means; NULL if it does not end. */
static const char *
take_quoted(struct rest *rest)
{
	char *text = ++rest->at, *to = text;

	while (rest->at < rest->end && *rest->at != '"') {
		char byte = *rest->at++;

		if (byte == '\\' && !take_escape(rest, &byte))
			return NULL;
		if (byte == '\0')
			return NULL;
		*to++ = byte;
	}
	if (rest->at == rest->end)
		return NULL;
	rest->at++;
	*to = '\0';
	return text;
}

/*
 * Steps over digits that may be a whole number, in the one way in which it is
 * written, and takes it if the value ends behind them.
 */
static char *
pass_number(char *text, const char *end, struct record_field *field)
{
	bool negative = *text == '-';
	char *digits = text + negative, *at = digits;
	uint64_t value = 0;

	while (is_digit(*at))
		value = 10 * value + (uint64_t)(*at++ - '0');
	if ((*at != ' ' && at != end) || at == digits ||
	    (*digits == '0' && (negative || at - digits > 1)))
		return at;
	/* Of 20 digits the value may be what is left of a greater one. */
	if (at - digits >= DIGITS_MAX || value > (uint64_t)INT64_MAX + negative)
		return at;
	field->type = RECORD_IS_NUMBER;
	field->number = (int64_t)(negative ? -value : value);
	return at;
}

/* Steps over a word, which the byte behind it still ends; NULL: it is none. */
static char *
pass_bare(char *at, const char *end)
{
	for (;; at++) {
		/* What ends it is below the letters and digits. */
		if ((unsigned char)*at > '"')
			continue;
		if (*at == ' ' || at == end)
			return at;
		if (*at == '\0' || *at == '"')
			return NULL;
	}
}

/* Whether the word from `at` to `end` is `word`, of `len` bytes. */
static bool
is_word(const char *at, const char *end, const char *word, size_t len)
{
	return (size_t)(end - at) == len && memcmp(at, word, len) == 0;
}

/* Takes the unquoted value at field->text as what it is; its end, or NULL. */
static char *
take_bare(char *text, const char *end, struct record_field *field)
{
	char *at = text;

	if (is_digit(*text) || *text == '-')
		at = pass_number(text, end, field);
	at = pass_bare(at, end);
	if (at == NULL || at == text)
		return NULL;
	if ((*text == 't' && is_word(text, at, "true", 4)) ||
	    (*text == 'f' && is_word(text, at, "false", 5))) {
		field->type = RECORD_IS_FLAG;
		field->number = *text == 't';
	}
	return at;
}

/* Takes the field at `at`; the byte behind it, or NULL. */
static char *
take_field(char *at, const char *end, struct record_field *field)
{
	struct rest rest = { pass_key(at), end };

	field->key = at;
	field->type = RECORD_IS_TEXT;
	field->text = rest.at;
	field->number = 0;
	if (rest.at == NULL)
		return NULL;
	if (*rest.at != '"')
		return take_bare(rest.at, end, field);
	field->text = take_quoted(&rest);
	return field->text == NULL ? NULL : rest.at;
}

bool
record_parse(struct record_parsed *parsed, char *line, size_t len)
{
	const char *end = line + len - 1;
	struct record_field event, *field = &event;
	char *at = line;
	bool more;

	parsed->stamp = NULL;
	parsed->n = 0;
	if (len == 0 || *end != '\n')
		return false;
	if (is_stamp(line, len - 1)) {
		parsed->stamp = line;
		at += sizeof(stamp_form) - 1;
		*at++ = '\0';
	}
	for (;;) {
		at = take_field(at, end, field);
		if (at == NULL)
			return false;
		more = *at == ' ';
		if (!more && at != end)
			return false;
		*at++ = '\0';
		if (!more)
			break;
		if (parsed->n == RECORD_PARSED_MAX)
			return false;
		field = &parsed->fields[parsed->n++];
	}
	parsed->event = event.text;
	return strcmp(event.key, "event") == 0;
}

const struct record_field *
record_parsed_get(const struct record_parsed *parsed, const char *key)
{
	for (size_t i = 0; i < parsed->n; i++)
		if (*parsed->fields[i].key == *key &&
		    strcmp(parsed->fields[i].key, key) == 0)
			return &parsed->fields[i];
	return NULL;
}

void
record_parsed_find(const struct record_parsed *parsed, size_t n,
    const char *const *keys, const struct record_field **found)
{
	size_t at = 0;

	memset(found, 0, n * sizeof(*found));
	for (size_t i = 0; i < parsed->n; i++) {
		const struct record_field *field = &parsed->fields[i];

		/* From behind the last one on: mostly it is the next. */
		for (size_t tried = 0; tried < n; tried++, at++) {
			at = at < n ? at : 0;
			if (found[at] == NULL && *keys[at] == *field->key &&
			    strcmp(keys[at], field->key) == 0) {
				found[at++] = field;
				break;
			}
		}
	}
}

const char *
record_parsed_text(const struct record_parsed *parsed, const char *key)
{
	const struct record_field *field = record_parsed_get(parsed, key);

	return field == NULL ? "" : field->text;
}

int64_t
record_parsed_number(const struct record_parsed *parsed, const char *key,
    int64_t otherwise)
{
	const struct record_field *field = record_parsed_get(parsed, key);

	return field != NULL && field->type == RECORD_IS_NUMBER ?
	    field->number :
	    otherwise;
}

const char *
record_parsed_subject(const struct record_parsed *parsed)
{
	const char *child = record_parsed_text(parsed, "child");

	return *child != '\0' ? child :
				record_parsed_text(parsed, "supervisor");
}

size_t
record_parsed_logfmt(const struct record_parsed *parsed,
    char line[static RECORD_LINE_MAX])
{
	return record_fields_logfmt(parsed->stamp, parsed->event,
	    parsed->fields, parsed->n, line);
}

size_t
record_parsed_json(const struct record_parsed *parsed,
    char line[static RECORD_JSON_MAX])
{
	return record_fields_json(parsed->stamp, parsed->event, parsed->fields,
	    parsed->n, line, RECORD_JSON_MAX);
}
