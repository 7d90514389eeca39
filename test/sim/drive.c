/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/units.h"
#include "check.h"
#include "world.h"

/* What happens to the world: random at first, then nothing new. */

/* Steps in which everything must have come to rest. */
#define REST_MAX 20000
/* Steps that a tree has for starting well. */
#define BOOT_MAX 200

static bool
makes_child(const struct request *request)
{
	return request->kind == REQUEST_ADD || request->kind == REQUEST_PLACE ||
	    request->kind == REQUEST_REPLACE;
}

static void
answer(struct world *w, struct request *request)
{
	struct errand *errand = (struct errand *)(void *)request;
	struct child *child = request->child;

	world_say(w, "  answer %u: %s", (unsigned)(errand - w->errands),
	    request_result_text[request->result]);
	errand->posted = false;
	w->nanswers++;
	if (makes_child(request) && child != NULL && child->sup == NULL)
		world_release(w, world_actor(w, child));
}

static void
say_note(const struct world *w, const struct actor *actor,
    const struct note *note)
{
	static const char *const names[] = { "starting", "started",
		"start failed", "ignored", "exited", "caught", "restarting",
		"report", "gave up", "auto shutdown", "ended", "removed",
		"replacing", "replaced", "trapped" };
	char text[REASON_TEXT_SIZE];

	if (w->verbose)
		world_say(w, "  note %u: %s %s", actor->id, names[note->kind],
		    reason_text(note->reason, text));
}

/* Carries out one action; true when its answer is in *next. */
static bool
perform(struct world *w, const struct action *action, struct event *next)
{
	static const char *const names[] = { "spawn", "stop", "abort", "kill",
		"check", "uncheck" };
	struct actor *actor = (struct actor *)(void *)action->child;

	if (action->kind <= ACTION_UNCHECK)
		world_say(w, "  %s %u", names[action->kind], actor->id);
	check_action(w, action);
	switch (action->kind) {
	case ACTION_SPAWN:
		*next = (struct event){ .child = action->child };
		next->kind = kernel_spawn(w, actor, &next->reason) ?
		    EVENT_SPAWNED :
		    EVENT_SPAWN_FAILED;
		return true;
	case ACTION_STOP:
	case ACTION_ABORT:
		kernel_stop(w, actor);
		break;
	case ACTION_CHECK:
		kernel_check(w, actor);
		break;
	case ACTION_UNCHECK:
		kernel_uncheck(w, actor);
		break;
	case ACTION_KILL:
		kernel_kill(w, actor);
		break;
	case ACTION_NOTE:
		say_note(w, actor, &action->note);
		if (action->note.kind == NOTE_STARTED)
			kernel_started(w, actor);
		break;
	case ACTION_REPLY:
		answer(w, action->request);
		break;
	case ACTION_FREE:
		world_say(w, "  free %u", actor->id);
		world_release(w, actor);
		break;
	case ACTION_UNLINK:
		world_untie(action->link);
		break;
	case ACTION_END:
		world_say(w, "  end");
		w->nends++;
		break;
	}
	return false;
}

/* Like the engine: a few spawns in a row, then other events come first. */
void
drive_feed(struct world *w, const struct event *event)
{
	struct action out[TREE_ACTIONS_MAX];
	struct event next = *event;
	unsigned nspawns = world_below(w, 6);
	bool answered;
	size_t n;

	do {
		answered = false;
		n = tree_step(&w->tree, &next, w->now_ns, out);
		for (size_t i = 0; i < n; i++) {
			if (answered)
				world_fail(w, "an action after a spawn");
			answered = perform(w, &out[i], &next);
		}
		if (!answered)
			next = (struct event){ .kind = EVENT_TICK };
		if (w->nsteps++ % 16 == 0)
			check_counts(w);
		check_links(w);
	} while (answered || (n > 0 && nspawns-- > 0));
	w->more = n > 0;
	if (!w->more && tree_deadline(&w->tree) > w->now_ns)
		check_heeded(w);
}

