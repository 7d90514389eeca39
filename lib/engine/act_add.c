/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/adding.h"
#include "engine/engine.h"
#include "engine/serve.h"

/* `add`: a child whose specification comes with the request. */

static bool
has_child(const struct sup *sup, const char *name)
{
	const struct child *child;

	TAILQ_FOREACH(child, &sup->children, order)
		if (strcmp(node_name(child), name) == 0)
			return true;
	return false;
}

/*
 * What a child without a name is called: as pids are in OTP, numbers are given
 * once, to children of dynamic supervisors alone. NULL: it must have a name.
 */
static const char *
numbered(struct sup *sup, char name[static CONF_NAME_SIZE_MAX])
{
	if (!sup_is_dynamic(sup))
		return NULL;
	do {
		uint32_t nth = ++node_supervisor(&sup->child)->nnumbered;

		snprintf(name, CONF_NAME_SIZE_MAX, "%" PRIu32, nth);
	} while (has_child(sup, name));
	return name;
}

/* Reads the text for `sup`, wanting `programs`; NULL: no memory. */
static struct addition *
read_addition(struct engine *e, struct sup *sup, const char *text,
    struct programs *programs)
{
	uint32_t *nnumbered = &node_supervisor(&sup->child)->nnumbered;
	uint32_t before = *nnumbered;
	char name[CONF_NAME_SIZE_MAX];
	const struct conf_parent parent = {
		.spec = node_body(&sup->child),
		.nameless = numbered(sup, name),
	};
	struct addition *addition = calloc(1, sizeof(*addition));
	struct conf_source source = { .ctx = NULL };

	if (addition == NULL)
		return NULL;
	if (e->run->source != NULL)
		source = *e->run->source;
	source.programs = programs;
	(void)conf_parse_child(&addition->conf, "added", text, strlen(text),
	    &parent, e->run->source != NULL ? &source : NULL);
	if (parent.nameless == NULL || addition->conf.child == NULL ||
	    strcmp(addition->conf.child->name, parent.nameless) != 0)
		*nnumbered = before;
	return addition;
}

/* Makes what was read, and is given; NULL: the client was answered. */
static struct addition *
make_addition(struct engine *e, struct control_client *client,
    struct addition *addition)
{
	if (addition->conf.child == NULL) {
		serve_diags(e, client, &addition->conf.diags);
		control_error(client, CONTROL_SYNTAX,
		    "the specification is wrong");
		addition_free(addition);
		return NULL;
	}
	if (addition_make(addition, addition->conf.child, &e->next_id) < 0 ||
	    environment_fit(&e->environment, addition->conf.child->spec) < 0 ||
	    !tree_reserve(&e->tree, nodes_count(&addition->nodes))) {
		serve_no_memory(client);
		addition_free(addition);
		return NULL;
	}
	return addition;
}

/*
 * Makes the links of an addition, also of those that name it; false after an
 * error to the client.
 */
static bool
make_links(struct engine *e, struct control_client *client,
    const struct addition *addition, const struct sup *sup)
{
	char why[TIES_WHY_SIZE];
	int error;

	if (addition->conf.nlinks > 0)
		e->linked = true;
	error = ties_renew(e, addition->child, sup, why);
	if (error == -ENOENT)
		control_error(client, CONTROL_NO_SUCH_NAME, "%s", why);
	else if (error < 0)
		serve_no_memory(client);
	return error == 0;
}

static void
add_to(struct engine *e, struct control_client *client, struct sup *sup,
    struct addition *addition, bool wait)
{
	struct order *order;
	struct act *act;

	addition = make_addition(e, client, addition);
	if (addition == NULL)
		return;
	order =
	    make_links(e, client, addition, sup) ? order_new(e, client) : NULL;
	if (order == NULL) {
		act_let_go(e, addition->child);
		return;
	}
	act = act_new(e, order, REQUEST_ADD, sup, addition->child);
	if (act == NULL) {
		act_let_go(e, addition->child);
	} else {
		act->addition = addition;
		act_request(e, act);
	}
	order_begun(e, order, wait);
}

bool
act_add_text(struct engine *e, struct control_client *client, const char *name,
    const char *text, bool wait, struct programs *programs)
{
	struct child *child = serve_one(e, client, name);
	struct addition *addition;

	if (child == NULL)
		return true;
	if (!child_is_sup(child)) {
		control_error(client, CONTROL_FAILED,
		    "%s is no supervisor: `supervise tree` shows them", name);
		return true;
	}
	addition = read_addition(e, child_sup(child), text, programs);
	if (addition != NULL && addition->conf.pending) {
		addition_free(addition);
		return false;
	}
	if (addition != NULL)
		add_to(e, client, child_sup(child), addition, wait);
	else
		serve_no_memory(client);
	return true;
}

void
act_add(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words)
{
	bool wait = strcmp(words[0], "--no-wait") != 0;
	struct programs programs = { .first = NULL };

	if (nwords != (wait ? 2U : 3U)) {
		control_error(client, CONTROL_USAGE, "%s takes: %s", "add",
		    "[--no-wait] SUPERVISOR TEXT");
		return;
	}
	words += wait ? 0 : 1;
	if (act_add_text(e, client, words[0], words[1], wait, &programs))
		programs_fini(&programs);
	else
		adding_begin(e, client, words[0], words[1], wait, &programs);
}

/* The tree does not have the addition, or has it no longer. */
static void
give_back(struct engine *e, struct addition *addition)
{
	*node_addition(addition->child) = NULL;
	tree_unreserve(&e->tree, nodes_count(&addition->nodes));
	SLIST_INSERT_HEAD(&e->freed, addition, next);
}

void
act_let_go(struct engine *e, struct child *child)
{
	struct child *below;

	if (child_is_sup(child))
		TAILQ_FOREACH(below, &child_sup(child)->children, order)
			act_let_go(e, below);
	ties_freed(e, child);
	if (!child_is_sup(child))
		log_to_free(node_worker(child));
	if (*node_addition(child) != NULL)
		give_back(e, *node_addition(child));
}
