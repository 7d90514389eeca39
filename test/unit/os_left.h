/* SPDX-License-Identifier: ISC */
#ifndef UNIT_OS_LEFT_H
#define UNIT_OS_LEFT_H

/*
 * What a test must not leave behind: descriptors and children, running or
 * unreaped.
 */

/*
 * To be called first in main: closes what the program inherited, remembers
 * what is open, and ends the program by SIGALRM if its next check does not
 * come within two minutes.
 */
void left_start(void);

/* Fails the test if a descriptor more or fewer is open, or a child is left. */
void left_check(void);

#endif
