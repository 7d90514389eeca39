/* SPDX-License-Identifier: ISC */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "control/request.h"
#include "control/server.h"

/*
 * Bytes are taken as what a client sends: the ends of requests are found,
 * with all bytes at once and in pieces, and their words taken apart. Words
 * that come of one are written as a request again, which must have the same.
 */

/* Where the first request ends; the bytes come in pieces of `step`. */
static size_t
find_end(const char *bytes, size_t len, size_t step, bool *ended, bool *control)
{
	struct request_scan scan = { 0 };
	size_t used = 0;

	*ended = false;
	while (used < len && !*ended) {
		size_t n = len - used < step ? len - used : step;
		size_t taken = request_scan(&scan, bytes + used, n, ended);

		if (taken > n || (!*ended && taken < n))
			abort();
		used += taken;
	}
	*control = scan.control;
	return used;
}

static void
check_round_trip(const struct conf *first)
{
	static char bytes[4 * CONTROL_REQUEST_MAX];
	struct conf again;
	bool control, ended, found;
	size_t len;

	len = request_write(first->nwords, first->words, bytes, sizeof(bytes),
	    &control);
	if (control)
		return; /* a carriage return that the lexer took as it came */
	if (len == 0 || find_end(bytes, len, len, &ended, &found) != len ||
	    !ended || found)
		abort();
	if (len > CONTROL_REQUEST_MAX)
		return;
	if (!conf_parse_words(&again, "request", bytes, len) ||
	    again.nwords != first->nwords)
		abort();
	for (size_t i = 0; i < first->nwords; i++)
		if (strcmp(again.words[i], first->words[i]) != 0)
			abort();
	conf_fini(&again);
}

static void
check_words(const char *bytes, size_t len)
{
	struct conf conf;

	if (conf_parse_words(&conf, "request", bytes, len))
		check_round_trip(&conf);
	else if (conf.diags.nitems == 0 || conf.words != NULL)
		abort();
	conf_fini(&conf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;

	while (size > 0) {
		bool ended, ended_by_step, control, control_by_step;
		size_t len = find_end(bytes, size, size, &ended, &control);

		if (find_end(bytes, size, 1, &ended_by_step,
			&control_by_step) != len ||
		    ended != ended_by_step || control != control_by_step)
			abort();
		if (!control && len <= CONTROL_REQUEST_MAX)
			check_words(bytes, len);
		bytes += len;
		size -= len;
	}
	return 0;
}
