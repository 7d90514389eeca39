/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "core_fixture.h"

/* The fixture's kernel and clock, and the tree's actions carried out. */

struct actor *
fixture_actor(struct child *child)
{
	return (struct actor *)(void *)child;
}

struct actor *
fixture_member(const struct sup *sup, const char *id)
{
	struct child *child;

	TAILQ_FOREACH(child, &sup->children, order)
		if (!child->forgotten &&
		    strcmp(fixture_actor(child)->persona->id, id) == 0)
			return fixture_actor(child);
	return NULL;
}

/* Whether `actor` is not in the tree yet. */
bool
fixture_waits(const struct fixture *f, const struct actor *actor)
{
	return actor->child.sup == NULL && actor != f->root;
}

/* The child of that name; one in the tree rather than one that waits. */
struct actor *
fixture_find(struct fixture *f, const char *id)
{
	struct actor *found = NULL;
	struct actor *actor;

	TAILQ_FOREACH(actor, &f->actors, next) {
		if (strcmp(actor->persona->id, id) != 0)
			continue;
		if (found == NULL || fixture_waits(f, found) ||
		    (!fixture_waits(f, actor) &&
			(actor->alive || found->child.forgotten)))
			found = actor;
	}
	return found;
}

void
fixture_after(struct fixture *f, struct actor *actor, int64_t ms,
    const struct event *event)
{
	struct pending *pending = calloc(1, sizeof(*pending));
	struct pending *later;

	if (pending == NULL)
		abort();
	pending->event = *event;
	pending->event.child = &actor->child;
	pending->run = actor->child.run;
	pending->at_ns = f->now_ns + ms * NS_PER_MS;
	TAILQ_FOREACH(later, &f->pendings, next)
		if (later->at_ns > pending->at_ns)
			break;
	if (later != NULL)
		TAILQ_INSERT_BEFORE(later, pending, next);
	else
		TAILQ_INSERT_TAIL(&f->pendings, pending, next);
}

/* What the kernel was to tell about `actor` will not be told. */
static void
silence(struct fixture *f, const struct actor *actor)
{
	struct pending *pending, *next;

	TAILQ_FOREACH_SAFE(pending, &f->pendings, next, next)
		if (pending->event.child == &actor->child) {
			TAILQ_REMOVE(&f->pendings, pending, next);
			free(pending);
		}
}

static void
exits(struct fixture *f, struct actor *actor, int64_t ms, struct reason reason,
    bool unasked)
{
	struct event event = {
		.kind = EVENT_EXITED,
		.reason = reason,
		.unasked = unasked,
		.remains = actor->persona->remains_ms >= 0,
	};

	fixture_after(f, actor, ms, &event);
}

void
fixture_die(struct fixture *f, struct actor *actor, struct reason reason,
    bool unasked)
{
	exits(f, actor, 0, reason, unasked);
}

void
fixture_react(struct fixture *f, struct actor *actor, struct reason told)
{
	struct persona *persona = actor->persona;

	switch (persona->term) {
	case TERM_DIE:
		exits(f, actor, 0, told, false);
		break;
	case TERM_IGNORE:
		break;
	case TERM_DELAY:
		exits(f, actor, persona->term_ms, told, false);
		break;
	case TERM_EXIT:
		/* OTP has no normal end that counts as `shutdown` (U4). */
		exits(f, actor, 0, persona->term_reason, f->otp);
		break;
	}
}

void
fixture_kill(struct fixture *f, struct actor *actor)
{
	const struct event gone = { .kind = EVENT_GONE };

	if (actor->alive) {
		silence(f, actor);
		exits(f, actor, 0, reason_signal(SIGKILL), false);
	} else if (actor->remains && actor->persona->kills-- <= 0) {
		silence(f, actor);
		fixture_after(f, actor, 0, &gone);
	}
}

/* The start of a run, as its plan has it; returns what the kernel says. */
static struct event
spawn(struct fixture *f, struct actor *actor)
{
	struct persona *persona = actor->persona;
	unsigned nth = persona->tries < persona->nplan ? persona->tries :
							 persona->nplan - 1;
	enum plan plan = persona->plan[nth];
	const struct event ready = { .kind = EVENT_READY };
	struct event answer = { .kind = EVENT_SPAWNED, .child = &actor->child };

	if (actor->child.preparing && !child_is_sup(&actor->child)) {
		actor->alive = true;
		return answer;
	}
	persona->tries++;
	if (actor->alive || actor->remains)
		fixture_wrong("started while its last run lives", persona->id);
	if (plan == PLAN_FAIL) {
		answer.kind = EVENT_SPAWN_FAILED;
		answer.reason =
		    (struct reason){ .kind = REASON_START, .value = ENOENT };
		return answer;
	}
	actor->alive = true;
	if (plan == PLAN_IGNORE)
		exits(f, actor, 0, reason_exit(0), false);
	if (plan == PLAN_EARLY)
		exits(f, actor, 0, reason_exit(1), false);
	if (plan == PLAN_OK && ready_is_said(actor->policy.worker.ready))
		fixture_after(f, actor, 0, &ready);
	return answer;
}

