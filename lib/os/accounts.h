/* SPDX-License-Identifier: ISC */
#ifndef OS_ACCOUNTS_H
#define OS_ACCOUNTS_H

#include <sys/types.h>

#include <stddef.h>

#include "os/lines.h"

/*
 * Users and groups of /etc/passwd and /etc/group, read line by line at each
 * question. Nobody else is asked, so that an answer takes no time, needs no
 * memory and no library, and a directory server that is down holds nobody up.
 * A line that is none is passed over, as the C library does.
 */

#define ACCOUNTS_USERS  "/etc/passwd"
#define ACCOUNTS_GROUPS "/etc/group"

#define ACCOUNT_TEXT_SIZE 512

struct account {
	uid_t uid;
	gid_t gid;
	char name[ACCOUNT_TEXT_SIZE];
	char home[ACCOUNT_TEXT_SIZE];
	char shell[ACCOUNT_TEXT_SIZE]; /* may be empty */
};

/* Reads all of `text` as the number of a user or group: 0, or -EINVAL. */
int account_number(const char *text, id_t *number);

/*
 * Looks for the user of that name or, if it is one, that number: 1 and
 * *account, 0 if there is none, -errno if that cannot be read.
 */
int account_user(struct line_reader *lines, const char *name,
    struct account *account);

/* The same of a group, of that name only. */
int account_group(struct line_reader *lines, const char *name, gid_t *gid);

/*
 * The groups that name the user `name` as a member, after `gid`, which is the
 * first, each once: how many, or -errno, -E2BIG if there are more than `max`.
 * A file that is not there names nobody.
 */
ssize_t account_groups(struct line_reader *lines, const char *name, gid_t gid,
    gid_t *groups, size_t max);

#endif
