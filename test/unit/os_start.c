/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "os/fd.h"
#include "os_run.h"

#define SCRATCH_SIZE 64

static char scratch[SCRATCH_SIZE];

static const char *
scratch_file(const char *name, const char *content, mode_t mode)
{
	static char path[2 * SCRATCH_SIZE];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", scratch, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	CHECK(fd != -1);
	CHECK(write(fd, content, strlen(content)) == (ssize_t)strlen(content));
	CHECK(fchmod(fd, mode) == 0);
	fd_close(&fd);
	return path;
}

static void
remove_file(const char *path)
{
	CHECK(unlink(path) == 0);
}

static void
finds_in_path(void)
{
	static const char *const argv[] = { "echo", "found", NULL };
	struct spawn_plan plan = run_plan(argv);
	struct process_end end;

	plan.path = "/nowhere:/proc/self/exe:/usr/bin:/bin";
	end = run_to_end(&plan);
	CHECK(end.status == 0 && run_reported("found"));
	plan.path = NULL;
	end = run_to_end(&plan);
	CHECK(end.status == 0 && run_reported("found"));
	plan.path = ":/nowhere";
	plan.cwd = "/bin";
	end = run_to_end(&plan);
	CHECK(end.status == 0 && run_reported("found"));
	OK("a command is searched in PATH");
}

static void
runs_script_without_line(void)
{
	static const char *const argv[] = { "script", "a b", "c", NULL };
	static const char *words[SPAWN_SCRIPT_MAX + 2];
	struct spawn_plan plan = run_plan(argv);
	struct spawn_result result;
	struct process_end end;
	const char *path;
	size_t i;

	path = scratch_file("script", "echo \"$# $1\"\n", 0700);
	plan.path = scratch;
	end = run_to_end(&plan);
	CHECK(end.status == 0 && run_reported("2 a b"));

	for (i = 0; i <= SPAWN_SCRIPT_MAX; i++)
		words[i] = i == 0 ? "script" : "w";
	plan.argv = words;
	CHECK(spawner_spawn(&run_spawner, &plan, &result) == -E2BIG);
	CHECK(result.step == SPAWN_EXECUTE);
	words[SPAWN_SCRIPT_MAX] = NULL;
	end = run_to_end(&plan);
	CHECK(end.status == 0 && run_reported("4095 w"));
	remove_file(path);
	OK("a script without #! is run by the shell");
}

static void
fails(const struct spawn_plan *plan, int error, enum spawn_step step,
    const char *file)
{
	struct spawn_result result;

	CHECK(spawner_spawn(&run_spawner, plan, &result) == error);
	CHECK(result.step == step);
	CHECK(result.pid == -1 && result.pidfd == -1);
	if (file == NULL)
		CHECK(result.file == NULL);
	else
		CHECK(result.file != NULL && strcmp(result.file, file) == 0);
}

static void
fails_to_find(void)
{
	static char long_name[5000];
	const char *argv[] = { "nosuchcommand", NULL };
	struct spawn_plan plan = run_plan(argv);

	fails(&plan, -ENOENT, SPAWN_SEARCH, NULL);
	plan.path = "";
	fails(&plan, -ENOENT, SPAWN_SEARCH, NULL);
	argv[0] = "./nosuchcommand";
	fails(&plan, -ENOENT, SPAWN_SEARCH, NULL);
	argv[0] = "";
	fails(&plan, -ENOENT, SPAWN_SEARCH, NULL);
	memset(long_name, 'x', sizeof(long_name) - 1);
	argv[0] = long_name;
	fails(&plan, -ENAMETOOLONG, SPAWN_EXECUTE, NULL);
	long_name[0] = '/';
	fails(&plan, -ENAMETOOLONG, SPAWN_EXECUTE, NULL);
	CHECK(strcmp(spawn_step_text[SPAWN_SEARCH], "command not found") == 0);
	OK("U5: a command that is not there is a failed start");
}

static void
fails_to_execute(void)
{
	const char *argv[] = { "plain", NULL };
	struct spawn_plan plan = run_plan(argv);
	const char *path;
	int writer;

	path = scratch_file("plain", "echo no\n", 0600);
	plan.path = scratch;
	fails(&plan, -EACCES, SPAWN_EXECUTE, path);
	argv[0] = path;
	fails(&plan, -EACCES, SPAWN_EXECUTE, path);

	CHECK(chmod(path, 0700) == 0);
	writer = open(path, O_WRONLY | O_CLOEXEC);
	fails(&plan, -ETXTBSY, SPAWN_EXECUTE, path);
	fd_close(&writer);

	(void)scratch_file("plain", "#!/no/such/shell\n", 0700);
	fails(&plan, -ENOENT, SPAWN_INTERPRETER, path);
	argv[0] = "plain";
	fails(&plan, -ENOENT, SPAWN_INTERPRETER, path);
	remove_file(path);
	OK("U5: what cannot be executed is a failed start");
	OK("U9: ETXTBSY is a failed start");
}

static void
fails_before_execve(void)
{
	static const struct spawn_fd closed = { 3, 70000000 };
	struct spawn_plan plan = run_plan_probe();

	plan.cwd = "/no/such/folder";
	fails(&plan, -ENOENT, SPAWN_FOLDER, NULL);
	plan.cwd = NULL;
	plan.tty = RUN_SLOT_OTHER;
	fails(&plan, -ENOTTY, SPAWN_TERMINAL, NULL);
	plan.tty = -1;
	plan.fds = &closed;
	fails(&plan, -EBADF, SPAWN_DESCRIPTORS, NULL);
	OK("U5: a step before execve that fails is named");
}

static void
fails_without_descriptors(void)
{
	struct spawn_plan plan = run_plan_probe();
	struct rlimit now, low;

	CHECK(getrlimit(RLIMIT_NOFILE, &now) == 0);
	low = now;
	low.rlim_cur = FD_FIRST + 1;
	CHECK(setrlimit(RLIMIT_NOFILE, &low) == 0);
	fails(&plan, -EMFILE,
	    run_spawner.clone_pidfd ? SPAWN_PROCESS : SPAWN_PIDFD, NULL);
	CHECK(setrlimit(RLIMIT_NOFILE, &now) == 0);
	OK("U9: EMFILE is a failed start");
}

/* The spawner of another process: its parent has ended, it seems. */
static void
fails_without_parent(void)
{
	struct spawn_plan plan = run_plan_probe();

	run_spawner.parent = getpid() + 1;
	fails(&plan, -ESRCH, SPAWN_PARENT, NULL);
	run_spawner.parent = getpid();
	OK("U8: a child whose parent has ended does not start");
}

static void
cases(void)
{
	finds_in_path();
	runs_script_without_line();
	fails_to_find();
	fails_to_execute();
	fails_before_execve();
	fails_without_descriptors();
	fails_without_parent();
}

int
main(int argc, char *argv[])
{
	run_start(argc, argv);
	(void)strlcpy(scratch, "/tmp/os_start.XXXXXX", sizeof(scratch));
	CHECK(mkdtemp(scratch) != NULL);
	run_each_way(cases);
	CHECK(rmdir(scratch) == 0);
	return 0;
}
