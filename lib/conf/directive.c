/* SPDX-License-Identifier: ISC */
#include "conf/directive.h"
#include "base/policy.h"
#include "conf/attribute.h"
#include "conf/conf.h"
#include "conf/spec.h"

#define ANYWHERE (IN_SUPERVISORS | IN_WORKER)

#define FIELD(field)    .offset = offsetof(struct child_policy, field)
#define CHOICE(list, n) .words = (list), .nwords = (n)

/* Keeps the texts below true: a changed limit shows up here. */
_Static_assert(POLICY_MAX_RESTARTS == 1000000, "text of max_restarts");
_Static_assert(POLICY_MAX_SECONDS == 31536000, "text of max_seconds");
_Static_assert(CONF_READY_FD_MIN == 3, "text of ready");
_Static_assert(CONF_READY_FD_MAX == 255, "text of ready");
_Static_assert(POLICY_FDSTORE_MAX == 64, "text of fdstore_max");

#define LOG_ARGUMENT                           \
	"prefix | inherit | null | to NAME | " \
	"file PATH [max SIZE] [keep N] [timestamps]"
#define LOG_EXPECTED                                                                                      \
	"prefix, inherit, null, to and the name of a child, or file and a path, max SIZE (10M), keep N, " \
	"timestamps"

/* The row of an attribute. */
#define ATTRIBUTE_ROW(attribute, word, several, what, wanted, text) \
	{                                                           \
		.name = (word),                                     \
		.type = DIRECTIVE_ATTRIBUTE,                        \
		.where = IN_WORKER,                                 \
		.adds = (several),                                  \
		.offset = (attribute),                              \
		.argument = (what),                                 \
		.expected = (wanted),                               \
		.summary = (text),                                  \
	},

#define STATUSES_EXPECTED "exit statuses from 0 to 255 (75, 70-78)"

