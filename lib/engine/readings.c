/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/readings.h"

#define SHELL_USUAL "/bin/sh"
#define HOME_USUAL  "/"

#define BLANKS " \t\r"

#define NAME_FIRST "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
#define NAME_BYTES NAME_FIRST "0123456789"

/* Where the story of a failure goes. */
struct story {
	char *text;
	size_t size;
};

bool
readings_wanted(const struct attributes *a)
{
	return attributes_have(a, ATTRIBUTE_USER) ||
	    attributes_have(a, ATTRIBUTE_GROUP) ||
	    attributes_have(a, ATTRIBUTE_GROUPS) ||
	    attributes_have(a, ATTRIBUTE_ENV_FILE) ||
	    attributes_have(a, ATTRIBUTE_ENV_CLEAR);
}

/* Tells the story and returns `error`. */
__attribute__((format(printf, 3, 4))) static int
fail(const struct story *story, int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(story->text, story->size, format, args);
	va_end(args);
	return error;
}

/* ---- variables */

/* Adds NAME=VALUE, in three parts. 0 or -E2BIG. */
static int
add_variable(struct readings *r, const char *name, size_t name_len,
    const char *value)
{
	size_t size = name_len + 1 + strlen(value) + 1;
	char *text = r->text + r->used;

	if (size > sizeof(r->text) - r->used ||
	    r->nvariables == READINGS_VARIABLES_MAX)
		return -E2BIG;
	(void)snprintf(text, size, "%.*s=%s", (int)name_len, name, value);
	r->used += size;
	r->variables[r->nvariables++] = text;
	return 0;
}

/* Takes the value out of its quotes; false if they are wrong. */
static bool
unquote(char *value)
{
	char quote = *value, *to = value;

	for (value++; *value != quote; value++) {
		if (quote == '"' && *value == '\\' && value[1] != '\0' &&
		    strchr("\"\\$`", value[1]) != NULL)
			value++;
		if (*value == '\0')
			return false;
		*to++ = *value;
	}
	*to = '\0';
	return value[1] == '\0';
}

/* One line of a file of variables: 0, -EINVAL with *wrong, or -E2BIG. */
static int
take_line(struct readings *r, char *line, const char **wrong)
{
	char *name = line + strspn(line, BLANKS), *value, *end;
	size_t len = strspn(name, NAME_BYTES);

	if (*name == '\0' || *name == '#' || *name == ';')
		return 0;
	*wrong = "this is no line NAME=VALUE";
	if (name[len] != '=' || strchr(NAME_FIRST, *name) == NULL)
		return -EINVAL;
	value = name + len + 1;
	value += strspn(value, BLANKS);
	end = value + strlen(value);
	while (end > value && strchr(BLANKS, end[-1]) != NULL)
		end--;
	*end = '\0';
	*wrong = "the quotes do not end where the value ends";
	if ((*value == '"' || *value == '\'') && !unquote(value))
		return -EINVAL;
	return add_variable(r, name, len, value);
}

/* Tells why the file cannot be used, in `number` if that is not 0. */
static int
fail_file(const struct story *story, const struct env_file *file,
    uint32_t number, const char *wrong, int error)
{
	if (number == 0)
		return fail(story, error, "env_file: cannot read %s: %s",
		    file->path, wrong);
	return fail(story, error, "env_file: %s:%u: %s", file->path, number,
	    wrong);
}

static int
take_file(struct readings *r, const struct env_file *file,
    const struct story *story)
{
	const char *wrong = NULL;
	char *line;
	int error = lines_open(&r->lines, file->path), got = 0;

	if (error == -ENOENT && file->optional)
		return 0;
	if (error < 0)
		return fail_file(story, file, 0,
		    error == -EINVAL ? "it is no file" : strerror(-error),
		    error);
	while (error == 0 && (got = lines_next(&r->lines, &line)) == 1)
		error = take_line(r, line, &wrong);
	lines_close(&r->lines);
	if (got == -EFBIG)
		return fail_file(story, file, r->lines.number + 1,
		    "this line is longer than 64 KiB", -EINVAL);
	if (got == -EILSEQ)
		return fail_file(story, file, r->lines.number,
		    "a NUL byte is in this line", -EINVAL);
	if (got < 0)
		return fail_file(story, file, 0, strerror(-got), got);
	if (error == -E2BIG)
		wrong = "this is more than fits: 128 KiB, 1024 variables";
	return error == 0 ?
	    0 :
	    fail_file(story, file, r->lines.number, wrong, error);
}

/* ---- users and groups */

