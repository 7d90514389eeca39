/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_QUERY_H
#define ENGINE_QUERY_H

#include "control/server.h"
#include "engine/engine.h"

/*
 * Looking at the tree: what a child is like at this moment, as records. They
 * are made at once, whatever its supervisor is doing (D2); `now_ns` is the
 * monotonic clock.
 */

/* The child of that id, or NULL: it is gone. */
struct child *query_child(struct engine *e, uint32_t id);

/* Where the child of that id is now; or words: it may be gone. */
const char *
query_path(struct engine *e, uint32_t id, char path[static NODE_PATH_SIZE]);

/* `status`: one row about a child, or a supervisor with its budget. */
void query_status(struct engine *e, struct child *child,
    struct control_client *client, int64_t now_ns);

/* `pid`: the process of a worker that has one. */
void query_pid(struct engine *e, struct child *child,
    struct control_client *client, int64_t now_ns);

/* `spec`: its specification in the file's grammar, a record a line. */
void query_spec(struct engine *e, struct child *child,
    struct control_client *client, int64_t now_ns);

/* `link`: those that `child` has; _once: of all children, each link once. */
void query_links(struct engine *e, struct child *child,
    struct control_client *client, int64_t now_ns);
void query_links_once(struct engine *e, struct child *child,
    struct control_client *client, int64_t now_ns);

/* `count`: OTP's four numbers about a supervisor (count_children). */
void query_count(struct engine *e, struct child *child,
    struct control_client *client);

/* A line of a child; `left` lines follow, -1: that is not known. */
void query_line(struct child *child, struct control_client *client,
    const struct log_last *line, int64_t left);

/* `logs`: the last lines of a worker, the latest last. */
void query_logs(struct engine *e, struct child *child,
    struct control_client *client, int64_t now_ns);

/* `why`: its state, its budget, its last ends, the latest first, its lines. */
void query_why(struct engine *e, struct child *child,
    struct control_client *client, int64_t now_ns);

/*
 * The same of a child that is gone, if nothing is called `name` any more and
 * it is remembered; false: there is nothing to tell.
 */
bool
query_gone(struct engine *e, const char *name, struct control_client *client);

#endif