/* Frees `actor` and all below it, and returns how many they were. */
static size_t
release(struct fixture *f, struct actor *actor)
{
	struct child *child;
	size_t n = 1;

	silence(f, actor);
	fixture_untie_actor(f, actor);
	TAILQ_REMOVE(&f->actors, actor, next);
	if (actor->policy.kind == KIND_SUPERVISOR) {
		while ((child = TAILQ_FIRST(&actor->sup.children)) != NULL) {
			TAILQ_REMOVE(&actor->sup.children, child, order);
			n += release(f, fixture_actor(child));
		}
		sup_fini(&actor->sup);
	}
	free(actor);
	return n;
}

static void
reply(struct fixture *f, struct request *request)
{
	static const char *const kinds[] = { "restart", "terminate", "hold",
		"again", "start", "delete", "place", "remove" };
	enum request_result result = request->result;
	struct actor *actor =
	    request->child != NULL ? fixture_actor(request->child) : NULL;
	bool start = request->kind != REQUEST_STOP &&
	    request->kind != REQUEST_HOLD && request->kind != REQUEST_DELETE;

	if (!f->otp)
		fprintf(f->out, "reply %s %s\n", kinds[request->kind],
		    request_result_text[result]);
	else if (result == RESULT_OK && start && actor != NULL)
		snprintf(f->reply, sizeof(f->reply), "ok %s#%u",
		    actor->persona->id, actor->persona->incarnation);
	else if (result == RESULT_IGNORED)
		snprintf(f->reply, sizeof(f->reply), "%s",
		    sup_is_dynamic(request->sup) ? "ignore" : "ok undefined");
	else
		snprintf(f->reply, sizeof(f->reply), "%s%s",
		    result == RESULT_OK || result == RESULT_NOPROC ? "" :
								     "error ",
		    request_result_text[result]);
	if ((request->kind == REQUEST_ADD || request->kind == REQUEST_PLACE) &&
	    actor != NULL && fixture_waits(f, actor))
		tree_unreserve(&f->tree, release(f, actor));
	free(request);
}

/* Carries out one action; true when its answer is in *answer. */
static bool
perform(struct fixture *f, const struct action *action, struct event *answer)
{
	struct actor *actor =
	    action->child != NULL ? fixture_actor(action->child) : NULL;
	static const char *const names[] = { [ACTION_SPAWN] = "spawn",
		[ACTION_STOP] = "stop",
		[ACTION_ABORT] = "abort",
		[ACTION_KILL] = "kill",
		[ACTION_CHECK] = "check",
		[ACTION_UNCHECK] = "uncheck" };

	if (f->show_actions && action->kind <= ACTION_UNCHECK)
		fprintf(f->out, "%s %s\n", names[action->kind],
		    actor->persona->id);
	switch (action->kind) {
	case ACTION_SPAWN:
		*answer = spawn(f, actor);
		return true;
	case ACTION_STOP:
	case ACTION_ABORT:
		if (actor->alive)
			fixture_react(f, actor, reason_signal(SIGTERM));
		break;
	case ACTION_CHECK:
	case ACTION_UNCHECK:
		break; /* answered by a step */
	case ACTION_KILL:
		fixture_kill(f, actor);
		break;
	case ACTION_NOTE:
		fixture_say_note(f, action);
		break;
	case ACTION_REPLY:
		reply(f, action->request);
		break;
	case ACTION_FREE:
		if (f->show_frees)
			fprintf(f->out, "free %s\n", actor->persona->id);
		tree_unreserve(&f->tree, release(f, actor));
		break;
	case ACTION_UNLINK:
		fixture_untie(action->link);
		break;
	case ACTION_END:
		if (!f->otp)
			fprintf(f->out, "end\n");
		f->ended = true;
		break;
	}
	return false;
}

void
fixture_feed(struct fixture *f, const struct event *event)
{
	struct action out[TREE_ACTIONS_MAX];
	struct event next = *event;
	bool answered;
	size_t n;

	do {
		answered = false;
		n = tree_step(&f->tree, &next, f->now_ns, out);
		for (size_t i = 0; i < n; i++)
			answered = perform(f, &out[i], &next);
		if (!answered)
			next = (struct event){ .kind = EVENT_TICK };
	} while (n > 0);
}

/* Tells the tree what the kernel has to tell. */
static void
deliver(struct fixture *f, struct pending *pending)
{
	const struct event gone = { .kind = EVENT_GONE };
	struct actor *actor = fixture_actor(pending->event.child);

	TAILQ_REMOVE(&f->pendings, pending, next);
	if (pending->event.kind == EVENT_EXITED) {
		actor->alive = false;
		actor->remains = pending->event.remains;
		silence(f, actor);
		if (actor->remains && actor->persona->remains_ms > 0)
			fixture_after(f, actor, actor->persona->remains_ms,
			    &gone);
	} else if (pending->event.kind == EVENT_GONE) {
		actor->remains = false;
	}
	fixture_feed(f, &pending->event);
	free(pending);
}

