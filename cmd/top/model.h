/* SPDX-License-Identifier: ISC */
#ifndef CMD_TOP_MODEL_H
#define CMD_TOP_MODEL_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/record_parse.h"
#include "conf/conf.h"
#include "os/usage.h"

/*
 * What the live view shows: the rows of a look at the tree, what their process
 * groups use of the machine, the last line that each child has written; which
 * rows are shown in which order, and which one is chosen. Records go in, no
 * system call is made.
 */

/* Room of a child's path, and of what is to be found. */
#define TOP_NAME_SIZE   (CONF_NESTING_MAX * (CONF_NAME_SIZE_MAX + 1) + 1)
#define TOP_FILTER_SIZE 128

/* Most bytes that are kept of a child's last line. */
#define TOP_LINE_MAX 512

/* A value that is not known. */
#define TOP_NONE (-1)

enum top_order {
	TOP_BY_TREE, /* as the file has them */
	TOP_BY_CPU,
	TOP_BY_MEMORY,
	TOP_BY_RESTARTS,
	TOP_NORDERS
};

/* What each is called. */
extern const char *const top_order_text[];

/* A child; its texts are in the arena of the look. */
struct top_row {
	const char *name; /* its path */
	unsigned depth;   /* 0: the root */
	bool last;        /* of its siblings */
	bool supervisor;
	const char *state;
	const char *reason; /* of its last end; "": none */
	const char *status; /* what it says of itself; "": nothing */
	pid_t pid;          /* 0: it has no process of its own */
	int64_t up_ms;      /* since its start; TOP_NONE */
	int64_t due_ms;     /* until its next start; TOP_NONE */
	/* Of a worker, starts after the first; of a supervisor, its budget. */
	int64_t restarts;
	int64_t max_restarts;
	int64_t max_seconds;
	int64_t cpu_permille; /* of one processor; TOP_NONE */
	int64_t rss_bytes;    /* TOP_NONE */
};

/* Rows of one moment. */
struct top_look {
	struct top_row *rows; /* owned */
	size_t n;
	size_t room;
	struct arena texts;
};

/* The last line of a child, which outlives the looks. */
struct top_line {
	char name[TOP_NAME_SIZE]; /* first: it is what is looked for */
	char text[TOP_LINE_MAX + 1];
};

struct top_model {
	struct top_look look;
	struct top_look next; /* the one that is coming in */
	void *lines;          /* by name, for tsearch(3); owned */
	struct usage *usage;  /* of the groups when looked at last; owned */
	size_t nusage;
	int64_t usage_ns; /* when that was, on the monotonic clock */
	size_t *shown;    /* indices into look.rows; owned */
	size_t nshown;
	size_t chosen; /* index into shown; 0 where there is none */
	char chosen_name[TOP_NAME_SIZE];
	enum top_order order;
	char filter[TOP_FILTER_SIZE]; /* part of a name; "": all */
};

void top_model_init(struct top_model *model);
void top_model_fini(struct top_model *model);

/*
 * A look: the records of `status` one after the other, then what is shown is
 * worked out anew; the chosen row stays the one of that name while there is
 * one. A look that is not complete is dropped by the next top_look_begin().
 * False: no memory.
 */
void top_look_begin(struct top_model *model);
bool top_look_take(struct top_model *model, const struct record_parsed *record);
bool top_look_end(struct top_model *model);

/*
 * The groups of the rows that are coming in, for usage_read(); *n of them.
 * Owned by the caller, who gives them back by top_usage_take(). NULL: no
 * memory.
 */
struct usage *top_usage_wanted(const struct top_model *model, size_t *n);

/*
 * Takes over what usage_read() has found at `now_ns`. The processor time of
 * a group is that since the last look, or since its start at the first.
 */
void top_usage_take(struct top_model *model, struct usage *usage, size_t n,
    int64_t now_ns);

/* A record of `logs`. False: no memory. */
bool top_line_take(struct top_model *model, const struct record_parsed *record);

/* The last line of a child, or "". */
const char *top_line_of(const struct top_model *model, const char *name);

/* Works out which rows are shown; after a change of order or filter. */
bool top_arrange(struct top_model *model);

/* Goes so many rows down, or up, as far as there are any. */
void top_move(struct top_model *model, ptrdiff_t by);

/* The chosen row, or NULL. */
const struct top_row *top_chosen(const struct top_model *model);

/* How many workers are there, and how many of them are up. */
void top_count(const struct top_model *model, size_t *nworkers, size_t *nup);

#endif
