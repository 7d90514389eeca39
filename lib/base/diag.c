/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"

/* How far the source line and the notes are moved to the right. */
#define INDENT "    "

/* Colours: the place, an error, a warning, the caret, the end of each. */
#define BOLD    "\033[1m"
#define RED     "\033[1;31m"
#define MAGENTA "\033[1;35m"
#define GREEN   "\033[1;32m"
#define PLAIN   "\033[0m"

/* Digits of a uint32_t, a colon and a NUL. */
#define PLACE_LEN 12

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
same_diag(const struct diag *a, const struct diag *b)
{
	return a->line == b->line && a->column == b->column &&
	    a->severity == b->severity && same_text(a->file, b->file) &&
	    strcmp(a->message, b->message) == 0;
}

static const char *
copy(struct arena *arena, const char *text)
{
	return text == NULL ? NULL : arena_text(arena, text, strlen(text));
}

/* The last item, after making room for it. */
static struct diag *
append(struct diag_list *list, struct arena *arena)
{
	if (list->nitems == list->room) {
		size_t room = list->room == 0 ? 8 : list->room * 2;
		struct diag *items = ARENA_ARRAY(arena, struct diag, room);

		if (list->nitems > 0)
			memcpy(items, list->items,
			    list->nitems * sizeof(*items));
		list->items = items;
		list->room = room;
	}
	return &list->items[list->nitems++];
}

void
diag_list_add(struct diag_list *list, struct arena *arena,
    const struct diag *diag)
{
	size_t *count =
	    diag->severity == DIAG_ERROR ? &list->nerrors : &list->nwarnings;
	struct diag *item;

	for (size_t i = 0; i < list->nitems; i++)
		if (same_diag(&list->items[i], diag))
			return;
	if (++*count > DIAG_SHOWN_MAX)
		return;
	item = append(list, arena);
	*item = *diag;
	item->file = copy(arena, diag->file);
	item->message = copy(arena, diag->message);
	item->source = copy(arena, diag->source);
	item->note = copy(arena, diag->note);
}

/* The index of the first item about the same file. */
static size_t
rank_of_file(const struct diag_list *list, const char *file)
{
	size_t i = 0;

	while (!same_text(list->items[i].file, file))
		i++;
	return i;
}

static bool
is_before(const struct diag *a, size_t a_rank, const struct diag *b,
    size_t b_rank)
{
	if (a_rank != b_rank)
		return a_rank < b_rank;
	if (a->line != b->line)
		return a->line < b->line;
	return a->column < b->column;
}

void
diag_list_sort(struct diag_list *list)
{
	size_t ranks[2 * DIAG_SHOWN_MAX];

	for (size_t i = 0; i < list->nitems; i++)
		ranks[i] = rank_of_file(list, list->items[i].file);
	for (size_t i = 1; i < list->nitems; i++) {
		struct diag item = list->items[i];
		size_t rank = ranks[i], at = i;

		for (; at > 0; at--) {
			if (!is_before(&item, rank, &list->items[at - 1],
				ranks[at - 1]))
				break;
			list->items[at] = list->items[at - 1];
			ranks[at] = ranks[at - 1];
		}
		list->items[at] = item;
		ranks[at] = rank;
	}
}

size_t
diag_list_hidden(const struct diag_list *list, enum diag_severity severity)
{
	size_t count = severity == DIAG_ERROR ? list->nerrors : list->nwarnings;

	return count > DIAG_SHOWN_MAX ? count - DIAG_SHOWN_MAX : 0;
}

/* Where rendered text goes. */
struct sink {
	diag_write *write;
	void *ctx;
	bool colour;
};

static void
put(const struct sink *sink, const char *text)
{
	sink->write(sink->ctx, text, strlen(text));
}

static void
put_colour(const struct sink *sink, const char *escape)
{
	if (sink->colour)
		put(sink, escape);
}

static void
put_number(const struct sink *sink, uint32_t number)
{
	char text[PLACE_LEN];

	snprintf(text, sizeof(text), "%" PRIu32 ":", number);
	put(sink, text);
}

/* FILE:LINE:COLUMN: and, of warnings, that it is one. */
static void
put_place(const struct sink *sink, const struct diag *diag)
{
	put_colour(sink, BOLD);
	if (diag->file != NULL) {
		put(sink, diag->file);
		put(sink, ":");
		if (diag->line > 0) {
			put_number(sink, diag->line);
			put_number(sink, diag->column);
		}
		put(sink, " ");
	}
	put_colour(sink, PLAIN);
	put_colour(sink, diag->severity == DIAG_ERROR ? RED : MAGENTA);
	if (diag->severity == DIAG_WARNING)
		put(sink, "warning: ");
	else if (diag->file == NULL)
		put(sink, "error: ");
	put_colour(sink, PLAIN);
}

/* The source line, and below it the caret; tabs stay, so both line up. */
static void
put_source(const struct sink *sink, const struct diag *diag)
{
	put(sink, INDENT);
	put(sink, diag->source);
	put(sink, "\n" INDENT);
	for (uint32_t i = 0; i < diag->caret; i++) {
		unsigned char c = (unsigned char)diag->source[i];

		if (c == '\t')
			put(sink, "\t");
		else if ((c & 0xc0) != 0x80)
			put(sink, " ");
	}
	put_colour(sink, GREEN);
	for (uint32_t i = 0; i < diag->width || i == 0; i++)
		put(sink, "^");
	put_colour(sink, PLAIN);
	put(sink, "\n");
}

static void
put_notes(const struct sink *sink, const char *note)
{
	while (*note != '\0') {
		size_t len = strcspn(note, "\n");

		put(sink, INDENT);
		sink->write(sink->ctx, note, len);
		put(sink, "\n");
		note += len + (note[len] == '\n');
	}
}

void
diag_render(const struct diag *diag, bool colour, diag_write *write, void *ctx)
{
	struct sink sink = { write, ctx, colour };

	put_place(&sink, diag);
	put(&sink, diag->message);
	put(&sink, "\n");
	if (diag->source != NULL)
		put_source(&sink, diag);
	if (diag->note != NULL)
		put_notes(&sink, diag->note);
}

static void
put_hidden(const struct sink *sink, size_t hidden, const char *what)
{
	char line[80];

	if (hidden == 0)
		return;
	snprintf(line, sizeof(line), "%zu more %s%s not shown\n", hidden, what,
	    hidden == 1 ? " is" : "s are");
	put(sink, line);
}

void
diag_list_render(const struct diag_list *list, bool colour, diag_write *write,
    void *ctx)
{
	struct sink sink = { write, ctx, colour };

	for (size_t i = 0; i < list->nitems; i++)
		diag_render(&list->items[i], colour, write, ctx);
	put_hidden(&sink, diag_list_hidden(list, DIAG_ERROR), "error");
	put_hidden(&sink, diag_list_hidden(list, DIAG_WARNING), "warning");
}

struct buffer {
	char *bytes;
	size_t size;
	size_t len; /* of the whole text, kept or not */
};

static void
write_to_buffer(void *ctx, const char *bytes, size_t len)
{
	struct buffer *buffer = ctx;

	for (size_t i = 0; i < len; i++, buffer->len++)
		if (buffer->len + 1 < buffer->size)
			buffer->bytes[buffer->len] = bytes[i];
}

size_t
diag_format(const struct diag *diag, bool colour, char *buf, size_t size)
{
	struct buffer buffer = { buf, size, 0 };

	diag_render(diag, colour, write_to_buffer, &buffer);
	if (size > 0)
		buf[buffer.len < size ? buffer.len : size - 1] = '\0';
	return buffer.len;
}
