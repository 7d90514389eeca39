/* SPDX-License-Identifier: ISC */
#include <stddef.h>
#include <string.h>

#include "base/duration.h"
#include "check.h"

static const struct {
	const char *text;
	int64_t ms;
} right[] = {
	{ "0", 0 },
	{ "0s", 0 },
	{ "5", 5000 },
	{ "5s", 5000 },
	{ "500ms", 500 },
	{ "1.5s", 1500 },
	{ "0.5", 500 },
	{ "1.25m", 75000 },
	{ "0.001s", 1 },
	{ "2m", 120000 },
	{ "1h", 3600000 },
	{ "365d", DURATION_MAX_MS },
	{ "31536000", DURATION_MAX_MS },
	{ "31536000000ms", DURATION_MAX_MS },
};

static const char *const wrong[] = { "", "s", "-1", "+1", " 1", "1 ", "1x",
	"1S", "1sec", "1.5ms", "1.", ".5", "1.s", "0.0001s", "1.00000001h",
	"1e3", "0x10", "366d", "31536001", "31536000001ms",
	"99999999999999999999999", "365.5d", "1s5" };

static void
test_parse(void)
{
	int64_t ms;

	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		ms = -7;
		CHECK(duration_parse(right[i].text, &ms));
		CHECK(ms == right[i].ms);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		ms = -7;
		CHECK(!duration_parse(wrong[i], &ms));
		CHECK(ms == -7);
	}
	OK("durations are read, what is none is refused");
}

static void
test_text(void)
{
	char text[DURATION_TEXT_SIZE];
	int64_t again;

	CHECK(strcmp(duration_text(0, text), "0s") == 0);
	CHECK(strcmp(duration_text(1500, text), "1500ms") == 0);
	CHECK(strcmp(duration_text(90000, text), "90s") == 0);
	CHECK(strcmp(duration_text(86400000, text), "1d") == 0);
	for (int64_t ms = 0; ms <= DURATION_MAX_MS; ms = ms * 3 + 1) {
		CHECK(duration_parse(duration_text(ms, text), &again));
		CHECK(again == ms);
	}
	OK("what is written is read as the same again");
}

int
main(void)
{
	test_parse();
	test_text();
	return 0;
}
