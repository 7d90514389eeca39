/* SPDX-License-Identifier: ISC */
/*
 * Measures how fast lines of 100 bytes get from children into a file: through
 * `log prefix`, and through cat, s6-log, svlogd and supervisord where they are
 * installed, in turns. What is measured ends when all is in the file, and
 * includes the start of everything. Prints Markdown.
 */
#include <sys/stat.h>
#include <sys/wait.h>

#include <err.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	LINE_LEN = 100,
	LINES = 2000000, /* of all children together: s6-log keeps 256 MB */
	ROUNDS = 3,
	BLOCK_LINES = 40, /* in one write, of those that write blocks */
	TEXT_SIZE = 4096,
	POLL_NS = 2000000,
	ROUND_S = 120,
};

static const char *program;
static char folder[] = "/tmp/bench_log.XXXXXX";

/* What carries the lines. */
enum carrier {
	CAT,
	SUPERVISE,
	S6_LOG,
	SVLOGD,
	SUPERVISORD,
	NCARRIERS
};

static const struct {
	const char *name;
	const char *command; /* looked for in PATH; NULL: is there */
} carriers[NCARRIERS] = {
	[CAT] = { "cat", NULL },
	[SUPERVISE] = { "supervise, log prefix", NULL },
	[S6_LOG] = { "s6-log", "s6-log" },
	[SVLOGD] = { "svlogd", "svlogd" },
	[SUPERVISORD] = { "supervisord", "supervisord" },
};

/* One measurement. */
struct round {
	enum carrier carrier;
	int nchildren;
	int nlines;  /* of each child */
	int nwrites; /* lines in a write */
	double seconds;
};

static double
now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* The child: writes its lines. */
static int
generate(int nlines, int nwrites)
{
	static char block[LINE_LEN * BLOCK_LINES];
	size_t len, done;
	ssize_t n;

	memset(block, 'x', sizeof(block));
	for (int i = 0; i < BLOCK_LINES; i++)
		block[i * LINE_LEN + LINE_LEN - 1] = '\n';
	for (; nlines > 0; nlines -= nwrites) {
		len = (size_t)LINE_LEN *
		    (size_t)(nlines < nwrites ? nlines : nwrites);
		for (done = 0; done < len; done += (size_t)n)
			if ((n = write(STDOUT_FILENO, block + done,
				 len - done)) <= 0)
				return 1;
	}
	return 0;
}

static bool
is_there(const char *command)
{
	char text[TEXT_SIZE];

	if (command == NULL)
		return true;
	snprintf(text, sizeof(text), "command -v %s >/dev/null 2>&1", command);
	return system(text) == 0;
}

/* The lines in `path`, of which none is shorter than that of a child. */
static long long
size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (long long)st.st_size : 0;
}

/* The script of the round, which makes what ends in `out`. */
static void
script(const struct round *r, char *text, size_t size)
{
	char children[TEXT_SIZE / 2];

	snprintf(children, sizeof(children),
	    "{ i=0; while [ $i -lt %d ]; do '%s' generate %d %d & "
	    "i=$((i + 1)); done; wait; }",
	    r->nchildren, program, r->nlines, r->nwrites);
	switch (r->carrier) {
	case CAT:
		snprintf(text, size, "%s | cat >out", children);
		break;
	case S6_LOG:
		snprintf(text, size,
		    "%s | s6-log -b n0 s268435455 ./log && mv log/current out",
		    children);
		break;
	case SVLOGD:
		snprintf(text, size,
		    "mkdir log; echo s0 >log/config; "
		    "%s | svlogd ./log && mv log/current out",
		    children);
		break;
	case SUPERVISE:
		snprintf(text, size,
		    "exec \"${SUPERVISE:-build/supervise}\" -q -f '%s/conf' "
		    "-S '%s/sock' run >'%s/out'",
		    folder, folder, folder);
		break;
	case SUPERVISORD:
		snprintf(text, size, "exec supervisord -n -c conf >/dev/null");
		break;
	case NCARRIERS:
		break;
	}
}

