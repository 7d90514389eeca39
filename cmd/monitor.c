/* SPDX-License-Identifier: ISC */
#include <sys/queue.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "cmd/ask.h"
#include "cmd/end.h"
#include "cmd/options.h"
#include "os/clock.h"
#include "os/fd.h"

const char monitor_help[] =
    "  supervise monitor web/api           until this run of it has ended\n"
    "  supervise monitor 4242              any process of the system\n"
    "  supervise monitor --any api cache   until one of them has\n"
    "  supervise monitor -t 30s 'web/*'    30 seconds at most\n"
    "\n"
    "Prints a record for each run that ends, in that order:\n"
    "\n"
    "  event=down name=web/api pid=4242 reason=signal:SEGV\n"
    "\n"
    "What does not run has the reason noproc, at once. The successor of a run\n"
    "is not monitored. Of other processes the kernel tells the status since\n"
    "Linux 6.15; before, and if nobody asks for it within a second, the reason\n"
    "is unknown.\n"
    "\n"
    "Ends with what the last reason says: N for exit:N, 128+N for signal N, 0\n"
    "for shutdown, 1 for noproc, unknown and others; 124 at the limit.\n";

/* How long it may take until somebody asks for the status of a process. */
#define REAP_NS NS_PER_S

/* A process that is no child of the supervisor, or named as if it were none. */
struct target {
	pid_t pid;
	int64_t
	    until_ns; /* when it is not waited for any more, once it ended */
};

/* A run that is monitored. */
struct pending {
	TAILQ_ENTRY(pending) next;
	char name[]; /* its path */
};

struct monitoring {
	struct ask ask;
	struct options_limit limit;
	bool any;
	const struct globals *globals;
	char **names; /* as typed; owned; ends with NULL */
	size_t nnames;
	struct target *targets; /* owned */
	struct pollfd *polls;   /* of the targets, then of the ask; owned */
	size_t n;               /* targets */
	TAILQ_HEAD(, pending) pending; /* of the ask; owned */
	int64_t deadline_ns;
	bool down; /* there was a record */
	int status;
};

static bool
take(void *arg, int option, const char *value)
{
	struct monitoring *m = arg;

	if (option == OPTION_ANY)
		return m->any = true;
	return options_take_limit(&m->limit, option, value);
}

static void
tell(struct monitoring *m, pid_t pid, const char *reason)
{
	char line[RECORD_LINE_MAX];
	struct record r;
	size_t len;

	record_begin(&r, RECORD_DOWN);
	record_number(&r, "pid", pid);
	record_text(&r, "reason", reason);
	len = m->globals->json ? record_json(&r, NULL, line) :
				 record_logfmt(&r, NULL, line);
	fwrite(line, 1, len, stdout);
	m->status = end_reason_status(reason);
	m->down = true;
}

/* Digits are a process, all else is a name. */
static bool
sort_word(struct monitoring *m, char *word)
{
	const char *error;
	pid_t pid;

	if (word[strspn(word, "0123456789")] != '\0') {
		m->names[m->nnames++] = word;
		return true;
	}
	pid = (pid_t)strtonum(word, 1, INT_MAX, &error);
	if (error == NULL) {
		m->targets[m->n++] =
		    (struct target){ .pid = pid, .until_ns = CLOCK_NEVER };
		return true;
	}
	usage_error("monitor", "%s: %s, expected a process", word, error);
	return false;
}

static void
drop(struct monitoring *m, size_t i)
{
	fd_close(&m->polls[i].fd);
	m->n--;
	m->targets[i] = m->targets[m->n];
	m->polls[i] = m->polls[m->n];
}

static void
open_targets(struct monitoring *m)
{
	for (size_t i = 0; i < m->n; i++)
		m->polls[i].fd = -1;
	for (size_t i = 0; i < m->n;) {
		int fd = pidfd_of(m->targets[i].pid);

		m->polls[i] = (struct pollfd){ .fd = fd, .events = POLLIN };
		if (fd >= 0) {
			i++;
			continue;
		}
		m->polls[i].fd = -1;
		if (fd != -ESRCH && fd != -EINVAL)
			complain("cannot watch %jd: %s",
			    (intmax_t)m->targets[i].pid, strerror(-fd));
		tell(m, m->targets[i].pid,
		    fd == -ESRCH || fd == -EINVAL ? "noproc" : "unknown");
		drop(m, i);
	}
}

/* The process has ended; true when all is said about it that can be. */
static bool
target_ended(struct monitoring *m, size_t i)
{
	struct target *target = &m->targets[i];
	char text[REASON_TEXT_SIZE];
	struct process_end end;
	int known = pidfd_end(m->polls[i].fd, &end);

	if (known == 0 && target->until_ns == CLOCK_NEVER &&
	    !(m->polls[i].revents & POLLHUP)) {
		/* What is still to come is that it is reaped. */
		target->until_ns = clock_now_ns() + REAP_NS;
		m->polls[i].events = 0;
		return false;
	}
	tell(m, target->pid,
	    known == 1 ? end_process_reason(&end, text) : "unknown");
	return true;
}

