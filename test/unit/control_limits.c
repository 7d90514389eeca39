/* SPDX-License-Identifier: ISC */
#include <sys/resource.h>
#include <sys/socket.h>

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "control_fixture.h"
#include "os/clock.h"
#include "os/fd.h"
#include "os_left.h"

#define OK_LINE "event=ok\n"
#define MIB     ((size_t)1 << 20)

/* Bytes that the socket of one client may hold. */
#define KERNEL_MAX (2 * MIB)

static char *text;
static const size_t text_size = 64 * MIB;

/* Whether the last line in `text` is this. */
static bool
ends_with(const char *line)
{
	size_t len = strlen(text);

	return len >= strlen(line) &&
	    strcmp(text + len - strlen(line), line) == 0;
}

static void
test_many(void)
{
	static const char busy[] = "event=error code=busy message=\"too many "
				   "connections, try again later\"\n";
	static int fds[CONTROL_CLIENTS_MAX + 1];
	int i;

	fixture_open();
	for (i = 0; i <= CONTROL_CLIENTS_MAX; i++) {
		fds[i] = raw_connect();
		raw_say(fds[i], i % 2 == 0 ? "echo a\n" : "ech");
		fixture_turns();
	}
	CHECK(fixture.server.nclients == CONTROL_CLIENTS_MAX);
	CHECK(raw_gets(fds[CONTROL_CLIENTS_MAX], busy));
	CHECK(raw_is_over(fds[CONTROL_CLIENTS_MAX]));
	for (i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		if (i % 2 == 1)
			raw_say(fds[i], "o a\n");
		CHECK(raw_gets(fds[i], "event=warning word=a\n" OK_LINE));
	}
	fd_close(&fds[0]);
	fd_close(&fds[CONTROL_CLIENTS_MAX]);
	fixture_turns();
	fds[0] = raw_connect();
	raw_say(fds[0], "echo\n");
	CHECK(raw_gets(fds[0], OK_LINE));
	for (i = 0; i < CONTROL_CLIENTS_MAX; i++)
		fd_close(&fds[i]);
	fixture_turns();
	CHECK(fixture.server.nclients == 0);
	fixture_close();
	OK("a thousand connections are served, one more is refused");
}

static void
test_long_request(void)
{
	static const char too_long[] =
	    "event=error code=too_long message=\"the request is too long, "
	    "expected at most 65536 bytes\"\n";
	size_t len = 10 * MIB, sent = 0;
	int fd;

	fixture_open();
	fd = raw_connect();
	memset(text, 'x', len);
	memcpy(text, "echo ", 5);
	memcpy(text + CONTROL_REQUEST_MAX - 1, "\n", 1);
	CHECK(raw_send(fd, text, CONTROL_REQUEST_MAX) == CONTROL_REQUEST_MAX);
	(void)raw_drain(fd, text, text_size);
	CHECK(ends_with("x\"\n" OK_LINE) && fixture.nrequests == 1);

	memset(text, 'x', len);
	memcpy(text, "echo 'a\n", 8);
	memcpy(text + len / 2, "\nhold\n", 6);
	memcpy(text + len - 6, "'\nhold", 6);
	while (sent < len) {
		size_t n = raw_send(fd, text + sent, len - sent);

		CHECK(n > 0);
		sent += n;
		fixture_turns();
	}
	raw_say(fd, " \n");
	CHECK(raw_gets(fd, too_long));
	CHECK(fixture.nrequests == 2 && fixture.nheld == 1);
	control_ok(fixture.held[--fixture.nheld]);
	CHECK(raw_gets(fd, OK_LINE));
	CHECK(fixture.server.kept == 0);
	fd_close(&fd);
	fixture_close();
	OK("ten megabytes of a request are refused and skipped");
}

static void
test_binary(void)
{
	unsigned state = 1;
	int fd;

	fixture_open();
	for (int round = 0; round < 20; round++) {
		fd = raw_connect();
		for (size_t i = 0; i < MIB / 4; i++) {
			state = state * 1103515245 + 12345;
			text[i] = (char)(state >> 16);
		}
		(void)raw_send(fd, text, MIB / 4);
		if (round % 2 == 0)
			CHECK(shutdown(fd, SHUT_WR) == 0);
		(void)raw_drain(fd, text, text_size);
		fd_close(&fd);
		fixture_turns();
	}
	CHECK(fixture.server.nclients == 0 && fixture.server.kept == 0);
	fixture_close();
	OK("random bytes do no harm");
}

