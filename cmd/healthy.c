/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/duration.h"
#include "base/units.h"
#include "cmd/ask.h"
#include "cmd/options.h"

const char healthy_help[] =
    "  supervise healthy                    is all as it should be?\n"
    "  supervise healthy web/api            is this one up?\n"
    "  HEALTHCHECK CMD supervise healthy    in a Dockerfile\n"
    "  exec: {command: [supervise, healthy]}  in a probe of Kubernetes\n"
    "\n"
    "Without a name the whole tree: its start is complete, and nothing in it\n"
    "starts, stops or restarts. What has done its work, or was stopped by\n"
    "request, is as it should be; what is named must be up. Prints one line\n"
    "that says what is not, and why.\n"
    "\n"
    "  -q           prints nothing\n"
    "  -t SECONDS   no answer by then is an answer as well; 5s by default\n"
    "\n"
    "Ends with 0, and with 1 whatever is wrong: the tree, no supervisor, no\n"
    "such name, wrong usage. Nothing but 0 and 1 means anything to those who\n"
    "ask like this.\n";

#define LIMIT_MS (5 * INT64_C(1000))

static void
print_ill(const struct ask *ask)
{
	const char *state = ask_text(ask, "state");
	const char *reason = ask_text(ask, "reason");
	const char *status = ask_text(ask, "status");
	int64_t due_ms = ask_number(ask, "due_ms", -1);
	int64_t more = ask_number(ask, "more", 0);
	char due[DURATION_TEXT_SIZE];

	printf("%s is %s", ask_subject(ask), state);
	if (*reason != '\0')
		printf(" after %s", reason);
	if (*status != '\0')
		printf(" (%s)", status);
	if (due_ms >= 0)
		printf(", starts in %s", duration_text(due_ms, due));
	if (more > 0)
		printf(", and %" PRId64 " more", more);
	putchar('\n');
}

/* Prints the answer; whether all is well. */
static bool
take_answer(const struct ask *ask)
{
	const struct record_field *well =
	    record_parsed_get(&ask->record, "healthy");
	bool healthy = well != NULL && well->number == 1;

	if (ask->globals->quiet || ask_json(ask))
		return healthy;
	if (healthy)
		printf("healthy: %" PRId64 " up\n", ask_number(ask, "up", 0));
	else
		print_ill(ask);
	return healthy;
}

int
healthy_main(struct globals *globals, int argc, char **argv)
{
	static const char *const verb[] = { "healthy", NULL };
	struct options_limit limit = { .command = "healthy", .ms = LIMIT_MS };
	const struct options own = {
		.shorts = "t:",
		.take = options_take_limit,
		.arg = &limit,
	};
	bool healthy = false;
	struct ask ask;

	if (!options_read(globals, argc, argv, &own))
		return STATUS_FAILED;
	ask_begin(&ask, globals);
	ask_limit(&ask, limit.ms);
	ask_for(&ask, verb, argv + optind);
	while (ask_next(&ask))
		healthy = take_answer(&ask);
	return ask_end(&ask) == STATUS_OK && healthy ? STATUS_OK :
						       STATUS_FAILED;
}
