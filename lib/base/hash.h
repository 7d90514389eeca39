/* SPDX-License-Identifier: ISC */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * FNV-1a of 32 bits: the same everywhere and in every version, since labels
 * are made of it; no guard against texts that are made to collide.
 */

/* The sum of nothing, which every other begins with. */
#define HASH_BASIS UINT32_C(2166136261)

/* The sum of what `sum` is of and `len` bytes behind it. */
uint32_t hash_bytes(uint32_t sum, const void *bytes, size_t len);

/* The same of a text and its NUL, so that two do not run together. */
uint32_t hash_text(uint32_t sum, const char *text);

#endif
