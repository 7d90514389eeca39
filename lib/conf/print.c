/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/duration.h"
#include "base/signal_name.h"
#include "conf/conf.h"
#include "conf/directive.h"
#include "conf/print.h"
#include "conf/quote.h"
#include "conf/ready.h"

/* Room for any number. */
#define NUMBER_SIZE 24

/* Where the text goes, and what stands around it. */
struct printer {
	print_write *write;
	void *ctx;
	unsigned depth; /* tabs before a statement */
};

static void
put_bytes(const struct printer *p, const char *bytes, size_t len)
{
	if (len > 0)
		p->write(p->ctx, bytes, len);
}

static void
put(const struct printer *p, const char *text)
{
	put_bytes(p, text, strlen(text));
}

static void
put_number(const struct printer *p, int64_t number)
{
	char text[NUMBER_SIZE];

	snprintf(text, sizeof(text), "%" PRId64, number);
	put(p, text);
}

static void
put_duration(const struct printer *p, int64_t ms)
{
	char text[DURATION_TEXT_SIZE];

	put(p, duration_text(ms, text));
}

static void
put_word(const struct printer *p, const char *word)
{
	quote_word(word, p->write, p->ctx);
}

static void
put_indent(const struct printer *p)
{
	for (unsigned i = 0; i < p->depth; i++)
		put(p, "\t");
}

/* The beginning of a statement. */
static void
put_directive(const struct printer *p, const struct directive *d)
{
	put_indent(p);
	put(p, d->name);
	put(p, " ");
}

/* The field of a policy that the row of the table names. */
static const void *
field(const struct spec *spec, const struct directive *d)
{
	return (const unsigned char *)&spec->policy + d->offset;
}

/* Prints what stands behind the directive. */
typedef void value_printer(const struct printer *p, const struct directive *d,
    const struct spec *spec);

static void
print_choice(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	unsigned choice;

	memcpy(&choice, field(spec, d), sizeof(choice));
	put(p, d->words[choice]);
}

static void
print_count(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	uint32_t count;

	memcpy(&count, field(spec, d), sizeof(count));
	if (d->type == DIRECTIVE_LIMIT && count == MAX_CHILDREN_INFINITY)
		put(p, "infinity");
	else
		put_number(p, count);
}

static void
print_seconds(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	int64_t seconds;

	memcpy(&seconds, field(spec, d), sizeof(seconds));
	put_number(p, seconds);
}

static void
print_yes(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	bool yes;

	memcpy(&yes, field(spec, d), sizeof(yes));
	put(p, yes ? "yes" : "no");
}

static void
print_shutdown(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	int64_t ms;

	memcpy(&ms, field(spec, d), sizeof(ms));
	if (ms == SHUTDOWN_INFINITY)
		put(p, "infinity");
	else if (ms == SHUTDOWN_BRUTAL_KILL)
		put(p, "brutal_kill");
	else
		put_duration(p, ms);
}

static void
print_timeout(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	int64_t ms;

	memcpy(&ms, field(spec, d), sizeof(ms));
	if (ms == START_TIMEOUT_NONE)
		put(p, "infinity");
	else
		put_duration(p, ms);
}

static void
print_signal(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	char name[SIGNAL_NAME_SIZE];
	int signo;

	memcpy(&signo, field(spec, d), sizeof(signo));
	put(p, signal_name(signo, name));
}

static void
print_statuses(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	struct status_set set;
	const char *blank = "";

	memcpy(&set, field(spec, d), sizeof(set));
	for (int first = 0, last; first <= 255; first = last + 1) {
		last = first;
		if (!status_set_has(&set, first))
			continue;
		while (last < 255 && status_set_has(&set, last + 1))
			last++;
		put(p, blank);
		put_number(p, first);
		if (last > first) {
			put(p, "-");
			put_number(p, last);
		}
		blank = " ";
	}
}

static void
print_ready(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	(void)d;
	ready_print(spec, p->write, p->ctx);
}

static void
print_alive(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	(void)d;
	alive_print(spec, p->write, p->ctx);
}

