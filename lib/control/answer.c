/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "control/client.h"
#include "control/server.h"

/* How much of an answer waits for its reader before no more is made. */
#define WRITE_SIZE ((size_t)64 << 10)

/* Room for the number that a broadcast gets. */
#define SEQ_SIZE 32

static const char ok_line[] = "event=ok\n";

/* Whether `len` bytes more may be kept for the client, `max` at most. */
static bool
has_room(const struct control_client *client, size_t len, size_t max)
{
	return buffer_len(&client->out) + len <= max &&
	    client->server->kept + len <= CONTROL_ANSWERS_MAX;
}

/* Adds a line that the limits allow; false if there is no memory. */
static bool
add_line(struct control_client *client, const char *line, size_t len)
{
	if (!buffer_add(&client->out, line, len))
		return false;
	client->server->kept += len;
	client_changed(client);
	return true;
}

static bool
add_record(struct control_client *client, const struct record *record,
    const char *stamp)
{
	char *line = buffer_reserve(&client->out, RECORD_LINE_MAX);
	size_t len;

	if (line == NULL)
		return false;
	len = record_logfmt(record, stamp, line);
	buffer_added(&client->out, len);
	client->server->kept += len;
	client_changed(client);
	return true;
}

void
control_record(struct control_client *client, const struct record *record,
    const char *stamp)
{
	assert(client->open);
	if (client->dead || client->cut)
		return;
	if (!has_room(client, RECORD_LINE_MAX, CONTROL_ANSWER_MAX) ||
	    !add_record(client, record, stamp)) {
		client->cut = true;
		return;
	}
	if (buffer_len(&client->out) >= CLIENT_SEND_SIZE)
		client_write(client);
}

int
control_client_peer(const struct control_client *client,
    struct control_peer *peer)
{
	return control_peer(client->fd, peer);
}

bool
control_has_room(const struct control_client *client)
{
	return !client->dead && buffer_len(&client->out) < WRITE_SIZE;
}

bool
control_keeps_up(const struct control_client *client)
{
	return !client->dead &&
	    has_room(client, RECORD_LINE_MAX, CONTROL_FOLLOW_MAX);
}

void
control_more(struct control_client *client, bool more)
{
	client->more = more;
	client_changed(client);
}

/* Writes how many broadcasts were lost; the last had the number `seq`. */
static void
add_lost(struct control_client *client)
{
	struct record record;

	record_begin(&record, RECORD_LOST);
	record_number(&record, "count", (int64_t)client->lost);
	record_number(&record, "seq", (int64_t)client->server->seq);
	if (add_record(client, &record, NULL))
		client->lost = 0;
}

void
client_tell_lost(struct control_client *client)
{
	if (client->lost > 0 &&
	    has_room(client, RECORD_LINE_MAX, CONTROL_FOLLOW_MAX / 2))
		add_lost(client);
}

/* Ends the request; the answer has ended already. */
static void
end(struct control_client *client)
{
	client_unfollow(client);
	client->open = false;
	client->more = false;
	client->cut = false;
	client_changed(client);
}

/* Ends the answer with an error; the limits have left room for that. */
static void
add_error(struct control_client *client, enum control_code code,
    const char *result, const char *message)
{
	struct record record;

	record_begin(&record, RECORD_ERROR);
	record_text(&record, "code", control_code_text[code]);
	if (result != NULL)
		record_text(&record, "result", result);
	record_text(&record, "message", message);
	if (!add_record(client, &record, NULL))
		client->dead = true;
}

/* Ends an answer that was cut off; false if it was not. */
static bool
end_cut(struct control_client *client)
{
	if (!client->cut)
		return false;
	add_error(client, CONTROL_TOO_MUCH, NULL,
	    "too much of the answer is waiting to be read, the rest is "
	    "missing");
	end(client);
	return true;
}

void
control_ok(struct control_client *client)
{
	assert(client->open);
	if (client->lost > 0)
		add_lost(client);
	if (end_cut(client))
		return;
	if (!add_line(client, ok_line, sizeof(ok_line) - 1))
		client->dead = true;
	end(client);
}

static void
refuse(struct control_client *client, enum control_code code,
    const char *result, const char *message)
{
	assert(client->open);
	if (client->lost > 0)
		add_lost(client);
	if (end_cut(client))
		return;
	add_error(client, code, result, message);
	end(client);
}

void
control_error(struct control_client *client, enum control_code code,
    const char *format, ...)
{
	char message[RECORD_LINE_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	refuse(client, code, NULL, message);
}

void
control_failed(struct control_client *client, const char *result,
    const char *message)
{
	refuse(client, CONTROL_FAILED, result, message);
}

void
control_follow(struct control_client *client)
{
	assert(client->open);
	if (client->follows)
		return;
	client->follows = true;
	TAILQ_INSERT_TAIL(&client->server->followers, client, follower_entry);
}

/* Writes the record with its number behind the event; the line's length. */
static size_t
write_numbered(uint64_t seq, const struct record *record, const char *stamp,
    char line[static RECORD_LINE_MAX + SEQ_SIZE])
{
	size_t len = record_logfmt(record, stamp, line);
	size_t at = strlen("event=") + strlen(record_event_text[record->event]);
	char number[SEQ_SIZE];
	size_t nlen =
	    (size_t)snprintf(number, sizeof(number), " seq=%" PRIu64, seq);

	if (stamp != NULL)
		at += strlen(stamp) + 1;
	memmove(line + at + nlen, line + at, len - at);
	memcpy(line + at, number, nlen);
	return len + nlen;
}

void
control_broadcast(struct control_server *server, const struct record *record,
    const char *stamp)
{
	char line[RECORD_LINE_MAX + SEQ_SIZE];
	struct control_client *client;
	size_t len;

	server->seq++;
	if (TAILQ_EMPTY(&server->followers))
		return;
	len = write_numbered(server->seq, record, stamp, line);
	TAILQ_FOREACH(client, &server->followers, follower_entry) {
		if (client->dead)
			continue;
		if (client->lost == 0 &&
		    has_room(client, len, CONTROL_FOLLOW_MAX) &&
		    add_line(client, line, len))
			continue;
		client->lost++;
		client_changed(client);
	}
}
