/* SPDX-License-Identifier: ISC */
#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include <stdint.h>

/*
 * Times on the clock are nanoseconds, durations in files milliseconds; one
 * resource limit of the kernel is in microseconds.
 */
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S  INT64_C(1000000000)
#define MS_PER_S  INT64_C(1000)
#define US_PER_MS INT64_C(1000)

#endif
