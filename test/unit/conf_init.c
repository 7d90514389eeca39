/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "conf/estimate.h"
#include "conf_files.h"

/* A file with `init`, and what its programs print later. */
struct later {
	struct memory memory;
	struct conf_source source;
	struct programs programs;
	struct conf file;
	struct conf printed;
	bool good;
};

/* Loads `text` as f/t.conf; only what was kept of it is there afterwards. */
static const struct spec *
load(struct later *l, const char *text)
{
	char *bytes = strdup(text);

	CHECK(bytes != NULL);
	*l = (struct later){ .good = false };
	l->memory.files[0] =
	    (struct memory_file){ .path = "f/t.conf", .text = bytes };
	l->memory.files[1] = (struct memory_file){ .path = "f/x.conf",
		.text = "worker x { exec ./x }" };
	l->source = memory_source(&l->memory);
	l->source.programs = &l->programs;
	CHECK(conf_load(&l->file, "f/t.conf", &l->source));
	free(bytes);
	l->memory.files[0] = l->memory.files[1];
	l->memory.files[1].path = NULL;
	return l->file.root;
}

/* The specification of the `nth` child. */
static const struct spec *
nth(const struct spec *spec, size_t nth)
{
	CHECK(nth < spec->sup.nchildren);
	return spec->sup.children[nth].spec;
}

static void
print_bytes(struct later *l, const struct spec *spec, const char *text,
    size_t len)
{
	char *bytes = malloc(len + 1);
	const struct program program = { .bytes = bytes, .len = len };

	CHECK(bytes != NULL);
	memcpy(bytes, text, len);
	conf_fini(&l->printed);
	l->good = conf_parse_printed(&l->printed, "init of s", &program, spec,
	    &l->source);
	free(bytes);
	CHECK(l->good == (l->printed.root != NULL));
}

static void
print(struct later *l, const struct spec *spec, const char *text)
{
	print_bytes(l, spec, text, strlen(text));
}

static void
done(struct later *l)
{
	conf_fini(&l->printed);
	conf_fini(&l->file);
	programs_fini(&l->programs);
}

/* Whether what was printed amounts to a supervisor with the body `as`. */
static bool
amounts_to(const struct later *l, const char *as)
{
	struct conf conf;
	bool same;

	CHECK(load_text(&conf, as));
	same = l->good && conf_is(&l->printed, nth(conf.root, 0), as);
	conf_fini(&conf);
	return same;
}

static bool
says(const struct later *l, const char *text)
{
	return !l->good && conf_says(&l->printed, text);
}

/*
 * Whether the children printed are these; what the file says cannot be beside
 * children in a file.
 */
static bool
children_are(const struct later *l, const char *as)
{
	struct conf conf;
	char *text, *expected;
	bool same;

	CHECK(load_text(&conf, as));
	expected = tree_text(&conf);
	text = l->good ? tree_text(&l->printed) : diags_text(&l->printed);
	same = strstr(text, expected) != NULL;
	if (!same)
		(void)fprintf(stderr, "not \"%s\" but:\n%s", expected, text);
	free(text);
	free(expected);
	conf_fini(&conf);
	return same;
}

static void
test_body(void)
{
	struct later l;
	const struct spec *s = nth(
	    load(&l,
		"supervisor s { init ./p 'a b'; ignore 3; max_restarts 9 }"),
	    0);

	CHECK(s->policy.prepares && status_set_has(&s->policy.ignore, 3));
	CHECK(strcmp(s->hooks.init[1], "a b") == 0 && s->hooks.init[2] == NULL);
	print(&l, s, "");
	CHECK(amounts_to(&l,
	    "supervisor s { init ./p 'a b'; ignore 3; max_restarts 9 }"));
	print(&l, s,
	    "strategy one_for_all\nworker a { exec x }\nmax_seconds 7");
	CHECK(children_are(&l, "worker a { exec x }"));
	CHECK(l.printed.root->policy.sup.strategy == STRATEGY_ONE_FOR_ALL);
	CHECK(l.printed.root->policy.sup.max_seconds == 7);
	CHECK(l.printed.root->policy.sup.max_restarts == 9);
	CHECK(l.printed.nchildren == 1);
	/* Each time anew. */
	print(&l, s, "supervisor b { worker c[2] { exec x } }");
	CHECK(children_are(&l, "supervisor b { worker c[2] { exec x } }"));
	CHECK(l.printed.root->policy.sup.strategy == STRATEGY_ONE_FOR_ONE);
	done(&l);
	OK("S20: what an init prints is the body, over what the file says");
}

