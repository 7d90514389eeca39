/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_VERSION_H
#define ENGINE_VERSION_H

#include <sys/queue.h>

#include "conf/conf.h"

struct engine;
struct supervisor;

/*
 * A version of the file, or of what the init of a supervisor printed. It is
 * kept as long as some child that it has, or had, is as it says; the newest
 * comes first.
 */
struct version {
	SLIST_ENTRY(version) next;
	struct conf conf;
};

SLIST_HEAD(versions, version);

void version_free(struct version *version);

/* Keeps `version`, which is given, for the supervisor that is as it says. */
void version_keep(struct engine *e, struct supervisor *supervisor,
    struct version *version);

/* Frees the versions that nothing is like any more. */
void versions_forget(struct engine *e);

/* Frees them all. */
void versions_fini(struct versions *versions);

#endif
