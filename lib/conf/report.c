/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "conf/report.h"

/* The longest message, and the longest word in it. */
#define MESSAGE_SIZE   512
#define SHOWN_WORD_MAX 64

/* Bytes of the source line that are shown, and how many before the spot. */
#define EXCERPT_MAX    160
#define EXCERPT_BEFORE 72

/* Each use of a spec that is named in a message is a line. */
#define NOTE_SIZE 512

/* Bytes of what a program has told that are shown, the last of them. */
#define TOLD_MAX 1024

/* Stands where something was cut. */
#define ELLIPSIS     "…"
#define ELLIPSIS_LEN (sizeof(ELLIPSIS) - 1)

static bool
is_inside_character(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Copies `len` bytes, with `?` for what would upset a terminal. */
static void
copy_printable(char *to, const char *from, size_t len, bool keep_tabs)
{
	memcpy(to, from, len);
	utf8_tame(to, len, keep_tabs, '?');
}

const char *
show(const char *word, struct shown *buf)
{
	size_t len = strlen(word), cut = len;
	char *to = buf->text;

	if (len > SHOWN_WORD_MAX) {
		cut = SHOWN_WORD_MAX;
		while (cut > 0 && is_inside_character(word[cut]))
			cut--;
	}
	*to++ = '"';
	copy_printable(to, word, cut, false);
	to += cut;
	if (cut < len) {
		memcpy(to, ELLIPSIS, ELLIPSIS_LEN);
		to += ELLIPSIS_LEN;
	}
	*to++ = '"';
	*to = '\0';
	return buf->text;
}

/* The part of a line that is shown, as offsets into the file. */
struct excerpt {
	uint32_t start;
	uint32_t end;
	bool cut_before;
	bool cut_behind;
};

static struct excerpt
find_excerpt(const struct spot *at)
{
	const char *bytes = at->file->bytes;
	struct excerpt e = { .start = at->offset, .end = at->offset };

	while (e.start > 0 && bytes[e.start - 1] != '\n' &&
	    at->offset - e.start < EXCERPT_BEFORE)
		e.start--;
	while (e.start < at->offset && is_inside_character(bytes[e.start]))
		e.start++;
	while (e.end < at->file->len && bytes[e.end] != '\n' &&
	    e.end - e.start < EXCERPT_MAX)
		e.end++;
	e.cut_behind = e.end < at->file->len && bytes[e.end] != '\n';
	while (e.cut_behind && e.end > at->offset &&
	    is_inside_character(bytes[e.end]))
		e.end--;
	if (e.end > at->offset && bytes[e.end - 1] == '\r')
		e.end--;
	e.cut_before = e.start > 0 && bytes[e.start - 1] != '\n';
	return e;
}

/* Fills in the source line and the caret of `diag`, the line in `buf`. */
static void
show_source(struct diag *diag, const struct spot *at,
    char buf[static EXCERPT_MAX + 2 * ELLIPSIS_LEN + 1])
{
	struct excerpt e = find_excerpt(at);
	char *to = buf;
	uint32_t room = 0;

	if (e.cut_before) {
		memcpy(to, ELLIPSIS, ELLIPSIS_LEN);
		to += ELLIPSIS_LEN;
	}
	diag->caret = (uint32_t)(to - buf) + (at->offset - e.start);
	copy_printable(to, at->file->bytes + e.start, e.end - e.start, true);
	to += e.end - e.start;
	if (e.cut_behind) {
		memcpy(to, ELLIPSIS, ELLIPSIS_LEN);
		to += ELLIPSIS_LEN;
	}
	*to = '\0';
	for (uint32_t i = at->offset; i < e.end; i++)
		room += !is_inside_character(at->file->bytes[i]);
	diag->source = buf;
	diag->width = at->width < room ? at->width : room;
}

/* Writes a line for each use of a spec, the innermost first. */
static void
show_uses(const struct use *use, char *buf, size_t size)
{
	size_t len = 0;

	for (int n = 0; use != NULL && n < REPORT_USES_MAX;
	     use = use->outer, n++) {
		int more = snprintf(buf + len, size - len,
		    "in %s %s = %s%s at %s:%" PRIu32 "\n", kind_text[use->kind],
		    use->child, use->spec, use->has_arguments ? "(…)" : "",
		    use->at.file->path, use->at.line);

		if (more < 0 || (size_t)more >= size - len)
			break;
		len += (size_t)more;
	}
	buf[len] = '\0';
}

/* Writes the last lines of a text that may be anything. */
static size_t
show_told(const char *told, char buf[static TOLD_MAX + 1])
{
	size_t len = strlen(told), line;

	while (len > 0 && told[len - 1] == '\n')
		len--;
	if (len > TOLD_MAX - 1) {
		told += len - (TOLD_MAX - 1);
		len = TOLD_MAX - 1;
	}
	while (is_inside_character(*told)) {
		told++;
		len--;
	}
	for (size_t at = 0; at < len; at += line + 1) {
		const char *end = memchr(told + at, '\n', len - at);

		line = end == NULL ? len - at : (size_t)(end - (told + at));
		copy_printable(buf + at, told + at, line, true);
		buf[at + line] = '\n';
	}
	if (len > 0)
		buf[len++] = '\n';
	return len;
}

static void __attribute__((format(printf, 5, 0)))
add_diag(struct loader *ld, enum diag_severity severity, const struct spot *at,
    const char *told, const char *format, va_list args)
{
	char message[MESSAGE_SIZE];
	struct diag diag = { .severity = severity, .message = message };
	char source[EXCERPT_MAX + 2 * ELLIPSIS_LEN + 1];
	char note[TOLD_MAX + NOTE_SIZE];
	size_t len = told == NULL ? 0 : show_told(told, note);

	vsnprintf(message, sizeof(message), format, args);
	if (at->file != NULL) {
		diag.file = at->file->path;
		diag.line = at->line;
		diag.column = at->column;
		if (at->line > 0)
			show_source(&diag, at, source);
	}
	show_uses(ld->use, note + len, NOTE_SIZE);
	if (*note != '\0')
		diag.note = note;
	diag_list_add(&ld->conf->diags, &ld->conf->arena, &diag);
}

void
report_error(struct loader *ld, const struct spot *at, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_diag(ld, DIAG_ERROR, at, NULL, format, args);
	va_end(args);
}

void
report_told(struct loader *ld, const struct spot *at, const char *told,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_diag(ld, DIAG_ERROR, at, told, format, args);
	va_end(args);
}

void
report_warning(struct loader *ld, const struct spot *at, const char *format,
    ...)
{
	va_list args;

	va_start(args, format);
	add_diag(ld, DIAG_WARNING, at, NULL, format, args);
	va_end(args);
}

void
report_file(struct loader *ld, enum diag_severity severity, const char *path,
    const char *format, ...)
{
	char message[MESSAGE_SIZE];
	struct diag diag = {
		.severity = severity, .file = path, .message = message
	};
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	diag_list_add(&ld->conf->diags, &ld->conf->arena, &diag);
}