static void
test_catches(void)
{
	struct later l;
	const struct spec *s =
	    nth(load(&l,
		    "supervisor s { init p; catch exit:1 stop\n"
		    "catch exit:2 stop }"),
		0);

	print(&l, s, "catch exit:3 ignore\ncatch exit:4 ignore");
	CHECK(amounts_to(&l,
	    "supervisor s { init p; catch exit:3 ignore; catch exit:4 ignore\n"
	    "catch exit:1 stop; catch exit:2 stop }"));
	done(&l);
	OK("catch lines that are printed stand before those of the file");
}

static void
test_scope(void)
{
	struct later l;
	const struct spec *root = load(&l,
	    "set A 1; set B 2\n"
	    "spec w(p, q=${A}) { exec ${B} ${p}\n  env Q=${q} }\n"
	    "spec old { exec ${A}\n }\n"
	    "set A 3\n"
	    "spec pool(n) { init p; set C c${n} }\n"
	    "supervisor s { set D d; init p; set E e\n spec late { exec x } }\n"
	    "supervisor t[2] { init p }\n"
	    "supervisor u = pool(7)\n");
	const struct spec *s = nth(root, 0);

	print(&l, s,
	    "worker a = w(5)\nworker b = old\nworker c = w(${D}, ${A})");
	CHECK(children_are(&l,
	    "worker a { exec 2 5; env Q=1 }\nworker b { exec 1 }\n"
	    "worker c { exec 2 d; env Q=3 }"));
	print(&l, s, "worker a { exec ${E} }");
	CHECK(says(&l, "init of s:1:17: variable \"E\" is not defined"));
	print(&l, s, "worker a = late");
	CHECK(says(&l, "init of s:1:12: there is no spec \"late\""));
	print(&l, s, "spec w { exec mine }\nworker a = w");
	CHECK(children_are(&l, "worker a { exec mine }"));
	print(&l, nth(root, 2), "worker a { exec ${instance} ${A} }");
	CHECK(children_are(&l, "worker a { exec 1 3 }"));
	print(&l, nth(root, 3), "worker a { exec ${n} }");
	CHECK(children_are(&l, "worker a { exec 7 }"));
	print(&l, s, "include x.conf");
	CHECK(children_are(&l, "worker x { exec ./x }"));
	print(&l, s, "worker a = w(1) { exce x }");
	CHECK(says(&l, "init of s:1:19: \"exce\" is no directive"));
	done(&l);
	OK("what is printed sees the specs and variables of the file");
}

static void
test_spec_text(void)
{
	struct later l;
	const struct spec *s =
	    nth(load(&l,
		    "set X 1\n"
		    "spec bad(p) { exec x; shutdown ${p} }\n"
		    "spec two(p) {\n\texec x\n\trestart ${p}\n}\n"
		    "supervisor s { init p }"),
		0);

	print(&l, s, "worker a = bad(never)\nworker b = two(always)");
	CHECK(says(&l, "f/t.conf:2:32: \"never\" is no value of shutdown"));
	CHECK(says(&l, "    spec bad(p) { exec x; shutdown ${p} }"));
	CHECK(says(&l, "f/t.conf:5:10: \"always\" is no value of restart"));
	CHECK(says(&l, "    \trestart ${p}"));
	CHECK(says(&l, "in worker a = bad(…) at init of s:1"));
	done(&l);
	OK("a mistake in a spec of the file is placed there, with its line");
}

