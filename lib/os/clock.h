/* SPDX-License-Identifier: ISC */
#ifndef OS_CLOCK_H
#define OS_CLOCK_H

#include <stdint.h>

/*
 * The two clocks: one that only goes forward, for everything that decides
 * (semantics U10), and the wall's, for the timestamps of records.
 */

#define CLOCK_NS_PER_MS INT64_C(1000000)

/* A deadline that never comes. */
#define CLOCK_NEVER INT64_MAX

/* Nanoseconds of CLOCK_MONOTONIC. */
int64_t clock_now_ns(void);

/* Nanoseconds since 1970 of CLOCK_REALTIME. */
int64_t clock_wall_ns(void);

/*
 * Milliseconds from `now_ns` until `deadline_ns`, rounded up so that waiting
 * them never ends early; 0 when it has passed, -1 for CLOCK_NEVER, as poll(2)
 * and epoll_wait(2) take it; at most INT_MAX.
 */
int clock_timeout_ms(int64_t now_ns, int64_t deadline_ns);

#endif
