/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "conf/program.h"
#include "conf_files.h"

/* What commands print in these tests; the rest is as a runner would do it. */
struct printing {
	const char *command;
	const char *text;
	size_t len;       /* 0: strlen(text) */
	const char *why;  /* nothing comes of it */
	const char *told; /* on standard error */
};

#define PRINTS(command_, text_)                    \
	{                                          \
		.command = command_, .text = text_ \
	}
#define LAST                    \
	{                       \
		.command = NULL \
	}

struct load {
	struct programs programs;
	struct conf conf;
	bool good;
	int rounds; /* in which programs ran */
};

static void
run_one(struct program *p, const struct printing *printings)
{
	while (printings->command != NULL &&
	    strcmp(printings->command, p->command) != 0)
		printings++;
	CHECK(printings->command != NULL);
	p->done = true;
	p->len = printings->len;
	if (printings->text != NULL) {
		if (p->len == 0)
			p->len = strlen(printings->text);
		p->bytes = malloc(p->len + 1);
		CHECK(p->bytes != NULL);
		memcpy(p->bytes, printings->text, p->len);
	}
	p->why = printings->why != NULL ? strdup(printings->why) : NULL;
	p->told = printings->told != NULL ? strdup(printings->told) : NULL;
}

/* Loads `text` as t.conf beside `other`, as often as it takes. */
static void
load(struct load *l, const char *text, const struct printing *printings)
{
	struct memory memory = { .files = {
				     { .path = "f/t.conf", .text = text },
				     { .path = "f/x.conf",
					 .text = "worker x { exec ./x }" },
				 } };
	struct conf_source source = memory_source(&memory);

	*l = (struct load){ .good = false };
	source.programs = &l->programs;
	for (;; l->rounds++) {
		l->good = conf_load(&l->conf, "f/t.conf", &source);
		if (!l->conf.pending)
			break;
		CHECK(!l->good && l->conf.root == NULL);
		conf_fini(&l->conf);
		for (struct program *p = l->programs.first; p != NULL;
		     p = p->next)
			if (!p->done)
				run_one(p, printings);
	}
}

static void
done(struct load *l)
{
	conf_fini(&l->conf);
	programs_fini(&l->programs);
	programs_fini(&l->programs);
}

/* Whether the tree is that of the text `as`. */
static bool
amounts_to(const struct load *l, const char *as)
{
	struct conf conf;
	bool same;

	CHECK(load_text(&conf, as));
	same = l->good && conf_is(&l->conf, conf.root, as);
	conf_fini(&conf);
	return same;
}

static bool
says(const struct load *l, const char *text)
{
	return !l->good && conf_says(&l->conf, text);
}

static void
test_body(void)
{
	static const struct printing printings[] = {
		PRINTS("./w 1", "exec ./w --port 1\nrestart transient"),
		PRINTS("./s", "strategy one_for_all; worker a { exec x }\n"),
		LAST,
	};
	struct load l;

	load(&l, "worker w = exec \"./w 1\"\nsupervisor s = exec ./s",
	    printings);
	CHECK(amounts_to(&l,
	    "worker w { exec ./w --port 1; restart transient }\n"
	    "supervisor s { strategy one_for_all; worker a { exec x } }"));
	CHECK(l.rounds == 1 && l.programs.n == 2);
	CHECK(strcmp(l.programs.first->argv[0], "./w") == 0);
	CHECK(strcmp(l.programs.first->argv[1], "1") == 0);
	CHECK(l.programs.first->argv[2] == NULL);
	done(&l);

	load(&l,
	    "worker w = exec \"./w 1\" { restart temporary; normal 3 }\n"
	    "worker v = exec './w 1'",
	    printings);
	CHECK(amounts_to(&l,
	    "worker w { exec ./w --port 1; restart temporary; normal 3 }\n"
	    "worker v { exec ./w --port 1; restart transient }"));
	CHECK(l.programs.n == 1);
	done(&l);
	OK("a program prints a body, once for each command; a block overrides");
}

