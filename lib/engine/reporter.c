/* SPDX-License-Identifier: ISC */
#include <sys/epoll.h>

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/units.h"
#include "engine/people.h"
#include "engine/reporter.h"
#include "os/clock.h"
#include "os/syslog.h"

/* How long the end waits for a slow reader. */
#define DRAIN_NS NS_PER_S

/* How far apart a log is tried that has no room; its queue may be short. */
#define SYSLOG_REST_MS 2

int
reporter_init(struct reporter *reporter, enum reporter_form form,
    struct loop *loop, int fd)
{
	*reporter = (struct reporter){
		.form = form,
		.loop = loop,
		.watch.fd = -1,
	};
	return output_init(&reporter->output, fd);
}

/* Of what weight records are to syslog(3); the others it is not told. */
static const int priorities[RECORD_NEVENTS] = {
	[RECORD_ERROR] = LOG_ERR,
	[RECORD_GAVE_UP] = LOG_ERR,
	[RECORD_ENGINE_DIED] = LOG_ERR,
	[RECORD_GUARDIAN_DIED] = LOG_ERR,
	[RECORD_WARNING] = LOG_WARNING,
};

/* Without its stamp: a message has one of its own. */
static void
tell_syslog(const struct record *record)
{
	int priority = priorities[record->event];
	char line[RECORD_LINE_MAX];

	if (priority == 0)
		return;
	record_logfmt(record, NULL, line);
	(void)syslog_tell(priority, line);
}

static void
write_record(struct reporter *reporter, const struct record *record,
    int64_t wall_ns)
{
	const char *stamp = record_clock_stamp(&reporter->clock, wall_ns);
	char line[RECORD_LINE_MAX];
	size_t len = 0;

	switch (reporter->form) {
	case REPORTER_QUIET:
		return;
	case REPORTER_SYSLOG:
		tell_syslog(record);
		return;
	case REPORTER_TEXT:
		len = record_logfmt(record, stamp, line);
		break;
	case REPORTER_JSON:
		len = record_json(record, stamp, line);
		break;
	case REPORTER_PEOPLE:
	case REPORTER_PEOPLE_COLOUR:
		len = people_line(record,
		    reporter->form == REPORTER_PEOPLE_COLOUR, line);
		break;
	}
	if (len > 0)
		output_keep(&reporter->output, line, len);
}

/* Tells how many lines were lost, now that there is room again. */
static void
tell_lost(struct reporter *reporter)
{
	uint64_t lost = reporter->output.dropped - reporter->told;
	struct record record;

	if (lost == 0 || reporter->output.used > 0)
		return;
	reporter->told = reporter->output.dropped;
	record_begin(&record, RECORD_LOST);
	record_number(&record, "count", (int64_t)lost);
	write_record(reporter, &record, clock_wall_ns());
}

void
reporter_fini(struct reporter *reporter)
{
	int64_t deadline_ns = clock_now_ns() + DRAIN_NS;

	if (reporter->output.buffer == NULL)
		return;
	if (reporter->loop != NULL)
		loop_del(reporter->loop, &reporter->watch);
	(void)output_drain(&reporter->output, deadline_ns);
	tell_lost(reporter);
	(void)output_drain(&reporter->output, deadline_ns);
	output_fini(&reporter->output);
}

void
reporter_record(struct reporter *reporter, const struct record *record,
    int64_t wall_ns)
{
	if (reporter->form == REPORTER_QUIET)
		return;
	tell_lost(reporter);
	write_record(reporter, record, wall_ns);
}

void
reporter_order(struct reporter *reporter, enum wire_order order, uint32_t child)
{
	char text[WIRE_ORDER_SIZE];

	output_keep(&reporter->output, text, wire_order(text, order, child));
}

void
reporter_say(struct reporter *reporter, const char *text)
{
	int64_t deadline_ns = clock_now_ns() + DRAIN_NS;
	size_t len = strlen(text);

	if (len == 0)
		return;
	if (reporter->form != REPORTER_SYSLOG) {
		output_keep(&reporter->output, text, len);
		return;
	}
	for (; *text != '\0'; text += strcspn(text, "\n") + 1)
		while (syslog_tell(LOG_ERR, text) == -EAGAIN &&
		    clock_now_ns() < deadline_ns)
			(void)poll(NULL, 0, SYSLOG_REST_MS);
}

void
reporter_message(struct reporter *reporter, enum record_event event,
    const char *format, ...)
{
	char message[1024];
	struct record record;
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	record_begin(&record, event);
	record_text(&record, "message", message);
	reporter_record(reporter, &record, clock_wall_ns());
}

static void
writable(struct loop_watch *watch, uint32_t events)
{
	struct reporter *reporter = (struct reporter *)(void *)((char *)watch -
	    offsetof(struct reporter, watch));

	(void)events;
	reporter_flush(reporter);
}

void
reporter_flush(struct reporter *reporter)
{
	int fd;

	output_flush(&reporter->output);
	tell_lost(reporter);
	output_flush(&reporter->output);
	if (reporter->loop == NULL)
		return;
	fd = output_wants(&reporter->output);
	if (fd == -1)
		loop_del(reporter->loop, &reporter->watch);
	else if (reporter->watch.fd == -1)
		/* Where it cannot be watched the next flush tries again. */
		(void)loop_add(reporter->loop, &reporter->watch, fd, EPOLLOUT,
		    writable);
}
