/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/diag.h"
#include "check.h"

static const struct diag sample = {
	.severity = DIAG_ERROR,
	.file = "a.conf",
	.line = 3,
	.column = 9,
	.message = "\"x\" is wrong, expected y",
	.source = "\t\303\274 \tx z",
	.caret = 5,
	.width = 1,
	.note = "in worker w = s at a.conf:9\nin supervisor v = t\n",
};

struct text {
	char bytes[65536];
	size_t len;
};

static void
append(void *ctx, const char *bytes, size_t len)
{
	struct text *text = ctx;

	CHECK(text->len + len < sizeof(text->bytes));
	memcpy(text->bytes + text->len, bytes, len);
	text->len += len;
	text->bytes[text->len] = '\0';
}

static void
test_render(void)
{
	char buf[512], small[8];
	size_t len;

	len = diag_format(&sample, false, buf, sizeof(buf));
	CHECK(strcmp(buf,
		  "a.conf:3:9: \"x\" is wrong, expected y\n"
		  "    \t\303\274 \tx z\n"
		  "    \t  \t^\n"
		  "    in worker w = s at a.conf:9\n"
		  "    in supervisor v = t\n") == 0);
	CHECK(len == strlen(buf));
	CHECK(diag_format(&sample, false, small, sizeof(small)) == len);
	CHECK(strcmp(small, "a.conf:") == 0);
	CHECK(diag_format(&sample, false, NULL, 0) == len);
	CHECK(diag_format(&sample, true, buf, sizeof(buf)) > len);
	CHECK(strstr(buf, "\033[1;32m^\033[0m") != NULL);
	OK("place, message, source line, caret below it, notes");
}

static void
test_places(void)
{
	struct diag d = { .severity = DIAG_WARNING, .message = "m" };
	char buf[128];

	diag_format(&d, false, buf, sizeof(buf));
	CHECK(strcmp(buf, "warning: m\n") == 0);
	d.file = "f";
	diag_format(&d, false, buf, sizeof(buf));
	CHECK(strcmp(buf, "f: warning: m\n") == 0);
	d.severity = DIAG_ERROR;
	d.line = 4294967295U;
	d.column = 4294967295U;
	diag_format(&d, false, buf, sizeof(buf));
	CHECK(strcmp(buf, "f:4294967295:4294967295: m\n") == 0);
	d.file = NULL;
	diag_format(&d, false, buf, sizeof(buf));
	CHECK(strcmp(buf, "error: m\n") == 0);
	OK("about a line, a file, or nothing in particular");
}

static void
test_list(void)
{
	struct arena a;
	struct diag_list list = { 0 };
	struct diag d = sample;
	static struct text text;

	arena_init(&a, 0, NULL);
	diag_list_add(&list, &a, &d);
	diag_list_add(&list, &a, &d);
	d.note = NULL;
	diag_list_add(&list, &a, &d);
	CHECK(list.nitems == 1 && list.nerrors == 1 && list.nwarnings == 0);
	d.severity = DIAG_WARNING;
	diag_list_add(&list, &a, &d);
	d.message = "other";
	diag_list_add(&list, &a, &d);
	CHECK(list.nitems == 3 && list.nerrors == 1 && list.nwarnings == 2);
	for (d.line = 1000; d.line < 1150; d.line++)
		diag_list_add(&list, &a, &d);
	CHECK(list.nitems == 101 && list.nwarnings == 152);
	CHECK(diag_list_hidden(&list, DIAG_WARNING) == 52);
	CHECK(diag_list_hidden(&list, DIAG_ERROR) == 0);
	d.severity = DIAG_ERROR;
	for (d.line = 1; d.line <= 100; d.line++)
		diag_list_add(&list, &a, &d);
	CHECK(list.nitems == 200 && list.nerrors == 101);
	diag_list_render(&list, false, append, &text);
	CHECK(strstr(text.bytes, "\n1 more error is not shown\n") != NULL);
	CHECK(strstr(text.bytes, "\n52 more warnings are not shown\n") != NULL);
	arena_fini(&a);
	OK("equal ones are given once, at most 100 of each kind");
}

static void
test_sort(void)
{
	static const struct diag items[] = {
		{ .file = "b", .line = 2, .column = 1, .message = "3" },
		{ .file = "a", .line = 1, .column = 1, .message = "4" },
		{ .file = "b", .line = 1, .column = 9, .message = "2" },
		{ .file = "b", .line = 1, .column = 1, .message = "1" },
		{ .file = NULL, .message = "6" },
		{ .file = "a", .line = 1, .column = 1, .message = "5" },
	};
	struct diag_list list = { 0 };
	struct arena a;

	arena_init(&a, 0, NULL);
	for (size_t i = 0; i < 6; i++)
		diag_list_add(&list, &a, &items[i]);
	diag_list_sort(&list);
	for (size_t i = 0; i < 6; i++)
		CHECK(list.items[i].message[0] == (char)('1' + i));
	arena_fini(&a);
	OK("ordered by file, line and column");
}

int
main(void)
{
	test_render();
	test_places();
	test_list();
	test_sort();
	return 0;
}
