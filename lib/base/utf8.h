/* SPDX-License-Identifier: ISC */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Bytes of the well-formed UTF-8 sequence at the start of `text`, 1 to 4, or
 * 0 when there is none: an end, a stray byte, an overlong form, a surrogate
 * (RFC 3629).
 */
size_t utf8_length(const char *text);

/*
 * Whether it starts with a character that would upset a terminal or mislead
 * who reads it: of C0 or C1 (ECMA-48), DEL, or what ends a line or turns the
 * direction of text (Unicode, UAX #9).
 */
bool utf8_is_control(const char *text);

/* Puts `with` in the place of each byte of such characters. */
void utf8_tame(char *text, size_t len, bool keep_tabs, char with);

#endif
