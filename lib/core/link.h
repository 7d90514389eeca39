/* SPDX-License-Identifier: ISC */
#ifndef CORE_LINK_H
#define CORE_LINK_H

#include <stdbool.h>
#include <sys/queue.h>

struct child;
struct link;

/* What one of the two children of a link has of it. */
struct link_end {
	struct link *link;
	struct child *child;
	struct child *peer;
	LIST_ENTRY(link_end) next; /* of `child` */
};

LIST_HEAD(link_ends, link_end);

/*
 * Two children that are linked (Erlang reference manual, Processes, Links):
 * while both runs live, the end of one is an exit signal to the other. One
 * from the file lasts: it ties whatever runs of the two live at one time. That
 * somebody asked for it is another matter, which ends with either run.
 */
struct link {
	struct link_end ends[2];
	bool live; /* ties the present runs of both */
	bool lasting;
	bool asked; /* for these runs; it stays when it lasts no more */
};

/*
 * Makes a zeroed link between two children, which live longer than it does.
 * It ties their runs at once where both live.
 */
void
link_init(struct link *link, struct child *a, struct child *b, bool lasting);

/* The link between two children, or NULL. Costs as many steps as `a` has. */
struct link *link_find(const struct child *a, const struct child *b);

#endif
