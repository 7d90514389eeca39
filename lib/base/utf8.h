/* SPDX-License-Identifier: ISC */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>

/*
 * Bytes of the well-formed UTF-8 sequence at the start of `text`, 1 to 4, or
 * 0 when there is none: an end, a stray byte, an overlong form, a surrogate
 * (RFC 3629).
 */
size_t utf8_length(const char *text);

#endif
