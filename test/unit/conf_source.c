/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "conf_files.h"

static bool
load(struct conf *conf, struct memory *memory)
{
	struct conf_source source = memory_source(memory);

	return conf_load(conf, memory->files[0].path, &source);
}

static void
test_first_file(void)
{
	struct memory memory = { .files = { { .path = "a/x.conf" } } };
	struct conf_source source = memory_source(&memory);
	struct conf conf;

	CHECK(!conf_load(&conf, "b.conf", &source));
	CHECK(conf_says(&conf,
	    "b.conf: cannot be read (there is no such file)"));
	conf_fini(&conf);
	CHECK(!load(&conf, &memory));
	CHECK(conf_says(&conf, "a/x.conf: cannot be read (permission denied)"));
	conf_fini(&conf);
	OK("a file that cannot be read is an error");
}

static void
test_mark(void)
{
	struct conf conf;

	CHECK(load_text(&conf, "\xef\xbb\xbfmax_restarts 4"));
	CHECK(conf.root->policy.sup.max_restarts == 4);
	conf_fini(&conf);
	CHECK(!load_text(&conf, "\xef\xbb\xbfmax_restart 4"));
	CHECK(conf_says(&conf, "t.conf:1:1: \"max_restart\" is no directive"));
	conf_fini(&conf);
	OK("a byte order mark is skipped");
}

static void
test_include(void)
{
	struct memory memory = {
		.files = {
		    { .path = "etc/main.conf",
			.text = "include d/*.conf\ninclude none/*.conf\n"
				"include /abs.conf d/../sub.conf\n"
				"worker last = from_a(9)\n" },
		    { .path = "etc/d/a.conf",
			.text = "spec from_a(n) { exec ./a ${n} }\n"
				"set shared 1\n" },
		    { .path = "etc/d/b.conf",
			.text = "worker b = from_a(${shared})\n" },
		    { .path = "/abs.conf", .text = "worker abs { exec x }" },
		    { .path = "etc/d/../sub.conf",
			.text = "include more.conf" },
		    { .path = "etc/d/../more.conf",
			.text = "strategy one_for_all" },
		},
	};
	struct conf conf;

	CHECK(load(&conf, &memory));
	CHECK(conf.root->sup.nchildren == 3);
	CHECK(conf.root->policy.sup.strategy == STRATEGY_ONE_FOR_ALL);
	CHECK(strcmp(conf.root->sup.children[0].name, "b") == 0);
	CHECK(strcmp(conf.root->sup.children[0].place.file, "etc/d/b.conf") ==
	    0);
	CHECK(strcmp(conf.root->sup.children[1].name, "abs") == 0);
	CHECK(strcmp(conf.root->sup.children[2].name, "last") == 0);
	conf_fini(&conf);
	OK("include reads files as if they stood there, paths are relative to "
	   "the file");
}

static void
test_loops(void)
{
	struct memory memory = {
		.files = {
		    { .path = "a", .text = "include b\ninclude b\n" },
		    { .path = "b", .text = "\ninclude c*\n" },
		    { .path = "c", .text = " include a" },
		},
	};
	struct conf conf;

	CHECK(!load(&conf, &memory));
	CHECK(conf_says(&conf, "c:1:10: \"a\" includes itself"));
	CHECK(conf.diags.nerrors == 1);
	conf_fini(&conf);
	OK("a loop of includes is an error");
}

static void
test_depth(void)
{
	struct memory memory = { 0 };
	static char names[32][16], texts[32][32];
	struct conf conf;

	for (int i = 0; i < 32; i++) {
		snprintf(names[i], sizeof(names[i]), "f%d", i);
		snprintf(texts[i], sizeof(texts[i]), "include f%d\n", i + 1);
		memory.files[i].path = names[i];
		memory.files[i].text = texts[i];
	}
	memory.files[CONF_INCLUDE_MAX].text = "";
	CHECK(load(&conf, &memory));
	conf_fini(&conf);
	memory.files[CONF_INCLUDE_MAX].text = texts[CONF_INCLUDE_MAX];
	CHECK(!load(&conf, &memory));
	CHECK(conf_says(&conf, "f16:1:9: files include each other too deeply"));
	conf_fini(&conf);
	OK("16 levels of include are read, one more is refused");
}

static void
test_unsafe(void)
{
	struct memory memory = {
		.files = {
		    { .path = "a",
			.text = "include b",
			.unsafe = "its group can write it" },
		    { .path = "b", .text = "", .unsafe = "it belongs to mail" },
		},
	};
	struct conf conf;

	CHECK(load(&conf, &memory));
	CHECK(conf.diags.nwarnings == 2);
	CHECK(conf_says(&conf,
	    "a: warning: its group can write it, so that others decide"));
	CHECK(conf_says(&conf,
	    "b: warning: it belongs to mail, so that others"));
	conf_fini(&conf);
	OK("files that others may write are warned of");
}

