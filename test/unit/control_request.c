/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "check.h"
#include "conf/conf.h"
#include "control/request.h"

#define REQUEST_SIZE 4096

/* How many bytes the first request in `text` has; 0 if it does not end. */
static size_t
length(const char *text, bool *control)
{
	struct request_scan scan = { 0 };
	size_t len = strlen(text), used, total = 0;
	bool ended;

	used = request_scan(&scan, text, len, &ended);
	*control = scan.control;
	CHECK(used <= len && (ended || used == len));

	/* Byte by byte it comes to the same. */
	scan = (struct request_scan){ 0 };
	for (bool end = false; total < len && !end;)
		total += request_scan(&scan, text + total, 1, &end);
	CHECK(total == used && scan.control == *control);
	return ended ? used : 0;
}

static bool
is_whole(const char *text)
{
	bool control;

	return length(text, &control) == strlen(text) && !control;
}

static bool
is_half(const char *text)
{
	bool control;

	return length(text, &control) == 0 && !control;
}

static bool
has_control(const char *text)
{
	bool control;

	(void)length(text, &control);
	return control;
}

static void
test_ends(void)
{
	bool control;

	CHECK(is_whole("\n") && is_whole("\r\n") && is_whole("a b\n"));
	CHECK(is_whole("a b\r\n") && is_whole("# don't\n"));
	CHECK(is_whole("# don't\\\r\n") && is_whole("a#b'\n'\n"));
	CHECK(is_whole("'\n'\n") && is_whole("\"\n\"\n"));
	CHECK(is_whole("\"'\\\"\n\"\n") && is_whole("'\"\\'\n"));
	CHECK(is_whole("a\\\nb\n") && is_whole("\\\n# \\\n"));
	CHECK(is_whole("\\\\\n") && is_whole("a\\'b\n"));
	CHECK(is_whole("a;# '\n") && is_whole("a {# '\n"));
	CHECK(is_half("") && is_half("a") && is_half("a\\\n"));
	CHECK(is_half("'a\n") && is_half("\"a\n") && is_half("\"\\\"\n"));
	CHECK(is_half("a\r") && is_half("\"\\\n"));
	CHECK(length("a\nb\n", &control) == 2 && !control);
	CHECK(length("\n\n", &control) == 1 && !control);
	OK("a request ends at a newline that nothing protects");
}

static void
test_control(void)
{
	CHECK(has_control("\x01\n") && has_control("'\x1b'\n"));
	CHECK(has_control("\x7f") && has_control("# \x08\n"));
	CHECK(has_control("a\rb\n") && has_control("'\r\n'\n"));
	CHECK(has_control("\"\r\n\"\n") && has_control("a\\\r\n"));
	CHECK(has_control("a\r\r\n"));
	CHECK(!has_control("\t a\tb\n") && !has_control("\xff\xc3\xa9\n"));
	OK("control characters are found wherever they are");
}

/* Whether the words are written as `expected` and read back the same. */
static bool
round_trip(const char *const *words, const char *expected)
{
	char bytes[REQUEST_SIZE];
	struct conf conf;
	size_t n = 0, len;
	bool control, same;

	while (words[n] != NULL)
		n++;
	len = request_write(n, words, bytes, sizeof(bytes), &control);
	CHECK(len > 0 && !control && len < sizeof(bytes));
	bytes[len] = '\0';
	CHECK(is_whole(bytes));
	same = expected == NULL || strcmp(bytes, expected) == 0;
	CHECK(conf_parse_words(&conf, "request", bytes, len));
	CHECK(conf.nwords == n && conf.words[n] == NULL);
	for (size_t i = 0; i < n; i++)
		CHECK(strcmp(conf.words[i], words[i]) == 0);
	conf_fini(&conf);
	return same;
}

static void
test_write(void)
{
	static const char *const plain[] = { "stop", "web/api[3]", "a-b_c.d",
		"web/*", "1:2@3%4,5=6?~", NULL };
	static const char *const quoted[] = { "", "two words", "don't", "'",
		"''", "\"", "\\", "${x}", "#", "{", "a;b", "\xc3\xa9", NULL };
	static const char *const text[] = { "add", "web",
		"worker x {\n\texec sh -c 'a \"$b\"' # c\n}\n", NULL };
	char byte[2] = "";
	const char *const one[] = { byte, NULL };

	CHECK(round_trip(plain,
	    "stop web/api[3] a-b_c.d web/* 1:2@3%4,5=6?~\n"));
	CHECK(round_trip(quoted,
	    "'' 'two words' 'don'\\''t' ''\\''' ''\\'''\\''' '\"' '\\' "
	    "'${x}' '#' '{' 'a;b' '\xc3\xa9'\n"));
	CHECK(round_trip(text, NULL));
	for (int c = ' '; c < 256; c++) {
		byte[0] = (char)c;
		CHECK(c == 0x7f || round_trip(one, NULL));
	}
	OK("words are written so that they are read as they were");
}

static void
test_write_bounds(void)
{
	static const char *const words[] = { "it's", "b" };
	static const char *const control[] = { "a", "b\033" };
	char bytes[16];
	bool has;

	for (size_t size = 0; size < sizeof(bytes); size++) {
		memset(bytes, '?', sizeof(bytes));
		CHECK(request_write(2, words, bytes, size, &has) ==
		    (size < 12 ? 0 : 12));
		CHECK(!has && bytes[size] == '?');
	}
	CHECK(memcmp(bytes, "'it'\\''s' b\n", 12) == 0);
	CHECK(request_write(2, control, bytes, sizeof(bytes), &has) == 0);
	CHECK(has);
	OK("what is too long or has control characters is not written");
}

static bool
parses(const char *text, size_t nwords)
{
	struct conf conf;
	bool good = conf_parse_words(&conf, "request", text, strlen(text));

	CHECK(good == (conf.words != NULL) &&
	    good == (conf.nwords > 0 || conf.diags.nerrors == 0));
	good = good && conf.nwords == nwords;
	conf_fini(&conf);
	return good;
}

static void
test_parse(void)
{
	CHECK(parses("", 0) && parses("\n", 0) && parses("# a\r\n", 0));
	CHECK(parses("a b c d e f\n", 6) && parses("'' ''\n", 2));
	CHECK(!parses("a ${b\n", 1));
	CHECK(parses("$a $ \\${b}\n", 3) && parses("\"${a:-b\"\n", 1));
	CHECK(parses("a ( ) = [ ] ,\n", 7));
	CHECK(!parses("a {\n", 1) && !parses("a }\n", 1));
	CHECK(!parses("a; b\n", 2) && !parses("a\nb\n", 2));
	CHECK(!parses("'a\n", 1) && !parses("\"a\n", 1));
	OK("words are those of one statement, and nothing is replaced");
}

int
main(void)
{
	test_ends();
	test_control();
	test_write();
	test_write_bounds();
	test_parse();
	return 0;
}
