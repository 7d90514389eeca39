/* SPDX-License-Identifier: ISC */
#ifndef SIM_SCALE_H
#define SIM_SCALE_H

/*
 * The cost of an event does not grow with the number of children: what
 * happens to ten times as many takes ten times as long, counted in steps of
 * the core and, with a wide margin, in time. Ends the program if not.
 */
void scale_check(void);

#endif
