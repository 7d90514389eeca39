/* SPDX-License-Identifier: ISC */
#include "bench_contender.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	CONTENDER_SPARE = 500
}; /* descriptors, processes of the machine */

static const int64_t CONTENDER_SECOND_NS = 1000000000;

/* The programs built here; absolute. */
static char bare_path[PATH_MAX];
char contender_supervise[PATH_MAX];
char contender_child[PATH_MAX];
char contender_answer[PATH_MAX];

/* Opens a file in the contender's folder for writing. */
static FILE *
create(const struct plan *plan, const char *name)
{
	char path[PATH_MAX];
	FILE *f;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", plan->dir, name) >=
	    sizeof(path))
		errx(1, "%s: too long", plan->dir);
	f = fopen(path, "we");
	if (f == NULL)
		err(1, "%s", path);
	return f;
}

static void
finish(FILE *f)
{
	if (fclose(f) != 0)
		err(1, "configuration");
}

/* mkdir, symlink: an earlier round may have done it. */
static void
expect_made(int result, const char *path)
{
	if (result == -1 && errno != EEXIST)
		err(1, "%s", path);
}

static void
set_argv(struct plan *plan, const char *const *argv)
{
	size_t i = 0;

	for (; argv[i] != NULL; i++)
		plan->argv[i] = argv[i];
	plan->argv[i] = NULL;
}

static void
prepare_bare(struct plan *plan)
{
	const char *const argv[] = { bare_path,
		plan->reverse ? "reverse" : "together", plan->count,
		contender_child, NULL };

	(void)snprintf(plan->count, sizeof(plan->count), "%zu",
	    plan->nchildren);
	set_argv(plan, argv);
}

static void
prepare_supervise(struct plan *plan)
{
	static const char *const argv[] = { contender_supervise, "-f",
		"supervise.conf", "run", NULL };
	FILE *f = create(plan, "supervise.conf");

	(void)fprintf(f,
	    "strategy one_for_one\n"
	    "max_restarts 1000000\n"
	    "max_seconds 1\n"
	    "stop %s\n"
	    "worker w[%zu] { exec %s ${instance} }\n",
	    plan->reverse ? "reverse" : "together", plan->nchildren,
	    contender_child);
	finish(f);
	set_argv(plan, argv);
}

/* A folder for each child; its `run` is the child itself, not a script. */
static void
make_service_folders(const struct plan *plan)
{
	char path[PATH_MAX + 32];

	(void)snprintf(path, sizeof(path), "%s/scan", plan->dir);
	expect_made(mkdir(path, 0700), path);
	for (size_t i = 0; i < plan->nchildren; i++) {
		(void)snprintf(path, sizeof(path), "%s/scan/w%zu", plan->dir,
		    i);
		expect_made(mkdir(path, 0700), path);
		(void)snprintf(path, sizeof(path), "%s/scan/w%zu/run",
		    plan->dir, i);
		expect_made(symlink(contender_child, path), path);
	}
}

static void
prepare_s6(struct plan *plan)
{
	const char *const argv[] = { "s6-svscan", "-c", plan->count, "scan",
		NULL };

	make_service_folders(plan);
	(void)snprintf(plan->count, sizeof(plan->count), "%zu",
	    plan->nchildren + 2);
	set_argv(plan, argv);
}

static void
prepare_runit(struct plan *plan)
{
	static const char *const argv[] = { "runsvdir", "-P", "scan", NULL };

	make_service_folders(plan);
	set_argv(plan, argv);
}

static void
prepare_supervisord(struct plan *plan)
{
	static const char *const argv[] = { "supervisord", "-n", "-c",
		"supervisord.conf", NULL };
	FILE *f = create(plan, "supervisord.conf");

	(void)fprintf(f,
	    "[supervisord]\n"
	    "nodaemon=true\n"
	    "logfile=/dev/null\n"
	    "logfile_maxbytes=0\n"
	    "pidfile=%s/pid\n"
	    "minfds=%zu\n"
	    "[program:w]\n"
	    "command=%s\n"
	    "numprocs=%zu\n"
	    "process_name=w%%(process_num)d\n"
	    "autorestart=true\n"
	    "startsecs=0\n"
	    "stdout_logfile=NONE\n"
	    "stderr_logfile=NONE\n"
	    "[unix_http_server]\n"
	    "file=%s/socket\n"
	    "[supervisorctl]\n"
	    "serverurl=unix://%s/socket\n"
	    "[rpcinterface:supervisor]\n"
	    "supervisor.rpcinterface_factory = "
	    "supervisor.rpcinterface:make_main_rpcinterface\n",
	    plan->dir, plan->nchildren * 3 + 100, contender_child,
	    plan->nchildren, plan->dir, plan->dir);
	finish(f);
	set_argv(plan, argv);
}

static void
prepare_dinit(struct plan *plan)
{
	static const char *const argv[] = { "dinit", "-u", "-q", "-d",
		"services", "-p", "socket", "boot", NULL };
	char path[PATH_MAX + 32];
	char name[64];
	FILE *boot, *f;

	(void)snprintf(path, sizeof(path), "%s/services", plan->dir);
	expect_made(mkdir(path, 0700), path);
	boot = create(plan, "services/boot");
	(void)fprintf(boot, "type = internal\n");
	for (size_t i = 0; i < plan->nchildren; i++) {
		(void)fprintf(boot, "waits-for = w%zu\n", i);
		(void)snprintf(name, sizeof(name), "services/w%zu", i);
		f = create(plan, name);
		(void)fprintf(f,
		    "type = process\n"
		    "command = %s\n"
		    "restart = true\n"
		    "smooth-recovery = true\n"
		    "restart-delay = 0\n"
		    "restart-limit-interval = 0\n",
		    contender_child);
		finish(f);
	}
	finish(boot);
	set_argv(plan, argv);
}

