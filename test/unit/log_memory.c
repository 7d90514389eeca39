/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "log/line.h"
#include "log/memory.h"

static void
lasts(void)
{
	struct log_last lines[LOG_LAST_MAX];
	struct log_memory memory;
	struct log_child *child;
	char text[LOG_LAST_LEN * 2];
	uint32_t idx;

	CHECK(log_memory_map(&memory, 4, 0) == 0);
	idx = log_child_take(&memory, 1, 0);
	CHECK(idx == 1 && log_child_take(&memory, 1, idx) == 2);
	child = log_child(&memory, idx);
	CHECK(log_child_last(&memory, idx, lines, LOG_LAST_MAX) == 0);
	for (int i = 1; i <= 25; i++) {
		snprintf(text, sizeof(text), "line %d", i);
		log_child_keep(child,
		    &(struct log_said){ .stream = LOG_STDOUT,
			.at_ns = i,
			.text = text,
			.len = strlen(text) });
	}
	CHECK(log_child_last(&memory, idx, lines, 99) == LOG_LAST_MAX);
	CHECK(memcmp(lines[0].text, "line 16", 7) == 0);
	CHECK(lines[9].len == 7 && lines[9].at_ns == 25 && !lines[9].cut);
	CHECK(log_child_last(&memory, idx, lines, 2) == 2);
	CHECK(memcmp(lines[0].text, "line 24", 7) == 0);
	memset(text, 'x', sizeof(text));
	log_child_keep(child,
	    &(struct log_said){
		.stream = LOG_STDERR, .text = text, .len = sizeof(text) });
	CHECK(log_child_last(&memory, idx, lines, 1) == 1);
	CHECK(lines[0].cut && lines[0].len == LOG_LAST_LEN);
	log_memory_unmap(&memory);
	log_memory_unmap(&memory);
	OK("the last ten lines are kept, and the first bytes of long ones");
}

static void
children(void)
{
	struct log_memory memory;
	uint32_t last = 0;

	CHECK(log_memory_map(&memory, 3, 0) == 0);
	for (uint32_t i = 1; i <= 3; i++) {
		last = log_child_take(&memory, 7, last);
		CHECK(last == i);
	}
	CHECK(log_child_take(&memory, 7, last) == LOG_NO_CHILD);
	log_child(&memory, 2)->owner = 0;
	CHECK(log_child_take(&memory, 8, last) == 2);
	log_memory_unmap(&memory);
	OK("a child is taken once, and again when it is free");
}

static void
news(void)
{
	struct log_memory memory;
	struct log_news got;
	uint32_t seen = 0, lost;

	CHECK(log_memory_map(&memory, 3, 0) == 0);
	CHECK(!log_news_get(&memory, &seen, &got, &lost) && lost == 0);
	log_news_put(&memory, 2,
	    &(struct log_said){ LOG_STDERR, 7, 1, "one", 3, false });
	CHECK(log_news_get(&memory, &seen, &got, &lost) && lost == 0);
	CHECK(got.child == 2 && got.line.number == 1 && got.line.len == 3);
	CHECK(!log_news_get(&memory, &seen, &got, &lost));
	for (uint32_t i = 2; i < LOG_NEWS_MAX + 100; i++)
		log_news_put(&memory, 2,
		    &(struct log_said){ LOG_STDOUT, 7, i, "x", 1, false });
	/* Those that come are in order, and those that do not are counted. */
	CHECK(log_news_get(&memory, &seen, &got, &lost));
	CHECK(lost > 0 && got.line.number == 2 + lost);
	for (uint32_t i = got.line.number + 1; i < LOG_NEWS_MAX + 100; i++)
		CHECK(log_news_get(&memory, &seen, &got, &lost) && lost == 0 &&
		    got.line.number == i);
	CHECK(!log_news_get(&memory, &seen, &got, &lost));
	log_memory_unmap(&memory);
	OK("lines for those who follow: in order, and counted where they are lost");
}

/* What the logger that was killed had at work, up to the system call. */
static struct log_intake *
at_work(const struct log_memory *memory, const char *rest)
{
	struct log_intake *intake = &memory->head->intake;

	memcpy(intake->input, rest, strlen(rest));
	intake->have = (uint32_t)strlen(rest);
	intake->done = 0;
	intake->base = 100;
	intake->amid = false;
	intake->source = 1 * LOG_NSTREAMS + LOG_STDERR;
	return intake;
}

static void
recovery_of_reads(void)
{
	struct log_memory memory;
	struct log_intake *intake;
	struct log_child *child;

	CHECK(log_memory_map(&memory, 3, 0) == 0);
	child = log_child(&memory, 1);
	intake = at_work(&memory, "half");
	intake->reading = true;
	/* The kernel has carried it out, and nobody has counted it. */
	memcpy(intake->input + 4, " a line\nmore", 12);
	log_memory_recover(&memory);
	CHECK(intake->source == LOG_NOTHING && !intake->reading);
	CHECK(child->rests[LOG_STDERR].len == 16);
	CHECK(memcmp(child->input[LOG_STDERR], "half a line\nmore", 16) == 0);
	CHECK(child->bounds[LOG_STDERR].taken == 116);

	/* Lines that were given out are not given out again. */
	intake = at_work(&memory, "one\ntwo\n");
	intake->done = 4;
	log_memory_recover(&memory);
	CHECK(child->rests[LOG_STDERR].len == 4);
	CHECK(memcmp(child->input[LOG_STDERR], "two\n", 4) == 0);
	CHECK((unsigned char)intake->input[0] == LOG_FILL);
	log_memory_unmap(&memory);
	OK("U8: what was read is there, whether it was counted or not");
}

