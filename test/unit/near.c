/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/near.h"
#include "check.h"

static void
test_distance(void)
{
	CHECK(near_distance("", "") == 0);
	CHECK(near_distance("", "abc") == 3);
	CHECK(near_distance("abc", "") == 3);
	CHECK(near_distance("restart", "restart") == 0);
	CHECK(near_distance("restart", "restat") == 1);
	CHECK(near_distance("restart", "restaart") == 1);
	CHECK(near_distance("restart", "restert") == 1);
	CHECK(near_distance("restart", "retsart") == 1);
	CHECK(near_distance("ca", "abc") == 3);
	CHECK(near_distance("kitten", "sitting") == 3);
	OK("a letter added, left out, changed or swapped is one step");
}

static void
test_find(void)
{
	static const char *const words[] = { "exec", "env", "restart",
		"max_restarts", "max_seconds" };
	char longest[NEAR_WORD_MAX + 2];

	CHECK(strcmp(near_find("exce", words, 5), "exec") == 0);
	CHECK(strcmp(near_find("EXEC", words, 5), "exec") == 0);
	CHECK(strcmp(near_find("max_restart", words, 5), "max_restarts") == 0);
	CHECK(strcmp(near_find("maxrestarts", words, 5), "max_restarts") == 0);
	CHECK(near_find("quux", words, 5) == NULL);
	CHECK(near_find("", words, 5) == NULL);
	CHECK(near_find("x", words, 5) == NULL);
	CHECK(near_find("exec", words, 0) == NULL);
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	CHECK(near_find(longest, words, 5) == NULL);
	OK("the nearest word is found, or none if none is near");
}

static void
test_order(void)
{
	struct near near = near_start("stxp");
	char longest[NEAR_WORD_MAX + 2];

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	near_try(&near, longest);
	CHECK(near.best == NULL);
	near_try(&near, "stop");
	near_try(&near, "step");
	CHECK(strcmp(near.best, "stop") == 0);
	near_try(&near, "stxp");
	CHECK(strcmp(near.best, "stxp") == 0);
	OK("of equally near words the first is kept");
}

int
main(void)
{
	test_distance();
	test_find();
	test_order();
	return 0;
}
