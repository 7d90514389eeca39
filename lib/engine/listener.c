/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/listen.h"
#include "engine/listener.h"
#include "os/accounts.h"
#include "os/fd.h"
#include "os/listen.h"

/* Nobody has that id: it changes nothing. */
#define NO_ID ((id_t)-1)

/* The number of the user, or of the group. 0 or -errno. */
static int
look_up(const char *name, bool group, id_t *id)
{
	/* Too large for the stack; one start follows the other. */
	static struct line_reader lines;
	static struct account account;
	gid_t gid;
	int got;

	*id = NO_ID;
	if (name == NULL || account_number(name, id) == 0)
		return 0;
	got = group ? account_group(&lines, name, &gid) :
		      account_user(&lines, name, &account);
	if (got == 1)
		*id = group ? gid : account.uid;
	return got == 0 ? -ESRCH : got < 0 ? got : 0;
}

static int
set_owner(int file, const struct listen_spec *line)
{
	id_t uid = NO_ID, gid = NO_ID;
	int error = look_up(line->user, false, &uid);

	if (error == 0)
		error = look_up(line->group, true, &gid);
	if (error < 0 || (uid == NO_ID && gid == NO_ID))
		return error;
	return fchownat(file, "", uid, gid, AT_EMPTY_PATH) == -1 ? -errno : 0;
}

static bool
is_its_own(const struct listener *listener, const struct stat *st)
{
	/* While the socket is open its inode is nobody else's. */
	return listener->ino != 0 && st->st_dev == listener->dev &&
	    st->st_ino == listener->ino;
}

/* Makes its file, and no other at that path, what the line says. */
static int
adapt_file(const struct listener *listener, const struct listen_spec *line)
{
	struct stat st;
	int error, file;

	if (line->mode < 0 && line->user == NULL && line->group == NULL)
		return 0;
	file = listen_open_file(line->text);
	if (file < 0)
		return file;
	if (fstat(file, &st) == -1)
		error = -errno;
	else if (!is_its_own(listener, &st))
		error = -EEXIST;
	else
		error = listen_file_mode(file, line->mode);
	if (error == 0)
		error = set_owner(file, line);
	fd_close(&file);
	return error;
}

int
listener_adapt(struct listener *listener, const struct listen_spec *line)
{
	int error = 0;

	listener->spec.shared = line->shared;
	if (line->kind == LISTEN_UNIX)
		error = adapt_file(listener, line);
	if (error == 0 && line->kind != LISTEN_UDP)
		error = listen_begin(listener->fd, line->backlog);
	return error;
}

/* Remembers which file is its own. */
static void
note_file(struct listener *listener)
{
	struct stat st;

	if (listener->spec.kind != LISTEN_UNIX ||
	    lstat(listener->text, &st) == -1)
		return;
	listener->dev = st.st_dev;
	listener->ino = st.st_ino;
}

int
listener_open(struct listeners *all, const struct listen_spec *line,
    struct listener **listener)
{
	size_t size = strlen(line->text) + 1;
	struct listener *new = calloc(1, sizeof(*new) + size);
	int error;

	*listener = NULL;
	if (new == NULL)
		return -ENOMEM;
	new->spec = *line;
	new->spec.text = memcpy(new->text, line->text, size);
	new->spec.name = new->spec.user = new->spec.group = NULL;
	new->fd = line->kind == LISTEN_UNIX ?
	    listen_open_path(line->text, line->mode) :
	    listen_open_port(line->kind == LISTEN_TCP,
		line->any ? NULL : line->address, line->ipv6, line->port);
	if (new->fd < 0) {
		error = new->fd;
		free(new);
		return error;
	}
	note_file(new);
	LIST_INSERT_HEAD(all, new, next);
	new->users = 1;
	error = listener_adapt(new, line);
	if (error < 0)
		listener_leave(new);
	else
		*listener = new;
	return error;
}

bool
listener_is_there(const struct listener *listener)
{
	struct stat st;

	if (listener->spec.kind != LISTEN_UNIX)
		return true;
	/* What cannot be looked at may well be there. */
	if (lstat(listener->text, &st) == -1)
		return errno != ENOENT;
	return is_its_own(listener, &st);
}

struct listener *
listener_find(struct listeners *all, const struct listen_spec *line)
{
	struct listener *listener;

	LIST_FOREACH(listener, all, next)
		if (line->shared && listener->spec.shared &&
		    listen_is_same(&listener->spec, line) &&
		    listener_is_there(listener))
			return listener;
	return NULL;
}

void
listener_leave(struct listener *listener)
{
	struct stat st;

	if (--listener->users > 0)
		return;
	if (lstat(listener->text, &st) == 0 && is_its_own(listener, &st))
		(void)unlink(listener->text);
	LIST_REMOVE(listener, next);
	fd_close(&listener->fd);
	free(listener);
}
