/* SPDX-License-Identifier: ISC */
#ifndef CONF_PRINT_H
#define CONF_PRINT_H

#include "conf/spec.h"

/*
 * Specifications back into the grammar of supervise.conf(5), in one
 * canonical form: every include, spec and variable resolved, defaults left
 * out, one statement a line, quotes where they are needed. Reading what was
 * printed gives an equal tree.
 */

/* Takes `len` bytes of the text. */
typedef void print_write(void *ctx, const char *bytes, size_t len);

/* Prints the body of the root supervisor: a whole file. */
void print_root(const struct spec *root, print_write *write, void *ctx);

/* Prints the statement of one child, ended by a newline. */
void print_child(const struct child_spec *child, print_write *write, void *ctx);

#endif
