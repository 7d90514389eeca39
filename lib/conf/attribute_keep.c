/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "conf/attribute.h"
#include "conf/equal.h"

static const char *
keep_text(struct loader *ld, const char *text)
{
	if (text == NULL)
		return NULL;
	return arena_text(&ld->conf->arena, text, strlen(text));
}

static const char *const *
keep_texts(struct loader *ld, const char *const *texts)
{
	const char **kept;
	size_t n = 0;

	if (texts == NULL)
		return NULL;
	while (texts[n] != NULL)
		n++;
	kept = ARENA_ARRAY(&ld->conf->arena, const char *, n + 1);
	for (size_t i = 0; i < n; i++)
		kept[i] = keep_text(ld, texts[i]);
	return kept;
}

static const struct env_file *
keep_env_files(struct loader *ld, const struct attributes *a)
{
	struct env_file *kept =
	    ARENA_ARRAY(&ld->conf->arena, struct env_file, a->nenv_files);

	for (size_t i = 0; i < a->nenv_files; i++) {
		kept[i] = a->env_files[i];
		kept[i].path = keep_text(ld, kept[i].path);
	}
	return kept;
}

const struct attributes *
attributes_keep(struct loader *ld, const struct attributes *a)
{
	struct attributes *kept;

	if (a == NULL || a->said == 0)
		return NULL;
	kept = ARENA_NEW(&ld->conf->arena, struct attributes);
	*kept = *a;
	kept->user = keep_text(ld, a->user);
	kept->group = keep_text(ld, a->group);
	kept->groups = keep_texts(ld, a->groups);
	kept->chroot = keep_text(ld, a->chroot);
	kept->env_keep = keep_texts(ld, a->env_keep);
	kept->input_path = keep_text(ld, a->input_path);
	if (a->nenv_files > 0)
		kept->env_files = keep_env_files(ld, a);
	return kept;
}

static bool
equal_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Lists that end with NULL, or are NULL. */
static bool
equal_texts(const char *const *a, const char *const *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	for (; *a != NULL && *b != NULL; a++, b++)
		if (strcmp(*a, *b) != 0)
			return false;
	return *a == *b;
}

static bool
equal_limits(const struct attributes *a, const struct attributes *b)
{
	for (size_t i = 0; i < RESOURCES; i++)
		if (a->limits[i].rlim_cur != b->limits[i].rlim_cur ||
		    a->limits[i].rlim_max != b->limits[i].rlim_max)
			return false;
	return a->limited == b->limited;
}

static bool
equal_env_files(const struct attributes *a, const struct attributes *b)
{
	if (a->nenv_files != b->nenv_files)
		return false;
	for (size_t i = 0; i < a->nenv_files; i++)
		if (a->env_files[i].optional != b->env_files[i].optional ||
		    strcmp(a->env_files[i].path, b->env_files[i].path) != 0)
			return false;
	return true;
}

/* What was not said is zero in both. */
bool
attributes_equal(const struct attributes *a, const struct attributes *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return a->said == b->said && a->umask == b->umask &&
	    a->nice == b->nice && a->ioprio == b->ioprio &&
	    a->capabilities == b->capabilities && a->input == b->input &&
	    strcmp(a->oom_score_adj, b->oom_score_adj) == 0 &&
	    CPU_EQUAL(&a->cpus, &b->cpus) && equal_limits(a, b) &&
	    equal_text(a->user, b->user) && equal_text(a->group, b->group) &&
	    equal_texts(a->groups, b->groups) &&
	    equal_text(a->chroot, b->chroot) && equal_env_files(a, b) &&
	    equal_texts(a->env_keep, b->env_keep) &&
	    equal_text(a->input_path, b->input_path);
}
