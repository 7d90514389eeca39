/* SPDX-License-Identifier: ISC */
#ifndef CMD_TOP_LOOP_H
#define CMD_TOP_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/top/model.h"
#include "cmd/top/source.h"

/*
 * The live view: keys, what the supervisor says, and time go in; what is to
 * be shown and done comes out.
 */

/* How long a supervisor may be gone before this ends. */
#define TOP_PATIENCE_MS 5000

/*
 * Shows the tree until the user has enough; looks every `delay_ms`, and when
 * something happens. The exit status; `source->said` tells why it is not 0.
 * When a signal ended it, this process ends by that signal.
 */
int top_loop(struct top_model *model, struct top_source *source,
    int64_t delay_ms, bool colour);

#endif
