/* SPDX-License-Identifier: ISC */
#include "conf/bytes.h"
#include "conf/report.h"

static bool
is_text(unsigned char c)
{
	return (c >= ' ' && c != 0x7f) || c == '\t' || c == '\n';
}

bool
bytes_are_text(const char *text)
{
	while (*text != '\0' && is_text((unsigned char)*text))
		text++;
	return *text == '\0';
}

/* Reports the byte at `at`; true if it was a CR LF. */
static bool
report_byte(struct loader *ld, const struct spot *at, bool crlf_told)
{
	unsigned char c = (unsigned char)at->file->bytes[at->offset];
	bool crlf = c == '\r' && at->offset + 1 < at->file->len &&
	    at->file->bytes[at->offset + 1] == '\n';

	if (c == '\0')
		report_error(ld, at, "NUL byte, expected text");
	else if (!crlf)
		report_error(ld, at, "control character 0x%02x, expected text",
		    c);
	else if (!crlf_told)
		report_error(ld, at,
		    "this line ends in CR LF as on Windows, expected LF "
		    "alone (tr -d '\\r' <FILE mends it)");
	return crlf;
}

void
bytes_check(struct loader *ld, const struct source_file *file)
{
	struct spot at = { .file = file, .line = 1, .column = 1, .width = 1 };
	bool crlf_told = false;

	for (; at.offset < file->len; at.offset++) {
		unsigned char c = (unsigned char)file->bytes[at.offset];

		if (!is_text(c))
			crlf_told |= report_byte(ld, &at, crlf_told);
		if (c == '\n') {
			at.line++;
			at.column = 1;
		} else if ((c & 0xc0) != 0x80) {
			at.column++;
		}
	}
}
