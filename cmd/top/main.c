/* SPDX-License-Identifier: ISC */
/*
 * The program that `supervise top` executes: the live view, by curses, which
 * nothing else of supervise needs.
 *
 *	supervise-top [-bc] [-d MS] [-n COUNT] SOCKET LABEL
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/units.h"
#include "cmd/command.h"
#include "cmd/top/batch.h"
#include "cmd/top/loop.h"

struct wanted {
	bool batch;
	bool colour;
	int64_t delay_ms;
	int64_t count; /* of looks that are printed; 0: no end */
};

static int
refuse(void)
{
	(void)fputs("This is run by `supervise top`.\n", stderr);
	return STATUS_USAGE;
}

static int
print_all(struct top_model *model, struct top_source *source,
    const struct wanted *wanted)
{
	const struct timespec delay = {
		.tv_sec = wanted->delay_ms / MS_PER_S,
		.tv_nsec = (wanted->delay_ms % MS_PER_S) * NS_PER_MS,
	};

	for (int64_t i = 1;; i++) {
		if (top_source_last(source, model) < 0)
			return STATUS_NO_SUPERVISOR;
		if (!top_batch_print(model))
			return STATUS_FAILED;
		if (fflush(stdout) != 0) {
			snprintf(source->said, sizeof(source->said),
			    "cannot write to standard output: %s",
			    strerror(errno));
			return STATUS_FAILED;
		}
		if (i == wanted->count)
			return STATUS_OK;
		(void)nanosleep(&delay, NULL);
		if (top_source_look(source, model) < 0)
			return STATUS_NO_SUPERVISOR;
		(void)puts("");
	}
}

int
main(int argc, char **argv)
{
	struct wanted wanted = { .delay_ms = MS_PER_S };
	static struct top_source source;
	static struct top_model model;
	int option, status;

	while ((option = getopt(argc, argv, "bcd:n:")) != -1)
		if (option == 'b')
			wanted.batch = true;
		else if (option == 'c')
			wanted.colour = true;
		else if (option == 'd')
			wanted.delay_ms = strtonum(optarg, 1, INT_MAX, NULL);
		else if (option == 'n')
			wanted.count = strtonum(optarg, 0, INT_MAX, NULL);
		else
			return refuse();
	if (optind + 2 != argc || wanted.delay_ms == 0)
		return refuse();
	top_model_init(&model);
	top_source_init(&source, argv[optind], argv[optind + 1]);
	if (top_source_look(&source, &model) < 0)
		status = STATUS_NO_SUPERVISOR;
	else if (wanted.batch)
		status = print_all(&model, &source, &wanted);
	else
		status =
		    top_loop(&model, &source, wanted.delay_ms, wanted.colour);
	top_source_fini(&source);
	top_model_fini(&model);
	if (status != STATUS_OK)
		(void)fprintf(stderr, "supervise: %s\n",
		    *source.said != '\0' ? source.said : "no memory");
	return status;
}
