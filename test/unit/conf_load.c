/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "conf/equal.h"
#include "conf_files.h"

static const struct spec *
child_of(const struct conf *conf, size_t i)
{
	CHECK(conf->root != NULL && i < conf->root->sup.nchildren);
	return conf->root->sup.children[i].spec;
}

static void
test_defaults(void)
{
	struct conf conf;
	const struct child_policy *root, *worker;

	CHECK(load_text(&conf, "worker a { exec ./a }\nsupervisor s {}\n"));
	root = &conf.root->policy;
	CHECK(root->sup.strategy == STRATEGY_ONE_FOR_ONE);
	CHECK(root->sup.max_restarts == 3 && root->sup.max_seconds == 5);
	CHECK(root->sup.auto_shutdown == AUTO_SHUTDOWN_NEVER);
	CHECK(root->sup.stop_order == STOP_REVERSE);
	CHECK(root->sup.max_children == MAX_CHILDREN_INFINITY);
	CHECK(child_of(&conf, 1)->policy.shutdown_ms == SHUTDOWN_INFINITY);
	worker = &child_of(&conf, 0)->policy;
	CHECK(worker->restart == RESTART_PERMANENT && !worker->significant);
	CHECK(worker->shutdown_ms == 5000);
	CHECK(worker->worker.stop_signal == 15);
	CHECK(worker->worker.ready == READY_EXEC);
	CHECK(conf.nchildren == 2 && conf.diags.nitems == 0);
	CHECK(strcmp(conf.root->sup.children[0].place.file, "t.conf") == 0);
	CHECK(conf.root->sup.children[1].place.line == 2);
	CHECK(conf.root->sup.children[1].place.column == 12);
	conf_fini(&conf);
	conf_fini(&conf);
	OK("S5, S7: flags and specifications have the defaults of OTP");
}

static void
test_values(void)
{
	struct conf conf;
	const struct spec *w;

	CHECK(load_text(&conf,
	    "strategy dynamic; max_restarts 1000000; max_seconds 2m\n"
	    "stop together; max_children 7\n"
	    "worker w { shell 'a b'; restart temporary; shutdown infinity\n"
	    "ready after 1500ms; start_timeout 2; backoff 100ms..30s\n"
	    "stop_signal RTMIN+1; cwd /tmp; env A=1 B='2 3' A=4; env C ''\n"
	    "normal 1 70-72; planned 255; ignore 0 }"));
	CHECK(conf.root->policy.sup.strategy == STRATEGY_DYNAMIC);
	CHECK(conf.root->policy.sup.max_restarts == POLICY_MAX_RESTARTS);
	CHECK(conf.root->policy.sup.max_seconds == 120);
	CHECK(conf.root->policy.sup.stop_order == STOP_TOGETHER);
	CHECK(conf.root->policy.sup.max_children == 7);
	w = child_of(&conf, 0);
	CHECK(strcmp(w->worker.argv[0], "/bin/sh") == 0);
	CHECK(strcmp(w->worker.argv[1], "-c") == 0);
	CHECK(strcmp(w->worker.argv[2], "a b") == 0);
	CHECK(w->worker.argv[3] == NULL);
	CHECK(w->policy.restart == RESTART_TEMPORARY);
	CHECK(w->policy.shutdown_ms == SHUTDOWN_INFINITY);
	CHECK(w->policy.worker.ready == READY_AFTER);
	CHECK(w->policy.worker.ready_after_ms == 1500);
	CHECK(w->policy.worker.start_timeout_ms == 2000);
	CHECK(w->policy.worker.backoff_min_ms == 100);
	CHECK(w->policy.worker.backoff_max_ms == 30000);
	CHECK(strcmp(w->worker.cwd, "/tmp") == 0);
	CHECK(strcmp(w->worker.env[0], "A=4") == 0);
	CHECK(strcmp(w->worker.env[1], "B=2 3") == 0);
	CHECK(strcmp(w->worker.env[2], "C=") == 0);
	CHECK(w->worker.env[3] == NULL);
	CHECK(status_set_has(&w->policy.worker.normal, 72));
	CHECK(!status_set_has(&w->policy.worker.normal, 73));
	CHECK(status_set_has(&w->policy.worker.planned, 255));
	CHECK(status_set_has(&w->policy.ignore, 0));
	conf_fini(&conf);
	OK("S10: every directive puts its value where it belongs");
}

