/* SPDX-License-Identifier: ISC */
#ifndef CONF_ATTRIBUTE_H
#define CONF_ATTRIBUTE_H

#include <stdbool.h>

#include "base/attributes.h"
#include "conf/body.h"
#include "conf/print_value.h"

/*
 * The directives about the attributes of a worker's process: their rows in the
 * table of directives, how their values are read, kept and printed.
 */

/* The attribute; its word; whether several add up; argument, expected, summary.
 */
#define ATTRIBUTE_ROWS(X)                                                     \
	X(ATTRIBUTE_USER, "user", false, "NAME | UID",                        \
	    "the name or the number of a user", "the user it runs as")        \
	X(ATTRIBUTE_GROUP, "group", false, "NAME | GID",                      \
	    "the name or the number of a group", "its primary group")         \
	X(ATTRIBUTE_GROUPS, "groups", false, "[NAME | GID …]",                \
	    "names or numbers of groups", "its supplementary groups")         \
	X(ATTRIBUTE_UMASK, "umask", false, "OCTAL",                           \
	    "an octal number from 0 to 777",                                  \
	    "what is taken from the mode of files that it makes")             \
	X(ATTRIBUTE_NICE, "nice", false, "N", "an integer from -20 to 19",    \
	    "its priority, 19 the lowest")                                    \
	X(ATTRIBUTE_OOM_SCORE_ADJ, "oom_score_adj", false, "N",               \
	    "an integer from -1000 to 1000",                                  \
	    "how soon it is killed when memory is short")                     \
	X(ATTRIBUTE_IOPRIO, "ioprio", false,                                  \
	    "idle | best-effort N | realtime N",                              \
	    "idle, best-effort N or realtime N (0 to 7)",                     \
	    "its priority for disks, 7 the lowest")                           \
	X(ATTRIBUTE_CPUS, "cpus", false, "N[-N][,…]",                         \
	    "numbers of processors (0-3,8)", "the processors it may use")     \
	X(ATTRIBUTE_LIMIT, "limit", true, "RESOURCE SOFT[:HARD] …",           \
	    "a resource and SOFT or SOFT:HARD: integers, sizes (64K, 2G) or " \
	    "durations (10s), or unlimited",                                  \
	    "resource limits, by the names of prlimit(1)")                    \
	X(ATTRIBUTE_MEMORY, "memory", false,                                  \
	    "[SIZE | infinity] [high SIZE] [swap SIZE]",                      \
	    "a size (512M, 2G) or infinity, then high SIZE or swap SIZE",     \
	    "what its control group may use of memory")                       \
	X(ATTRIBUTE_PIDS, "pids", false, "N | infinity",                      \
	    "an integer from 1 to 4194304, or infinity",                      \
	    "how many processes and threads its control group may have")      \
	X(ATTRIBUTE_CPU, "cpu", false, "[N% | infinity] [weight N]",          \
	    "a percentage of one processor (50%, 200%) or infinity, then "    \
	    "weight N (1 to 10000)",                                          \
	    "what its control group may use of the processors")               \
	X(ATTRIBUTE_NO_NEW_PRIVILEGES, "no_new_privileges", false,            \
	    "[yes | no]", "yes or no",                                        \
	    "no program that it executes gains privileges")                   \
	X(ATTRIBUTE_CAPABILITIES, "capabilities", false, "[NAME …]",          \
	    "names of capabilities (net_bind_service)",                       \
	    "the only capabilities that it keeps")                            \
	X(ATTRIBUTE_CHROOT, "chroot", false, "PATH", "the path of a folder",  \
	    "the folder that is its root folder")                             \
	X(ATTRIBUTE_PRIVATE_TMP, "private_tmp", false, "[yes | no]",          \
	    "yes or no", "an empty /tmp and /var/tmp of its own")             \
	X(ATTRIBUTE_ENV_FILE, "env_file", true, "PATH [optional]",            \
	    "the path of a file, and perhaps optional",                       \
	    "a file of variables, read at each start")                        \
	X(ATTRIBUTE_ENV_CLEAR, "env_clear", false, "[NAME …]",                \
	    "names of variables",                                             \
	    "takes nothing over from the environment but these")              \
	X(ATTRIBUTE_STDIN, "stdin", false,                                    \
	    "null | inherit | pipe | file PATH",                              \
	    "null, inherit, pipe, or file and a path",                        \
	    "where its standard input comes from")

/* Puts the words of a statement into the body; false after an error. */
bool
attribute_parse(struct loader *ld, struct body *b, const struct statement *st);

/* A copy in conf->arena; NULL if nothing was said. */
const struct attributes *
attributes_keep(struct loader *ld, const struct attributes *a);

/* Prints what stands behind the directive, one of those in ATTRIBUTE_ROWS. */
void attribute_print(const struct printer *p, const struct directive *d,
    const struct spec *spec);

/* Whether nothing stands behind the directive: an empty list. */
bool attribute_is_bare(const struct directive *d, const struct spec *spec);

#endif
