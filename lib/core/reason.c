/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <stdio.h>

#include "base/errno_name.h"
#include "base/signal_name.h"
#include "base/utf8.h"
#include "core/reason.h"

static const char *const kind_name[] = {
#define TEXT(name, text) [name] = text,
	REASON_KINDS(TEXT)
#undef TEXT
};

struct reason
reason_exit(int status)
{
	return (struct reason){ .kind = REASON_EXIT, .value = status };
}

struct reason
reason_signal(int signal)
{
	if (signal == SIGKILL)
		return (struct reason){ .kind = REASON_KILLED };
	return (struct reason){ .kind = REASON_SIGNAL, .value = signal };
}

bool
reason_is_stop(const struct child_policy *policy, struct reason reason)
{
	int stop_signal =
	    policy->kind == KIND_WORKER ? policy->worker.stop_signal : SIGTERM;

	if (reason.kind == REASON_SIGNAL)
		return reason.value == SIGTERM || reason.value == stop_signal;
	return reason.kind == REASON_EXIT && reason.value == 128 + stop_signal;
}

static enum reason_class
class_of_exit(const struct child_policy *policy, int status)
{
	if (status == 0)
		return CLASS_NORMAL;
	if (policy->kind != KIND_WORKER)
		return CLASS_ABNORMAL;
	if (status_set_has(&policy->worker.normal, status))
		return CLASS_NORMAL;
	if (status_set_has(&policy->worker.planned, status) ||
	    reason_is_stop(policy, reason_exit(status)))
		return CLASS_PLANNED;
	return CLASS_ABNORMAL;
}

enum reason_class
reason_class(const struct child_policy *policy, struct reason reason)
{
	switch ((enum reason_kind)reason.kind) {
	case REASON_EXIT:
		return class_of_exit(policy, reason.value);
	case REASON_SIGNAL:
		return reason_is_stop(policy, reason) ? CLASS_PLANNED :
							CLASS_ABNORMAL;
	case REASON_SHUTDOWN:
	case REASON_FAILED_CHILD:
		return CLASS_PLANNED;
	case REASON_NONE:
	case REASON_KILLED:
	case REASON_START:
	case REASON_TIMEOUT:
	case REASON_UNHEALTHY:
	case REASON_NOPROC:
	case REASON_THROW:
	case REASON_INTENSITY:
		break;
	}
	return CLASS_ABNORMAL;
}

struct reason
reason_after_stop(const struct child_policy *policy, struct reason reason,
    int stop_signal)
{
	const struct reason shutdown = { .kind = REASON_SHUTDOWN };

	if (reason.kind == REASON_SIGNAL && reason.value == stop_signal)
		return shutdown;
	if (reason.kind == REASON_EXIT &&
	    (reason.value == 128 + stop_signal ||
		reason_class(policy, reason) == CLASS_NORMAL))
		return shutdown;
	return reason;
}

const char *
reason_text(struct reason reason, char text[static REASON_TEXT_SIZE])
{
	const char *name = kind_name[reason.kind];
	char signal[SIGNAL_NAME_SIZE];

	switch ((enum reason_kind)reason.kind) {
	case REASON_EXIT:
		snprintf(text, REASON_TEXT_SIZE, "%s:%d", name, reason.value);
		break;
	case REASON_SIGNAL:
		snprintf(text, REASON_TEXT_SIZE, "%s:%s", name,
		    signal_name(reason.value, signal));
		break;
	case REASON_START:
		snprintf(text, REASON_TEXT_SIZE, "%s:%s", name,
		    errno_name(reason.value));
		break;
	case REASON_THROW:
		snprintf(text, REASON_TEXT_SIZE, "%s:%s", name, reason.thrown);
		break;
	case REASON_NONE:
	case REASON_KILLED:
	case REASON_SHUTDOWN:
	case REASON_TIMEOUT:
	case REASON_UNHEALTHY:
	case REASON_NOPROC:
	case REASON_FAILED_CHILD:
	case REASON_INTENSITY:
		snprintf(text, REASON_TEXT_SIZE, "%s", name);
		break;
	}
	return text;
}

const char *
reason_thrown_wrong(const char *value)
{
	size_t len = 0, n;

	for (; value[len] != '\0'; len += n) {
		n = utf8_length(value + len);
		if (n == 0)
			return "it is no UTF-8";
		if (utf8_is_control(value + len))
			return "there is a control character in it";
	}
	if (len == 0)
		return "it is empty";
	return len > REASON_THROWN_MAX ? "it is over 64 bytes" : NULL;
}
