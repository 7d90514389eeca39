/* SPDX-License-Identifier: ISC */
#ifndef MUSL_MISSING_H
#define MUSL_MISSING_H

/*
 * What musl 1.2 lacks of what is used here. Its builds read this before each
 * source.
 */

/* As <unistd.h> of glibc has it. */
#define CLOSE_RANGE_UNSHARE (1U << 1)
int close_range(unsigned first, unsigned last, int flags);

#endif
