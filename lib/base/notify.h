/* SPDX-License-Identifier: ISC */
#ifndef BASE_NOTIFY_H
#define BASE_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Messages of sd_notify(3): a NAME=VALUE a line, of which those count that are
 * known. What a message does not say is NULL, false or NOTIFY_UNSAID.
 */

#define NOTIFY_UNSAID INT64_C(-1)

/* The longest message, and the longest name of descriptors. */
#define NOTIFY_TEXT_MAX 4096
#define NOTIFY_NAME_MAX 255

struct notify {
	bool ready;
	bool reloading;
	bool stopping;
	bool fdstore;
	bool fdstore_remove;
	bool barrier;
	bool restart_reset;
	const char *status;
	const char *watchdog; /* `1` or `trigger` */
	const char *fdname;
	int64_t error;
	int64_t exit_status;
	int64_t mainpid;
	int64_t watchdog_us;
	int64_t extend_us;
};

/* Reads `text`, which is taken to pieces; the message points into it. */
void notify_parse(char *text, struct notify *message);

/* Whether descriptors can have that name. */
bool notify_name_valid(const char *name);

#endif
