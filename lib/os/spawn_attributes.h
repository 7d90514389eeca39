/* SPDX-License-Identifier: ISC */
#ifndef OS_SPAWN_ATTRIBUTES_H
#define OS_SPAWN_ATTRIBUTES_H

#include "os/spawn_child.h"

/*
 * Steps of a spawned child that set its attributes, for os/spawn_child.c
 * alone; each makes no system call where nothing was said. 0 or -errno, and
 * in the area what it was about, if a step sets several things.
 */
int spawn_set_input(const struct spawn_start *start);
int spawn_set_oom_score(const struct spawn_start *start);
int spawn_set_nice(const struct spawn_start *start);
int spawn_set_ioprio(const struct spawn_start *start);
int spawn_set_cpus(const struct spawn_start *start);
int spawn_set_limits(const struct spawn_start *start);
int spawn_leave_mounts(const struct spawn_start *start);
int spawn_change_root(const struct spawn_start *start);
int spawn_mount_tmp(const struct spawn_start *start);
int spawn_bound_capabilities(const struct spawn_start *start);
int spawn_set_groups(const struct spawn_start *start);
int spawn_set_group(const struct spawn_start *start);
int spawn_set_user(const struct spawn_start *start);
int spawn_set_capabilities(const struct spawn_start *start);
int spawn_set_no_new_privileges(const struct spawn_start *start);

#endif
