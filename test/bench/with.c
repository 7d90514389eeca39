/* SPDX-License-Identifier: ISC */
/*
 * Measures what `supervise with -- true` over three children that are ready at
 * once takes beyond starting them, running `true` and ending them by hand.
 * Prints Markdown.
 */
#include <sys/wait.h>

#include <err.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
	ROUNDS = 40,
	CHILDREN = 3,
	MS_PER_S = 1000,
	NS_PER_MS = 1000000
};

static const char conf_text[] = "worker a { exec sleep 1000 }\n"
				"worker b { exec sleep 1000 }\n"
				"worker c { exec sleep 1000 }\n";

static double
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * MS_PER_S + (double)now.tv_nsec / NS_PER_MS;
}

static pid_t
start(char *const argv[])
{
	pid_t pid;
	int error = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);

	if (error != 0)
		errx(1, "%s does not start", argv[0]);
	return pid;
}

static void
await(pid_t pid, int expected)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || status != expected)
		errx(1, "a command did not end as expected");
}

static double
bare(void)
{
	char *const child[] = { (char *)"sleep", (char *)"1000", NULL };
	char *const command[] = { (char *)"true", NULL };
	double begun_ms = now_ms();
	pid_t pids[CHILDREN];

	for (int i = 0; i < CHILDREN; i++)
		pids[i] = start(child);
	await(start(command), 0);
	for (int i = CHILDREN - 1; i >= 0; i--) {
		(void)kill(pids[i], SIGTERM);
		await(pids[i], SIGTERM);
	}
	return now_ms() - begun_ms;
}

static double
with(const char *conf)
{
	char *const argv[] = { (char *)"build/supervise", (char *)"-f",
		(char *)(uintptr_t)conf, (char *)"with", (char *)"-q",
		(char *)"--", (char *)"true", NULL };
	double begun_ms = now_ms();

	await(start(argv), 0);
	return now_ms() - begun_ms;
}

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double
median(double ms[static ROUNDS])
{
	qsort(ms, ROUNDS, sizeof(*ms), compare);
	return ms[ROUNDS / 2];
}

int
main(void)
{
	double bare_ms[ROUNDS], with_ms[ROUNDS], b, w;
	char conf[] = "/tmp/bench_with.XXXXXX";
	int fd = mkstemp(conf);

	if (fd == -1 || write(fd, conf_text, sizeof(conf_text) - 1) == -1)
		err(1, "%s", conf);
	(void)close(fd);
	for (int i = 0; i < ROUNDS; i++) {
		bare_ms[i] = bare();
		with_ms[i] = with(conf);
	}
	(void)unlink(conf);
	b = median(bare_ms);
	w = median(with_ms);
	printf("| three children, `true`, all ended | ms |\n|---|---|\n"
	       "| by hand | %.1f |\n| `supervise with -q -- true` | %.1f |\n"
	       "| more | %.1f |\n",
	    b, w, w - b);
	return 0;
}
