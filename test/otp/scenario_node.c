/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "scenario_parse.h"

/* The attributes of workers and supervisors. */

#define COUNT(list) ((int)(sizeof(list) / sizeof((list)[0])))

/* Where an attribute belongs. */
#define OF_WORKER 1U
#define OF_SUP    2U
#define OF_DSUP   4U
#define OF_ALL    (OF_WORKER | OF_SUP | OF_DSUP)

/* Gives `node` the attribute; false when the value is none. */
typedef bool
set_attribute(const struct parse *p, struct node *node, char *value);

static bool
is_number(const char *value)
{
	return *value != '\0' && value[strspn(value, "0123456789")] == '\0';
}

static bool
read_word(const char *value, const char *const list[], int n, int *idx)
{
	int found = parse_word(value, list, n);

	if (found >= 0)
		*idx = found;
	return found >= 0;
}

static bool
read_shutdown(const struct parse *p, const char *value, int64_t *ms)
{
	if (strcmp(value, "infinity") == 0)
		*ms = SHUTDOWN_INFINITY;
	else if (strcmp(value, "brutal_kill") == 0)
		*ms = SHUTDOWN_BRUTAL_KILL;
	else if (is_number(value))
		*ms = parse_number(p, value);
	else
		return false;
	return true;
}

static bool
read_flag(const char *value, bool *flag)
{
	*flag = strcmp(value, "yes") == 0;
	return *flag || strcmp(value, "no") == 0;
}

static bool
read_restart(const char *value, enum restart *restart)
{
	int idx;

	if (!read_word(value, restart_text, RESTART_TEMPORARY + 1, &idx))
		return false;
	*restart = (enum restart)idx;
	return true;
}

static bool
set_restart(const struct parse *p, struct node *node, char *value)
{
	(void)p;
	return read_restart(value, &node->policy.restart);
}

static bool
set_child_restart(const struct parse *p, struct node *node, char *value)
{
	(void)p;
	return read_restart(value, &node->child_restart);
}

static bool
set_shutdown(const struct parse *p, struct node *node, char *value)
{
	return read_shutdown(p, value, &node->policy.shutdown_ms);
}

static bool
set_child_shutdown(const struct parse *p, struct node *node, char *value)
{
	return read_shutdown(p, value, &node->child_shutdown_ms);
}

static bool
set_significant(const struct parse *p, struct node *node, char *value)
{
	(void)p;
	return read_flag(value, &node->policy.significant);
}

static bool
set_strategy(const struct parse *p, struct node *node, char *value)
{
	int idx;

	(void)p;
	if (!read_word(value, strategy_text, STRATEGY_REST_FOR_ONE + 1, &idx))
		return false;
	node->policy.sup.strategy = (enum strategy)idx;
	return true;
}

static bool
set_auto_shutdown(const struct parse *p, struct node *node, char *value)
{
	int idx;

	(void)p;
	if (!read_word(value, auto_shutdown_text,
		AUTO_SHUTDOWN_ALL_SIGNIFICANT + 1, &idx))
		return false;
	node->policy.sup.auto_shutdown = (enum auto_shutdown)idx;
	return true;
}

static bool
set_max_restarts(const struct parse *p, struct node *node, char *value)
{
	if (!is_number(value))
		return false;
	node->policy.sup.max_restarts = (uint32_t)parse_number(p, value);
	return node->policy.sup.max_restarts <= POLICY_MAX_RESTARTS;
}

static bool
set_max_seconds(const struct parse *p, struct node *node, char *value)
{
	if (!is_number(value))
		return false;
	node->policy.sup.max_seconds = parse_number(p, value);
	return node->policy.sup.max_seconds >= 1 &&
	    node->policy.sup.max_seconds <= POLICY_MAX_SECONDS;
}

static bool
set_max_children(const struct parse *p, struct node *node, char *value)
{
	if (strcmp(value, "infinity") == 0)
		node->policy.sup.max_children = MAX_CHILDREN_INFINITY;
	else if (is_number(value))
		node->policy.sup.max_children =
		    (uint32_t)parse_number(p, value);
	else
		return false;
	return true;
}

static bool
set_impl(const struct parse *p, struct node *node, char *value)
{
	static const char *const impls[] = {
#define TEXT(name, text) [name] = text,
		SCENARIO_IMPLS(TEXT)
#undef TEXT
	};
	int idx;

	(void)p;
	if (!read_word(value, impls, COUNT(impls), &idx))
		return false;
	node->impl = (enum impl)idx;
	return true;
}

