/* SPDX-License-Identifier: ISC */
#ifndef CMD_LOAD_H
#define CMD_LOAD_H

#include "cmd/command.h"
#include "conf/conf.h"

/* Where `run` and `check` look when no -f is given. */
#define LOAD_HERE   "./supervise.conf"
#define LOAD_SYSTEM "/etc/supervise.conf"

/*
 * The name of the file that `globals` means, borrowed; NULL when nothing was
 * said and there is neither.
 */
const char *load_name(const struct globals *globals);

/*
 * Loads the configuration that `globals` means into *conf and shows every
 * diagnostic on stderr. Returns the name of the file, borrowed; or NULL when
 * there is no file or it has errors. `conf` is to be freed in either case.
 * `wish` (NULL: nothing) is borrowed for as long as the process lives: it holds
 * for what is read later, too.
 */
const char *load(const struct globals *globals, const struct conf_wish *wish,
    struct conf *conf);

/* Files and environment of this process, for as long as it lives. */
const struct conf_source *load_source(void);

#endif
