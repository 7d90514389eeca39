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

/*
 * For operations of several processes, in which the test says itself where
 * calls are counted: each process counts its own from the fault_arm() or
 * fault_disarm() that it has called last, or its parent before fork().
 */

/* From here on what came about in a child is seen here, too. */
void fault_share(void);

/* The Nth call from here on, from 0, fails in the given one of its ways. */
void fault_arm(int nth, int way);

/* Whether that came about; *more_ways: the call has a next way to fail. */
bool fault_came(struct fault *fault, bool *more_ways);

/*
 * Called in each new process of fork(), unless NULL: it is from the Nth call,
 * from 1, that its parent has made since it armed or disarmed.
 */
extern void (*fault_forked)(int nth);

#endif
