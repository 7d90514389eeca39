/* SPDX-License-Identifier: ISC */
#ifndef OS_PORT_H
#define OS_PORT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Begins to connect to a TCP port; `address` is in network order. The
 * descriptor, FD_FIRST or above, can be written to when the result is there;
 * or -errno.
 */
int port_connect(const uint8_t *address, bool ipv6, uint16_t port);

/* The result: 0, or -errno. */
int port_result(int fd);

#endif
