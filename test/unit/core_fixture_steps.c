/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "core_fixture.h"

/* The steps of a case: what is done to the tree from outside. */

#define STEP_SIZE 256

static bool
is_running(const struct actor *actor)
{
	if (actor == NULL)
		return false;
	if (actor->policy.kind == KIND_WORKER)
		return actor->alive;
	return actor->child.state == CHILD_UP ||
	    actor->child.state == CHILD_STARTING ||
	    actor->child.state == CHILD_STOPPING;
}

static struct actor *
running(struct fixture *f, const char *id)
{
	struct actor *actor = fixture_find(f, id);

	if (is_running(actor))
		return actor;
	if (f->otp)
		snprintf(f->reply, sizeof(f->reply), "not_running %s", id);
	else
		fixture_wrong("does not run", id);
	return NULL;
}

static void
step_exit(struct fixture *f, char *words)
{
	const char *id = strsep(&words, " ");
	const char *reason = strsep(&words, " ");
	bool remains = words != NULL && strstr(words, "remains") != NULL;
	bool unasked = words != NULL && strstr(words, "unasked") != NULL;
	struct actor *actor = running(f, id);

	if (actor == NULL)
		return;
	if (remains)
		actor->persona->remains_ms = 0;
	fixture_die(f, actor, fixture_reason(f, reason), unasked);
}

static void
step_signal(struct fixture *f, char *words)
{
	const char *id = strsep(&words, " ");
	struct actor *actor = running(f, id);
	struct reason told = fixture_reason(f, words);

	if (actor == NULL)
		return;
	if (told.kind == REASON_KILLED)
		fixture_kill(f, actor);
	else if (actor->persona->trap)
		fixture_react(f, actor, told);
	else if (strcmp(words, "normal") != 0)
		fixture_die(f, actor, told, false);
}

static void
step_kill(struct fixture *f, char *id)
{
	struct actor *actor = running(f, id);

	if (actor != NULL)
		fixture_kill(f, actor);
}

/* What the kernel tells of `id` without being asked. */
static void
step_told(struct fixture *f, const char *id, enum event_kind kind)
{
	const struct event event = { .kind = kind };
	struct actor *actor = fixture_find(f, id);

	if (actor == NULL)
		fixture_wrong("no such child", id);
	else
		fixture_after(f, actor, 0, &event);
}

/* The answer to a check of a child, or a sign of life that it gives. */
static void
step_sign(struct fixture *f, char *words, enum event_kind kind, bool passed)
{
	struct actor *actor = fixture_find(f, strsep(&words, " "));
	struct event event = {
		.kind = kind,
		.passed = passed,
		.until_ns = NEVER_NS,
	};

	if (actor == NULL)
		fixture_wrong("no such child", "");
	if (words != NULL)
		event.until_ns = f->now_ns + atoll(words) * NS_PER_MS;
	event.child = &actor->child;
	fixture_feed(f, &event);
}

static bool
step_signs(struct fixture *f, const char *word, char *rest)
{
	if (strcmp(word, "passed") == 0)
		step_sign(f, rest, EVENT_CHECKED, true);
	else if (strcmp(word, "failed") == 0)
		step_sign(f, rest, EVENT_CHECKED, false);
	else if (strcmp(word, "alive") == 0)
		step_sign(f, rest, EVENT_ALIVE, false);
	else if (strcmp(word, "extended") == 0)
		step_sign(f, rest, EVENT_EXTENDED, false);
	else if (strcmp(word, "settled") == 0)
		step_sign(f, rest, EVENT_SETTLED, false);
	else
		return false;
	return true;
}

/* What runs before the start of `id` has ended well. */
static void
step_prepared(struct fixture *f, const char *id)
{
	struct actor *actor = fixture_find(f, id);

	if (actor != NULL)
		actor->alive = false;
	step_told(f, id, EVENT_PREPARED);
}

static void
post(struct fixture *f, enum request_kind kind, struct actor *sup,
    struct actor *about)
{
	struct request *request = calloc(1, sizeof(*request));
	const struct event event = { .kind = EVENT_REQUEST,
		.request = request };

	if (request == NULL)
		abort();
	request->kind = kind;
	request->sup = &sup->sup;
	request->child = about != NULL ? &about->child : NULL;
	fixture_feed(f, &event);
}

static void
step_request(struct fixture *f, char *words, enum request_kind kind)
{
	struct actor *sup = running(f, strsep(&words, " "));

	if (sup != NULL)
		post(f, kind, sup, fixture_member(&sup->sup, words));
}

static bool
has_persona(struct fixture *f, const char *id)
{
	struct persona *persona;

	TAILQ_FOREACH(persona, &f->personas, next)
		if (strcmp(persona->id, id) == 0)
			return true;
	return false;
}

static void
step_add(struct fixture *f, char *words, enum request_kind request)
{
	struct actor *sup = running(f, strsep(&words, " "));
	const char *kind = strsep(&words, " ");
	const char *id = strsep(&words, " ");
	bool known = has_persona(f, id);
	struct actor *spare = fixture_find(f, id);
	struct actor *actor;

	if (sup == NULL)
		return;
	if (spare != NULL && fixture_waits(f, spare)) {
		actor = spare;
	} else {
		actor = fixture_new_actor(f, id,
		    strcmp(kind, "worker") == 0 ? KIND_WORKER :
						  KIND_SUPERVISOR);
		fixture_attributes(f, actor, words, !known);
		if (actor->policy.kind == KIND_SUPERVISOR &&
		    !sup_init(&actor->sup, NULL, &actor->policy))
			abort();
	}
	post(f, request, sup, actor);
}

