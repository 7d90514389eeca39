/* SPDX-License-Identifier: ISC */
#ifndef BENCH_WIRE_H
#define BENCH_WIRE_H

#include <stdint.h>

/*
 * What a supervised child of the benchmark says about its start: one record,
 * in one write, into the FIFO named by the environment. Records are far below
 * PIPE_BUF, so those of thousands of children never mix.
 */

#define BENCH_FIFO_ENV "BENCH_FIFO"

struct bench_record {
	int64_t at_ns; /* CLOCK_MONOTONIC, the child's first system call */
	int32_t pid;
	int32_t unused;
};

#endif
