/* SPDX-License-Identifier: ISC */
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

/* What steers a terminal, and what turns the text behind it round. */
static const struct {
	uint32_t first, last;
} controls[] = {
	{ 0x0000, 0x001f }, /* C0 */
	{ 0x007f, 0x009f }, /* DEL, C1 */
	{ 0x061c, 0x061c }, /* Arabic letter mark */
	{ 0x200e, 0x200f }, /* marks of direction */
	{ 0x2028, 0x202e }, /* separators of lines, embeddings, overrides */
	{ 0x2066, 0x2069 }, /* isolates */
};

/* The code point at the start of `len` bytes; how many it takes, or 0. */
static size_t
decode(const char *text, size_t len, uint32_t *code)
{
	const unsigned char *byte = (const unsigned char *)text;
	size_t n = byte[0] < 0xe0 ? 2 : byte[0] < 0xf0 ? 3 : 4;

	*code = byte[0];
	if (byte[0] < 0x80)
		return 1;
	if (byte[0] < 0xc2 || byte[0] > 0xf4)
		return 0;

	*code &= 0x7fU >> n;
	for (size_t i = 1; i < n; i++) {
		if (i == len || (byte[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (byte[i] & 0x3f);
	}
	if ((n == 3 && *code < 0x800) || (n == 4 && *code < 0x10000) ||
	    *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000))
		return 0;
	return n;
}

static bool
is_control(uint32_t code)
{
	for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++)
		if (code >= controls[i].first && code <= controls[i].last)
			return true;
	return false;
}

size_t
utf8_length(const char *text)
{
	uint32_t code;

	return *text == '\0' ? 0 : decode(text, SIZE_MAX, &code);
}

bool
utf8_is_control(const char *text)
{
	uint32_t code;

	return *text != '\0' && decode(text, SIZE_MAX, &code) > 0 &&
	    is_control(code);
}

void
utf8_tame(char *text, size_t len, bool keep_tabs, char with)
{
	uint32_t code;
	size_t n;

	for (size_t i = 0; i<len; i += n> 0 ? n : 1) {
		n = decode(text + i, len - i, &code);
		if (n > 0 && is_control(code) && !(keep_tabs && code == '\t'))
			memset(text + i, with, n);
	}
}
