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

/*
 * Reads a regular file of at most `size_max` bytes. 0 and *file, to be freed
 * with file_free(); -errno: -EISDIR for a folder, -EINVAL for other things
 * that are no files, -EFBIG.
 */
int file_read(const char *path, size_t size_max, struct file *file);

/* Frees and zeroes. Twice is harmless. */
void file_free(struct file *file);

/*
 * The names that match a pattern of glob(7), sorted by bytes: *paths, of
 * *npaths strings, ends with NULL and is to be freed with files_free(). None
 * that match is 0 names and no error. 0 or -errno.
 */
int files_match(const char *pattern, char ***paths, size_t *npaths);

/* Frees what files_match() returned. NULL is harmless. */
void files_free(char **paths);

#endif
