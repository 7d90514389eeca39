/* SPDX-License-Identifier: ISC */
#ifndef CORE_INTERNAL_H
#define CORE_INTERNAL_H

#include "core/tree.h"

/*
 * What the files of lib/core tell each other: tree.c takes events and runs
 * the agenda, note.c says what has happened, start.c, stop.c, restart.c and
 * request.c each hold one of the things that a supervisor does.
 */

/* Whether a supervisor can go on, or waits for an event. */
enum progress {
	GO_ON,
	WAIT
};

/* note.c: what comes out. */
void tree_act(struct tree *t, enum action_kind kind, struct child *child);
void tree_unlink(struct tree *t, struct link *link);
struct note *tree_note(struct tree *t, enum note_kind kind, struct child *child,
    struct reason reason);
void tree_note_end(struct tree *t, enum note_kind kind, struct child *child,
    int64_t ran_ns);
void tree_report(struct tree *t, enum report_context context,
    struct child *child, struct reason reason);
void
tree_reply(struct tree *t, struct request *request, enum request_result result);

/* tree.c: who goes on. */
void agenda_add(struct tree *t, struct sup *sup);
void agenda_del(struct tree *t, struct sup *sup);
void inbox_post(struct tree *t, struct child *child, enum mail_kind kind);
void inbox_withdraw(struct child *child);

/* tick.c: limits and checks. */
/* Sets the limit of what `child` does, and ends its checks. */
void child_deadline(struct tree *t, struct child *child, int64_t at_ns);
/* The same without a word of the other. */
void child_set_limit(struct tree *t, struct child *child, int64_t at_ns);
void child_set_check(struct tree *t, struct child *child, int64_t at_ns);
/* One of the two has come. */
void child_tick(struct tree *t, struct child *child);

/* start.c: starts that were ordered, and how they came out. */
void child_start(struct tree *t, struct child *child);
void child_unblocked(struct tree *t, struct child *child);
void child_spawned(struct tree *t, struct child *child);
void
child_spawn_failed(struct tree *t, struct child *child, struct reason reason);
void child_prepared(struct tree *t, struct child *child);
void child_start_tick(struct tree *t, struct child *child);
void child_start_ended(struct tree *t, struct child *child, bool ignore);
void child_started(struct tree *t, struct child *child);
void child_ignored(struct tree *t, struct child *child);
void
child_start_failed(struct tree *t, struct child *child, struct reason reason);
/* The init of `sup` has ended, for that reason, and no children come of it. */
void sup_unprepared(struct tree *t, struct sup *sup, struct reason reason);
enum progress start_step(struct tree *t, struct sup *sup);

/* stop.c: stops that were ordered, and what follows them. */
void child_stop(struct tree *t, struct child *child);
void child_stopped(struct tree *t, struct child *child);
void child_kill(struct tree *t, struct child *child);
/*
 * Ends what runs of `child` as its policy says: asked, by ACTION_STOP or
 * ACTION_ABORT, then killed.
 */
void child_end(struct tree *t, struct child *child, enum action_kind how);
void child_forget(struct tree *t, struct child *child);
void child_let_go(struct tree *t, struct child *child);
bool child_vanishes(const struct child *child);
void sup_shutdown(struct tree *t, struct sup *sup, enum sup_cause cause);
void sup_slaughter(struct tree *t, struct sup *sup);
enum progress group_stop_step(struct tree *t, struct sup *sup);
enum progress child_stop_step(struct tree *t, struct sup *sup);
enum progress shutdown_step(struct tree *t, struct sup *sup);
enum progress sweep_step(struct tree *t, struct sup *sup);

/* budget.c: the time that the stop of everything may take. */
/* The root was told to stop: shares it out, if there is a limit. */
void budget_begin(struct tree *t);
/* The turn of `child` to stop has come: whether budget_cut() is to follow. */
bool budget_pass(struct tree *t, struct child *child);
/* It was told: sees that it does not take more than its share. */
void budget_cut(struct tree *t, struct child *child);

/* restart.c: deaths and the answers to them. */
void child_died(struct tree *t, struct child *child);
/* What a `catch` line decides about the reason of `child`; false: none does. */
bool
child_caught(struct tree *t, struct child *child, enum catch_action *action);
/* The supervisor of `child`, which is down, gives up because of its reason. */
void child_escalate(struct tree *t, struct child *child);
void child_retry(struct tree *t, struct child *child);
void child_due(struct tree *t, struct child *child);
void group_stopped(struct tree *t, struct sup *sup);

/* link.c */
/* A run of `child` has begun, or ended for child->reason. */
void links_tie(struct child *child);
void links_tell(struct tree *t, struct child *child);
/* One step of telling those whose end is to be told. */
void links_tell_one(struct tree *t);
/* What an exit signal was to end has ended. */
void links_acquit(struct tree *t, struct child *child);
void links_noproc(struct tree *t, struct child *child, struct child *peer);
/*
 * `child` ends its run for this reason, if nothing does already: by a throw,
 * or because it gives no sign of life.
 */
void child_condemn(struct tree *t, struct child *child, struct reason reason,
    enum action_kind how);

/* signs.c: signs of life, and checks. */
/* The start of `child` goes on, or is complete: what is to be seen of it. */
void signs_await(struct tree *t, struct child *child);
/* Its limit has passed, or one of its checks is due. */
void signs_missed(struct tree *t, struct child *child);
void signs_due(struct tree *t, struct child *child);
void signs_checked(struct tree *t, struct child *child, bool passed);
void signs_alive(struct tree *t, struct child *child, int64_t until_ns);
void signs_extend(struct tree *t, struct child *child, int64_t until_ns);

/* replace.c */
void replace_serve(struct tree *t, struct request *request);
/* The start of its second child is over, whatever came of it. */
void replace_over(struct tree *t, struct request *request,
    enum request_result result);
/* `child` is not to be replaced any more: stops its second one. */
void replace_call_off(struct tree *t, struct child *child);

/* request.c */
/* Starts `child`, of an idle supervisor that does not wait for it. */
void
request_await(struct tree *t, struct request *request, struct child *child);
void request_serve(struct tree *t, struct request *request);
void request_refuse(struct tree *t, struct request *request,
    enum request_result result);
bool request_makes_child(const struct request *request);
void request_started(struct tree *t, struct child *child,
    enum request_result result);
void request_stopped(struct tree *t, struct sup *sup);
void request_over(struct tree *t, struct sup *sup, enum request_result result);

#endif
