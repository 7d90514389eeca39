/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <string.h>

#include "base/assert.h"
#include "base/pattern.h"
#include "conf/attribute.h"
#include "conf/body.h"
#include "conf/listen.h"
#include "conf/report.h"

void
body_init(struct body *b, enum kind kind, struct spot at)
{
	*b = (struct body){
		.policy = policy_default(kind),
		.layer = 1,
		.at = at,
	};
}

/* exec and shell say the same thing, so each counts as the other. */
static const char *
other_name(const struct directive *d)
{
	if (d->type == DIRECTIVE_COMMAND)
		return "shell";
	return d->type == DIRECTIVE_SHELL ? "exec" : NULL;
}

void
body_see(struct loader *ld, struct body *b, const struct statement *st)
{
	const struct directive *d = st->directive;
	const char *other = other_name(d);
	struct seen *seen = &b->seen[directive_index(d)];
	const struct seen *first = seen;

	if (other != NULL && seen->layer != b->layer)
		first = &b->seen[directive_index(directive_find(other))];
	if (!d->adds && first->layer == b->layer)
		report_error(ld, &st->at,
		    "%s again, expected %s; the first is at %s:%" PRIu32,
		    d->name,
		    other == NULL ? "it only once" : "one exec or shell",
		    first->at.file->path, first->at.line);
	seen->at = st->at;
	seen->layer = b->layer;
}

const struct spot *
body_spot(const struct body *b, const char *directive)
{
	const struct directive *d = directive_find(directive);
	const struct seen *seen;

	assert(d != NULL);
	seen = &b->seen[directive_index(d)];
	return seen->layer == 0 ? NULL : &seen->at;
}

bool
body_has(const struct body *b, const char *directive)
{
	return body_spot(b, directive) != NULL ||
	    b->meant[directive_index(directive_find(directive))];
}

void
body_add_env(struct loader *ld, struct body *b, const char *text)
{
	const char *equals = strchr(text, '=');
	const char *name;
	uint32_t found;

	assert(equals != NULL);
	name = arena_text(&ld->scratch, text, (size_t)(equals - text));
	if (!nameset_add(&b->env_names, &ld->scratch, name, (uint32_t)b->nenv,
		&found)) {
		b->env[found] = text;
		return;
	}
	b->env = arena_grow(&ld->scratch, b->env, b->nenv, &b->env_room,
	    sizeof(*b->env));
	b->env[b->nenv++] = text;
}

void
body_add_listen(struct loader *ld, struct body *b,
    const struct listen_spec *listen, const struct spot *at)
{
	b->listens = arena_grow(&ld->scratch, b->listens, b->nlistens,
	    &b->listens_room, sizeof(*b->listens));
	b->listens[b->nlistens++] = (struct listen_line){ *listen, *at };
}

void
body_add_catch(struct loader *ld, struct body *b, const struct catch_rule *rule)
{
	if (b->own_layer != b->layer)
		b->nown = 0;
	b->own_layer = b->layer;
	b->catches = arena_grow(&ld->scratch, b->catches, b->ncatches,
	    &b->catches_room, sizeof(*b->catches));
	memmove(b->catches + b->nown + 1, b->catches + b->nown,
	    (b->ncatches - b->nown) * sizeof(*b->catches));
	b->catches[b->nown++] = *rule;
	b->ncatches++;
}

const char *
body_catches(const struct body *b, const char *pattern)
{
	size_t n = b->own_layer == b->layer ? b->nown : 0;

	for (size_t i = 0; i < n; i++)
		if (b->catches[i].action != CATCH_RUN &&
		    pattern_covers(b->catches[i].pattern, pattern))
			return b->catches[i].pattern;
	return NULL;
}

bool
body_add_child(struct loader *ld, struct body *b, const struct entry *entry,
    const struct spot *at, uint64_t weight)
{
	struct shown name;
	uint32_t found;

	if (!nameset_add(&b->child_names, &ld->scratch, entry->child.name,
		(uint32_t)b->nentries, &found)) {
		const struct conf_place *first = &b->entries[found].child.place;

		report_error(ld, at,
		    "a second child is named %s, expected another name; the "
		    "first is at %s:%" PRIu32,
		    show(entry->child.name, &name), first->file, first->line);
		return false;
	}
	b->entries = arena_grow(&ld->scratch, b->entries, b->nentries,
	    &b->entries_room, sizeof(*b->entries));
	b->entries[b->nentries++] = *entry;
	if (b->nentries == 1)
		b->first_child = *at;
	b->nchildren += weight;
	ld->nchildren++;
	if (b->nchildren <= CONF_CHILDREN_MAX &&
	    ld->nchildren <= CONF_CHILDREN_MAX)
		return true;
	report_error(ld, at, "too many children, expected at most %d in all",
	    CONF_CHILDREN_MAX);
	loader_stop(ld);
	return false;
}

