/* SPDX-License-Identifier: ISC */
#ifndef OS_PORT_H
#define OS_PORT_H

#include <sys/socket.h>

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

union port_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* Makes it that of a port; `address` is in network order. Its length. */
socklen_t port_fill(union port_address *to, const uint8_t *address, bool ipv6,
    uint16_t port);

/*
 * Begins to connect to a TCP port; `address` is in network order. The
 * descriptor, FD_FIRST or above, can be written to when the result is there;
 * or -errno.
 */
int port_connect(const uint8_t *address, bool ipv6, uint16_t port);

/* The result: 0, or -errno. */
int port_result(int fd);

#endif
