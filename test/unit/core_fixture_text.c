/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/signal_name.h"
#include "core_fixture.h"

/* From text to trees: the lines that declare children. */

/* Statuses that stand for shutdown:WORD; all are in every planned set. */
#define WORD_STATUS 80
#define NWORDS      16

void
fixture_wrong(const char *what, const char *where)
{
	fprintf(stderr, "fixture: %s: %s\n", what, where);
	exit(2);
}

int
fixture_word(struct fixture *f, const char *word)
{
	for (int i = 0; i < NWORDS; i++) {
		if (f->words[i][0] == '\0')
			strlcpy(f->words[i], word, FIXTURE_ID_SIZE);
		if (strcmp(f->words[i], word) == 0)
			return i;
	}
	fixture_wrong("too many words", word);
	return 0;
}

struct reason
fixture_reason(struct fixture *f, const char *word)
{
	if (strcmp(word, "normal") == 0)
		return reason_exit(0);
	if (strcmp(word, "shutdown") == 0)
		return reason_signal(SIGTERM);
	if (strcmp(word, "crash") == 0)
		return reason_exit(1);
	if (strncmp(word, "kill", 4) == 0)
		return reason_signal(SIGKILL);
	if (strncmp(word, "crash:", 6) == 0)
		return reason_exit(atoi(word + 6));
	if (strncmp(word, "exit:", 5) == 0)
		return reason_exit(atoi(word + 5));
	if (strncmp(word, "signal:", 7) == 0)
		return reason_signal(signal_number(word + 7));
	if (strncmp(word, "shutdown:", 9) != 0)
		fixture_wrong("no such reason", word);
	return reason_exit(WORD_STATUS + fixture_word(f, word + 9));
}

static int
word_in(const char *value, const char *const list[], int n)
{
	for (int i = 0; i < n; i++)
		if (strcmp(value, list[i]) == 0)
			return i;
	fixture_wrong("no such value", value);
	return 0;
}

static int64_t
shutdown_ms(const char *value)
{
	if (strcmp(value, "infinity") == 0)
		return SHUTDOWN_INFINITY;
	if (strcmp(value, "brutal_kill") == 0)
		return SHUTDOWN_BRUTAL_KILL;
	return atoll(value);
}

static void
read_plan(struct actor *actor, char *value)
{
	static const char *const plans[] = { "ok", "fail", "ignore", "early",
		"hang" };
	struct persona *persona = actor->persona;

	persona->nplan = 0;
	for (char *word; (word = strsep(&value, ",")) != NULL;) {
		enum plan plan = (enum plan)word_in(word, plans, 5);

		if (persona->nplan == FIXTURE_PLAN_MAX)
			fixture_wrong("plan too long", word);
		persona->plan[persona->nplan++] = plan;
		if (plan != PLAN_OK && plan != PLAN_FAIL)
			actor->policy.worker.ready = READY_FD;
	}
}

static void
read_term(struct fixture *f, struct persona *persona, const char *value)
{
	persona->trap = strcmp(value, "die") != 0;
	if (strcmp(value, "ignore") == 0) {
		persona->term = TERM_IGNORE;
	} else if (strncmp(value, "delay:", 6) == 0) {
		persona->term = TERM_DELAY;
		persona->term_ms = atoll(value + 6);
	} else if (strncmp(value, "exit:", 5) == 0) {
		persona->term = TERM_EXIT;
		persona->term_reason = fixture_reason(f, value + 5);
	} else if (persona->trap) {
		fixture_wrong("no such term", value);
	}
}

static void
read_statuses(struct status_set *set, char *value)
{
	for (char *word; (word = strsep(&value, ",")) != NULL;)
		status_set_add(set, atoi(word));
}

static bool
sup_attribute(struct sup_policy *sup, const char *key, const char *value)
{
	if (strcmp(key, "strategy") == 0)
		sup->strategy = (enum strategy)word_in(value, strategy_text, 4);
	else if (strcmp(key, "auto_shutdown") == 0)
		sup->auto_shutdown =
		    (enum auto_shutdown)word_in(value, auto_shutdown_text, 3);
	else if (strcmp(key, "stop") == 0)
		sup->stop_order =
		    (enum stop_order)word_in(value, stop_order_text, 2);
	else if (strcmp(key, "stop_timeout") == 0)
		sup->stop_timeout_ms = atol(value);
	else if (strcmp(key, "max_restarts") == 0)
		sup->max_restarts = (uint32_t)atol(value);
	else if (strcmp(key, "max_seconds") == 0)
		sup->max_seconds = atoll(value);
	else if (strcmp(key, "max_children") == 0)
		sup->max_children = strcmp(value, "infinity") == 0 ?
		    MAX_CHILDREN_INFINITY :
		    (uint32_t)atol(value);
	else
		return false;
	return true;
}

