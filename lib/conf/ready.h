/* SPDX-License-Identifier: ISC */
#ifndef CONF_READY_H
#define CONF_READY_H

#include <stdbool.h>

#include "conf/body.h"
#include "conf/print_value.h"
#include "conf/spec.h"

/*
 * `ready` and `alive`: how it is known that a start is complete, and that a
 * run is well. Both name a kind, and what that kind needs: a number, a time, a
 * command, a port, a file.
 */

/* Puts the words of the statement into the body; false after an error. */
bool ready_parse(struct loader *ld, struct body *b, const struct statement *st);
bool alive_parse(struct loader *ld, struct body *b, const struct statement *st);

/*
 * Reads the address in front of `:PORT`, IPv6 in brackets, into network order;
 * without one it is that of this machine.
 */
bool ready_address(const char *text, size_t len, bool *ipv6, uint8_t bytes[16]);

/* Prints what is behind the directive. */
void ready_print(const struct printer *p, const struct spec *spec);
void alive_print(const struct printer *p, const struct spec *spec);

#endif
