/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/pattern.h"
#include "check.h"

static bool
matches(const char *pattern, const char *reason)
{
	struct pattern_error error;

	CHECK(pattern_check(pattern, &error));
	return pattern_matches(pattern, reason);
}

static void
test_statuses(void)
{
	CHECK(matches("exit:75", "exit:75"));
	CHECK(!matches("exit:75", "exit:7"));
	CHECK(!matches("exit:7", "exit:75"));
	CHECK(!matches("exit:75", "signal:TERM"));
	CHECK(matches("exit:70-78", "exit:70"));
	CHECK(matches("exit:70-78", "exit:78"));
	CHECK(!matches("exit:70-78", "exit:69"));
	CHECK(!matches("exit:70-78", "exit:79"));
	CHECK(matches("exit:1,3,70-78", "exit:3"));
	CHECK(matches("exit:1,3,70-78", "exit:75"));
	CHECK(!matches("exit:1,3,70-78", "exit:2"));
	CHECK(matches("exit:*", "exit:0"));
	CHECK(matches("exit:0-255", "exit:255"));
	CHECK(!matches("exit:*", "killed"));
	OK("L10: statuses, lists of them, ranges");
}

static void
test_signals(void)
{
	CHECK(matches("signal:SEGV,BUS", "signal:SEGV"));
	CHECK(matches("signal:SEGV,BUS", "signal:BUS"));
	CHECK(!matches("signal:SEGV,BUS", "signal:ABRT"));
	CHECK(matches("signal:SIGSEGV", "signal:SEGV"));
	CHECK(matches("signal:11", "signal:SEGV"));
	CHECK(matches("signal:RTMAX-2", "signal:RTMIN+28"));
	CHECK(matches("signal:*", "signal:HUP"));
	CHECK(!matches("signal:*", "killed"));
	CHECK(!matches("signal:*", "exit:1"));
	OK("L10: signals by any of their names");
}

static void
test_others(void)
{
	CHECK(matches("*", "exit:0"));
	CHECK(matches("*", "throw:a b"));
	CHECK(matches("killed", "killed"));
	CHECK(!matches("killed", "shutdown"));
	CHECK(matches("shutdown", "shutdown"));
	CHECK(matches("shutdown", "shutdown:failed_to_start_child"));
	CHECK(!matches("shutdown", "shutdowns"));
	CHECK(matches("start:ENOENT,EACCES", "start:EACCES"));
	CHECK(!matches("start:ENOENT", "start:ENOENTX"));
	CHECK(matches("throw:*", "throw:"));
	CHECK(matches("throw:full", "throw:full"));
	CHECK(!matches("throw:full", "throw:fuller"));
	CHECK(matches("throw:disk*", "throw:disk 3"));
	CHECK(matches("throw:*full", "throw:is fullfull"));
	CHECK(matches("throw:a*b*c", "throw:aXbYbZc"));
	CHECK(!matches("throw:a*b*c", "throw:aXbYbZ"));
	CHECK(matches("throw:x,y*", "throw:yes"));
	OK("L10: throws, and reasons without a value");
}

/* `text` is wrong: at which byte, for how many, and what is said of it. */
static void
refuses(const char *text, size_t at, size_t len, const char *message)
{
	struct pattern_error error;

	CHECK(!pattern_check(text, &error));
	if (strstr(error.message, message) == NULL) {
		(void)fprintf(stderr, "%s: %s\n", text, error.message);
		exit(1);
	}
	CHECK(error.at == at && error.len == len);
}

static void
test_mistakes(void)
{
	refuses("", 0, 0, "\"\" is no reason, expected *");
	refuses("sgnal:SEGV", 0, 5, "\"sgnal\" is no reason, expected signal");
	refuses("75", 0, 2, "is no reason, expected *, exit:N");
	refuses("exit", 0, 4, "not all of a reason, expected exit:1");
	refuses("exit:", 5, 0, "\"\" is no exit status");
	refuses("exit:1,", 7, 0, "\"\" is no exit status");
	refuses("exit:1,x,3", 7, 1, "\"x\" is no exit status");
	refuses("exit:256", 5, 3, "is no exit status");
	refuses("exit:1-", 5, 2, "is no exit status");
	refuses("exit:1-2-3", 5, 5, "is no exit status");
	refuses("exit:78-70", 5, 5, "is empty, expected the smaller");
	refuses("exit:4294967297", 5, 10, "is no exit status");
	refuses("signal:SEGV,BSU", 12, 3, "\"BSU\" is no signal");
	refuses("signal:KILL", 7, 4, "expected killed");
	refuses("signal:a name much longer than any signal's", 7, 36,
	    "is no signal");
	refuses("start:enoent", 6, 6, "is no error's name");
	refuses("start:EFOO", 6, 4, "is no error's name");
	refuses("throw:", 6, 0, "is no value");
	refuses("killed:9", 0, 8, "is no reason, expected killed");
	refuses("*:*", 0, 1, "is no reason");
	OK("what is wrong with a pattern is told with its place");
}

int
main(void)
{
	test_statuses();
	test_signals();
	test_others();
	test_mistakes();
	return 0;
}
