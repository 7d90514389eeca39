/* SPDX-License-Identifier: ISC */
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "control/socket.h"
#include "control_fixture.h"
#include "os/clock.h"
#include "os/fd.h"

#define FOLDER_TEMPLATE "/tmp/supervise-test-XXXXXX"
#define ROUNDS_MAX      2000000

struct fixture fixture;

static char folder[sizeof FOLDER_TEMPLATE];
static bool died;

const char *
fixture_folder(void)
{
	if (folder[0] == '\0') {
		(void)strlcpy(folder, FOLDER_TEMPLATE, sizeof folder);
		CHECK(mkdtemp(folder) != NULL);
	}
	return folder;
}

void
fixture_remove(void)
{
	CHECK(rmdir(fixture_folder()) == 0);
	folder[0] = '\0';
}

static void
hold(struct control_client *client)
{
	fixture.held[fixture.nheld++] = client;
}

static void
release(void)
{
	while (fixture.nheld > 0)
		control_ok(fixture.held[--fixture.nheld]);
}

/* `n` records to one client, or to all who follow. */
static void
say(struct control_client *client, int n, size_t len)
{
	static char text[RECORD_LINE_MAX];
	struct record record;

	CHECK(len < sizeof(text));
	memset(text, 'x', len);
	text[len] = '\0';
	for (int i = 0; i < n; i++) {
		record_begin(&record, RECORD_WARNING);
		record_number(&record, "row", i);
		record_text(&record, "message", text);
		if (client != NULL)
			control_record(client, &record, NULL);
		else
			control_broadcast(&fixture.server, &record, NULL);
	}
}

static void
echo(struct control_client *client, size_t nwords, const char *const *words)
{
	struct record record;

	for (size_t i = 1; i < nwords; i++) {
		record_begin(&record, RECORD_WARNING);
		record_text(&record, "word", words[i]);
		control_record(client, &record, NULL);
	}
}

static void
request(void *ctx, struct control_client *client, size_t nwords,
    const char *const *words)
{
	int n = nwords > 1 ? atoi(words[1]) : 0;
	size_t len = nwords > 2 ? (size_t)atoi(words[2]) : 0;

	CHECK(ctx == &fixture && nwords > 0 && words[nwords] == NULL);
	fixture.nrequests++;
	if (strcmp(words[0], "hold") == 0 || strcmp(words[0], "follow") == 0) {
		if (*words[0] == 'f')
			control_follow(client);
		hold(client);
		return;
	}
	if (strcmp(words[0], "fail") == 0) {
		control_error(client, CONTROL_FAILED, "no \"%s\"", words[1]);
		return;
	}
	if (strcmp(words[0], "echo") == 0)
		echo(client, nwords, words);
	else if (strcmp(words[0], "rows") == 0)
		say(client, n, len);
	else if (strcmp(words[0], "say") == 0)
		say(NULL, n, len);
	else if (strcmp(words[0], "release") == 0)
		release();
	else if (strcmp(words[0], "die") == 0)
		died = true;
	control_ok(client);
}

static void
closed(void *ctx, struct control_client *client)
{
	int i;

	CHECK(ctx == &fixture);
	fixture.nclosed++;
	for (i = 0; fixture.held[i] != client; i++)
		CHECK(i < fixture.nheld);
	fixture.held[i] = fixture.held[--fixture.nheld];
}

void
fixture_open(void)
{
	static const struct control_handler handler = {
		.ctx = &fixture,
		.request = request,
		.closed = closed,
	};
	char why[CONTROL_WHY_SIZE];
	struct rlimit original;
	pid_t rival;

	CHECK(fd_limit_raise(&original) == 0);
	fixture = (struct fixture){ .nheld = 0 };
	snprintf(fixture.place.path, sizeof(fixture.place.path), "%s/s",
	    fixture_folder());
	CHECK(loop_init(&fixture.loop) == 0);
	CHECK(control_server_open(&fixture.server, &fixture.loop,
		  &fixture.place, &handler, &rival, why) == 0);
}

void
fixture_close(void)
{
	control_server_close(&fixture.server);
	control_server_close(&fixture.server);
	loop_fini(&fixture.loop);
	CHECK(access(fixture.place.path, F_OK) == -1 && errno == ENOENT);
}

void
fixture_turns(void)
{
	int64_t next_ns = 0;
	int n = 0;

	for (int i = 0; i < 2 || n > 0 || next_ns == 0; i++) {
		CHECK(i < ROUNDS_MAX);
		n = loop_wait(&fixture.loop, 0);
		CHECK(n >= 0);
		next_ns = control_server_turn(&fixture.server);
	}
}

pid_t
fixture_fork(void)
{
	int64_t next_ns = CLOCK_NEVER;
	int ends[2];
	char byte;
	pid_t pid;

	(void)fixture_folder();
	CHECK(pipe(ends) == 0);
	pid = fork();
	CHECK(pid != -1);
	if (pid > 0) {
		CHECK(close(ends[1]) == 0 && read(ends[0], &byte, 1) == 1);
		CHECK(close(ends[0]) == 0);
		snprintf(fixture.place.path, sizeof(fixture.place.path), "%s/s",
		    folder);
		return pid;
	}
	fixture_open();
	CHECK(write(ends[1], "", 1) == 1);
	while (!died) {
		CHECK(loop_wait(&fixture.loop, next_ns) >= 0);
		next_ns = control_server_turn(&fixture.server);
	}
	fixture_close();
	_exit(0);
}

void
fixture_join(pid_t pid)
{
	int fd = raw_connect(), status;

	raw_say(fd, "die\n");
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	fd_close(&fd);
}

int
raw_connect(void)
{
	struct control_peer peer;
	int fd = control_connect(fixture.place.path, &peer);

	CHECK(fd >= FD_FIRST);
	return fd;
}

size_t
raw_send(int fd, const char *bytes, size_t len)
{
	size_t sent = 0;

	while (sent < len) {
		ssize_t n = send(fd, bytes + sent, len - sent, MSG_NOSIGNAL);

		if (n == -1) {
			CHECK(errno == EAGAIN || errno == EPIPE ||
			    errno == ECONNRESET);
			break;
		}
		sent += (size_t)n;
	}
	return sent;
}

void
raw_say(int fd, const char *text)
{
	CHECK(raw_send(fd, text, strlen(text)) == strlen(text));
}

size_t
raw_read(int fd, char *text, size_t size)
{
	size_t len = 0;

	while (len < size - 1) {
		ssize_t n = recv(fd, text + len, size - 1 - len, 0);

		if (n <= 0)
			break;
		len += (size_t)n;
	}
	text[len] = '\0';
	return len;
}

size_t
raw_drain(int fd, char *text, size_t size)
{
	size_t len = 0, n;

	do {
		fixture_turns();
		n = raw_read(fd, text + len, size - len);
		len += n;
	} while (n > 0 && len < size - 1);
	return len;
}

bool
raw_gets(int fd, const char *expected)
{
	static char text[1 << 20];

	(void)raw_drain(fd, text, sizeof(text));
	if (strcmp(text, expected) == 0)
		return true;
	(void)fprintf(stderr, "expected: %.2000s\ngot: %.2000s\n", expected,
	    text);
	return false;
}

bool
raw_is_over(int fd)
{
	char byte;

	fixture_turns();
	return recv(fd, &byte, 1, 0) == 0;
}
