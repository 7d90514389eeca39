/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "conf/directive.h"
#include "conf/equal.h"
#include "conf/print.h"
#include "conf_files.h"

/*
 * For each directive that has a value: where it may stand, and a value that
 * is not the default, in canonical form.
 */
static const struct {
	const char *name;
	const char *before; /* what must be said with it */
	const char *value;
	const char *printed; /* the statement; NULL: NAME VALUE */
} samples[] = {
	{ "strategy", "", "rest_for_one", NULL },
	{ "max_restarts", "", "10", NULL },
	{ "max_seconds", "", "60", NULL },
	{ "auto_shutdown",
	    "worker x { exec x; significant; restart transient }",
	    "any_significant", NULL },
	{ "stop", "", "together", NULL },
	{ "max_children", "strategy dynamic", "5", NULL },
	{ "restart", "", "temporary", NULL },
	{ "cgroup", "", "/sys/fs/cgroup/a", NULL },
	{ "cgroup", "", "", "cgroup yes" },
	{ "significant", "restart temporary", "yes", NULL },
	{ "shutdown", "", "brutal_kill", NULL },
	{ "exec", "", "/bin/true 'a b' \"it's\"", NULL },
	{ "shell", "", "'a; b'", "exec /bin/sh -c 'a; b'" },
	{ "before", "", "/bin/true 'a b'", NULL },
	{ "after", "", "/bin/true 'a b'", NULL },
	{ "catch", "", "exit:3 stop", NULL },
	{ "init", "", "./print 'a b'", NULL },
	{ "cwd", "", "'/a b'", NULL },
	{ "env", "", "A=1 'B=2 3'", "env A=1\n\tenv 'B=2 3'" },
	{ "link", "link w", "w", "link w w" },
	{ "monitor", "monitor w", "w", "monitor w w" },
	{ "trap_exits", "", "yes", NULL },
	{ "stop_signal", "", "QUIT", NULL },
	{ "normal", "", "1-3 7", NULL },
	{ "planned", "", "75", NULL },
	{ "ignore", "", "0 255", NULL },
	{ "ready", "", "after 1500ms", NULL },
	{ "ready", "", "notify", NULL },
	{ "ready", "", "check test -e 'a b'", NULL },
	{ "ready", "", "port [::1]:8080", NULL },
	{ "ready", "", "file '/a b'", NULL },
	{ "check_every", "ready port 80", "1s", NULL },
	{ "watchdog", "", "10s", NULL },
	{ "alive", "", "check x every 5s timeout 1s failures 2", NULL },
	{ "alive", "", "port 80 failures 2",
	    "alive port 80 every 10s timeout 2s failures 2" },
	{ "fdstore_max", "ready notify", "3", NULL },
	{ "listen", "listen unix '/a b'", "tcp 80",
	    "listen unix '/a b'\n\tlisten tcp 80" },
	{ "listen", "", "tcp [::1]:80 backlog 5 name http shared", NULL },
	{ "listen", "", "udp *:53", NULL },
	{ "listen", "", "unix x mode 0660 user www group 5 name x", NULL },
	{ "stop_timeout", "", "9s", NULL },
	{ "start_timeout", "ready fd 5", "10s", NULL },
	{ "backoff", "", "100ms..30s", NULL },
	{ "log", "", "file 'a b' max 10M keep 3 timestamps", NULL },
	{ "log_stderr", "", "null", NULL },
	{ "user", "", "'a b'", NULL },
	{ "group", "", "www", NULL },
	{ "groups", "", "audio 44", NULL },
	{ "umask", "", "007", NULL },
	{ "nice", "", "-5", NULL },
	{ "oom_score_adj", "", "-1000", NULL },
	{ "ioprio", "", "best-effort 3", NULL },
	{ "cpus", "", "2,0,1,8 5", "cpus 0-2,5,8" },
	{ "limit", "limit as 9; limit stack unlimited",
	    "nofile 10:20 as 2048M cpu 1h rttime 1500ms",
	    "limit as 2G\n\tlimit cpu 1h\n\tlimit nofile 10:20\n"
	    "\tlimit rttime 1500ms\n\tlimit stack unlimited" },
	{ "memory", "", "512M high 400M swap 0", NULL },
	{ "pids", "", "100", NULL },
	{ "cpu", "", "150% weight 20", NULL },
	{ "no_new_privileges", "", "yes", NULL },
	{ "capabilities", "", "CAP_KILL chown", "capabilities chown kill" },
	{ "chroot", "", "'/a b'", NULL },
	{ "private_tmp", "", "", "private_tmp yes" },
	{ "env_file", "env_file a", "'b c' optional",
	    "env_file a\n\tenv_file 'b c' optional" },
	{ "env_clear", "", "PATH LANG", NULL },
	{ "stdin", "", "file '/a b'", NULL },
};

