/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "conf/only.h"
#include "conf/report.h"

/* Room for a path that is shown. */
#define PATH_SIZE 256

/* A child, in start order, in the scratch arena. */
struct item {
	const struct spec *spec;
	size_t end; /* of what is below it: the first behind */
};

struct only {
	struct loader *ld;
	struct item *items;      /* the root first */
	struct name_node *nodes; /* of the same */
	size_t n;
	struct names names;
	size_t end; /* of what is needed: the first behind it */
};

static void
add(struct only *o, const char *name, const struct spec *spec,
    const struct name_node *up)
{
	size_t at = o->n++;

	o->nodes[at] = (struct name_node){ .name = name, .up = up };
	o->items[at].spec = spec;
	if (spec->policy.kind == KIND_SUPERVISOR)
		for (size_t i = 0; i < spec->sup.nchildren; i++)
			add(o, spec->sup.children[i].name,
			    spec->sup.children[i].spec, &o->nodes[at]);
	o->items[at].end = o->n;
}

/* Whether `name` is `array`, a dot and a number. */
static bool
is_instance(const char *name, const char *array)
{
	size_t len = strlen(array);

	if (strncmp(name, array, len) != 0 || name[len] != '.')
		return false;
	for (name += len + 1; isdigit((unsigned char)*name); name++)
		;
	return *name == '\0';
}

/* The last instance of what is called `name` in the tree, or 0. */
static size_t
find_array(const struct only *o, const char *name)
{
	const char *slash = strrchr(name, '/');
	const char *last = slash != NULL ? slash + 1 : name;
	const struct name_node *found;
	size_t at = 0;

	for (size_t i = 1; i < o->n; i++) {
		char path[PATH_SIZE];

		if (!is_instance(o->nodes[i].name, last))
			continue;
		snprintf(path, sizeof(path), "%.*s%s", (int)(last - name), name,
		    o->nodes[i].name);
		if (names_find(&o->names, o->nodes, path, &found) == 1 &&
		    found == &o->nodes[i])
			at = i;
	}
	return at;
}

/* What is needed reaches to the end of this child. */
static void
need(struct only *o, size_t at)
{
	if (o->items[at].end > o->end)
		o->end = o->items[at].end;
}

static void
need_name(struct only *o, const char *name, const char *file)
{
	const struct name_node *found, *near;
	size_t n = names_find(&o->names, o->nodes, name, &found);
	char path[PATH_SIZE];
	struct shown shown;

	if (n == 0 && find_array(o, name) > 0)
		found = &o->nodes[find_array(o, name)];
	else if (n > 1) {
		report_file(o->ld, DIAG_ERROR, file,
		    "%zu children are called %s, expected a path like \"%s\"",
		    n, show(name, &shown),
		    names_path(found, path, sizeof(path)));
		return;
	} else if (n == 0) {
		near = names_near(&o->names, name);
		report_file(o->ld, DIAG_ERROR, file,
		    "no child is called %s%s%s%s", show(name, &shown),
		    near != NULL ? ", did you mean \"" : "",
		    near != NULL ? names_path(near, path, sizeof(path)) : "",
		    near != NULL ? "\"?" : "");
		return;
	}
	need(o, (size_t)(found - o->nodes));
}

static void
need_reader(struct only *o, size_t of, const struct log_spec *log)
{
	const struct name_node *found;

	if (log->word == LOG_TO &&
	    names_find(&o->names, &o->nodes[of], log->to.name, &found) == 1)
		need(o, (size_t)(found - o->nodes));
}

/* Who writes to a child is held up by it as soon as it does not read. */
static void
need_readers(struct only *o)
{
	/* The end may move meanwhile. */
	for (size_t i = 1; i < o->end; i++) {
		const struct spec *spec = o->items[i].spec;

		if (spec->policy.kind != KIND_WORKER)
			continue;
		need_reader(o, i, &spec->worker.logs.out);
		need_reader(o, i, &spec->worker.logs.err);
	}
}

/* What is needed of the supervisor `at`, in conf->arena. */
static const struct spec *
cut(struct only *o, size_t at)
{
	const struct spec *whole = o->items[at].spec;
	struct arena *arena = &o->ld->conf->arena;
	struct child_spec *children;
	struct spec *spec;
	size_t child = at + 1, n = 0;

	if (o->items[at].end <= o->end)
		return whole;
	spec = ARENA_NEW(arena, struct spec);
	children = ARENA_ARRAY(arena, struct child_spec, whole->sup.nchildren);
	for (; child < o->end; child = o->items[child].end) {
		children[n] = whole->sup.children[n];
		children[n++].spec = cut(o, child);
	}
	*spec = *whole;
	spec->sup.children = children;
	spec->sup.nchildren = n;
	return spec;
}

const struct spec *
only_needed(struct loader *ld, size_t nnames, const char *const *names,
    const char *file)
{
	size_t n = ld->conf->nchildren + 1;
	struct only o = { .ld = ld };

	o.items = ARENA_ARRAY(&ld->scratch, struct item, n);
	o.nodes = ARENA_ARRAY(&ld->scratch, struct name_node, n);
	add(&o, "root", ld->conf->root, NULL);
	o.names.n = o.n;
	o.names.sorted = ARENA_ARRAY(&ld->scratch, const struct name_node *, n);
	names_init(&o.names, o.nodes);
	for (size_t i = 0; i < nnames; i++)
		need_name(&o, names[i], file);
	if (ld->conf->diags.nerrors > 0)
		return NULL;
	need_readers(&o);
	ld->conf->nchildren = (uint32_t)o.end - 1;
	return cut(&o, 0);
}