static void
test_nested(void)
{
	struct later l;
	char text[4096] = "supervisor s { init p }";
	const struct program program = { .bytes = text, .len = strlen(text) };
	const struct spec *s = nth(load(&l, text), 0);
	struct conf confs[CONF_PRINTED_MAX];
	size_t n;

	for (n = 0; n < CONF_PRINTED_MAX; n++) {
		if (!conf_parse_printed(&confs[n], "init of s", &program, s,
			&l.source))
			break;
		s = nth(confs[n].root, 0);
	}
	CHECK(n == CONF_PRINTED_MAX - 1);
	print(&l, s, text);
	CHECK(says(&l,
	    "1:16: programs whose output names programs are nested"));
	for (size_t i = 0; i <= n; i++)
		conf_fini(&confs[i]);
	/* How deep supervisors are counts as in one file. */
	done(&l);
	*text = '\0';
	for (n = 1; n < CONF_NESTING_MAX; n++)
		strlcat(text, "supervisor s { ", sizeof(text));
	strlcat(text, "init p", sizeof(text));
	for (n = 1; n < CONF_NESTING_MAX; n++)
		strlcat(text, " }", sizeof(text));
	s = load(&l, text);
	while (s->sup.nchildren > 0)
		s = nth(s, 0);
	print(&l, s, "supervisor b { worker c { exec x } }");
	CHECK(l.good);
	print(&l, s, "supervisor b { supervisor c { } }");
	CHECK(says(&l, "1:27: supervisors are nested too deeply"));
	done(&l);
	OK("inits print inits, as deep as programs and supervisors may be");
}

static void
test_programs(void)
{
	struct later l;
	const struct spec *root = load(&l, "init p");
	struct program *p;

	print(&l, root, "worker a = exec 'q 1'\nworker b = exec 'q 2'");
	CHECK(!l.good && l.printed.pending && l.programs.n == 2);
	p = l.programs.first;
	p->bytes = strdup("exec one");
	p->len = strlen(p->bytes);
	p->next->why = strdup("this program is sad");
	p->done = p->next->done = true;
	print(&l, root, "worker a = exec 'q 1'\nworker b = exec 'q 2'");
	CHECK(says(&l, "init of s:2:17: this program is sad"));
	print(&l, root, "worker a = exec 'q 1'");
	CHECK(children_are(&l, "worker a { exec one }"));
	done(&l);
	OK("what the root's init prints may name programs");
}

static void
test_mistakes(void)
{
	struct later l;
	const struct spec *s =
	    nth(load(&l,
		    "supervisor s { init p; auto_shutdown any_significant }"),
		0);

	print(&l, s, "\n  exce x");
	CHECK(says(&l, "init of s:2:3: \"exce\" is no directive"));
	print(&l, s, "restart temporary");
	CHECK(says(&l,
	    "restart is not allowed in what an init prints, "
	    "expected it in a worker or a supervisor below"));
	print(&l, s, "init other; ignore 3");
	CHECK(says(&l, "init is not allowed in what an init prints"));
	CHECK(says(&l, "1:13: ignore is not allowed in what an init prints"));
	print(&l, s, "worker a { exec x }; worker a { exec y }; }");
	CHECK(says(&l, "1:29: a second child is named \"a\""));
	CHECK(says(&l, "1:43: this } closes nothing"));
	print(&l, s, "supervisor a { worker b { exec x }");
	CHECK(says(&l, "1:14: this { is never closed"));
	print_bytes(&l, s, "set a b\0c", sizeof("set a b\0c") - 1);
	CHECK(says(&l, "1:8: NUL byte"));
	print(&l, s, "strategy dynamic");
	CHECK(says(&l,
	    "init of s:1:1: auto_shutdown any_significant under "
	    "strategy dynamic"));
	print(&l, s, "worker a { exec x; restart transient; significant }");
	CHECK(l.good && l.printed.diags.nitems == 0);
	done(&l);
	OK("a mistake in what is printed is placed there");
}

static void
test_failure(void)
{
	struct later l;
	const struct spec *s = nth(load(&l, "supervisor s { init p }"), 0);
	char why[] = "this program is sad", told[] = "it rains\n";
	const struct program program = { .why = why, .told = told };

	l.good = conf_parse_printed(&l.printed, "init of s", &program, s, NULL);
	CHECK(says(&l, "init of s: this program is sad, expected it to"));
	CHECK(says(&l, "it rains"));
	done(&l);
	OK("a program that fails is a mistake without a line");
}

static void
test_estimates(void)
{
	struct later l;
	const struct spec *root = load(&l, "supervisor s { init p }");

	CHECK(estimate_stop_ms(root) == ESTIMATE_NEVER);
	CHECK(estimate_give_up_ms(root, root->sup.children) == 0);
	done(&l);
	OK("a supervisor may print anything: no time is sure");
}

int
main(void)
{
	test_body();
	test_catches();
	test_scope();
	test_spec_text();
	test_nested();
	test_programs();
	test_mistakes();
	test_failure();
	test_estimates();
	return 0;
}
