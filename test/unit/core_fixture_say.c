/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <string.h>

#include "core_fixture.h"

/* What happened, as text: our words, or those of OTP. */

#define WORD_STATUS 80

static const char *
otp_exit(struct fixture *f, int status, char *text, size_t size)
{
	if (status == 0)
		strlcpy(text, "normal", size);
	else if (status == 1)
		strlcpy(text, "crash", size);
	else if (status >= WORD_STATUS && status < WORD_STATUS + 16 &&
	    f->words[status - WORD_STATUS][0] != '\0')
		snprintf(text, size, "shutdown:%s",
		    f->words[status - WORD_STATUS]);
	else
		snprintf(text, size, "crash:%d", status);
	return text;
}

static const char *
reason_word(struct fixture *f, struct actor *actor, struct reason reason,
    char text[static REASON_TEXT_SIZE])
{
	if (!f->otp)
		return reason_text(reason, text);
	if (reason.kind == REASON_EXIT)
		return otp_exit(f, reason.value, text, REASON_TEXT_SIZE);
	if (reason.kind == REASON_SIGNAL && reason.value == SIGTERM)
		return "shutdown";
	if (reason.kind == REASON_START)
		return "failed";
	reason_text(reason, text);
	if (reason.kind == REASON_FAILED_CHILD) {
		strlcat(text, ":", REASON_TEXT_SIZE);
		strlcat(text, actor->failed, REASON_TEXT_SIZE);
	}
	return text;
}

/* Says `WORD ID#RUN`, and the reason of an end. */
static void
say(struct fixture *f, const char *word, const struct actor *actor,
    uint32_t run, const char *reason)
{
	unsigned nth = f->otp ? actor->persona->incarnation : run;

	fprintf(f->out, "%s %s#%u%s%s\n", word, actor->persona->id, nth,
	    *reason != '\0' ? " " : "", reason);
}

static void
say_started(struct fixture *f, const struct note *note, struct actor *actor)
{
	bool sup = actor->policy.kind == KIND_SUPERVISOR;

	actor->up = true;
	if (!sup)
		actor->persona->incarnation++;
	say(f, sup ? "up" : "start", actor, note->run, "");
}

static void
say_starting(struct fixture *f, const struct note *note, struct actor *actor)
{
	bool sup = actor->policy.kind == KIND_SUPERVISOR;

	if (sup)
		actor->persona->incarnation++;
	if (sup || !f->otp)
		say(f, sup ? "start" : "starting", actor, note->run, "");
}

/* In OTP a process whose start did not succeed is not heard of. */
static void
say_exited(struct fixture *f, const struct note *note, struct actor *actor,
    const char *reason)
{
	bool heard = actor->up || actor->policy.kind == KIND_SUPERVISOR;

	actor->up = false;
	if (!heard && f->otp)
		return;
	if (note->cause == CAUSED_BY_LINK && !f->otp)
		fprintf(f->out,
		    "%s: ", fixture_actor(note->sibling)->persona->id);
	say(f, "exit", actor, note->run, reason);
}

static void
say_report(struct fixture *f, const struct note *note, struct actor *actor,
    const char *reason)
{
	struct actor *sup = fixture_actor(&actor->child.sup->child);

	if (note->context == REPORT_START_ERROR)
		strlcpy(sup->failed, actor->persona->id, FIXTURE_ID_SIZE);
	fprintf(f->out, "report %s %s %s %s\n", sup->persona->id,
	    report_context_text[note->context], actor->persona->id, reason);
}

static void
say_aside(struct fixture *f, const struct note *note, struct actor *actor)
{
	static const char *const names[] = {
		[NOTE_RESTARTING] = "restarting",
		[NOTE_GAVE_UP] = "gave_up",
		[NOTE_AUTO_SHUTDOWN] = "auto_shutdown",
		[NOTE_REMOVED] = "removed",
		[NOTE_REPLACING] = "replacing",
		[NOTE_REPLACED] = "replaced",
	};

	if (!f->show_notes || f->otp)
		return;
	fprintf(f->out, "%s %s", names[note->kind], actor->persona->id);
	if (note->kind == NOTE_RESTARTING || note->kind == NOTE_GAVE_UP)
		fprintf(f->out, " %u", note->restarts);
	fprintf(f->out, "\n");
}