#define NSAMPLES (sizeof(samples) / sizeof(samples[0]))

/* A file with the statement of a sample where it belongs. */
static void
write_sample(size_t i, const char *value, char *text, size_t size)
{
	const struct directive *d = directive_find(samples[i].name);
	bool command =
	    d->type == DIRECTIVE_COMMAND || d->type == DIRECTIVE_SHELL;

	CHECK(d != NULL);
	if ((d->where & IN_WORKER) != 0)
		snprintf(text, size,
		    "auto_shutdown any_significant\n"
		    "worker w { %s\n%s %s\n%s }\n",
		    samples[i].before, d->name, value, command ? "" : "exec w");
	else if (d->where == IN_ROOT)
		snprintf(text, size, "%s %s\n", d->name, value);
	else
		snprintf(text, size, "supervisor s { %s\n%s %s\n}\n",
		    samples[i].before, d->name, value);
}

/* Loads what `conf` is printed as. */
static void
load_again(const struct conf *conf, struct conf *again)
{
	char *text = tree_text(conf), *second;

	CHECK(load_text(again, text));
	CHECK(spec_equal(conf->root, again->root));
	CHECK(conf->nchildren == again->nchildren);
	second = tree_text(again);
	CHECK(strcmp(text, second) == 0);
	free(text);
	free(second);
}

static void
test_samples(void)
{
	char text[512], line[128], *printed;
	struct conf conf, again;

	for (size_t i = 0; i < NSAMPLES; i++) {
		write_sample(i, samples[i].value, text, sizeof(text));
		CHECK(load_text(&conf, text));
		load_again(&conf, &again);
		conf_fini(&again);
		printed = tree_text(&conf);
		snprintf(line, sizeof(line), "%s%s %s\n",
		    directive_find(samples[i].name)->where == IN_ROOT ? "" :
									"\t",
		    samples[i].name, samples[i].value);
		if (samples[i].printed != NULL)
			snprintf(line, sizeof(line), "%s%s\n",
			    directive_find(samples[i].name)->where == IN_ROOT ?
				"" :
				"\t",
			    samples[i].printed);
		CHECK(strstr(printed, line) != NULL);
		free(printed);
		conf_fini(&conf);
	}
	OK("every directive is printed as it is read");
}

static void
test_complete(void)
{
	for (size_t i = 0; i < ndirectives; i++) {
		bool found = directives[i].type >= DIRECTIVE_SET;

		for (size_t j = 0; j < NSAMPLES && !found; j++)
			found =
			    strcmp(samples[j].name, directives[i].name) == 0;
		CHECK(found);
	}
	OK("no directive is left out here");
}

