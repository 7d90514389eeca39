/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "conf/link.h"
#include "conf/link_limit.h"
#include "conf/log.h"
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
	const struct child_spec **children; /* likewise; NULL: the root */
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
static const struct wording logging = { "log to", "logs to" };

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

static struct link_word
keep_word(struct loader *ld, const struct token *word, const struct use *use)
{
	struct arena *arena = &ld->conf->arena;
	struct link_said *said = ARENA_NEW(arena, struct link_said);

	said->at = word->at;
	said->use = use;
	ld->conf->nlinks++;
	return (struct link_word){
		.name = arena_text(arena, word->text, word->len),
		.said = said,
	};
}

struct link_word
link_keep(struct loader *ld, const struct token *word)
{
	return keep_word(ld, word,
	    keep_uses(&ld->conf->arena, ld->use, REPORT_USES_MAX));
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
	for (size_t i = 0; i < st->nargs; i++)
		list[words->n + i] = keep_word(ld, &st->args[i], use);
	*words = (struct link_words){ .list = list, .n = n };
}

static void
add_node(struct check *c, const struct child_spec *child,
    const struct name_node *up)
{
	struct name_node *node = &c->nodes[c->n];
	const struct spec *spec = child->spec;

	*node = (struct name_node){ .name = child->name, .up = up };
	c->children[c->n] = child;
	c->specs[c->n++] = spec;
	if (spec == NULL || spec->policy.kind == KIND_WORKER)
		return;
	if (spec->hooks.init != NULL && c->printer == NULL)
		c->printer = node;
	for (size_t i = 0; i < spec->sup.nchildren; i++)
		add_node(c, &spec->sup.children[i], node);
}

static void
add_all(struct check *c, const struct body *root)
{
	struct arena *scratch = &c->ld->scratch;
	size_t n = root->nchildren + 1;

	c->nodes = ARENA_ARRAY(scratch, struct name_node, n);
	c->specs = ARENA_ARRAY(scratch, const struct spec *, n);
	c->children = ARENA_ARRAY(scratch, const struct child_spec *, n);
	c->nodes[c->n++].name = "root";
	c->printer = root->hooks.init != NULL ? c->nodes : NULL;
	for (size_t i = 0; i < root->nentries; i++) {
		const struct entry *entry = &root->entries[i];

		add_node(c, &entry->child, c->nodes);
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

/*
 * What keeps the child `to` from reading what the node `idx` writes, and what
 * is expected, as the end of a message; NULL: nothing does.
 */
static const char *
unfit(const struct check *c, size_t idx, size_t to)
{
	const struct spec *spec = c->specs[to];

	if (to == 0 || (spec != NULL && spec->policy.kind == KIND_SUPERVISOR))
		return "is a supervisor, expected a worker to log to";
	if (to == idx)
		return "logs to itself, expected another worker";
	if (spec != NULL && log_input_is_own(&spec->worker))
		return "has a standard input of its own, expected a worker "
		       "without stdin, or with stdin pipe, to log to";
	return NULL;
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
	} else if (wording == &logging) {
		names_path(found, path, sizeof(path));
		report_error(c->ld, at, "%s %s", path,
		    unfit(c, idx, (size_t)(found - c->nodes)));
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

/* Whether what the node `idx` says, a name of `found` alone, makes sense. */
static bool
is_good(const struct check *c, size_t idx, const struct name_node *found,
    const struct wording *wording)
{
	const struct name_node *node = &c->nodes[idx];

	if (wording == &logging)
		return unfit(c, idx, (size_t)(found - c->nodes)) == NULL;
	/* An array that names one of its instances means the others. */
	return !is_above(found, node) || (found == node && is_instance(c, idx));
}

static void
check_word(struct check *c, size_t idx, const struct link_word *word,
    const struct wording *wording)
{
	const struct name_node *found;
	size_t n = names_find(&c->names, &c->nodes[idx], word->name, &found);
	bool good = n == 1 && is_good(c, idx, found, wording);

	loader_work(c->ld, LOOKUP_WORK, &word->said->at);
	if (good && wording == &linking)
		link_limit_join(&c->limit, idx, (size_t)(found - c->nodes),
		    &word->said->at);
	/* Until all is read it is the loader's, and can be told. */
	if (good && wording == &logging)
		((struct child_spec *)c->children[found - c->nodes])->fed =
		    true;
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

static void
check_logs(struct check *c, size_t idx, const struct logs *logs)
{
	if (logs->out.word == LOG_TO)
		check_word(c, idx, &logs->out.to, &logging);
	if (logs->err.word == LOG_TO)
		check_word(c, idx, &logs->err.to, &logging);
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
		check_logs(&c, i, &spec->worker.logs);
	}
	if (!ld->stopped)
		link_limit_check(&c.limit);
}