static void
write_conf(const struct round *r)
{
	FILE *f = fopen("conf", "w");

	if (f == NULL)
		err(1, "conf");
	if (r->carrier == SUPERVISE)
		fprintf(f,
		    "auto_shutdown all_significant\n"
		    "worker a[%d] { restart temporary; significant\n"
		    "exec '%s' generate %d %d }\n",
		    r->nchildren, program, r->nlines, r->nwrites);
	else
		fprintf(f,
		    "[supervisord]\nlogfile=/dev/null\nlogfile_maxbytes=0\n"
		    "pidfile=%s/pid\nnodaemon=true\n"
		    "[program:a]\ncommand=%s generate %d %d\n"
		    "numprocs=%d\nprocess_name=%%(process_num)d\n"
		    "autorestart=false\nstartsecs=0\n"
		    "stdout_logfile=%s/out\nstdout_logfile_maxbytes=0\n",
		    folder, program, r->nlines, r->nwrites, r->nchildren,
		    folder);
	(void)fclose(f);
}

/* Waits for the end, or until the file holds everything. */
static void
finish(const struct round *r, pid_t pid)
{
	const struct timespec rest = { .tv_nsec = POLL_NS };
	double deadline = now() + ROUND_S;
	int status;

	while (now() < deadline) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return;
		if (r->carrier == SUPERVISORD &&
		    size_of("out") >=
			(long long)r->nchildren * r->nlines * LINE_LEN)
			break;
		(void)nanosleep(&rest, NULL);
	}
	(void)kill(pid, SIGTERM);
	(void)waitpid(pid, &status, 0);
}

static void
measure(struct round *r)
{
	char text[TEXT_SIZE];
	char *const argv[] = { (char *)"sh", (char *)"-c", text, NULL };
	double start;
	pid_t pid;

	if (system("rm -rf out log") != 0)
		err(1, "rm");
	write_conf(r);
	script(r, text, sizeof(text));
	start = now();
	pid = fork();
	if (pid == 0) {
		if (r->carrier == SUPERVISE && chdir(getenv("PWD")) == -1)
			_exit(1);
		execv("/bin/sh", argv);
		_exit(127);
	}
	finish(r, pid);
	r->seconds = now() - start;
	if (size_of("out") < (long long)r->nchildren * r->nlines * LINE_LEN)
		errx(1, "%s: lines are missing", carriers[r->carrier].name);
}

static void
table(int nchildren, int nwrites)
{
	double best[NCARRIERS] = { 0 }, megabytes;
	struct round r = {
		.nchildren = nchildren,
		.nlines = LINES / nchildren,
		.nwrites = nwrites,
	};

	printf(
	    "\n%d %s, %d %s in a write:\n\n| | MB/s | of cat |\n|---|---|---|\n",
	    nchildren, nchildren == 1 ? "child" : "children", nwrites,
	    nwrites == 1 ? "line" : "lines");
	for (int i = 0; i < ROUNDS; i++)
		for (int c = 0; c < NCARRIERS; c++) {
			if (!is_there(carriers[c].command))
				continue;
			r.carrier = (enum carrier)c;
			measure(&r);
			megabytes = (double)r.nchildren * r.nlines * LINE_LEN /
			    1e6 / r.seconds;
			if (megabytes > best[c])
				best[c] = megabytes;
		}
	for (int c = 0; c < NCARRIERS; c++)
		if (best[c] > 0)
			printf("| %s | %.0f | %.2f |\n", carriers[c].name,
			    best[c], best[c] / best[CAT]);
	(void)fflush(stdout);
}

int
main(int argc, char **argv)
{
	char text[TEXT_SIZE];

	if (argc == 4 && strcmp(argv[1], "generate") == 0)
		return generate(atoi(argv[2]), atoi(argv[3]));
	program = realpath("/proc/self/exe", NULL);
	if (program == NULL || mkdtemp(folder) == NULL ||
	    getcwd(text, sizeof(text)) == NULL ||
	    setenv("PWD", text, 1) == -1 || chdir(folder) == -1)
		err(1, "cannot begin");
	printf("## Lines of %d bytes into a file, the best of %d\n", LINE_LEN,
	    ROUNDS);
	table(1, 1);
	table(1, BLOCK_LINES);
	table(100, 1);
	table(100, BLOCK_LINES);
	snprintf(text, sizeof(text), "rm -rf '%s'", folder);
	return system(text) == 0 ? 0 : 1;
}