static void
recovery_of_changes(void)
{
	struct log_memory memory;
	struct log_intake *intake;
	struct log_change *change;

	CHECK(log_memory_map(&memory, 3, 0) == 0);
	intake = at_work(&memory, "one\ntwo\n");
	change = &memory.head->change;
	change->done = 4;
	change->sink = LOG_SINK_ERR;
	change->span = log_span_pack((struct log_span){ 2, 9 });
	change->active = true;
	log_memory_recover(&memory);
	CHECK(!change->active);
	CHECK(log_span_get(log_sink(&memory, LOG_SINK_ERR)).begin == 2);
	CHECK(log_span_get(log_sink(&memory, LOG_SINK_ERR)).end == 9);
	CHECK(log_child(&memory, 1)->rests[LOG_STDERR].len == 4);
	CHECK(intake->source == LOG_NOTHING);
	log_memory_unmap(&memory);
	OK("U8: lines leave the input and reach the output, or neither");
}

static void
bounds(void)
{
	struct log_memory memory;
	struct log_bounds *bounds;
	bool noted = true;
	int ends[2];

	CHECK(log_memory_map(&memory, 3, 0) == 0);
	CHECK(pipe(ends) == 0);
	bounds = &log_child(&memory, 1)->bounds[LOG_STDOUT];
	CHECK(log_bounds_after(bounds, 0) == UINT64_MAX);
	CHECK(!log_child_bound(&memory, 1, LOG_STDOUT, ends[0], &noted));
	bounds->taken = 1000;
	CHECK(write(ends[1], "half", 4) == 4);
	CHECK(log_child_bound(&memory, 1, LOG_STDOUT, ends[0], &noted));
	CHECK(log_bounds_after(bounds, 999) == 1004);
	CHECK(log_bounds_after(bounds, 1004) == UINT64_MAX && noted);
	/* Who reads at this moment may not have counted yet. */
	memory.head->intake.source = 1 * LOG_NSTREAMS + LOG_STDOUT;
	memory.head->intake.reading = true;
	bounds->taken = 2000;
	CHECK(log_child_bound(&memory, 1, LOG_STDOUT, ends[0], &noted));
	CHECK(log_bounds_after(bounds, 1004) == UINT64_MAX && !noted);
	close(ends[0]);
	close(ends[1]);
	log_memory_unmap(&memory);
	OK("where a run has ended is known, unless it is being read");
}

static void
lines(void)
{
	struct line_style style = { .form = LINE_PREFIX, .name = "a" };
	char prefix[64], out[512];
	const char *stamp = "2026-11-22T15:28:29.123Z";
	struct line line = { .text = "ab\0yz", .len = 5 };
	size_t n;

	CHECK(line_prefix_size(1, 5) < sizeof(prefix));
	line_prefix(&style, prefix, "a", 5, false);
	n = line_write(&style, stamp, &line, out);
	CHECK(n == 14 && memcmp(out, "a     | ab\0yz\n", 14) == 0);
	CHECK(n <= line_bound(&style, line.len));
	line.amid = true;
	style.stamped = true;
	n = line_write(&style, stamp, &line, out);
	CHECK(memcmp(out + 25, "a     + ab\0yz\n", 14) == 0 && n == 39);
	style.form = LINE_PLAIN;
	style.stamped = false;
	line.more = true;
	CHECK(line_write(&style, stamp, &line, out) == 5);
	style.form = LINE_JSON;
	style.stream = "stdout";
	line = (struct line){ .text = "\"\xff\xc3\xa9", .len = 4 };
	n = line_write(&style, stamp, &line, out);
	out[n] = '\0';
	CHECK(strstr(out, "\"text\":\"\\\"\\ufffd\xc3\xa9\"}\n") != NULL);
	CHECK(n <= line_bound(&style, line.len));
	/* A character that the end cuts is none. */
	line.len = 3;
	n = line_write(&style, stamp, &line, out);
	out[n] = '\0';
	CHECK(strstr(out, "\"text\":\"\\\"\\ufffd\\ufffd\"}\n") != NULL);
	OK("lines: with a prefix, as they are, and as JSON");
}

static void
parts(void)
{
	static char text[LOG_LINE_MAX + 1];

	memset(text, 'x', sizeof(text));
	CHECK(line_part(text, LOG_LINE_MAX) == LOG_LINE_MAX);
	text[LOG_LINE_MAX - 1] = '\xc3';
	CHECK(line_part(text, LOG_LINE_MAX) == LOG_LINE_MAX - 1);
	memset(text, '\xa9', sizeof(text));
	CHECK(line_part(text, LOG_LINE_MAX) == LOG_LINE_MAX);
	OK("a part of a line does not end amid a character");
}

int
main(void)
{
	children();
	lasts();
	news();
	recovery_of_reads();
	recovery_of_changes();
	bounds();
	lines();
	parts();
	return 0;
}
