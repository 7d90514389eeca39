/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <stdbool.h>
#include <string.h>

#include "base/signal_name.h"
#include "check.h"

static void
test_all_have_names(void)
{
	char name[SIGNAL_NAME_SIZE], full[SIGNAL_NAME_SIZE + 3];

	for (int signo = 1; signo <= SIGRTMAX; signo++) {
		signal_name(signo, name);
		CHECK(signal_number(name) == signo);
		if (signo <= 31)
			CHECK(strspn(name, "0123456789") == 0);
		snprintf(full, sizeof(full), "SIG%s", name);
		if (strspn(name, "0123456789") == 0)
			CHECK(signal_number(full) == signo);
	}
	OK("every signal has a name that is read back");
}

static void
test_known(void)
{
	CHECK(signal_number("TERM") == SIGTERM);
	CHECK(signal_number("SIGTERM") == SIGTERM);
	CHECK(signal_number("15") == SIGTERM);
	CHECK(signal_number("IOT") == SIGABRT);
	CHECK(signal_number("CLD") == SIGCHLD);
	CHECK(signal_number("RTMIN") == SIGRTMIN);
	CHECK(signal_number("SIGRTMIN+3") == SIGRTMIN + 3);
	CHECK(signal_number("RTMAX-2") == SIGRTMAX - 2);
	CHECK(signal_number("RTMAX") == SIGRTMAX);
	OK("names, prefixed names, numbers and real-time signals are read");
}

static void
test_refused(void)
{
	static const char *const wrong[] = { "", "0", "-1", "65", "999",
		"99999999999", "term", "Term", "SIG", "SIG15", "TERM ", "15x",
		"RTMIN+", "RTMIN-1", "RTMAX+1", "RTMIN+99", "RTMINX",
		"RTMIN+1x" };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK(signal_number(wrong[i]) == -1);
	OK("what names no signal is refused");
}

static void
test_unnamed(void)
{
	char name[SIGNAL_NAME_SIZE];

	CHECK(strcmp(signal_name(0, name), "0") == 0);
	CHECK(strcmp(signal_name(-2147483647, name), "-2147483647") == 0);
	CHECK(strcmp(signal_name(2147483647, name), "2147483647") == 0);
	CHECK(strcmp(signal_name(SIGABRT, name), "ABRT") == 0);
	CHECK(strcmp(signal_name(SIGRTMIN + 1, name), "RTMIN+1") == 0);
	CHECK(strcmp(signal_name(SIGRTMAX - 1, name), "RTMAX-1") == 0);
	OK("numbers without a name are written as numbers");
}

static void
test_list(void)
{
	unsigned n = 0;

	for (; signal_known(n) != NULL; n++)
		CHECK(signal_number(signal_known(n)) > 0);
	CHECK(n >= 31);
	CHECK(signal_known(n + 1000) == NULL);
	OK("the list of names ends");
}

int
main(void)
{
	test_all_have_names();
	test_known();
	test_refused();
	test_unnamed();
	test_list();
	return 0;
}
