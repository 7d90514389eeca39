/* SPDX-License-Identifier: ISC */
#ifndef CONF_RULE_H
#define CONF_RULE_H

#include "conf/body.h"

/*
 * Rules that one statement alone cannot break: what a body must have, what
 * does not go together, and what is allowed but hardly meant.
 */

/* Checks a body at its end; `b->at` stands for all of it. */
void rule_check_body(struct loader *ld, const struct body *b);

/*
 * Checks what a child asks of the supervisor `parent`, at the places that
 * the child remembers.
 */
void rule_check_child(struct loader *ld, const struct child_policy *parent,
    const struct entry *entry);

/*
 * The most failures of one worker that can fall into `window_ms`, when each
 * comes at once and each delay is as short as its jitter allows; INT64_MAX
 * if nothing delays them.
 */
int64_t
rule_failures_within(const struct worker_policy *worker, int64_t window_ms);

#endif
