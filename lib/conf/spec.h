/* SPDX-License-Identifier: ISC */
#ifndef CONF_SPEC_H
#define CONF_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/policy.h"

/*
 * Child specifications: what a configuration file amounts to once includes,
 * specs, variables and instance arrays are resolved. Everything is const
 * after loading and lives in the arena of its struct conf.
 *
 * Children of one instance array whose body does not depend on the instance
 * share one struct spec, so that 10,000 of them cost 10,000 names only.
 */

/* A place in a file, for messages. Lines and columns count from 1. */
struct conf_place {
	const char *file;
	uint32_t line;
	uint32_t column;
};

struct link_said;

/* A child that a worker has to do with, as the file calls it. */
struct link_word {
	const char *name;
	struct link_said *said; /* the loader's */
};

struct link_words {
	const struct link_word *list;
	size_t n;
};

/* The children that a worker has to do with. */
struct peers {
	struct link_words links;
	struct link_words monitors;
};

/* Commands around a run, as argv; or NULL. */
struct hooks {
	const char *const
	    *before; /* each start; its failure is a failed start */
	const char *const *after; /* each end, before the next start */
	const char *const *init;  /* of a supervisor: prints its body */
};

/* What `ready` or `alive` looks at. */
struct check_spec {
	const char *const *argv; /* a command; or NULL */
	const char *text; /* a port or a path as it was written; or NULL */
	uint16_t port;
	bool ipv6;
	uint8_t address[16]; /* in network order; the first 4 without ipv6 */
};

/* Where a stream of a worker goes. */
#define LOG_WORDS(X)                                                      \
	X(LOG_AS_USUAL, "")       /* nothing was said */                  \
	X(LOG_PREFIX, "prefix")   /* line by line to supervise's own */   \
	X(LOG_INHERIT, "inherit") /* it has supervise's own descriptor */ \
	X(LOG_NULL, "null")       /* nowhere */                           \
	X(LOG_TO, "to")           /* it writes to what a child reads */   \
	X(LOG_PATH, "file")       /* line by line to a file */

#define LOG_WORD_ENUM(name, text) name,
enum log_word {
	LOG_WORDS(LOG_WORD_ENUM)
};
#undef LOG_WORD_ENUM

extern const char *const log_word_text[];

struct log_spec {
	enum log_word word;
	struct link_word to; /* of LOG_TO */
	const char *path;    /* of LOG_PATH, else NULL */
	bool timestamps;     /* likewise */
	int64_t max;         /* bytes of a file; 0: it is not rotated */
	uint32_t keep;       /* rotated files */
};

struct logs {
	struct log_spec out;
	struct log_spec err;
};

/* What a socket that is opened for a worker listens to. */
#define LISTEN_KINDS(X)      \
	X(LISTEN_TCP, "tcp") \
	X(LISTEN_UDP, "udp") \
	X(LISTEN_UNIX, "unix")

#define LISTEN_ENUM(name, text) name,
enum listen_kind {
	LISTEN_KINDS(LISTEN_ENUM)
};
#undef LISTEN_ENUM

extern const char *const listen_kind_text[];

/* The most sockets of one worker. */
#define LISTENS_MAX 16

/* Values of what was not said. */
#define LISTEN_MODE_UNSAID    (-1)
#define LISTEN_BACKLOG_UNSAID 0

struct listen_spec {
	enum listen_kind kind;
	bool any;            /* all addresses of the machine */
	bool ipv6;           /* else IPv4 */
	bool shared;         /* with all others that say so */
	uint16_t port;       /* not of LISTEN_UNIX */
	uint8_t address[16]; /* in network order; the first 4 without ipv6 */
	const char *text;    /* the address or path as it was written */
	const char *name;    /* what the worker finds it by; NULL: its own */
	const char *user;    /* of the file of LISTEN_UNIX, or NULL */
	const char *group;
	int mode; /* the same, or LISTEN_MODE_UNSAID */
	int backlog;
};

struct listens {
	const struct listen_spec *list;
	size_t n;
};

struct worker_spec {
	const char *const *argv; /* ends with NULL; at least one word */
	const char *cwd;         /* or NULL: where supervise was started */
	const char *const *env;  /* NAME=VALUE, ends with NULL, no NAME twice */
	int ready_fd;            /* for READY_FD; >= 3 */
	struct check_spec ready_check;
	struct check_spec alive_check;
	struct peers peers;
	struct logs logs;
	struct listens listens;
	const struct attributes *attributes; /* or NULL: nothing was said */
};

struct scope;

struct sup_spec {
	const struct child_spec *children; /* in start order */
	size_t nchildren;
	const char *cgroup;  /* of the root: "yes", the path of a control group,
				or NULL: for workers with limits alone */
	struct scope *scope; /* the loader's: what `init` prints sees it */
};

/* A body: all of a child but its name. */
struct spec {
	struct child_policy policy;
	struct hooks hooks;
	union {
		struct worker_spec worker; /* policy.kind == KIND_WORKER */
		struct sup_spec sup;       /* policy.kind == KIND_SUPERVISOR */
	};
};

struct child_spec {
	const char *name; /* unique among its siblings; `api.3` of an array */
	const struct spec *spec;
	struct conf_place place;
	bool fed; /* children of the file write to its standard input */
};

#endif
