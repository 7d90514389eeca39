/* SPDX-License-Identifier: ISC */
#include "base/name_colour.h"

/* Neither red, which is for trouble, nor dim ones. */
static const int colours[] = { 32, 33, 34, 35, 36, 92, 93, 94, 95, 96 };
#define NCOLOURS (sizeof(colours) / sizeof(colours[0]))

int
name_colour(const char *name)
{
	unsigned hash = 5381;

	for (; *name != '\0'; name++)
		hash = hash * 33 + (unsigned char)*name;
	return colours[hash % NCOLOURS];
}
