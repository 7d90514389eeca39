/* SPDX-License-Identifier: ISC */
#ifndef CMD_TOP_SOURCE_H
#define CMD_TOP_SOURCE_H

#include <poll.h>

#include "cmd/top/model.h"
#include "control/session.h"

/*
 * Where the live view has what it shows from: connections to the supervisor,
 * none of which is waited for but the one that looks, which is answered at
 * once. A supervisor that is gone may come back, for its engine is started
 * anew when it dies: what is asked later tries again.
 */

enum top_session {
	TOP_LOOKS,  /* `status`, again and again */
	TOP_EVENTS, /* what happens: then it is looked again */
	TOP_LINES,  /* what all children write */
	TOP_FOLLOW, /* what one child writes, while it is watched */
	TOP_ACT,    /* what the user wants done */
	TOP_NSESSIONS
};

/* Room of what has been done, or why not. */
#define TOP_SAID_SIZE 512

struct top_source {
	struct control_place place;
	struct control_session sessions[TOP_NSESSIONS];
	char doing[TOP_SAID_SIZE]; /* what is being done; "": nothing */
	char said[TOP_SAID_SIZE];  /* what came of it, or is wrong */
};

/* `path` is kept. */
void
top_source_init(struct top_source *source, const char *path, const char *label);
void top_source_fini(struct top_source *source);

/*
 * Looks, and measures. 0, or -errno: nobody is there, which `said` explains;
 * then everything is disconnected.
 */
int top_source_look(struct top_source *source, struct top_model *model);

/* Asks for the last line of each child. 0 or -errno. */
int top_source_last(struct top_source *source, struct top_model *model);

/* From now on hears of what happens and of new lines, unless it does so. */
void top_source_listen(struct top_source *source);

/* Fills `polls`, of TOP_NSESSIONS, with what is to be waited for. */
void top_source_poll(const struct top_source *source, struct pollfd *polls);

/*
 * Begins to do something: the words of a request, at most three, the last of
 * which is a name. False when something is being done already, or it cannot
 * be asked for; `said` tells.
 */
bool top_source_act(struct top_source *source, const char *const *words);

/* Takes what has been answered; true when it is over, and `said` tells how. */
bool top_source_acted(struct top_source *source);

/*
 * Most records that are taken from one connection before it is the turn of the
 * others, and of the keys: a child may write without end.
 */
#define TOP_TURN_MAX 1000

/* Whether anything has happened since this was asked last. */
bool top_source_happened(struct top_source *source);

/* Takes lines that have been written. True if there may be more of them. */
bool top_source_lines(struct top_source *source, struct top_model *model);

/* Follows what one child writes, or stops with NULL. */
void top_source_follow(struct top_source *source, const char *name);

/* The next line of it, until the next call; or NULL: none as yet. */
const char *top_source_followed(struct top_source *source);

#endif