static void
test_sharing(void)
{
	struct conf conf;
	const struct child_spec *children;

	CHECK(load_text(&conf, "worker api[10000] { exec ./api }\n"));
	children = conf.root->sup.children;
	CHECK(conf.root->sup.nchildren == 10000);
	for (size_t i = 1; i < 10000; i++)
		CHECK(children[i].spec == children[0].spec);
	CHECK(strcmp(children[9999].name, "api.9999") == 0);
	CHECK(conf.arena.total < 10000 * 64);
	conf_fini(&conf);

	CHECK(load_text(&conf, "worker a[3] { exec ./a ${instance} }\n"));
	children = conf.root->sup.children;
	CHECK(children[0].spec != children[1].spec);
	CHECK(strcmp(children[2].spec->worker.argv[1], "2") == 0);
	conf_fini(&conf);
	OK("10,000 equal instances cost 10,000 names and one body");
}

/* Writes `n` workers, each with a name of its own. */
static char *
many_workers(size_t n, const char *body)
{
	size_t room = n * 64, len = 0;
	char *text = malloc(room);

	CHECK(text != NULL);
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, room - len,
		    "worker w%zu { %s }\n", i, body);
	return text;
}

static void
test_many(void)
{
	struct conf conf;
	char *text = many_workers(30000, "exec ./x");

	CHECK(load_text(&conf, text));
	CHECK(conf.nchildren == 30000);
	conf_fini(&conf);
	free(text);
	CHECK(load_text(&conf,
	    "worker a[100000] { exec x }\nworker b[99999] { exec x }\n"
	    "worker last { exec x }\n"));
	CHECK(conf.nchildren == CONF_CHILDREN_MAX);
	conf_fini(&conf);
	OK("S8: names are compared fast however many children there are");
}

static void
test_children_max(void)
{
	struct conf conf;

	CHECK(!load_text(&conf,
	    "worker a[100000] { exec x }\nworker b[100000] { exec x }\n"
	    "worker last { exec x }\n"));
	CHECK(conf_says(&conf,
	    "t.conf:3:8: too many children, expected at most"));
	conf_fini(&conf);
	CHECK(!load_text(&conf,
	    "supervisor s[1000] { worker a[1000] { exec x } }\n"));
	CHECK(conf_says(&conf, "t.conf:1:12: too many children"));
	conf_fini(&conf);
	CHECK(!load_text(&conf,
	    "supervisor s[9] { worker a[90000] { exec x ${instance} }\n"
	    "worker b { exec ${instance} } }\n"));
	CHECK(conf_says(&conf, "too many children"));
	CHECK(conf.diags.nerrors == 1);
	conf_fini(&conf);
	OK("more children than allowed are an error");
}

static void
test_work_max(void)
{
	static char text[4000];
	struct conf conf;

	memset(text, ' ', sizeof(text) - 1);
	memcpy(text, "worker a[100000] { exec ${instance} ", 36);
	text[sizeof(text) - 2] = '}';
	CHECK(!load_text(&conf, text));
	CHECK(conf_says(&conf, "this amounts to too much text"));
	CHECK(conf.diags.nerrors == 1);
	conf_fini(&conf);
	OK("more text than allowed, arrays resolved, is an error");
}

static void
test_file_size_max(void)
{
	static char text[CONF_FILE_SIZE_MAX + 2];
	struct conf conf;

	memset(text, '\n', CONF_FILE_SIZE_MAX + 1);
	CHECK(!load_text(&conf, text));
	CHECK(conf_says(&conf,
	    "t.conf: cannot be read (it is longer than 1 MiB)"));
	conf_fini(&conf);
	text[CONF_FILE_SIZE_MAX] = '\0';
	CHECK(load_text(&conf, text));
	conf_fini(&conf);
	OK("a file of 1 MiB is read, a longer one is refused");
}

static void
test_word_max(void)
{
	static char text[CONF_WORD_SIZE_MAX + 64];
	struct conf conf;
	size_t len = strlen("worker a { exec ");

	memcpy(text, "worker a { exec ", len);
	memset(text + len, 'x', CONF_WORD_SIZE_MAX);
	memcpy(text + len + CONF_WORD_SIZE_MAX, " }", 3);
	CHECK(load_text(&conf, text));
	conf_fini(&conf);
	memcpy(text + len + CONF_WORD_SIZE_MAX, "x }", 4);
	CHECK(!load_text(&conf, text));
	CHECK(conf_says(&conf, "t.conf:1:17: this word is too long"));
	CHECK(conf.diags.nerrors == 1);
	conf_fini(&conf);
	/* What is too long is no empty word where it is used. */
	memcpy(text, "set y            ", len);
	(void)snprintf(text + CONF_WORD_SIZE_MAX - 16, 80, "%s",
	    "\nset x ${y}${y}\nworker a { exec ${x} }");
	CHECK(!load_text(&conf, text));
	CHECK(conf_says(&conf, "t.conf:2:7: this word is too long"));
	CHECK(conf.diags.nerrors == 1);
	conf_fini(&conf);
	OK("a word of 64 KiB is read, a longer one is refused");
}

