/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "base/name_colour.h"
#include "base/utf8.h"
#include "log/line.h"
#include "log/memory.h"

/* What is around the values in JSON, and their names. */
#define JSON_FRAME 128

/* The longest escape of one byte. */
#define JSON_ESCAPE 6

/* Bytes of the longest UTF-8 sequence. */
#define UTF8_MAX 4

#define COLOUR_SIZE  sizeof("\033[36m")
#define COLOUR_RESET "\033[0m"

size_t
line_prefix_size(size_t len, size_t width)
{
	return COLOUR_SIZE + (len > width ? len : width) + sizeof(" | ") +
	    sizeof(COLOUR_RESET);
}

void
line_prefix(struct line_style *style, char *prefix, const char *name,
    size_t width, bool coloured)
{
	size_t size = line_prefix_size(strlen(name), width);
	char on[COLOUR_SIZE] = "";
	int bar;

	if (coloured)
		snprintf(on, sizeof(on), "\033[%dm", name_colour(name));
	bar = snprintf(prefix, size, "%s%-*s ", on, (int)width, name);
	snprintf(prefix + bar, size - (size_t)bar, "|%s ",
	    coloured ? COLOUR_RESET : "");
	style->prefix = prefix;
	style->prefix_len = strlen(prefix);
	style->bar = (size_t)bar;
}

size_t
line_bound(const struct line_style *style, size_t len)
{
	size_t bound = RECORD_STAMP_SIZE + 1;

	switch (style->form) {
	case LINE_PLAIN:
		return bound + len;
	case LINE_PREFIX:
		return bound + style->prefix_len + len;
	case LINE_JSON:
		break;
	}
	return bound + JSON_FRAME + strlen(style->name) + JSON_ESCAPE * len;
}

static char *
put(char *to, const char *text, size_t len)
{
	memcpy(to, text, len);
	return to + len;
}

static char *
put_text(char *to, const char *text)
{
	return put(to, text, strlen(text));
}

/* A byte of ASCII that stands for itself in a string of JSON. */
static bool
is_plain(char c)
{
	return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

static char *
put_escaped(char *to, char c)
{
	char escaped[RECORD_ESCAPE_SIZE];

	record_json_escape((unsigned char)c, escaped);
	return put_text(to, escaped);
}

static char *
put_json(char *to, const char *text, size_t len)
{
	const char *end = text + len, *from;
	size_t n;

	while (text < end) {
		for (from = text; text < end && is_plain(*text); text++)
			;
		to = put(to, from, (size_t)(text - from));
		if (text == end)
			break;
		/* What follows in the buffer is no text of ours. */
		n = (unsigned char)*text >= 0x80 ? utf8_length(text) : 0;
		if (n > 1 && n <= (size_t)(end - text)) {
			to = put(to, text, n);
			text += n;
		} else {
			to = put_escaped(to, *text++);
		}
	}
	return to;
}

static char *
write_json(const struct line_style *style, const char *stamp,
    const struct line *line, char *to)
{
	to = put_text(to, "{\"time\":\"");
	to = put_text(to, stamp);
	to = put_text(to, "\",\"event\":\"output\",\"child\":\"");
	to = put_text(to, style->name);
	to = put_text(to, "\",\"stream\":\"");
	to = put_text(to, style->stream);
	to = put_text(to, "\",\"text\":\"");
	to = put_json(to, line->text, line->len);
	return put_text(to, line->more ? "\",\"more\":true}\n" : "\"}\n");
}

size_t
line_write(const struct line_style *style, const char *stamp,
    const struct line *line, char *bytes)
{
	bool plain = style->form == LINE_PLAIN;
	char *to = bytes;

	if (style->form == LINE_JSON)
		return (size_t)(write_json(style, stamp, line, to) - bytes);
	if (style->stamped && !(plain && line->amid)) {
		to = put(to, stamp, RECORD_STAMP_SIZE - 1);
		*to++ = ' ';
	}
	if (!plain) {
		to = put(to, style->prefix, style->prefix_len);
		if (line->amid)
			to[(ptrdiff_t)style->bar -
			    (ptrdiff_t)style->prefix_len] = '+';
	}
	to = put(to, line->text, line->len);
	if (!(plain && line->more))
		*to++ = '\n';
	return (size_t)(to - bytes);
}

size_t
line_part(const char *text, size_t len)
{
	size_t part = len < LOG_LINE_MAX ? len : LOG_LINE_MAX;

	/* Not amid a character, if these are characters. */
	for (size_t n = 1; n < UTF8_MAX; n++) {
		unsigned char byte = (unsigned char)text[part - n];

		if (byte >= 0xc0)
			return part - n;
		if (byte < 0x80)
			break;
	}
	return part;
}
