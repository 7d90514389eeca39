/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/duration.h"
#include "base/units.h"
#include "cmd/check_here.h"
#include "cmd/load.h"
#include "cmd/options.h"
#include "cmd/words.h"
#include "conf/estimate.h"
#include "conf/print.h"

const char check_help[] =
    "  supervise check                 ./supervise.conf\n"
    "  supervise -f shop.conf check    another file\n"
    "  supervise check -p              print it in canonical form\n"
    "\n"
    "Names every mistake with its line and column, and starts nothing but the\n"
    "programs that print a part of the file (= exec). Of a file without\n"
    "mistakes it shows the tree that comes of it, how long a stop may take,\n"
    "how soon each supervisor gives up when a child always fails, and which\n"
    "lifetimes never trip its limit; and it warns of what this machine does\n"
    "not have: users, folders, files and commands of its children.\n"
    "\n"
    "  -f FILE   the file; else ./supervise.conf, then /etc/supervise.conf\n"
    "  -p        print the file back, every include, spec and variable\n"
    "            resolved\n"
    "  -m, --formation web=2,worker=1, --procfile\n"
    "            how many of each of a Procfile; it is one, whatever its name\n"
    "  -q        say nothing of a file without mistakes\n"
    "\n"
    "Ends with 0 for a file that can be run, 2 for one with mistakes.\n";

/* Of one supervisor's children, how many are drawn. */
#define DRAWN_MAX 40

/* The drawing of a tree, as tree(1) has it. */
struct drawing {
	char prefix[CONF_NESTING_MAX * 8];
};

struct wishes {
	bool print;
	struct conf_wish conf; /* of the file */
};

static bool
take(void *arg, int option, const char *value)
{
	struct wishes *wishes = arg;

	if (!load_take(&wishes->conf, option, value))
		wishes->print = true;
	return true;
}

static void
write_stdout(void *ctx, const char *bytes, size_t len)
{
	(void)ctx;
	fwrite(bytes, 1, len, stdout);
}

/* A time for people: rounded to tenths of seconds. */
static const char *
span(int64_t ms, char text[static DURATION_TEXT_SIZE])
{
	if (ms == ESTIMATE_NEVER)
		snprintf(text, DURATION_TEXT_SIZE, "for ever");
	else if (ms < MS_PER_S || ms % MS_PER_S == 0 || ms >= 60 * MS_PER_S)
		duration_text(ms, text);
	else
		snprintf(text, DURATION_TEXT_SIZE, "%.1fs", (double)ms / 1000);
	return text;
}

/* The words of a command, each on this line. */
static void
describe_command(const char *const *argv)
{
	printf(" %s", argv[0]);
	for (argv++; *argv != NULL; argv++)
		printf(" %.*s", (int)strcspn(*argv, "\n"),
		    *argv + strspn(*argv, "\n\t "));
	putchar('\n');
}

static void
describe_worker(const struct spec *spec)
{
	char text[DURATION_TEXT_SIZE];

	printf("%s", restart_text[spec->policy.restart]);
	if (spec->policy.significant)
		printf(", significant");
	if (spec->policy.shutdown_ms == SHUTDOWN_BRUTAL_KILL)
		printf(", brutal_kill");
	else if (spec->policy.shutdown_ms == SHUTDOWN_INFINITY)
		printf(", shutdown infinity");
	else
		printf(", shutdown %s",
		    duration_text(spec->policy.shutdown_ms, text));
	printf(":");
	describe_command(spec->worker.argv);
}

static void
describe_supervisor(const struct spec *spec)
{
	const struct sup_policy *sup = &spec->policy.sup;

	printf("%s, %" PRIu32 " restart%s in %" PRId64 " s",
	    strategy_text[sup->strategy], sup->max_restarts,
	    sup->max_restarts == 1 ? "" : "s", sup->max_seconds);
	if (spec->hooks.init == NULL) {
		putchar('\n');
	} else {
		printf(", init");
		describe_command(spec->hooks.init);
	}
}

static void draw(struct drawing *d, const struct spec *spec);

static void
draw_child(struct drawing *d, const struct child_spec *child, bool last)
{
	size_t len = strlen(d->prefix);

	printf("%s%s%s  ", d->prefix, words_branch(last), child->name);
	if (child->spec->policy.kind == KIND_WORKER) {
		describe_worker(child->spec);
		return;
	}
	describe_supervisor(child->spec);
	snprintf(d->prefix + len, sizeof(d->prefix) - len, "%s",
	    words_trunk(last));
	draw(d, child->spec);
	d->prefix[len] = '\0';
}