static void
read_ready(struct worker_policy *worker, const char *value)
{
	if (strncmp(value, "after:", 6) == 0) {
		worker->ready = READY_AFTER;
		worker->ready_after_ms = atoll(value + 6);
	} else {
		worker->ready =
		    (enum ready)word_in(value, ready_text, READY_FILE + 1);
	}
}

static bool
signs_attribute(struct worker_policy *worker, const char *key, char *value)
{
	struct alive_policy *alive = &worker->alive;

	if (strcmp(key, "watchdog") == 0)
		worker->watchdog_ms = atoll(value);
	else if (strcmp(key, "check_every") == 0)
		worker->check_every_ms = atoll(value);
	else if (strcmp(key, "alive") == 0) {
		alive->kind = ALIVE_CHECK;
		alive->every_ms = atoll(strsep(&value, "/"));
		alive->timeout_ms = atoll(strsep(&value, "/"));
		alive->failures = atoll(value);
	} else {
		return false;
	}
	return true;
}

static bool
worker_attribute(struct worker_policy *worker, const char *key, char *value)
{
	if (strcmp(key, "ready") == 0) {
		read_ready(worker, value);
	} else if (strcmp(key, "start_timeout") == 0) {
		worker->start_timeout_ms = atoll(value);
	} else if (strcmp(key, "backoff") == 0) {
		worker->backoff_min_ms = atoll(strsep(&value, "."));
		worker->backoff_max_ms = atoll(value + 1);
	} else if (strcmp(key, "stop_signal") == 0) {
		worker->stop_signal = signal_number(value);
	} else if (strcmp(key, "normal") == 0) {
		read_statuses(&worker->normal, value);
	} else if (strcmp(key, "planned") == 0) {
		read_statuses(&worker->planned, value);
	} else if (strcmp(key, "trap_exits") == 0) {
		worker->trap_exits = strcmp(value, "yes") == 0;
	} else {
		return signs_attribute(worker, key, value);
	}
	return true;
}

/* What concerns the process rather than its specification. */
static bool
persona_attribute(struct fixture *f, struct actor *actor, const char *key,
    char *value)
{
	struct persona *persona = actor->persona;

	if (strcmp(key, "start") == 0)
		read_plan(actor, value);
	else if (strcmp(key, "term") == 0)
		read_term(f, persona, value);
	else if (strcmp(key, "trap") == 0)
		persona->trap |= strcmp(value, "yes") == 0;
	else if (strcmp(key, "kills") == 0)
		persona->kills = atoi(value);
	else if (strcmp(key, "remains") == 0)
		persona->remains_ms = atoll(value);
	else
		return false;
	return true;
}

static void
read_catch(struct actor *actor, char *action)
{
	const char *pattern = strsep(&action, "/");
	size_t n = actor->policy.ncatches++;

	if (n == FIXTURE_CATCHES_MAX || action == NULL)
		fixture_wrong("no such catch", pattern);
	strlcpy(actor->patterns[n], pattern, FIXTURE_PATTERN_SIZE);
	actor->catches[n] = (struct catch_rule){
		.pattern = actor->patterns[n],
		.action = (enum catch_action)word_in(action, catch_text, 5),
	};
	actor->policy.catches = actor->catches;
}

