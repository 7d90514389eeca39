/* SPDX-License-Identifier: ISC */
#ifndef CONF_CGROUP_H
#define CONF_CGROUP_H

#include <stdbool.h>

#include "conf/body.h"
#include "conf/print_value.h"

/*
 * Control groups: `cgroup` of the root says whether each worker has one, and
 * where; `memory`, `pids` and `cpu` of a worker limit its own.
 */

/* What `cgroup` says beside the path of a group; as struct sup_spec has it. */
#define CGROUP_YES "yes"

/* Takes the words of `cgroup`; false after an error. */
bool
cgroup_parse(struct loader *ld, struct body *b, const struct statement *st);

/* Takes those of a limit; what a layer below says of it counts no more. */
bool cgroup_parse_limits(struct loader *ld, struct attributes *a,
    const struct statement *st);

/* Prints what stands behind a limit. */
void cgroup_print_limits(const struct printer *p, const struct directive *d,
    const struct attributes *a);

#endif
