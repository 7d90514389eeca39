/* SPDX-License-Identifier: ISC */
#include <stdint.h>
#include <string.h>

#include "base/record_parse.h"
#include "check.h"

static char line[RECORD_LINE_MAX];
static char json[RECORD_JSON_MAX];
static struct record_parsed parsed;

/*
 * Parses a copy of `text` that ends where its memory ends, so that a
 * sanitizer sees a look beyond it.
 */
static bool
parses(const char *text)
{
	static char *copy;
	size_t len = strlen(text);

	free(copy);
	copy = malloc(len > 0 ? len : 1);
	CHECK(copy != NULL);
	memcpy(copy, text, len);
	return record_parse(&parsed, copy, len);
}

/* Whether the line, parsed, is this JSON. */
static bool
is_json(const char *text, const char *expected)
{
	size_t len;

	if (!parses(text))
		return false;
	len = record_parsed_json(&parsed, json);
	return len == strlen(expected) && memcmp(json, expected, len) == 0;
}

static void
test_types(void)
{
	CHECK(parses("2026-11-22T15:28:31.007Z event=exited child=web/api "
		     "pid=4242 core=true name=\"7\"\n"));
	CHECK(strcmp(parsed.stamp, "2026-11-22T15:28:31.007Z") == 0);
	CHECK(strcmp(parsed.event, "exited") == 0 && parsed.n == 4);
	CHECK(strcmp(record_parsed_text(&parsed, "child"), "web/api") == 0);
	CHECK(record_parsed_get(&parsed, "pid")->type == RECORD_IS_NUMBER);
	CHECK(record_parsed_get(&parsed, "pid")->number == 4242);
	CHECK(strcmp(record_parsed_text(&parsed, "pid"), "4242") == 0);
	CHECK(record_parsed_get(&parsed, "core")->type == RECORD_IS_FLAG);
	CHECK(record_parsed_get(&parsed, "core")->number == 1);
	CHECK(record_parsed_get(&parsed, "name")->type == RECORD_IS_TEXT);
	CHECK(record_parsed_get(&parsed, "nobody") == NULL);
	CHECK(strcmp(record_parsed_text(&parsed, "nobody"), "") == 0);
	OK("a line becomes fields that know their type");
}

static void
test_json(void)
{
	CHECK(is_json("event=ok\n", "{\"event\":\"ok\"}\n"));
	CHECK(is_json("event=x a=1 b=-5 c=0 d=false e=\"true\" f=\"1\"\n",
	    "{\"event\":\"x\",\"a\":1,\"b\":-5,\"c\":0,\"d\":false,"
	    "\"e\":\"true\",\"f\":\"1\"}\n"));
	CHECK(is_json("event=x a=007 b=-0 c=1.5 d=- e=+1\n",
	    "{\"event\":\"x\",\"a\":\"007\",\"b\":\"-0\",\"c\":\"1.5\","
	    "\"d\":\"-\",\"e\":\"+1\"}\n"));
	CHECK(is_json("event=x a=9223372036854775807 b=9223372036854775808 "
		      "c=-9223372036854775808 d=-9223372036854775809\n",
	    "{\"event\":\"x\",\"a\":9223372036854775807,"
	    "\"b\":\"9223372036854775808\",\"c\":-9223372036854775808,"
	    "\"d\":\"-9223372036854775809\"}\n"));
	CHECK(is_json("event=x a=\"\\\"\\\\\\n\\t\\r\\x1b\\xff\" b=\"\"\n",
	    "{\"event\":\"x\",\"a\":\"\\\"\\\\\\n\\t\\r\\u001b\\ufffd\","
	    "\"b\":\"\"}\n"));
	OK("the JSON of a line has numbers, flags and escapes");
}

static void
test_refused(void)
{
	static const char *const bad[] = { "", "\n", " \n", "event=x",
		"event\n", "event=\n", "=x\n", "child=x\n", "event=x \n",
		"event=x a\n", "event=x a=\n", "event=x  a=1\n",
		"event=x a=\"\n", "event=x a=\"\\\n", "event=x a=\"\\x1\n",
		"event=x a=\"\\x00\"\n", "event=x a=\"\\xAB\"\n",
		"event=x a=\"\\q\"\n", "event=x a=\"b\"c\n", "event=x a=b\"c\n",
		"event=x \"a\"=1\n", "event=x a\\=1\n",
		"2026-11-22T15:28:31.007Z\n", "2026-11-22T15:28:31.007Z \n",
		"2026-11-22 event=x\n", "event=x =\n" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK(!parses(bad[i]));
	memcpy(line, "event=x a=\0b\n", 14);
	CHECK(!record_parse(&parsed, line, 13));
	memcpy(line, "event=x a=\"\0\"\n", 15);
	CHECK(!record_parse(&parsed, line, 14));
	OK("what is no record is refused");
}

static void
test_bounds(void)
{
	size_t len = strlen(strcpy(line, "event=x"));

	for (int i = 0; i < RECORD_PARSED_MAX; i++)
		len += strlen(strcpy(line + len, " a=1"));
	strcpy(line + len, "\n");
	CHECK(parses(line) && parsed.n == RECORD_PARSED_MAX);
	strcpy(line + len, " a=1\n");
	CHECK(!parses(line));
	OK("there is a limit on fields");
}

/* The longest JSON that a line can come to still fits, whole. */
static void
test_longest_json(void)
{
	static const char start[] = "event=x a=";
	size_t len;

	strcpy(line, start);
	memset(line + strlen(start), '\xff', sizeof(line) - strlen(start));
	line[sizeof(line) - 1] = '\n';
	CHECK(record_parse(&parsed, line, sizeof(line)));
	len = record_parsed_json(&parsed, json);
	CHECK(len > (sizeof(line) - strlen(start) - 1) * strlen("\\ufffd"));
	CHECK(memcmp(json + len - 4, "d\"}\n", 4) == 0);
	OK("the JSON of the longest line is whole");
}

/* Every byte, in a text of several, comes back. */
static void
test_round_trip(void)
{
	struct record r;
	char text[4] = "x?y", as_written[RECORD_LINE_MAX];
	size_t len;

	for (int byte = 1; byte < 256; byte++) {
		text[1] = (char)byte;
		record_begin(&r, RECORD_WARNING);
		record_text(&r, "message", text);
		record_text(&r, "byte", text + 1);
		record_number(&r, "number", byte - 128);
		record_flag(&r, "odd", byte % 2 != 0);
		len = record_json(&r, NULL, as_written);
		CHECK(record_parse(&parsed, line,
		    record_logfmt(&r, NULL, line)));
		CHECK(strcmp(record_parsed_text(&parsed, "message"), text) ==
		    0);
		CHECK(record_parsed_json(&parsed, json) == len);
		CHECK(memcmp(json, as_written, len) == 0);
	}
	OK("a record that was written is read back the same");
}

int
main(void)
{
	test_types();
	test_json();
	test_refused();
	test_bounds();
	test_longest_json();
	test_round_trip();
	return 0;
}
