/* SPDX-License-Identifier: ISC */
#ifndef CONF_PRINT_VALUE_H
#define CONF_PRINT_VALUE_H

#include <stddef.h>
#include <stdint.h>

#include "conf/directive.h"
#include "conf/print.h"
#include "conf/spec.h"

/*
 * What stands in the table of directives, printed: one function for each type
 * of argument, the reverse of conf/value.h.
 */

/* Room for any number. */
#define NUMBER_SIZE 24

/* Where the text goes, and what stands around it. */
struct printer {
	print_write *write;
	void *ctx;
	unsigned depth; /* tabs before a statement */
};

void print_bytes(const struct printer *p, const char *bytes, size_t len);
void print_text(const struct printer *p, const char *text);
void print_number(const struct printer *p, int64_t number);
void print_duration(const struct printer *p, int64_t ms);
void print_indent(const struct printer *p);

/* A word, quoted where it must be; several of them, up to NULL. */
void print_word(const struct printer *p, const char *word);
void print_words(const struct printer *p, const char *const *words);

/* The beginning of a statement. */
void print_directive(const struct printer *p, const struct directive *d);

/*
 * The statements of a body that stand in the table and say anything beyond the
 * defaults, in its order; those that may stand in `where`.
 */
void
print_values(const struct printer *p, const struct spec *spec, unsigned where);

#endif
