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
