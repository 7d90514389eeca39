/* SPDX-License-Identifier: ISC */
#ifndef BASE_RESOURCE_H
#define BASE_RESOURCE_H

#include <stddef.h>

/*
 * What a process can be limited in: the kernel's resource limits, by the names
 * that prlimit(1) and the shells use.
 */

enum resource_unit {
	RESOURCE_COUNT,
	RESOURCE_BYTES,
	RESOURCE_SECONDS,
	RESOURCE_MICROSECONDS
};

struct resource {
	const char *name;
	unsigned number; /* as setrlimit(2) takes it */
	enum resource_unit unit;
};

#define RESOURCES 16

/* Sorted by name. */
extern const struct resource resources[RESOURCES];

#endif