static void
feed_kind(struct world *w, enum event_kind kind)
{
	const struct event event = { .kind = kind };
	static const char *const names[] = { "boot", "shutdown", "slaughter",
		"tick" };

	world_say(w, "%s", names[kind]);
	if (kind == EVENT_SLAUGHTER && w->slaughter_ns == NEVER_NS)
		w->slaughter_ns = w->now_ns;
	if (kind == EVENT_SHUTDOWN && w->shutdown_ns == NEVER_NS)
		w->shutdown_ns = w->now_ns;
	drive_feed(w, &event);
}

static void
feed_from_kernel(struct world *w, const struct event *event)
{
	char text[REASON_TEXT_SIZE];
	const struct actor *actor = world_actor(w, event->child);

	if (event->kind == EVENT_READY)
		world_say(w, "%u is ready", actor->id);
	else if (event->kind == EVENT_CHECKED)
		world_say(w, "%u %s its check", actor->id,
		    event->passed ? "passes" : "fails");
	else if (event->kind == EVENT_ALIVE)
		world_say(w, "%u is alive", actor->id);
	else if (event->kind == EVENT_EXTENDED)
		world_say(w, "%u needs more time", actor->id);
	else if (event->kind == EVENT_PREPARED)
		world_say(w, "%u is prepared", actor->id);
	else if (event->kind == EVENT_GONE)
		world_say(w, "%u is gone", actor->id);
	else
		world_say(w, "%u has ended: %s%s%s", actor->id,
		    reason_text(event->reason, text),
		    event->unasked ? ", unasked" : "",
		    event->remains ? ", something remains" : "");
	drive_feed(w, event);
}

/* Lets time pass to the next thing that happens; false: nothing does. */
static bool
advance(struct world *w)
{
	int64_t deadline_ns = tree_deadline(&w->tree);
	int64_t next_ns = kernel_next(w);
	struct event event = { 0 };

	if (w->more && world_chance(w, 70)) {
		feed_kind(w, EVENT_TICK);
		return true;
	}
	if (deadline_ns < next_ns)
		next_ns = deadline_ns;
	if (next_ns == NEVER_NS) {
		if (w->more)
			feed_kind(w, EVENT_TICK);
		return w->more || tree_deadline(&w->tree) != NEVER_NS ||
		    kernel_next(w) != NEVER_NS;
	}
	if (world_chance(w, 10))
		next_ns += (int64_t)world_below(w, 20) * NS_PER_MS;
	if (next_ns > w->now_ns)
		w->now_ns = next_ns;
	if (kernel_tell(w, &event))
		feed_from_kernel(w, &event);
	else if (tree_deadline(&w->tree) <= w->now_ns)
		feed_kind(w, EVENT_TICK);
	return true;
}

static bool
in_tree(const struct world *w, const struct child *child)
{
	while (child->sup != NULL)
		child = &child->sup->child;
	return child == &w->root->child;
}

static struct actor *
random_actor(struct world *w, bool sup)
{
	unsigned first = world_below(w, w->nactors);

	for (unsigned i = 0; i < w->nactors; i++) {
		struct actor *actor = w->actors[(first + i) % w->nactors];

		if (child_is_sup(&actor->child) == sup &&
		    in_tree(w, &actor->child))
			return actor;
	}
	return NULL;
}

/* One that is in the middle of something, if there is one. */
static struct actor *
busy_sup(struct world *w)
{
	for (unsigned i = 0; i < w->nactors; i++) {
		struct actor *actor = w->actors[i];

		if (child_is_sup(&actor->child) && actor->sup.on_agenda &&
		    actor->sup.op != OP_IDLE && in_tree(w, &actor->child))
			return actor;
	}
	return random_actor(w, true);
}

static struct child *
random_child(struct world *w, struct actor *sup)
{
	unsigned skip = world_below(w, sup->sup.nchildren + 1);
	struct child *child;

	TAILQ_FOREACH(child, &sup->sup.children, order)
		if (!child->forgotten && skip-- == 0)
			return child;
	return NULL;
}

/* Makes its child a second one of that which it has; false: it has none. */
static bool
second_of(struct world *w, struct request *request)
{
	struct child *first = request->child;
	struct actor *second;

	if (first == NULL || child_is_sup(first))
		return false;
	second = world_grow(w, WORLD_DEPTH_MAX);
	second->policy = *first->policy;
	request->first = first;
	request->child = &second->child;
	return true;
}

