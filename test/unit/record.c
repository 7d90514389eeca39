/* SPDX-License-Identifier: ISC */
#include <stdint.h>
#include <string.h>

#include "base/record.h"
#include "base/units.h"
#include "check.h"

static char line[RECORD_LINE_MAX];

/* Whether the record is written as exactly these two lines. */
static void
check_lines(const struct record *r, const char *stamp, const char *logfmt,
    const char *json)
{
	size_t len = record_logfmt(r, stamp, line);

	CHECK(len == strlen(logfmt) && memcmp(line, logfmt, len) == 0);
	len = record_json(r, stamp, line);
	CHECK(len == strlen(json) && memcmp(line, json, len) == 0);
}

static void
test_types(void)
{
	const struct record_field *pid;
	struct record r;

	record_begin(&r, RECORD_EXITED);
	check_lines(&r, NULL, "event=exited\n", "{\"event\":\"exited\"}\n");
	record_text(&r, "child", "web/api");
	record_number(&r, "pid", 4242);
	record_number(&r, "low", INT64_MIN);
	record_number(&r, "high", INT64_MAX);
	record_flag(&r, "core", true);
	record_flag(&r, "old", false);
	check_lines(&r, "2026-11-22T15:28:31.007Z",
	    "2026-11-22T15:28:31.007Z event=exited child=web/api pid=4242 "
	    "low=-9223372036854775808 high=9223372036854775807 core=true "
	    "old=false\n",
	    "{\"time\":\"2026-11-22T15:28:31.007Z\",\"event\":\"exited\","
	    "\"child\":\"web/api\",\"pid\":4242,\"low\":-9223372036854775808,"
	    "\"high\":9223372036854775807,\"core\":true,\"old\":false}\n");
	pid = record_get(&r, "pid");
	CHECK(pid != NULL && pid->number == 4242);
	CHECK(record_get(&r, "nobody") == NULL);
	OK("text, numbers and flags, in both forms");
}

static void
test_quotes(void)
{
	struct record r;

	record_begin(&r, RECORD_WARNING);
	record_text(&r, "a", "");
	record_text(&r, "b", "two words");
	record_text(&r, "c", "say \"x\\y\"\n\t\r");
	record_text(&r, "d", "\x1b[1m\x7f");
	record_text(&r, "e", "k=v");
	record_text(&r, "f", "\xc3\xa9\xff");
	record_text(&r, "g", "\xc2\x85\u202e");
	check_lines(&r, NULL,
	    "event=warning a=\"\" b=\"two words\" "
	    "c=\"say \\\"x\\\\y\\\"\\n\\t\\r\" d=\"\\x1b[1m\\x7f\" e=\"k=v\" "
	    "f=\"\xc3\xa9\\xff\" g=\"\\xc2\\x85\\xe2\\x80\\xae\"\n",
	    "{\"event\":\"warning\",\"a\":\"\",\"b\":\"two words\","
	    "\"c\":\"say \\\"x\\\\y\\\"\\n\\t\\r\","
	    "\"d\":\"\\u001b[1m\\u007f\",\"e\":\"k=v\","
	    "\"f\":\"\xc3\xa9\\ufffd\",\"g\":\"\xc2\x85\u202e\"}\n");
	OK("what is not plain has quotes and escapes");
}

static void
test_ambiguous_text(void)
{
	static const char *const plain[] = { "-", "1x", "--1", "exit:3", "1.5",
		"True", "truely" };
	static const char *const quoted[] = { "7", "-7", "007", "true", "false",
		"99999999999999999999" };
	char expected[64];
	struct record r;
	size_t i;

	for (i = 0; i < sizeof(plain) / sizeof(*plain); i++) {
		record_begin(&r, RECORD_STARTED);
		record_text(&r, "child", plain[i]);
		(void)record_logfmt(&r, NULL, line);
		snprintf(expected, sizeof(expected), "event=started child=%s\n",
		    plain[i]);
		CHECK(strncmp(line, expected, strlen(expected)) == 0);
	}
	for (i = 0; i < sizeof(quoted) / sizeof(*quoted); i++) {
		record_begin(&r, RECORD_STARTED);
		record_text(&r, "child", quoted[i]);
		(void)record_logfmt(&r, NULL, line);
		snprintf(expected, sizeof(expected),
		    "event=started child=\"%s\"\n", quoted[i]);
		CHECK(strncmp(line, expected, strlen(expected)) == 0);
	}
	OK("a child called 7 or true is not a number or a flag");
}

static void
test_too_long(void)
{
	static char text[3 * RECORD_LINE_MAX];
	struct record r;
	size_t len;

	memset(text, 'x', sizeof(text) - 1);
	record_begin(&r, RECORD_ERROR);
	record_text(&r, "message", text);
	record_number(&r, "n", 1);
	len = record_logfmt(&r, NULL, line);
	CHECK(len <= RECORD_LINE_MAX);
	CHECK(len > RECORD_LINE_MAX - 8);
	CHECK(memcmp(line + len - 3, "x\"\n", 3) == 0);
	len = record_json(&r, NULL, line);
	CHECK(len <= RECORD_LINE_MAX && len > RECORD_LINE_MAX - 8);
	CHECK(memcmp(line + len - 4, "x\"}\n", 4) == 0);

	memset(text, '\xff', sizeof(text) - 1);
	len = record_json(&r, NULL, line);
	CHECK(len <= RECORD_LINE_MAX);
	CHECK(memcmp(line + len - 9, "\\ufffd\"}\n", 9) == 0);
	OK("what does not fit is cut between characters");
}

static void
test_stamp(void)
{
	const int64_t at_ns = INT64_C(1795361309) * NS_PER_S;
	struct record_clock clock = { .second = 0 };
	char stamp[RECORD_STAMP_SIZE];

	record_stamp(INT64_C(1795361309) * NS_PER_S + 123 * NS_PER_MS, stamp);
	CHECK(strcmp(stamp, "2026-11-22T15:28:29.123Z") == 0);
	CHECK(strcmp(record_clock_stamp(&clock, at_ns + 123 * NS_PER_MS),
		  "2026-11-22T15:28:29.123Z") == 0);
	CHECK(strcmp(record_clock_stamp(&clock, at_ns + 7 * NS_PER_MS),
		  "2026-11-22T15:28:29.007Z") == 0);
	CHECK(strcmp(record_clock_stamp(&clock, at_ns + NS_PER_S),
		  "2026-11-22T15:28:30.000Z") == 0);
	record_stamp(0, stamp);
	CHECK(strcmp(stamp, "1970-01-01T00:00:00.000Z") == 0);
	OK("time stamps are UTC to the millisecond");
}

static void
test_events(void)
{
	for (int i = 0; i < (int)RECORD_NEVENTS; i++) {
		CHECK(strlen(record_event_text[i]) > 0);
		CHECK(strspn(record_event_text[i],
			  "abcdefghijklmnopqrstuvwxyz_") ==
		    strlen(record_event_text[i]));
	}
	OK("every event has a name");
}

int
main(void)
{
	test_types();
	test_quotes();
	test_ambiguous_text();
	test_too_long();
	test_stamp();
	test_events();
	return 0;
}
