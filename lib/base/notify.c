/* SPDX-License-Identifier: ISC */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/notify.h"

/* Microseconds of ten years; more is no time, and no number is larger. */
#define NUMBER_MAX INT64_C(315360000000000)

enum field_type {
	FIELD_FLAG, /* 1, or nothing is said */
	FIELD_NUMBER,
	FIELD_TEXT,
};

static const struct {
	const char *name;
	enum field_type type;
	size_t offset;
} fields[] = {
	{ "READY", FIELD_FLAG, offsetof(struct notify, ready) },
	{ "RELOADING", FIELD_FLAG, offsetof(struct notify, reloading) },
	{ "STOPPING", FIELD_FLAG, offsetof(struct notify, stopping) },
	{ "FDSTORE", FIELD_FLAG, offsetof(struct notify, fdstore) },
	{ "FDSTOREREMOVE", FIELD_FLAG,
	    offsetof(struct notify, fdstore_remove) },
	{ "BARRIER", FIELD_FLAG, offsetof(struct notify, barrier) },
	{ "RESTART_RESET", FIELD_FLAG, offsetof(struct notify, restart_reset) },
	{ "STATUS", FIELD_TEXT, offsetof(struct notify, status) },
	{ "WATCHDOG", FIELD_TEXT, offsetof(struct notify, watchdog) },
	{ "FDNAME", FIELD_TEXT, offsetof(struct notify, fdname) },
	{ "ERRNO", FIELD_NUMBER, offsetof(struct notify, error) },
	{ "EXIT_STATUS", FIELD_NUMBER, offsetof(struct notify, exit_status) },
	{ "MAINPID", FIELD_NUMBER, offsetof(struct notify, mainpid) },
	{ "WATCHDOG_USEC", FIELD_NUMBER, offsetof(struct notify, watchdog_us) },
	{ "EXTEND_TIMEOUT_USEC", FIELD_NUMBER,
	    offsetof(struct notify, extend_us) },
};
#define NFIELDS (sizeof(fields) / sizeof(fields[0]))

static void
set(struct notify *message, size_t idx, const char *value)
{
	char *field = (char *)message + fields[idx].offset;
	const char *wrong;
	int64_t number;
	bool yes = true;

	switch (fields[idx].type) {
	case FIELD_FLAG:
		if (strcmp(value, "1") == 0)
			memcpy(field, &yes, sizeof(yes));
		break;
	case FIELD_NUMBER:
		number = strtonum(value, 0, NUMBER_MAX, &wrong);
		if (wrong == NULL)
			memcpy(field, &number, sizeof(number));
		break;
	case FIELD_TEXT:
		memcpy(field, &value, sizeof(value));
		break;
	}
}

void
notify_parse(char *text, struct notify *message)
{
	*message = (struct notify){
		.error = NOTIFY_UNSAID,
		.exit_status = NOTIFY_UNSAID,
		.mainpid = NOTIFY_UNSAID,
		.watchdog_us = NOTIFY_UNSAID,
		.extend_us = NOTIFY_UNSAID,
	};
	for (char *line; (line = strsep(&text, "\n")) != NULL;) {
		char *value = strchr(line, '=');

		if (value == NULL)
			continue;
		*value++ = '\0';
		for (size_t i = 0; i < NFIELDS; i++)
			if (strcmp(line, fields[i].name) == 0)
				set(message, i, value);
	}
}

bool
notify_name_valid(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > NOTIFY_NAME_MAX)
		return false;
	for (; *name != '\0'; name++)
		if (*name < ' ' || *name >= 0x7f || *name == ':')
			return false;
	return true;
}
