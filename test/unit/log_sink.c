/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "log/logger.h"

/* A sink by itself: what becomes of lines that cannot be written. */

#define SINK (LOG_SINK_ERR + 1)

struct world {
	struct wire wire;
	struct logger logger;
	struct sink sink;
};

static void
begin(struct world *w, const char *path)
{
	memset(w, 0, sizeof(*w));
	CHECK(wire_open(&w->wire, 1) == 0);
	w->logger.wire = &w->wire;
	TAILQ_INIT(&w->logger.ready);
	CHECK(loop_init(&w->logger.loop) == 0);
	CHECK(sink_open(&w->sink, &w->logger, SINK, -1, path) == 0);
}

static void
end(struct world *w)
{
	sink_close(&w->sink);
	loop_fini(&w->logger.loop);
	wire_close(&w->wire);
}

/* Puts lines into the sink as a source does. */
static void
put(struct world *w, const char *text)
{
	size_t len = strlen(text);
	char *to = sink_room(&w->sink, len);
	struct log_span span;

	CHECK(to != NULL);
	memcpy(to, text, len);
	span = log_span_get(w->sink.memory);
	span.end += (uint32_t)len;
	w->sink.memory->span = log_span_pack(span);
}

/* The engine was told this. */
static void
told(struct world *w, enum wire_kind kind, int error, uint64_t count)
{
	static _Alignas(struct wire_message) char bytes[WIRE_MESSAGE_SIZE];
	const struct wire_message *message = (const void *)bytes;
	const char *texts[WIRE_NTEXTS];

	CHECK(wire_receive(w->wire.channel[0], bytes, texts, NULL) == 1);
	CHECK(message->kind == kind && message->error == error);
	CHECK(message->count == count && strcmp(texts[0], "a.log") == 0);
}

static void
no_room(void)
{
	char text[32] = "";
	struct world w;
	int fd;

	CHECK(symlink("/dev/full", "a.log") == 0);
	begin(&w, "a.log");
	put(&w, "one\ntwo\n");
	CHECK(sink_flush(&w.sink));
	told(&w, WIRE_FAILED, ENOSPC, 0);
	put(&w, "three\n");
	CHECK(sink_flush(&w.sink) && sink_is_empty(&w.sink));
	CHECK(w.sink.memory->lost == 3);

	/* The logger after a killed one knows of it, too. */
	fd = w.sink.writer.fd;
	CHECK(sink_open(&w.sink, &w.logger, SINK, -1, "a.log") == 0);
	CHECK(close(fd) == 0);
	CHECK(unlink("a.log") == 0);
	sink_reopen(&w.sink);
	put(&w, "four\n");
	CHECK(sink_flush(&w.sink));
	told(&w, WIRE_LOST, 0, 3);
	CHECK(w.sink.memory->lost == 0 && !w.sink.failed);
	end(&w);

	fd = open("a.log", O_RDONLY | O_CLOEXEC);
	CHECK(fd != -1 && read(fd, text, sizeof(text) - 1) == 5);
	CHECK(strcmp(text, "four\n") == 0 && close(fd) == 0);
	CHECK(unlink("a.log") == 0);
	OK("a disk that is full, and has room again: what was lost is counted");
}

/* So many newlines can be read now. */
static uint64_t
read_lines(int fd)
{
	static char bytes[1 << 20];
	ssize_t n = read(fd, bytes, sizeof(bytes));
	uint64_t lines = 0;

	for (ssize_t i = 0; i < n; i++)
		lines += bytes[i] == '\n';
	return lines;
}

static void
no_reader(void)
{
	uint64_t written = 0, lost;
	struct world w;
	int reader;

	CHECK(mkfifo("a.log", 0600) == 0);
	reader = open("a.log", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	CHECK(reader != -1);
	begin(&w, "a.log");
	while (sink_flush(&w.sink))
		for (int i = 0; i < 1000; i++, written++)
			put(&w, "a line of some length\n");
	CHECK(w.sink.blocked);
	sink_abandon(&w.sink);
	CHECK(sink_is_empty(&w.sink) || w.sink.repairs);
	lost = w.sink.memory->lost;
	CHECK(lost > 0 && lost + read_lines(reader) == written);
	/* What comes later is lost without a wait. */
	put(&w, "late\n");
	CHECK(sink_flush(&w.sink) && w.sink.memory->lost == lost + 1);
	end(&w);
	CHECK(close(reader) == 0 && unlink("a.log") == 0);
	OK("at the end what nobody reads is counted as lost");
}

int
main(void)
{
	char folder[] = "/tmp/log_sink.XXXXXX";

	CHECK(mkdtemp(folder) != NULL && chdir(folder) == 0);
	no_room();
	no_reader();
	CHECK(chdir("/") == 0 && rmdir(folder) == 0);
	return 0;
}