static void
test_args_max(void)
{
	static char text[CONF_ARGS_MAX * 2 + 64];
	struct conf conf;
	size_t len = strlen("worker a { exec");

	memcpy(text, "worker a { exec", len);
	for (int i = 0; i < CONF_ARGS_MAX; i++, len += 2)
		memcpy(text + len, " x", 2);
	memcpy(text + len, " }", 3);
	CHECK(load_text(&conf, text));
	conf_fini(&conf);
	memcpy(text + len, " x }", 5);
	CHECK(!load_text(&conf, text));
	CHECK(conf_says(&conf,
	    "too many words, expected at most 4096 behind exec"));
	conf_fini(&conf);
	OK("4096 words of a statement are read, one more is refused");
}

/* `n` times `open`, `middle`, `n` times `close`. */
static void
nest(char *text, size_t n, const char *open, const char *middle,
    const char *close)
{
	*text = '\0';
	for (size_t i = 0; i < n; i++)
		text = stpcpy(text, open);
	text = stpcpy(text, middle);
	for (size_t i = 0; i < n; i++)
		text = stpcpy(text, close);
}

static void
test_depths(void)
{
	static char text[65536];
	struct conf conf;

	nest(text, CONF_NESTING_MAX, "supervisor s {", "", "}");
	CHECK(load_text(&conf, text));
	conf_fini(&conf);
	nest(text, CONF_NESTING_MAX + 1, "supervisor s {", "", "}");
	CHECK(!load_text(&conf, text));
	CHECK(conf_says(&conf, "supervisors are nested too deeply"));
	conf_fini(&conf);
	nest(text, 3000, "supervisor s {", "", "}");
	CHECK(!load_text(&conf, text));
	CHECK(conf.diags.nerrors == 1);
	conf_fini(&conf);
	nest(text, CONF_EXPANSION_MAX, "${A:-", "x", "}");
	CHECK(!load_text(&conf, text));
	CHECK(conf_says(&conf, "\"x\" is no directive"));
	conf_fini(&conf);
	nest(text, 3000, "${A:-", "x", "}");
	CHECK(!load_text(&conf, text));
	CHECK(conf_says(&conf, "variables are nested too deeply"));
	conf_fini(&conf);
	OK("supervisors and variables nest so far and no further");
}

static void
test_errors_max(void)
{
	struct conf conf;
	char *text = many_workers(150, "exec ./x; restart x");

	CHECK(!load_text(&conf, text));
	CHECK(conf.diags.nerrors == 150);
	CHECK(conf.diags.nitems == DIAG_SHOWN_MAX);
	CHECK(conf_says(&conf, "\n50 more errors are not shown\n"));
	conf_fini(&conf);
	free(text);
	OK("all mistakes are counted, a hundred are shown");
}

static void
test_no_memory(void)
{
	struct memory memory = { .files = { { .path = "t.conf" } } };
	struct conf_source source = memory_source(&memory);
	struct conf conf;
	size_t failures = 0;
	bool good = false;

	memory.files[0].text =
	    "spec s(a) { exec ./s ${a} ${b:-c}; env A=1 }\n"
	    "worker w[9] = s(${instance}) { env B=2 }\n"
	    "supervisor v { worker x { exec ./x } ; strateg y }\n";
	for (size_t max = 1; max < 400000 && !good; max += 509) {
		CHECK(!conf_load_within(&conf, "t.conf", &source, max));
		good = strstr(conf.diags.items[0].message, "memory") == NULL;
		failures += !good;
		CHECK(conf.diags.nerrors == 1 && conf.root == NULL);
		conf_fini(&conf);
	}
	CHECK(failures > 10 && good);
	OK("memory that runs out anywhere gives one error and leaks nothing");
}

static void
test_text_beyond(void)
{
	static char exact[] = { 'w', 'o', 'r', 'k', 'e', 'r', ' ', 'a', '{',
		'e', 'x', 'e', 'c', ' ', 'x', '}' };
	struct memory memory = {
		.files = { { .path = "t.conf", .text = exact } },
	};
	struct conf_source source = memory_source(&memory);
	struct conf conf;

	memory.files[0].len = sizeof(exact);
	CHECK(conf_load(&conf, "t.conf", &source));
	conf_fini(&conf);
	for (size_t len = 1; len < sizeof(exact); len++) {
		char *copy = malloc(len);

		CHECK(copy != NULL);
		memcpy(copy, exact, len);
		memory.files[0].text = copy;
		memory.files[0].len = len;
		CHECK(!conf_load(&conf, "t.conf", &source));
		conf_fini(&conf);
		free(copy);
	}
	OK("a file may end anywhere");
}

int
main(void)
{
	test_defaults();
	test_values();
	test_sharing();
	test_many();
	test_children_max();
	test_work_max();
	test_file_size_max();
	test_word_max();
	test_args_max();
	test_depths();
	test_errors_max();
	test_no_memory();
	test_text_beyond();
	return 0;
}
