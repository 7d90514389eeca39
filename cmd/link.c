/* SPDX-License-Identifier: ISC */
#include "cmd/act.h"
#include "cmd/options.h"

const char link_help[] =
    "  supervise link worker cache             either ends the other\n"
    "  supervise link \"$SUPERVISE_NAME\" cache   said by a child for itself\n"
    "\n"
    "Links the present runs of two children, whatever their supervisors. When\n"
    "one of them ends by anything but a normal end, the other is ended as by a\n"
    "stop, and has the first one's reason; then each is restarted, or not, as\n"
    "its own restart type says. A pair that `link` in the file names is linked\n"
    "whenever both run; this link is gone when one has ended.\n"
    "\n"
    "Ends with 1 when one of them does not run (noproc), which also ends the\n"
    "child that says this for itself; 4 when nothing has that name.\n";

const char unlink_help[] =
    "  supervise unlink worker cache\n"
    "\n"
    "From here on neither of the two ends with the other. A pair that `link`\n"
    "in the file names is linked again when one of them starts anew. That\n"
    "there is no link is no error.\n"
    "\n"
    "Ends with 4 when nothing has that name.\n";

static int
link_two(struct globals *globals, int argc, char **argv)
{
	const char *const verb[] = { argv[0], NULL };
	char **words = options_words(globals, argc, argv, 2, 2);

	return words == NULL ? STATUS_USAGE : act_ask(globals, verb, words);
}

int
link_main(struct globals *globals, int argc, char **argv)
{
	return link_two(globals, argc, argv);
}

int
unlink_main(struct globals *globals, int argc, char **argv)
{
	return link_two(globals, argc, argv);
}
