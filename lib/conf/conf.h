/* SPDX-License-Identifier: ISC */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/policy.h"
#include "conf/program.h"
#include "conf/spec.h"

/*
 * A configuration: supervise.conf and what it includes, read into a tree of
 * specifications, or into the list of everything that is wrong with it.
 *
 * This layer makes no system call: files and the environment come through
 * struct conf_source, and nothing is printed.
 */

/* A file as the source gives it. */
struct conf_file {
	const char *bytes; /* the source's; valid until loading is over */
	size_t len;        /* over CONF_FILE_SIZE_MAX is refused */
	uint64_t dev;      /* which file this is, to find loops */
	uint64_t ino;
	const char *unsafe; /* who else could change it ("writable by its
			       group"), or NULL; as `bytes` */
};

/* What is wanted of a file, beside what it says. */
struct conf_wish {
	const char *const *only; /* these children and what they need; all
				    if there are none */
	size_t nonly;
	bool procfile;         /* it is a Procfile, whatever its name */
	const char *formation; /* of a Procfile: how many of each; or NULL */
};

/* Where files and the environment come from. */
struct conf_source {
	void *ctx;

	/*
	 * Reads `path`, perhaps several times while one tree is loaded. 0, or
	 * -errno with *out untouched.
	 */
	int (*read)(void *ctx, const char *path, struct conf_file *out);

	/*
	 * The paths that match `pattern`, sorted; none is a success. They are
	 * the source's, valid until the next call. 0 or -errno.
	 */
	int (*glob)(void *ctx, const char *pattern, const char *const **paths,
	    size_t *npaths);

	/* The value of a variable, valid until the next call, or NULL. */
	const char *(*getenv)(void *ctx, const char *name);

	/*
	 * One tree, or one child, is loaded: nothing that was given for it is
	 * used any more. NULL: does not want to know.
	 */
	void (*done)(void *ctx);

	/*
	 * What programs printed, and where those go that are to be run
	 * (conf/program.h). NULL: none can be.
	 */
	struct programs *programs;

	const struct conf_wish *wish; /* for conf_load(); NULL: nothing */
};

/* The longest file, in bytes. */
#define CONF_FILE_SIZE_MAX ((size_t)1 << 20)

/* Words: bytes of one, and how many a statement takes. */
#define CONF_WORD_SIZE_MAX ((size_t)64 << 10)
#define CONF_ARGS_MAX      4096

/* Parameters of one spec. */
#define CONF_PARAMS_MAX 64

/* Names: bytes of one. */
#define CONF_NAME_SIZE_MAX 64

/* How deep: supervisors, files that include files, ${A:-${B:-…}}. */
#define CONF_NESTING_MAX   32
#define CONF_INCLUDE_MAX   16
#define CONF_EXPANSION_MAX 16

/*
 * Programs that print specifications: of one tree, and how deep what one has
 * printed may name another. How long one may take, and how much it may print
 * on its standard output (CONF_FILE_SIZE_MAX).
 */
#define CONF_PROGRAMS_MAX    256
#define CONF_PRINTED_MAX     4
#define CONF_PROGRAM_SECONDS 10

/* How many: instances of an array, children of the whole tree. */
#define CONF_INSTANCES_MAX 100000
#define CONF_CHILDREN_MAX  200000

/* Bytes read in all, bodies of specs and arrays once for each use. */
#define CONF_WORK_MAX ((uint64_t)128 << 20)

/* Bytes of memory for one configuration. */
#define CONF_MEMORY_MAX ((size_t)512 << 20)

/* The descriptors that `ready fd N` may name. */
#define CONF_READY_FD_MIN 3
#define CONF_READY_FD_MAX 255

/* What loading gave. It points into itself: not to be copied or moved. */
struct conf {
	const struct spec *root; /* a supervisor; NULL unless all is well */
	const struct child_spec *child; /* of conf_parse_child(), or NULL */
	const char *const *words; /* of conf_parse_words(), or NULL; NULL at
				     the end */
	size_t nwords;
	uint32_t nchildren; /* of the whole tree, without the root */
	uint32_t nlinks; /* names of children that bodies have, of each once */
	bool pending;    /* programs are to be run first: nothing is known */
	struct diag_list diags; /* warnings may be here also with a root */
	struct arena arena;     /* owns all of the above */
	struct diag no_memory;  /* the one diagnostic that needs no arena */
};

/*
 * Reads the file `path`. True when a tree came of it: conf->root is set and
 * there are at most warnings. False when there are errors, all of them in
 * conf->diags. *conf needs no preparation and conf_fini() in either case.
 *
 * False with conf->pending when programs are to be run first: those in
 * source->programs that are not done. Then it is to be called again.
 */
bool conf_load(struct conf *conf, const char *path,
    const struct conf_source *source);

/*
 * The same with at most `memory_max` bytes, beyond which it is as if there
 * was no memory left: one error says so.
 */
bool conf_load_within(struct conf *conf, const char *path,
    const struct conf_source *source, size_t memory_max);

/* The running supervisor for which a text is read. */
struct conf_parent {
	const struct spec *spec; /* borrowed */
	const char *nameless;    /* what a child without a name is called; NULL:
				    it must have one */
};

/*
 * Reads one `worker` or `supervisor` statement from `len` bytes of `text`
 * for `parent` (NULL: any), called `label` in messages. On true conf->child is
 * set. `include` works as in a file of that name; what other files define is
 * not known here.
 */
bool conf_parse_child(struct conf *conf, const char *label, const char *text,
    size_t len, const struct conf_parent *parent,
    const struct conf_source *source);

/*
 * Reads what `program`, the `init` of the supervisor `spec`, printed (both are
 * borrowed for the call), called `label` in messages. On true conf->root is
 * what that is made of: what the file says, and over it what was printed.
 * Programs may be pending, as for conf_load().
 */
bool conf_parse_printed(struct conf *conf, const char *label,
    const struct program *program, const struct spec *spec,
    const struct conf_source *source);

/*
 * Reads `len` bytes of `text`, called `label` in messages, as the words of
 * one statement, quoted as in a file, but with nothing in them that is
 * replaced: a dollar sign is itself. Blank text has no words. On true
 * conf->words is set.
 */
bool conf_parse_words(struct conf *conf, const char *label, const char *text,
    size_t len);

/* A command that is to be run, by name. */
struct conf_command {
	const char *name;        /* of the worker; no name twice */
	const char *const *argv; /* ends with NULL; at least one word */
	const char *const *env;  /* NAME=VALUE, ends with NULL; or NULL */
	const char *cwd;         /* or NULL: where supervise was started */
	struct conf_place place; /* kept as it is */
};

/* What `supervise exec` was asked to run. */
struct conf_commands {
	const struct conf_command *list;
	size_t n;
	bool inherit; /* a single one: with supervise's own stdout and stderr */
	enum restart restart;
	enum strategy strategy;
	uint32_t max_restarts;   /* <= POLICY_MAX_RESTARTS */
	int64_t max_seconds;     /* 1 to POLICY_MAX_SECONDS */
	int64_t stop_timeout_ms; /* or STOP_TIMEOUT_NONE */
};

/*
 * Makes the tree of these commands: a root that ends when all of them have
 * (all_significant), or restarts them for ever and ever if they are permanent.
 * Everything is copied. False only when there is no memory.
 */
bool
conf_from_commands(struct conf *conf, const struct conf_commands *commands);

/* Frees everything; *conf is zeroed. Harmless when done twice. */
void conf_fini(struct conf *conf);

#endif
