/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "control/folder.h"
#include "control/list.h"
#include "control/place.h"

/* The one file whose label is not made from its path. */
#define SYSTEM_FILE  "/etc/supervise.conf"
#define SYSTEM_LABEL "default"

/* Bytes of a dash and the hash behind the name of a folder. */
#define HASH_LEN 9

static bool
is_label_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

bool
control_label_is_valid(const char *label)
{
	size_t len = 0;

	if (*label == '.' || *label == '-')
		return false;
	while (is_label_byte(label[len]))
		len++;
	return len > 0 && len <= CONTROL_LABEL_MAX && label[len] == '\0';
}

/* Makes a label of the real path of a file. */
static void
make_label(const char *path, char label[static CONTROL_LABEL_SIZE])
{
	const char *end = strrchr(path, '/'), *start = end;
	size_t len = 0;

	while (start > path && start[-1] != '/')
		start--;
	for (; start < end && len < CONTROL_LABEL_MAX - HASH_LEN; start++)
		label[len++] = is_label_byte(*start) ? *start : '_';
	if (len == 0)
		len = strlcpy(label, "root", CONTROL_LABEL_SIZE);
	if (*label == '.' || *label == '-')
		*label = '_';
	snprintf(label + len, CONTROL_LABEL_SIZE - len, "-%08" PRIx32,
	    hash_bytes(HASH_BASIS, path, strlen(path)));
}

int
control_place_label(const char *path, char label[static CONTROL_LABEL_SIZE])
{
	char *real = realpath(path, NULL);
	char *system;

	if (real == NULL)
		return -errno;
	system = realpath(SYSTEM_FILE, NULL);
	if (system != NULL && strcmp(real, system) == 0)
		(void)strlcpy(label, SYSTEM_LABEL, CONTROL_LABEL_SIZE);
	else
		make_label(real, label);
	free(system);
	free(real);
	return 0;
}

/* The value of a variable that is neither unset nor empty, or NULL. */
static const char *
look_up(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0' ? value : NULL;
}

/* Takes a path that was said. */
static int
take_path(struct control_place *place, const char *path,
    char why[static CONTROL_WHY_SIZE])
{
	char here[PATH_MAX] = "";
	int len;

	if (*path == '\0') {
		snprintf(why, CONTROL_WHY_SIZE,
		    "the path of the socket is empty");
		return -EINVAL;
	}
	if (*path != '/' && getcwd(here, sizeof(here)) == NULL) {
		int error = -errno;

		snprintf(why, CONTROL_WHY_SIZE, "cannot tell where %s is: %s",
		    path, strerror(-error));
		return error;
	}
	place->label[0] = '\0';
	len = snprintf(place->path, sizeof(place->path), "%s%s%s", here,
	    *path == '/' ? "" : "/", path);
	if (len < 0 || (size_t)len >= sizeof(place->path)) {
		snprintf(why, CONTROL_WHY_SIZE,
		    "the path of the socket is too long, expected less than "
		    "%d bytes",
		    PATH_MAX);
		return -ENAMETOOLONG;
	}
	return 0;
}

/* Finds the label that was said, or that of the file. */
static int
take_label(struct control_place *place, const struct control_wish *wish,
    char why[static CONTROL_WHY_SIZE])
{
	int error;

	if (wish->label == NULL && wish->file == NULL) {
		snprintf(why, CONTROL_WHY_SIZE,
		    "there is no file to name the socket after, expected "
		    "-L LABEL or -S PATH");
		return -EINVAL;
	}
	if (wish->label == NULL) {
		error = control_place_label(wish->file, place->label);
		if (error < 0)
			snprintf(why, CONTROL_WHY_SIZE, "cannot find %s: %s",
			    wish->file, strerror(-error));
		return error;
	}
	if (!control_label_is_valid(wish->label)) {
		snprintf(why, CONTROL_WHY_SIZE,
		    "\"%.100s\" is no label, expected 1 to %d letters, digits, "
		    "dots, dashes and underscores, neither a dot nor a dash "
		    "first",
		    wish->label, CONTROL_LABEL_MAX);
		return -EINVAL;
	}
	(void)strlcpy(place->label, wish->label, sizeof(place->label));
	return 0;
}

