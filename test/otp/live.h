/* SPDX-License-Identifier: ISC */
#ifndef OTP_LIVE_H
#define OTP_LIVE_H

#include <sys/types.h>

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "control/session.h"
#include "kept.h"
#include "scenario.h"
#include "stage.h"
#include "trace.h"

/*
 * A scenario on the real program: `supervise run` in a folder of its own,
 * with a worker for every worker, steps by signals and through the control
 * socket, and the trace from its records.
 *
 * Whoever plays is the sub-reaper of all that it starts, plays one scenario,
 * and ends. Nothing is waited for by time: a step is over when the end that
 * it causes has been recorded and `wait quiet` is answered. A worker that
 * ends by itself after a time is told to when all else is quiet, the one
 * whose time comes first before others.
 */

/* How long any one thing is waited for before the scenario fails. */
#define LIVE_PATIENCE_S 60

/* Where the programs and the files of a scenario are. */
struct live_place {
	char supervise[PATH_MAX];
	char worker[PATH_MAX];
	char dir[PATH_MAX / 2]; /* of this scenario; it exists */
	unsigned scale;         /* times of the scenario are so much longer */
};

/* What belongs to a name. */
struct live_persona {
	unsigned nth;    /* incarnation; 0: none yet */
	unsigned nexits; /* of processes that were up */
	pid_t pid;       /* a worker's that started last */
	bool up;         /* worker: it is ready; supervisor: it has begun */
	bool said;       /* the end of this run stands in the trace already */
	bool stopping;   /* its supervisor has told this run to stop */
	unsigned began;  /* its start: place among the events of the step */
	int64_t due_ms;  /* when it ends by itself, or -1 */
	enum restart restart;
	char last[TRACE_REST_SIZE];    /* reason of its last end */
	char failed[SCENARIO_ID_SIZE]; /* in a sup: who did not start */
};

/* A child as `status` has it. */
struct live_row {
	int node;
	char state[16];
};

struct live {
	const struct scenario *s;       /* borrowed */
	struct trace *trace;            /* borrowed */
	const struct live_place *place; /* borrowed */
	int out;                        /* for the trace; borrowed */
	struct live_persona personas[SCENARIO_NODES_MAX];
	struct live_row rows[SCENARIO_NODES_MAX];
	unsigned nrows;
	struct kept kept;
	int64_t now_ms; /* on the clock of those that end by themselves */
	bool booted;    /* the root was up */
	bool crowd;     /* several ends are found at once in this step */
	pid_t held;     /* in a `together`: goes on last, the others with it */
	bool over;      /* the program has ended */
	bool marked;    /* the record was there that live_mark() asks for */

	pid_t guardian;
	struct control_session session;
	int records; /* its standard error; owned */
	bool eof;
	size_t len; /* of what was read and is no whole line yet */
	char buffer[1 << 16];
};

/* Why `s` cannot be played with processes, or NULL. */
const char *live_refuses(const struct scenario *s);

/*
 * Plays `s` in this process, which is to have no other children, and writes
 * its trace to `out`. What goes wrong in the playing is said on standard
 * error and ends the process with status 1.
 */
void live_play(const struct scenario *s, struct trace *trace,
    const struct live_place *place, int out);

/* Kills and reaps all children; how many were still running. */
unsigned live_clear(void);

/* For the parts of the player. */

/* live.c */
_Noreturn void live_fail(struct live *l, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void live_settle(struct live *l);

/* live_conf.c: specifications. Owned by the caller. */
#define LIVE_PATH_SIZE (SCENARIO_ID_SIZE * 16)
char *live_root_text(const struct live *l);
char *live_child_text(const struct live *l, int node, const struct node *spec);
void live_path(const struct live *l, int sup, const char *id,
    char path[static LIVE_PATH_SIZE]);
int live_ending_code(struct ending ending);

/* live_unlike.c */

/* Whether a supervisor does nothing else while a child starts (D1). */
bool live_blocks(const struct node *sup);

/*
 * Whether the start of a worker is complete when it is executed. Of several
 * ends that it finds at once OTP looks at the next when the start that follows
 * from the first is over; a supervisor that waits for nobody's start does so
 * only if that takes no time.
 */
bool live_is_at_once(const struct scenario *s, const struct node *node);

/* live_program.c */
void live_launch(struct live *l);
/* Reads the records until all that there were are read. */
void live_mark(struct live *l);
bool live_read(struct live *l, bool wait);
void live_connect(struct live *l);
int live_ask(struct live *l, size_t nwords, const char *const *words,
    void (*visit)(void *arg, const struct record_parsed *r), void *arg);
void live_finish(struct live *l);
void live_stop(struct live *l);
void live_hold(struct live *l);
void live_release(struct live *l);
void live_send(struct live *l, int node, int signo, int value);
void live_await_zombie(struct live *l, int node);
void live_slaughter(struct live *l);

/* live_say.c */
int live_node(const struct live *l, const char *path);
void live_say(struct live *l, const struct record_parsed *r);
void live_say_end(struct live *l, int node, const char *reason);
void live_say_state(struct live *l);

/* live_step.c */
void live_step(struct live *l, const struct step *step);
void
live_end(struct live *l, int node, struct ending ending, int signo, int value);

#endif
