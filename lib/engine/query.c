/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <unistd.h>

#include "base/signal_name.h"
#include "base/units.h"
#include "conf/print.h"
#include "engine/history.h"
#include "engine/lookup.h"
#include "engine/query.h"
#include "engine/signs.h"

/* Adds the process of a child, if it has one. */
static bool
add_pid(struct record *r, const struct engine *e, struct child *child)
{
	pid_t pid;

	/* The root's is the one that the user started, or we. */
	if (child->sup == NULL)
		pid = e->orphaned ? getpid() : e->guardian;
	else if (!child_is_sup(child) && node_worker(child)->watch.fd != -1 &&
	    !node_worker(child)->after)
		pid = node_worker(child)->pid;
	else
		return false;
	record_number(r, "pid", pid);
	return true;
}

static void
add_name(struct record *r, struct child *child,
    char path[static NODE_PATH_SIZE])
{
	/* Most trees are flat: the path of a child of the root is its name. */
	bool top = child->sup != NULL && child->sup->child.sup == NULL;

	record_text(r, child_is_sup(child) ? "supervisor" : "child",
	    top ? node_name(child) : node_path(child, path));
}

static void
add_budget(struct record *r, struct engine *e, struct sup *sup)
{
	const struct sup_policy *policy = &sup->child.policy->sup;

	record_text(r, "strategy", strategy_text[policy->strategy]);
	record_number(r, "restarts", window_used(&sup->window, e->tree.now_ns));
	record_number(r, "max_restarts", policy->max_restarts);
	record_number(r, "max_seconds", policy->max_seconds);
}

/* When the next start of a child is due, if it is delayed. */
static void
add_due(struct record *r, const struct child *child, int64_t now_ns)
{
	if (child->state != CHILD_RESTARTING || child->due_ns <= now_ns)
		return;
	record_number(r, "due_ms", (child->due_ns - now_ns) / NS_PER_MS);
}

static void
add_state(struct record *r, const struct engine *e, struct child *child,
    int64_t now_ns)
{
	record_text(r, "state",
	    child->forgotten ? "removed" : child_state_text[child->state]);
	if (child->held && !child->forgotten)
		record_flag(r, "held", true);
	add_pid(r, e, child);
	record_number(r, "run", child->run);
	if (!child->blocked &&
	    (child->state == CHILD_UP || child->state == CHILD_STARTING ||
		child->state == CHILD_STOPPING))
		record_number(r, "up_ms",
		    (now_ns - child->started_ns) / NS_PER_MS);
	add_due(r, child, now_ns);
}

/* What it says of itself. */
static void
add_signs(struct record *r, const struct signs *signs)
{
	if (signs == NULL)
		return;
	if (signs->phase != NULL)
		record_text(r, "phase", signs->phase);
	if (signs->status[0] != '\0')
		record_text(r, "status", signs->status);
}

void
query_status(struct engine *e, struct child *child,
    struct control_client *client, int64_t now_ns)
{
	/* Too much to be cleared on the stack for each of many records. */
	static char path[NODE_PATH_SIZE];
	/* Many that end at once end alike: the text serves for them all. */
	static char reason[REASON_TEXT_SIZE];
	static struct reason last;
	struct record r;

	record_begin(&r, RECORD_STATUS);
	add_name(&r, child, path);
	add_state(&r, e, child, now_ns);
	if (child_is_sup(child))
		add_budget(&r, e, child_sup(child));
	if (child->sup == NULL)
		record_text(&r, "file",
		    e->run->path != NULL ? e->run->path : e->run->file);
	if (child->reason.kind != last.kind ||
	    child->reason.value != last.value || last.thrown != NULL)
		reason_text(child->reason, reason);
	last = child->reason;
	if (last.kind != REASON_NONE)
		record_text(&r, "reason", reason);
	if (!child_is_sup(child))
		add_signs(&r, node_worker(child)->signs);
	control_record(client, &r, NULL);
}

void
query_pid(struct engine *e, struct child *child, struct control_client *client,
    int64_t now_ns)
{
	char path[NODE_PATH_SIZE];
	struct record r;

	(void)now_ns;
	record_begin(&r, RECORD_PID);
	add_name(&r, child, path);
	if (add_pid(&r, e, child))
		control_record(client, &r, NULL);
}

/* A text that is printed in pieces becomes a record a line. */
struct lines {
	struct control_client *client;
	char line[RECORD_LINE_MAX / 2];
	size_t len;
};

/* What is too long for one record goes on in the next. */
static void
line_end(struct lines *lines, bool more)
{
	struct record r;

	lines->line[lines->len] = '\0';
	lines->len = 0;
	record_begin(&r, RECORD_LINE);
	record_text(&r, "text", lines->line);
	if (more)
		record_flag(&r, "more", true);
	control_record(lines->client, &r, NULL);
}

