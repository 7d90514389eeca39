/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/check_here.h"
#include "engine/explain.h"
#include "engine/readings.h"

/* Room for what is wrong. */
#define WHY_SIZE 1024

#define NOT_START "not start here"

/* Warnings; what comes after them is counted. */
#define SHOWN_MAX 20

struct look {
	const struct child_spec *child; /* at hand */
	size_t nwarnings;
	struct readings readings;
};

/* "web would not start here: WHY" */
static void
warn(struct look *look, const char *would, const char *why)
{
	const struct conf_place *place = &look->child->place;

	if (look->nwarnings++ < SHOWN_MAX)
		fprintf(stderr, "%s:%" PRIu32 ": warning: %s would %s: %s\n",
		    place->file, place->line, look->child->name, would, why);
}

/* That step of a start would fail with `error`, an errno. */
static void
warn_step(struct look *look, const struct spawn_plan *plan,
    enum spawn_step step, int error)
{
	struct spawn_result result = { .pidfd = -1, .step = step };
	char why[WHY_SIZE];

	explain(why, sizeof(why), plan, &result, error);
	warn(look, NOT_START, why);
}

/* An errno, or 0: it is a folder, and one may go into it. */
static int
no_folder(const char *path)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		return errno;
	close(fd);
	return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

/* Whether there is such a program, from the folder `cwd` on. */
static bool
is_program(int cwd, const char *path)
{
	struct stat st;

	return fstatat(cwd, path, &st, 0) == 0 && S_ISREG(st.st_mode) &&
	    faccessat(cwd, path, X_OK, AT_EACCESS) == 0;
}

/* As execvp(3): the folders of `path`, an empty one means `cwd`. */
static bool
is_found(int cwd, const char *path, const char *name)
{
	char file[PATH_MAX];
	size_t len;

	for (;; path += len + 1) {
		len = strcspn(path, ":");
		if (snprintf(file, sizeof(file), "%.*s%s%s", (int)len, path,
			len > 0 ? "/" : "", name) < (int)sizeof(file) &&
		    is_program(cwd, file))
			return true;
		if (path[len] == '\0')
			return false;
	}
}

/* Where a command of this worker is searched for; NULL: nothing was said. */
static const char *
path_of(const struct worker_spec *worker)
{
	for (const char *const *env = worker->env; *env != NULL; env++)
		if (strncmp(*env, "PATH=", strlen("PATH=")) == 0)
			return *env + strlen("PATH=");
	return attributes_have(worker->attributes, ATTRIBUTE_ENV_CLEAR) ?
	    NULL :
	    getenv("PATH");
}

static void
look_for_command(struct look *look, const struct spawn_plan *plan)
{
	const struct attributes *a = plan->attributes;
	const char *name = plan->argv[0];
	bool found;
	int cwd;

	/* Which PATH it will have is not known. */
	if (strchr(name, '/') == NULL && a != NULL && a->nenv_files > 0)
		return;
	cwd = open(plan->cwd != NULL ? plan->cwd : ".",
	    O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (cwd == -1)
		return;
	found = strchr(name, '/') != NULL ?
	    is_program(cwd, name) :
	    is_found(cwd, plan->path != NULL ? plan->path : SPAWN_PATH_DEFAULT,
		name);
	if (!found && strchr(name, '/') != NULL &&
	    faccessat(cwd, name, F_OK, AT_EACCESS) == 0)
		warn_step(look, plan, SPAWN_EXECUTE, EACCES);
	else if (!found)
		warn_step(look, plan, SPAWN_SEARCH, ENOENT);
	close(cwd);
}

/* What stands outside of a `chroot`, and what of all is inside. */
static void
look_for_files(struct look *look, const struct spawn_plan *plan)
{
	const struct attributes *a = plan->attributes;
	int error;

	if (plan->input != NULL && access(plan->input, R_OK) == -1)
		warn_step(look, plan, SPAWN_INPUT, errno);
	if (attributes_have(a, ATTRIBUTE_CHROOT)) {
		error = no_folder(a->chroot);
		if (error != 0)
			warn_step(look, plan, SPAWN_ROOT, error);
		return;
	}
	error = plan->cwd != NULL ? no_folder(plan->cwd) : 0;
	if (error != 0)
		warn_step(look, plan, SPAWN_FOLDER, error);
	else
		look_for_command(look, plan);
}

/* The logger writes there, whoever the worker is. */
static void
look_for_log(struct look *look, const struct log_spec *log)
{
	char folder[PATH_MAX], why[WHY_SIZE];
	const char *slash =
	    log->word == LOG_PATH ? strrchr(log->path, '/') : NULL;
	int error;

	if (slash == NULL || slash == log->path)
		return;
	snprintf(folder, sizeof(folder), "%.*s", (int)(slash - log->path),
	    log->path);
	error = no_folder(folder);
	if (error == 0)
		return;
	snprintf(why, sizeof(why), "log file %s: %s", log->path,
	    strerror(error));
	warn(look, "lose here what it writes", why);
}

static void
look_at_worker(struct look *look)
{
	const struct spec *spec = look->child->spec;
	const struct worker_spec *worker = &spec->worker;
	const struct attributes *a = worker->attributes;
	const char *const *before = spec->hooks.before;
	struct spawn_plan plan = {
		.argv = before != NULL ? before : worker->argv,
		.cwd = worker->cwd,
		.path = path_of(worker),
		.attributes = a,
	};
	char why[WHY_SIZE];

	/* What `before` runs may make the rest. */
	if (before == NULL && attributes_have(a, ATTRIBUTE_STDIN))
		plan.input = a->input_path;
	if (readings_wanted(a) &&
	    readings_take(&look->readings, a, why, sizeof(why)) < 0)
		warn(look, NOT_START, why);
	look_for_files(look, &plan);
	look_for_log(look, &worker->logs.out);
	look_for_log(look, &worker->logs.err);
}

static void
look_below(struct look *look, const struct spec *spec)
{
	const struct spec *last = NULL;

	for (size_t i = 0; i < spec->sup.nchildren; i++) {
		look->child = &spec->sup.children[i];
		/* The instances of an array have it in common. */
		if (look->child->spec == last)
			continue;
		last = look->child->spec;
		if (last->policy.kind == KIND_SUPERVISOR)
			look_below(look, last);
		else
			look_at_worker(look);
	}
}

void
check_here(const struct conf *conf)
{
	struct look *look = malloc(sizeof(*look));

	if (look == NULL)
		return;
	look->nwarnings = 0;
	look_below(look, conf->root);
	if (look->nwarnings > SHOWN_MAX)
		fprintf(stderr, "… and %zu more warnings of this machine\n",
		    look->nwarnings - SHOWN_MAX);
	free(look);
}