static bool
set_term(const struct parse *p, struct node *node, char *value)
{
	if (strcmp(value, "die") == 0) {
		node->term = TERM_DIE;
		return true;
	}
	if (strcmp(value, "ignore") == 0) {
		node->term = TERM_IGNORE;
	} else if (strncmp(value, "delay:", 6) == 0 && is_number(value + 6)) {
		node->term = TERM_DELAY;
		node->term_ms = parse_number(p, value + 6);
	} else if (strncmp(value, "exit:", 5) == 0) {
		node->term = TERM_EXIT;
		node->term_ending = parse_ending(p, value + 5);
	} else {
		return false;
	}
	node->trap = true;
	return true;
}

/* The terms other than `die` trap whatever this says. */
static bool
set_trap(const struct parse *p, struct node *node, char *value)
{
	bool trap;

	(void)p;
	if (!read_flag(value, &trap))
		return false;
	node->trap = trap || node->term != TERM_DIE;
	return true;
}

static bool
set_start(const struct parse *p, struct node *node, char *value)
{
	(void)p;
	node->nstart = 0;
	for (char *word; (word = strsep(&value, ",")) != NULL;) {
		int plan = parse_word(word, plan_text, PLAN_IGNORE + 1);

		if (plan < 0 || node->nstart == SCENARIO_PLAN_MAX)
			return false;
		node->start[node->nstart++] = (enum plan)plan;
	}
	return true;
}

static bool
set_life(const struct parse *p, struct node *node, char *value)
{
	node->nlife = 0;
	for (char *word; (word = strsep(&value, ",")) != NULL;) {
		struct life life = { .after_ms = -1 };

		if (strcmp(word, "forever") != 0) {
			const char *ms = strsep(&word, ":");

			if (word == NULL || !is_number(ms))
				return false;
			life.after_ms = parse_number(p, ms);
			life.ending = parse_ending(p, word);
		}
		if (node->nlife == SCENARIO_PLAN_MAX)
			return false;
		node->life[node->nlife++] = life;
	}
	return true;
}

static const struct attribute {
	const char *key;
	unsigned of;
	set_attribute *set;
} attributes[] = {
	{ "restart", OF_ALL, set_restart },
	{ "shutdown", OF_ALL, set_shutdown },
	{ "significant", OF_ALL, set_significant },
	{ "max_restarts", OF_SUP | OF_DSUP, set_max_restarts },
	{ "max_seconds", OF_SUP | OF_DSUP, set_max_seconds },
	{ "strategy", OF_SUP, set_strategy },
	{ "auto_shutdown", OF_SUP, set_auto_shutdown },
	{ "max_children", OF_DSUP, set_max_children },
	{ "impl", OF_DSUP, set_impl },
	{ "child_restart", OF_DSUP, set_child_restart },
	{ "child_shutdown", OF_DSUP, set_child_shutdown },
	{ "term", OF_WORKER, set_term },
	{ "trap", OF_WORKER, set_trap },
	{ "start", OF_WORKER, set_start },
	{ "life", OF_WORKER, set_life },
};

static void
parse_attribute(const struct parse *p, struct node *node, char *value)
{
	const char *key = strsep(&value, "=");

	if (value == NULL)
		parse_wrong(p, node->line, "expected key=value: %s", key);
	for (int i = 0; i < COUNT(attributes); i++) {
		const struct attribute *a = &attributes[i];

		if (strcmp(a->key, key) != 0 || !(a->of & 1U << node->kind))
			continue;
		if (!a->set(p, node, value))
			parse_wrong(p, node->line, "bad value of %s", key);
		return;
	}
	parse_wrong(p, node->line, "%s has no attribute %s",
	    node_kind_text[node->kind], key);
}

void
parse_node(const struct parse *p, struct node *node, const struct words *words,
    char parent[static SCENARIO_ID_SIZE])
{
	enum node_kind kind =
	    (enum node_kind)parse_word(words->word[0], node_kind_text, 3);

	if (words->n < 2)
		parse_wrong(p, p->text->line, "%s: which?", words->word[0]);
	*node = (struct node){
		.kind = kind,
		.parent = -1,
		.line = p->text->line,
		.policy = policy_default(kind == NODE_WORKER ? KIND_WORKER :
							       KIND_SUPERVISOR),
		.nstart = 1,
		.nlife = 1,
		.life = { { .after_ms = -1 } },
		.child_shutdown_ms = policy_default(KIND_WORKER).shutdown_ms,
	};
	if (kind == NODE_DSUP)
		node->policy.sup.strategy = STRATEGY_DYNAMIC;
	parse_id(p, words->word[1], node->id);
	*parent = '\0';
	for (unsigned i = 2; i < words->n; i++) {
		if (strncmp(words->word[i], "parent=", 7) == 0)
			parse_id(p, words->word[i] + 7, parent);
		else
			parse_attribute(p, node, words->word[i]);
	}
}