static void
line_write(void *ctx, const char *bytes, size_t len)
{
	struct lines *lines = ctx;

	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '\n') {
			line_end(lines, false);
			continue;
		}
		if (lines->len + 1 == sizeof(lines->line))
			line_end(lines, true);
		lines->line[lines->len++] = bytes[i];
	}
}

void
query_spec(struct engine *e, struct child *child, struct control_client *client,
    int64_t now_ns)
{
	struct lines lines = { .client = client };

	(void)now_ns;
	if (child->sup == NULL)
		print_root(e->conf->root, line_write, &lines);
	else
		print_child(node_spec(child), line_write, &lines);
	if (lines.len > 0)
		line_end(&lines, false);
}

static void
tell_link(struct control_client *client, const struct link_end *end)
{
	char child[NODE_PATH_SIZE], peer[NODE_PATH_SIZE];
	const struct link *link = end->link;
	struct record r;

	record_begin(&r, RECORD_LINK);
	record_text(&r, "child", node_path(end->child, child));
	record_text(&r, "peer", node_path(end->peer, peer));
	record_text(&r, "by",
	    !link->lasting  ? "request" :
		link->asked ? "both" :
			      "file");
	record_flag(&r, "live", link->live);
	control_record(client, &r, NULL);
}

void
query_links(struct engine *e, struct child *child,
    struct control_client *client, int64_t now_ns)
{
	const struct link_end *end;

	(void)e;
	(void)now_ns;
	LIST_FOREACH(end, &child->links, next)
		tell_link(client, end);
}

void
query_links_once(struct engine *e, struct child *child,
    struct control_client *client, int64_t now_ns)
{
	const struct link_end *end;

	(void)e;
	(void)now_ns;
	LIST_FOREACH(end, &child->links, next)
		if (end == &end->link->ends[0])
			tell_link(client, end);
}

void
query_count(struct engine *e, struct child *child,
    struct control_client *client)
{
	int64_t specs = 0, active = 0, supervisors = 0, workers = 0;
	char path[NODE_PATH_SIZE];
	struct child *below;
	struct record r;

	(void)e;
	TAILQ_FOREACH(below, &child_sup(child)->children, order) {
		if (below->forgotten)
			continue;
		specs++;
		active += below->state == CHILD_STARTING ||
		    below->state == CHILD_UP || below->state == CHILD_STOPPING;
		supervisors += child_is_sup(below);
		workers += !child_is_sup(below);
	}
	record_begin(&r, RECORD_COUNT);
	add_name(&r, child, path);
	record_number(&r, "specs", specs);
	record_number(&r, "active", active);
	record_number(&r, "supervisors", supervisors);
	record_number(&r, "workers", workers);
	control_record(client, &r, NULL);
}

/* A search for the child of an id. */
struct wanted {
	uint32_t id;
	struct child *child;
};

static void
look_at(void *arg, struct child *child)
{
	struct wanted *wanted = arg;

	if (node_id(child) == wanted->id)
		wanted->child = child;
}

struct child *
query_child(struct engine *e, uint32_t id)
{
	struct wanted wanted = { .id = id };

	lookup_walk(&e->root.sup.child, look_at, &wanted);
	return wanted.child;
}

const char *
query_path(struct engine *e, uint32_t id, char path[static NODE_PATH_SIZE])
{
	struct child *child = query_child(e, id);
	const struct gone *gone;

	if (child != NULL)
		return node_path(child, path);
	gone = gone_by_id(&e->gone, id);
	return gone != NULL ? gone->path : "a child that is gone";
}

