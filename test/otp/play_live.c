/* SPDX-License-Identifier: ISC */
#include <sys/prctl.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "live.h"
#include "os/proc.h"
#include "verdict.h"

/*
 * usage: play-live [-cq] [-j LANES] [-t TRACES] [-u MAX] [-x SCALE] [FILE...]
 *
 * Plays the scenarios of the files, or of standard input, with the program
 * `supervise` beside this one and real processes, LANES (2) at a time, and
 * prints their traces in order; all times in them are SCALE (1) times as
 * long. Else as play-core: -t compares, -q says less, -c is canonical.
 *
 * Each scenario has a process of its own to play it, and a folder, in one
 * folder of all below TMPDIR (/tmp). When this ends, also by a signal, no
 * process and no file of them is left. What a player says on standard error
 * makes its scenario a failure.
 */

/* Scenarios that have been played and wait for one before them. */
#define AHEAD_MAX 256

struct job {
	TAILQ_ENTRY(job) next;
	char *name;      /* owned */
	const char *why; /* it cannot be played, or NULL */
	pid_t pid;       /* 0: it is over */
	int out;         /* the trace; owned */
	bool failed;
};

struct play {
	struct verdict verdict;
	struct live_place place;
	char dir[PATH_MAX / 2 - 32]; /* of all scenarios */
	bool canonical;
	unsigned nlanes, nrunning;
	unsigned long njobs;
	unsigned nwaiting; /* in the list */
	TAILQ_HEAD(jobs, job) jobs;
	sigset_t signals; /* that are taken by await() */
	sigset_t before;  /* the mask at the start */
};

static struct play play = { .nlanes = 2, .place.scale = 1 };

