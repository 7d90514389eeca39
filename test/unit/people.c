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

int
main(void)
{
	test_oom();
	return 0;
}
