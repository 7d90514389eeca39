/* SPDX-License-Identifier: ISC */
#ifndef BASE_ERRNO_NAME_H
#define BASE_ERRNO_NAME_H

#include <stdbool.h>
#include <stddef.h>

/* The greatest number of an error that the kernel may answer. */
#define ERRNO_MAX 4095

/*
 * The name of an error number, `ENOENT`, for records. The C library's own
 * strerrorname_np(3) is glibc's alone. A number without a name here gives
 * `EUNKNOWN`. The text is static.
 */
const char *errno_name(int error);

/* Whether errno_name() can give these `len` bytes. */
bool errno_is_name(const char *text, size_t len);

#endif