static void
print_backoff(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	const struct worker_policy *worker = &spec->policy.worker;

	(void)d;
	put_duration(p, worker->backoff_min_ms);
	if (worker->backoff_max_ms == worker->backoff_min_ms)
		return;
	put(p, "..");
	put_duration(p, worker->backoff_max_ms);
}

static void
print_words(const struct printer *p, const char *const *words)
{
	for (size_t i = 0; words[i] != NULL; i++) {
		if (i > 0)
			put(p, " ");
		put_word(p, words[i]);
	}
}

static void
print_command(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	(void)d;
	print_words(p, spec->worker.argv);
}

static const char *const *
hook(const struct spec *spec, const struct directive *d)
{
	const char *field = (const char *)&spec->hooks + d->offset;

	return *(const char *const *const *)(const void *)field;
}

static void
print_hook(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	print_words(p, hook(spec, d));
}

static void
print_path(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	(void)d;
	put_word(p, spec->worker.cwd);
}

static void
print_catches(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	for (size_t i = 0; i < spec->policy.ncatches; i++) {
		const struct catch_rule *rule = &spec->policy.catches[i];

		if (i > 0) {
			put(p, "\n");
			put_directive(p, d);
		}
		put_word(p, rule->pattern);
		put(p, " ");
		put(p, catch_text[rule->action]);
		if (rule->command != NULL) {
			put(p, " ");
			print_words(p, rule->command);
		}
	}
}

/* A statement for each variable: lines that can be compared. */
static void
print_env(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	for (size_t i = 0; spec->worker.env[i] != NULL; i++) {
		if (i > 0) {
			put(p, "\n");
			put_directive(p, d);
		}
		put_word(p, spec->worker.env[i]);
	}
}

/* Whom the directive names. */
static const struct link_words *
peers(const struct spec *spec, const struct directive *d)
{
	const char *field = (const char *)&spec->worker.peers + d->offset;

	return (const struct link_words *)(const void *)field;
}

static void
print_link(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	const struct link_words *words = peers(spec, d);

	for (size_t i = 0; i < words->n; i++) {
		if (i > 0)
			put(p, " ");
		put_word(p, words->list[i].name);
	}
}

/*
 * By type: the bytes of the field, 0 if there is no single one, and how the
 * value is printed; NULL for what is resolved and never printed.
 */
static const struct {
	size_t size;
	value_printer *print;
} types[DIRECTIVE_NTYPES] = {
	[DIRECTIVE_CHOICE] = { sizeof(unsigned), print_choice },
	[DIRECTIVE_COUNT] = { sizeof(uint32_t), print_count },
	[DIRECTIVE_LIMIT] = { sizeof(uint32_t), print_count },
	[DIRECTIVE_SECONDS] = { sizeof(int64_t), print_seconds },
	[DIRECTIVE_YES] = { sizeof(bool), print_yes },
	[DIRECTIVE_SHUTDOWN] = { sizeof(int64_t), print_shutdown },
	[DIRECTIVE_TIMEOUT] = { sizeof(int64_t), print_timeout },
	[DIRECTIVE_SIGNAL] = { sizeof(int), print_signal },
	[DIRECTIVE_STATUSES] = { sizeof(struct status_set), print_statuses },
	[DIRECTIVE_DURATION] = { sizeof(int64_t), print_timeout },
	[DIRECTIVE_READY] = { 0, print_ready },
	[DIRECTIVE_ALIVE] = { 0, print_alive },
	[DIRECTIVE_BACKOFF] = { 0, print_backoff },
	[DIRECTIVE_COMMAND] = { 0, print_command },
	[DIRECTIVE_HOOK] = { 0, print_hook },
	[DIRECTIVE_CATCH] = { 0, print_catches },
	[DIRECTIVE_PATH] = { 0, print_path },
	[DIRECTIVE_ENV] = { 0, print_env },
	[DIRECTIVE_LINK] = { 0, print_link },
};

