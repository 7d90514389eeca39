/* SPDX-License-Identifier: ISC */
#ifndef CONF_PROCFILE_H
#define CONF_PROCFILE_H

#include "conf/loader.h"

/*
 * A Procfile, as foreman(1) and others read it, translated into a tree: each
 * line NAME: COMMAND is a worker that sh runs in the folder of the file, with
 * what .env beside it says, and with PORT: 5000, or PORT of .env or of the
 * environment, 100 more for each line, 1 more for each further instance.
 */

/* Whether a file of this name is one. */
bool procfile_is(const char *path);

/* Reads the file; sets conf->root, unless there are errors. */
void procfile_read(struct loader *ld, const char *path,
    const struct conf_wish *wish);

#endif
