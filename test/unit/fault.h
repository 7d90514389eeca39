/* SPDX-License-Identifier: ISC */
#ifndef UNIT_FAULT_H
#define UNIT_FAULT_H

#include <stdbool.h>

/*
 * Faults on purpose: every call in fault.wraps goes through here, and one of
 * them, the Nth that the operation under test makes, fails in one of the ways
 * in which it can. Calls in a child that shares the parent's memory count
 * too.
 */

/* The fault of the run at hand. */
struct fault {
	const char *symbol; /* the call that failed, or NULL if none yet */
	int error;          /* its errno */
};

/*
 * Runs `operation` with its first call failing in each of its ways, then with
 * its second, and so on, until it is through without a fault. After each run
 * no descriptor and no child may be left. `operation` cleans up after success
 * only, and returns 0 or -errno, which `verdict`, or NULL for
 * fault_is_reported(), judges.
 */
void fault_each(const char *name, int (*operation)(void),
    bool (*verdict)(const struct fault *fault, int result));

/* The result is a success or says the error of the fault. */
bool fault_is_reported(const struct fault *fault, int result);

/* No fault may keep the operation from succeeding. */
bool fault_is_survived(const struct fault *fault, int result);

/* From here on nothing fails: for what follows the operation itself. */
void fault_disarm(void);

#endif
