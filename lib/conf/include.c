/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/errno_name.h"
#include "conf/bytes.h"
#include "conf/include.h"
#include "conf/parse.h"
#include "conf/report.h"

/* What makes a path a pattern. */
#define PATTERN_BYTES "*?["

/* What reading a file costs beside its bytes. */
#define FILE_WORK 1024

/* Why a file could not be read, for people. */
static const char *
reason_text(int error)
{
	switch (error) {
	case ENOENT:
		return "there is no such file";
	case EACCES:
	case EPERM:
		return "permission denied";
	case EISDIR:
		return "it is a folder";
	case ENOTDIR:
		return "a part of the path is no folder";
	case ELOOP:
		return "too many symbolic links";
	case EINVAL:
		return "it is no regular file";
	case EFBIG:
		return "it is longer than 1 MiB";
	default:
		return errno_name(error);
	}
}

/* Reports that `path` cannot be read; always false. */
static bool
fail_file(struct loader *ld, const char *path, const struct spot *at,
    const char *reason)
{
	struct shown shown;

	if (at->file == NULL)
		report_file(ld, DIAG_ERROR, path,
		    "cannot be read (%s), expected a file", reason);
	else
		report_error(ld, at,
		    "cannot include %s (%s), expected a file or a pattern",
		    show(path, &shown), reason);
	return false;
}

/* Whether `file` is being read already: including it would never end. */
static bool
is_open(const struct loader *ld, const struct source_file *file)
{
	for (const struct inclusion *i = ld->inclusion; i != NULL; i = i->outer)
		if (i->file->dev == file->dev && i->file->ino == file->ino)
			return true;
	return false;
}

bool
include_open(struct loader *ld, const char *path, const struct spot *at,
    struct source_file *file)
{
	struct conf_file bytes = { 0 };
	int error = ld->source->read(ld->source->ctx, path, &bytes);
	struct shown shown;

	if (error < 0)
		return fail_file(ld, path, at, reason_text(-error));
	if (bytes.len > CONF_FILE_SIZE_MAX)
		return fail_file(ld, path, at, reason_text(EFBIG));
	*file = (struct source_file){
		.path = arena_text(&ld->conf->arena, path, strlen(path)),
		.bytes = bytes.bytes,
		.len = (uint32_t)bytes.len,
		.dev = bytes.dev,
		.ino = bytes.ino,
	};
	if (is_open(ld, file)) {
		report_error(ld, at,
		    "%s includes itself, directly or by way of others, "
		    "expected another file",
		    show(path, &shown));
		return false;
	}
	if (bytes.unsafe != NULL)
		report_file(ld, DIAG_WARNING, file->path,
		    "%s, so that others decide what is run here; expected a "
		    "file that only root can write",
		    bytes.unsafe);
	loader_work(ld, FILE_WORK, at);
	return true;
}

uint32_t
include_mark(const struct source_file *file)
{
	static const char mark[] = "\xef\xbb\xbf";
	const uint32_t len = sizeof(mark) - 1;

	if (file->len >= len && memcmp(file->bytes, mark, len) == 0)
		return len;
	return 0;
}

bool
include_file(struct loader *ld, struct body *b, const char *path,
    const struct spot *at)
{
	struct source_file *file =
	    ARENA_NEW(&ld->conf->arena, struct source_file);
	struct inclusion inclusion = { ld->inclusion, file };
	struct lexer lx;

	if (ld->ninclusions > CONF_INCLUDE_MAX) {
		report_error(ld, at,
		    "files include each other too deeply, expected at most "
		    "%d levels",
		    CONF_INCLUDE_MAX);
		return false;
	}
	if (!include_open(ld, path, at, file))
		return false;
	ld->inclusion = &inclusion;
	ld->ninclusions++;
	bytes_check(ld, file);
	lex_init(&lx, ld, (struct cursor){ file, include_mark(file), 1, 1 });
	parse_whole(&lx, b);
	ld->ninclusions--;
	ld->inclusion = inclusion.outer;
	return true;
}

/* `path` seen from the folder of `file`, in the scratch arena. */
static const char *
resolve(struct loader *ld, const struct source_file *file, const char *path)
{
	size_t folder_len, size;
	const char *slash;
	char *resolved;

	while (file->outer != NULL)
		file = file->outer;
	slash = strrchr(file->path, '/');
	if (*path == '/' || slash == NULL)
		return path;
	folder_len = (size_t)(slash + 1 - file->path);
	size = folder_len + strlen(path) + 1;
	resolved = arena_alloc(&ld->scratch, size, 1);
	memcpy(resolved, file->path, folder_len);
	memcpy(resolved + folder_len, path, size - folder_len);
	return resolved;
}

/* Reads what matches a pattern; that nothing does is no error. */
static void
include_pattern(struct loader *ld, struct body *b, const char *pattern,
    const struct spot *at)
{
	const char *const *found = NULL;
	const char **paths;
	size_t npaths = 0;
	int error = -ENOENT;

	if (ld->source->glob != NULL)
		error =
		    ld->source->glob(ld->source->ctx, pattern, &found, &npaths);
	if (error < 0) {
		fail_file(ld, pattern, at, reason_text(-error));
		return;
	}
	/* They are the source's, until the next pattern. */
	paths = ARENA_ARRAY(&ld->scratch, const char *, npaths);
	for (size_t i = 0; i < npaths; i++)
		paths[i] = arena_text(&ld->scratch, found[i], strlen(found[i]));
	for (size_t i = 0; i < npaths && !ld->stopped; i++)
		include_file(ld, b, paths[i], at);
}

void
include_files(struct loader *ld, struct body *b, const struct statement *st)
{
	if (st->nargs == 0)
		report_error(ld, &st->at, "include needs a value, expected %s",
		    st->directive->expected);
	for (size_t i = 0; i < st->nargs && !ld->stopped; i++) {
		const struct token *word = &st->args[i];
		const char *path = resolve(ld, word->at.file, word->text);

		if (word->len == 0 || ld->source == NULL)
			fail_file(ld, path, &word->at, reason_text(ENOENT));
		else if (strpbrk(word->text, PATTERN_BYTES) != NULL)
			include_pattern(ld, b, path, &word->at);
		else
			include_file(ld, b, path, &word->at);
	}
}
