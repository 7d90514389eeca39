/* SPDX-License-Identifier: ISC */
#ifndef OS_FILES_H
#define OS_FILES_H

#include <sys/types.h>

#include <stddef.h>

/*
 * Whole small files, and patterns of their names: what a configuration is
 * read from.
 */

/* A file that was read. */
struct file {
	char *bytes; /* size bytes and a NUL; owned */
	size_t size;
	dev_t dev;
	ino_t ino;
	uid_t uid;
	gid_t gid;
	mode_t mode;
};

/* Names that were found. */
struct names {
	char **paths; /* count of them, then NULL; NULL if none; owned */
	size_t count;
};

/*
 * Reads a regular file of at most `size_max` bytes. 0 and *file, to be freed
 * with file_free(); -errno: -EISDIR for a folder, -EINVAL for other things
 * that are no files, -EFBIG.
 */
int file_read(const char *path, size_t size_max, struct file *file);

/* Frees and zeroes. Twice is harmless. */
void file_free(struct file *file);

/*
 * Finds the names that match a pattern of glob(7), sorted by their bytes.
 * None that match is no error. 0 and *names, to be freed with names_free();
 * -errno.
 */
int names_match(const char *pattern, struct names *names);

/* Frees and zeroes. Twice is harmless. */
void names_free(struct names *names);

#endif
