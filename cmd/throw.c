/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "cmd/act.h"
#include "cmd/options.h"
#include "core/reason.h"

const char throw_help[] =
    "  supervise throw full           in a worker: it ends with throw:full\n"
    "  supervise throw \"no $disk\"     a value is any text of up to 64 bytes\n"
    "  catch throw:disk* stop         in the file: what is to follow\n"
    "\n"
    "Said by a worker, or by what it has started: ends it as a stop does, and\n"
    "its reason is throw:VALUE, whatever it does about the signal. Its own\n"
    "`catch` lines are tried, then those of each supervisor above it; without\n"
    "any that matches this is an abnormal end like any other.\n"
    "\n"
    "The command is ended with the worker. It only returns where it outlives\n"
    "the signal: with 0, or with 1 when the worker is not there any more or is\n"
    "ended already. Outside of a worker, and for a wrong VALUE, it ends with 2.\n";

/* What the supervisor has put into the environment; NULL after a complaint. */
static const char *
own(const char *variable)
{
	const char *value = getenv(variable);

	if (value == NULL)
		usage_error("throw",
		    "this is not in a worker: %s is not set, so that there is "
		    "nobody to throw to",
		    variable);
	return value;
}

int
throw_main(struct globals *globals, int argc, char **argv)
{
	char **words = options_words(globals, argc, argv, 1, 1);
	const char *verb[] = { argv[0], NULL, NULL, NULL }, *wrong;

	if (words == NULL)
		return STATUS_USAGE;
	wrong = reason_thrown_wrong(words[0]);
	if (wrong != NULL)
		return usage_error("throw", "VALUE: %s", wrong);
	verb[1] = own("SUPERVISE_NAME");
	if (verb[1] == NULL || own("SUPERVISE_SOCKET") == NULL)
		return STATUS_USAGE;
	verb[2] = own("SUPERVISE_RUN");
	return verb[2] == NULL ? STATUS_USAGE : act_ask(globals, verb, words);
}
