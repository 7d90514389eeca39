/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/near.h"

static int
compare(const void *a, const void *b)
{
	const struct name_node *const *x = a, *const *y = b;
	int order = strcmp((*x)->name, (*y)->name);

	/* Of those with one name, as they stand in the tree. */
	return order != 0 ? order : (*x > *y) - (*x < *y);
}

void
names_init(struct names *names, const struct name_node *nodes)
{
	for (size_t i = 0; i < names->n; i++)
		names->sorted[i] = &nodes[i];
	qsort(names->sorted, names->n, sizeof(*names->sorted), compare);
}

static const char *
last_part(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash != NULL ? slash + 1 : name;
}

/* The first place of that name, or where it would be. */
static size_t
first_of(const struct names *names, const char *name)
{
	size_t low = 0, high = names->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(names->sorted[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
has_path(const struct name_node *node, const char *path)
{
	size_t len = strlen(path);

	for (; node->up != NULL; node = node->up) {
		size_t own_len = strlen(node->name);

		if (own_len > len ||
		    memcmp(path + len - own_len, node->name, own_len) != 0)
			return false;
		len -= own_len;
		if (len == 0)
			return node->up->up == NULL;
		if (path[--len] != '/')
			return false;
	}
	return false;
}

/* One search, among those that are there or among those that are gone. */
static size_t
find(const struct names *names, const struct name_node *from, const char *name,
    bool gone, const struct name_node **found)
{
	const char *last = last_part(name);
	const struct name_node *sibling = NULL, *path = NULL, *any = NULL;
	size_t n = 0;

	for (size_t i = first_of(names, last);
	     i < names->n && strcmp(names->sorted[i]->name, last) == 0; i++) {
		const struct name_node *node = names->sorted[i];

		if (node->gone != gone)
			continue;
		if (has_path(node, name))
			path = node;
		if (last != name)
			continue;
		if (node->up == from->up)
			sibling = node;
		if (n++ == 0)
			any = node;
	}
	*found = sibling != NULL ? sibling : path;
	if (*found != NULL)
		return 1;
	*found = any;
	return n;
}

size_t
names_find(const struct names *names, const struct name_node *from,
    const char *name, const struct name_node **found)
{
	size_t n = find(names, from, name, false, found);

	return n > 0 ? n : find(names, from, name, true, found);
}

const struct name_node *
names_gone(const struct names *names, const struct name_node *node)
{
	for (size_t i = first_of(names, node->name);
	     i < names->n && strcmp(names->sorted[i]->name, node->name) == 0;
	     i++)
		if (names->sorted[i]->gone && names->sorted[i]->up == node->up)
			return names->sorted[i];
	return NULL;
}

const struct name_node *
names_near(const struct names *names, const char *name)
{
	struct near near = near_start(last_part(name));
	const struct name_node *nearest = NULL;

	for (size_t i = 0; i < names->n; i++) {
		unsigned before = near.distance;

		near_try(&near, names->sorted[i]->name);
		if (near.distance < before)
			nearest = names->sorted[i];
	}
	return nearest;
}

const char *
names_path(const struct name_node *node, char *path, size_t size)
{
	if (node->up == NULL || node->up->up == NULL) {
		strlcpy(path, node->name, size);
		return path;
	}
	names_path(node->up, path, size);
	strlcat(path, "/", size);
	strlcat(path, node->name, size);
	return path;
}
