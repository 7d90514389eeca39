/* SPDX-License-Identifier: ISC */
#ifndef BASE_POLICY_H
#define BASE_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a specification says about a child's life and death: everything that
 * lib/core decides by, lib/conf reads from a file, and records name.
 *
 * Each list below is the one table of its words: enum, text in the file and
 * text in records all come from it.
 */

/* How a supervisor answers the death of a child (OTP supervisor(3)). */
#define POLICY_STRATEGIES(X)                     \
	X(STRATEGY_ONE_FOR_ONE, "one_for_one")   \
	X(STRATEGY_ONE_FOR_ALL, "one_for_all")   \
	X(STRATEGY_REST_FOR_ONE, "rest_for_one") \
	X(STRATEGY_DYNAMIC, "dynamic")

/* Which ends of a child ask for a restart. */
#define POLICY_RESTARTS(X)                \
	X(RESTART_PERMANENT, "permanent") \
	X(RESTART_TRANSIENT, "transient") \
	X(RESTART_TEMPORARY, "temporary")

/* Whether the end of significant children ends their supervisor. */
#define POLICY_AUTO_SHUTDOWNS(X)                            \
	X(AUTO_SHUTDOWN_NEVER, "never")                     \
	X(AUTO_SHUTDOWN_ANY_SIGNIFICANT, "any_significant") \
	X(AUTO_SHUTDOWN_ALL_SIGNIFICANT, "all_significant")

/* In which order a supervisor stops its children. */
#define POLICY_STOP_ORDERS(X)      \
	X(STOP_REVERSE, "reverse") \
	X(STOP_TOGETHER, "together")

/* What a child is. */
#define POLICY_KINDS(X)          \
	X(KIND_WORKER, "worker") \
	X(KIND_SUPERVISOR, "supervisor")

/* When a worker's start is complete. */
#define POLICY_READIES(X)         \
	X(READY_EXEC, "exec")     \
	X(READY_FD, "fd")         \
	X(READY_AFTER, "after")   \
	X(READY_NOTIFY, "notify") \
	X(READY_CHECK, "check")   \
	X(READY_PORT, "port")     \
	X(READY_FILE, "file")

/* What is asked, again and again, whether a worker that is up is well. */
#define POLICY_ALIVES(X)        \
	X(ALIVE_NONE, "none")   \
	X(ALIVE_CHECK, "check") \
	X(ALIVE_PORT, "port")

/*
 * What a `catch` line does about an end: restarts where the type would not,
 * leaves the child down as if the end were normal, or as if it had said that
 * it is not needed, has its supervisor give up, or runs a command and goes on
 * to the next line.
 */
#define POLICY_CATCHES(X)             \
	X(CATCH_RESTART, "restart")   \
	X(CATCH_STOP, "stop")         \
	X(CATCH_IGNORE, "ignore")     \
	X(CATCH_ESCALATE, "escalate") \
	X(CATCH_RUN, "run")

#define POLICY_ENUM(name, text) name,
enum strategy {
	POLICY_STRATEGIES(POLICY_ENUM)
};
enum restart {
	POLICY_RESTARTS(POLICY_ENUM)
};
enum auto_shutdown {
	POLICY_AUTO_SHUTDOWNS(POLICY_ENUM)
};
enum stop_order {
	POLICY_STOP_ORDERS(POLICY_ENUM)
};
enum kind {
	POLICY_KINDS(POLICY_ENUM)
};
enum ready {
	POLICY_READIES(POLICY_ENUM)
};
enum alive {
	POLICY_ALIVES(POLICY_ENUM)
};
enum catch_action {
	POLICY_CATCHES(POLICY_ENUM)
};
#undef POLICY_ENUM

/* The texts of the lists above, indexed by the enums. */
extern const char *const strategy_text[];
extern const char *const restart_text[];
extern const char *const auto_shutdown_text[];
extern const char *const stop_order_text[];
extern const char *const kind_text[];
extern const char *const ready_text[];
extern const char *const alive_text[];
extern const char *const catch_text[];

/* Values of shutdown_ms beside a time of 0 or more. */
#define SHUTDOWN_INFINITY    INT64_C(-1)
#define SHUTDOWN_BRUTAL_KILL INT64_C(-2)