/* The number of a group. */
static int
take_group(struct readings *r, const char *directive, const char *name,
    gid_t *gid, const struct story *story)
{
	id_t number;
	int got;

	if (account_number(name, &number) == 0) {
		*gid = number;
		return 0;
	}
	got = account_group(&r->lines, name, gid);
	if (got < 0 && got != -ENOENT)
		return fail(story, got, "%s: cannot read %s: %s", directive,
		    ACCOUNTS_GROUPS, strerror(-got));
	if (got == 1)
		return 0;
	return fail(story, -ENOENT, "%s: no group here is called %s", directive,
	    name);
}

/* A number that nobody has is a user as well, with a group like it. */
static int
take_account(struct readings *r, const char *name, const struct story *story)
{
	int got = account_user(&r->lines, name, &r->account);
	id_t number;

	if (got == 1)
		return 0;
	if (account_number(name, &number) == 0 &&
	    (got == 0 || got == -ENOENT)) {
		r->account = (struct account){ .uid = number, .gid = number };
		(void)strlcpy(r->account.name, name, ACCOUNT_TEXT_SIZE);
		return 0;
	}
	if (got < 0 && got != -ENOENT)
		return fail(story, got, "user: cannot read %s: %s",
		    ACCOUNTS_USERS, strerror(-got));
	return fail(story, -ENOENT, "user: nobody here is called %s", name);
}

/* What login(1) sets. */
static void
add_who(struct readings *r)
{
	const struct account *account = &r->account;
	const struct {
		const char *name, *value, *usual;
	} who[] = {
		{ "HOME", account->home, HOME_USUAL },
		{ "USER", account->name, "" },
		{ "LOGNAME", account->name, "" },
		{ "SHELL", account->shell, SHELL_USUAL },
	};

	for (size_t i = 0; i < sizeof(who) / sizeof(who[0]); i++)
		(void)add_variable(r, who[i].name, strlen(who[i].name),
		    *who[i].value != '\0' ? who[i].value : who[i].usual);
}

static int
take_user(struct readings *r, const char *name, const struct story *story)
{
	struct identity *identity = &r->identity;
	ssize_t n;
	int error = take_account(r, name, story);

	if (error < 0)
		return error;
	n = account_groups(&r->lines, r->account.name, r->account.gid,
	    identity->groups, SPAWN_GROUPS_MAX);
	if (n < 0)
		return fail(story, (int)n, "user: cannot read %s: %s",
		    ACCOUNTS_GROUPS, strerror((int)-n));
	identity->uid = r->account.uid;
	identity->gid = r->account.gid;
	identity->ngroups = (size_t)n;
	identity->sets_uid = true;
	identity->sets_gid = true;
	identity->sets_groups = true;
	add_who(r);
	return 0;
}

static int
take_groups(struct readings *r, const char *const *names,
    const struct story *story)
{
	struct identity *identity = &r->identity;
	int error = 0;

	identity->ngroups = 0;
	identity->sets_groups = true;
	for (; error == 0 && *names != NULL; names++) {
		if (identity->ngroups == SPAWN_GROUPS_MAX)
			return fail(story, -E2BIG, "groups: too many");
		error = take_group(r, "groups", *names,
		    &identity->groups[identity->ngroups++], story);
	}
	return error;
}

/* Who is not root and names himself is that already. */
static void
spare_oneself(struct identity *identity, bool groups_said)
{
	if (!identity->sets_uid || groups_said || geteuid() == 0 ||
	    identity->uid != getuid() || identity->uid != geteuid() ||
	    identity->gid != getgid() || identity->gid != getegid())
		return;
	identity->sets_uid = false;
	identity->sets_gid = false;
	identity->sets_groups = false;
}

int
readings_take(struct readings *r, const struct attributes *a, char *failure,
    size_t size)
{
	const struct story story = { failure, size };
	int error = 0;

	r->identity.sets_uid = false;
	r->identity.sets_gid = false;
	r->identity.sets_groups = false;
	r->nvariables = 0;
	r->used = 0;
	if (a->user != NULL)
		error = take_user(r, a->user, &story);
	if (error == 0 && a->group != NULL) {
		error =
		    take_group(r, "group", a->group, &r->identity.gid, &story);
		r->identity.sets_gid = true;
	}
	if (error == 0 && a->groups != NULL)
		error = take_groups(r, a->groups, &story);
	for (size_t i = 0; error == 0 && i < a->nenv_files; i++)
		error = take_file(r, &a->env_files[i], &story);
	spare_oneself(&r->identity, a->groups != NULL);
	return error;
}

const struct identity *
readings_identity(const struct readings *r)
{
	const struct identity *identity = &r->identity;

	return identity->sets_uid || identity->sets_gid ||
		identity->sets_groups ?
	    identity :
	    NULL;
}
