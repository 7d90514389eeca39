/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "os/accounts.h"

/* The fields of a line, which colons divide. */
enum {
	FIELD_NAME = 0,
	FIELD_NUMBER = 2,
	FIELD_GID = 3,     /* of a user */
	FIELD_MEMBERS = 3, /* of a group, behind commas */
	FIELD_HOME = 5,
	FIELD_SHELL = 6,
	GROUP_FIELDS = 4,
	USER_FIELDS = 7
};

/* The number that the kernel takes for none. */
#define NO_ID UINT32_MAX

int
account_number(const char *text, id_t *number)
{
	uint64_t value = 0;

	if (*text == '\0')
		return -EINVAL;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		value = value * 10 + (uint64_t)(*text - '0');
		if (value >= NO_ID)
			return -EINVAL;
	}
	*number = (id_t)value;
	return 0;
}

/* Cuts a line into `n` fields; false if it has not got so many. */
static bool
split(char *line, char *fields[], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (line == NULL)
			return false;
		fields[i] = strsep(&line, ":");
	}
	return fields[FIELD_NAME][0] != '\0';
}

static bool
is_account(char *line, const char *name, struct account *account)
{
	char *fields[USER_FIELDS];
	id_t uid, gid, wanted;

	if (!split(line, fields, USER_FIELDS) ||
	    account_number(fields[FIELD_NUMBER], &uid) < 0 ||
	    account_number(fields[FIELD_GID], &gid) < 0)
		return false;
	if (strcmp(fields[FIELD_NAME], name) != 0 &&
	    (account_number(name, &wanted) < 0 || wanted != uid))
		return false;
	account->uid = uid;
	account->gid = gid;
	return strlcpy(account->name, fields[FIELD_NAME], ACCOUNT_TEXT_SIZE) <
	    ACCOUNT_TEXT_SIZE &&
	    strlcpy(account->home, fields[FIELD_HOME], ACCOUNT_TEXT_SIZE) <
	    ACCOUNT_TEXT_SIZE &&
	    strlcpy(account->shell, fields[FIELD_SHELL], ACCOUNT_TEXT_SIZE) <
	    ACCOUNT_TEXT_SIZE;
}

int
account_user(struct line_reader *lines, const char *name,
    struct account *account)
{
	char *line;
	int got = lines_open(lines, ACCOUNTS_USERS);

	if (got < 0)
		return got;
	while ((got = lines_next(lines, &line)) == 1)
		if (is_account(line, name, account))
			break;
	lines_close(lines);
	return got;
}

int
account_group(struct line_reader *lines, const char *name, gid_t *gid)
{
	char *fields[GROUP_FIELDS], *line;
	int got = lines_open(lines, ACCOUNTS_GROUPS);
	id_t number;

	if (got < 0)
		return got;
	while ((got = lines_next(lines, &line)) == 1)
		if (split(line, fields, GROUP_FIELDS) &&
		    strcmp(fields[FIELD_NAME], name) == 0 &&
		    account_number(fields[FIELD_NUMBER], &number) == 0) {
			*gid = number;
			break;
		}
	lines_close(lines);
	return got;
}

static bool
is_member(char *members, const char *name)
{
	char *member;

	while ((member = strsep(&members, ",")) != NULL)
		if (strcmp(member, name) == 0)
			return true;
	return false;
}

/* Adds a group that is not there yet; false if there is no room. */
static bool
add_group(gid_t gid, gid_t *groups, size_t max, size_t *n)
{
	for (size_t i = 0; i < *n; i++)
		if (groups[i] == gid)
			return true;
	if (*n == max)
		return false;
	groups[(*n)++] = gid;
	return true;
}

ssize_t
account_groups(struct line_reader *lines, const char *name, gid_t gid,
    gid_t *groups, size_t max)
{
	char *fields[GROUP_FIELDS], *line;
	size_t n = 0;
	int got = lines_open(lines, ACCOUNTS_GROUPS);
	id_t number;

	(void)add_group(gid, groups, max, &n);
	if (got == -ENOENT)
		return (ssize_t)n;
	if (got < 0)
		return got;
	while ((got = lines_next(lines, &line)) == 1)
		if (split(line, fields, GROUP_FIELDS) &&
		    account_number(fields[FIELD_NUMBER], &number) == 0 &&
		    is_member(fields[FIELD_MEMBERS], name) &&
		    !add_group(number, groups, max, &n)) {
			got = -E2BIG;
			break;
		}
	lines_close(lines);
	return got < 0 ? got : (ssize_t)n;
}