/* Whether the directive says anything beyond the defaults. */
static bool
says_something(const struct spec *spec, const struct spec *defaults,
    const struct directive *d)
{
	if (types[d->type].size > 0)
		return memcmp(field(spec, d), field(defaults, d),
			   types[d->type].size) != 0;
	if (d->type == DIRECTIVE_READY)
		return spec->policy.worker.ready != READY_EXEC;
	if (d->type == DIRECTIVE_ALIVE)
		return spec->policy.worker.alive.kind != ALIVE_NONE;
	if (d->type == DIRECTIVE_BACKOFF)
		return spec->policy.worker.backoff_min_ms > 0;
	if (d->type == DIRECTIVE_PATH)
		return spec->worker.cwd != NULL;
	if (d->type == DIRECTIVE_CATCH)
		return spec->policy.ncatches > 0;
	if (d->type == DIRECTIVE_HOOK)
		return hook(spec, d) != NULL;
	if (d->type == DIRECTIVE_ENV)
		return spec->worker.env[0] != NULL;
	if (d->type == DIRECTIVE_LINK)
		return peers(spec, d)->n > 0;
	return d->type == DIRECTIVE_COMMAND;
}

/* The statements of a body that stand in the table, in its order. */
static void
put_values(const struct printer *p, const struct spec *spec, unsigned where)
{
	struct spec defaults = { .policy = policy_default(spec->policy.kind) };

	for (size_t i = 0; i < ndirectives; i++) {
		const struct directive *d = &directives[i];

		if ((d->where & where) == 0 || types[d->type].print == NULL ||
		    !says_something(spec, &defaults, d))
			continue;
		put_directive(p, d);
		types[d->type].print(p, d, spec);
		put(p, "\n");
	}
}

/*
 * How many children from `children` on are the instances of one array: the
 * same body, named NAME.0, NAME.1 and so on.
 */
static size_t
count_instances(const struct child_spec *children, size_t nchildren)
{
	char expected[CONF_NAME_SIZE_MAX + NUMBER_SIZE];
	const char *dot = strrchr(children->name, '.');
	size_t n = 0;

	if (dot == NULL || strcmp(dot, ".0") != 0)
		return 1;
	for (; n < nchildren && children[n].spec == children->spec; n++) {
		snprintf(expected, sizeof(expected), "%.*s.%zu",
		    (int)(dot - children->name), children->name, n);
		if (strcmp(children[n].name, expected) != 0)
			break;
	}
	return n < 2 ? 1 : n;
}

static void put_children(struct printer *p, const struct sup_spec *sup);

/* A statement for `n` children of one body, which is an array if n > 1. */
static void
put_child(struct printer *p, const struct child_spec *child, size_t n)
{
	const struct spec *spec = child->spec;
	size_t name_len = strlen(child->name);

	put_indent(p);
	put(p, kind_text[spec->policy.kind]);
	put(p, " ");
	put_bytes(p, child->name, n > 1 ? name_len - strlen(".0") : name_len);
	if (n > 1) {
		put(p, "[");
		put_number(p, (int64_t)n);
		put(p, "]");
	}
	put(p, " {\n");
	p->depth++;
	switch (spec->policy.kind) {
	case KIND_WORKER:
		put_values(p, spec, IN_WORKER);
		break;
	case KIND_SUPERVISOR:
		put_values(p, spec, IN_SUPERVISOR | IN_DYNAMIC);
		put_children(p, &spec->sup);
		break;
	}
	p->depth--;
	put_indent(p);
	put(p, "}\n");
}

static void
put_children(struct printer *p, const struct sup_spec *sup)
{
	size_t n;

	for (size_t i = 0; i < sup->nchildren; i += n) {
		n = count_instances(&sup->children[i], sup->nchildren - i);
		put_child(p, &sup->children[i], n);
	}
}

void
print_root(const struct spec *root, print_write *write, void *ctx)
{
	struct printer p = { write, ctx, 0 };

	put_values(&p, root, IN_ROOT | IN_DYNAMIC);
	put_children(&p, &root->sup);
}

void
print_child(const struct child_spec *child, print_write *write, void *ctx)
{
	struct printer p = { write, ctx, 0 };

	put_child(&p, child, 1);
}