static void
test_environment(void)
{
	static const char *const env[] = { "HOME=/root", "PORT=80",
		"EMPTY=", "BAD=a\033b", "LINES=a\nb", NULL };
	struct memory memory = {
		.files = { { .path = "t",
		    .text = "set PORT 81\nworker w { exec x ${HOME} ${PORT} "
			    "${EMPTY} ${EMPTY:-e} ${LINES} ${NO:-n} }" } },
		.env = env,
	};
	struct conf conf;
	const char *const *argv;

	CHECK(load(&conf, &memory));
	argv = conf.root->sup.children[0].spec->worker.argv;
	CHECK(strcmp(argv[1], "/root") == 0);
	CHECK(strcmp(argv[2], "81") == 0);
	CHECK(strcmp(argv[3], "") == 0);
	CHECK(strcmp(argv[4], "e") == 0);
	CHECK(strcmp(argv[5], "a\nb") == 0);
	CHECK(strcmp(argv[6], "n") == 0);
	conf_fini(&conf);
	memory.files[0].text = "worker w { exec ${BAD} ${NONE} }";
	CHECK(!load(&conf, &memory));
	CHECK(conf_says(&conf, "t:1:17: the value of variable \"BAD\" has a"));
	CHECK(conf_says(&conf, "t:1:24: variable \"NONE\" is not defined"));
	conf_fini(&conf);
	OK("variables come from parameters, set, and the environment at last");
}

static void
test_child(void)
{
	static const char text[] = "set a b\nworker w[1] { exec ./${a} }";
	struct conf conf, parent;

	CHECK(conf_parse_child(&conf, "add", text, strlen(text), NULL, NULL));
	CHECK(strcmp(conf.child->name, "w.0") == 0);
	CHECK(strcmp(conf.child->spec->worker.argv[0], "./b") == 0);
	CHECK(conf.root == NULL && conf.nchildren == 1);
	conf_fini(&conf);
	CHECK(!conf_parse_child(&conf, "add", text, 8, NULL, NULL));
	CHECK(conf_says(&conf, "add:1:1: 0 children in this text"));
	conf_fini(&conf);
	CHECK(!conf_parse_child(&conf, "add",
	    "max_restarts 1; worker w { exec x } ; worker v { exec x } }", 59,
	    NULL, NULL));
	CHECK(conf_says(&conf, "add:1:1: max_restarts beside a child"));
	CHECK(conf_says(&conf, "add:1:59: this } closes nothing"));
	conf_fini(&conf);

	CHECK(load_text(&parent, ""));
	CHECK(!conf_parse_child(&conf, "add",
	    "worker w { exec x; significant }", 32,
	    &(struct conf_parent){ .spec = parent.root }, NULL));
	CHECK(conf_says(&conf,
	    "a significant child under auto_shutdown never"));
	conf_fini(&conf);
	conf_fini(&parent);
	CHECK(!conf_parse_child(&conf, "add", "include x", 9, NULL, NULL));
	CHECK(conf_says(&conf, "add:1:9: cannot include \"x\""));
	conf_fini(&conf);
	OK("S91: one child is read from a text");
}

static void
test_nameless(void)
{
	static const char below[] = "supervisor { worker { exec x } }";
	static const char text[] = "worker { exec x }";
	struct conf_parent parent = { .nameless = "7" };
	struct conf conf, root;

	CHECK(load_text(&root, "strategy dynamic"));
	parent.spec = root.root;
	CHECK(conf_parse_child(&conf, "add", text, strlen(text), &parent,
	    NULL));
	CHECK(strcmp(conf.child->name, "7") == 0);
	conf_fini(&conf);
	CHECK(!conf_parse_child(&conf, "add", text, strlen(text), NULL, NULL));
	CHECK(conf_says(&conf, "add:1:8: \"{\" here, expected the name"));
	conf_fini(&conf);
	CHECK(!conf_parse_child(&conf, "add", below, strlen(below), &parent,
	    NULL));
	CHECK(conf_says(&conf, "add:1:21: \"{\" here, expected the name"));
	conf_fini(&conf);
	conf_fini(&root);
	OK("D6: who gives none a name is asked for one");
}

static void
test_command(void)
{
	static const char *const argv[] = { "sleep", "1 0", NULL };
	const struct conf_command command = { .name = "sleep", .argv = argv };
	struct conf_commands commands = { .list = &command,
		.n = 1,
		.inherit = true,
		.restart = RESTART_TRANSIENT,
		.max_restarts = 7,
		.max_seconds = 9 };
	struct conf conf;
	char *text;

	CHECK(conf_from_commands(&conf, &commands));
	text = tree_text(&conf);
	CHECK(strcmp(text,
		  "max_restarts 7\nmax_seconds 9\n"
		  "auto_shutdown any_significant\nworker sleep {\n"
		  "\trestart transient\n\tsignificant yes\n"
		  "\texec sleep '1 0'\n\tlog inherit\n}\n") == 0);
	free(text);
	conf_fini(&conf);
	commands.restart = RESTART_PERMANENT;
	CHECK(conf_from_commands(&conf, &commands));
	CHECK(!conf.root->sup.children[0].spec->policy.significant);
	CHECK(conf.root->policy.sup.auto_shutdown == AUTO_SHUTDOWN_NEVER);
	conf_fini(&conf);
	OK("S84: a command makes a tree that ends with it");
}

int
main(void)
{
	test_first_file();
	test_mark();
	test_include();
	test_loops();
	test_depth();
	test_unsafe();
	test_environment();
	test_child();
	test_nameless();
	test_command();
	return 0;
}
