/* SPDX-License-Identifier: ISC */
#ifndef CONF_ONLY_H
#define CONF_ONLY_H

#include "conf/loader.h"

/*
 * The part of a tree that is needed for some of its children: these, all that
 * starts before them, and those that any of that logs to. In start order it is
 * the tree up to some child.
 */

/*
 * The part of the tree of conf->root that these names need;
 * conf->nchildren is that of the part. NULL after errors, one for each name
 * that is none. `file` is whose they are not, then.
 */
const struct spec *only_needed(struct loader *ld, size_t nnames,
    const char *const *names, const char *file);

#endif
