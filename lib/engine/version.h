/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_VERSION_H
#define ENGINE_VERSION_H

#include <sys/queue.h>

#include "conf/conf.h"

struct engine;

/*
 * A version of the file. It is kept as long as some child that it has, or
 * had, is as it says; the newest comes first.
 */
struct version {
	SLIST_ENTRY(version) next;
	struct conf conf;
};

SLIST_HEAD(versions, version);

void version_free(struct version *version);

/* Frees the versions that nothing is like any more. */
void versions_forget(struct engine *e);

#endif
