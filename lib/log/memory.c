/* SPDX-License-Identifier: ISC */
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "log/memory.h"

const char *const log_stream_text[] = {
	[LOG_STDOUT] = "stdout",
	[LOG_STDERR] = "stderr",
};

/* How often it is tried to learn where a run has ended. */
#define BOUND_TRIES 8

static size_t
pages(size_t size)
{
	static size_t page;

	if (page == 0)
		page = (size_t)sysconf(_SC_PAGESIZE);
	return (size + page - 1) / page * page;
}

#define HEAD_SIZE  pages(sizeof(struct log_head))
#define CHILD_SIZE pages(sizeof(struct log_child))
#define SINK_SIZE  pages(sizeof(struct log_sink))

int
log_memory_map(struct log_memory *memory, uint32_t nchildren, uint32_t nfiles)
{
	struct log_memory made = {
		.nchildren = nchildren + 1,
		.nsinks = nfiles + LOG_SINK_ERR + 1,
	};
	char *base = MAP_FAILED;

	for (; base == MAP_FAILED; made.nchildren /= 2, made.nsinks /= 2) {
		if (made.nchildren < 2 || made.nsinks < 2)
			return -ENOMEM;
		made.size = HEAD_SIZE + made.nchildren * CHILD_SIZE +
		    made.nsinks * SINK_SIZE;
		base = mmap(NULL, made.size, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (base != MAP_FAILED)
			break;
	}
	made.head = (struct log_head *)(void *)base;
	made.children = base + HEAD_SIZE;
	made.sinks = made.children + made.nchildren * CHILD_SIZE;
	made.head->intake.source = LOG_NOTHING;
	memset(made.head->intake.input, LOG_FILL, LOG_INPUT_SIZE);
	*memory = made;
	return 0;
}

void
log_memory_unmap(struct log_memory *memory)
{
	if (memory->head != NULL)
		(void)munmap(memory->head, memory->size);
	*memory = (struct log_memory){ .head = NULL };
}

struct log_child *
log_child(const struct log_memory *memory, uint32_t idx)
{
	assert(idx < memory->nchildren);
	return (struct log_child *)(void *)(memory->children +
	    idx * CHILD_SIZE);
}

struct log_sink *
log_sink(const struct log_memory *memory, uint32_t idx)
{
	assert(idx < memory->nsinks);
	return (struct log_sink *)(void *)(memory->sinks + idx * SINK_SIZE);
}

const char *
log_sink_name(const struct log_memory *memory, uint32_t idx)
{
	const char *path = log_sink(memory, idx)->path;

	if (*path != '\0')
		return path;
	return log_stream_text[idx == LOG_SINK_OUT ? LOG_STDOUT : LOG_STDERR];
}

uint32_t
log_child_take(const struct log_memory *memory, uint32_t owner, uint32_t last)
{
	for (uint32_t n = 1; n < memory->nchildren; n++) {
		uint32_t i = (last + n) % memory->nchildren;
		struct log_child *child = log_child(memory, i);

		if (i == LOG_NO_CHILD || child->owner != 0)
			continue;
		if (i >= memory->head->nused)
			memory->head->nused = i + 1;
		child->nlast = 0;
		child->nlines = 0;
		child->followed = false;
		memset(child->rests, 0, sizeof(child->rests));
		memset(child->bounds, 0, sizeof(child->bounds));
		child->owner = owner;
		return i;
	}
	return LOG_NO_CHILD;
}

bool
log_child_bound(const struct log_memory *memory, uint32_t idx,
    enum log_stream stream, int fd, bool *noted)
{
	const struct log_child *child = log_child(memory, idx);
	struct log_bounds *bounds = &log_child(memory, idx)->bounds[stream];
	const struct log_intake *intake = &memory->head->intake;
	const struct log_rest *rest = &child->rests[stream];
	uint32_t source = idx * LOG_NSTREAMS + stream;
	int left = 0;

	for (int i = 0; i < BOUND_TRIES; i++) {
		uint64_t taken = bounds->taken;
		bool known = ioctl(fd, FIONREAD, &left) == 0 &&
		    !(intake->reading && intake->source == source);

		/* What was read meanwhile is counted before it says so. */
		if (!known || bounds->taken != taken)
			continue;
		bounds->at[bounds->next++ % LOG_BOUNDS_MAX] =
		    taken + (uint64_t)left;
		return left > 0 || intake->source == source || rest->len > 0 ||
		    rest->amid;
	}
	*noted = false;
	return true;
}

uint64_t
log_bounds_after(const struct log_bounds *bounds, uint64_t at)
{
	uint64_t first = UINT64_MAX;

	for (int i = 0; i < LOG_BOUNDS_MAX; i++) {
		uint64_t bound = bounds->at[i];

		if (bound > at && bound < first)
			first = bound;
	}
	return first;
}

static void
fill(struct log_last *last, const struct log_said *said)
{
	size_t len = said->len < LOG_LAST_LEN ? said->len : LOG_LAST_LEN;

	last->at_ns = said->at_ns;
	last->stream = (uint8_t)said->stream;
	last->cut = said->cut || len < said->len;
	last->number = said->number;
	last->len = (uint16_t)len;
	memcpy(last->text, said->text, len);
}

void
log_child_keep(struct log_child *child, const struct log_said *said)
{
	fill(&child->last[child->nlast % LOG_LAST_SLOTS], said);
	child->nlast++;
}

void
log_news_put(const struct log_memory *memory, uint32_t idx,
    const struct log_said *said)
{
	struct log_head *head = memory->head;
	struct log_news *news = &head->news[head->nnews % LOG_NEWS_MAX];

	news->child = idx;
	fill(&news->line, said);
	head->nnews++;
}

bool
log_news_get(const struct log_memory *memory, uint32_t *seen,
    struct log_news *news, uint32_t *lost)
{
	const struct log_head *head = memory->head;
	uint32_t behind;

	*lost = 0;
	while ((behind = head->nnews - *seen) > 0) {
		/* One more is being written while this is read. */
		if (behind >= LOG_NEWS_MAX) {
			*lost += behind - LOG_NEWS_MAX / 2;
			*seen += behind - LOG_NEWS_MAX / 2;
		}
		*news = head->news[*seen % LOG_NEWS_MAX];
		if (head->nnews - *seen >= LOG_NEWS_MAX)
			continue;
		++*seen;
		if (news->line.len > LOG_LAST_LEN)
			news->line.len = LOG_LAST_LEN;
		return true;
	}
	return false;
}

size_t
log_child_last(const struct log_memory *memory, uint32_t idx,
    struct log_last *lines, size_t max)
{
	const struct log_child *child = log_child(memory, idx);
	uint32_t end = child->nlast, again, begin;
	size_t n = 0;

	if (max > LOG_LAST_MAX)
		max = LOG_LAST_MAX;
	begin = end > max ? end - (uint32_t)max : 0;
	for (uint32_t i = begin; i < end; i++) {
		lines[n] = child->last[i % LOG_LAST_SLOTS];
		if (lines[n].len > LOG_LAST_LEN)
			lines[n].len = LOG_LAST_LEN;
		n++;
	}
	/* Those that others have come over meanwhile are no lines. */
	again = child->nlast;
	while (n > 0 && again - begin >= LOG_LAST_SLOTS) {
		memmove(lines, lines + 1, --n * sizeof(*lines));
		begin++;
	}
	return n;
}

uint64_t
log_span_pack(struct log_span span)
{
	return (uint64_t)span.end << 32 | span.begin;
}

struct log_span
log_span_get(const struct log_sink *sink)
{
	uint64_t packed = sink->span;

	return (struct log_span){ (uint32_t)packed, (uint32_t)(packed >> 32) };
}

/* Puts what was at work back to the stream that it is from. */
static void
recover_intake(const struct log_memory *memory)
{
	struct log_intake *intake = &memory->head->intake;
	uint32_t source = intake->source;
	struct log_child *child;
	struct log_rest *rest;
	uint32_t end = LOG_INPUT_SIZE;

	if (source == LOG_NOTHING)
		return;
	child = log_child(memory, source / LOG_NSTREAMS);
	if (intake->reading) {
		while (end > intake->have &&
		    (unsigned char)intake->input[end - 1] == LOG_FILL)
			end--;
		child->bounds[source % LOG_NSTREAMS].taken = intake->base + end;
		intake->have = end;
		intake->reading = false;
	}
	rest = &child->rests[source % LOG_NSTREAMS];
	rest->len = intake->have - intake->done;
	rest->amid = intake->amid;
	memcpy(child->input[source % LOG_NSTREAMS],
	    intake->input + intake->done, rest->len);
	intake->source = LOG_NOTHING;
}

void
log_memory_recover(const struct log_memory *memory)
{
	struct log_change *change = &memory->head->change;
	struct log_intake *intake = &memory->head->intake;

	if (change->active) {
		intake->done = change->done;
		intake->amid = change->amid;
		log_sink(memory, change->sink)->span = change->span;
		change->active = false;
	}
	recover_intake(memory);
	memset(intake->input, LOG_FILL, LOG_INPUT_SIZE);
}
