/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "control/session.h"
#include "control/socket.h"
#include "control_fixture.h"
#include "os/clock.h"
#include "os/fd.h"
#include "os_left.h"

static struct control_session session;
static struct record_parsed parsed;
static char why[CONTROL_WHY_SIZE];

static int64_t
in_ms(int ms)
{
	return clock_now_ns() + ms * CLOCK_NS_PER_MS;
}

static int
ask(const char *a, const char *b, const char *c)
{
	const char *const words[] = { a, b, c };
	size_t n = b == NULL ? 1 : c == NULL ? 2 : 3;

	return control_session_ask(&session, n, words, CLOCK_NEVER);
}

static int
next(void)
{
	return control_session_next(&session, &parsed, CLOCK_NEVER);
}

static void
open_session(void)
{
	CHECK(control_session_open(&session, &fixture.place, in_ms(5000),
		  why) == 0);
	CHECK(session.fd >= FD_FIRST);
}

static void
test_answers(void)
{
	pid_t pid = fixture_fork();

	open_session();
	CHECK(session.pid == pid);
	CHECK(ask("echo", "it's\n'two' words", "${x}") == 0);
	CHECK(next() == CONTROL_GOT_RECORD);
	CHECK(strcmp(record_parsed_text(&parsed, "word"),
		  "it's\n'two' words") == 0);
	CHECK(next() == CONTROL_GOT_RECORD);
	CHECK(strcmp(record_parsed_text(&parsed, "word"), "${x}") == 0);
	CHECK(next() == CONTROL_GOT_OK);
	CHECK(ask("fail", "this", NULL) == 0);
	CHECK(next() == CONTROL_GOT_ERROR);
	CHECK(strcmp(record_parsed_text(&parsed, "code"), "failed") == 0);
	CHECK(strcmp(record_parsed_text(&parsed, "message"), "no \"this\"") ==
	    0);
	CHECK(control_code_status(record_parsed_text(&parsed, "code")) == 1);
	CHECK(control_code_status("no_such_name") == 4);
	CHECK(control_code_status("of tomorrow") == 1);
	control_session_close(&session);
	control_session_close(&session);
	fixture_join(pid);
	OK("words go over, records come back");
}

static void
test_much(void)
{
	pid_t pid = fixture_fork();
	char *word = malloc(CONTROL_REQUEST_MAX);

	CHECK(word != NULL);
	open_session();
	for (int round = 0; round < 3; round++) {
		CHECK(ask("rows", "3000", "1000") == 0);
		for (int i = 0; i < 3000; i++) {
			CHECK(next() == CONTROL_GOT_RECORD);
			CHECK(record_parsed_get(&parsed, "row")->number == i);
			CHECK(strlen(record_parsed_text(&parsed, "message")) ==
			    1000);
		}
		CHECK(next() == CONTROL_GOT_OK);
	}

	memset(word, 'x', CONTROL_REQUEST_MAX);
	word[CONTROL_REQUEST_MAX - 6] = '\0';
	CHECK(ask("echo", word, NULL) == 0);
	CHECK(next() == CONTROL_GOT_RECORD && next() == CONTROL_GOT_OK);
	word[CONTROL_REQUEST_MAX - 6] = 'x';
	word[CONTROL_REQUEST_MAX - 5] = '\0';
	CHECK(ask("echo", word, NULL) == -E2BIG);
	CHECK(ask("echo", "\033[1m", NULL) == -EINVAL);
	CHECK(ask("echo", NULL, NULL) == 0 && next() == CONTROL_GOT_OK);
	control_session_close(&session);
	free(word);
	fixture_join(pid);
	OK("long requests and long answers");
}

static void
test_deadline(void)
{
	pid_t pid = fixture_fork();
	int64_t start_ns = clock_now_ns();

	open_session();
	CHECK(ask("hold", NULL, NULL) == 0);
	CHECK(control_session_next(&session, &parsed, in_ms(30)) == -ETIMEDOUT);
	CHECK(clock_now_ns() - start_ns >= 30 * CLOCK_NS_PER_MS);

	/* What comes afterwards is not lost. */
	raw_say(session.fd, "echo a\n");
	fixture.nheld = raw_connect();
	raw_say(fixture.nheld, "release\n");
	CHECK(next() == CONTROL_GOT_OK);
	CHECK(next() == CONTROL_GOT_RECORD && next() == CONTROL_GOT_OK);
	fd_close(&fixture.nheld);
	control_session_close(&session);
	fixture_join(pid);
	OK("waiting ends at its deadline");
}

