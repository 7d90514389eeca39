/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "check.h"
#include "core/reason.h"

static const struct reason shutdown = { .kind = REASON_SHUTDOWN };

/* 64 bytes. */
#define LONGEST                            \
	"0123456789abcdef0123456789abcdef" \
	"0123456789abcdef0123456789abcdef"

static bool
same(struct reason a, struct reason b)
{
	return a.kind == b.kind && a.value == b.value;
}

static void
have_a_class(void)
{
	struct child_policy p = policy_default(KIND_WORKER);

	CHECK(reason_class(&p, reason_exit(0)) == CLASS_NORMAL);
	CHECK(reason_class(&p, reason_exit(1)) == CLASS_ABNORMAL);
	CHECK(reason_class(&p, reason_exit(143)) == CLASS_PLANNED);
	CHECK(reason_class(&p, reason_exit(130)) == CLASS_ABNORMAL);
	CHECK(reason_class(&p, reason_signal(SIGTERM)) == CLASS_PLANNED);
	CHECK(reason_class(&p, reason_signal(SIGINT)) == CLASS_ABNORMAL);
	CHECK(reason_class(&p, reason_signal(SIGSEGV)) == CLASS_ABNORMAL);
	CHECK(reason_class(&p, shutdown) == CLASS_PLANNED);
	for (unsigned kind = 0; kind <= REASON_INTENSITY; kind++) {
		struct reason r = { .kind = (uint8_t)kind };

		if (kind == REASON_START || kind == REASON_TIMEOUT ||
		    kind == REASON_KILLED || kind == REASON_THROW ||
		    kind == REASON_UNHEALTHY || kind == REASON_INTENSITY)
			CHECK(reason_class(&p, r) == CLASS_ABNORMAL);
		if (kind == REASON_FAILED_CHILD)
			CHECK(reason_class(&p, r) == CLASS_PLANNED);
	}
	OK("S1: normal, planned, abnormal");
}

static void
have_the_class_of_their_child(void)
{
	struct child_policy p = policy_default(KIND_WORKER);
	struct child_policy sup = policy_default(KIND_SUPERVISOR);

	p.worker.stop_signal = SIGINT;
	status_set_add(&p.worker.normal, 75);
	status_set_add(&p.worker.planned, 80);
	status_set_add(&p.worker.planned, 255);
	CHECK(reason_class(&p, reason_exit(75)) == CLASS_NORMAL);
	CHECK(reason_class(&p, reason_exit(80)) == CLASS_PLANNED);
	CHECK(reason_class(&p, reason_exit(255)) == CLASS_PLANNED);
	CHECK(reason_class(&p, reason_exit(254)) == CLASS_ABNORMAL);
	CHECK(reason_class(&p, reason_signal(SIGINT)) == CLASS_PLANNED);
	CHECK(reason_class(&p, reason_signal(SIGTERM)) == CLASS_PLANNED);
	CHECK(reason_class(&p, reason_exit(130)) == CLASS_PLANNED);
	CHECK(reason_class(&sup, shutdown) == CLASS_PLANNED);
	OK("S1: what the lines normal, planned and stop_signal add");
}

static void
tell_a_kill(void)
{
	struct child_policy p = policy_default(KIND_WORKER);

	CHECK(reason_signal(SIGKILL).kind == REASON_KILLED);
	CHECK(reason_class(&p, reason_signal(SIGKILL)) == CLASS_ABNORMAL);
	p.worker.stop_signal = SIGKILL;
	CHECK(reason_class(&p, reason_signal(SIGKILL)) == CLASS_ABNORMAL);
	OK("S3: SIGKILL gives killed, which is abnormal");
}

