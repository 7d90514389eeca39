/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "os/accounts.h"
#include "os_left.h"

static struct line_reader reader;
static char path[] = "/tmp/os_accounts.XXXXXX";

static void
write_bytes(const char *bytes, size_t len)
{
	FILE *file = fopen(path, "w");

	CHECK(file != NULL);
	CHECK(fwrite(bytes, 1, len, file) == len);
	CHECK(fclose(file) == 0);
}

static void
lines_are_read(void)
{
	char *line;

	write_bytes("one\n\nthree", 10);
	CHECK(lines_open(&reader, path) == 0);
	CHECK(lines_next(&reader, &line) == 1 && strcmp(line, "one") == 0);
	CHECK(lines_next(&reader, &line) == 1 && strcmp(line, "") == 0);
	CHECK(lines_next(&reader, &line) == 1 && strcmp(line, "three") == 0);
	CHECK(reader.number == 3);
	CHECK(lines_next(&reader, &line) == 0);
	CHECK(lines_next(&reader, &line) == 0);
	lines_close(&reader);
	write_bytes("a\0b\n", 4);
	CHECK(lines_open(&reader, path) == 0);
	CHECK(lines_next(&reader, &line) == -EILSEQ);
	lines_close(&reader);
	CHECK(lines_open(&reader, "/nowhere") == -ENOENT);
	CHECK(lines_open(&reader, "/") == -EISDIR);
	CHECK(lines_open(&reader, "/dev/null") == -EINVAL);
	OK("a file is read line by line, and nothing but a file");
}

static void
lines_are_bounded(void)
{
	static char bytes[3 * LINES_SIZE];
	size_t longest = LINES_SIZE - 2;
	char *line;

	memset(bytes, 'x', sizeof(bytes));
	bytes[longest] = '\n';
	bytes[2 * longest + 1] = '\n';
	write_bytes(bytes, sizeof(bytes));
	CHECK(lines_open(&reader, path) == 0);
	CHECK(lines_next(&reader, &line) == 1 && strlen(line) == longest);
	CHECK(lines_next(&reader, &line) == 1 && strlen(line) == longest);
	CHECK(lines_next(&reader, &line) == -EFBIG);
	lines_close(&reader);
	OK("a line that is too long is refused, others are whole");
}

static void
numbers_are_read(void)
{
	id_t number = 5;

	CHECK(account_number("", &number) < 0);
	CHECK(account_number("1x", &number) < 0);
	CHECK(account_number("-1", &number) < 0);
	CHECK(account_number("4294967295", &number) < 0);
	CHECK(account_number("99999999999999999999999", &number) < 0);
	CHECK(number == 5);
	CHECK(account_number("4294967294", &number) == 0);
	CHECK(number == 4294967294);
	OK("the number that means nobody is no user");
}

static void
accounts_are_found(void)
{
	static struct account account;
	gid_t gid = 1, groups[2];

	CHECK(account_user(&reader, "root", &account) == 1);
	CHECK(account.uid == 0 && account.gid == 0);
	CHECK(strcmp(account.name, "root") == 0 && account.home[0] == '/');
	CHECK(account_user(&reader, "0", &account) == 1);
	CHECK(strcmp(account.name, "root") == 0);
	CHECK(account_user(&reader, "no such user", &account) == 0);
	CHECK(account_group(&reader, "root", &gid) == 1 && gid == 0);
	CHECK(account_group(&reader, "no such group", &gid) == 0);
	CHECK(account_groups(&reader, "no such user", 77, groups, 2) == 1);
	CHECK(groups[0] == 77);
	OK("users and groups are found by name and number");
}

int
main(void)
{
	int fd;

	left_start();
	fd = mkstemp(path);
	CHECK(fd != -1);
	(void)close(fd);
	lines_are_read();
	lines_are_bounded();
	numbers_are_read();
	accounts_are_found();
	(void)unlink(path);
	left_check();
	return 0;
}
