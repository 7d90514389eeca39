/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "control_fixture.h"
#include "os/fd.h"
#include "os_left.h"

#define OK_LINE "event=ok\n"

static void
test_answers(void)
{
	int fd;

	fixture_open();
	fd = raw_connect();
	raw_say(fd, "echo one 'two words' \"${three}\" fo\\ur # five\n");
	CHECK(raw_gets(fd,
	    "event=warning word=one\nevent=warning word=\"two words\"\n"
	    "event=warning word=${three}\nevent=warning word=four\n" OK_LINE));
	raw_say(fd, "echo\r\n");
	CHECK(raw_gets(fd, OK_LINE));
	raw_say(fd, "\n  \n# nothing\necho\n");
	CHECK(raw_gets(fd, OK_LINE));
	raw_say(fd, "fail 'a b'\n");
	CHECK(raw_gets(fd,
	    "event=error code=failed message=\"no \\\"a b\\\"\"\n"));
	fd_close(&fd);
	fixture_turns();
	CHECK(fixture.server.nclients == 0 && fixture.nclosed == 0);
	fixture_close();
	OK("a request is a line of words, its answer ends with ok or error");
}

static void
test_byte_by_byte(void)
{
	static const char text[] = "echo 'a\nb' \"c\\\"\nd\" e\\\nf\necho g\n";
	int fd;

	fixture_open();
	fd = raw_connect();
	for (size_t i = 0; text[i] != '\0'; i++) {
		CHECK(send(fd, text + i, 1, 0) == 1);
		fixture_turns();
	}
	CHECK(raw_gets(fd,
	    "event=warning word=\"a\\nb\"\nevent=warning word=\"c\\\"\\nd\"\n"
	    "event=warning word=ef\n" OK_LINE
	    "event=warning word=g\n" OK_LINE));
	CHECK(fixture.nrequests == 2);
	fd_close(&fd);
	fixture_close();
	OK("a request may come in pieces; quotes keep a newline");
}

static void
test_mistakes(void)
{
	int fd;

	fixture_open();
	fd = raw_connect();
	raw_say(fd, "echo {a}\necho a; echo b\n");
	CHECK(raw_gets(fd,
	    "event=error code=syntax message=\"request:1:6: words end here, "
	    "expected one line of them; quotes keep ; { } in a word\"\n"
	    "event=error code=syntax message=\"request:1:7: words end here, "
	    "expected one line of them; quotes keep ; { } in a word\"\n"));
	CHECK(raw_send(fd, "echo a\0b c\necho ok\n", 19) == 19);
	CHECK(raw_gets(fd,
	    "event=error code=syntax message=\"the request has a control "
	    "character in it, expected text\"\nevent=warning word=ok\n" OK_LINE));
	raw_say(fd, "echo a\rb\necho \x1b[1m 'still \n quoted'\necho ok\n");
	CHECK(raw_gets(fd,
	    "event=error code=syntax message=\"the request has a control "
	    "character in it, expected text\"\nevent=error code=syntax "
	    "message=\"the request has a control character in it, expected "
	    "text\"\nevent=warning word=ok\n" OK_LINE));
	CHECK(fixture.nrequests == 2);
	fd_close(&fd);
	fixture_close();
	OK("what is no request gets an error, and the next one its answer");
}

/* Half a request, then the end: it must not be taken for a whole one. */
static void
check_half(const char *half, const char *message)
{
	char expected[256];
	int fd = raw_connect();

	raw_say(fd, half);
	fixture_turns();
	CHECK(shutdown(fd, SHUT_WR) == 0);
	snprintf(expected, sizeof(expected),
	    "event=error code=syntax message=\"the request is not complete, "
	    "expected a newline at its end%s\"\n",
	    message);
	CHECK(raw_gets(fd, expected));
	CHECK(raw_is_over(fd));
	fd_close(&fd);
}

static void
test_half_lines(void)
{
	int fd;

	fixture_open();
	check_half("echo", "");
	check_half("echo 'a\n", ", and a ' before it");
	check_half("echo \"a\n", ", and a \\\" before it");
	check_half("echo a\\\n", "");
	CHECK(fixture.nrequests == 0);

	fd = raw_connect();
	raw_say(fd, "echo a\necho");
	CHECK(shutdown(fd, SHUT_WR) == 0);
	CHECK(raw_gets(fd,
	    "event=warning word=a\n" OK_LINE "event=error code=syntax "
	    "message=\"the request is not complete, expected a newline at "
	    "its end\"\n"));
	fd_close(&fd);

	fd = raw_connect();
	raw_say(fd, "echo");
	fixture_turns();
	fd_close(&fd);
	fixture_turns();
	CHECK(fixture.nrequests == 1 && fixture.server.nclients == 0);
	fixture_close();
	OK("half a request is never carried out");
}