static void
test_slow_reader(void)
{
	int fd, other;

	fixture_open();
	fd = raw_connect();
	other = raw_connect();
	raw_say(fd, "rows 20000 1000\necho next\n");
	fixture_turns();
	CHECK(fixture.nrequests == 1);
	CHECK(fixture.server.kept > CONTROL_ANSWER_MAX - 2 * RECORD_LINE_MAX);
	CHECK(fixture.server.kept <= CONTROL_ANSWER_MAX + RECORD_LINE_MAX);
	raw_say(other, "echo\n");
	CHECK(raw_gets(other, OK_LINE));

	(void)raw_drain(fd, text, text_size);
	CHECK(ends_with("event=error code=too_much message=\"too much of the "
			"answer is waiting to be read, the rest is missing\"\n"
			"event=warning word=next\n" OK_LINE));
	CHECK(fixture.server.kept == 0 && fixture.nrequests == 3);
	CHECK(strlen(text) > CONTROL_ANSWER_MAX);
	fd_close(&fd);
	fd_close(&other);
	fixture_close();
	OK("an answer that is not read is cut off, between records");
}

static void
test_all_slow(void)
{
	int fds[12], other;

	fixture_open();
	for (int i = 0; i < 12; i++) {
		fds[i] = raw_connect();
		raw_say(fds[i], "rows 20000 1000\n");
		fixture_turns();
		CHECK(fixture.server.kept <=
		    CONTROL_ANSWERS_MAX + 12 * RECORD_LINE_MAX);
	}
	CHECK(fixture.server.kept > CONTROL_ANSWERS_MAX - MIB);

	/* There is still room for the word on it. */
	other = raw_connect();
	raw_say(other, "rows 2000 1000\n");
	(void)raw_drain(other, text, text_size);
	CHECK(strstr(text, "event=error code=too_much ") != NULL);
	for (int i = 0; i < 12; i++)
		fd_close(&fds[i]);
	raw_say(other, "rows 1 1\n");
	CHECK(raw_gets(other, "event=warning row=0 message=x\n" OK_LINE));
	CHECK(fixture.server.kept == 0);
	fd_close(&other);
	fixture_close();
	OK("all answers together have a limit, too");
}

/* Checks the numbers of broadcasts, lost ones counted; the last of them. */
static long
check_sequence(long *lost)
{
	long seq = 0, count;
	char *line = text, *next;

	*lost = 0;
	for (; (next = strchr(line, '\n')) != NULL; line = next + 1) {
		count = 1;
		if (strncmp(line, "event=lost count=", 17) == 0) {
			count = strtol(line + 17, NULL, 10);
			*lost += count;
		}
		seq += count;
		CHECK(strtol(strstr(line, "seq=") + 4, NULL, 10) == seq);
	}
	CHECK(*line == '\0');
	return seq;
}

static void
test_slow_follower(void)
{
	long lost;
	int fd, other;

	fixture_open();
	fd = raw_connect();
	other = raw_connect();
	raw_say(fd, "follow\n");
	for (int i = 0; i < 50; i++) {
		raw_say(other, "say 100 1000\n");
		CHECK(raw_gets(other, OK_LINE));
		CHECK(fixture.server.kept <= CONTROL_FOLLOW_MAX);
	}
	CHECK(fixture.server.kept > CONTROL_FOLLOW_MAX / 2);
	(void)raw_drain(fd, text, text_size);
	CHECK(check_sequence(&lost) == 5000);
	CHECK(lost > 3000 && lost < 5000);
	CHECK(strlen(text) < KERNEL_MAX);

	/* It goes on where the count has left off, without a gap. */
	raw_say(other, "say 100 1000\n");
	CHECK(raw_gets(other, OK_LINE));
	(void)raw_drain(fd, text, text_size);
	CHECK(strncmp(text, "event=warning seq=5001 ", 23) == 0);
	CHECK(fixture.server.kept == 0);
	fd_close(&fd);
	fd_close(&other);
	fixture_close();
	OK("who follows too slowly is told how much was lost");
}

/* Of a thousand requests sent at once, one is carried out in each round. */
static void
test_flood(void)
{
	int fd, before;

	fixture_open();
	fd = raw_connect();
	for (int i = 0; i < 1000; i++)
		memcpy(text + (ptrdiff_t)7 * i, "echo a\n", 8);
	raw_say(fd, text);
	for (int i = 0; i < 100; i++) {
		before = fixture.nrequests;
		CHECK(loop_wait(&fixture.loop, 0) >= 0);
		(void)control_server_turn(&fixture.server);
		CHECK(fixture.nrequests <= before + 1);
	}
	CHECK(fixture.nrequests > 90);
	(void)raw_drain(fd, text, text_size);
	CHECK(fixture.nrequests == 1000);
	fd_close(&fd);
	fixture_close();
	OK("a flood of requests gets one turn a round");
}