/* A value of an attribute that is not that of its sample. */
static const char *
other_attribute(const struct directive *d)
{
	switch ((enum attribute)d->offset) {
	case ATTRIBUTE_USER:
	case ATTRIBUTE_GROUP:
	case ATTRIBUTE_CHROOT:
	case ATTRIBUTE_ENV_FILE:
		break;
	case ATTRIBUTE_GROUPS:
	case ATTRIBUTE_CAPABILITIES:
	case ATTRIBUTE_ENV_CLEAR:
		return "";
	case ATTRIBUTE_UMASK:
	case ATTRIBUTE_NICE:
	case ATTRIBUTE_OOM_SCORE_ADJ:
	case ATTRIBUTE_CPUS:
		return "1";
	case ATTRIBUTE_MEMORY:
		return "512M high 401M swap 0";
	case ATTRIBUTE_PIDS:
		return "infinity";
	case ATTRIBUTE_CPU:
		return "149% weight 20";
	case ATTRIBUTE_LIMIT:
		return "nofile 10:21";
	case ATTRIBUTE_NO_NEW_PRIVILEGES:
	case ATTRIBUTE_PRIVATE_TMP:
		return "no";
	case ATTRIBUTE_IOPRIO:
		return "idle";
	case ATTRIBUTE_STDIN:
		return "inherit";
	}
	return "/other";
}

/* A value of the directive that is not that of its sample. */
static const char *
other_value(const struct directive *d)
{
	if (d->type == DIRECTIVE_ATTRIBUTE)
		return other_attribute(d);
	if (strcmp(d->name, "auto_shutdown") == 0)
		return "all_significant";
	if (d->worker_default != NULL || d->sup_default != NULL)
		return (d->where & IN_WORKER) != 0 ? d->worker_default :
						     d->sup_default;
	if (d->type == DIRECTIVE_TIMEOUT)
		return "infinity";
	if (d->type == DIRECTIVE_ENV)
		return "A=1";
	if (d->type == DIRECTIVE_LINK)
		return "root";
	if (d->type == DIRECTIVE_CATCH)
		return "exit:4 stop";
	if (d->type == DIRECTIVE_ALIVE)
		return "check x";
	if (d->type == DIRECTIVE_LOG)
		return "prefix";
	if (d->type == DIRECTIVE_LISTEN)
		return "tcp 9";
	return d->type == DIRECTIVE_STATUSES ? "9" : "/other";
}

static void
test_differences(void)
{
	char text[512];
	struct conf other, said;

	for (size_t i = 0; i < NSAMPLES; i++) {
		const struct directive *d = directive_find(samples[i].name);

		write_sample(i, samples[i].value, text, sizeof(text));
		CHECK(load_text(&said, text));
		write_sample(i, other_value(d), text, sizeof(text));
		CHECK(load_text(&other, text));
		CHECK(!spec_equal(other.root, said.root));
		conf_fini(&other);
		conf_fini(&said);
	}
	OK("a difference in any directive is a difference");
}

static void
test_defaults(void)
{
	struct conf plain, said;
	char text[512];

	CHECK(load_text(&plain, "worker w { exec x }\nsupervisor s {}\n"));
	for (size_t i = 0; i < ndirectives; i++) {
		const struct directive *d = &directives[i];

		if (d->worker_default != NULL) {
			CHECK((d->where & IN_WORKER) != 0);
			snprintf(text, sizeof(text),
			    "worker w { exec x; %s %s }\nsupervisor s {}\n",
			    d->name, d->worker_default);
			CHECK(load_text(&said, text));
			CHECK(spec_equal(plain.root, said.root));
			conf_fini(&said);
		}
		if (d->sup_default == NULL)
			continue;
		CHECK((d->where & (IN_SUPERVISOR | IN_DYNAMIC)) != 0);
		snprintf(text, sizeof(text),
		    "worker w { exec x }\nsupervisor s { %s %s %s }\n", d->name,
		    d->sup_default,
		    d->where == IN_DYNAMIC ? "; strategy dynamic" : "");
		CHECK(load_text(&said, text));
		if (d->where != IN_DYNAMIC)
			CHECK(spec_equal(plain.root, said.root));
		conf_fini(&said);
	}
	conf_fini(&plain);
	OK("S5, S7: the defaults in the table are the defaults");
}

