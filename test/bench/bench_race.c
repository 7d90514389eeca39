/* SPDX-License-Identifier: ISC */
#include "bench_race.h"

#include <sys/wait.h>

#include <err.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench_stats.h"
#include "bench_tree.h"

enum {
	RACE_PIPE_SIZE = 1 << 20
};

static const double RACE_MS_NS = 1e6;

/* Between two commands, for the servers to come to rest. */
static const int64_t RACE_PAUSE_NS = 2000000;

static void
check(int error, const char *name)
{
	if (error != 0)
		errc(1, error, "%s", name);
}

/* Where the command runs and where its output goes. */
static void
prepare(posix_spawn_file_actions_t *actions, const struct racer *racer, int out)
{
	check(posix_spawn_file_actions_init(actions), racer->name);
	check(posix_spawn_file_actions_addchdir_np(actions, racer->dir),
	    racer->name);
	check(posix_spawn_file_actions_adddup2(actions, out, STDOUT_FILENO),
	    racer->name);
}

/* Makes a pipe that takes all of a command's output without being read. */
static void
make_pipe(int fds[2])
{
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) == -1 ||
	    fcntl(fds[1], F_SETPIPE_SZ, RACE_PIPE_SIZE) == -1 ||
	    fcntl(fds[1], F_SETFL, 0) == -1)
		err(1, "pipe");
}

/* Drops what was written into it. */
static void
drain(int fd)
{
	static char bytes[RACE_PIPE_SIZE];

	while (read(fd, bytes, sizeof(bytes)) > 0)
		;
}

/* Runs the command once; how long it took, in ms. */
static double
run(const struct racer *racer, const posix_spawn_file_actions_t *actions)
{
	int64_t start_ns;
	int status;
	pid_t pid;

	sleep_until(now_ns() + RACE_PAUSE_NS);
	start_ns = now_ns();
	check(posix_spawnp(&pid, racer->argv[0], actions, NULL,
		  (char *const *)(const void *)racer->argv, environ),
	    racer->name);
	if (waitpid(pid, &status, 0) != pid)
		err(1, "waitpid");
	if (status != 0)
		errx(1, "%s failed: status %#x", racer->name, (unsigned)status);
	return (double)(now_ns() - start_ns) / RACE_MS_NS;
}

void
race_run(struct racer *racers, size_t n, size_t nrounds)
{
	posix_spawn_file_actions_t *actions = calloc(n, sizeof(*actions));
	int fds[2];

	if (actions == NULL)
		err(1, NULL);
	make_pipe(fds);
	for (size_t i = 0; i < n; i++)
		if (racers[i].name != NULL)
			prepare(&actions[i], &racers[i], fds[1]);
	for (size_t round = 0; round < nrounds; round++)
		for (size_t i = 0; i < n; i++)
			if (racers[i].name != NULL &&
			    (racers[i].nrounds == 0 ||
				round < racers[i].nrounds)) {
				racers[i].ms[round] =
				    run(&racers[i], &actions[i]);
				drain(fds[0]);
			}
	for (size_t i = 0; i < n; i++)
		if (racers[i].name != NULL)
			posix_spawn_file_actions_destroy(&actions[i]);
	(void)close(fds[0]);
	(void)close(fds[1]);
	free(actions);
}

/* The median of ms / (base or 1). */
static double
median(const struct racer *racer, const struct racer *base)
{
	struct series s = { 0 };
	double result;

	for (size_t i = 0; i < RACE_ROUNDS_MAX; i++) {
		double divisor = base != NULL ? base->ms[i] : 1;

		if (racer->ms[i] > 0 && divisor > 0)
			series_add(&s, racer->ms[i] / divisor);
	}
	result = series_quantile(&s, 0.5);
	series_fini(&s);
	return result;
}

double
race_value(const struct racer *racer)
{
	return median(racer, NULL);
}

double
race_ratio(const struct racer *racer, const struct racer *base)
{
	return median(racer, base);
}
