/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "conf/scope.h"

struct binding *
scope_bind(struct loader *ld, const char *name, const char *value)
{
	struct binding *b = ARENA_NEW(&ld->scratch, struct binding);

	b->outer = ld->bindings;
	b->name = name;
	b->value = value;
	ld->bindings = b;
	return b;
}

const char *
scope_value(struct loader *ld, const char *name, const struct spot *at)
{
	uint64_t steps = 0;

	for (struct binding *b = ld->bindings; b != NULL; b = b->outer) {
		steps++;
		if (strcmp(b->name, name) != 0)
			continue;
		b->used = true;
		loader_work(ld, steps, at);
		return b->value;
	}
	loader_work(ld, steps, at);
	if (ld->source == NULL || ld->source->getenv == NULL)
		return NULL;
	return ld->source->getenv(ld->source->ctx, name);
}

struct spec_def *
scope_spec(struct loader *ld, const char *name, const struct spot *at)
{
	uint64_t steps = 0;
	struct spec_def *def = ld->specs;

	for (; def != NULL && strcmp(def->name, name) != 0; def = def->outer)
		steps++;
	loader_work(ld, steps, at);
	return def;
}

/* Of a file that will not be there any more, what messages name. */
static struct source_file *
keep_file(struct arena *arena, const struct source_file *file)
{
	struct source_file *kept = ARENA_NEW(arena, struct source_file);

	kept->path = arena_text(arena, file->path, strlen(file->path));
	while (file->outer != NULL)
		file = file->outer;
	/* Relative paths are seen from the folder of this one. */
	if (strcmp(kept->path, file->path) != 0)
		kept->outer = keep_file(arena, file);
	return kept;
}

static const struct param *
keep_params(struct arena *arena, const struct spec_def *def)
{
	struct param *kept = ARENA_ARRAY(arena, struct param, def->nparams);

	for (size_t i = 0; i < def->nparams; i++) {
		const struct param *param = &def->params[i];

		kept[i].name =
		    arena_text(arena, param->name, strlen(param->name));
		if (param->value != NULL)
			kept[i].value = arena_text(arena, param->value,
			    strlen(param->value));
	}
	return kept;
}

/* A copy with its text, from the line of the `{` to the `}`. */
static struct spec_def *
keep_spec(struct loader *ld, const struct spec_def *def)
{
	struct arena *arena = &ld->conf->arena;
	const struct source_file *file = def->body.file;
	struct spec_def *kept = ARENA_NEW(arena, struct spec_def);
	struct source_file *text = keep_file(arena, file);
	uint32_t start = def->open.offset;

	while (start > 0 && file->bytes[start - 1] != '\n')
		start--;
	loader_work(ld, def->end - start, &def->at);
	text->len = def->end - start;
	text->bytes = arena_text(arena, file->bytes + start, text->len);
	*kept = *def;
	kept->name = arena_text(arena, def->name, strlen(def->name));
	kept->params = keep_params(arena, def);
	kept->open.file = kept->body.file = text;
	kept->open.offset -= start;
	kept->body.offset -= start;
	kept->end = text->len;
	kept->at = kept->open;
	kept->active = false;
	return kept;
}

/*
 * The variables, with those that each of `specs`, copies, sees in its place:
 * what an outer one sees is the rest of what an inner one does.
 */
static struct binding *
keep_bindings(struct loader *ld, struct spec_def *specs)
{
	struct arena *arena = &ld->conf->arena;
	struct binding *kept = NULL, **next = &kept;

	for (struct binding *b = ld->bindings; b != NULL; b = b->outer) {
		struct binding *copy = ARENA_NEW(arena, struct binding);

		copy->name = arena_text(arena, b->name, strlen(b->name));
		copy->value = arena_text(arena, b->value, strlen(b->value));
		for (; specs != NULL && specs->bindings == b;
		     specs = specs->outer)
			specs->bindings = copy;
		/* Which of them the text will name is not known. */
		b->used = true;
		*next = copy;
		next = &copy->outer;
	}
	for (; specs != NULL; specs = specs->outer)
		specs->bindings = NULL;
	return kept;
}

struct scope *
scope_keep(struct loader *ld, const struct spot *at)
{
	struct scope *scope = ARENA_NEW(&ld->conf->arena, struct scope);
	struct spec_def **next = &scope->specs;

	for (const struct spec_def *def = ld->specs; def != NULL;
	     def = def->outer) {
		*next = keep_spec(ld, def);
		next = &(*next)->outer;
	}
	*next = NULL;
	scope->bindings = keep_bindings(ld, scope->specs);
	scope->file = keep_file(&ld->conf->arena, at->file);
	scope->nesting = ld->nesting;
	scope->nprinted = ld->nprinted;
	return scope;
}

void
scope_enter(struct loader *ld, const struct scope *scope)
{
	ld->bindings = scope->bindings;
	ld->specs = scope->specs;
	ld->nesting = scope->nesting;
	ld->nprinted = scope->nprinted;
}

bool
scope_is_variable(const char *name)
{
	if (*name >= '0' && *name <= '9')
		return false;
	return *name != '\0' &&
	    name[strspn(name,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789_")] == '\0';
}
