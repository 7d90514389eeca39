/* SPDX-License-Identifier: ISC */
#ifndef CMD_LOAD_H
#define CMD_LOAD_H

#include <stdbool.h>

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

/* Shows them on stderr. */
void load_show(const struct diag_list *diags);

/* Options of every command that reads a file, and how they are taken. */
#define LOAD_SHORTS "m:"
#define LOAD_LONGS                                             \
	{ "formation", required_argument, NULL, 'm' },         \
	{                                                      \
		"procfile", no_argument, NULL, OPTION_PROCFILE \
	}
bool load_take(struct conf_wish *wish, int option, const char *value);

/* Files and environment of this process, for as long as it lives. */
const struct conf_source *load_source(void);

#endif
