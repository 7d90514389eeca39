/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdlib.h>

#include "conf/link_limit.h"
#include "conf/report.h"

/* Room for a path that is shown. */
#define PATH_SIZE 256

/* A worker that its supervisor restarts after a crash. */
struct counted {
	size_t set;
	const struct name_node *sup;
	const struct name_node *node;
};

void
link_limit_init(struct link_limit *limit)
{
	limit->sets =
	    ARENA_ARRAY(&limit->ld->scratch, struct link_set, limit->n);
	for (size_t i = 0; i < limit->n; i++)
		limit->sets[i].up = i;
}

static size_t
set_of(struct link_limit *limit, size_t idx)
{
	struct link_set *sets = limit->sets;

	/* Each step halves the way of those that come later. */
	for (; sets[idx].up != idx; idx = sets[idx].up)
		sets[idx].up = sets[sets[idx].up].up;
	return idx;
}

/* Supervisors live on, and who traps exits is only told. */
static bool
ends_by_link(const struct link_limit *limit, size_t idx)
{
	const struct spec *spec = limit->specs[idx];

	return spec != NULL && spec->policy.kind == KIND_WORKER &&
	    !spec->policy.worker.trap_exits;
}

void
link_limit_join(struct link_limit *limit, size_t a, size_t b,
    const struct spot *at)
{
	if (!ends_by_link(limit, a) || !ends_by_link(limit, b))
		return;
	a = set_of(limit, a);
	b = set_of(limit, b);
	if (limit->sets[a].at == NULL)
		limit->sets[a].at = limit->sets[b].at;
	if (limit->sets[a].at == NULL)
		limit->sets[a].at = at;
	limit->sets[b].up = a;
}

static const struct child_policy *
policy_of(const struct link_limit *limit, const struct name_node *node)
{
	return node == limit->nodes ?
	    limit->root :
	    &limit->specs[node - limit->nodes]->policy;
}

/* What a `catch` decides is not known here. */
static bool
is_counted(const struct link_limit *limit, size_t idx)
{
	const struct child_policy *policy;

	if (!ends_by_link(limit, idx))
		return false;
	policy = &limit->specs[idx]->policy;
	return policy->restart != RESTART_TEMPORARY && policy->ncatches == 0;
}

static int
compare(const void *a, const void *b)
{
	const struct counted *x = a, *y = b;

	if (x->set != y->set)
		return x->set < y->set ? -1 : 1;
	if (x->sup != y->sup)
		return x->sup < y->sup ? -1 : 1;
	return (x->node > y->node) - (x->node < y->node);
}

/* `n` of one set, below one supervisor. */
static void
check_one(struct link_limit *limit, const struct counted *first, size_t n)
{
	const struct child_policy *policy = policy_of(limit, first->sup);
	char path[PATH_SIZE], sup[PATH_SIZE];

	/*
	 * Where a group is restarted their ends are found in it, and count as
	 * one. Without any restart there is a warning already.
	 */
	if (policy->sup.strategy == STRATEGY_ONE_FOR_ALL ||
	    policy->sup.strategy == STRATEGY_REST_FOR_ONE ||
	    policy->ncatches > 0 || policy->sup.max_restarts == 0 ||
	    n <= policy->sup.max_restarts)
		return;
	report_warning(limit->ld, limit->sets[first->set].at,
	    "a crash or a restart of %s restarts %zu linked children, and "
	    "max_restarts of "
	    "%s is %" PRIu32 ", so that it gives up; expected %zu at least",
	    names_path(first->node, path, sizeof(path)), n,
	    names_path(first->sup, sup, sizeof(sup)), policy->sup.max_restarts,
	    n);
}

void
link_limit_check(struct link_limit *limit)
{
	struct counted *all =
	    ARENA_ARRAY(&limit->ld->scratch, struct counted, limit->n);
	size_t n = 0, first = 0;

	for (size_t i = 1; i < limit->n; i++)
		if (is_counted(limit, i))
			all[n++] = (struct counted){
				.set = set_of(limit, i),
				.sup = limit->nodes[i].up,
				.node = &limit->nodes[i],
			};
	qsort(all, n, sizeof(*all), compare);
	for (size_t i = 1; i <= n; i++) {
		if (i < n && all[i].set == all[first].set &&
		    all[i].sup == all[first].sup)
			continue;
		check_one(limit, &all[first], i - first);
		first = i;
	}
}
