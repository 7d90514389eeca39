/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_EXPLAIN_H
#define ENGINE_EXPLAIN_H

#include <stddef.h>

#include "core/request.h"
#include "os/spawn.h"

/*
 * Writes why the start of `plan` failed with `error`, an errno, for a person,
 * and what could be done about it.
 */
void explain(char *text, size_t size, const struct spawn_plan *plan,
    const struct spawn_result *result, int error);

/* What the result of a request means, for a person: "NAME ...". */
const char *explain_result(enum request_result result);

#endif