static void
attribute(struct fixture *f, struct actor *actor, char *value, bool all)
{
	struct child_policy *policy = &actor->policy;
	const char *key = strsep(&value, "=");
	struct persona unused = { 0 };
	struct persona *persona = actor->persona;
	bool known = true;

	if (value == NULL)
		fixture_wrong("expected key=value", key);
	if (strcmp(key, "parent") == 0)
		return;
	if (!all)
		actor->persona = &unused;
	if (strcmp(key, "restart") == 0)
		policy->restart = (enum restart)word_in(value, restart_text, 3);
	else if (strcmp(key, "shutdown") == 0)
		policy->shutdown_ms = shutdown_ms(value);
	else if (strcmp(key, "catch") == 0)
		read_catch(actor, value);
	else if (strcmp(key, "ignore") == 0)
		read_statuses(&policy->ignore, value);
	else if (strcmp(key, "before") == 0 || strcmp(key, "init") == 0)
		policy->prepares = true;
	else if (strcmp(key, "significant") == 0)
		policy->significant = strcmp(value, "yes") == 0;
	else if (policy->kind == KIND_SUPERVISOR)
		known = sup_attribute(&policy->sup, key, value) ||
		    persona_attribute(f, actor, key, value);
	else
		known = persona_attribute(f, actor, key, value) ||
		    worker_attribute(&policy->worker, key, value);
	actor->persona = persona;
	if (!known)
		fixture_wrong("no such attribute", key);
}

void
fixture_attributes(struct fixture *f, struct actor *actor, char *words,
    bool all)
{
	for (char *word; (word = strsep(&words, " \t")) != NULL;)
		if (*word != '\0')
			attribute(f, actor, word, all);
}

static struct persona *
persona_of(struct fixture *f, const char *id)
{
	struct persona *persona;

	TAILQ_FOREACH(persona, &f->personas, next)
		if (strcmp(persona->id, id) == 0)
			return persona;
	persona = calloc(1, sizeof(*persona));
	if (persona == NULL)
		abort();
	strlcpy(persona->id, id, sizeof(persona->id));
	persona->nplan = 1;
	persona->remains_ms = -1;
	TAILQ_INSERT_TAIL(&f->personas, persona, next);
	return persona;
}

struct actor *
fixture_new_actor(struct fixture *f, const char *id, enum kind kind)
{
	struct actor *actor = calloc(1, sizeof(*actor));

	if (actor == NULL)
		abort();
	actor->policy = policy_default(kind);
	actor->persona = persona_of(f, id);
	actor->child.policy = &actor->policy;
	for (int i = 0; kind == KIND_WORKER && i < NWORDS; i++)
		status_set_add(&actor->policy.worker.planned, WORD_STATUS + i);
	if (kind == KIND_WORKER && f->otp)
		actor->policy.worker.ready = READY_FD;
	TAILQ_INSERT_TAIL(&f->actors, actor, next);
	if (!tree_reserve(&f->tree, 1))
		abort();
	return actor;
}

/* Makes `actor`, whose policy is complete, the last child of `sup`. */
void
fixture_attach(struct actor *actor, struct actor *sup)
{
	struct sup *parent = sup != NULL ? &sup->sup : NULL;

	if (actor->policy.kind == KIND_WORKER)
		child_init(&actor->child, parent, &actor->policy);
	else if (!sup_init(&actor->sup, parent, &actor->policy))
		abort();
}

static struct actor *
parent_of(struct fixture *f, const char *words)
{
	const char *at = strstr(words, "parent=");
	char id[FIXTURE_ID_SIZE];
	size_t len;

	if (at == NULL)
		return f->root;
	at += strlen("parent=");
	len = strcspn(at, " \t");
	if (len >= sizeof(id))
		fixture_wrong("name too long", at);
	memcpy(id, at, len);
	id[len] = '\0';
	if (strcmp(id, "none") == 0)
		return NULL;
	return fixture_find(f, id);
}

struct actor *
fixture_declare(struct fixture *f, char *line)
{
	const char *word = strsep(&line, " ");
	const char *id = strsep(&line, " ");
	enum kind kind =
	    strcmp(word, "worker") == 0 ? KIND_WORKER : KIND_SUPERVISOR;
	struct actor *actor = fixture_new_actor(f, id, kind);
	struct actor *parent = parent_of(f, line != NULL ? line : "");

	if (strcmp(word, "dsup") == 0)
		actor->policy.sup.strategy = STRATEGY_DYNAMIC;
	else if (kind == KIND_SUPERVISOR && strcmp(word, "sup") != 0)
		fixture_wrong("no such directive", word);
	fixture_attributes(f, actor, line, true);
	if (f->root == NULL) {
		f->root = actor;
		f->tree.root = &actor->sup;
		fixture_attach(actor, NULL);
	} else if (parent != NULL) {
		fixture_attach(actor, parent);
	} else if (kind == KIND_SUPERVISOR &&
	    !sup_init(&actor->sup, NULL, &actor->policy)) {
		abort();
	}
	return actor;
}
