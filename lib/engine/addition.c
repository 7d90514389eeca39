/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "engine/addition.h"

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

void
addition_free(struct addition *addition)
{
	if (addition == NULL)
		return;
	nodes_fini(&addition->nodes);
	conf_fini(&addition->conf);
	free(addition);
}
