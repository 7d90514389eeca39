/* SPDX-License-Identifier: ISC */
#include <stddef.h>
#include <string.h>

#include "control/code.h"

const char *const control_code_text[] = {
#define TEXT(name, text, status, summary) [name] = text,
	CONTROL_CODES(TEXT)
#undef TEXT
};

static const int statuses[] = {
#define STATUS(name, text, status, summary) [name] = status,
	CONTROL_CODES(STATUS)
#undef STATUS
};

int
control_code_status(const char *text)
{
	for (size_t i = 0; i < CONTROL_NCODES; i++)
		if (strcmp(control_code_text[i], text) == 0)
			return statuses[i];
	return 1;
}
