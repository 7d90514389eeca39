/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "engine/sweep.h"
#include "os/proc.h"

/* One look at the children. */
struct look {
	struct sweep *sweep;
	bool left;
};

static int
visit(pid_t pid, void *arg)
{
	struct look *look = arg;
	struct sweep *sweep = look->sweep;

	if (pid == sweep->spared || pid == sweep->logger ||
	    (sweep->inherited != NULL && inherited_has(sweep->inherited, pid)))
		return 0;
	if (kill(pid, SIGKILL) == -1 && errno == EPERM)
		sweep->denied++;
	else
		look->left = true;
	return 0;
}

bool
sweep_kill(struct sweep *sweep)
{
	struct look look = { .sweep = sweep };

	sweep->denied = 0;
	/* Without the list every number there may be has to be tried. */
	if (sweep->children < 0)
		sweep->children = proc_children_open(getpid());
	return proc_children_each(sweep->children, visit, &look) < 0 ||
	    look.left;
}
