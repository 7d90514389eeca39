/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "conf_files.h"
#include "engine/runner.h"
#include "fault.h"
#include "os_run.h"

/*
 * A file whose programs print a part of it, with each call failing once: what
 * cannot be run is a mistake of the file, and nothing is left.
 */

static int
load_printed(void)
{
	struct memory memory = {
		.files = { { .path = "t",
		    .text = "worker a = exec \"echo exec ./a\"\n"
			    "supervisor s = exec \"echo 'worker b = exec "
			    "\\\"echo exec ./b\\\"'\"" } }
	};
	struct conf_source source = memory_source(&memory);
	const struct runner_base base = { .signals = &run_signals,
		.nofile = &run_nofile };
	struct conf conf;
	bool good, told;

	good = runner_load(&conf, "t", &source, &base);
	told = conf.diags.nerrors > 0;
	conf_fini(&conf);
	fault_disarm();
	CHECK(good != told);
	return good ? 0 : -EIO;
}

/* Whatever failed was told, or it did not matter. */
static bool
is_told(const struct fault *fault, int result)
{
	return fault->symbol != NULL ? result == 0 || result == -EIO :
				       result == 0;
}

int
main(int argc, char *argv[])
{
	run_start(argc, argv);
	fault_each("programs of a file", load_printed, is_told);
	return 0;
}
