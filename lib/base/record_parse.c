/* SPDX-License-Identifier: ISC */
#include <stdint.h>
#include <string.h>

#include "base/record_parse.h"

/* Where a time stamp has digits; its other bytes are as they are here. */
static const char stamp_form[] = "dddd-dd-ddTdd:dd:dd.dddZ";

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

static bool
is_stamp(const struct rest *rest)
{
	size_t len = sizeof(stamp_form) - 1;

	if ((size_t)(rest->end - rest->at) <= len || rest->at[len] != ' ')
		return false;
	for (size_t i = 0; i < len; i++)
		if (stamp_form[i] == 'd' ? !is_digit(rest->at[i]) :
					   rest->at[i] != stamp_form[i])
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
 * Takes the name up to the equals sign, which it overwrites, or NULL. Nothing
 * in it needs an escape, so that it can go into JSON as it is.
 */
static const char *
take_key(struct rest *rest)
{
	char *key = rest->at, *at = key;

	/* The newline at the end is no such byte either. */
	while (is_lower(*at) || is_name(*at))
		at++;
	if (*at != '=' || at == key)
		return NULL;
	*at = '\0';
	rest->at = at + 1;
	return key;
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

/* Takes a word, which the byte behind it still ends. */
static const char *
take_bare(struct rest *rest)
{
	char *text = rest->at, *at = text;

	for (;; at++) {
		/* What ends it is below the letters and digits. */
		if ((unsigned char)*at > '"')
			continue;
		if (at == rest->end || *at == ' ')
			break;
		if (*at == '\0' || *at == '"')
			return NULL;
	}
	rest->at = at;
	return at > text ? text : NULL;
}

/* Steps over the blank before the next field, or to the end of the line. */
static bool
take_separator(struct rest *rest)
{
	if (rest->at == rest->end) {
		*rest->at = '\0';
		return true;
	}
	if (*rest->at != ' ')
		return false;
	*rest->at++ = '\0';
	return rest->at < rest->end;
}

/* Reads a whole number in the one way in which it is written. */
static bool
read_number(const char *text, int64_t *number)
{
	bool negative = *text == '-';
	uint64_t last = INT64_MAX % 10 + negative, value = 0;

	text += negative;
	if (!is_digit(*text) || (*text == '0' && (text[1] != '\0' || negative)))
		return false;
	for (; is_digit(*text); text++) {
		uint64_t digit = (uint64_t)(*text - '0');

		/* The lowest number is by one further away than the highest. */
		if (value >= INT64_MAX / 10 &&
		    (value > INT64_MAX / 10 || digit > last))
			return false;
		value = value * 10 + digit;
	}
	if (*text != '\0')
		return false;
	/* -(value - 1) - 1, for the lowest number has no opposite. */
	*number = !negative ? (int64_t)value : -(int64_t)(value - 1) - 1;
	return true;
}

/* What an unquoted value is. */
static void
find_type(struct record_field *field)
{
	const char *text = field->text;

	if (is_digit(*text) || *text == '-') {
		if (read_number(text, &field->number))
			field->type = RECORD_IS_NUMBER;
	} else if ((*text == 't' && strcmp(text, "true") == 0) ||
	    (*text == 'f' && strcmp(text, "false") == 0)) {
		field->type = RECORD_IS_FLAG;
		field->number = *text == 't';
	}
}

static bool
take_field(struct rest *rest, struct record_field *field)
{
	bool quoted;

	field->key = take_key(rest);
	if (field->key == NULL)
		return false;
	field->type = RECORD_IS_TEXT;
	field->number = 0;
	quoted = rest->at < rest->end && *rest->at == '"';
	field->text = quoted ? take_quoted(rest) : take_bare(rest);
	if (field->text == NULL || !take_separator(rest))
		return false;
	if (!quoted)
		find_type(field);
	return true;
}

bool
record_parse(struct record_parsed *parsed, char *line, size_t len)
{
	struct rest rest = { line, line + len - 1 };
	struct record_field event;

	parsed->stamp = NULL;
	parsed->n = 0;
	if (len == 0 || *rest.end != '\n')
		return false;
	if (is_stamp(&rest)) {
		parsed->stamp = line;
		rest.at += sizeof(stamp_form) - 1;
		*rest.at++ = '\0';
	}
	if (!take_field(&rest, &event) || strcmp(event.key, "event") != 0)
		return false;
	parsed->event = event.text;
	while (rest.at < rest.end) {
		if (parsed->n == RECORD_PARSED_MAX ||
		    !take_field(&rest, &parsed->fields[parsed->n++]))
			return false;
	}
	return true;
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
	const struct record_field *next = parsed->fields;

	for (size_t i = 0; i < n; i++) {
		if (next < parsed->fields + parsed->n &&
		    strcmp(next->key, keys[i]) == 0)
			found[i] = next++;
		else
			found[i] = record_parsed_get(parsed, keys[i]);
	}
}

const char *
record_parsed_text(const struct record_parsed *parsed, const char *key)
{
	const struct record_field *field = record_parsed_get(parsed, key);

	return field == NULL ? "" : field->text;
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
