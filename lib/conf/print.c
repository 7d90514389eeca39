/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/directive.h"
#include "conf/print.h"
#include "conf/print_value.h"

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

	print_indent(p);
	print_text(p, kind_text[spec->policy.kind]);
	print_text(p, " ");
	print_bytes(p, child->name, n > 1 ? name_len - strlen(".0") : name_len);
	if (n > 1) {
		print_text(p, "[");
		print_number(p, (int64_t)n);
		print_text(p, "]");
	}
	print_text(p, " {\n");
	p->depth++;
	switch (spec->policy.kind) {
	case KIND_WORKER:
		print_values(p, spec, IN_WORKER);
		break;
	case KIND_SUPERVISOR:
		print_values(p, spec, IN_SUPERVISOR | IN_DYNAMIC);
		put_children(p, &spec->sup);
		break;
	}
	p->depth--;
	print_indent(p);
	print_text(p, "}\n");
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

	print_values(&p, root, IN_ROOT | IN_DYNAMIC);
	put_children(&p, &root->sup);
}

void
print_child(const struct child_spec *child, print_write *write, void *ctx)
{
	struct printer p = { write, ctx, 0 };

	put_child(&p, child, 1);
}
