/* SPDX-License-Identifier: ISC */
#include "conf/attribute.h"

static const struct env_file *
keep_env_files(struct loader *ld, const struct attributes *a)
{
	struct env_file *kept =
	    ARENA_ARRAY(&ld->conf->arena, struct env_file, a->nenv_files);

	for (size_t i = 0; i < a->nenv_files; i++) {
		kept[i] = a->env_files[i];
		kept[i].path = body_keep_text(ld, kept[i].path);
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
	kept->user = body_keep_text(ld, a->user);
	kept->group = body_keep_text(ld, a->group);
	kept->groups = body_keep_words(ld, a->groups);
	kept->chroot = body_keep_text(ld, a->chroot);
	kept->env_keep = body_keep_words(ld, a->env_keep);
	kept->input_path = body_keep_text(ld, a->input_path);
	if (a->nenv_files > 0)
		kept->env_files = keep_env_files(ld, a);
	return kept;
}
