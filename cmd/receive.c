/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/record_parse.h"
#include "base/units.h"
#include "cmd/options.h"
#include "os/clock.h"

const char receive_help[] =
    "  supervise receive                    the next record, waiting for it\n"
    "  supervise receive reason             what it says of that field alone\n"
    "  read -r event from reason < <(supervise receive event from reason)\n"
    "  supervise receive -t 0               only if there is one\n"
    "\n"
    "Run by a worker with `trap_exits` or `monitor`, or by what it started:\n"
    "takes one record out of its mailbox, never more, and prints it; or the\n"
    "values of the fields that are named, in that order on one line. A blank\n"
    "is between two, - where the record has no such field or nothing in it.\n"
    "What may have blanks is best named last. One should receive at a time.\n"
    "\n"
    "  -t SECONDS   a limit: 5s, 500ms, 2m; without it there is none\n"
    "  --json       the record, or `event` and these fields, as an object\n"
    "\n"
    "Ends with 124 at the limit, with 5 when the mailbox is over, as nothing\n"
    "comes any more, and with 1 where there is none.\n";

/* What came of an attempt to read. */
enum got {
	GOT_RECORD,
	GOT_NOTHING, /* and it has been complained about */
	GOT_LATE,
	GOT_END,
};

/* Waits until there is something to read. */
static enum got
wait_for_any(int fd, int64_t deadline_ns)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	int n;

	do
		n = poll(&poll_fd, 1,
		    clock_timeout_ms(clock_now_ns(), deadline_ns));
	while (n == -1 && errno == EINTR);
	return n == 0 ? GOT_LATE : GOT_RECORD;
}

/*
 * Reads a line of at most RECORD_LINE_MAX bytes and not one byte more, which
 * would be missing in the next. A record comes into the pipe as a whole, so
 * that only its first byte need be waited for.
 */
static enum got
read_line(int fd, int64_t deadline_ns, char line[static RECORD_LINE_MAX],
    size_t *len)
{
	enum got got = wait_for_any(fd, deadline_ns);
	ssize_t n;

	*len = 0;
	while (got == GOT_RECORD && *len < RECORD_LINE_MAX) {
		n = read(fd, line + *len, 1);
		if (n == 0)
			return GOT_END;
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			complain("cannot read the mailbox: %s",
			    strerror(errno));
			return GOT_NOTHING;
		}
		if (line[(*len)++] == '\n')
			break;
	}
	return got;
}

/* Prints a value as a part of one line. */
static void
print_value(const char *value)
{
	if (*value == '\0')
		putchar('-');
	for (; *value != '\0'; value++)
		putchar((unsigned char)*value < ' ' ? ' ' : *value);
}

static void
print_values(const struct record_parsed *record, char **fields)
{
	for (; *fields != NULL; fields++) {
		print_value(strcmp(*fields, "event") == 0 ?
			record->event :
			record_parsed_text(record, *fields));
		putchar(fields[1] != NULL ? ' ' : '\n');
	}
}

static bool
is_asked_for(const char *key, char **fields)
{
	while (*fields != NULL && strcmp(*fields, key) != 0)
		fields++;
	return *fields != NULL;
}

/* Leaves the fields that are asked for. */
static void
choose(struct record_parsed *record, char **fields)
{
	size_t n = 0;

	for (size_t i = 0; i < record->n; i++)
		if (is_asked_for(record->fields[i].key, fields))
			record->fields[n++] = record->fields[i];
	record->n = n;
}

static void
print_json(struct record_parsed *record, char **fields)
{
	static char json[RECORD_JSON_MAX];

	if (*fields != NULL)
		choose(record, fields);
	fwrite(json, 1, record_parsed_json(record, json), stdout);
}

static int
receive(const struct globals *globals, int64_t deadline_ns, char **fields)
{
	static char line[RECORD_LINE_MAX], copy[RECORD_LINE_MAX];
	static struct record_parsed record;
	size_t len;

	switch (read_line(globals->mailbox, deadline_ns, line, &len)) {
	case GOT_RECORD:
		break;
	case GOT_NOTHING:
		return STATUS_FAILED;
	case GOT_LATE:
		return STATUS_TIME_LIMIT;
	case GOT_END:
		return STATUS_MAILBOX_OVER;
	}
	memcpy(copy, line, len);
	if (!record_parse(&record, line, len)) {
		complain("the mailbox had a line that is no record: does "
			 "another process read from it?");
		return STATUS_FAILED;
	}
	if (globals->json)
		print_json(&record, fields);
	else if (*fields != NULL)
		print_values(&record, fields);
	else
		fwrite(copy, 1, len, stdout);
	return STATUS_OK;
}

static int
complain_no_mailbox(int error)
{
	const char *number = getenv("SUPERVISE_MAILBOX");

	if (number == NULL)
		complain("no mailbox: SUPERVISE_MAILBOX is not set, as it is "
			 "for a worker with trap_exits or monitor");
	else if (error == -EINVAL)
		complain("no mailbox: SUPERVISE_MAILBOX is %s, expected a "
			 "descriptor",
		    number);
	else
		complain("no mailbox: descriptor %s of SUPERVISE_MAILBOX: %s",
		    number, strerror(-error));
	return STATUS_FAILED;
}

int
receive_main(struct globals *globals, int argc, char **argv)
{
	struct options_limit limit = { .command = "receive", .ms = -1 };
	const struct options own = {
		.shorts = "t:",
		.take = options_take_limit,
		.arg = &limit,
	};
	int64_t deadline_ns = CLOCK_NEVER;

	if (!options_read(globals, argc, argv, &own))
		return STATUS_USAGE;
	if (globals->mailbox < 0)
		return complain_no_mailbox(globals->mailbox);
	if (limit.ms >= 0)
		deadline_ns = clock_now_ns() + limit.ms * NS_PER_MS;
	return receive(globals, deadline_ns, argv + optind);
}