/*
 * Goes on until nothing is left to happen before `until_ns`. The clock goes
 * from one thing to the next, and stays where the last one was.
 */
void
fixture_settle(struct fixture *f, int64_t until_ns)
{
	const struct event tick = { .kind = EVENT_TICK };

	while (!f->held) {
		struct pending *pending = TAILQ_FIRST(&f->pendings);
		int64_t deadline_ns = tree_deadline(&f->tree);
		int64_t at_ns = pending != NULL ? pending->at_ns : NEVER_NS;
		int64_t next_ns = at_ns < deadline_ns ? at_ns : deadline_ns;

		if (next_ns == NEVER_NS || next_ns > until_ns)
			return;
		if (next_ns > f->now_ns)
			f->now_ns = next_ns;
		if (at_ns == next_ns)
			deliver(f, pending);
		else
			fixture_feed(f, &tick);
	}
}

static struct child *
namesake(const struct sup *sup, const struct child *added)
{
	const struct actor *actor = (const struct actor *)(const void *)added;
	struct actor *known = fixture_member(sup, actor->persona->id);

	return known != NULL ? &known->child : NULL;
}

/* What is placed goes by the alphabet. */
static struct child *
successor(const struct sup *sup, const struct child *placed)
{
	const struct actor *actor = (const struct actor *)(const void *)placed;
	struct child *child;

	TAILQ_FOREACH(child, &sup->children, order)
		if (strcmp(fixture_actor(child)->persona->id,
			actor->persona->id) > 0)
			return child;
	return NULL;
}

struct fixture *
fixture_new(const char *text, bool otp)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char *lines = strdup(text);
	char *rest = lines;

	if (f == NULL || lines == NULL)
		abort();
	TAILQ_INIT(&f->personas);
	TAILQ_INIT(&f->actors);
	TAILQ_INIT(&f->pendings);
	tree_init(&f->tree, NULL, 1);
	f->otp = otp;
	f->now_ns = NS_PER_S;
	f->out = open_memstream(&f->text, &f->text_len);
	if (f->out == NULL)
		abort();
	for (char *line; (line = strsep(&rest, "\n;")) != NULL;) {
		line += strspn(line, " \t");
		if (strncmp(line, "link ", 5) == 0)
			fixture_link(f, line + 5, true);
		else if (*line != '\0')
			fixture_declare(f, line);
	}
	free(lines);
	f->tree.namesake = namesake;
	f->tree.successor = successor;
	return f;
}

void
fixture_free(struct fixture *f)
{
	struct persona *persona;
	struct actor *actor;

	(void)release(f, f->root);
	while ((actor = TAILQ_FIRST(&f->actors)) != NULL)
		(void)release(f, actor);
	tree_fini(&f->tree);
	while ((persona = TAILQ_FIRST(&f->personas)) != NULL) {
		TAILQ_REMOVE(&f->personas, persona, next);
		free(persona);
	}
	fclose(f->out);
	free(f->text);
	free(f);
}

const char *
fixture_take(struct fixture *f)
{
	size_t from = f->taken;

	fflush(f->out);
	f->taken = f->text_len;
	return f->text + from;
}

/* Compares two texts of lines, where `; ` or a newline ends a line. */
static bool
same_lines(const char *said, const char *expected)
{
	for (;;) {
		size_t a, b;

		said += strspn(said, "\n; ");
		expected += strspn(expected, "\n; ");
		a = strcspn(said, "\n");
		b = strcspn(expected, ";\n");
		if (a != b || strncmp(said, expected, a) != 0)
			return false;
		if (a == 0)
			return true;
		said += a;
		expected += b;
	}
}

static bool
case_holds(const struct fixture_case *c)
{
	struct fixture *f = fixture_new(c->tree, false);
	char *steps = strdup(c->steps);
	char *rest = steps;
	const char *said;
	bool same;

	if (strstr(c->steps, "boot") == NULL) {
		fixture_step(f, "boot");
		fixture_take(f);
	}
	for (char *step; (step = strsep(&rest, ";")) != NULL;)
		fixture_step(f, step + strspn(step, " \t\n"));
	free(steps);
	said = fixture_take(f);
	same = same_lines(said, c->trace);
	if (!same)
		fprintf(stderr, "--- %s\n%s\n--- expected\n%s\n--- said\n%s\n",
		    c->name, c->steps, c->trace, said);
	fixture_free(f);
	return same;
}

int
fixture_cases(const struct fixture_case *cases, size_t n)
{
	int status = 0;

	for (size_t i = 0; i < n; i++) {
		bool holds = case_holds(&cases[i]);

		printf("%s - %s\n", holds ? "ok" : "not ok", cases[i].name);
		if (!holds)
			status = 1;
	}
	return status;
}
