/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/notify.h"
#include "cmd/options.h"
#include "os/datagram.h"
#include "os/fd.h"

const char notify_help[] =
    "  supervise notify --ready                  the start is complete\n"
    "  supervise notify --status \"$n of $all\"    shown by `supervise status`\n"
    "  supervise notify WATCHDOG=1               a sign of life\n"
    "  supervise notify --reloading              and --ready when it is done\n"
    "\n"
    "For the scripts of workers with `ready notify` or `watchdog`: tells the\n"
    "supervisor, or whoever listens at $NOTIFY_SOCKET, what sd_notify(3) would.\n"
    "Several are one message. It waits until the message has been taken.\n"
    "\n"
    "Ends with 1 when nobody listens there, 2 when $NOTIFY_SOCKET is not set.\n";

/* How long the message is waited for to be taken. */
#define TAKEN_MS 5000

#define OPTION_READY     300
#define OPTION_RELOADING 301
#define OPTION_STOPPING  302
#define OPTION_STATUS    303

struct words {
	char text[NOTIFY_TEXT_MAX + 1];
	size_t len;
};

static bool
add(struct words *words, const char *name, const char *value)
{
	size_t room = sizeof(words->text) - words->len;
	int n;

	if (strchr(value, '\n') != NULL) {
		usage_error("notify", "a value has one line");
		return false;
	}
	n = snprintf(words->text + words->len, room, "%s%s\n", name, value);
	if ((size_t)n >= room) {
		usage_error("notify", "a message has at most %d bytes",
		    NOTIFY_TEXT_MAX);
		return false;
	}
	words->len += (size_t)n;
	return true;
}

static bool
take(void *arg, int option, const char *value)
{
	switch (option) {
	case OPTION_READY:
		return add(arg, "READY=1", "");
	case OPTION_RELOADING:
		return add(arg, "RELOADING=1", "");
	case OPTION_STOPPING:
		return add(arg, "STOPPING=1", "");
	default:
		return add(arg, "STATUS=", value);
	}
}

/* Waits until all that was sent before has been taken. */
static int
wait_taken(const char *name)
{
	struct pollfd taken = { .events = POLLIN };
	int ends[2];
	int error = fd_pipe(ends, 0);

	if (error < 0)
		return error;
	error = datagram_send(name, "BARRIER=1", ends[1]);
	fd_close(&ends[1]);
	taken.fd = ends[0];
	if (error == 0 && poll(&taken, 1, TAKEN_MS) == 0)
		error = -ETIMEDOUT;
	fd_close(&ends[0]);
	return error;
}

int
notify_main(struct globals *globals, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "ready", no_argument, NULL, OPTION_READY },
		{ "reloading", no_argument, NULL, OPTION_RELOADING },
		{ "stopping", no_argument, NULL, OPTION_STOPPING },
		{ "status", required_argument, NULL, OPTION_STATUS },
		{ NULL, 0, NULL, 0 },
	};
	static struct words words;
	const struct options own = {
		.longs = longs,
		.take = take,
		.arg = &words,
	};
	const char *name = getenv("NOTIFY_SOCKET");
	int error;

	if (!options_read(globals, argc, argv, &own))
		return STATUS_USAGE;
	for (int i = optind; i < argc; i++) {
		if (strchr(argv[i], '=') == NULL)
			return usage_error("notify", "\"%s\" is no WORD=VALUE",
			    argv[i]);
		if (!add(&words, argv[i], ""))
			return STATUS_USAGE;
	}
	if (words.len == 0)
		return usage_error("notify", "nothing to tell");
	if (name == NULL)
		return usage_error("notify",
		    "NOTIFY_SOCKET is not set, as it is for a worker with "
		    "`ready notify` or `watchdog`");
	error = datagram_send(name, words.text, -1);
	if (error == 0)
		error = wait_taken(name);
	if (error == 0)
		return STATUS_OK;
	complain("notify: cannot tell %s: %s", name, strerror(-error));
	return STATUS_FAILED;
}