static void
ask(struct world *w)
{
	static const char *const names[] = { "start", "stop", "hold", "restart",
		"add", "delete", "place", "remove", "replace" };
	struct actor *sup =
	    world_chance(w, 50) ? busy_sup(w) : random_actor(w, true);
	struct event event = { .kind = EVENT_REQUEST };
	struct errand *errand;

	if (w->nerrands == WORLD_REQUESTS_MAX ||
	    w->nactors + 4 > WORLD_ACTORS_MAX)
		return;
	errand = &w->errands[w->nerrands++];
	errand->posted = true;
	errand->request.kind = (enum request_kind)world_below(w, 9);
	errand->request.sup = &sup->sup;
	errand->request.child = random_child(w, sup);
	if (errand->request.kind == REQUEST_REPLACE &&
	    !second_of(w, &errand->request))
		errand->request.kind = REQUEST_ADD;
	if (errand->request.kind == REQUEST_ADD ||
	    errand->request.kind == REQUEST_PLACE)
		errand->request.child = &world_grow(w, 1)->child;
	event.request = &errand->request;
	world_say(w, "request %u: %u, %s %u", w->nerrands - 1, sup->id,
	    names[errand->request.kind],
	    errand->request.child != NULL ?
		world_actor(w, errand->request.child)->id :
		0);
	drive_feed(w, &event);
}

static void
tangle(struct world *w)
{
	struct actor *a = random_actor(w, world_chance(w, 10));
	struct actor *b = random_actor(w, world_chance(w, 10));

	if (a != NULL && world_chance(w, 20))
		world_plead(w, a);
	else if (a != NULL && world_chance(w, 20))
		world_throw(w, a);
	else if (a != NULL && b != NULL)
		world_link(w, a, b);
}

static void
stir(struct world *w)
{
	unsigned dice = world_below(w, 1000);
	struct actor *victim;

	if (dice < 2) {
		feed_kind(w, EVENT_SHUTDOWN);
	} else if (dice < 3) {
		feed_kind(w, EVENT_SLAUGHTER);
	} else if (world_chance(w, w->mood.requests)) {
		ask(w);
	} else if (world_chance(w, w->mood.links)) {
		tangle(w);
	} else if (world_chance(w, w->mood.deaths)) {
		victim = random_actor(w, false);
		if (victim != NULL)
			kernel_end(w, victim,
			    world_chance(w, 50) ? reason_exit(1) :
						  reason_exit(0));
	} else if (!advance(w)) {
		w->now_ns += (int64_t)world_below(w, 2000) * NS_PER_MS;
	}
}

/* Most trees start well. */
static void
boot(struct world *w)
{
	w->calm = world_chance(w, 70);
	feed_kind(w, EVENT_BOOT);
	for (unsigned n = 0; w->calm && n < BOOT_MAX; n++)
		if (w->root->child.state != CHILD_STARTING || !advance(w))
			break;
	w->calm = false;
}

static void
rest(struct world *w)
{
	unsigned n = 0;

	while (advance(w))
		if (n++ == REST_MAX)
			world_fail(w, "it does not come to rest");
}

static void
end(struct world *w)
{
	bool at_once = world_chance(w, 20);

	w->calm = world_chance(w, 50);
	feed_kind(w, at_once ? EVENT_SLAUGHTER : EVENT_SHUTDOWN);
	for (unsigned n = world_below(w, 20); n > 0 && w->nends == 0; n--)
		(void)advance(w);
	if (w->nends == 0 && world_chance(w, 20))
		feed_kind(w, EVENT_SLAUGHTER);
	rest(w);
}

void
world_play(struct world *w)
{
	boot(w);
	for (unsigned n = world_below(w, 120); n > 0 && w->nends == 0; n--)
		stir(w);
	kernel_calm(w);
	world_say(w, "calm");
	world_unsign(w);
	rest(w);
	if (w->nends == 0) {
		check_quiet(w);
		end(w);
	}
	check_ended(w);
}
