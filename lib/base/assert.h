/* SPDX-License-Identifier: ISC */
#ifndef BASE_ASSERT_H
#define BASE_ASSERT_H

/*
 * assert(3), but on in every build and small: acting on a corrupt tree would
 * kill the wrong process. It tells the place; what was to hold stands there.
 */
#define assert(condition) \
	((condition) ? (void)0 : assert_failed(__FILE__, __LINE__))

_Noreturn void
assert_failed(const char *file, unsigned line) __attribute__((cold));

#endif
