/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "base/record.h"
#include "cmd/options.h"
#include "conf/directive.h"
#include "control/code.h"

const char help_help[] =
    "  supervise help          the commands\n"
    "  supervise help run      one of them, examples first\n"
    "\n"
    "Names, one a line, for scripts:\n"
    "  --commands, --synopses (with options and words, and what for),\n"
    "  --directives (of the file), --records, --codes (of errors)\n"
    "\n"
    "The manual has everything: supervise(1), supervise.conf(5),\n"
    "supervise-semantics(7), supervise-records(7), supervise-control(7),\n"
    "and a tutorial, supervise-tutorial(7).\n";

const char *const where_text[] = {
	[WHERE_NONE] = "",
	[WHERE_FILE] = "[-f FILE] ",
	[WHERE_SOCKET] = "[-L LABEL] [-S SOCKET] ",
	[WHERE_ANY] = "[-f FILE] [-L LABEL] [-S SOCKET] ",
};

static void
list_commands(void)
{
	for (const struct command *c = commands; c->name != NULL; c++)
		puts(c->name);
}

/* For completion: what a command takes, and what it is for. */
static void
list_synopses(void)
{
	for (const struct command *c = commands; c->name != NULL; c++)
		printf("%s\t%s%s\t%s\n", c->name, where_text[c->where],
		    c->synopsis, c->summary);
}

static void
list_directives(void)
{
	for (size_t i = 0; i < ndirectives; i++)
		puts(directives[i].name);
}

static void
list_records(void)
{
	for (int i = 0; i < RECORD_NEVENTS; i++)
		puts(record_event_text[i]);
}

static void
list_codes(void)
{
	for (int i = 0; i < CONTROL_NCODES; i++)
		puts(control_code_text[i]);
}

/* The names of a section, in one line. */
static void
list_section(enum section section, const char *title)
{
	printf("  %-6s", title);
	for (const struct command *c = commands; c->name != NULL; c++)
		if (c->section == section)
			printf(" %s", c->name);
	putchar('\n');
}

static int
overview(void)
{
	puts("  supervise run                 the tree of ./supervise.conf\n"
	     "  supervise exec -- ./server    one command, no file\n"
	     "  supervise why api             why has it restarted?\n"
	     "\n"
	     "usage: supervise [-f FILE] [-L LABEL | -S SOCKET] COMMAND ...");
	list_section(SECTION_RUN, "run");
	list_section(SECTION_LOOK, "look");
	list_section(SECTION_ACT, "act");
	puts("\n`supervise help COMMAND` explains one; man supervise has all.");
	return STATUS_OK;
}

int
help_main(struct globals *globals, int argc, char **argv)
{
	static const struct {
		const char *option;
		void (*list)(void);
	} lists[] = {
		{ "--commands", list_commands },
		{ "--synopses", list_synopses },
		{ "--directives", list_directives },
		{ "--records", list_records },
		{ "--codes", list_codes },
	};
	const struct command *command;

	if (!options_suit(globals, command_find("help")))
		return STATUS_USAGE;
	if (argc < 2)
		return overview();
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (strcmp(argv[1], lists[i].option) == 0) {
			lists[i].list();
			return STATUS_OK;
		}
	command = command_find(argv[1]);
	if (command == NULL)
		return usage_no_command(argv[1]);
	printf("supervise %s %s\n%s\n\n%s", command->name, command->synopsis,
	    command->summary, command->help);
	return STATUS_OK;
}
