/* SPDX-License-Identifier: ISC */
#ifndef UNIT_CHECK_H
#define UNIT_CHECK_H

#include <stdio.h>
#include <stdlib.h>

/*
 * What a unit test needs: a condition that must hold, and a line for each
 * case that passed. A test program ends with status 0 only if all did.
 */

#define CHECK(condition)                                                 \
	do {                                                             \
		if (!(condition)) {                                      \
			(void)fprintf(stderr, "%s:%d: %s: not so: %s\n", \
			    __FILE__, __LINE__, __func__, #condition);   \
			exit(1);                                         \
		}                                                        \
	} while (0)

/* Says that a case has passed: "U14: …" where it shows such a sentence. */
#define OK(text) ((void)printf("ok - %s\n", text), (void)fflush(stdout))

#endif
