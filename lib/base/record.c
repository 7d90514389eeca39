/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "base/record.h"
#include "base/units.h"
#include "base/utf8.h"

/* Room that a field needs beside its name: a number, or a little text. */
#define FIELD_MIN 32

const char *const record_event_text[] = {
#define TEXT(name, text, summary) [name] = text,
	RECORD_EVENTS(TEXT)
#undef TEXT
};

/* A line being written; what does not fit is left out. */
struct line {
	char *bytes;
	size_t len;
	size_t room; /* the end of the line left out */
};

void
record_begin(struct record *r, enum record_event event)
{
	r->event = event;
	r->n = 0;
}

static struct record_field *
add(struct record *r, const char *key, enum record_type type)
{
	struct record_field *field = &r->fields[r->n++];

	assert(r->n <= RECORD_FIELDS_MAX);
	field->key = key;
	field->type = type;
	field->text = NULL;
	field->number = 0;
	return field;
}

void
record_text(struct record *r, const char *key, const char *text)
{
	add(r, key, RECORD_IS_TEXT)->text = text;
}

void
record_number(struct record *r, const char *key, int64_t number)
{
	add(r, key, RECORD_IS_NUMBER)->number = number;
}

void
record_flag(struct record *r, const char *key, bool flag)
{
	add(r, key, RECORD_IS_FLAG)->number = flag;
}

const struct record_field *
record_get(const struct record *r, const char *key)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->fields[i].key, key) == 0)
			return &r->fields[i];
	return NULL;
}

/* Writes another time of the same second into a stamp. */
static void
stamp_ms(int64_t wall_ns, char stamp[static RECORD_STAMP_SIZE])
{
	int ms = (int)(wall_ns % NS_PER_S / NS_PER_MS);

	stamp[20] = (char)('0' + ms / 100);
	stamp[21] = (char)('0' + ms / 10 % 10);
	stamp[22] = (char)('0' + ms % 10);
}

void
record_stamp(int64_t wall_ns, char stamp[static RECORD_STAMP_SIZE])
{
	time_t seconds = (time_t)(wall_ns / NS_PER_S);
	struct tm tm;

	if (gmtime_r(&seconds, &tm) == NULL ||
	    strftime(stamp, RECORD_STAMP_SIZE, "%Y-%m-%dT%H:%M:%S.000Z", &tm) ==
		0)
		snprintf(stamp, RECORD_STAMP_SIZE, "0000-00-00T00:00:00.000Z");
	stamp_ms(wall_ns, stamp);
}

const char *
record_clock_stamp(struct record_clock *clock, int64_t wall_ns)
{
	if (wall_ns / NS_PER_S != clock->second) {
		clock->second = wall_ns / NS_PER_S;
		record_stamp(wall_ns, clock->stamp);
	}
	stamp_ms(wall_ns, clock->stamp);
	return clock->stamp;
}

/* Adds `n` bytes or none of them. */
static bool
put(struct line *line, const char *bytes, size_t n)
{
	if (line->room - line->len < n)
		return false;
	memcpy(line->bytes + line->len, bytes, n);
	line->len += n;
	return true;
}

/*
 * The same for text, which mostly is a few bytes long: byte by byte it is there
 * before a function that copies many at once has begun.
 */
static bool
put_text(struct line *line, const char *text)
{
	size_t len = line->len, room = line->room;
	char *bytes = line->bytes;

	for (; *text != '\0'; text++) {
		if (len == room)
			return false;
		bytes[len++] = *text;
	}
	line->len = len;
	return true;
}

static void
put_number(struct line *line, int64_t number)
{
	uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
	char digits[24];
	size_t at = sizeof(digits);

	digits[--at] = '\0';
	do {
		/* What fits into 32 bits needs no division, which is slow. */
		uint64_t tenth = rest <= UINT32_MAX ?
		    rest * UINT64_C(0xcccccccd) >> 35 :
		    rest / 10;

		digits[--at] = (char)('0' + (rest - 10 * tenth));
		rest = tenth;
	} while (rest > 0);
	if (number < 0)
		digits[--at] = '-';
	put_text(line, digits + at);
}

/* How a record is written. */
struct form {
	const char *before;  /* before a field's name */
	const char *between; /* name and value */
	size_t frame_len;    /* of these two */
	const char *escape;  /* before two hex digits: other bytes */
	const char *invalid; /* instead of a byte that is not UTF-8; or NULL */
	bool bare;           /* a plain word goes without quotes */
};

static const struct form logfmt = {
	.before = " ",
	.between = "=",
	.frame_len = 2,
	.escape = "\\x",
	.bare = true,
};

static const struct form json = {
	.before = ",\"",
	.between = "\":",
	.frame_len = 4,
	.escape = "\\u00",
	.invalid = "\\ufffd",
};

/* Whether `text` is all digits, but for a sign. */
static bool
is_number(const char *text)
{
	text += *text == '-';
	if (*text == '\0')
		return false;
	while (*text >= '0' && *text <= '9')
		text++;
	return *text == '\0';
}

/* Nearly every byte of a text. */
static bool
is_common(char c)
{
	return (c >= '_' && c <= 'z') || (c >= '-' && c <= ':');
}

/* The others that need no quotes. */
static bool
is_plain(char c)
{
	return c > ' ' && c != '"' && c != '=' && c != '\\' && c != 0x7f;
}

