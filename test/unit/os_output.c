/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "os/clock.h"
#include "os/fd.h"
#include "os/output.h"
#include "os_left.h"

#define LINE_SIZE 100

/* Line number n, of LINE_SIZE bytes. */
static const char *
line_of(int n)
{
	static char line[LINE_SIZE + 1];

	(void)snprintf(line, sizeof(line), "%-*d\n", LINE_SIZE - 1, n);
	return line;
}

static void
write_one(struct output *output, const char *line, size_t len)
{
	output_keep(output, line, len);
	output_flush(output);
}

static void
write_line(struct output *output, int n)
{
	write_one(output, line_of(n), LINE_SIZE);
}

/* Reads exactly line n. */
static void
read_line(int fd, int n)
{
	char got[LINE_SIZE];
	size_t used = 0;
	ssize_t r;

	while (used < LINE_SIZE) {
		r = read(fd, got + used, LINE_SIZE - used);
		CHECK(r > 0);
		used += (size_t)r;
	}
	CHECK(memcmp(got, line_of(n), LINE_SIZE) == 0);
}

/* How many bytes can be read now; they are thrown away. */
static size_t
swallow(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	char junk[4096];
	size_t total = 0;
	ssize_t n;

	while (poll(&poll_fd, 1, 0) == 1) {
		n = read(fd, junk, sizeof(junk));
		if (n <= 0)
			break;
		total += (size_t)n;
	}
	return total;
}

/* Fills, overfills and empties; the reader must see whole lines in order. */
static void
fill_and_empty(int reader, int writer, enum writer_way way)
{
	struct output output;
	int i, next = 0, written = 0;

	CHECK(output_init(&output, writer) == 0);
	CHECK(output.writer.way == way && output.writer.fd >= FD_FIRST);
	CHECK(output_wants(&output) == -1);
	write_line(&output, written++);
	CHECK(output_wants(&output) == -1);

	while (output.dropped == 0)
		write_line(&output, written++);
	CHECK(output_wants(&output) == output.writer.fd);
	write_line(&output, written++);
	CHECK(output.dropped == 2);

	/* Some room, some new lines: the ring goes round. */
	for (i = 0; i < 250; i++)
		read_line(reader, next++);
	output_flush(&output);
	for (i = 0; i < 100; i++)
		write_line(&output, written++);
	CHECK(output.dropped == 2);

	for (; next < written - 102; next++) {
		output_flush(&output);
		read_line(reader, next);
	}
	output_flush(&output);
	CHECK(output_wants(&output) == -1);
	for (next += 2; next < written; next++)
		read_line(reader, next);
	CHECK(swallow(reader) == 0);
	output_fini(&output);
	output_fini(&output);
}

static void
pipe_is_reopened(void)
{
	int ends[2];

	CHECK(pipe2(ends, O_CLOEXEC) == 0);
	fill_and_empty(ends[0], ends[1], WRITER_NONBLOCK);
	CHECK((fcntl(ends[1], F_GETFL) & O_NONBLOCK) == 0);
	fd_close(&ends[0]);
	fd_close(&ends[1]);
	OK("a slow reader of a pipe loses whole lines and delays nobody");
	OK("a shared description keeps its mode");
}

