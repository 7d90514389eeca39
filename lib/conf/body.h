/* SPDX-License-Identifier: ISC */
#ifndef CONF_BODY_H
#define CONF_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/directive.h"
#include "conf/lex.h"
#include "conf/loader.h"
#include "conf/nameset.h"

/*
 * A body while it is read: the statements so far of one worker or
 * supervisor. At its end the rules are checked and a struct spec is made.
 *
 * `worker x = spec() { … }` reads two texts into one body; the second is a
 * layer above the first: its statements may repeat those below.
 */

/* A directive and the words behind it. */
struct statement {
	const struct directive *directive;
	struct spot at; /* of the directive's word */
	struct token *args;
	size_t nargs;
};

/* Where a child said what only its supervisor can judge. */
struct child_spots {
	struct spot significant;
	struct spot backoff;
	const struct use *use; /* the spec it was said in, or NULL */
};

struct entry {
	struct child_spec child; /* without spec: it has an error */
	enum kind kind;
	const struct child_spots *spots; /* shared by an array's instances */
};

struct listen_line {
	struct listen_spec spec;
	struct spot at; /* of the address */
};

struct seen {
	struct spot at;
	unsigned layer; /* 0: not seen */
};

struct body {
	struct child_policy policy;
	bool is_root;
	bool is_printed; /* by the `init` of a supervisor that starts */
	unsigned layer;  /* from 1 */
	struct spot at;  /* the child's name; no place for the root */
	struct seen seen[DIRECTIVES_MAX];
	bool meant[DIRECTIVES_MAX]; /* mistyped: not said, but not missing */
	const struct spec_def *outer_specs; /* the last before this block */
	struct hooks hooks;                 /* in the scratch arena */

	/* of a worker, all in the scratch arena */
	const char **argv;
	size_t argc;
	struct catch_rule *catches; /* those of the last layer come first */
	size_t ncatches;
	size_t catches_room;
	size_t nown; /* of the layer `own_layer` */
	unsigned own_layer;
	const char *cwd;
	int ready_fd;
	struct check_spec ready_check;
	struct check_spec alive_check;
	const char **env;
	size_t nenv;
	size_t env_room;
	struct nameset env_names;
	struct peers peers; /* in conf->arena */
	struct logs logs;
	struct listen_line *listens;
	size_t nlistens;
	size_t listens_room;
	struct attributes *attributes; /* or NULL: nothing was said */

	/* of a supervisor, all in the scratch arena */
	struct entry *entries;
	size_t nentries;
	size_t entries_room;
	struct nameset child_names;
	struct spot first_child;
	const char *cgroup;  /* of the root; or NULL */
	struct scope *scope; /* of `init`, in conf->arena */
	uint64_t nchildren;  /* of the whole subtree */
};

/* An empty body with the defaults of its kind. */
void body_init(struct body *b, enum kind kind, struct spot at);

/*
 * Remembers that a statement was seen. It is an error if one of the same
 * layer was seen before and they do not add up.
 */
void body_see(struct loader *ld, struct body *b, const struct statement *st);

/* Adds a `listen` line, whose texts are borrowed; `at` is its address. */
void body_add_listen(struct loader *ld, struct body *b,
    const struct listen_spec *listen, const struct spot *at);

/* Where the directive was said last; NULL if it was not. */
const struct spot *body_spot(const struct body *b, const char *directive);

/* Whether it was said, or mistyped so that it was reported already. */
bool body_has(const struct body *b, const char *directive);

/* Adds NAME=VALUE, borrowed, in place of an earlier value of NAME. */
void body_add_env(struct loader *ld, struct body *b, const char *text);

/*
 * Adds a `catch` line, whose texts are borrowed, behind those of the same
 * layer and before those of the layers below: the first that matches counts.
 */
void body_add_catch(struct loader *ld, struct body *b,
    const struct catch_rule *rule);

/* The pattern of a line of this layer that decides all of `pattern`, or NULL */
const char *body_catches(const struct body *b, const char *pattern);

/*
 * Adds a child whose subtree, itself included, has `weight` children. False,
 * after an error, if its name is taken or there are too many.
 */
bool body_add_child(struct loader *ld, struct body *b,
    const struct entry *entry, const struct spot *at, uint64_t weight);

/* A copy in conf->arena of a text, of words up to NULL; NULL stays NULL. */
const char *body_keep_text(struct loader *ld, const char *text);
const char *const *body_keep_words(struct loader *ld, const char *const *words);

/* Makes the specification, in conf->arena. */
const struct spec *body_finish(struct loader *ld, const struct body *b);

#endif