static void
tell_end(struct engine *e, const struct history *history,
    const struct history_end *end, struct control_client *client)
{
	char by[NODE_PATH_SIZE], first[NODE_PATH_SIZE];
	char reason[REASON_TEXT_SIZE], by_reason[REASON_TEXT_SIZE];
	char first_reason[REASON_TEXT_SIZE], signal[SIGNAL_NAME_SIZE];
	char stamp[RECORD_STAMP_SIZE], memory[LEAF_MEMORY_SIZE];
	struct record r;

	record_stamp(end->wall_ms * NS_PER_MS, stamp);
	record_begin(&r, RECORD_END);
	record_text(&r, "at", stamp);
	record_number(&r, "run", end->run);
	record_text(&r, "reason", reason_text(end->reason, reason));
	record_number(&r, "ran_ms", end->ran_ms);
	leaf_tell_oom(&r, end->oom, end->memory, memory);
	signs_tell(&r, end->error, end->exit_status);
	if (history->error_run == end->run)
		record_text(&r, "error", history->error);
	record_text(&r, "cause", history_cause_text[end->cause]);
	if (end->cause == HISTORY_SIBLING || end->outcome == HISTORY_RESTART ||
	    end->outcome == HISTORY_GROUP)
		record_text(&r, "strategy", strategy_text[end->strategy]);
	if (end->outcome != HISTORY_NOTHING)
		record_text(&r, "outcome", history_outcome_text[end->outcome]);
	if (end->caught)
		record_flag(&r, "caught", true);
	if (end->by != 0) {
		record_text(&r, "by", query_path(e, end->by, by));
		record_text(&r, "by_reason",
		    reason_text(end->by_reason, by_reason));
	}
	if (end->by_run != 0)
		record_number(&r, "by_run", end->by_run);
	if (end->first != 0) {
		record_text(&r, "first", query_path(e, end->first, first));
		record_text(&r, "first_reason",
		    reason_text(end->first_reason, first_reason));
	}
	if (end->behind != BEHIND_NOTHING)
		record_text(&r, "behind", history_behind_text[end->behind]);
	if (end->signo != 0)
		record_text(&r, "signal", signal_name(end->signo, signal));
	if (end->from != 0) {
		record_number(&r, "from", end->from);
		record_number(&r, "uid", end->uid);
	}
	control_record(client, &r, NULL);
}

/* The ends that are remembered, the latest first. */
static void
tell_history(struct engine *e, const struct history *history,
    struct control_client *client)
{
	const struct history_end *end;

	for (size_t i = 0; (end = history_get(history, i)) != NULL; i++)
		tell_end(e, history, end, client);
}

void
query_line(struct child *child, struct control_client *client,
    const struct log_last *line, int64_t left)
{
	char path[NODE_PATH_SIZE], text[LOG_LAST_LEN + 1];
	char stamp[RECORD_STAMP_SIZE];
	struct record r;

	record_stamp(line->at_ns, stamp);
	outlet_text(line, text, sizeof(text));
	record_begin(&r, RECORD_OUTPUT);
	record_text(&r, "child", node_path(child, path));
	record_text(&r, "at", stamp);
	record_text(&r, "stream", log_stream_text[line->stream % LOG_NSTREAMS]);
	record_text(&r, "text", text);
	if (line->cut)
		record_flag(&r, "more", true);
	if (left >= 0)
		record_number(&r, "left", left);
	control_record(client, &r, NULL);
}

void
query_logs(struct engine *e, struct child *child, struct control_client *client,
    int64_t now_ns)
{
	struct log_last lines[LOG_LAST_MAX];
	size_t n;

	(void)now_ns;
	if (child_is_sup(child))
		return;
	n = outlet_last(e, node_worker(child), lines, LOG_LAST_MAX);
	for (size_t i = 0; i < n; i++)
		query_line(child, client, &lines[i], (int64_t)(n - 1 - i));
}

void
query_why(struct engine *e, struct child *child, struct control_client *client,
    int64_t now_ns)
{
	char path[NODE_PATH_SIZE], above[NODE_PATH_SIZE];
	struct record r;

	record_begin(&r, RECORD_WHY);
	add_name(&r, child, path);
	add_state(&r, e, child, now_ns);
	record_text(&r, "restart", restart_text[child->policy->restart]);
	if (child->sup != NULL) {
		record_text(&r, "under", node_path(&child->sup->child, above));
		add_budget(&r, e, child->sup);
	}
	control_record(client, &r, NULL);
	tell_history(e, node_history(child), client);
	query_logs(e, child, client, now_ns);
}

static void
count_one(void *arg, struct child *child)
{
	(void)child;
	++*(size_t *)arg;
}

/* Whether some child is called so, or some are. */
static bool
is_there(struct engine *e, const char *name)
{
	size_t n = 0;
	struct lookup l = { .visit = count_one, .arg = &n };

	return lookup(&l, &e->root, name) != LOOKUP_NONE;
}

bool
query_gone(struct engine *e, const char *name, struct control_client *client)
{
	const struct gone *gone = gone_find(&e->gone, name);
	char above[NODE_PATH_SIZE];
	struct record r;
	char *slash;

	if (gone == NULL || is_there(e, name))
		return false;
	strlcpy(above, gone->path, sizeof(above));
	slash = strrchr(above, '/');
	if (slash != NULL)
		*slash = '\0';
	record_begin(&r, RECORD_WHY);
	record_text(&r, gone->supervisor ? "supervisor" : "child", gone->path);
	record_text(&r, "state", "removed");
	record_number(&r, "run", gone->run);
	record_text(&r, "restart", restart_text[(enum restart)gone->restart]);
	record_text(&r, "under", slash != NULL ? above : "root");
	control_record(client, &r, NULL);
	tell_history(e, &gone->history, client);
	return true;
}
