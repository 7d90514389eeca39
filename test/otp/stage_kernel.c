/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "base/units.h"
#include "stage.h"

/* Processes on paper: what they do when something is done to them. */

static struct pending *
new_pending(const struct stage *st, struct actor *actor, int64_t ms,
    const struct event *event)
{
	struct pending *pending = malloc(sizeof(*pending));

	if (pending == NULL)
		abort();
	pending->event = *event;
	pending->event.child = &actor->child;
	pending->at_ns = st->now_ns + ms * NS_PER_MS;
	return pending;
}

/* `ms` from now `event` happens, about `actor`; what is to happen then already
 * is first. */
void
stage_after(struct stage *st, struct actor *actor, int64_t ms,
    const struct event *event)
{
	struct pending *pending = new_pending(st, actor, ms, event);
	struct pending *earlier;

	TAILQ_FOREACH_REVERSE(earlier, &st->pendings, pendings, next)
		if (earlier->at_ns <= pending->at_ns)
			break;
	if (earlier != NULL)
		TAILQ_INSERT_AFTER(&st->pendings, earlier, pending, next);
	else
		TAILQ_INSERT_HEAD(&st->pendings, pending, next);
}

/*
 * `event` happens before all else. Starts take no time, as in OTP, where
 * the supervisor waits for them (D1).
 */
static void
at_once(struct stage *st, struct actor *actor, const struct event *event)
{
	struct pending *pending = new_pending(st, actor, 0, event);

	TAILQ_INSERT_HEAD(&st->pendings, pending, next);
}

/* What the kernel was to tell about `actor` will not be told. */
void
stage_silence(struct stage *st, const struct actor *actor)
{
	struct pending *pending, *next;

	TAILQ_FOREACH_SAFE(pending, &st->pendings, next, next)
		if (pending->event.child == &actor->child) {
			TAILQ_REMOVE(&st->pendings, pending, next);
			free(pending);
		}
}

struct reason
stage_reason(struct ending ending)
{
	switch (ending.kind) {
	case ENDING_NORMAL:
		return reason_exit(0);
	case ENDING_SHUTDOWN:
		return reason_signal(SIGTERM);
	case ENDING_WORD:
		return reason_exit(ENDING_STATUS_WORDS + ending.value);
	case ENDING_CRASH:
		return reason_exit(ENDING_STATUS_CRASH);
	case ENDING_CRASH_N:
		return reason_exit(ending.value == ENDING_STATUS_CRASH ?
			ENDING_STATUS_CRASH_1 :
			ending.value);
	case ENDING_KILL:
	case ENDING_KILLED:
		break;
	}
	return reason_signal(SIGKILL);
}

static struct ending
ending_of_status(int status)
{
	struct ending ending = { .kind = ENDING_CRASH_N, .value = status };

	if (status == 0)
		ending.kind = ENDING_NORMAL;
	else if (status == ENDING_STATUS_CRASH)
		ending.kind = ENDING_CRASH;
	else if (status == ENDING_STATUS_CRASH_1)
		ending.value = 1;
	else if (status >= ENDING_STATUS_WORDS)
		ending = (struct ending){ ENDING_WORD,
			status - ENDING_STATUS_WORDS };
	return ending;
}

struct ending
stage_ending(struct reason reason)
{
	struct ending ending = { .kind = ENDING_SHUTDOWN };

	if (reason.kind == REASON_EXIT)
		return ending_of_status(reason.value);
	if (reason.kind == REASON_KILLED)
		ending.kind = ENDING_KILLED;
	return ending;
}

/* `ms` from now `actor` is dead. */
static void
dies(struct stage *st, struct actor *actor, int64_t ms, struct ending ending,
    bool unasked)
{
	const struct event event = {
		.kind = EVENT_EXITED,
		.reason = stage_reason(ending),
		.unasked = unasked,
	};

	stage_after(st, actor, ms, &event);
}

void
stage_end(struct stage *st, struct actor *actor, struct ending ending)
{
	char text[ENDING_TEXT_SIZE];

	if (actor->zombie)
		return;
	/* Its end comes before what a supervisor that is held tells it. */
	dies(st, actor, 0, ending, st->held);
	if (!st->held)
		return;
	actor->zombie = true;
	stage_say_end(st, actor, ending_text(st->s, ending, text));
}

/* An order to stop, from its supervisor or, if it traps, from others. */
void
stage_tell(struct stage *st, struct actor *actor, struct ending told)
{
	const struct node *node = stage_node(st, actor);

	if (actor->zombie)
		return;
	switch (node->term) {
	case TERM_DIE:
		dies(st, actor, 0, told, false);
		break;
	case TERM_IGNORE:
		break;
	case TERM_DELAY:
		dies(st, actor, node->term_ms, told, false);
		break;
	case TERM_EXIT:
		/*
		 * Status 0 is how Unix programs obey (U4); that it is an end
		 * of its own will, as in OTP, can be said of one that came
		 * before the signal only.
		 */
		dies(st, actor, 0, node->term_ending,
		    node->term_ending.kind == ENDING_NORMAL);
		break;
	}
}

void
stage_kill(struct stage *st, struct actor *actor)
{
	const struct ending killed = { .kind = ENDING_KILLED };

	if (!actor->alive || actor->zombie)
		return;
	stage_silence(st, actor);
	stage_end(st, actor, killed);
}

/* The start of a run, as its plan has it; returns what the kernel says. */
struct event
stage_spawn(struct stage *st, struct actor *actor)
{
	const struct node *node = stage_node(st, actor);
	struct persona *persona = &st->personas[actor->node];
	enum plan plan = node_plan(node, persona->ntries++);
	struct life life = node_life(node, persona->nth);
	const struct event ready = { .kind = EVENT_READY };
	const struct event ignored = { .kind = EVENT_EXITED,
		.reason = reason_exit(0) };
	struct event answer = { .kind = EVENT_SPAWNED, .child = &actor->child };

	if (plan == PLAN_FAIL) {
		answer.kind = EVENT_SPAWN_FAILED;
		answer.reason =
		    (struct reason){ .kind = REASON_START, .value = ENOENT };
		return answer;
	}
	actor->alive = true;
	actor->zombie = actor->said = false;
	if (plan == PLAN_IGNORE) {
		at_once(st, actor, &ignored);
		return answer;
	}
	at_once(st, actor, &ready);
	if (life.after_ms >= 0)
		dies(st, actor, life.after_ms, life.ending, false);
	return answer;
}
