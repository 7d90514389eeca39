/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_READINGS_H
#define ENGINE_READINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "os/accounts.h"
#include "os/lines.h"
#include "os/spawn.h"

/*
 * What a start has to read before there is a process: users, groups, files of
 * variables. All room for that is there before, once for the engine, since one
 * start follows the other.
 */

/* Of one worker: variables, and bytes of them. */
#define READINGS_VARIABLES_MAX 1024
#define READINGS_TEXT_SIZE     131072

struct readings {
	struct identity identity;
	struct account account;
	struct line_reader lines;
	size_t nvariables;
	size_t used; /* of text[] */
	/* NAME=VALUE in the order in which they count */
	const char *variables[READINGS_VARIABLES_MAX];
	char text[READINGS_TEXT_SIZE];
};

/* Whether a start with these attributes, or NULL, has anything to read. */
bool readings_wanted(const struct attributes *a);

/*
 * Reads what such a start needs. 0; or -errno, with what is wrong, for a
 * person, in `failure` of `size` bytes.
 */
int readings_take(struct readings *r, const struct attributes *a, char *failure,
    size_t size);

/* Whom the process becomes, or NULL: nobody else. */
const struct identity *readings_identity(const struct readings *r);

#endif
