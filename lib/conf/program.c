/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "conf/program.h"

bool
program_failed(const struct program *program)
{
	return program->why != NULL || program->end != PROGRAM_EXITED ||
	    program->value != 0;
}

struct program *
program_find(const struct programs *programs, const char *command)
{
	struct program *p = programs->first;

	while (p != NULL && strcmp(p->command, command) != 0)
		p = p->next;
	return p;
}

/* Puts the words behind their pointers; `at` is behind all of those. */
static void
copy_words(const char **words, char *at, const char *const *argv, size_t argc)
{
	for (size_t i = 0; i < argc; i++) {
		words[i] = at;
		at = stpcpy(at, argv[i]) + 1;
	}
	words[argc] = NULL;
}

struct program *
program_want(struct programs *programs, const char *command,
    const char *const *argv, size_t argc)
{
	size_t pointers = (argc + 1) * sizeof(*argv);
	size_t size = sizeof(struct program) + pointers + strlen(command) + 1;
	struct program *p;
	const char **words;
	char *texts;

	for (size_t i = 0; i < argc; i++)
		size += strlen(argv[i]) + 1;
	p = calloc(1, size);
	if (p == NULL)
		return NULL;
	words = (const char **)(void *)(p + 1);
	texts = (char *)(words + argc + 1);
	p->command = texts;
	p->argv = words;
	copy_words(words, stpcpy(texts, command) + 1, argv, argc);
	if (programs->last == NULL)
		programs->last = &programs->first;
	*programs->last = p;
	programs->last = &p->next;
	programs->n++;
	return p;
}

struct program *
programs_take(struct programs *programs)
{
	struct program *p = programs->first;

	programs->first = p->next;
	programs->n--;
	if (programs->first == NULL)
		programs->last = &programs->first;
	return p;
}

void
program_free(struct program *program)
{
	if (program == NULL)
		return;
	free(program->bytes);
	free(program->told);
	free(program->why);
	free(program);
}

void
programs_fini(struct programs *programs)
{
	while (programs->first != NULL)
		program_free(programs_take(programs));
	*programs = (struct programs){ .first = NULL };
}
