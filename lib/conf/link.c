/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "conf/link.h"
#include "conf/link_limit.h"
#include "conf/report.h"

/* What a look-up counts, in bytes read. */
#define LOOKUP_WORK 32

/* Room for a path that is shown. */
#define PATH_SIZE 256

/* The tree while its links are looked up, all in the scratch arena. */
struct check {
	struct loader *ld;
	struct name_node *nodes;   /* the root first, then as in the file */
	const struct spec **specs; /* of each; NULL: it has an error */
	size_t n;
	struct names names;
	struct link_limit limit;         /* of the same nodes */
	const struct name_node *printer; /* the first with an init, or NULL */
	bool broken; /* what is below some supervisor is not known */
};

/* What is said of wrong ones. */
struct wording {
	const char *can;
	const char *does;
};

static const struct wording linking = { "be linked to", "is linked to" };
static const struct wording monitoring = { "monitor", "monitors" };

/* Where the text that is read is used: what the loader knows of it ends. */
static const struct use *
keep_uses(struct arena *arena, const struct use *use, unsigned room)
{
	struct use *kept;

	if (use == NULL || room == 0)
		return NULL;
	kept = ARENA_NEW(arena, struct use);
	*kept = *use;
	kept->child = arena_text(arena, use->child, strlen(use->child));
	kept->spec = arena_text(arena, use->spec, strlen(use->spec));
	kept->outer = keep_uses(arena, use->outer, room - 1);
	return kept;
}

void
link_add(struct loader *ld, struct body *b, const struct statement *st)
{
	struct arena *arena = &ld->conf->arena;
	char *field = (char *)&b->peers + st->directive->offset;
	struct link_words *words = (struct link_words *)(void *)field;
	size_t n = words->n + st->nargs;
	struct link_word *list = ARENA_ARRAY(arena, struct link_word, n);
	const struct use *use = keep_uses(arena, ld->use, REPORT_USES_MAX);

	for (size_t i = 0; i < words->n; i++)
		list[i] = words->list[i];
	for (size_t i = 0; i < st->nargs; i++) {
		const struct token *word = &st->args[i];
		struct link_said *said = ARENA_NEW(arena, struct link_said);

		said->at = word->at;
		said->use = use;
		list[words->n + i] = (struct link_word){
			.name = arena_text(arena, word->text, word->len),
			.said = said,
		};
	}
	*words = (struct link_words){ .list = list, .n = n };
	ld->conf->nlinks += (uint32_t)st->nargs;
}

static void
add_node(struct check *c, const char *name, const struct spec *spec,
    const struct name_node *up)
{
	struct name_node *node = &c->nodes[c->n];

	*node = (struct name_node){ .name = name, .up = up };
	c->specs[c->n++] = spec;
	if (spec == NULL || spec->policy.kind == KIND_WORKER)
		return;
	if (spec->hooks.init != NULL && c->printer == NULL)
		c->printer = node;
	for (size_t i = 0; i < spec->sup.nchildren; i++)
		add_node(c, spec->sup.children[i].name,
		    spec->sup.children[i].spec, node);
}

static void
add_all(struct check *c, const struct body *root)
{
	struct arena *scratch = &c->ld->scratch;
	size_t n = root->nchildren + 1;

	c->nodes = ARENA_ARRAY(scratch, struct name_node, n);
	c->specs = ARENA_ARRAY(scratch, const struct spec *, n);
	c->nodes[c->n++].name = "root";
	c->printer = root->hooks.init != NULL ? c->nodes : NULL;
	for (size_t i = 0; i < root->nentries; i++) {
		const struct entry *entry = &root->entries[i];

		add_node(c, entry->child.name, entry->child.spec, c->nodes);
		c->broken |=
		    entry->child.spec == NULL && entry->kind == KIND_SUPERVISOR;
	}
	c->names.n = c->n;
	c->names.sorted = ARENA_ARRAY(scratch, const struct name_node *, c->n);
	names_init(&c->names, c->nodes);
}

static bool
is_above(const struct name_node *above, const struct name_node *node)
{
	while (node != NULL && node != above)
		node = node->up;
	return node != NULL;
}

/* Whether the neighbour of a node has the very same body. */
static bool
is_instance(const struct check *c, size_t idx)
{
	return c->specs[idx - 1] == c->specs[idx] ||
	    (idx + 1 < c->n && c->specs[idx + 1] == c->specs[idx]);
}

static bool
prints(const struct check *c, const struct name_node *node)
{
	const struct spec *spec = c->specs[node - c->nodes];

	if (node == c->nodes || c->printer == NULL)
		return node == c->printer;
	return spec != NULL && spec->policy.kind == KIND_SUPERVISOR &&
	    spec->hooks.init != NULL;
}

/* Whether a program prints what is below some supervisor on this path. */
static bool
is_printed(const struct check *c, const char *path)
{
	const struct name_node *at = c->nodes;

	while (!prints(c, at)) {
		size_t len = strcspn(path, "/"), i = 1;

		while (i < c->n &&
		    (c->nodes[i].up != at ||
			strncmp(c->nodes[i].name, path, len) != 0 ||
			c->nodes[i].name[len] != '\0'))
			i++;
		if (i == c->n)
			return false;
		at = &c->nodes[i];
		path += len + (path[len] == '/');
	}
	return true;
}

