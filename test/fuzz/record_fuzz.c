/* SPDX-License-Identifier: ISC */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/record_parse.h"

/*
 * Bytes are taken as lines and parsed. A record that comes of one is turned
 * into JSON, and, as far as it has room there, written and parsed once more:
 * the fields must be the same.
 */

static struct record_parsed first;
static struct record_parsed again;

static void
check_same(const struct record *r)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct record_field *a = &r->fields[i];
		const struct record_field *b = &again.fields[i];

		if (strcmp(a->key, b->key) != 0 || a->type != b->type ||
		    a->number != b->number || strcmp(a->text, b->text) != 0)
			abort();
	}
}

static void
check_round_trip(size_t len)
{
	static char line[RECORD_LINE_MAX];
	struct record r;

	record_begin(&r, RECORD_WARNING);
	if (first.n > RECORD_FIELDS_MAX)
		return;
	r.n = first.n;
	memcpy(r.fields, first.fields, first.n * sizeof(*r.fields));

	/* Escapes take up to four bytes for one; cut text does not compare. */
	len = 4 * len + 64 > RECORD_LINE_MAX ? 0 : len;
	if (!record_parse(&again, line, record_logfmt(&r, NULL, line)))
		abort();
	if (strcmp(again.event, "warning") != 0)
		abort();
	if (len > 0 && again.n != r.n)
		abort();
	if (len > 0)
		check_same(&r);
}

static void
check_line(const char *bytes, size_t len)
{
	static char json[RECORD_JSON_MAX];
	char *line = malloc(len > 0 ? len : 1);
	size_t got;

	if (line == NULL)
		return;
	memcpy(line, bytes, len);
	if (record_parse(&first, line, len)) {
		got = record_parsed_json(&first, json);
		if (got > sizeof(json) || json[got - 1] != '\n' ||
		    memchr(json, '\n', got) != json + got - 1)
			abort();
		check_round_trip(len);
	}
	free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;

	while (size > 0) {
		const char *end = memchr(bytes, '\n', size);
		size_t len = end == NULL ? size : (size_t)(end - bytes) + 1;

		if (len <= RECORD_LINE_MAX)
			check_line(bytes, len);
		bytes += len;
		size -= len;
	}
	return 0;
}
