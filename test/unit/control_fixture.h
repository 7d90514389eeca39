/* SPDX-License-Identifier: ISC */
#ifndef UNIT_CONTROL_FIXTURE_H
#define UNIT_CONTROL_FIXTURE_H

#include <sys/types.h>

#include <stddef.h>

#include "control/server.h"

/*
 * A server in this very process, which gets its turns when the test says so,
 * and clients that are bare sockets. It understands
 *
 *	echo WORD...	a record for each word
 *	rows N BYTES	N records of a text so long
 *	fail WORD...	an error
 *	hold		is ended by a later `release`, all of them at once
 *	release
 *	follow		gets what `say` broadcasts, until `release`
 *	say N BYTES	broadcasts N records of a text so long
 *	die		stops the server that fixture_fork() made
 */

struct fixture {
	struct loop loop;
	struct control_server server;
	struct control_place place;
	int nrequests; /* carried out so far */
	int nclosed;   /* gone with an open request */
	int nheld;
	struct control_client *held[CONTROL_CLIENTS_MAX];
};

extern struct fixture fixture;

/* A folder for this test's sockets, removed by fixture_remove(). */
const char *fixture_folder(void);
void fixture_remove(void);

/* Opens the server in that folder, and closes it. */
void fixture_open(void);
void fixture_close(void);

/* Gives the server turns until it has nothing more to do. */
void fixture_turns(void);

/* The same server in a process of its own; ended by `die`. */
pid_t fixture_fork(void);
void fixture_join(pid_t pid);

/* A connection, non-blocking; to be closed by the test. */
int raw_connect(void);

/* Sends as much as the kernel takes, and returns how much that was. */
size_t raw_send(int fd, const char *bytes, size_t len);

/* Sends a text, all of it. */
void raw_say(int fd, const char *text);

/* Reads what there is, at most `size` - 1 bytes, and adds a NUL. */
size_t raw_read(int fd, char *text, size_t size);

/* Reads everything that comes while the server gets turns; how much. */
size_t raw_drain(int fd, char *text, size_t size);

/* Whether `fd` gets exactly this text now, the server having had its turns. */
bool raw_gets(int fd, const char *expected);

/* Whether the server has closed the connection, all its text being read. */
bool raw_is_over(int fd);

#endif
