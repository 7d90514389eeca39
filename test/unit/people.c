/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "check.h"
#include "engine/people.h"

/* An end for want of memory, with its limit or without. */
static void
test_oom(void)
{
	char line[RECORD_LINE_MAX];
	struct record r;

	record_begin(&r, RECORD_EXITED);
	record_text(&r, "child", "web/api");
	record_text(&r, "reason", "killed");
	record_flag(&r, "oom", true);
	record_number(&r, "ran_ms", 5);
	CHECK(people_line(&r, false, line) > 0);
	CHECK(strstr(line,
		  " was killed by the kernel: out of memory, after 5 ms\n") !=
	    NULL);
	record_text(&r, "memory", "512M");
	CHECK(people_line(&r, false, line) > 0);
	CHECK(strstr(line,
		  " was killed by the kernel: out of memory (memory 512M), "
		  "after 5 ms\n") != NULL);
	OK("an end for want of memory is told as that");
}

static bool
says_lost(int64_t count, const char *file, const char *words)
{
	char line[RECORD_LINE_MAX];
	struct record r;

	record_begin(&r, RECORD_LOST);
	record_number(&r, "count", count);
	if (file != NULL)
		record_text(&r, "file", file);
	return people_line(&r, false, line) > 0 && strstr(line, words) != NULL;
}

/* Of our own records, or of what children wrote to a file. */
static void
test_lost(void)
{
	CHECK(says_lost(1, NULL, "1 record is missing here, not read in time"));
	CHECK(says_lost(7, NULL, "7 records are missing here"));
	CHECK(says_lost(1, "a.log", "1 line is lost: a.log could not be "));
	CHECK(says_lost(30, "a.log", "30 lines are lost: a.log could not be "));
	OK("what is lost is told with where it was to go");
}

int
main(void)
{
	test_oom();
	test_lost();
	return 0;
}