void
fixture_say_note(struct fixture *f, const struct action *action)
{
	const struct note *note = &action->note;
	struct actor *actor = fixture_actor(action->child);
	char text[REASON_TEXT_SIZE];
	const char *reason = reason_word(f, actor, note->reason, text);

	switch (note->kind) {
	case NOTE_STARTING:
		say_starting(f, note, actor);
		break;
	case NOTE_STARTED:
		say_started(f, note, actor);
		break;
	case NOTE_START_FAILED:
		fprintf(f->out, "startfail %s\n", actor->persona->id);
		break;
	case NOTE_IGNORED:
		fprintf(f->out, "ignore %s\n", actor->persona->id);
		break;
	case NOTE_EXITED:
	case NOTE_ENDED:
		say_exited(f, note, actor, reason);
		break;
	case NOTE_REPORT:
		say_report(f, note, actor, reason);
		break;
	case NOTE_TRAPPED:
		fprintf(f->out, "%s: told %s %s\n",
		    fixture_actor(note->sibling)->persona->id,
		    actor->persona->id, reason);
		break;
	case NOTE_CAUGHT:
		fprintf(f->out, "caught %s %s\n", actor->persona->id,
		    catch_text[note->caught]);
		break;
	case NOTE_RESTARTING:
	case NOTE_GAVE_UP:
	case NOTE_AUTO_SHUTDOWN:
	case NOTE_REMOVED:
	case NOTE_REPLACING:
	case NOTE_REPLACED:
		say_aside(f, note, actor);
		break;
	}
}

static void
say_member(struct fixture *f, struct child *child)
{
	const struct actor *actor = fixture_actor(child);
	const char *id = actor->persona->id;
	unsigned nth = f->otp ? actor->persona->incarnation : child->run;

	if (child->state == CHILD_UP)
		fprintf(f->out, " %s=%u", id, nth);
	else if (child->state == CHILD_DOWN)
		fprintf(f->out, " %s=-", id);
	else
		fprintf(f->out, " %s=%s", id, child_state_text[child->state]);
}

static struct child *
next_by_id(const struct sup *sup, const char *after)
{
	struct child *found = NULL;
	struct child *child;

	TAILQ_FOREACH(child, &sup->children, order) {
		const char *id = fixture_actor(child)->persona->id;

		if (child->forgotten || strcmp(id, after) <= 0)
			continue;
		if (found == NULL ||
		    strcmp(id, fixture_actor(found)->persona->id) < 0)
			found = child;
	}
	return found;
}

/* The children of a dynamic supervisor have no order: by name. */
static void
say_dynamic(struct fixture *f, struct sup *sup)
{
	struct child *child;
	int nrestarting = 0;

	for (const char *id = ""; (child = next_by_id(sup, id)) != NULL;
	     id = fixture_actor(child)->persona->id) {
		if (child->state == CHILD_RESTARTING && f->otp)
			nrestarting++;
		else
			say_member(f, child);
	}
	if (nrestarting > 0)
		fprintf(f->out, " restarting*%d", nrestarting);
}

void
fixture_say_state(struct fixture *f, struct sup *sup)
{
	struct child *child;

	if (sup->child.state == CHILD_DOWN || sup->child.state == CHILD_ENDED)
		return;
	fprintf(f->out, "state %s", fixture_actor(&sup->child)->persona->id);
	if (sup_is_dynamic(sup)) {
		say_dynamic(f, sup);
	} else {
		TAILQ_FOREACH(child, &sup->children, order)
			if (!child->forgotten)
				say_member(f, child);
	}
	fprintf(f->out, "\n");
	TAILQ_FOREACH(child, &sup->children, order)
		if (child_is_sup(child))
			fixture_say_state(f, child_sup(child));
}
