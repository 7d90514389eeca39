/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "base/notify.h"
#include "check.h"

/* Messages of sd_notify(3) (U20). */

static struct notify
parse(char *text, size_t size, const char *message)
{
	struct notify n;

	CHECK(strlen(message) < size);
	memcpy(text, message, strlen(message) + 1);
	notify_parse(text, &n);
	return n;
}

static void
says_what_is_known(void)
{
	char text[256];
	struct notify n = parse(text, sizeof(text),
	    "READY=1\nSTATUS=a=b c\nERRNO=2\nEXIT_STATUS=9\nMAINPID=77\n"
	    "WATCHDOG=1\nWATCHDOG_USEC=20\nEXTEND_TIMEOUT_USEC=30\n"
	    "FDSTORE=1\nFDNAME=x\nX_OTHER=1");

	CHECK(n.ready && n.fdstore && !n.reloading && !n.stopping);
	CHECK(strcmp(n.status, "a=b c") == 0 && strcmp(n.fdname, "x") == 0);
	CHECK(n.error == 2 && n.exit_status == 9 && n.mainpid == 77);
	CHECK(n.watchdog_us == 20 && n.extend_us == 30);
	CHECK(strcmp(n.watchdog, "1") == 0);
	n = parse(text, sizeof(text),
	    "RELOADING=1\nSTOPPING=1\nFDSTOREREMOVE=1\nBARRIER=1\n"
	    "RESTART_RESET=1\n");
	CHECK(n.reloading && n.stopping && n.fdstore_remove && n.barrier &&
	    n.restart_reset && !n.ready);
	OK("U20: what a message says");
}

static void
passes_over_the_rest(void)
{
	char text[256];
	struct notify n = parse(text, sizeof(text),
	    "READY=0\nERRNO=\nEXIT_STATUS=-1\nMAINPID=x\nready=1\n\n=\n"
	    "WATCHDOG_USEC=99999999999999999999\nREADY\n READY=1");

	CHECK(!n.ready && n.status == NULL && n.watchdog == NULL);
	CHECK(n.error == NOTIFY_UNSAID && n.exit_status == NOTIFY_UNSAID);
	CHECK(n.mainpid == NOTIFY_UNSAID && n.watchdog_us == NOTIFY_UNSAID);
	n = parse(text, sizeof(text), "");
	CHECK(!n.ready && n.extend_us == NOTIFY_UNSAID);
	OK("U20: what is unknown or wrong is not said");
}

static void
names(void)
{
	char name[NOTIFY_NAME_MAX + 2];

	memset(name, 'x', sizeof(name));
	name[NOTIFY_NAME_MAX + 1] = '\0';
	CHECK(!notify_name_valid(name));
	name[NOTIFY_NAME_MAX] = '\0';
	CHECK(notify_name_valid(name) && notify_name_valid("a b.c"));
	CHECK(!notify_name_valid("") && !notify_name_valid("a:b"));
	CHECK(!notify_name_valid("a\nb") && !notify_name_valid("\xc3\xbc"));
	OK("U25: names of descriptors");
}

int
main(void)
{
	says_what_is_known();
	passes_over_the_rest();
	names();
	return 0;
}
