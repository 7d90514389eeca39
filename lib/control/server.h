/* SPDX-License-Identifier: ISC */
#ifndef CONTROL_SERVER_H
#define CONTROL_SERVER_H

#include <sys/queue.h>
#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/record.h"
#include "control/code.h"
#include "control/place.h"
#include "control/socket.h"
#include "os/loop.h"

/*
 * The listening side of the control socket. A request is a line of words, an
 * answer is records and then one record `ok` or `error`; a connection takes
 * one request after the other.
 *
 * Nobody is waited for. What comes in is only gathered from the loop; at most
 * one request is carried out in each control_server_turn(), so that however
 * many are sent, what else the loop watches comes first. A client that does
 * not read stops being read, has its answer cut off by an error at
 * CONTROL_ANSWER_MAX, and loses broadcasts beyond CONTROL_FOLLOW_MAX, which
 * it is told. An idle connection holds no memory but its structure.
 */

/* Connections at once; the next is refused with the code `busy`. */
#define CONTROL_CLIENTS_MAX 2000

/* Bytes of one request with its newline; beyond it is refused. */
#define CONTROL_REQUEST_MAX ((size_t)64 << 10)

/* Bytes of answers not yet read: of one client, and of all together. */
#define CONTROL_ANSWER_MAX  ((size_t)8 << 20)
#define CONTROL_ANSWERS_MAX ((size_t)64 << 20)

/* Bytes of broadcasts not yet read by one client. */
#define CONTROL_FOLLOW_MAX ((size_t)256 << 10)

/* How long control_server_close() waits for answers to be read. */
#define CONTROL_CLOSE_MS 100

/* How long accepting pauses for want of descriptors, at most. */
#define CONTROL_PAUSE_MS 1000

/* A connection; made and freed by the server. */
struct control_client;

/* What to do with requests. Both are called from control_server_turn(). */
struct control_handler {
	void *ctx;

	/*
	 * `client` asks this; `words`, borrowed for the call, are at least
	 * one, and end with NULL. It is to be ended by control_ok() or
	 * control_error(), exactly once, here or at any time later.
	 */
	void (*request)(void *ctx, struct control_client *client, size_t nwords,
	    const char *const *words);

	/*
	 * `client` is gone before its request was ended: it must not be
	 * used any more, and its request is not to be ended.
	 */
	void (*closed)(void *ctx, struct control_client *client);
};

TAILQ_HEAD(control_clients, control_client);

struct control_server {
	struct loop *loop;              /* borrowed */
	struct control_handler handler; /* its ctx is borrowed */
	struct control_listener listener;
	struct loop_watch watch;        /* of the listener */
	struct control_clients clients; /* every one; owned */
	struct control_clients changed; /* those to look at in this turn */
	struct control_clients asking;  /* those with a request to carry out */
	struct control_clients followers;
	size_t nclients;
	size_t kept;      /* bytes of answers not yet read */
	uint64_t seq;     /* of the last broadcast */
	int reserve;      /* descriptor to refuse with when there is none */
	int64_t pause_ns; /* when to accept again; CLOCK_NEVER: does accept */
};

/*
 * Listens at `place`. 0, or -errno and why not, and what to do, in *why:
 * -EADDRINUSE when another supervisor is there, with its pid in *rival (0
 * when it cannot be told). After a failure the server is as after
 * control_server_close().
 */
int control_server_open(struct control_server *server, struct loop *loop,
    const struct control_place *place, const struct control_handler *handler,
    pid_t *rival, char why[static CONTROL_WHY_SIZE]);

/*
 * To be called once in each round of the loop, after everything that answers
 * and broadcasts and before the next loop_wait(): carries out one request,
 * writes what was answered and broadcast since, and frees the clients that are
 * gone. Returns when it wants to be called again, whatever happens, on the
 * monotonic clock: 0 at once, CLOCK_NEVER for not before an event.
 */
int64_t control_server_turn(struct control_server *server);

/*
 * Removes the socket if it is still its own, ends what is open with the code
 * `ended`, writes for at most CONTROL_CLOSE_MS, and frees everything. Twice
 * is harmless, and so is a zeroed server.
 */
void control_server_close(struct control_server *server);

/* ------------------------------------------------ answers to a request */

/* Adds a record to the answer; `stamp` as in record_logfmt(). */
void control_record(struct control_client *client, const struct record *record,
    const char *stamp);

/* Who the client is. 0 or -errno. */
int control_client_peer(const struct control_client *client,
    struct control_peer *peer);

/*
 * Whether the client is to be given more: little waits to be read. Who asks
 * before each record never has an answer cut off.
 */
bool control_has_room(const struct control_client *client);

/* Whether one who follows can be given more: he is not too slow. */
bool control_keeps_up(const struct control_client *client);

/*
 * Says whether more of the answer is made at once, so that a small piece of it
 * is not sent by itself, which would wake its reader. The end of the answer
 * says that there is no more.
 */
void control_more(struct control_client *client, bool more);

/*
 * From here on the client gets every broadcast as well, until its request is
 * ended.
 */
void control_follow(struct control_client *client);

/* Ends the request: it is done. */
void control_ok(struct control_client *client);

/* Ends the request: it failed, and why. */
void control_error(struct control_client *client, enum control_code code,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/*
 * Ends the request: it could be understood and asked for, and was refused or
 * has failed. `result` is the one word for why; NULL: there is none.
 */
void control_failed(struct control_client *client, const char *result,
    const char *message);

/*
 * Sends a record to all who follow, with its number `seq` behind the event.
 * Numbers are used up whether anybody follows or not. Whoever is too slow
 * loses it and gets event=lost with `count` when there is room again.
 */
void control_broadcast(struct control_server *server,
    const struct record *record, const char *stamp);

#endif
