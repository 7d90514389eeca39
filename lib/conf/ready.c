/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <string.h>

#include "base/duration.h"
#include "base/near.h"
#include "conf/ready.h"
#include "conf/report.h"
#include "conf/value.h"

/* Failures in a row that `alive` may ask for. */
#define FAILURES_MAX 1000

/* Longest address of a port, as text, its NUL included. */
#define ADDRESS_SIZE INET6_ADDRSTRLEN

/* What `alive` takes a worker to be, unless told otherwise. */
#define ALIVE_EVERY_MS   10000
#define ALIVE_TIMEOUT_MS 2000
#define ALIVE_FAILURES   3

/* Reads what is behind the kind: `args` of the statement, at least one. */
typedef bool kind_parser(struct loader *ld, struct body *b,
    const struct statement *st, const struct token *args, size_t nargs);

static bool
parse_fd(struct loader *ld, struct body *b, const struct statement *st,
    const struct token *args, size_t nargs)
{
	int64_t fd;

	(void)nargs;
	if (!value_integer(args->text, CONF_READY_FD_MIN, CONF_READY_FD_MAX,
		&fd))
		return value_fail(ld, st, args);
	b->ready_fd = (int)fd;
	return true;
}

static bool
parse_after(struct loader *ld, struct body *b, const struct statement *st,
    const struct token *args, size_t nargs)
{
	(void)nargs;
	return duration_parse(args->text, &b->policy.worker.ready_after_ms) ||
	    value_fail(ld, st, args);
}

bool
ready_address(const char *text, size_t len, bool *ipv6, uint8_t bytes[16])
{
	char address[ADDRESS_SIZE] = "127.0.0.1";
	bool v6 = len > 2 && text[0] == '[' && text[len - 1] == ']';

	if (v6) {
		text++;
		len -= 2;
	}
	if (len >= sizeof(address))
		return false;
	if (len > 0 && (v6 || len != 9 || memcmp(text, "localhost", len) != 0))
		strlcpy(address, text, len + 1);
	*ipv6 = v6;
	return inet_pton(v6 ? AF_INET6 : AF_INET, address, bytes) == 1;
}

static bool
parse_port(struct loader *ld, struct check_spec *check,
    const struct statement *st, const struct token *word)
{
	const char *colon = strrchr(word->text, ':');
	const char *digits = colon != NULL ? colon + 1 : word->text;
	int64_t port;

	if (!value_integer(digits, 1, UINT16_MAX, &port) ||
	    colon == word->text ||
	    !ready_address(word->text,
		colon != NULL ? (size_t)(colon - word->text) : 0, &check->ipv6,
		check->address))
		return value_fail(ld, st, word);
	check->port = (uint16_t)port;
	check->text = word->text;
	return true;
}

static bool
parse_command(struct loader *ld, struct check_spec *check,
    const struct statement *st, const struct token *args, size_t nargs)
{
	const char **argv = ARENA_ARRAY(&ld->scratch, const char *, nargs + 1);

	if (args->len == 0)
		return value_fail(ld, st, args);
	for (size_t i = 0; i < nargs; i++)
		argv[i] = args[i].text;
	argv[nargs] = NULL;
	check->argv = argv;
	return true;
}

static bool
ready_command(struct loader *ld, struct body *b, const struct statement *st,
    const struct token *args, size_t nargs)
{
	return parse_command(ld, &b->ready_check, st, args, nargs);
}

static bool
ready_port(struct loader *ld, struct body *b, const struct statement *st,
    const struct token *args, size_t nargs)
{
	(void)nargs;
	return parse_port(ld, &b->ready_check, st, args);
}

static bool
ready_file(struct loader *ld, struct body *b, const struct statement *st,
    const struct token *args, size_t nargs)
{
	(void)nargs;
	b->ready_check.text = args->text;
	return args->len > 0 || value_fail(ld, st, args);
}

/* By kind: how many words stand behind it, and what reads them. */
static const struct {
	size_t min;
	size_t max;
	kind_parser *parse;
} readies[] = {
	[READY_EXEC] = { 0, 0, NULL },
	[READY_FD] = { 1, 1, parse_fd },
	[READY_AFTER] = { 1, 1, parse_after },
	[READY_NOTIFY] = { 0, 0, NULL },
	[READY_CHECK] = { 1, CONF_ARGS_MAX, ready_command },
	[READY_PORT] = { 1, 1, ready_port },
	[READY_FILE] = { 1, 1, ready_file },
};
#define NREADIES (sizeof(readies) / sizeof(readies[0]))

