/* SPDX-License-Identifier: ISC */
#ifndef CONF_EQUAL_H
#define CONF_EQUAL_H

#include <stdbool.h>

#include "conf/spec.h"

/*
 * Whether two specifications mean the same: all that is said in them and,
 * for supervisors, the names, order and specifications of the children.
 * Where they were written does not matter.
 */
bool spec_equal(const struct spec *a, const struct spec *b);

/* The same without the children of a supervisor. */
bool spec_equal_own(const struct spec *a, const struct spec *b);

#endif