/* Whether `text`, without quotes, would be read as what it is not. */
static bool
misleads(const char *text)
{
	return is_number(text) || (*text == 't' && strcmp(text, "true") == 0) ||
	    (*text == 'f' && strcmp(text, "false") == 0);
}

/* Adds text that needs no quotes, or nothing. */
static bool
put_plain(struct line *line, const char *text)
{
	size_t len = line->len, room = line->room;
	char *bytes = line->bytes;
	const char *at;

	for (at = text; is_common(*at) || is_plain(*at); at++) {
		if (len == room)
			return false;
		bytes[len++] = *at;
	}
	if (*at != '\0' || at == text || misleads(text))
		return false;
	line->len = len;
	return true;
}

static void
escape(const struct form *form, unsigned char byte,
    char text[static RECORD_ESCAPE_SIZE])
{
	static const char special[] = "\"\\\n\t\r";
	static const char letter[] = "\"\\ntr";
	const char *at = byte != 0 ? strchr(special, byte) : NULL;

	if (at != NULL)
		snprintf(text, RECORD_ESCAPE_SIZE, "\\%c",
		    letter[at - special]);
	else if (byte >= 0x80 && form->invalid != NULL)
		snprintf(text, RECORD_ESCAPE_SIZE, "%s", form->invalid);
	else if (byte < 0x20 || byte >= 0x7f)
		snprintf(text, RECORD_ESCAPE_SIZE, "%s%02x", form->escape,
		    byte);
	else
		snprintf(text, RECORD_ESCAPE_SIZE, "%c", byte);
}

void
record_json_escape(unsigned char byte, char text[static RECORD_ESCAPE_SIZE])
{
	escape(&json, byte, text);
}

static bool
put_escaped(struct line *line, const struct form *form, unsigned char byte)
{
	char text[RECORD_ESCAPE_SIZE];

	escape(form, byte, text);
	return put_text(line, text);
}

/* Writes `text` in quotes, as much of it as fits before the second one. */
static void
put_quoted(struct line *line, const struct form *form, const char *text)
{
	line->room--;
	put_text(line, "\"");
	while (*text != '\0') {
		/* In JSON it is for programs, as it is. */
		bool bare = form->invalid != NULL || !utf8_is_control(text);
		size_t n = bare ? utf8_length(text) : 0;
		bool done = n > 1 ?
		    put(line, text, n) :
		    put_escaped(line, form, (unsigned char)*text);

		if (!done)
			break;
		text += n > 1 ? n : 1;
	}
	line->room++;
	put_text(line, "\"");
}

/* Writes text without quotes if that form may and it fits, else with them. */
static void
put_value(struct line *line, const struct form *form, const char *text)
{
	if (!form->bare || !put_plain(line, text))
		put_quoted(line, form, text);
}

/* Writes one field; false when there is no room for it worth speaking of. */
static bool
put_field(struct line *line, const struct form *form,
    const struct record_field *field)
{
	size_t before = line->len;

	if (!put_text(line, form->before) || !put_text(line, field->key) ||
	    !put_text(line, form->between) ||
	    line->room - line->len < FIELD_MIN - form->frame_len) {
		line->len = before;
		return false;
	}
	if (field->type == RECORD_IS_NUMBER)
		put_number(line, field->number);
	else if (field->type == RECORD_IS_FLAG)
		put_text(line, field->number != 0 ? "true" : "false");
	else
		put_value(line, form, field->text);
	return true;
}

static size_t
put_fields(struct line *line, const struct form *form,
    const struct record_field *fields, size_t n, const char *end)
{
	for (size_t i = 0; i < n; i++)
		if (!put_field(line, form, &fields[i]))
			break;
	line->room += strlen(end);
	put_text(line, end);
	return line->len;
}

size_t
record_logfmt(const struct record *r, const char *stamp,
    char bytes[static RECORD_LINE_MAX])
{
	return record_fields_logfmt(stamp, record_event_text[r->event],
	    r->fields, r->n, bytes);
}

size_t
record_fields_logfmt(const char *stamp, const char *event,
    const struct record_field *fields, size_t n,
    char bytes[static RECORD_LINE_MAX])
{
	struct line line = { .bytes = bytes, .room = RECORD_LINE_MAX - 1 };

	if (stamp != NULL) {
		put_text(&line, stamp);
		put_text(&line, " ");
	}
	put_text(&line, "event=");
	put_text(&line, event);
	return put_fields(&line, &logfmt, fields, n, "\n");
}

size_t
record_json(const struct record *r, const char *stamp,
    char bytes[static RECORD_LINE_MAX])
{
	return record_fields_json(stamp, record_event_text[r->event], r->fields,
	    r->n, bytes, RECORD_LINE_MAX);
}

size_t
record_fields_json(const char *stamp, const char *event,
    const struct record_field *fields, size_t n, char *bytes, size_t size)
{
	struct line line = { .bytes = bytes, .room = size - 2 };

	put_text(&line, "{");
	if (stamp != NULL) {
		put_text(&line, "\"time\":\"");
		put_text(&line, stamp);
		put_text(&line, "\",");
	}
	put_text(&line, "\"event\":");
	put_quoted(&line, &json, event);
	return put_fields(&line, &json, fields, n, "}\n");
}