static void
test_nothing(void)
{
	static const char text[] =
	    "worker w {\n\texec x\n\tgroups\n\tcapabilities\n"
	    "\tenv_clear\n}\n";
	struct conf conf;
	char *printed;

	CHECK(load_text(&conf, text));
	printed = tree_text(&conf);
	CHECK(strcmp(printed, text) == 0);
	free(printed);
	conf_fini(&conf);
	CHECK(load_text(&conf, "worker w { exec x; private_tmp no }\n"));
	CHECK(conf.root->sup.children[0].spec->worker.attributes == NULL);
	conf_fini(&conf);
	OK("a list of nothing is not nothing said");
}

struct text {
	char bytes[256];
	size_t len;
};

static void
append(void *ctx, const char *bytes, size_t len)
{
	struct text *text = ctx;

	CHECK(text->len + len < sizeof(text->bytes));
	memcpy(text->bytes + text->len, bytes, len);
	text->len += len;
	text->bytes[text->len] = '\0';
}

static void
test_words(void)
{
	static const char *const words[][2] = {
		{ "plain", "plain" },
		{ "", "''" },
		{ "a b", "'a b'" },
		{ "a\tb\nc", "'a\tb\nc'" },
		{ "it's", "\"it's\"" },
		{ "it's \"x\" \\ ${y} $z",
		    "\"it's \\\"x\\\" \\\\ \\${y} $z\"" },
		{ "${x}", "'${x}'" },
		{ "$x", "$x" },
		{ "#x", "'#x'" },
		{ "x#", "x#" },
		{ "a;b", "'a;b'" },
		{ "{", "'{'" },
		{ "}", "'}'" },
		{ "a=b,c(d)[e]", "a=b,c(d)[e]" },
		{ "\\", "'\\'" },
		{ "--x=\303\274", "--x=\303\274" },
	};
	struct conf conf;
	char file[300], *text;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		snprintf(file, sizeof(file), "worker w {\n\texec x %s\n}\n",
		    words[i][1]);
		CHECK(load_text(&conf, file));
		CHECK(strcmp(conf.root->sup.children[0].spec->worker.argv[1],
			  words[i][0]) == 0);
		text = tree_text(&conf);
		CHECK(strcmp(text, file) == 0);
		free(text);
		conf_fini(&conf);
	}
	OK("words are quoted where they must be and nowhere else");
}

static void
test_child(void)
{
	struct conf conf;
	struct text text = { .len = 0 };

	CHECK(load_text(&conf, "worker a[2] { exec x }\nworker a.2 {exec x}"));
	print_child(&conf.root->sup.children[0], append, &text);
	CHECK(strcmp(text.bytes, "worker a.0 {\n\texec x\n}\n") == 0);
	conf_fini(&conf);
	OK("S100: one specification is printed by itself");
}

static void
test_arrays(void)
{
	struct conf conf, again;
	char *text;

	CHECK(load_text(&conf,
	    "worker a[3] { exec x }\nworker b[1] { exec x }\n"
	    "supervisor c.0[2] { worker d[2] { exec '${instance}' } }\n"));
	text = tree_text(&conf);
	CHECK(strcmp(text,
		  "worker a[3] {\n\texec x\n}\nworker b.0 {\n\texec x\n}\n"
		  "supervisor c.0[2] {\n\tworker d[2] {\n"
		  "\t\texec '${instance}'\n\t}\n}\n") == 0);
	free(text);
	load_again(&conf, &again);
	conf_fini(&again);
	conf_fini(&conf);
	OK("arrays are printed as arrays");
}

int
main(void)
{
	test_samples();
	test_complete();
	test_differences();
	test_defaults();
	test_nothing();
	test_words();
	test_child();
	test_arrays();
	return 0;
}