static void
become_shutdown_when_asked_for(void)
{
	struct child_policy p = policy_default(KIND_WORKER);
	struct reason crash = reason_exit(1);
	struct reason killed = reason_signal(SIGKILL);

	status_set_add(&p.worker.normal, 75);
	status_set_add(&p.worker.planned, 80);
	CHECK(same(reason_after_stop(&p, reason_exit(0), SIGTERM), shutdown));
	CHECK(same(reason_after_stop(&p, reason_exit(75), SIGTERM), shutdown));
	CHECK(same(reason_after_stop(&p, reason_exit(143), SIGTERM), shutdown));
	CHECK(same(reason_after_stop(&p, reason_signal(SIGTERM), SIGTERM),
	    shutdown));
	CHECK(same(reason_after_stop(&p, reason_signal(SIGINT), SIGINT),
	    shutdown));
	CHECK(same(reason_after_stop(&p, reason_exit(130), SIGINT), shutdown));
	CHECK(same(reason_after_stop(&p, crash, SIGTERM), crash));
	CHECK(same(reason_after_stop(&p, killed, SIGTERM), killed));
	CHECK(same(reason_after_stop(&p, reason_exit(80), SIGTERM),
	    reason_exit(80)));
	CHECK(same(reason_after_stop(&p, reason_signal(SIGINT), SIGTERM),
	    reason_signal(SIGINT)));
	OK("U4: an end as asked has the reason shutdown");
}

static bool
reads(struct reason reason, const char *expected)
{
	char text[REASON_TEXT_SIZE];

	return strcmp(reason_text(reason, text), expected) == 0;
}

static struct reason
thrown(const char *value)
{
	return (struct reason){ .kind = REASON_THROW, .thrown = value };
}

static void
have_a_text(void)
{
	struct reason enoent = { .kind = REASON_START, .value = ENOENT };
	struct reason timeout = { .kind = REASON_TIMEOUT };
	struct reason none = { 0 };

	CHECK(reads(reason_exit(0), "exit:0"));
	CHECK(reads(reason_exit(255), "exit:255"));
	CHECK(reads(reason_signal(SIGSEGV), "signal:SEGV"));
	CHECK(reads(reason_signal(SIGKILL), "killed"));
	CHECK(reads(shutdown, "shutdown"));
	CHECK(reads(enoent, "start:ENOENT"));
	CHECK(reads(timeout, "timeout"));
	CHECK(reads(none, "none"));
	CHECK(reads(thrown("full"), "throw:full"));
	CHECK(reads(thrown(LONGEST), "throw:" LONGEST));
	OK("texts of reasons");
}

static bool
is_wrong(const char *value, const char *how)
{
	const char *wrong = reason_thrown_wrong(value);

	return wrong != NULL && strstr(wrong, how) != NULL;
}

static void
can_be_thrown(void)
{
	CHECK(reason_thrown_wrong("f") == NULL);
	CHECK(reason_thrown_wrong("disk full, 3 %") == NULL);
	CHECK(reason_thrown_wrong("-\u00e4\u20ac\U0001f600") == NULL);
	CHECK(reason_thrown_wrong("\u00a0") == NULL);
	CHECK(reason_thrown_wrong(LONGEST) == NULL);
	CHECK(is_wrong("", "empty"));
	CHECK(is_wrong(LONGEST "x", "over 64 bytes"));
	CHECK(is_wrong("a\nb", "control character"));
	CHECK(is_wrong("\033[31m", "control character"));
	CHECK(is_wrong("a\177", "control character"));
	CHECK(is_wrong("a\xc2\x85", "control character"));
	CHECK(is_wrong("a\xff", "no UTF-8"));
	CHECK(is_wrong("a\u202eb", "control character"));
	CHECK(is_wrong("a\u2028b", "control character"));
	CHECK(is_wrong("a\xc2", "no UTF-8"));
	CHECK(is_wrong("\xed\xa0\x80", "no UTF-8"));
	OK("L9: which values can be thrown");
}

int
main(void)
{
	have_a_class();
	have_the_class_of_their_child();
	tell_a_kill();
	become_shutdown_when_asked_for();
	have_a_text();
	can_be_thrown();
	return 0;
}