static void
test_server_dies(void)
{
	pid_t pid = fixture_fork();

	open_session();
	CHECK(ask("hold", NULL, NULL) == 0);
	CHECK(control_session_next(&session, &parsed, in_ms(20)) == -ETIMEDOUT);
	CHECK(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
	CHECK(next() == -ECONNRESET);
	CHECK(ask("echo", NULL, NULL) == 0 && next() == -ECONNRESET);
	control_session_close(&session);
	CHECK(control_session_open(&session, &fixture.place, in_ms(20), why) ==
	    -ECONNREFUSED);
	CHECK(strncmp(why, "no supervisor is running at /", 29) == 0);
	CHECK(session.fd == -1);

	/* The next one takes its place. */
	pid = fixture_fork();
	open_session();
	CHECK(ask("hold", NULL, NULL) == 0);
	CHECK(control_session_next(&session, &parsed, in_ms(20)) == -ETIMEDOUT);
	fixture_join(pid);
	CHECK(next() == CONTROL_GOT_ERROR);
	CHECK(strcmp(record_parsed_text(&parsed, "code"), "ended") == 0);
	CHECK(next() == -ECONNRESET);
	control_session_close(&session);
	CHECK(control_session_open(&session, &fixture.place, in_ms(20), why) ==
	    -ENOENT);
	OK("a server that is gone is told from one that is slow");
}

/* A server that says these bytes, reads what is asked, and goes. */
static pid_t
say_and_go(const char *bytes, size_t len)
{
	struct control_listener listener;
	pid_t pid, rival;
	char byte;
	int fd;

	CHECK(control_listen(&listener, fixture.place.path, &rival) == 0);
	pid = fork();
	CHECK(pid != -1);
	if (pid == 0) {
		(void)alarm(10);
		while ((fd = accept(listener.fd, NULL, NULL)) == -1)
			(void)usleep(1000);
		(void)!read(fd, &byte, 1);
		while (len > 0) {
			ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

			if (n <= 0)
				break;
			bytes += n;
			len -= (size_t)n;
		}
		_exit(0);
	}
	open_session();
	CHECK(ask("echo", NULL, NULL) == 0);
	control_listener_close(&listener);
	return pid;
}

static void
test_nonsense(void)
{
	static char line[100000];
	pid_t pid;

	pid = say_and_go("event=x\nHTTP/1.1 400\n", 21);
	CHECK(next() == CONTROL_GOT_RECORD && next() == -EPROTO);
	control_session_close(&session);
	CHECK(waitpid(pid, NULL, 0) == pid);

	/* Half a record is none. */
	pid = say_and_go("event=ok", 8);
	CHECK(next() == -ECONNRESET);
	control_session_close(&session);
	CHECK(waitpid(pid, NULL, 0) == pid);

	memset(line, 'x', sizeof(line));
	pid = say_and_go(line, sizeof(line));
	CHECK(next() == -EPROTO);
	control_session_close(&session);
	CHECK(waitpid(pid, NULL, 0) == pid);
	OK("what is no answer is an error");
}

static void
test_nobody(void)
{
	struct control_place place = { .path = "/dev/null" };

	CHECK(control_session_open(&session, &place, 0, why) == -ENOTSOCK);
	CHECK(strcmp(why, "/dev/null is no socket") == 0);
	strcpy(place.path, "/nowhere/s");
	CHECK(control_session_open(&session, &place, 0, why) == -ENOENT);
	CHECK(strcmp(why,
		  "no supervisor is running at /nowhere/s, "
		  "which -S or SUPERVISE_SOCKET says") == 0);
	strcpy(place.path, "/dev/null/s");
	CHECK(control_session_open(&session, &place, 0, why) == -ENOTDIR);
	CHECK(strncmp(why, "cannot connect to /dev/null/s: ", 31) == 0);
	CHECK(session.fd == -1);
	OK("where nobody is it says so");
}

int
main(void)
{
	left_start();
	test_answers();
	test_much();
	test_deadline();
	test_server_dies();
	test_nonsense();
	test_nobody();
	fixture_remove();
	left_check();
	return 0;
}
