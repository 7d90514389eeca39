/* SPDX-License-Identifier: ISC */
#ifndef CONF_EQUAL_H
#define CONF_EQUAL_H

#include <stdbool.h>

#include "conf/spec.h"

/*
 * Whether two specifications mean the same: all that is said in them, without
 * the children of a supervisor. Where they were written does not matter.
 */
bool spec_equal_own(const struct spec *a, const struct spec *b);

/*
 * The same of attributes, but for limits of control groups, which may change
 * while a process runs. Either may be NULL.
 */
bool attributes_equal_lasting(const struct attributes *a,
    const struct attributes *b);

/* The same of sockets. */
bool listens_equal(const struct listens *a, const struct listens *b);

/* The same of lists that end with NULL; either may be NULL itself. */
bool words_equal(const char *const *a, const char *const *b);

#endif
