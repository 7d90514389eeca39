/* SPDX-License-Identifier: ISC */
#ifndef CONF_DIRECTIVE_H
#define CONF_DIRECTIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The one table of directives: every word that may start a statement of
 * supervise.conf(5). The parser, the canonical printer, the messages, the
 * suggestions and the test of the manual page all walk it.
 */

/* What follows the word, and so how it is read and printed. */
enum directive_type {
	DIRECTIVE_CHOICE,    /* one of `words`, into an enum */
	DIRECTIVE_COUNT,     /* integer, into a uint32_t */
	DIRECTIVE_LIMIT,     /* the same or `infinity` */
	DIRECTIVE_SECONDS,   /* whole seconds, into an int64_t */
	DIRECTIVE_YES,       /* yes, no or nothing, into a bool */
	DIRECTIVE_SHUTDOWN,  /* duration, brutal_kill, infinity */
	DIRECTIVE_TIMEOUT,   /* duration or infinity */
	DIRECTIVE_DURATION,  /* duration over 0 */
	DIRECTIVE_SIGNAL,    /* signal, into an int */
	DIRECTIVE_STATUSES,  /* exit statuses, into a status_set */
	DIRECTIVE_READY,     /* exec, fd N, after TIME … */
	DIRECTIVE_ALIVE,     /* check COMMAND or port, and how often */
	DIRECTIVE_BACKOFF,   /* MIN..MAX */
	DIRECTIVE_COMMAND,   /* program and arguments */
	DIRECTIVE_SHELL,     /* one word for sh -c */
	DIRECTIVE_HOOK,      /* program and arguments, into struct hooks */
	DIRECTIVE_CATCH,     /* pattern, action, and a command with `run` */
	DIRECTIVE_PATH,      /* a path */
	DIRECTIVE_ENV,       /* NAME=VALUE … */
	DIRECTIVE_LINK,      /* names of children, into struct peers */
	DIRECTIVE_LOG,       /* where a stream goes, into struct logs */
	DIRECTIVE_LISTEN,    /* sockets, into struct listens */
	DIRECTIVE_ATTRIBUTE, /* into struct attributes */
	DIRECTIVE_CGROUP,    /* yes, no or the path of a control group */
	DIRECTIVE_SET,       /* NAME VALUE */
	DIRECTIVE_INCLUDE,   /* paths or patterns */
	DIRECTIVE_SPEC,      /* NAME(PARAMETERS) { … } */
	DIRECTIVE_CHILD      /* NAME[N] { … } or NAME = SPEC(…) { … } */
};
#define DIRECTIVE_NTYPES (DIRECTIVE_CHILD + 1)

/* Where a directive may stand, or-ed together. */
enum directive_where {
	IN_ROOT = 1,       /* the file itself */
	IN_SUPERVISOR = 2, /* any other supervisor */
	IN_WORKER = 4,
	IN_DYNAMIC = 8, /* any supervisor, if its strategy is dynamic */
	IN_INIT = 16,   /* what `init` prints */
};

/* Several of them. */
#define IN_BLOCKS      (IN_ROOT | IN_SUPERVISOR)
#define IN_SUPERVISORS (IN_BLOCKS | IN_INIT)
#define IN_CHILDREN    (IN_SUPERVISOR | IN_WORKER)

struct directive {
	const char *name;
	enum directive_type type;
	unsigned where; /* enum directive_where */
	bool adds;      /* several add up; else one replaces the other */
	size_t offset;  /* of its field in struct child_policy (or
			   struct hooks), if it has one; or the attribute */
	int64_t min;    /* smallest and largest value, if it is a number */
	int64_t max;
	const char *const *words; /* for DIRECTIVE_CHOICE, in enum order */
	size_t nwords;
	const char *worker_default; /* as it would be written; NULL: none */
	const char *sup_default;
	const char *argument; /* what follows, for a synopsis */
	const char *expected; /* the same in words, for messages */
	const char *summary;  /* what it does, one line */
};

extern const struct directive directives[];
extern const size_t ndirectives;

/* At most this many, for arrays indexed by directive_index(). */
#define DIRECTIVES_MAX 64

/* The directive of that name, or NULL. */
const struct directive *directive_find(const char *name);

/*
 * Whether other supervisors call something `word`: then *ours is what it is
 * called here, or NULL if it is not here.
 */
bool directive_elsewhere(const char *word, const char **ours);

/* Whether it is a command of supervise(1) that is no directive. */
bool directive_is_command(const char *word);

/* Its place in the table. */
size_t directive_index(const struct directive *directive);

/*
 * What the bits of `where` stand for, in words: "a worker", "a supervisor",
 * "a worker or a supervisor below the root". Static.
 */
const char *directive_where_text(unsigned where);

#endif
