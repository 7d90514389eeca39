/* SPDX-License-Identifier: ISC */
#ifndef CONF_LISTEN_H
#define CONF_LISTEN_H

#include <stdbool.h>

#include "conf/body.h"
#include "conf/print_value.h"
#include "conf/spec.h"

/*
 * `listen`: sockets that are opened for a worker and outlast its runs. Lines
 * add up.
 */

/* Takes the words of the statement; false after an error. */
bool
listen_parse(struct loader *ld, struct body *b, const struct statement *st);

/* What `ready fd` and listen have to do with each other. */
void listen_check(struct loader *ld, const struct body *b);

/*
 * Two instances of one array cannot have the same socket, unless they share
 * it. `at` is the array's place.
 */
void listen_check_instances(struct loader *ld, const struct spot *at,
    const struct spec *first, const struct spec *second);

/* Whether the two are of one address, or file. */
bool listen_is_same(const struct listen_spec *a, const struct listen_spec *b);

/* The lines of the body, in conf->arena. */
struct listens listens_keep(struct loader *ld, const struct body *b);

/* Prints what is behind the directive. */
void listen_print(const struct printer *p, const struct directive *d,
    const struct spec *spec);

#endif