static void
test_half_closed(void)
{
	int fd;

	fixture_open();
	fd = raw_connect();
	raw_say(fd, "hold\n");
	CHECK(shutdown(fd, SHUT_WR) == 0);
	CHECK(raw_gets(fd, ""));
	CHECK(fixture.nheld == 1 && fixture.nclosed == 0);
	control_ok(fixture.held[--fixture.nheld]);
	CHECK(raw_gets(fd, OK_LINE));
	CHECK(raw_is_over(fd));
	CHECK(fixture.server.nclients == 0);
	fd_close(&fd);
	fixture_close();
	OK("who has said everything still gets the answer");
}

static void
test_pipelined(void)
{
	int fd, other;

	fixture_open();
	fd = raw_connect();
	other = raw_connect();
	raw_say(fd, "echo a\nhold\necho b\necho c\n");
	CHECK(raw_gets(fd, "event=warning word=a\n" OK_LINE));
	CHECK(fixture.nrequests == 2);
	raw_say(other, "release\n");
	CHECK(raw_gets(other, OK_LINE));
	CHECK(raw_gets(fd,
	    OK_LINE "event=warning word=b\n" OK_LINE
		    "event=warning word=c\n" OK_LINE));
	fd_close(&fd);
	fd_close(&other);
	fixture_close();
	OK("requests of one connection are carried out one after the other");
}

static void
test_gone(void)
{
	int fd, other, sent;

	fixture_open();
	other = raw_connect();

	fd = raw_connect();
	raw_say(fd, "hold\necho b\n");
	fixture_turns();
	fd_close(&fd);
	fixture_turns();
	CHECK(fixture.nclosed == 1 && fixture.nrequests == 1);
	CHECK(fixture.server.nclients == 1);

	/* Said and gone: it is carried out nevertheless. */
	fd = raw_connect();
	raw_say(fd, "echo a\n");
	fd_close(&fd);
	fixture_turns();
	CHECK(fixture.nrequests == 2 && fixture.nclosed == 1);

	/* In the midst of an answer. */
	fd = raw_connect();
	raw_say(fd, "rows 2000 1000\n");
	fixture_turns();
	CHECK(fixture.server.kept > 0);
	fd_close(&fd);
	fixture_turns();
	CHECK(fixture.server.kept == 0 && fixture.server.nclients == 1);

	/* With an open request and answers that were never read. */
	fd = raw_connect();
	raw_say(fd, "follow\n");
	fixture_turns();
	raw_say(other, "say 1000 1000\n");
	CHECK(raw_gets(other, OK_LINE));
	CHECK(fixture.server.kept > 0);
	fd_close(&fd);
	fixture_turns();
	CHECK(fixture.server.kept == 0 && fixture.nclosed == 2);

	/* Gone, but the server has not seen it yet. */
	fd = raw_connect();
	raw_say(fd, "hold\n");
	fixture_turns();
	fd_close(&fd);
	sent = fixture.nheld;
	raw_say(other, "release\n");
	CHECK(raw_gets(other, OK_LINE) && sent == 1);
	CHECK(fixture.server.nclients == 1);
	fd_close(&other);
	fixture_close();
	OK("a client may go at any time");
}

static void
test_follow(void)
{
	int fd, other;

	fixture_open();
	fd = raw_connect();
	other = raw_connect();
	raw_say(other, "say 2 1\n");
	CHECK(raw_gets(other, OK_LINE));
	raw_say(fd, "follow\n");
	CHECK(raw_gets(fd, ""));
	raw_say(other, "say 2 3\n");
	CHECK(raw_gets(other, OK_LINE));
	CHECK(raw_gets(fd,
	    "event=warning seq=3 row=0 message=xxx\n"
	    "event=warning seq=4 row=1 message=xxx\n"));
	raw_say(other, "release\n");
	CHECK(raw_gets(fd, OK_LINE));
	raw_say(other, "say 1 1\n");
	CHECK(raw_gets(fd, ""));
	fd_close(&fd);
	fd_close(&other);
	fixture_close();
	OK("who follows gets numbered records");
}