static void
test_idle(void)
{
	struct rusage before, after;
	static int fds[300];
	int64_t deadline_ns;

	fixture_open();
	for (int i = 0; i < 300; i++) {
		fds[i] = raw_connect();
		raw_say(fds[i],
		    i % 3 == 0     ? "follow\n" :
			i % 3 == 1 ? "half 'a \n line" :
				     "hold\n");
		if (i % 2 == 0)
			CHECK(shutdown(fds[i], SHUT_WR) == 0);
	}
	fixture_turns();
	CHECK(control_server_turn(&fixture.server) == CLOCK_NEVER);
	deadline_ns = clock_now_ns() + 200 * CLOCK_NS_PER_MS;
	CHECK(getrusage(RUSAGE_SELF, &before) == 0);
	CHECK(loop_wait(&fixture.loop, deadline_ns) == 0);
	CHECK(getrusage(RUSAGE_SELF, &after) == 0);
	CHECK(after.ru_nvcsw - before.ru_nvcsw <= 1);
	for (int i = 0; i < 300; i++)
		fd_close(&fds[i]);
	fixture_turns();
	CHECK(fixture.nclosed == fixture.nrequests && fixture.nclosed == 200);
	fixture_close();
	OK("clients that do nothing wake nobody up");
}

/* Lets the process open `n` descriptors more than it has. */
static int
limit_descriptors(int n, struct rlimit *original)
{
	struct rlimit limit;
	int next = dup(STDIN_FILENO);

	CHECK(next >= 0 && getrlimit(RLIMIT_NOFILE, original) == 0);
	limit = *original;
	limit.rlim_cur = (rlim_t)(next + n);
	CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	return next;
}

static void
test_no_descriptors(void)
{
	static const char busy[] =
	    "event=error code=busy message=\"no descriptor is left for a "
	    "connection, try again later\"\n";
	struct rlimit original;
	int fillers[FD_FIRST], fds[4], first;
	int64_t next_ns;

	fixture_open();

	/* The numbers below are another's; here they are in the way. */
	for (int i = 0; i < FD_FIRST; i++)
		fillers[i] = dup(STDIN_FILENO);
	for (int i = 0; i < 4; i++)
		fds[i] = raw_connect();
	first = limit_descriptors(0, &original);
	fd_close(&first);
	first = dup(STDIN_FILENO);

	fixture_turns();
	CHECK(fixture.server.nclients == 0);
	for (int i = 0; i < 4; i++)
		CHECK(raw_gets(fds[i], busy));

	/* Without the reserve it pauses, and does not spin. */
	fd_close(&fixture.server.reserve);
	CHECK(dup(STDIN_FILENO) >= 0);
	fd_close(&fds[0]);
	CHECK(setrlimit(RLIMIT_NOFILE, &original) == 0);
	fds[0] = raw_connect();
	first = limit_descriptors(0, &original);
	fixture_turns();
	next_ns = control_server_turn(&fixture.server);
	CHECK(next_ns > clock_now_ns() && next_ns != CLOCK_NEVER);
	CHECK(loop_wait(&fixture.loop, 0) == 0);
	CHECK(setrlimit(RLIMIT_NOFILE, &original) == 0);
	fixture.server.pause_ns = clock_now_ns();
	raw_say(fds[0], "echo\n");
	CHECK(raw_gets(fds[0], OK_LINE));
	CHECK(fixture.server.reserve >= FD_FIRST);
	for (int i = 0; i < 4; i++)
		fd_close(&fds[i]);
	for (int i = 0; i < FD_FIRST; i++)
		fd_close(&fillers[i]);
	fixture_close();
	OK("without descriptors it refuses, or pauses");
}

int
main(void)
{
	left_start();
	text = malloc(text_size);
	CHECK(text != NULL);
	test_many();
	test_long_request();
	test_binary();
	test_slow_reader();
	test_all_slow();
	test_slow_follower();
	test_flood();
	test_idle();
	left_check();

	/* It fills the table of descriptors, and leaves it so. */
	test_no_descriptors();
	fixture_remove();
	free(text);
	return 0;
}