bool
ready_parse(struct loader *ld, struct body *b, const struct statement *st)
{
	const struct token *args = st->args;
	size_t kind = 0, nargs;

	if (!value_has_words(ld, st))
		return false;
	nargs = st->nargs - 1;
	while (kind < NREADIES && strcmp(ready_text[kind], args->text) != 0)
		kind++;
	if (kind == NREADIES)
		return value_fail_choice(ld, st, args,
		    near_find(args->text, ready_text, NREADIES));
	if (readies[kind].max == 0 && nargs > 0)
		return value_one_word(ld, st) != NULL;
	/* With a mistake in it as well, so that the rules see what was meant.
	 */
	b->policy.worker.ready = (enum ready)kind;
	if (nargs < readies[kind].min || nargs > readies[kind].max)
		return value_fail(ld, st, args);
	b->policy.worker.ready_after_ms = 0;
	b->ready_fd = 0;
	b->ready_check = (struct check_spec){ 0 };
	return readies[kind].parse == NULL ||
	    readies[kind].parse(ld, b, st, args + 1, nargs);
}

static bool
parse_time(const char *text, int64_t *ms)
{
	return duration_parse(text, ms) && *ms > 0;
}

/*
 * Takes the options at the end of the words: pairs, which a command cannot end
 * with. How many words are left; 0 after an error.
 */
static size_t
take_options(struct loader *ld, struct alive_policy *alive,
    const struct statement *st)
{
	size_t n = st->nargs;

	for (; n > 3; n -= 2) {
		const char *option = st->args[n - 2].text;
		const struct token *value = &st->args[n - 1];
		bool good;

		if (strcmp(option, "every") == 0)
			good = parse_time(value->text, &alive->every_ms);
		else if (strcmp(option, "timeout") == 0)
			good = parse_time(value->text, &alive->timeout_ms);
		else if (strcmp(option, "failures") == 0)
			good = value_integer(value->text, 1, FAILURES_MAX,
			    &alive->failures);
		else
			break;
		if (!good) {
			value_fail(ld, st, value);
			return 0;
		}
	}
	return n;
}

bool
alive_parse(struct loader *ld, struct body *b, const struct statement *st)
{
	struct alive_policy alive = {
		.every_ms = ALIVE_EVERY_MS,
		.timeout_ms = ALIVE_TIMEOUT_MS,
		.failures = ALIVE_FAILURES,
	};
	const struct token *args = st->args;
	struct check_spec check = { 0 };
	size_t n;

	if (!value_has_words(ld, st))
		return false;
	n = take_options(ld, &alive, st);
	if (n == 0)
		return false;
	if (strcmp(args->text, alive_text[ALIVE_CHECK]) == 0)
		alive.kind = ALIVE_CHECK;
	else if (strcmp(args->text, alive_text[ALIVE_PORT]) == 0)
		alive.kind = ALIVE_PORT;
	else
		return value_fail_choice(ld, st, args,
		    near_find(args->text, alive_text + 1, ALIVE_PORT));
	if (n < 2 || (alive.kind == ALIVE_PORT && n > 2))
		return value_fail(ld, st, &args[n < 2 ? 0 : 2]);
	b->policy.worker.alive = alive;
	if (!(alive.kind == ALIVE_PORT ?
		    parse_port(ld, &check, st, args + 1) :
		    parse_command(ld, &check, st, args + 1, n - 1)))
		return false;
	b->alive_check = check;
	return true;
}

static void
print_check(const struct printer *p, const struct check_spec *check)
{
	if (check->text != NULL) {
		print_text(p, " ");
		print_word(p, check->text);
	}
	if (check->argv != NULL) {
		print_text(p, " ");
		print_words(p, check->argv);
	}
}

void
ready_print(const struct printer *p, const struct spec *spec)
{
	const struct worker_policy *worker = &spec->policy.worker;

	print_text(p, ready_text[worker->ready]);
	if (worker->ready == READY_FD) {
		print_text(p, " ");
		print_number(p, spec->worker.ready_fd);
	} else if (worker->ready == READY_AFTER) {
		print_text(p, " ");
		print_duration(p, worker->ready_after_ms);
	}
	print_check(p, &spec->worker.ready_check);
}

void
alive_print(const struct printer *p, const struct spec *spec)
{
	const struct alive_policy *alive = &spec->policy.worker.alive;

	print_text(p, alive_text[alive->kind]);
	print_check(p, &spec->worker.alive_check);
	print_text(p, " every ");
	print_duration(p, alive->every_ms);
	print_text(p, " timeout ");
	print_duration(p, alive->timeout_ms);
	print_text(p, " failures ");
	print_number(p, alive->failures);
}
