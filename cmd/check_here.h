/* SPDX-License-Identifier: ISC */
#ifndef CMD_CHECK_HERE_H
#define CMD_CHECK_HERE_H

#include "conf/conf.h"

/*
 * Warns on stderr of what the children of a correct file need to start and
 * this machine does not have at this moment: users, groups, folders, files,
 * commands. The file may be meant for another machine, or a child may make
 * them for the next; so none of it is a mistake.
 */
void check_here(const struct conf *conf);

#endif