static void
step_count(struct fixture *f, const char *id)
{
	struct actor *sup = running(f, id);
	unsigned nactive = 0, nsups = 0, nworkers = 0;
	struct child *child;
	char text[sizeof(f->reply)];

	if (sup == NULL)
		return;
	TAILQ_FOREACH(child, &sup->sup.children, order) {
		if (child->forgotten)
			continue;
		nactive += child->state == CHILD_UP;
		nsups += child_is_sup(child);
		nworkers += !child_is_sup(child);
	}
	snprintf(text, sizeof(text),
	    "count specs=%u active=%u supervisors=%u workers=%u",
	    sup->sup.nchildren, nactive, nsups, nworkers);
	if (f->otp)
		strlcpy(f->reply, text, sizeof(f->reply));
	else
		fprintf(f->out, "%s\n", text);
}

static void
step_wait(struct fixture *f, int64_t ms)
{
	int64_t until_ns = f->now_ns + ms * NS_PER_MS;

	fixture_settle(f, until_ns);
	f->now_ns = until_ns;
}

static void
step_show(struct fixture *f, const char *what)
{
	f->show_actions |= strstr(what, "actions") != NULL;
	f->show_notes |= strstr(what, "notes") != NULL;
	f->show_frees |= strstr(what, "frees") != NULL;
}

static void
step_together(struct fixture *f, char *steps)
{
	f->held = true;
	for (char *step; (step = strsep(&steps, ",")) != NULL;)
		fixture_step(f, step + strspn(step, " "));
	f->held = false;
}

static void
step_deadline(struct fixture *f)
{
	int64_t at_ns = tree_deadline(&f->tree);

	if (at_ns == NEVER_NS)
		fprintf(f->out, "deadline never\n");
	else
		fprintf(f->out, "deadline %lld\n",
		    (long long)((at_ns - f->now_ns) / NS_PER_MS));
}

static void
step_event(struct fixture *f, enum event_kind kind)
{
	const struct event event = { .kind = kind };

	fixture_feed(f, &event);
}

static bool
step_from_kernel(struct fixture *f, const char *word, char *rest)
{
	if (strcmp(word, "exit") == 0)
		step_exit(f, rest);
	else if (strcmp(word, "signal") == 0)
		step_signal(f, rest);
	else if (strcmp(word, "kill") == 0)
		step_kill(f, rest);
	else if (strcmp(word, "prepared") == 0)
		step_prepared(f, rest);
	else if (strcmp(word, "ready") == 0)
		step_told(f, rest, EVENT_READY);
	else if (strcmp(word, "gone") == 0)
		step_told(f, rest, EVENT_GONE);
	else if (strcmp(word, "wait") == 0)
		step_wait(f, atoll(rest));
	else
		return false;
	return true;
}

static bool
step_from_people(struct fixture *f, const char *word, char *rest)
{
	if (strcmp(word, "boot") == 0)
		step_event(f, EVENT_BOOT);
	else if (strcmp(word, "stop") == 0)
		step_event(f, EVENT_SHUTDOWN);
	else if (strcmp(word, "slaughter") == 0)
		step_event(f, EVENT_SLAUGHTER);
	else if (strcmp(word, "terminate") == 0)
		step_request(f, rest, REQUEST_STOP);
	else if (strcmp(word, "hold") == 0)
		step_request(f, rest, REQUEST_HOLD);
	else if (strcmp(word, "restart") == 0)
		step_request(f, rest, REQUEST_START);
	else if (strcmp(word, "again") == 0)
		step_request(f, rest, REQUEST_RESTART);
	else if (strcmp(word, "delete") == 0)
		step_request(f, rest, REQUEST_DELETE);
	else if (strcmp(word, "start") == 0)
		step_add(f, rest, REQUEST_ADD);
	else if (strcmp(word, "place") == 0)
		step_add(f, rest, REQUEST_PLACE);
	else if (strcmp(word, "remove") == 0)
		step_request(f, rest, REQUEST_REMOVE);
	else
		return false;
	return true;
}

void
fixture_step(struct fixture *f, const char *step)
{
	char words[STEP_SIZE];
	char *rest = words;
	const char *word;

	if (strlcpy(words, step, sizeof(words)) >= sizeof(words))
		fixture_wrong("step too long", step);
	words[strcspn(words, "\n")] = '\0';
	word = strsep(&rest, " ");
	if (*word == '\0')
		return;
	if (strcmp(word, "show") == 0)
		step_show(f, rest);
	else if (strcmp(word, "state") == 0)
		fixture_say_state(f, &f->root->sup);
	else if (strcmp(word, "deadline") == 0)
		step_deadline(f);
	else if (strcmp(word, "count") == 0)
		step_count(f, rest);
	else if (strcmp(word, "together") == 0)
		step_together(f, rest);
	else if (!step_from_people(f, word, rest) &&
	    !fixture_step_link(f, word, rest) && !step_signs(f, word, rest) &&
	    !step_from_kernel(f, word, rest))
		fixture_wrong("no such step", step);
	fixture_settle(f, f->otp ? NEVER_NS - 1 : f->now_ns);
}
