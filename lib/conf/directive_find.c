/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/assert.h"
#include "conf/directive.h"

const struct directive *
directive_find(const char *name)
{
	for (size_t i = 0; i < ndirectives; i++)
		if (strcmp(directives[i].name, name) == 0)
			return &directives[i];
	return NULL;
}

size_t
directive_index(const struct directive *directive)
{
	size_t idx = (size_t)(directive - directives);

	assert(idx < ndirectives);
	return idx;
}

const char *
directive_where_text(unsigned where)
{
	switch (where) {
	case IN_WORKER:
		return "a worker";
	case IN_SUPERVISOR:
		return "a supervisor below the root";
	case IN_ROOT:
		return "the root supervisor (the file itself)";
	case IN_DYNAMIC:
		return "a supervisor with strategy dynamic";
	case IN_SUPERVISORS:
		return "a supervisor";
	case IN_CHILDREN:
		return "a worker or a supervisor below the root";
	case IN_INIT:
		return "what an init prints";
	case IN_BLOCKS:
		return "the block of a supervisor";
	case IN_BLOCKS | IN_WORKER:
		return "the block of a child";
	default:
		return "any block";
	}
}
