/* SPDX-License-Identifier: ISC */
#include <stdbool.h>
#include <string.h>

#include "conf/quote.h"

/* Bytes that mean something outside quotes, wherever they stand. */
#define SPECIAL " \t\n\r;{}\"'\\"

/* In '…', which cannot hold a quote itself; else in "…". */
static void
put_quoted(const char *word, print_write *write, void *ctx)
{
	const char *quote = strchr(word, '\'') == NULL ? "'" : "\"";

	write(ctx, quote, 1);
	for (; *word != '\0'; word++) {
		bool special = *word == '\\' || *word == '"' ||
		    (*word == '$' && word[1] == '{');

		if (*quote == '"' && special)
			write(ctx, "\\", 1);
		write(ctx, word, 1);
	}
	write(ctx, quote, 1);
}

void
quote_word(const char *word, print_write *write, void *ctx)
{
	if (*word == '\0' || *word == '#' || strpbrk(word, SPECIAL) != NULL ||
	    strstr(word, "${") != NULL)
		put_quoted(word, write, ctx);
	else
		write(ctx, word, strlen(word));
}
