/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "engine/engine.h"

int
addition_make(struct addition *addition, const struct child_spec *spec,
    uint32_t *next_id)
{
	int error =
	    nodes_init_child(&addition->nodes, spec, next_id, &addition->child);

	if (error == 0)
		*node_addition(addition->child) = addition;
	return error;
}

struct child *
addition_new(struct engine *e, const struct child_spec *spec)
{
	struct addition *made = calloc(1, sizeof(*made));

	if (made == NULL)
		return NULL;
	if (addition_make(made, spec, &e->next_id) < 0 ||
	    !tree_reserve(&e->tree, nodes_count(&made->nodes))) {
		addition_free(made);
		return NULL;
	}
	return made->child;
}

void
addition_free(struct addition *addition)
{
	if (addition == NULL)
		return;
	nodes_fini(&addition->nodes);
	conf_fini(&addition->conf);
	free(addition);
}