static void
test_close(void)
{
	int fd[4];
	char text[256];

	fixture_open();
	for (int i = 0; i < 4; i++)
		fd[i] = raw_connect();
	raw_say(fd[0], "hold\n");
	raw_say(fd[1], "follow\n");
	raw_say(fd[2], "rows 500 1000\n");
	raw_say(fd[3], "ech");
	fixture_turns();
	fixture_close();
	for (int i = 0; i < 2; i++) {
		(void)raw_read(fd[i], text, sizeof(text));
		CHECK(strcmp(text,
			  "event=error code=ended "
			  "message=\"supervise has ended\"\n") == 0);
	}
	CHECK(fixture.nclosed == 2);
	for (int i = 0; i < 4; i++)
		fd_close(&fd[i]);
	OK("at the end of the server open requests end with an error");
}

/* Whether a server at `place` is refused, and this said about it. */
static bool
is_refused(const struct control_place *place, int error, pid_t pid,
    const char *expected)
{
	static const struct control_handler handler = { .ctx = NULL };
	struct control_server server;
	char why[CONTROL_WHY_SIZE] = "";
	pid_t rival;

	if (control_server_open(&server, &fixture.loop, place, &handler, &rival,
		why) != error ||
	    rival != pid)
		return false;
	control_server_close(&server);
	return strcmp(why, expected) == 0;
}

static void
test_second_server(void)
{
	struct control_place place;
	char expected[CONTROL_WHY_SIZE];
	int fd;

	fixture_open();
	place = fixture.place;
	snprintf(expected, sizeof(expected),
	    "a supervisor is already running there (pid %d): reach it with "
	    "supervise -S %s status",
	    getpid(), place.path);
	CHECK(is_refused(&place, -EADDRINUSE, getpid(), expected));
	strcpy(place.label, "shop");
	snprintf(expected, sizeof(expected),
	    "a supervisor is already running at %s (pid %d): reach it with "
	    "supervise -L shop status",
	    place.path, getpid());
	CHECK(is_refused(&place, -EADDRINUSE, getpid(), expected));
	fixture_turns();

	fd = raw_connect();
	raw_say(fd, "echo\n");
	CHECK(raw_gets(fd, OK_LINE));
	fd_close(&fd);
	fixture_close();

	CHECK(loop_init(&fixture.loop) == 0);
	CHECK(mkdir(place.path, 0700) == 0);
	snprintf(expected, sizeof(expected),
	    "%s is there and is no socket: remove it, or say another path "
	    "with -S",
	    place.path);
	CHECK(is_refused(&place, -ENOTSOCK, 0, expected));
	CHECK(rmdir(place.path) == 0);
	strcpy(place.path, "/nowhere/s");
	CHECK(is_refused(&place, -ENOENT, 0,
	    "cannot listen at /nowhere/s: No such file or directory"));
	loop_fini(&fixture.loop);
	OK("where there can be no server it says why and what to do");
}

static void
check_refused(void)
{
	static const char line[] = "event=error code=permission message=\"this "
				   "supervisor belongs to another user\"\n";
	char text[256];
	int fd = raw_connect();

	for (int i = 0; i < 100 && raw_read(fd, text, sizeof(text)) == 0; i++)
		(void)usleep(10000);
	_exit(strcmp(text, line) == 0 ? 0 : 1);
}

static void
test_permission(void)
{
	pid_t pid, server;
	struct stat st;
	int status;

	if (geteuid() != 0) {
		OK("another user is refused # skip: needs root");
		return;
	}
	server = fixture_fork();
	CHECK(stat(fixture.place.path, &st) == 0);
	CHECK((st.st_mode & 07777) == 0600);
	CHECK(chmod(fixture.place.path, 0666) == 0);
	CHECK(chmod(fixture_folder(), 0755) == 0);
	pid = fork();
	CHECK(pid != -1);
	if (pid == 0) {
		if (setresuid(65534, 65534, 65534) == -1)
			_exit(1);
		check_refused();
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	fixture_join(server);
	OK("another user is refused");
}

int
main(void)
{
	left_start();
	test_answers();
	test_byte_by_byte();
	test_mistakes();
	test_half_lines();
	test_half_closed();
	test_pipelined();
	test_gone();
	test_follow();
	test_close();
	test_second_server();
	test_permission();
	fixture_remove();
	left_check();
	return 0;
}
