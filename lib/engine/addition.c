/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "engine/addition.h"

int
addition_make(struct addition *addition, uint32_t *next_id)
{
	return nodes_init_child(&addition->nodes, addition->conf.child, next_id,
	    &addition->child);
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