const struct directive directives[] = {
	{
	    .name = "strategy",
	    .type = DIRECTIVE_CHOICE,
	    .where = IN_SUPERVISORS,
	    FIELD(sup.strategy),
	    CHOICE(strategy_text, STRATEGY_DYNAMIC + 1),
	    .sup_default = "one_for_one",
	    .argument = "one_for_one | one_for_all | rest_for_one | dynamic",
	    .expected = "one_for_one, one_for_all, rest_for_one or dynamic",
	    .summary = "which children are restarted when one ends",
	},
	{
	    .name = "max_restarts",
	    .type = DIRECTIVE_COUNT,
	    .where = IN_SUPERVISORS,
	    FIELD(sup.max_restarts),
	    .max = POLICY_MAX_RESTARTS,
	    .sup_default = "3",
	    .argument = "N",
	    .expected = "an integer from 0 to 1000000",
	    .summary = "how many restarts within max_seconds are allowed",
	},
	{
	    .name = "max_seconds",
	    .type = DIRECTIVE_SECONDS,
	    .where = IN_SUPERVISORS,
	    FIELD(sup.max_seconds),
	    .min = 1,
	    .max = POLICY_MAX_SECONDS,
	    .sup_default = "5",
	    .argument = "SECONDS",
	    .expected = "whole seconds from 1 to 31536000 (5, 2m, 1h)",
	    .summary = "the time in which max_restarts are counted",
	},
	{
	    .name = "auto_shutdown",
	    .type = DIRECTIVE_CHOICE,
	    .where = IN_SUPERVISORS,
	    FIELD(sup.auto_shutdown),
	    CHOICE(auto_shutdown_text, AUTO_SHUTDOWN_ALL_SIGNIFICANT + 1),
	    .sup_default = "never",
	    .argument = "never | any_significant | all_significant",
	    .expected = "never, any_significant or all_significant",
	    .summary = "whether the end of significant children ends all",
	},
	{
	    .name = "stop",
	    .type = DIRECTIVE_CHOICE,
	    .where = IN_SUPERVISORS,
	    FIELD(sup.stop_order),
	    CHOICE(stop_order_text, STOP_TOGETHER + 1),
	    .sup_default = "reverse",
	    .argument = "reverse | together",
	    .expected = "reverse or together",
	    .summary = "children stop one by one from the last, or at once",
	},
	{
	    .name = "max_children",
	    .type = DIRECTIVE_LIMIT,
	    .where = IN_DYNAMIC,
	    FIELD(sup.max_children),
	    .max = 1000000,
	    .sup_default = "infinity",
	    .argument = "N | infinity",
	    .expected = "an integer from 0 to 1000000, or infinity",
	    .summary = "how many children a dynamic supervisor takes",
	},
	{
	    .name = "stop_timeout",
	    .type = DIRECTIVE_TIMEOUT,
	    .where = IN_ROOT,
	    FIELD(sup.stop_timeout_ms),
	    .argument = "TIME | infinity",
	    .expected = "a time over 0 (9s, 500ms), or infinity",
	    .summary = "the time that the stop of everything may take",
	},
	{
	    .name = "cgroup",
	    .type = DIRECTIVE_CGROUP,
	    .where = IN_ROOT,
	    .argument = "[yes | no | PATH]",
	    .expected = "yes, no or the path of a control group "
			"(/sys/fs/cgroup/shop)",
	    .summary = "every worker has a control group of its own",
	},
	{
	    .name = "restart",
	    .type = DIRECTIVE_CHOICE,
	    .where = IN_CHILDREN,
	    FIELD(restart),
	    CHOICE(restart_text, RESTART_TEMPORARY + 1),
	    .worker_default = "permanent",
	    .sup_default = "permanent",
	    .argument = "permanent | transient | temporary",
	    .expected = "permanent, transient or temporary",
	    .summary = "restart always, after abnormal ends only, never",
	},
	{
	    .name = "significant",
	    .type = DIRECTIVE_YES,
	    .where = IN_CHILDREN,
	    FIELD(significant),
	    .worker_default = "no",
	    .sup_default = "no",
	    .argument = "[yes | no]",
	    .expected = "yes or no",
	    .summary = "this child's end counts for auto_shutdown",
	},
	{
	    .name = "shutdown",
	    .type = DIRECTIVE_SHUTDOWN,
	    .where = IN_CHILDREN,
	    FIELD(shutdown_ms),
	    .worker_default = "5s",
	    .sup_default = "infinity",
	    .argument = "TIME | brutal_kill | infinity",
	    .expected = "a duration (500ms, 5s, 2m), brutal_kill or infinity",
	    .summary = "how long a stop may take before SIGKILL",
	},
	{
	    .name = "exec",
	    .type = DIRECTIVE_COMMAND,
	    .where = IN_WORKER,
	    .argument = "PROGRAM [ARGUMENT …]",
	    .expected = "a program and its arguments",
	    .summary = "the program to run",
	},
	{
	    .name = "shell",
	    .type = DIRECTIVE_SHELL,
	    .where = IN_WORKER,
	    .argument = "COMMAND",
	    .expected = "one word, a command for /bin/sh, in quotes",
	    .summary = "the same as exec /bin/sh -c COMMAND",
	},
	{
	    .name = "before",
	    .type = DIRECTIVE_HOOK,
	    .where = IN_WORKER,
	    .offset = offsetof(struct hooks, before),
	    .argument = "PROGRAM [ARGUMENT …]",
	    .expected = "a program and its arguments",
	    .summary = "a command that has to succeed before each start",
	},
	{
	    .name = "after",
	    .type = DIRECTIVE_HOOK,
	    .where = IN_WORKER,
	    .offset = offsetof(struct hooks, after),
	    .argument = "PROGRAM [ARGUMENT …]",
	    .expected = "a program and its arguments",
	    .summary = "a command to clean up after each end",
	},
	{
	    .name = "catch",
	    .type = DIRECTIVE_CATCH,
	    .where = ANYWHERE,
	    .adds = true,
	    CHOICE(catch_text, CATCH_RUN + 1),
	    .argument = "PATTERN restart | stop | ignore | escalate | "
			"run PROGRAM [ARGUMENT …]",
	    .expected = "a pattern of reasons (exit:64-78, signal:SEGV, *), "
			"then restart, stop, ignore, escalate or run and a "
			"program",
	    .summary = "what to do about ends for that reason",
	},
	{
	    .name = "init",
	    .type = DIRECTIVE_HOOK,
	    .where = IN_BLOCKS,
	    .offset = offsetof(struct hooks, init),
	    .argument = "PROGRAM [ARGUMENT …]",
	    .expected = "a program and its arguments",
	    .summary = "a command that prints the children at each start",
	},
	{
	    .name = "cwd",
	    .type = DIRECTIVE_PATH,
	    .where = IN_WORKER,
	    .argument = "PATH",
	    .expected = "the path of a folder",
	    .summary = "the working folder",
	},
	{
	    .name = "env",
	    .type = DIRECTIVE_ENV,
	    .where = IN_WORKER,
	    .adds = true,
	    .argument = "NAME=VALUE … | NAME VALUE",
	    .expected = "NAME=VALUE, or NAME VALUE",
	    .summary = "variables added to the environment",
	},
	{
	    .name = "link",
	    .type = DIRECTIVE_LINK,
	    .where = IN_WORKER,
	    .adds = true,
	    .offset = offsetof(struct peers, links),
	    .argument = "NAME …",
	    .expected = "names or paths of children (db, web/api)",
	    .summary = "children that end with this one, and it with them",
	},
	{
	    .name = "monitor",
	    .type = DIRECTIVE_LINK,
	    .where = IN_WORKER,
	    .adds = true,
	    .offset = offsetof(struct peers, monitors),
	    .argument = "NAME …",
	    .expected = "names or paths of children (db, web/api)",
	    .summary = "children whose ends this one is told of",
	},
	{
	    .name = "trap_exits",
	    .type = DIRECTIVE_YES,
	    .where = IN_WORKER,
	    FIELD(worker.trap_exits),
	    .worker_default = "no",
	    .argument = "[yes | no]",
	    .expected = "yes or no",
	    .summary = "is told of the ends of linked children, and lives on",
	},
	{
	    .name = "stop_signal",
	    .type = DIRECTIVE_SIGNAL,
	    .where = IN_WORKER,
	    FIELD(worker.stop_signal),
	    .worker_default = "TERM",
	    .argument = "SIGNAL",
	    .expected = "a signal (TERM, INT, RTMIN+3, 15)",
	    .summary = "the signal that asks it to end",
	},
	{
	    .name = "normal",
	    .type = DIRECTIVE_STATUSES,
	    .where = IN_WORKER,
	    .adds = true,
	    FIELD(worker.normal),
	    .argument = "STATUS …",
	    .expected = STATUSES_EXPECTED,
	    .summary = "exit statuses that are normal ends, as 0 is",
	},
	{
	    .name = "planned",
	    .type = DIRECTIVE_STATUSES,
	    .where = IN_WORKER,
	    .adds = true,
	    FIELD(worker.planned),
	    .argument = "STATUS …",
	    .expected = STATUSES_EXPECTED,
	    .summary = "exit statuses that are planned ends",
	},
	{
	    .name = "ignore",
	    .type = DIRECTIVE_STATUSES,
	    .where = IN_BLOCKS | IN_WORKER,
	    .adds = true,
	    FIELD(ignore),
	    .argument = "STATUS …",
	    .expected = STATUSES_EXPECTED,
	    .summary = "exit statuses that say: not needed here",
	},
	{
	    .name = "ready",
	    .type = DIRECTIVE_READY,
	    .where = IN_WORKER,
	    .worker_default = "exec",
	    .argument = "exec | fd N | after TIME | notify | "
			"check PROGRAM [ARGUMENT …] | port [ADDRESS:]PORT | "
			"file PATH",
	    .expected = "exec, fd N (3 to 255), after TIME, notify, check "
			"PROGRAM, port [ADDRESS:]PORT or file PATH",
	    .summary = "when its start is complete",
	},
	{
	    .name = "check_every",
	    .type = DIRECTIVE_DURATION,
	    .where = IN_WORKER,
	    FIELD(worker.check_every_ms),
	    .worker_default = "100ms",
	    .argument = "TIME",
	    .expected = "a duration over 0 (100ms, 1s)",
	    .summary = "the time between two checks whether it is ready",
	},
	{
	    .name = "watchdog",
	    .type = DIRECTIVE_TIMEOUT,
	    .where = IN_WORKER,
	    FIELD(worker.watchdog_ms),
	    .worker_default = "infinity",
	    .argument = "TIME | infinity",
	    .expected = "a duration over 0 (10s, 1m) or infinity",
	    .summary = "silence for so long ends it with SIGABRT",
	},
	{
	    .name = "alive",
	    .type = DIRECTIVE_ALIVE,
	    .where = IN_WORKER,
	    .argument = "check PROGRAM [ARGUMENT …] | port [ADDRESS:]PORT "
			"[every TIME] [timeout TIME] [failures N]",
	    .expected = "check PROGRAM or port [ADDRESS:]PORT, then every "
			"TIME, timeout TIME or failures N (1 to 1000)",
	    .summary = "checks that end it when they fail",
	},
	{
	    .name = "fdstore_max",
	    .type = DIRECTIVE_COUNT,
	    .where = IN_WORKER,
	    FIELD(worker.fdstore_max),
	    .max = POLICY_FDSTORE_MAX,
	    .worker_default = "64",
	    .argument = "N",
	    .expected = "an integer from 0 to 64",
	    .summary = "how many descriptors are kept for its next run",
	},
	{
	    .name = "listen",
	    .type = DIRECTIVE_LISTEN,
	    .where = IN_WORKER,
	    .adds = true,
	    CHOICE(listen_kind_text, LISTEN_UNIX + 1),
	    .argument = "tcp [ADDRESS:]PORT | udp [ADDRESS:]PORT | "
			"unix PATH [mode MODE] [user USER] [group GROUP] "
			"[backlog N] [name NAME] [shared]",
	    .expected = "tcp [ADDRESS:]PORT, udp [ADDRESS:]PORT or unix PATH "
			"and mode MODE, user USER, group GROUP; then "
			"backlog N, name NAME, shared",
	    .summary = "a socket that is kept open for its runs",
	},
	{
	    .name = "start_timeout",
	    .type = DIRECTIVE_TIMEOUT,
	    .where = IN_WORKER,
	    FIELD(worker.start_timeout_ms),
	    .worker_default = "infinity",
	    .argument = "TIME | infinity",
	    .expected = "a duration over 0 (500ms, 5s, 2m) or infinity",
	    .summary = "a start that takes longer has failed",
	},
	{
	    .name = "backoff",
	    .type = DIRECTIVE_BACKOFF,
	    .where = IN_WORKER,
	    .worker_default = "0",
	    .argument = "MIN..MAX | TIME",
	    .expected = "MIN..MAX (100ms..30s) or one duration",
	    .summary = "delays restarts, doubling from MIN to MAX",
	},
	{
	    .name = "log",
	    .type = DIRECTIVE_LOG,
	    .where = IN_WORKER,
	    .offset = offsetof(struct logs, out),
	    CHOICE(log_word_text, LOG_PATH + 1),
	    .argument = LOG_ARGUMENT,
	    .expected = LOG_EXPECTED,
	    .summary = "where its standard output goes",
	},
	{
	    .name = "log_stderr",
	    .type = DIRECTIVE_LOG,
	    .where = IN_WORKER,
	    .offset = offsetof(struct logs, err),
	    CHOICE(log_word_text, LOG_PATH + 1),
	    .argument = LOG_ARGUMENT,
	    .expected = LOG_EXPECTED,
	    .summary = "where its standard error goes, if elsewhere",
	},
	ATTRIBUTE_ROWS(ATTRIBUTE_ROW){
	    .name = "set",
	    .type = DIRECTIVE_SET,
	    .where = ANYWHERE,
	    .adds = true,
	    .argument = "NAME VALUE",
	    .expected = "NAME VALUE",
	    .summary = "defines ${NAME} from here to the end of the block",
	},
	{
	    .name = "include",
	    .type = DIRECTIVE_INCLUDE,
	    .where = IN_SUPERVISORS,
	    .adds = true,
	    .argument = "PATH …",
	    .expected = "the path of a file or a pattern (conf.d/*.conf)",
	    .summary = "reads other files as if they stood here",
	},
	{
	    .name = "spec",
	    .type = DIRECTIVE_SPEC,
	    .where = IN_SUPERVISORS,
	    .adds = true,
	    .argument = "NAME[(PARAMETER[=VALUE], …)] { … }",
	    .expected = "NAME { … } or NAME(PARAMETER, …) { … }",
	    .summary = "a body to make children from",
	},
	{
	    .name = "worker",
	    .type = DIRECTIVE_CHILD,
	    .where = IN_SUPERVISORS,
	    .adds = true,
	    .argument = "NAME[[N]] [= SPEC(ARGUMENT, …)] { … }",
	    .expected = "NAME { … } or NAME = SPEC(ARGUMENT, …)",
	    .summary = "a child that is a program",
	},
	{
	    .name = "supervisor",
	    .type = DIRECTIVE_CHILD,
	    .where = IN_SUPERVISORS,
	    .adds = true,
	    .argument = "NAME[[N]] [= SPEC(ARGUMENT, …)] { … }",
	    .expected = "NAME { … } or NAME = SPEC(ARGUMENT, …)",
	    .summary = "a child that has children of its own",
	},
};

const size_t ndirectives = sizeof(directives) / sizeof(directives[0]);

_Static_assert(sizeof(directives) / sizeof(directives[0]) <= DIRECTIVES_MAX,
    "arrays indexed by directive are too small");