static void
draw(struct drawing *d, const struct spec *spec)
{
	size_t n = spec->sup.nchildren;
	size_t drawn = n > DRAWN_MAX ? DRAWN_MAX - 1 : n;

	for (size_t i = 0; i < drawn; i++)
		draw_child(d, &spec->sup.children[i], i + 1 == n);
	if (drawn < n)
		printf("%s%s%zu more\n", d->prefix, words_branch(true),
		    n - drawn);
}

/* The child because of which `spec` gives up first; NULL: none ever. */
static const struct child_spec *
first_to_trip(const struct spec *spec, int64_t *soonest_ms)
{
	const struct child_spec *first = NULL;

	*soonest_ms = ESTIMATE_NEVER;
	for (size_t i = 0; i < spec->sup.nchildren; i++) {
		const struct child_spec *child = &spec->sup.children[i];
		int64_t ms = estimate_give_up_ms(spec, child);

		if (ms < *soonest_ms) {
			*soonest_ms = ms;
			first = child;
		}
	}
	return first;
}

static void
estimate(const char *path, const struct spec *spec)
{
	char text[DURATION_TEXT_SIZE];
	int64_t soonest_ms;
	const struct child_spec *first = first_to_trip(spec, &soonest_ms);
	bool alone;
	int64_t lifetime_ms = estimate_lifetime_ms(spec, &alone);

	printf("  %s\n", path);
	if (spec->hooks.init != NULL) {
		printf("    what init prints when it starts decides\n");
		return;
	}
	printf("    stop takes at most      %s",
	    span(estimate_stop_ms(spec), text));
	if (spec->policy.sup.stop_timeout_ms != STOP_TIMEOUT_NONE &&
	    estimate_whole_stop_ms(spec) > estimate_stop_ms(spec))
		printf(", shared out: all need %s",
		    span(estimate_whole_stop_ms(spec), text));
	putchar('\n');
	if (first == NULL)
		printf("    gives up                never\n");
	else
		printf("    gives up                %s%s, when %s always "
		       "fails\n",
		    soonest_ms == 0 ? "" : "after ",
		    soonest_ms == 0 ? "at once" : span(soonest_ms, text),
		    first->name);
	if (lifetime_ms != ESTIMATE_NEVER)
		printf("    never trips its limit   %s lives longer than %s\n",
		    alone ? "a child that" : "if each child",
		    span(lifetime_ms, text));
}

static void
estimate_all(char path[], size_t len, size_t size, const struct spec *spec)
{
	estimate(len == 0 ? "root" : path, spec);
	for (size_t i = 0; i < spec->sup.nchildren; i++) {
		const struct child_spec *child = &spec->sup.children[i];
		int n;

		if (child->spec->policy.kind != KIND_SUPERVISOR)
			continue;
		n = snprintf(path + len, size - len, "%s%s",
		    len == 0 ? "" : "/", child->name);
		estimate_all(path, len + (size_t)n, size, child->spec);
		path[len] = '\0';
	}
}

static void
amounts_to(const struct conf *conf, const char *file)
{
	char path[CONF_NESTING_MAX * (CONF_NAME_SIZE_MAX + 1) + 1] = "";
	struct drawing drawing = { .prefix = "" };

	printf("%s is correct: %" PRIu32 " %s\n\nroot  ", file, conf->nchildren,
	    conf->nchildren == 1 ? "child" : "children");
	describe_supervisor(conf->root);
	draw(&drawing, conf->root);
	putchar('\n');
	estimate_all(path, 0, sizeof(path), conf->root);
}

int
check_main(struct globals *globals, int argc, char **argv)
{
	static const struct option longs[] = {
		LOAD_LONGS,
		{ NULL, 0, NULL, 0 },
	};
	static struct wishes wishes;
	const struct options own = {
		.shorts = LOAD_SHORTS "p",
		.longs = longs,
		.take = take,
		.arg = &wishes,
	};
	struct conf conf;
	const char *file;

	if (!options_read(globals, argc, argv, &own))
		return STATUS_USAGE;
	if (argv[optind] != NULL)
		return usage_error("check",
		    "check takes no word: %s; name a file with -f",
		    argv[optind]);
	file = load(globals, &wishes.conf, &conf);
	if (file != NULL && wishes.print)
		print_root(conf.root, write_stdout, NULL);
	else if (file != NULL && !globals->quiet) {
		check_here(&conf);
		amounts_to(&conf, file);
	}
	conf_fini(&conf);
	return file != NULL ? STATUS_OK : STATUS_USAGE;
}