/* Whether an array has the name: its first instance, and the last. */
static bool
is_array(struct check *c, size_t idx, const char *name,
    const struct name_node **first, size_t *last)
{
	char instance[PATH_SIZE];
	const struct name_node *found;

	snprintf(instance, sizeof(instance), "%s.0", name);
	if (names_find(&c->names, &c->nodes[idx], instance, &found) != 1)
		return false;
	*first = found;
	*last = (size_t)(found - c->nodes);
	for (size_t i = *last + 1; i < c->n; i++)
		if (c->nodes[i].up == found->up &&
		    strncmp(c->nodes[i].name, found->name,
			strlen(found->name) - 1) == 0)
			*last = i;
	return true;
}

/*
 * Nothing in the file has the name. What an init may print is known when it
 * has: until then a path leads there, and of a last part it is doubtful.
 */
static void
judge_unknown(struct check *c, size_t idx, const struct link_word *word,
    const struct wording *wording)
{
	const struct name_node *near = names_near(&c->names, word->name);
	char path[PATH_SIZE], other[PATH_SIZE], hint[PATH_SIZE + 64] = ", e";
	struct shown shown;
	size_t last;

	if (is_array(c, idx, word->name, &near, &last))
		snprintf(hint, sizeof(hint),
		    ", did you mean one of \"%s\" to \"%s\"? E",
		    names_path(near, other, sizeof(other)),
		    c->nodes[last].name);
	else if (near != NULL)
		snprintf(hint, sizeof(hint), ", did you mean \"%s\"? E",
		    names_path(near, other, sizeof(other)));
	show(word->name, &shown);
	if (c->printer == NULL || strchr(word->name, '/') != NULL)
		report_error(c->ld, &word->said->at,
		    "%s is no child that %s can %s%sxpected a name or path of "
		    "this tree",
		    shown.text, names_path(&c->nodes[idx], path, sizeof(path)),
		    wording->can, hint);
	else
		report_warning(c->ld, &word->said->at,
		    "nothing in this file is called %s%sxpected its path, as "
		    "\"%s/%s\", if an init prints it",
		    shown.text, hint,
		    names_path(c->printer, path, sizeof(path)), word->name);
}

/* What the node `idx` says is the name of `n` nodes, `found` the first. */
static void
judge(struct check *c, size_t idx, const struct link_word *word,
    const struct wording *wording, size_t n, const struct name_node *found)
{
	const struct spot *at = &word->said->at;
	char path[PATH_SIZE], other[PATH_SIZE];
	struct shown shown;

	names_path(&c->nodes[idx], path, sizeof(path));
	if (n == 0) {
		loader_work(c->ld, c->n, at);
		if (!c->broken && !is_printed(c, word->name))
			judge_unknown(c, idx, word, wording);
	} else if (n > 1) {
		report_error(c->ld, at,
		    "%zu children are called %s, expected a path like \"%s\"",
		    n, show(word->name, &shown),
		    names_path(found, other, sizeof(other)));
	} else if (found == &c->nodes[idx]) {
		report_warning(c->ld, at,
		    "%s %s itself, which does nothing, expected another child",
		    path, wording->does);
	} else {
		report_warning(c->ld, at,
		    "%s is above %s, which ends with it anyway, expected "
		    "another child",
		    names_path(found, other, sizeof(other)), path);
	}
}

static void
check_word(struct check *c, size_t idx, const struct link_word *word,
    const struct wording *wording)
{
	const struct name_node *node = &c->nodes[idx], *found;
	size_t n = names_find(&c->names, node, word->name, &found);
	bool good = n == 1 && !is_above(found, node);

	loader_work(c->ld, LOOKUP_WORK, &word->said->at);
	/* An array that names one of its instances means the others. */
	good = good || (n == 1 && found == node && is_instance(c, idx));
	if (good && wording == &linking)
		link_limit_join(&c->limit, idx, (size_t)(found - c->nodes),
		    &word->said->at);
	if (good || word->said->told)
		return;
	word->said->told = true;
	c->ld->use = word->said->use;
	judge(c, idx, word, wording, n, found);
	c->ld->use = NULL;
}

static void
check_words(struct check *c, size_t idx, const struct link_words *words,
    const struct wording *wording)
{
	for (size_t k = 0; k < words->n && !c->ld->stopped; k++)
		check_word(c, idx, &words->list[k], wording);
}

void
link_check(struct loader *ld, const struct body *root)
{
	struct check c = { .ld = ld };
	struct child_policy policy = root->policy;

	if (ld->conf->nlinks == 0 || ld->stopped)
		return;
	add_all(&c, root);
	policy.ncatches = root->ncatches;
	c.limit = (struct link_limit){
		.ld = ld,
		.nodes = c.nodes,
		.specs = c.specs,
		.root = &policy,
		.n = c.n,
	};
	link_limit_init(&c.limit);
	for (size_t i = 1; i < c.n; i++) {
		const struct spec *spec = c.specs[i];

		if (spec == NULL || spec->policy.kind != KIND_WORKER)
			continue;
		check_words(&c, i, &spec->worker.peers.links, &linking);
		check_words(&c, i, &spec->worker.peers.monitors, &monitoring);
	}
	if (!ld->stopped)
		link_limit_check(&c.limit);
}
