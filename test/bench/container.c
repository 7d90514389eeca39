/* SPDX-License-Identifier: ISC */
/*
 * Measures the entry points of containers around one program: ours, static, and
 * in the part of tini, beside tini and dumb-init. What a command takes, how
 * soon a signal is there, what is used while nothing happens. Prints Markdown.
 */
#include <sys/prctl.h>
#include <sys/wait.h>

#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench_proc.h"
#include "bench_race.h"
#include "bench_tree.h"

enum {
	ROUNDS = 100,
	REST_MS = 500, /* until a program that waits has come to rest */
	IDLE_MS = 5000,
	COMM_SIZE = 17
};

static const double MS_NS = 1e6;
static const char handler_word[] = "handler";

/* Who runs a program, and the words that stand before that. */
struct entry {
	const char *name;
	const char *words[6]; /* end with NULL */
};

static char ours[PATH_MAX], myself[PATH_MAX];

static const struct entry entries[] = {
	{ "bare", { NULL } },
	{ "tini", { "tini", "-s", "--", NULL } },
	{ "dumb-init", { "dumb-init", NULL } },
	{ "`exec`", { ours, "exec", "--", NULL } },
	{ "`exec --tini`", { ours, "exec", "--tini", "-s", "--", NULL } },
};
enum {
	BARE,
	TINI,
	DUMB_INIT,
	NENTRIES = 5
};

/* ---- a program that waits for SIGTERM, and says when it came */

static volatile sig_atomic_t came;

static void
note(int signo)
{
	int64_t at_ns = now_ns();

	(void)signo;
	came = 1;
	if (write(STDOUT_FILENO, &at_ns, sizeof(at_ns)) != sizeof(at_ns))
		_exit(1);
}

static int
be_handler(void)
{
	if (signal(SIGTERM, note) == SIG_ERR ||
	    write(STDOUT_FILENO, "", 1) != 1)
		return 1;
	while (!came)
		(void)pause();
	return 0;
}

/* ---- what measures */

/* Puts a program with its words behind those of the entry. */
static void
line_up(const char *argv[static RACE_ARGV_MAX], const struct entry *entry,
    const char *program, const char *word)
{
	size_t n = 0;

	while (entry->words[n] != NULL) {
		argv[n] = entry->words[n];
		n++;
	}
	argv[n++] = program;
	argv[n++] = word;
	argv[n] = NULL;
}

static pid_t
start(const char *const argv[], int out)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;

	if (posix_spawn_file_actions_init(&actions) != 0 ||
	    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO) != 0)
		errx(1, "posix_spawn");
	if (posix_spawnp(&pid, argv[0], &actions, NULL,
		(char *const *)(const void *)argv, environ) != 0)
		errx(1, "%s does not start", argv[0]);
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

static void
end(pid_t pid)
{
	(void)kill(pid, SIGTERM);
	if (waitpid(pid, NULL, 0) != pid)
		err(1, "waitpid");
	/* What it has left behind is ours. */
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

/* From SIGTERM to the entry until the handler of the program runs, in ms. */
static double
signal_once(const struct entry *entry)
{
	const char *argv[RACE_ARGV_MAX];
	int64_t sent_ns, at_ns;
	int fds[2];
	pid_t pid;
	char ready;

	line_up(argv, entry, myself, handler_word);
	if (pipe2(fds, O_CLOEXEC) == -1)
		err(1, "pipe");
	pid = start(argv, fds[1]);
	(void)close(fds[1]);
	if (read(fds[0], &ready, 1) != 1)
		errx(1, "%s: its program says nothing", entry->name);
	sleep_until(now_ns() + 2 * (int64_t)MS_NS);
	sent_ns = now_ns();
	(void)kill(pid, SIGTERM);
	if (read(fds[0], &at_ns, sizeof(at_ns)) != sizeof(at_ns))
		errx(1, "%s: the signal is lost", entry->name);
	(void)close(fds[0]);
	end(pid);
	return (double)(at_ns - sent_ns) / MS_NS;
}

/* The process below that is `sleep`, which is not the entry's. */
static pid_t
find_sleep(void)
{
	char path[64], comm[COMM_SIZE];
	pid_t *pids, found = 0;
	size_t n = proc_below(&pids);

	for (size_t i = 0; i < n; i++) {
		ssize_t len;
		int fd;

		(void)snprintf(path, sizeof(path), "/proc/%d/comm", pids[i]);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		len = fd == -1 ? -1 : read(fd, comm, sizeof(comm) - 1);
		if (len > 0 && strncmp(comm, "sleep\n", (size_t)len) == 0)
			found = pids[i];
		if (fd != -1)
			(void)close(fd);
	}
	free(pids);
	return found;
}

/* What it uses beside `sleep`, at rest and in IDLE_MS. */
static void
idle(const struct entry *entry, struct proc_usage *first,
    struct proc_usage *last)
{
	const char *argv[RACE_ARGV_MAX];
	pid_t pid, sleep;

	line_up(argv, entry, "sleep", "1000");
	pid = start(argv, STDERR_FILENO);
	sleep_until(now_ns() + REST_MS * (int64_t)MS_NS);
	sleep = find_sleep();
	if (sleep == 0)
		errx(1, "%s: its sleep is not there", entry->name);
	proc_usage(&sleep, 1, first);
	sleep_until(now_ns() + IDLE_MS * (int64_t)MS_NS);
	proc_usage(&sleep, 1, last);
	end(pid);
}

/* ---- the report */

static void
race_all(struct racer *racers)
{
	for (size_t i = 0; i < NENTRIES; i++) {
		racers[i].name = entries[i].name;
		racers[i].dir = "/";
		line_up(racers[i].argv, &entries[i], "true", NULL);
	}
	race_run(racers, NENTRIES, ROUNDS);
}

/* A race of another kind: its figures are those of the signals. */
static void
signal_all(struct racer *racers)
{
	for (size_t i = 0; i < NENTRIES; i++)
		racers[i].name = entries[i].name;
	for (int round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < NENTRIES; i++)
			racers[i].ms[round] = signal_once(&entries[i]);
}

int
main(int argc, char *argv[])
{
	static struct racer whole[NENTRIES], signals[NENTRIES];
	if (argc == 2 && strcmp(argv[1], handler_word) == 0)
		return be_handler();
	if (realpath("build/static/supervise", ours) == NULL ||
	    realpath("/proc/self/exe", myself) == NULL)
		err(1, "build/static/supervise");
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
		err(1, "prctl");
	race_all(whole);
	signal_all(signals);
	printf("| | `true`, ms | of tini | signal, ms | of dumb-init "
	       "| private, kB | switches in 5 s |\n"
	       "|---|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < NENTRIES; i++) {
		struct proc_usage first = { 0 }, last = { 0 };

		if (i != BARE)
			idle(&entries[i], &first, &last);
		printf("| %s | %.2f | %.2f | %.3f | %.2f | %jd | %jd |\n",
		    entries[i].name, race_value(&whole[i]),
		    race_ratio(&whole[i], &whole[TINI]),
		    race_value(&signals[i]),
		    race_ratio(&signals[i], &signals[DUMB_INIT]),
		    (intmax_t)last.private_kb,
		    (intmax_t)(last.switches - first.switches));
	}
	return 0;
}
