/* SPDX-License-Identifier: ISC */
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "os/fd.h"
#include "os_left.h"
#include "os_run.h"

#define REPORT_SIZE 8192
#define PROBE_FDS   4096

struct signals run_signals;
struct rlimit run_nofile;
struct spawner run_spawner;

static char report[REPORT_SIZE];

/* ---- the probe */

static void
print_signals(const char *name, const sigset_t *set)
{
	int signo;

	(void)printf("%s", name);
	for (signo = 1; signo <= SIGRTMAX; signo++)
		if (sigismember(set, signo) == 1)
			(void)printf(" %d", signo);
	(void)printf("\n");
}

static void
print_dispositions(void)
{
	struct sigaction action;
	sigset_t mask, ignored;
	int signo;

	(void)sigprocmask(SIG_SETMASK, NULL, &mask);
	print_signals("mask", &mask);
	(void)sigemptyset(&ignored);
	for (signo = 1; signo <= SIGRTMAX; signo++)
		if (sigaction(signo, NULL, &action) == 0 &&
		    action.sa_handler == SIG_IGN)
			(void)sigaddset(&ignored, signo);
	print_signals("ignored", &ignored);
}

static int
probe(int argc, char *argv[])
{
	struct rlimit limit;
	struct stat st;
	int fd, i, signo = 0;
	char cwd[256];

	(void)printf("args");
	for (i = 2; i < argc; i++)
		(void)printf(" %s", argv[i]);
	(void)printf("\nfds");
	for (fd = 0; fd < PROBE_FDS; fd++)
		if (fcntl(fd, F_GETFD) != -1)
			(void)printf(" %d", fd);
	(void)printf("\nkinds");
	for (fd = 0; fd < PROBE_FDS; fd++)
		if (fd != STDIN_FILENO && fd != STDERR_FILENO &&
		    fstat(fd, &st) == 0)
			(void)printf(" %d:%d", fd,
			    (int)(st.st_mode & S_IFMT) / (1 << 12));
	(void)printf("\n");
	print_dispositions();
	(void)prctl(PR_GET_PDEATHSIG, &signo);
	(void)getrlimit(RLIMIT_NOFILE, &limit);
	(void)printf("leads %d\ntied %d\nnofile %d\ncwd %s\n",
	    getpgrp() == getpid(), signo, (int)limit.rlim_cur,
	    getcwd(cwd, sizeof(cwd)));
	return 0;
}

/* ---- running one */

struct spawn_plan
run_plan(const char *const *argv)
{
	static const struct spawn_fd output = { RUN_SLOT_REPORT,
		STDOUT_FILENO };

	return (struct spawn_plan){
		.argv = argv,
		.envp = (const char *const *)environ,
		.path = "/usr/bin:/bin",
		.fds = &output,
		.nfds = 1,
		.tty = -1,
	};
}

static void
wait_for(int pidfd, struct process_end *end)
{
	siginfo_t info;

	CHECK(waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOWAIT) == 0);
	CHECK(pidfd_state(pidfd) == PROCESS_ENDED);
	CHECK(pidfd_reap(pidfd, end) == 1);
}

/* Runs the plan and fills the report with what it printed. */
struct process_end
run_to_end(const struct spawn_plan *plan)
{
	struct spawn_result result;
	struct process_end end;
	size_t used = 0;
	int ends[2];
	ssize_t n;

	CHECK(pipe2(ends, O_CLOEXEC) == 0);
	CHECK(spawner_lay(&run_spawner, RUN_SLOT_REPORT, ends[1]) == 0);
	CHECK(spawner_spawn(&run_spawner, plan, &result) == 0);
	CHECK(result.pid > 0 && result.pidfd >= FD_FIRST);
	CHECK(spawner_lay(&run_spawner, RUN_SLOT_REPORT, -1) == 0);
	fd_close(&ends[1]);
	while ((n = read(ends[0], report + used, REPORT_SIZE - 1 - used)) > 0)
		used += (size_t)n;
	CHECK(n == 0);
	report[used] = '\0';
	fd_close(&ends[0]);
	wait_for(result.pidfd, &end);
	fd_close(&result.pidfd);
	return end;
}

bool
run_reported(const char *line)
{
	const char *at;
	size_t len = strlen(line);

	for (at = report; (at = strstr(at, line)) != NULL; at++)
		if ((at == report || at[-1] == '\n') && at[len] == '\n')
			return true;
	(void)fprintf(stderr, "no \"%s\" in:\n%s", line, report);
	return false;
}

void
run_probe(const struct spawn_plan *plan)
{
	struct process_end end;

	end = run_to_end(plan);
	CHECK(!end.by_signal && end.status == 0);
}

struct spawn_plan
run_plan_probe(void)
{
	static const char *const argv[] = { RUN_SELF, "probe", "a", "b c",
		NULL };

	return run_plan(argv);
}

/* ---- how a test starts and goes on */

static void
prepare(void)
{
	struct rlimit limit;
	sigset_t set;

	/* Whatever those were that this program was started with. */
	for (int signo = 1; signo < SIGRTMIN; signo++)
		(void)signal(signo, SIG_DFL);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGCHLD, SIG_IGN);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGUSR2);
	(void)sigprocmask(SIG_SETMASK, &set, NULL);
	CHECK(signals_block(&run_signals) == 0);

	/* The test's own timeout. */
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGALRM);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);

	CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	limit.rlim_cur = 512;
	CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	CHECK(fd_limit_raise(&run_nofile) == 0);
}

void
run_start(int argc, char *argv[])
{
	if (argc > 1 && strcmp(argv[1], "probe") == 0)
		exit(probe(argc, argv));
	if (argc > 1 && strcmp(argv[1], "sleep") == 0)
		exit(pause());
	left_start();
	prepare();
}

static void
run_one_way(void (*cases)(void), bool private_table, bool clone_pidfd)
{
	(void)printf("# private table %d, clone pidfd %d\n", private_table,
	    clone_pidfd);
	CHECK(spawner_init(&run_spawner, &run_signals, &run_nofile) == 0);
	run_spawner.private_table = private_table;
	run_spawner.clone_pidfd = clone_pidfd;
	cases();
	CHECK(run_spawner.private_table == private_table);
	CHECK(run_spawner.clone_pidfd == clone_pidfd);
	spawner_fini(&run_spawner);
	spawner_fini(&run_spawner);
	left_check();
}

void
run_each_way(void (*cases)(void))
{
	run_one_way(cases, true, true);
	run_one_way(cases, true, false);
	run_one_way(cases, false, true);
	run_one_way(cases, false, false);
}
