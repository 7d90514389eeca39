/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/act.h"
#include "cmd/options.h"
#include "control/server.h"

const char add_help[] =
    "  supervise add root 'worker w { exec ./w --fast }'\n"
    "  supervise add jobs - < job.conf     from a file\n"
    "  supervise spec web/a | sed s/a/b/ | supervise add web -\n"
    "\n"
    "Adds a child to a running supervisor and starts it (start_child). TEXT\n"
    "is one `worker` or `supervisor` statement of supervise.conf(5); below a\n"
    "dynamic supervisor it needs no name, a number is given. The child stays\n"
    "until it is deleted or its supervisor starts anew.\n"
    "\n" ACT_OPTIONS;

/* Reads all of stdin as text of at most `size` bytes; false: complained. */
static bool
read_stdin(char *text, size_t size)
{
	size_t len = fread(text, 1, size, stdin);

	if (ferror(stdin)) {
		complain("cannot read standard input: %s", strerror(errno));
		return false;
	}
	if (len == size) {
		complain("standard input is over 64 KiB");
		return false;
	}
	text[len] = '\0';
	if (strlen(text) == len)
		return true;
	complain("standard input is no text");
	return false;
}

int
add_main(struct globals *globals, int argc, char **argv)
{
	static char text[CONTROL_REQUEST_MAX];
	struct act_options options = { .no_wait = false };
	const struct options own = {
		.longs = act_longs,
		.take = act_take,
		.arg = &options,
	};
	char *words[] = { NULL, NULL, NULL };

	if (!options_read(globals, argc, argv, &own) ||
	    !options_count("add", argc, argv, 2, 2))
		return STATUS_USAGE;
	words[0] = argv[optind];
	words[1] = argv[optind + 1];
	if (strcmp(words[1], "-") == 0) {
		if (!read_stdin(text, sizeof(text)))
			return STATUS_USAGE;
		words[1] = text;
	}
	return act_ask(globals,
	    (const char *const[]){
		"add", options.no_wait ? "--no-wait" : NULL, NULL },
	    words);
}
