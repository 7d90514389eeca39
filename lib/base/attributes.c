/* SPDX-License-Identifier: ISC */
#include "base/attributes.h"

const char *const input_text[] = {
	[INPUT_NULL] = "null",
	[INPUT_INHERIT] = "inherit",
	[INPUT_PIPE] = "pipe",
	[INPUT_FILE] = "file",
};

const char *const ioprio_text[] = {
	[IOPRIO_REALTIME - 1] = "realtime",
	[IOPRIO_BEST_EFFORT - 1] = "best-effort",
	[IOPRIO_IDLE - 1] = "idle",
};
