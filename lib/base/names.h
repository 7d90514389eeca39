/* SPDX-License-Identifier: ISC */
#ifndef BASE_NAMES_H
#define BASE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Finding by name in a tree of names, many times: a sibling, `db`; a path from
 * the root, `web/api`; a last part that only one has. The same for a file and
 * for what runs of it.
 */
struct name_node {
	const char *name;           /* borrowed */
	const struct name_node *up; /* NULL: the root */
	bool gone; /* found only where nothing else has the name */
};

/* All nodes of a tree, by name. */
struct names {
	const struct name_node **sorted; /* the caller's, room for `n` */
	size_t n;
};

/* Fills and sorts names->sorted from names->n nodes. */
void names_init(struct names *names, const struct name_node *nodes);

/*
 * What `from` means by `name`: *found and 1; or 0; or how many have this last
 * part, the first of them being *found.
 */
size_t names_find(const struct names *names, const struct name_node *from,
    const char *name, const struct name_node **found);

/* The sibling of that name that is gone, or NULL. */
const struct name_node *
names_gone(const struct names *names, const struct name_node *node);

/* The node whose name is nearest to the last part of `name`, or NULL. */
const struct name_node *names_near(const struct names *names, const char *name);

/* Writes the path of a node, cut to `size`, and returns `path`. */
const char *names_path(const struct name_node *node, char *path, size_t size);

#endif
