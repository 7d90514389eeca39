/* SPDX-License-Identifier: ISC */
#ifndef CONF_ESTIMATE_H
#define CONF_ESTIMATE_H

#include <stdint.h>

#include "conf/spec.h"

/*
 * What a specification amounts to in time, worked out before anything runs:
 * how long a stop may take, how soon a supervisor gives up.
 */

/* A time that has no end. */
#define ESTIMATE_NEVER INT64_MAX

/*
 * The longest time that stopping what `spec` describes may take, in ms:
 * everything ignores its stop signal and is killed at the last moment.
 * ESTIMATE_NEVER when something may take for ever.
 */
int64_t estimate_stop_ms(const struct spec *spec);

/* The same of the root, as if it had no stop_timeout. */
int64_t estimate_whole_stop_ms(const struct spec *root);

/*
 * How long it takes until the supervisor `spec` gives up because of its
 * `child`, when that fails at once each time it is started, in ms; jitter
 * left out. ESTIMATE_NEVER when it never gives up: the child is temporary,
 * or its delays keep the restarts too far apart.
 */
int64_t
estimate_give_up_ms(const struct spec *spec, const struct child_spec *child);

/*
 * When all children of the supervisor `spec` that it restarts live longer than
 * this, in ms, each time, it never gives up. ESTIMATE_NEVER: nothing is long
 * enough. *alone: only one counts, or under one_for_all stands for all.
 */
int64_t estimate_lifetime_ms(const struct spec *spec, bool *alone);

#endif