static int
remove_one(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
	(void)stat;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void
remove_folder(const char *dir)
{
	(void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* What there is to end and to remove when this program ends. */
static void
clean_up(void)
{
	struct job *job;

	TAILQ_FOREACH(job, &play.jobs, next)
		if (job->pid > 0)
			(void)kill(job->pid, SIGKILL);
	(void)live_clear();
	remove_folder(play.dir);
}

static _Noreturn void
give_up(int signo)
{
	clean_up();
	sigprocmask(SIG_SETMASK, &play.before, NULL);
	signal(signo, SIG_DFL);
	raise(signo);
	_exit(2);
}

static void
reap(void)
{
	struct job *job;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		TAILQ_FOREACH(job, &play.jobs, next)
			if (job->pid == pid) {
				job->pid = 0;
				job->failed = status != 0;
				play.nrunning--;
			}
}

/* The trace that a job has left. Owned by the caller. */
static char *
read_trace(const struct job *job)
{
	struct stat stat;
	char *text;
	ssize_t n;

	if (fstat(job->out, &stat) == -1 ||
	    (text = malloc((size_t)stat.st_size + 1)) == NULL)
		abort();
	n = pread(job->out, text, (size_t)stat.st_size, 0);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void
say(struct job *job)
{
	char *trace;

	if (job->why != NULL) {
		verdict_unplayed(&play.verdict, job->name, job->why);
	} else {
		trace = read_trace(job);
		verdict_played(&play.verdict, job->name, trace, job->failed);
		free(trace);
		close(job->out);
	}
	fflush(stdout);
}

/* Says what can be said in order. */
static void
say_all(void)
{
	struct job *job;

	while ((job = TAILQ_FIRST(&play.jobs)) != NULL && job->pid == 0) {
		say(job);
		TAILQ_REMOVE(&play.jobs, job, next);
		play.nwaiting--;
		free(job->name);
		free(job);
	}
}

/* Waits until another player has ended. */
static void
await(void)
{
	int signo = sigwaitinfo(&play.signals, NULL);

	if (signo != SIGCHLD && signo != -1)
		give_up(signo);
	reap();
	say_all();
}

/* The process that plays one scenario. */
static _Noreturn void
be_player(const struct scenario *s, int out, pid_t parent)
{
	struct trace trace;

	if (prctl(PR_SET_PDEATHSIG, SIGTERM) == -1 || getppid() != parent ||
	    proc_adopt_orphans() < 0)
		_exit(1);
	sigprocmask(SIG_SETMASK, &play.before, NULL);
	snprintf(play.place.dir, sizeof(play.place.dir), "%s/%lu", play.dir,
	    play.njobs);
	if (mkdir(play.place.dir, 0700) == -1)
		_exit(1);
	trace_init(&trace, play.canonical || play.verdict.traces != NULL);
	live_play(s, &trace, &play.place, out);
	trace_fini(&trace);
	remove_folder(play.place.dir);
	_exit(0);
}

static void
start(const struct scenario *s, struct job *job)
{
	pid_t parent = getpid();

	job->out = open(play.dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (job->out == -1)
		abort();
	fflush(stdout);
	job->pid = fork();
	if (job->pid == 0)
		be_player(s, job->out, parent);
	if (job->pid == -1)
		abort();
	play.nrunning++;
}

static void
play_scenario(const struct scenario *s)
{
	struct job *job = calloc(1, sizeof(*job));

	if (job == NULL || (job->name = strdup(s->name)) == NULL)
		abort();
	job->why = live_refuses(s);
	while (play.nrunning == play.nlanes || play.nwaiting == AHEAD_MAX)
		await();
	TAILQ_INSERT_TAIL(&play.jobs, job, next);
	play.nwaiting++;
	play.njobs++;
	if (job->why == NULL)
		start(s, job);
	say_all();
}

static void
play_file(const char *file)
{
	static struct scenario scenario;
	struct scenario_text text;

	scenario_open(&text, file);
	while (scenario_next(&text, &scenario))
		play_scenario(&scenario);
	scenario_close(&text);
}

/* The programs are beside this one. */
static void
find_programs(struct live_place *place)
{
	char self[PATH_MAX - 16];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n < 0)
		abort();
	self[n] = '\0';
	slash = strrchr(self, '/');
	snprintf(place->supervise, sizeof(place->supervise), "%.*s/supervise",
	    (int)(slash - self), self);
	snprintf(place->worker, sizeof(place->worker), "%.*s/play-worker",
	    (int)(slash - self), self);
}

static void
open_play(void)
{
	const char *tmp = getenv("TMPDIR");

	TAILQ_INIT(&play.jobs);
	find_programs(&play.place);
	snprintf(play.dir, sizeof(play.dir), "%s/play-live.XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(play.dir) == NULL) {
		fprintf(stderr, "%s: %s\n", play.dir, strerror(errno));
		exit(2);
	}
	/* What a player that is killed leaves is ours. */
	(void)proc_adopt_orphans();
	atexit(clean_up);
	sigemptyset(&play.signals);
	sigaddset(&play.signals, SIGCHLD);
	sigaddset(&play.signals, SIGHUP);
	sigaddset(&play.signals, SIGINT);
	sigaddset(&play.signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &play.signals, &play.before);
	verdict_open(&play.verdict);
}

int
main(int argc, char *argv[])
{
	for (int c; (c = getopt(argc, argv, "cqj:t:u:x:")) != -1;) {
		if (c == 'c')
			play.canonical = true;
		else if (c == 'q')
			play.verdict.quiet = true;
		else if (c == 'j')
			play.nlanes = (unsigned)atoi(optarg);
		else if (c == 't')
			play.verdict.traces = optarg;
		else if (c == 'u')
			play.verdict.unplayed_max = atol(optarg);
		else if (c == 'x')
			play.place.scale = (unsigned)atoi(optarg);
		else
			return 2;
	}
	if (play.nlanes == 0 || play.place.scale == 0)
		return 2;
	open_play();
	if (optind == argc)
		play_file(NULL);
	for (int i = optind; i < argc; i++)
		play_file(argv[i]);
	while (!TAILQ_EMPTY(&play.jobs))
		await();
	return verdict_close(&play.verdict);
}
