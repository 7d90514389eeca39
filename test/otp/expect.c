/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expect.h"

/* Lines of the step before the difference that are shown as well. */
#define HEAD_MAX 4096

void
expect_open(struct expect *e, const char *file)
{
	FILE *in = fopen(file, "r");
	size_t size = 0;

	*e = (struct expect){ 0 };
	if (in == NULL) {
		fprintf(stderr, "%s: %s\n", file, strerror(errno));
		exit(2);
	}
	if (getdelim(&e->text, &size, '\0', in) > 0)
		e->next = e->text;
	fclose(in);
}

void
expect_close(struct expect *e)
{
	free(e->text);
	*e = (struct expect){ 0 };
}

/* The next trace and its length; "" when there is none. */
static const char *
take(struct expect *e, size_t *len)
{
	const char *trace = e->next != NULL ? e->next : "";
	char *end = e->next != NULL ? strstr(e->next, "\nscenario ") : NULL;

	*len = end != NULL ? (size_t)(end + 1 - trace) : strlen(trace);
	e->next = end != NULL ? end + 1 : NULL;
	return trace;
}

void
expect_skip(struct expect *e)
{
	size_t len;

	(void)take(e, &len);
}

static size_t
line_len(const char *text, const char *end)
{
	const char *newline = memchr(text, '\n', (size_t)(end - text));

	return newline != NULL ? (size_t)(newline + 1 - text) :
				 (size_t)(end - text);
}

/* Prints the lines with a mark, until the next step. */
static void
print_step(char mark, const char *from, const char *end)
{
	bool first = true;

	while (from < end) {
		size_t len = line_len(from, end);

		if (!first && strncmp(from, "step ", 5) == 0)
			return;
		printf("    %c%.*s\n", mark,
		    (int)(from[len - 1] == '\n' ? len - 1 : len), from);
		from += len;
		first = false;
	}
}

/* The lines that differ, with what their step has before them. */
static void
print_diff(const char *expected, size_t len, const char *trace)
{
	const char *expected_end = expected + len;
	const char *end = trace + strlen(trace);
	const char *step = trace;

	while (expected < expected_end && trace < end) {
		size_t n = line_len(expected, expected_end);

		if (n != line_len(trace, end) ||
		    memcmp(expected, trace, n) != 0)
			break;
		if (strncmp(trace, "step ", 5) == 0)
			step = trace;
		expected += n;
		trace += n;
	}
	if (trace - step < HEAD_MAX)
		print_step(' ', step, trace);
	print_step('-', expected, expected_end);
	print_step('+', trace, end);
}

bool
expect_same(struct expect *e, const char *trace)
{
	size_t len;
	const char *expected = take(e, &len);

	if (strlen(trace) == len && memcmp(trace, expected, len) == 0)
		return true;
	print_diff(expected, len, trace);
	return false;
}