/* Value of start_timeout_ms when a start may take for ever. */
#define START_TIMEOUT_NONE INT64_C(0)

/* Value of stop_timeout_ms when the stop of everything may take for ever. */
#define STOP_TIMEOUT_NONE INT64_C(0)

/* Value of watchdog_ms when nothing has to be heard of a worker. */
#define WATCHDOG_NONE INT64_C(0)

/* The most descriptors that are kept for one worker. */
#define POLICY_FDSTORE_MAX 64

/* How long a check before the start is complete may take. */
#define READY_CHECK_TIMEOUT_MS INT64_C(5000)

/* Value of max_children when there is no limit. */
#define MAX_CHILDREN_INFINITY UINT32_MAX

/* Largest values that a file may ask for. */
#define POLICY_MAX_RESTARTS UINT32_C(1000000)
#define POLICY_MAX_SECONDS  INT64_C(31536000)

/* A set of exit statuses, 0 to 255. */
struct status_set {
	uint64_t bits[4];
};

bool status_set_has(const struct status_set *set, int status);
void status_set_add(struct status_set *set, int status);

/* A `catch` line: what is done about ends whose reason matches. */
struct catch_rule {
	const char *pattern; /* see base/pattern.h */
	enum catch_action action;
	const char *const *command; /* of CATCH_RUN, as argv; else NULL */
};

/* How a worker that is up is checked; all but `kind` only if it is. */
struct alive_policy {
	enum alive kind;
	int64_t every_ms;   /* from the end of one to the next */
	int64_t timeout_ms; /* one that takes longer has failed */
	int64_t failures;   /* so many in a row, and it is unhealthy */
};

struct worker_policy {
	int stop_signal; /* asks the worker to end; TERM */
	bool trap_exits; /* is told of ends along its links, and lives on */
	enum ready ready;
	int64_t ready_after_ms; /* for READY_AFTER */
	int64_t check_every_ms; /* for READY_CHECK and the like */
	int64_t watchdog_ms;    /* or WATCHDOG_NONE */
	struct alive_policy alive;
	uint32_t fdstore_max;      /* descriptors that are kept for it */
	int64_t start_timeout_ms;  /* or START_TIMEOUT_NONE */
	int64_t backoff_min_ms;    /* first delay of a restart; 0: none */
	int64_t backoff_max_ms;    /* largest delay, >= backoff_min_ms */
	struct status_set normal;  /* ends like status 0 */
	struct status_set planned; /* ends like `shutdown` */
};

struct sup_policy {
	enum strategy strategy;
	enum auto_shutdown auto_shutdown;
	enum stop_order stop_order;
	uint32_t max_restarts;   /* <= POLICY_MAX_RESTARTS */
	int64_t max_seconds;     /* 1 to POLICY_MAX_SECONDS */
	uint32_t max_children;   /* or MAX_CHILDREN_INFINITY */
	int64_t stop_timeout_ms; /* of the root, or STOP_TIMEOUT_NONE */
};

struct child_policy {
	enum kind kind;
	enum restart restart;
	bool significant;
	bool prepares;                    /* a command runs before each start */
	int64_t shutdown_ms;              /* or one of SHUTDOWN_* */
	struct status_set ignore;         /* at any time: not needed here */
	const struct catch_rule *catches; /* ncatches of them; borrowed */
	size_t ncatches;
	union {
		struct worker_policy worker;
		struct sup_policy sup;
	};
};

/*
 * The defaults of OTP and Elixir (Supervisor, Supervisor.child_spec/2):
 * one_for_one, 3 restarts in 5 seconds, permanent, 5 s to shut a worker down
 * and for ever for a supervisor.
 */
struct child_policy policy_default(enum kind kind);

/* Whether that readiness is found out by asking, again and again. */
bool ready_is_checked(enum ready ready);

/* Whether a worker has a socket on which it tells of itself. */
bool worker_notifies(const struct worker_policy *worker);

/* Whether a run says it by itself: then a normal end before means ignore. */
bool ready_is_said(enum ready ready);

#endif
