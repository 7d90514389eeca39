/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>

#include "engine/inherited.h"
#include "os/proc.h"

/* Children that there is room for at first. */
#define ROOM_FIRST 16

static int
note(pid_t pid, void *arg)
{
	struct inherited *inherited = arg;
	size_t room = inherited->room == 0 ? ROOM_FIRST : 2 * inherited->room;
	pid_t *pids = inherited->pids;

	if (inherited->n == inherited->room) {
		pids = reallocarray(pids, room, sizeof(*pids));
		if (pids == NULL)
			return -ENOMEM;
		inherited->pids = pids;
		inherited->room = room;
	}
	pids[inherited->n++] = pid;
	return 0;
}

int
inherited_read(struct inherited *inherited, int children)
{
	int error;

	*inherited = (struct inherited){ .pids = NULL };
	error = proc_children_each(children, note, inherited);
	if (error < 0)
		inherited_fini(inherited);
	return error;
}

/* Where `pid` is in the list; n: nowhere. */
static size_t
find(const struct inherited *inherited, pid_t pid)
{
	size_t i = 0;

	while (i < inherited->n && inherited->pids[i] != pid)
		i++;
	return i;
}

bool
inherited_has(const struct inherited *inherited, pid_t pid)
{
	return find(inherited, pid) < inherited->n;
}

bool
inherited_forget(struct inherited *inherited, pid_t pid)
{
	size_t i = find(inherited, pid);

	if (i == inherited->n)
		return false;
	inherited->pids[i] = inherited->pids[--inherited->n];
	return true;
}

void
inherited_fini(struct inherited *inherited)
{
	free(inherited->pids);
	*inherited = (struct inherited){ .pids = NULL };
}
