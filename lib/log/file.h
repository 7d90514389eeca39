/* SPDX-License-Identifier: ISC */
#ifndef LOG_FILE_H
#define LOG_FILE_H

#include <stdint.h>

/*
 * Log files: PATH, and the rotated ones PATH.1, the youngest, to PATH.N.
 */

/* Opens to append; *size is what it has. A descriptor, or -errno. */
int file_open(const char *path, int64_t *size);

/*
 * Makes PATH the file PATH.1, and each PATH.N the next one; beyond `keep` they
 * are gone. There is a PATH at every moment, and being killed amid this loses
 * nothing. A descriptor of the new PATH, which is empty and has owner and mode
 * of `old`, a descriptor of the one there was; or -errno: then that is what it
 * was.
 */
int file_rotate(const char *path, int old, uint32_t keep);

#endif
