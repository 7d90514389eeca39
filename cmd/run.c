/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "cmd/load.h"
#include "cmd/options.h"
#include "engine/guardian.h"

const char run_help[] =
    "  supervise run                   the tree of ./supervise.conf\n"
    "  supervise -f shop.conf run      of another file\n"
    "  supervise run -q                without records on stderr\n"
    "  supervise run --log-format json 2>records.json\n"
    "\n"
    "Starts the tree in order and keeps it up until it is told to stop or\n"
    "gives up. Nothing starts when the file has a mistake.\n"
    "\n"
    "  TERM, INT (Ctrl-C), QUIT   stop everything in reverse order;\n"
    "                             a second one kills what is left\n"
    "\n"
    "  -f FILE              the file; else ./supervise.conf, then\n"
    "                       /etc/supervise.conf\n"
    "  -q                   no records\n"
    "  --log-format FORMAT  records as text or json; on a terminal, without\n"
    "                       this option, sentences\n"
    "\n"
    "Ends with 0 when it was stopped, 1 when it gave up or could not start,\n"
    "2 for a wrong file. See supervise.conf(5), supervise-records(7).\n";

/* What a new engine is to read again, after one was killed. */
static const char *file;

static const struct conf *
reload(void)
{
	static struct conf conf;

	return load_file(file, &conf) ? &conf : NULL;
}

static bool
take(void *arg, int option, const char *value)
{
	(void)arg;
	(void)option;
	(void)value;
	return false;
}

int
run_main(struct globals *globals, int argc, char **argv)
{
	struct run run = { .signals = globals->signals };
	struct conf conf;
	int status;

	if (!options_read(globals, argc, argv, "", take, NULL))
		return STATUS_USAGE;
	if (argv[optind] != NULL)
		return usage_error("run", "run takes no word: %s",
		    argv[optind]);
	file = load(globals, &conf);
	if (file == NULL) {
		conf_fini(&conf);
		return STATUS_USAGE;
	}
	run.conf = &conf;
	run.reload = reload;
	run.file = file;
	run.form = options_form(globals);
	run.nofile = globals->nofile;
	status = guardian_run(&run);
	conf_fini(&conf);
	return status;
}