static void
test_words(void)
{
	static const struct printing printings[] = {
		PRINTS("p 'a b' c\\ d \"e;{\" $f", "exec x"),
		LAST,
	};
	struct load l;
	const char *const *argv;

	load(&l,
	    "set f f; worker w = exec \"p 'a b' c\\\\ d \\\"e;{\\\" \\$${f}\"",
	    printings);
	CHECK(l.good);
	argv = l.programs.first->argv;
	CHECK(strcmp(argv[1], "a b") == 0 && strcmp(argv[2], "c d") == 0);
	CHECK(strcmp(argv[3], "e;{") == 0 && strcmp(argv[4], "$f") == 0);
	CHECK(argv[5] == NULL);
	done(&l);
	OK("the words of a command are quoted as in the file");
}

static void
test_scope(void)
{
	static const struct printing printings[] = {
		PRINTS("p", "set y 2; exec ${x} ${y} ${instance}"),
		PRINTS("s",
		    "include x.conf; worker a = t(${x}); spec u { exec u }"),
		PRINTS("q 0", "exec q0"),
		PRINTS("q 1", "exec q1"),
		LAST,
	};
	struct load l;

	load(&l,
	    "set x 1; spec t(z) { exec ${z} }; worker w[2] = exec p\n"
	    "supervisor s = exec s; worker q[2] = exec \"q ${instance}\"",
	    printings);
	CHECK(amounts_to(&l,
	    "worker w[2] { exec 1 2 ${instance} }\n"
	    "supervisor s { worker x { exec ./x }; worker a { exec 1 } }\n"
	    "worker q[2] { exec q${instance} }"));
	CHECK(l.programs.n == 4);
	done(&l);
	load(&l, "worker p = exec p; worker w = u\nsupervisor s = exec s",
	    printings);
	CHECK(says(&l, "f/t.conf:1:31: there is no spec \"u\""));
	CHECK(says(&l, "exec \"p\":1:15: variable \"x\" is not defined"));
	done(&l);
	OK("what is printed can see what the file has, and not the reverse");
}

static void
test_places(void)
{
	static const struct printing printings[] = {
		PRINTS("p a", "# fine\nexce ./p\n"),
		{ .command = "nul", .text = "exec a\0b", .len = 8 },
		PRINTS("close", "exec a }"),
		PRINTS("open", "worker a { exec b"),
		LAST,
	};
	struct load l;

	load(&l, "worker w =\\\n exec \"p a\" {\n shutdown soon }\n",
	    printings);
	CHECK(says(&l, "exec \"p a\":2:1: \"exce\" is no directive, did"));
	CHECK(says(&l,
	    "    exce ./p\n    ^^^^\n"
	    "    in worker w = exec \"p a\" at f/t.conf:1\n"));
	CHECK(says(&l, "f/t.conf:3:11: \"soon\" is no value"));
	done(&l);
	load(&l, "worker w = exec nul", printings);
	CHECK(says(&l, "exec \"nul\":1:7: NUL byte, expected text"));
	done(&l);
	load(&l, "worker w = exec close", printings);
	CHECK(says(&l, "exec \"close\":1:8: this } closes nothing"));
	done(&l);
	load(&l, "supervisor w = exec open { stop sideways }", printings);
	CHECK(says(&l, "exec \"open\":1:10: this { is never closed"));
	done(&l);
	OK("a mistake in what is printed has its place there");
}

static void
test_failure(void)
{
	static const struct printing printings[] = {
		{ .command = "bad",
		    .text = "exec a",
		    .why = "it was bad",
		    .told = "one\nt\033w\u202eo\n\n" },
		PRINTS("none", NULL),
		LAST,
	};
	struct load l;

	load(&l, "worker a { exec a }\nworker w = exec bad", printings);
	CHECK(says(&l,
	    "f/t.conf:2:17: it was bad, expected it to print a "
	    "specification and end with 0\n"
	    "    worker w = exec bad\n                    ^^^\n"
	    "    one\n    t?w???o\n"));
	done(&l);
	load(&l, "worker w = exec none", printings);
	CHECK(says(&l, "f/t.conf:1:8: this worker has nothing to run"));
	done(&l);
	OK("a program that fails is an error where it is named");
}

