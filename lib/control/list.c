/* SPDX-License-Identifier: ISC */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/folder.h"
#include "control/list.h"
#include "control/socket.h"
#include "os/fd.h"

/* Room of a new list. */
#define LIST_ROOM 16

/* Makes `name` a label if it is that of a socket. */
static bool
take_label(const char *name, char label[static CONTROL_LABEL_SIZE])
{
	size_t len = strlen(name), suffix = strlen(CONTROL_SUFFIX);

	if (len <= suffix || len - suffix > CONTROL_LABEL_MAX ||
	    strcmp(name + len - suffix, CONTROL_SUFFIX) != 0)
		return false;
	memcpy(label, name, len - suffix);
	label[len - suffix] = '\0';
	return control_label_is_valid(label);
}

/* Makes room for one entry more. */
static int
make_room(struct control_list *list, size_t *room)
{
	struct control_entry *entries;

	if (list->n < *room)
		return 0;
	*room = *room == 0 ? LIST_ROOM : 2 * *room;
	entries = reallocarray(list->entries, *room, sizeof(*entries));
	if (entries == NULL)
		return -ENOMEM;
	list->entries = entries;
	return 0;
}

/* Finds out whether somebody listens at the entry's path, and who. */
static void
look_at(struct control_entry *entry)
{
	struct control_peer peer = { 0 };
	int fd = control_connect(entry->place.path, &peer);

	entry->alive = fd >= 0 || fd == -EAGAIN;
	entry->pid = peer.pid;
	if (fd >= 0)
		fd_close(&fd);
}

/* Adds the socket `name` of the folder, if it is one. */
static int
add(struct control_list *list, size_t *room, const char *folder,
    const char *name)
{
	struct control_entry *entry;
	int error, len;

	error = make_room(list, room);
	if (error < 0)
		return error;
	entry = &list->entries[list->n];
	if (!take_label(name, entry->place.label))
		return 0;
	len = snprintf(entry->place.path, sizeof(entry->place.path), "%s/%s",
	    folder, name);
	if (len < 0 || (size_t)len >= sizeof(entry->place.path))
		return 0;
	look_at(entry);
	list->n++;
	return 0;
}

static int
add_folder(struct control_list *list, size_t *room, const char *path)
{
	char why[CONTROL_WHY_SIZE];
	const struct dirent *entry;
	int error = 0;
	DIR *dir;

	if (control_folder_check(path, why) < 0)
		return 0;
	dir = opendir(path);
	if (dir == NULL)
		return -errno;
	while (error == 0 && (entry = readdir(dir)) != NULL)
		error = add(list, room, path, entry->d_name);
	(void)closedir(dir);
	return error;
}

static int
compare(const void *a, const void *b)
{
	const struct control_entry *x = a, *y = b;

	return strcmp(x->place.label, y->place.label);
}

int
control_list_read(struct control_list *list)
{
	struct control_folders folders;
	size_t room = 0;
	int error = 0;

	*list = (struct control_list){ 0 };
	control_folders(&folders);
	for (size_t i = 0; i < folders.n && error == 0; i++)
		error = add_folder(list, &room, folders.paths[i]);
	if (error < 0)
		control_list_free(list);
	else if (list->n > 0)
		qsort(list->entries, list->n, sizeof(*list->entries), compare);
	return error;
}

void
control_list_free(struct control_list *list)
{
	free(list->entries);
	*list = (struct control_list){ 0 };
}