static void
look_at_targets(struct monitoring *m)
{
	int64_t now_ns = clock_now_ns();

	for (size_t i = 0; i < m->n && !(m->any && m->down);)
		if ((m->polls[i].revents != 0 ||
			m->targets[i].until_ns <= now_ns) &&
		    target_ended(m, i))
			drop(m, i);
		else
			i++;
}

static void
remember(struct monitoring *m, const char *name)
{
	size_t size = strlen(name) + 1;
	struct pending *pending = malloc(sizeof(*pending) + size);

	if (pending == NULL) {
		no_memory();
		return;
	}
	memcpy(pending->name, name, size);
	TAILQ_INSERT_TAIL(&m->pending, pending, next);
}

static void
forget(struct monitoring *m, const char *name)
{
	struct pending *pending, *next;

	TAILQ_FOREACH_SAFE(pending, &m->pending, next, next)
		if (strcmp(pending->name, name) == 0) {
			TAILQ_REMOVE(&m->pending, pending, next);
			free(pending);
			return;
		}
}

static void
tell_late(const struct monitoring *m)
{
	struct pending *pending;

	TAILQ_FOREACH(pending, &m->pending, next)
		complain("not within the time limit: %s", pending->name);
	for (size_t i = 0; i < m->n; i++)
		complain("not within the time limit: %jd",
		    (intmax_t)m->targets[i].pid);
}

static void
look_at_names(struct monitoring *m)
{
	char line[RECORD_LINE_MAX];
	struct ask *ask = &m->ask;
	size_t len;

	while (!(m->any && m->down) && ask_try(ask)) {
		if (strcmp(ask->record.event, "warning") == 0)
			complain("%s", ask_text(ask, "message"));
		if (strcmp(ask->record.event, "monitor") == 0)
			remember(m, ask_text(ask, "name"));
		if (strcmp(ask->record.event, "down") != 0)
			continue;
		forget(m, ask_text(ask, "name"));
		m->status = end_reason_status(ask_text(ask, "reason"));
		m->down = true;
		if (ask_json(ask))
			continue;
		len = record_parsed_logfmt(&ask->record, line);
		fwrite(line, 1, len, stdout);
	}
}

/* Whether anything is left to wait for. */
static bool
goes_on(const struct monitoring *m)
{
	if (m->any && m->down)
		return false;
	return m->n > 0 || (m->ask.open && !m->ask.over);
}

static void
wait_for_more(struct monitoring *m)
{
	int64_t until_ns = m->deadline_ns;
	size_t i;

	for (i = 0; i < m->n; i++)
		if (m->targets[i].until_ns < until_ns)
			until_ns = m->targets[i].until_ns;
	m->polls[i] = (struct pollfd){
		.fd = m->ask.open && !m->ask.over ? m->ask.session.fd : -1,
		.events = POLLIN,
	};
	(void)poll(m->polls, m->n + 1,
	    clock_timeout_ms(clock_now_ns(), until_ns));
}

static int
monitor(struct monitoring *m)
{
	static const char *const verb[] = { "monitor", NULL };

	ask_begin(&m->ask, m->globals);
	ask_limit(&m->ask, m->limit.ms);
	m->deadline_ns = m->ask.deadline_ns;
	if (m->nnames > 0)
		ask_for(&m->ask, verb, m->names);
	open_targets(m);
	look_at_names(m);
	while (m->ask.status == STATUS_OK && goes_on(m)) {
		if (clock_now_ns() >= m->deadline_ns) {
			tell_late(m);
			m->ask.status = STATUS_TIME_LIMIT;
			break;
		}
		wait_for_more(m);
		look_at_targets(m);
		look_at_names(m);
	}
	if (m->ask.status == STATUS_OK)
		m->ask.status = m->status;
	return ask_end(&m->ask);
}

int
monitor_main(struct globals *globals, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "any", no_argument, NULL, OPTION_ANY },
		{ NULL, 0, NULL, 0 },
	};
	/* Too much for the stack to be cleared for it. */
	static struct monitoring m;
	const struct options own = {
		.shorts = "t:",
		.longs = longs,
		.take = take,
		.arg = &m,
	};
	size_t room = (size_t)argc + 1;
	int status = STATUS_OK;

	m.limit = (struct options_limit){ .command = "monitor", .ms = -1 };
	m.globals = globals;
	TAILQ_INIT(&m.pending);
	if (!options_read(globals, argc, argv, &own) ||
	    !options_count("monitor", argc, argv, 1, argc))
		return STATUS_USAGE;
	setvbuf(stdout, NULL, _IOLBF, 0);
	m.names = calloc(room, sizeof(*m.names));
	m.targets = calloc(room, sizeof(*m.targets));
	m.polls = calloc(room, sizeof(*m.polls));
	if (m.names == NULL || m.targets == NULL || m.polls == NULL)
		no_memory();
	for (int i = optind; i < argc && status == STATUS_OK; i++)
		if (!sort_word(&m, argv[i]))
			status = STATUS_USAGE;
	if (status == STATUS_OK)
		status = monitor(&m);
	while (!TAILQ_EMPTY(&m.pending))
		forget(&m, TAILQ_FIRST(&m.pending)->name);
	free(m.names);
	free(m.targets);
	free(m.polls);
	return status;
}
