/* SPDX-License-Identifier: ISC */
#include "cmd/act.h"
#include "cmd/options.h"

const char signal_help[] =
    "  supervise signal HUP nginx      to a child's whole process group\n"
    "  supervise signal USR1 'web/*'   to several\n"
    "  supervise signal 15 web         to every worker below a supervisor\n"
    "\n"
    "Sends a signal, by its name or number, to children by theirs: it never\n"
    "reaches a stranger who was given the pid of one that has ended. What the\n"
    "signal does to them is theirs to say; one that it ends is restarted as\n"
    "after any end.\n"
    "\n"
    "Ends with 1 when none of them is running, 4 when nothing has that name.\n";

int
signal_main(struct globals *globals, int argc, char **argv)
{
	static const char *const verb[] = { "signal", NULL };
	char **words = options_words(globals, argc, argv, 2, argc);

	return words == NULL ? STATUS_USAGE : act_ask(globals, verb, words);
}
