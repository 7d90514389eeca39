/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/duration.h"
#include "base/signal_name.h"
#include "conf/attribute.h"
#include "conf/directive.h"
#include "conf/listen.h"
#include "conf/log.h"
#include "conf/print_value.h"
#include "conf/quote.h"
#include "conf/ready.h"
#include "conf/value.h"

void
print_bytes(const struct printer *p, const char *bytes, size_t len)
{
	if (len > 0)
		p->write(p->ctx, bytes, len);
}

void
print_text(const struct printer *p, const char *text)
{
	print_bytes(p, text, strlen(text));
}

void
print_number(const struct printer *p, int64_t number)
{
	char text[NUMBER_SIZE];

	snprintf(text, sizeof(text), "%" PRId64, number);
	print_text(p, text);
}

void
print_duration(const struct printer *p, int64_t ms)
{
	char text[DURATION_TEXT_SIZE];

	print_text(p, duration_text(ms, text));
}

void
print_word(const struct printer *p, const char *word)
{
	quote_word(word, p->write, p->ctx);
}

void
print_indent(const struct printer *p)
{
	for (unsigned i = 0; i < p->depth; i++)
		print_text(p, "\t");
}

/* The beginning of a statement. */
void
print_directive(const struct printer *p, const struct directive *d)
{
	print_indent(p);
	print_text(p, d->name);
	print_text(p, " ");
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
	print_text(p, d->words[choice]);
}

static void
print_count(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	uint32_t count;

	memcpy(&count, field(spec, d), sizeof(count));
	if (d->type == DIRECTIVE_LIMIT && count == MAX_CHILDREN_INFINITY)
		print_text(p, "infinity");
	else
		print_number(p, count);
}

static void
print_seconds(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	int64_t seconds;

	memcpy(&seconds, field(spec, d), sizeof(seconds));
	print_number(p, seconds);
}

static void
print_yes(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	bool yes;

	memcpy(&yes, field(spec, d), sizeof(yes));
	print_text(p, yes ? "yes" : "no");
}

static void
print_shutdown(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	int64_t ms;

	memcpy(&ms, field(spec, d), sizeof(ms));
	if (ms == SHUTDOWN_INFINITY)
		print_text(p, "infinity");
	else if (ms == SHUTDOWN_BRUTAL_KILL)
		print_text(p, "brutal_kill");
	else
		print_duration(p, ms);
}

static void
print_timeout(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	int64_t ms;

	memcpy(&ms, field(spec, d), sizeof(ms));
	if (ms == START_TIMEOUT_NONE)
		print_text(p, "infinity");
	else
		print_duration(p, ms);
}

static void
print_signal(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	char name[SIGNAL_NAME_SIZE];
	int signo;

	memcpy(&signo, field(spec, d), sizeof(signo));
	print_text(p, signal_name(signo, name));
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
		print_text(p, blank);
		print_number(p, first);
		if (last > first) {
			print_text(p, "-");
			print_number(p, last);
		}
		blank = " ";
	}
}

static void
print_ready(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	(void)d;
	ready_print(p, spec);
}

static void
print_alive(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	(void)d;
	alive_print(p, spec);
}

static void
print_backoff(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	const struct worker_policy *worker = &spec->policy.worker;

	(void)d;
	print_duration(p, worker->backoff_min_ms);
	if (worker->backoff_max_ms == worker->backoff_min_ms)
		return;
	print_text(p, "..");
	print_duration(p, worker->backoff_max_ms);
}

void
print_words(const struct printer *p, const char *const *words)
{
	for (size_t i = 0; words[i] != NULL; i++) {
		if (i > 0)
			print_text(p, " ");
		print_word(p, words[i]);
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
	print_word(p, spec->worker.cwd);
}

static void
print_catches(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	for (size_t i = 0; i < spec->policy.ncatches; i++) {
		const struct catch_rule *rule = &spec->policy.catches[i];

		if (i > 0) {
			print_text(p, "\n");
			print_directive(p, d);
		}
		print_word(p, rule->pattern);
		print_text(p, " ");
		print_text(p, catch_text[rule->action]);
		if (rule->command != NULL) {
			print_text(p, " ");
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
			print_text(p, "\n");
			print_directive(p, d);
		}
		print_word(p, spec->worker.env[i]);
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
			print_text(p, " ");
		print_word(p, words->list[i].name);
	}
}

static const struct log_spec *
log_of(const struct spec *spec, const struct directive *d)
{
	const char *field = (const char *)&spec->worker.logs + d->offset;

	return (const struct log_spec *)(const void *)field;
}

static void
print_log(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	const struct log_spec *log = log_of(spec, d);
	char size[VALUE_SIZE_TEXT];

	print_text(p, log_word_text[log->word]);
	if (log->word != LOG_PATH && log->word != LOG_TO)
		return;
	print_text(p, " ");
	print_word(p, log->word == LOG_TO ? log->to.name : log->path);
	if (log->max > 0) {
		print_text(p, " max ");
		print_text(p, value_size_text(log->max, size));
		print_text(p, " keep ");
		print_number(p, log->keep);
	}
	if (log->timestamps)
		print_text(p, " timestamps");
}

static void
print_cgroup(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	(void)d;
	print_word(p, spec->sup.cgroup);
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
	[DIRECTIVE_ATTRIBUTE] = { 0, attribute_print },
	[DIRECTIVE_CGROUP] = { 0, print_cgroup },
	[DIRECTIVE_BACKOFF] = { 0, print_backoff },
	[DIRECTIVE_COMMAND] = { 0, print_command },
	[DIRECTIVE_HOOK] = { 0, print_hook },
	[DIRECTIVE_CATCH] = { 0, print_catches },
	[DIRECTIVE_PATH] = { 0, print_path },
	[DIRECTIVE_ENV] = { 0, print_env },
	[DIRECTIVE_LINK] = { 0, print_link },
	[DIRECTIVE_LOG] = { 0, print_log },
	[DIRECTIVE_LISTEN] = { 0, listen_print },
};

/* Whether the directive says anything beyond the defaults. */
static bool
says_something(const struct spec *spec, const struct spec *defaults,
    const struct directive *d)
{
	if (types[d->type].size > 0)
		return memcmp(field(spec, d), field(defaults, d),
			   types[d->type].size) != 0;
	if (d->type == DIRECTIVE_ATTRIBUTE)
		return attributes_have(spec->worker.attributes,
		    (enum attribute)d->offset);
	if (d->type == DIRECTIVE_CGROUP)
		return spec->sup.cgroup != NULL;
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
	if (d->type == DIRECTIVE_LOG)
		return log_of(spec, d)->word != LOG_AS_USUAL;
	if (d->type == DIRECTIVE_LISTEN)
		return spec->worker.listens.n > 0;
	return d->type == DIRECTIVE_COMMAND;
}

void
print_values(const struct printer *p, const struct spec *spec, unsigned where)
{
	struct spec defaults = { .policy = policy_default(spec->policy.kind) };

	for (size_t i = 0; i < ndirectives; i++) {
		const struct directive *d = &directives[i];

		if ((d->where & where) == 0 || types[d->type].print == NULL ||
		    !says_something(spec, &defaults, d))
			continue;
		if (d->type == DIRECTIVE_ATTRIBUTE &&
		    attribute_is_bare(d, spec)) {
			print_indent(p);
			print_text(p, d->name);
		} else {
			print_directive(p, d);
			types[d->type].print(p, d, spec);
		}
		print_text(p, "\n");
	}
}