static void
socket_is_sent_to(void)
{
	int ends[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	fill_and_empty(ends[0], ends[1], WRITER_SOCKET);
	CHECK((fcntl(ends[1], F_GETFL) & O_NONBLOCK) == 0);
	fd_close(&ends[0]);
	fd_close(&ends[1]);
	OK("so does a slow reader of a socket");
}

/* As where /proc is missing: the same pipe, polled. */
static void
pipe_is_polled(void)
{
	struct output output;
	int ends[2], i, written = 0;

	CHECK(pipe2(ends, O_CLOEXEC) == 0);
	CHECK(output_init(&output, ends[1]) == 0);
	fd_close(&output.writer.fd);
	output.writer.fd = fcntl(ends[1], F_DUPFD_CLOEXEC, FD_FIRST);
	output.writer.way = WRITER_POLLED;

	while (output.dropped == 0)
		write_line(&output, written++);
	for (i = 0; i < written - 1; i++) {
		output_flush(&output);
		read_line(ends[0], i);
	}
	CHECK(output_wants(&output) == -1 && swallow(ends[0]) == 0);
	output_fini(&output);
	fd_close(&ends[0]);
	fd_close(&ends[1]);
	OK("where a pipe cannot be reopened it is polled");
}

static void
nobody_reads(void)
{
	struct output output;
	int ends[2];

	CHECK(pipe2(ends, O_CLOEXEC) == 0);
	CHECK(output_init(&output, ends[1]) == 0);
	fd_close(&ends[0]);
	write_line(&output, 1);
	write_line(&output, 2);
	CHECK(output.dropped == 2 && output_wants(&output) == -1);
	CHECK(output_drain(&output, 0) == 0);
	output_fini(&output);
	fd_close(&ends[1]);
	OK("U9: lines that nobody can read are dropped and counted");
}

static void
full_disk(void)
{
	struct output output;
	int fd;

	fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	CHECK(fd != -1);
	CHECK(output_init(&output, fd) == 0);
	write_line(&output, 1);
	output_keep(&output, line_of(2), LINE_SIZE);
	output_keep(&output, line_of(3), LINE_SIZE);
	output_flush(&output);
	CHECK(output.dropped == 3 && output_wants(&output) == -1);
	output_fini(&output);
	fd_close(&fd);
	OK("U9: a full disk loses lines and nothing else");
}

/* Half a line was written when the reader went; another one comes. */
static void
torn_line_is_ended(void)
{
	struct output output;
	char got[2 * LINE_SIZE];
	int ends[2], i;

	CHECK(pipe2(ends, O_CLOEXEC) == 0);
	CHECK(output_init(&output, ends[1]) == 0);
	while (output.used == 0 || !output.torn)
		write_line(&output, 7);
	i = fcntl(ends[0], F_DUPFD_CLOEXEC, FD_FIRST);
	fd_close(&output.writer.fd);
	output_flush(&output);
	CHECK(output.dropped > 0 && output.used == 0 && output.torn);
	CHECK(swallow(ends[0]) > 0);
	output.writer.fd = fcntl(ends[1], F_DUPFD_CLOEXEC, FD_FIRST);
	write_line(&output, 8);
	CHECK(read(ends[0], got, sizeof(got)) == LINE_SIZE + 1);
	CHECK(got[0] == '\n' && memcmp(got + 1, line_of(8), LINE_SIZE) == 0);
	output_fini(&output);
	fd_close(&i);
	fd_close(&ends[0]);
	fd_close(&ends[1]);
	OK("after half a line that is lost the next starts on a new one");
}

static void
file_is_written(void)
{
	char path[] = "/tmp/os_output.XXXXXX";
	static char too_long[OUTPUT_BUFFER_SIZE + 1];
	struct output output;
	struct stat st;
	int fd, i;

	fd = mkostemp(path, O_CLOEXEC | O_APPEND);
	CHECK(fd != -1 && unlink(path) == 0);
	CHECK(output_init(&output, fd) == 0 &&
	    output.writer.way == WRITER_PLAIN);
	for (i = 0; i < 1000; i++)
		output_keep(&output, line_of(i), LINE_SIZE);
	CHECK(output.dropped == 0);
	output_flush(&output);
	CHECK(fstat(fd, &st) == 0 && st.st_size == 1000 * LINE_SIZE);
	CHECK(lseek(fd, 0, SEEK_SET) == 0);
	for (i = 0; i < 1000; i++)
		read_line(fd, i);

	memset(too_long, 'x', sizeof(too_long));
	too_long[sizeof(too_long) - 1] = '\n';
	write_one(&output, too_long, sizeof(too_long));
	CHECK(output.dropped == 1);
	write_one(&output, too_long + 1, sizeof(too_long) - 1);
	CHECK(output.dropped == 1);
	CHECK(fstat(fd, &st) == 0);
	CHECK(st.st_size == 1000 * LINE_SIZE + OUTPUT_BUFFER_SIZE);
	output_fini(&output);
	fd_close(&fd);
	OK("many lines are one write, and a line that fits is not lost");
}

static void
drains_at_the_end(void)
{
	struct output output;
	int64_t start_ns;
	int ends[2], status;
	size_t total;
	pid_t pid;

	CHECK(pipe2(ends, O_CLOEXEC) == 0);
	CHECK(output_init(&output, ends[1]) == 0);
	while (output.dropped == 0)
		write_line(&output, 1);
	start_ns = clock_now_ns();
	CHECK(output_drain(&output, start_ns + 10 * CLOCK_NS_PER_MS) ==
	    -ETIMEDOUT);
	CHECK(clock_now_ns() >= start_ns + 10 * CLOCK_NS_PER_MS);

	pid = fork();
	if (pid == 0) {
		fd_close(&ends[1]);
		output_fini(&output);
		for (total = 0; total < OUTPUT_BUFFER_SIZE;)
			total += swallow(ends[0]);
		_exit(0);
	}
	CHECK(output_drain(&output, CLOCK_NEVER) == 0);
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	output_fini(&output);
	fd_close(&ends[0]);
	fd_close(&ends[1]);
	OK("at the end a reader is waited for until a deadline");
}

int
main(void)
{
	struct output output;

	left_start();
	(void)signal(SIGPIPE, SIG_IGN);
	pipe_is_reopened();
	socket_is_sent_to();
	pipe_is_polled();
	nobody_reads();
	full_disk();
	torn_line_is_ended();
	file_is_written();
	drains_at_the_end();
	CHECK(output_init(&output, -1) == -EBADF);
	left_check();
	return 0;
}
