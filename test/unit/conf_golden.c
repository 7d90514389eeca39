/* SPDX-License-Identifier: ISC */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "conf_files.h"

/*
 * Loads every test/golden/conf/NAME.conf and compares all that is said about
 * it, and the tree that came of it, with NAME.expected. The first line of a
 * file is the title of the case. With the argument -u the expected texts are
 * written anew, to be read before they are committed.
 */

#define FOLDER     "test/golden/conf"
#define TITLE_SIZE 160
#define NAME_SIZE  256

/* The comment in the first line. */
static void
title_of(const char *text, char title[static TITLE_SIZE])
{
	CHECK(strncmp(text, "# ", 2) == 0);
	snprintf(title, TITLE_SIZE, "%.*s", (int)strcspn(text + 2, "\r\n"),
	    text + 2);
}

/* The diagnostics, a line between, the tree. */
static char *
result_of(const char *path)
{
	struct real real = { 0 };
	struct conf_source source = real_source(&real);
	struct conf conf;
	char *diags, *tree, *result;
	size_t size;

	conf_load(&conf, path, &source);
	diags = diags_text(&conf);
	tree = tree_text(&conf);
	size = strlen(diags) + strlen(tree) + sizeof("----\n");
	result = malloc(size);
	CHECK(result != NULL);
	snprintf(result, size, "%s----\n%s", diags, tree);
	free(diags);
	free(tree);
	conf_fini(&conf);
	real_source_fini(&real);
	return result;
}

static void
write_whole(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	CHECK(file != NULL);
	CHECK(fputs(text, file) >= 0);
	CHECK(fclose(file) == 0);
}

/* Whether the result is as expected; says where it begins to differ. */
static bool
compare(const char *path, const char *result)
{
	size_t len, line = 1;
	char *expected = read_whole(path, &len);
	bool same = expected != NULL && strcmp(expected, result) == 0;

	for (size_t i = 0; !same && expected != NULL && expected[i] != '\0' &&
	     expected[i] == result[i];
	     i++)
		line += expected[i] == '\n';
	if (!same)
		(void)fprintf(stderr,
		    "%s: line %zu differs, or the file is missing; this is "
		    "what came:\n%s",
		    path, line, result);
	free(expected);
	return same;
}

static bool
check_one(const char *path, bool update)
{
	char expected[NAME_SIZE], title[TITLE_SIZE];
	size_t len;
	char *text = read_whole(path, &len), *result = result_of(path);
	bool good = true;

	CHECK(text != NULL);
	title_of(text, title);
	snprintf(expected, sizeof(expected), "%.*s.expected",
	    (int)(strlen(path) - strlen(".conf")), path);
	if (update)
		write_whole(expected, result);
	else
		good = compare(expected, result);
	printf("%sok - %s (%s)\n", good ? "" : "not ", title, path);
	free(text);
	free(result);
	return good;
}

int
main(int argc, char **argv)
{
	bool update = argc > 1 && strcmp(argv[1], "-u") == 0;
	glob_t found;
	int status = 0;

	CHECK(chdir(FOLDER) == 0);
	CHECK(glob("*.conf", 0, NULL, &found) == 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		if (!check_one(found.gl_pathv[i], update))
			status = 1;
	globfree(&found);
	return status;
}
