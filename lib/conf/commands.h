/* SPDX-License-Identifier: ISC */
#ifndef CONF_COMMANDS_H
#define CONF_COMMANDS_H

#include "conf/loader.h"

/*
 * The tree of a few commands, of `exec` or of a Procfile: a root that ends
 * when all of them have (a single one that inherits: when that one has), or
 * restarts them for ever and ever where they are permanent. Sets conf->root.
 * Everything is copied but places.
 */
void commands_tree(struct loader *ld, const struct conf_commands *commands);

#endif
