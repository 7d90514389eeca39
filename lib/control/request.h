/* SPDX-License-Identifier: ISC */
#ifndef CONTROL_REQUEST_H
#define CONTROL_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A request as bytes: words quoted as in supervise.conf(5), up to a newline
 * that no quote and no backslash protects. The lexer of the configuration
 * takes the words apart; here is only where a request ends, byte by byte as
 * they come, and how one is written.
 */

/* Where in a request the next byte stands; zeroed at its start. */
enum request_state {
	REQUEST_BETWEEN, /* words */
	REQUEST_WORD,
	REQUEST_SINGLE,          /* '…' */
	REQUEST_DOUBLE,          /* "…" */
	REQUEST_COMMENT,         /* # … */
	REQUEST_BETWEEN_ESCAPED, /* behind a backslash … */
	REQUEST_WORD_ESCAPED,
	REQUEST_DOUBLE_ESCAPED,
	REQUEST_RETURN, /* behind a carriage return */
};

struct request_scan {
	enum request_state state;
	bool control; /* there is a control character in it */
};

/*
 * Goes over `len` bytes more of a request, and returns how many of them
 * belong to it: with *ended set, the last of those is the newline that ends
 * it.
 */
size_t request_scan(struct request_scan *scan, const char *bytes, size_t len,
    bool *ended);

/*
 * Writes words as a request with its newline. Its length, or 0 when there is
 * more than `size` bytes or, with *control set, a control character.
 */
size_t request_write(size_t nwords, const char *const *words, char *bytes,
    size_t size, bool *control);

#endif