/* Writes the path of the place's label in `folder`. */
static int
join(struct control_place *place, const char *folder,
    char why[static CONTROL_WHY_SIZE])
{
	int len = snprintf(place->path, sizeof(place->path),
	    "%s/%s" CONTROL_SUFFIX, folder, place->label);

	if (len > 0 && (size_t)len < sizeof(place->path))
		return 0;
	snprintf(why, CONTROL_WHY_SIZE,
	    "the path of the folder %.100s… is "
	    "too long",
	    folder);
	return -ENAMETOOLONG;
}

int
control_place_serve(const struct control_wish *wish,
    struct control_place *place, char why[static CONTROL_WHY_SIZE])
{
	const char *given = look_up("SUPERVISE_SOCKET");
	struct control_folders folders;
	int error;

	if (wish->socket != NULL)
		return take_path(place, wish->socket, why);
	if (wish->label == NULL && given != NULL &&
	    look_up("SUPERVISE_NAME") == NULL)
		return take_path(place, given, why);

	error = take_label(place, wish, why);
	if (error < 0)
		return error;
	control_folders(&folders);
	error = join(place, folders.paths[0], why);
	return error < 0 ? error : control_folder_make(folders.paths[0], why);
}

static bool
is_socket(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISSOCK(st.st_mode);
}

/* Tries every folder for a socket of the place's label. */
static int
find_label(struct control_place *place, char why[static CONTROL_WHY_SIZE])
{
	struct control_folders folders;
	int error, unsafe = 0;

	control_folders(&folders);
	for (size_t i = 0; i < folders.n; i++) {
		char reason[CONTROL_WHY_SIZE];

		error = control_folder_check(folders.paths[i], reason);
		if (error == -ENOENT)
			continue;
		if (error == 0)
			error = join(place, folders.paths[i], reason);
		if (error == 0 && is_socket(place->path))
			return 0;
		if (error < 0 && unsafe == 0) {
			unsafe = error;
			(void)strlcpy(why, reason, CONTROL_WHY_SIZE);
		}
	}
	if (unsafe < 0)
		return unsafe;
	snprintf(why, CONTROL_WHY_SIZE,
	    "no supervisor is running under the label %s", place->label);
	return -ENOENT;
}

/* Names the supervisors that run, of which none was meant more than others. */
static int
refuse_several(const struct control_list *list,
    char why[static CONTROL_WHY_SIZE])
{
	size_t len = (size_t)snprintf(why, CONTROL_WHY_SIZE,
	    "several supervisors are running, say which with -L LABEL:");

	for (size_t i = 0; i < list->n; i++) {
		const char *label = list->entries[i].place.label;

		if (!list->entries[i].alive)
			continue;
		if (len + strlen(label) + sizeof(" …") > CONTROL_WHY_SIZE) {
			(void)strlcat(why, " …", CONTROL_WHY_SIZE);
			break;
		}
		len += (size_t)snprintf(why + len, CONTROL_WHY_SIZE - len,
		    " %s", label);
	}
	return -ENOTUNIQ;
}

/* Takes the one supervisor that runs. */
static int
find_single(struct control_place *place, char why[static CONTROL_WHY_SIZE])
{
	struct control_list list;
	size_t nalive = 0;
	int error;

	error = control_list_read(&list);
	if (error < 0) {
		snprintf(why, CONTROL_WHY_SIZE,
		    "cannot look for supervisors: %s", strerror(-error));
		return error;
	}
	for (size_t i = 0; i < list.n; i++)
		if (list.entries[i].alive && nalive++ == 0)
			*place = list.entries[i].place;
	if (nalive == 0) {
		snprintf(why, CONTROL_WHY_SIZE,
		    "no supervisor of yours is running");
		error = -ENOENT;
	} else if (nalive > 1) {
		error = refuse_several(&list, why);
	}
	control_list_free(&list);
	return error;
}

int
control_place_find(const struct control_wish *wish, struct control_place *place,
    char why[static CONTROL_WHY_SIZE])
{
	const char *given = look_up("SUPERVISE_SOCKET");
	bool elsewhere = wish->file != NULL && wish->named &&
	    look_up("SUPERVISE_NAME") != NULL;
	int error;

	if (wish->socket != NULL)
		return take_path(place, wish->socket, why);
	if (wish->label == NULL && given != NULL && !elsewhere)
		return take_path(place, given, why);
	if (wish->label == NULL && wish->file == NULL)
		return find_single(place, why);

	error = take_label(place, wish, why);
	return error < 0 ? error : find_label(place, why);
}