const char *
body_keep_text(struct loader *ld, const char *text)
{
	if (text == NULL)
		return NULL;
	return arena_text(&ld->conf->arena, text, strlen(text));
}

/* Copies `n` texts into conf->arena, with a NULL behind. */
static const char *const *
keep_texts(struct loader *ld, const char *const *texts, size_t n)
{
	const char **kept = ARENA_ARRAY(&ld->conf->arena, const char *, n + 1);

	for (size_t i = 0; i < n; i++)
		kept[i] = body_keep_text(ld, texts[i]);
	return kept;
}

const char *const *
body_keep_words(struct loader *ld, const char *const *words)
{
	size_t n = 0;

	if (words == NULL)
		return NULL;
	while (words[n] != NULL)
		n++;
	return keep_texts(ld, words, n);
}

static const struct catch_rule *
keep_catches(struct loader *ld, const struct body *b)
{
	struct catch_rule *kept =
	    ARENA_ARRAY(&ld->conf->arena, struct catch_rule, b->ncatches);

	for (size_t i = 0; i < b->ncatches; i++) {
		const struct catch_rule *rule = &b->catches[i];

		kept[i] = (struct catch_rule){
			.pattern = body_keep_text(ld, rule->pattern),
			.action = rule->action,
			.command = body_keep_words(ld, rule->command),
		};
	}
	return kept;
}

static struct check_spec
keep_check(struct loader *ld, const struct check_spec *check)
{
	struct check_spec kept = *check;

	kept.argv = body_keep_words(ld, check->argv);
	kept.text = body_keep_text(ld, check->text);
	return kept;
}

static struct worker_spec
finish_worker(struct loader *ld, const struct body *b)
{
	struct worker_spec worker = {
		.argv = keep_texts(ld, b->argv, b->argc),
		.cwd = body_keep_text(ld, b->cwd),
		.env = keep_texts(ld, b->env, b->nenv),
		.ready_fd = b->ready_fd,
		.ready_check = keep_check(ld, &b->ready_check),
		.alive_check = keep_check(ld, &b->alive_check),
		.peers = b->peers,
		.logs = b->logs,
		.attributes = attributes_keep(ld, b->attributes),
	};

	worker.logs.out.path = body_keep_text(ld, b->logs.out.path);
	worker.logs.err.path = body_keep_text(ld, b->logs.err.path);
	worker.listens = listens_keep(ld, b);
	return worker;
}

static struct sup_spec
finish_supervisor(struct loader *ld, const struct body *b)
{
	struct child_spec *children =
	    ARENA_ARRAY(&ld->conf->arena, struct child_spec, b->nentries);

	for (size_t i = 0; i < b->nentries; i++)
		children[i] = b->entries[i].child;
	return (struct sup_spec){
		.children = children,
		.nchildren = b->nentries,
		.cgroup = body_keep_text(ld, b->cgroup),
		.scope = b->scope,
	};
}

const struct spec *
body_finish(struct loader *ld, const struct body *b)
{
	struct spec *spec = ARENA_NEW(&ld->conf->arena, struct spec);

	spec->policy = b->policy;
	spec->policy.ncatches = b->ncatches;
	spec->policy.prepares =
	    b->hooks.before != NULL || b->hooks.init != NULL;
	spec->hooks = (struct hooks){
		.before = body_keep_words(ld, b->hooks.before),
		.after = body_keep_words(ld, b->hooks.after),
		.init = body_keep_words(ld, b->hooks.init),
	};
	if (b->ncatches > 0)
		spec->policy.catches = keep_catches(ld, b);
	switch (b->policy.kind) {
	case KIND_WORKER:
		spec->worker = finish_worker(ld, b);
		break;
	case KIND_SUPERVISOR:
		spec->sup = finish_supervisor(ld, b);
		break;
	}
	return spec;
}