const struct contender contenders[] = {
	{ .name = "bare",
	    .program = bare_path,
	    .command = "bare together|reverse N child",
	    .prepare = prepare_bare,
	    .stop_signal = SIGTERM,
	    .stops_either = true,
	    .fds_per_child = 1,
	    .processes_per_child = 1 },
	{ .name = "supervise",
	    .program = contender_supervise,
	    .command = "supervise -f supervise.conf run",
	    .prepare = prepare_supervise,
	    .stop_signal = SIGTERM,
	    .stops_either = true,
	    .fds_per_child = 1,
	    .processes_per_child = 1 },
	{ .name = "s6",
	    .program = "s6-svscan",
	    .command = "s6-svscan -c N scan",
	    .prepare = prepare_s6,
	    .stop_signal = SIGTERM,
	    .peer = true,
	    .lived_ns = CONTENDER_SECOND_NS * 11 / 10,
	    .processes_per_child = 2 },
	{ .name = "runit",
	    .program = "runsvdir",
	    .command = "runsvdir -P scan",
	    .prepare = prepare_runit,
	    .stop_signal = SIGHUP, /* TERM would leave the services */
	    .peer = true,
	    .lived_ns = CONTENDER_SECOND_NS * 11 / 10,
	    .children_max = 1000, /* MAXSERVICES in runsvdir.c */
	    .processes_per_child = 2 },
	{ .name = "supervisord",
	    .program = "supervisord",
	    .command = "supervisord -n -c supervisord.conf",
	    .prepare = prepare_supervisord,
	    .stop_signal = SIGTERM,
	    .peer = true,
	    .fds_per_child = 3,
	    .processes_per_child = 1 },
	{ .name = "dinit",
	    .program = "dinit",
	    .command = "dinit -u -q -d services boot",
	    .prepare = prepare_dinit,
	    .stop_signal = SIGTERM,
	    .peer = true,
	    .processes_per_child = 1 },
};

const size_t ncontenders = sizeof(contenders) / sizeof(contenders[0]);

static void
set_path(char *path, const char *folder, const char *name)
{
	if ((size_t)snprintf(path, PATH_MAX, "%s/%s", folder, name) >= PATH_MAX)
		errx(1, "%s: too long", folder);
}

const struct contender *
contender_find(const char *name)
{
	for (size_t i = 0; i < ncontenders; i++)
		if (strcmp(contenders[i].name, name) == 0)
			return &contenders[i];
	return NULL;
}

void
contenders_init(void)
{
	char self[PATH_MAX - 64];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (len == -1)
		err(1, "/proc/self/exe");
	self[len] = '\0';
	*strrchr(self, '/') = '\0';
	set_path(bare_path, self, "bare");
	set_path(contender_child, self, "child_static");
	set_path(contender_answer, self, "answer");
	/* In the contender's folder, where nobody else comes across it. */
	if (setenv("SUPERVISE_SOCKET", "socket", 1) == -1)
		err(1, NULL);
	*strrchr(self, '/') = '\0';
	set_path(contender_supervise, self, "supervise");
}

bool
contender_is_there(const char *program)
{
	const char *path = getenv("PATH");
	char candidate[PATH_MAX];

	if (strchr(program, '/') != NULL)
		return access(program, X_OK) == 0;
	while (path != NULL && *path != '\0') {
		size_t len = strcspn(path, ":");

		(void)snprintf(candidate, sizeof(candidate), "%.*s/%s",
		    (int)len, path, program);
		if (access(candidate, X_OK) == 0)
			return true;
		path += len + (path[len] == ':');
	}
	return false;
}

static size_t
process_limit(void)
{
	char text[32];
	FILE *f = fopen("/proc/sys/kernel/pid_max", "re");

	if (f == NULL || fgets(text, sizeof(text), f) == NULL)
		err(1, "pid_max");
	(void)fclose(f);
	return strtoul(text, NULL, 10);
}

bool
contender_can(const struct contender *c, size_t nchildren, char *why,
    size_t why_size)
{
	size_t fds = nchildren * c->fds_per_child + CONTENDER_SPARE;
	size_t processes = nchildren * c->processes_per_child + CONTENDER_SPARE;
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == -1)
		err(1, "getrlimit");
	if (!contender_is_there(c->program))
		(void)snprintf(why, why_size, "not there");
	else if (c->children_max != 0 && nchildren > c->children_max)
		(void)snprintf(why, why_size, "takes at most %zu children",
		    c->children_max);
	else if (fds > files.rlim_max)
		(void)snprintf(why, why_size,
		    "needs %zu descriptors; the hard limit is %ju", fds,
		    (uintmax_t)files.rlim_max);
	else if (processes > process_limit())
		(void)snprintf(why, why_size,
		    "needs %zu processes; pid_max is %zu", processes,
		    process_limit());
	else
		return true;
	return false;
}
