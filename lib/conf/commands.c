/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "conf/commands.h"

/* A copy of the words up to NULL, which may be none at all. */
static const char *const *
keep_words(struct arena *arena, const char *const *words)
{
	const char **kept;
	size_t n = 0;

	while (words != NULL && words[n] != NULL)
		n++;
	kept = ARENA_ARRAY(arena, const char *, n + 1);
	for (size_t i = 0; i < n; i++)
		kept[i] = arena_text(arena, words[i], strlen(words[i]));
	return kept;
}

/* A worker that runs the command. */
static const struct spec *
make_worker(struct arena *arena, const struct conf_commands *commands,
    const struct conf_command *command)
{
	struct spec *worker = ARENA_NEW(arena, struct spec);

	worker->policy = policy_default(KIND_WORKER);
	worker->policy.restart = commands->restart;
	worker->policy.significant = commands->restart != RESTART_PERMANENT;
	worker->worker.argv = keep_words(arena, command->argv);
	worker->worker.env = keep_words(arena, command->env);
	if (command->cwd != NULL)
		worker->worker.cwd =
		    arena_text(arena, command->cwd, strlen(command->cwd));
	if (commands->inherit)
		worker->worker.logs.out.word = LOG_INHERIT;
	return worker;
}

void
commands_tree(struct loader *ld, const struct conf_commands *commands)
{
	struct arena *arena = &ld->conf->arena;
	struct spec *root = ARENA_NEW(arena, struct spec);
	struct child_spec *children =
	    ARENA_ARRAY(arena, struct child_spec, commands->n);

	for (size_t i = 0; i < commands->n; i++) {
		const struct conf_command *command = &commands->list[i];

		children[i] = (struct child_spec){
			.name = arena_text(arena, command->name,
			    strlen(command->name)),
			.spec = make_worker(arena, commands, command),
			.place = command->place,
		};
	}
	root->policy = policy_default(KIND_SUPERVISOR);
	root->policy.sup.strategy = commands->strategy;
	root->policy.sup.max_restarts = commands->max_restarts;
	root->policy.sup.max_seconds = commands->max_seconds;
	root->policy.sup.stop_timeout_ms = commands->stop_timeout_ms;
	if (commands->restart != RESTART_PERMANENT)
		root->policy.sup.auto_shutdown = commands->inherit ?
		    AUTO_SHUTDOWN_ANY_SIGNIFICANT :
		    AUTO_SHUTDOWN_ALL_SIGNIFICANT;
	root->sup.children = children;
	root->sup.nchildren = commands->n;
	ld->conf->nchildren = (uint32_t)commands->n;
	ld->conf->root = root;
}