static void
test_mistakes(void)
{
	static const struct printing printings[] = { PRINTS("p", "exec p"),
		LAST };
	struct load l;

	load(&l,
	    "worker a = exec\nworker b = exec { }\nworker c = exec ''\n"
	    "worker d = exec \" # \"\nworker e = exec 'a\nb'\n"
	    "worker f = exec \"a 'b\"\nworker g = exec p q\n"
	    "worker h = exec ${NO}\nworker i = exec 'a {'",
	    printings);
	CHECK(says(&l, "f/t.conf:1:16: the end of the line here, expected a "));
	CHECK(says(&l, "f/t.conf:2:17: \"{\" here, expected a program and"));
	CHECK(says(&l, "f/t.conf:3:17: exec without a program"));
	CHECK(says(&l, "f/t.conf:4:17: exec without a program"));
	CHECK(says(&l, "exec \"a?b\":1:2: words end here, expected one line"));
	CHECK(says(&l, "exec \"a 'b\":1:3: this quote is never closed"));
	CHECK(says(&l, "f/t.conf:8:19: \"q\" here, expected { or the end of"));
	CHECK(says(&l, "f/t.conf:9:17: variable \"NO\" is not defined"));
	CHECK(says(&l, "exec \"a {\":1:3: words end here"));
	done(&l);
	CHECK(!load_text(&l.conf, "worker a = exec b"));
	CHECK(says(&l, "t.conf:1:17: programs are not run for this text"));
	conf_fini(&l.conf);
	OK("mistakes around an exec are named");
}

static void
test_spec_called_exec(void)
{
	static const struct printing printings[] = { PRINTS("p", "exec p"),
		LAST };
	struct load l;

	load(&l,
	    "spec exec(x=1) { exec ./${x} }\nworker a = exec\n"
	    "worker b = exec(2)\nworker c = exec { restart transient }\n"
	    "worker d = exec p",
	    printings);
	CHECK(amounts_to(&l,
	    "worker a { exec ./1 }\nworker b { exec ./2 }\n"
	    "worker c { exec ./1; restart transient }\nworker d { exec p }"));
	done(&l);
	OK("a spec may still be called exec");
}

static void
test_depth(void)
{
	static const struct printing printings[] = {
		PRINTS("1", "supervisor s = exec 2"),
		PRINTS("2", "supervisor s = exec 3"),
		PRINTS("3", "worker w = exec 4"),
		PRINTS("4", "exec ./four"),
		PRINTS("5", "supervisor s = exec 1"),
		PRINTS("self", "supervisor s = exec self"),
		LAST,
	};
	struct load l;

	load(&l, "supervisor s = exec 1", printings);
	CHECK(amounts_to(&l,
	    "supervisor s { supervisor s { supervisor s { worker w { exec "
	    "./four } } } }"));
	CHECK(l.rounds == 4);
	done(&l);
	load(&l, "supervisor s = exec 5", printings);
	CHECK(says(&l,
	    "exec \"3\":1:17: programs whose output names programs are nested "
	    "too deeply, expected at most 4 levels"));
	CHECK(says(&l, "in supervisor s = exec \"3\" at exec \"2\":1\n"));
	done(&l);
	load(&l, "supervisor s = exec self", printings);
	CHECK(says(&l, "exec \"self\":1:21: programs whose output names"));
	CHECK(l.programs.n == 1);
	done(&l);
	OK("what is printed may name programs, to a small depth");
}

static void
test_many(void)
{
	struct memory memory = {
		.files = { { .path = "t",
		    .text = "worker w[300] = exec \"p ${instance}\"" } }
	};
	struct conf_source source = memory_source(&memory);
	struct load l = { .good = false };

	source.programs = &l.programs;
	CHECK(!conf_load(&l.conf, "t", &source) && l.conf.pending);
	while (l.conf.pending) {
		conf_fini(&l.conf);
		for (struct program *p = l.programs.first; p != NULL;
		     p = p->next) {
			if (p->done)
				continue;
			p->bytes = strdup("exec x");
			p->len = 6;
			p->done = true;
		}
		CHECK(!conf_load(&l.conf, "t", &source));
		CHECK(++l.rounds < 3);
	}
	CHECK(l.programs.n == CONF_PROGRAMS_MAX);
	CHECK(says(&l, "t:1:22: too many programs, expected at most 256"));
	done(&l);
	OK("there is a limit to the number of programs");
}

int
main(void)
{
	test_body();
	test_words();
	test_scope();
	test_places();
	test_failure();
	test_mistakes();
	test_spec_called_exec();
	test_depth();
	test_many();
	return 0;
}
