/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/near.h"
#include "conf/link.h"
#include "conf/log.h"
#include "conf/report.h"
#include "conf/value.h"

#define TEXT(name, text) [name] = text,
const char *const log_word_text[] = { LOG_WORDS(TEXT) };
#undef TEXT

/* A file that is smaller would be no more than its last few lines. */
#define MAX_MIN INT64_C(4096)
#define MAX_MAX (INT64_C(1) << 40)

/* Rotated files that are kept. */
#define KEEP_USUAL 5
#define KEEP_MAX   1000

/* Room for how a file is rotated, in words. */
#define ROTATION_SIZE 64

static bool
parse_max(const char *text, int64_t *bytes)
{
	return value_size(text, MAX_MAX, bytes) && *bytes >= MAX_MIN;
}

/* Takes the words behind the path. */
static bool
parse_file(struct loader *ld, const struct statement *st, struct log_spec *log)
{
	int64_t keep = KEEP_USUAL;

	for (size_t i = 2; i < st->nargs; i++) {
		const char *word = st->args[i].text;
		const struct token *value =
		    i + 1 < st->nargs ? &st->args[i + 1] : &st->args[i];

		if (strcmp(word, "timestamps") == 0) {
			log->timestamps = true;
			continue;
		}
		if (strcmp(word, "max") == 0 && value != &st->args[i]) {
			if (!parse_max(value->text, &log->max))
				return value_fail(ld, st, value);
		} else if (strcmp(word, "keep") == 0 && value != &st->args[i]) {
			if (!value_integer(value->text, 0, KEEP_MAX, &keep))
				return value_fail(ld, st, value);
			log->keep = 1;
		} else {
			return value_fail(ld, st, &st->args[i]);
		}
		i++;
	}
	if (log->max == 0 && log->keep != 0) {
		report_error(ld, &st->at,
		    "keep means nothing without max, expected both");
		return false;
	}
	log->keep = log->max > 0 ? (uint32_t)keep : 0;
	return true;
}

bool
log_parse(struct loader *ld, struct body *b, const struct statement *st)
{
	char *field = (char *)&b->logs + st->directive->offset;
	struct log_spec log = { .word = LOG_AS_USUAL };
	const struct token *word = st->args;
	size_t n = st->directive->nwords;
	size_t i = LOG_AS_USUAL + 1;

	if (!value_has_words(ld, st))
		return false;
	while (i < n && strcmp(log_word_text[i], word->text) != 0)
		i++;
	if (i == n)
		return value_fail_choice(ld, st, word,
		    near_find(word->text, log_word_text + 1, n - 1));
	log.word = (enum log_word)i;
	if (log.word != LOG_PATH && log.word != LOG_TO) {
		if (value_one_word(ld, st) == NULL)
			return false;
	} else if (st->nargs < 2 || st->args[1].len == 0) {
		return value_fail(ld, st, &st->args[st->nargs - 1]);
	}
	if (log.word == LOG_TO) {
		if (st->nargs > 2)
			return value_fail(ld, st, &st->args[2]);
		log.to = link_keep(ld, &st->args[1]);
	}
	if (log.word == LOG_PATH) {
		log.path = st->args[1].text;
		if (!parse_file(ld, st, &log))
			return false;
	}
	memcpy(field, &log, sizeof(log));
	return true;
}

static const char *
rotation(int64_t max, uint32_t keep, char text[static ROTATION_SIZE])
{
	char size[VALUE_SIZE_TEXT];

	if (max == 0)
		strlcpy(text, "no max", ROTATION_SIZE);
	else
		snprintf(text, ROTATION_SIZE, "max %s keep %" PRIu32,
		    value_size_text(max, size), keep);
	return text;
}

static void
check_file(struct loader *ld, const struct log_spec *log, const struct spot *at)
{
	struct log_files *files = &ld->log_files;
	const struct log_file *first;
	char this[ROTATION_SIZE], that[ROTATION_SIZE];
	struct shown shown;
	const char *path;
	uint32_t found;

	if (log->word != LOG_PATH || at == NULL)
		return;
	files->list = arena_grow(&ld->conf->arena, files->list, files->n,
	    &files->room, sizeof(*files->list));
	path = arena_text(&ld->conf->arena, log->path, strlen(log->path));
	if (nameset_add(&files->names, &ld->conf->arena, path,
		(uint32_t)files->n, &found)) {
		files->list[files->n++] =
		    (struct log_file){ *at, log->max, log->keep };
		return;
	}
	first = &files->list[found];
	if (first->max == log->max && first->keep == log->keep)
		return;
	report_error(ld, at,
	    "the file %s has %s here and %s at %s:%" PRIu32
	    ", expected the same, since it is rotated as a whole",
	    show(log->path, &shown), rotation(log->max, log->keep, this),
	    rotation(first->max, first->keep, that), first->at.file->path,
	    first->at.line);
}

void
log_check(struct loader *ld, const struct body *b)
{
	const struct spot *out = body_spot(b, "log");
	const struct spot *err = body_spot(b, "log_stderr");

	check_file(ld, &b->logs.out, out);
	check_file(ld, &b->logs.err, err);
}

bool
log_input_is_own(const struct worker_spec *worker)
{
	const struct attributes *a = worker->attributes;

	return attributes_have(a, ATTRIBUTE_STDIN) && a->input != INPUT_PIPE;
}
