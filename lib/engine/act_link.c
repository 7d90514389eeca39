/* SPDX-License-Identifier: ISC */
#include <stdio.h>

#include "engine/engine.h"
#include "engine/query.h"
#include "engine/serve.h"
#include "engine/ties.h"

/* `link` and `unlink`: between the runs of this moment; and which there are. */

struct pair {
	struct child *a;
	struct child *b;
};

/* False after an error to the client. */
static bool
find_pair(struct engine *e, struct control_client *client,
    const char *const *words, struct pair *pair)
{
	pair->a = serve_one(e, client, words[0]);
	if (pair->a == NULL)
		return false;
	pair->b = serve_one(e, client, words[1]);
	return pair->b != NULL;
}

/* `absent` does not run. One that links itself to it gets to feel it. */
static void
refuse(struct engine *e, struct control_client *client, struct child *absent,
    struct child *other)
{
	char path[NODE_PATH_SIZE], message[NODE_PATH_SIZE + 32];

	if (act_is_said_by(client, other))
		engine_feed(e,
		    &(struct event){
			.kind = EVENT_NOPROC,
			.child = other,
			.peer = absent,
		    });
	snprintf(message, sizeof(message), "%s does not run",
	    node_path(absent, path));
	control_failed(client, request_result_text[RESULT_NOPROC], message);
}

void
act_link(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words)
{
	struct pair pair;

	if (nwords < 2) {
		view_begin(e, client,
		    nwords == 0 ? query_links_once : query_links, nwords,
		    words);
		return;
	}
	if (!find_pair(e, client, words, &pair))
		return;
	if (!child_runs(pair.a))
		refuse(e, client, pair.a, pair.b);
	else if (!child_runs(pair.b))
		refuse(e, client, pair.b, pair.a);
	else if (!ties_ask(e, pair.a, pair.b))
		serve_no_memory(client);
	else
		control_ok(client);
}

/* There is nothing to undo, which may be a mistake in a name. */
static void
tell_apart(struct control_client *client, const struct pair *pair)
{
	char a[NODE_PATH_SIZE], b[NODE_PATH_SIZE];
	char message[2 * NODE_PATH_SIZE + 32];
	struct record r;

	node_path(pair->a, a);
	node_path(pair->b, b);
	snprintf(message, sizeof(message), "%s is not linked to %s", a, b);
	record_begin(&r, RECORD_WARNING);
	record_text(&r, "message", message);
	control_record(client, &r, NULL);
}

void
act_unlink(struct engine *e, struct control_client *client, size_t nwords,
    const char *const *words)
{
	struct pair pair;

	(void)nwords;
	if (!find_pair(e, client, words, &pair))
		return;
	if (!ties_cut(e, pair.a, pair.b))
		tell_apart(client, &pair);
	control_ok(client);
}
