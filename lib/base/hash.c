/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/hash.h"

#define HASH_PRIME UINT32_C(16777619)

uint32_t
hash_bytes(uint32_t sum, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	for (size_t i = 0; i < len; i++)
		sum = (sum ^ at[i]) * HASH_PRIME;
	return sum;
}

uint32_t
hash_text(uint32_t sum, const char *text)
{
	return hash_bytes(sum, text, strlen(text) + 1);
}
