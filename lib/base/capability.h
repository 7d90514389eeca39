/* SPDX-License-Identifier: ISC */
#ifndef BASE_CAPABILITY_H
#define BASE_CAPABILITY_H

/*
 * The names of the kernel's capabilities, `net_bind_service`, whose place is
 * their number. Static.
 */
#define CAPABILITIES 41

extern const char *const capability_names[CAPABILITIES];

/*
 * The number of the capability that `text` names, in letters of any size and
 * with `cap_` before it or not. -1 if it names none.
 */
int capability_number(const char *text);

#endif
