/* SPDX-License-Identifier: ISC */
#ifndef CONF_QUOTE_H
#define CONF_QUOTE_H

#include "conf/print.h"

/* Prints a word as a file has it, in quotes where it would not be one. */
void quote_word(const char *word, print_write *write, void *ctx);

#endif
