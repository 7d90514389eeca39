/* SPDX-License-Identifier: ISC */
/*
 * A worker for the tests: it does what its arguments say, in their order, and
 * then waits to be ended.
 *
 *	log=FILE	append `start NAME PID RUN` to FILE, with one write,
 *			when the `on` and `ignore` right behind it are in force;
 *			FILE takes the lines of `say` from now on
 *	say=WORD	append `WORD NAME PID RUN`
 *	dump=FILE	write to FILE what this process was given
 *	print=TEXT	write TEXT and a newline to standard output
 *	wait=PATH	wait until PATH exists or, if it is a FIFO, until it
 *			was opened for writing and closed
 *	sleep=MS	wait so long
 *	ready=FD	write a newline to FD and close it
 *	become		be the user whose file this is, where that is setuid
 *	ignore=SIG	ignore a signal
 *	join=PID	join the process group of PID, or the parent's
 *(`parent`)
 *	on=SIG:DO:...	at a signal do `say=WORD`, `sleep=MS`, `exit=N` or `die`
 *			(end by that very signal), in order; else go on
 *	fork ... end	a child in the same process group does what is between
 *	daemon ... end	so does one in a session of its own, its parent gone
 *	run=N[-M] ... end
 *			do what is between only in these runs
 *	exec ...	become the program named by the rest
 *	exit=N		end with this status
 *	signal=SIG	send itself this signal
 *
 * NAME and RUN are what supervise put into the environment, `-` without it.
 */

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define POLL_MS      5
#define LINE_MAX_LEN 512

static const char *log_path;
static bool start_due; /* log_path has not got its `start` yet */
/* What to do at each signal: the text after `on=SIG:`, or NULL. */
static const char *on_signal[NSIG];

static _Noreturn void
fail(const char *what)
{
	perror(what);
	exit(99);
}

static void
sleep_ms(long ms)
{
	struct timespec left = { ms / 1000, (ms % 1000) * 1000000 };

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

static const char *
env_or(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value == NULL ? otherwise : value;
}

static void
say(const char *word, size_t word_len)
{
	char line[LINE_MAX_LEN];
	int fd, len;

	if (log_path == NULL)
		return;
	len = snprintf(line, sizeof(line), "%.*s %s %ld %s\n", (int)word_len,
	    word, env_or("SUPERVISE_NAME", "-"), (long)getpid(),
	    env_or("SUPERVISE_RUN", "-"));
	fd = open(log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0 || write(fd, line, (size_t)len) != len)
		_exit(98);
	close(fd);
}

static int
signal_number(const char *name, size_t len)
{
	for (int sig = 1; sig < NSIG; sig++) {
		const char *abbrev = sigabbrev_np(sig);

		if (abbrev != NULL && strlen(abbrev) == len &&
		    strncmp(abbrev, name, len) == 0)
			return sig;
	}
	if (len > 6 && strncmp(name, "RTMIN+", 6) == 0)
		return SIGRTMIN + atoi(name + 6);
	fprintf(stderr, "worker: no such signal: %s\n", name);
	exit(99);
}

static void
set_handler(int sig, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler,
		.sa_flags = SA_RESTART };

	if (sigaction(sig, &action, NULL) < 0)
		fail("sigaction");
}

static void
die_by(int sig)
{
	sigset_t set;

	if (sig != SIGKILL && sig != SIGSTOP)
		set_handler(sig, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(sig);
}

static void
handle(int sig)
{
	int saved_errno = errno;
	const char *word, *end;

	for (word = on_signal[sig]; word != NULL && *word != '\0';
	     word = *end == ':' ? end + 1 : end) {
		end = strchrnul(word, ':');
		if (strncmp(word, "say=", 4) == 0)
			say(word + 4, (size_t)(end - word) - 4);
		else if (strncmp(word, "sleep=", 6) == 0)
			sleep_ms(atol(word + 6));
		else if (strncmp(word, "exit=", 5) == 0)
			_exit(atoi(word + 5));
		else if (strncmp(word, "die", 3) == 0)
			die_by(sig);
		else
			_exit(97);
	}
	errno = saved_errno;
}

static void
do_on(const char *arg)
{
	size_t len = strcspn(arg, ":");
	int sig = signal_number(arg, len);

	on_signal[sig] = arg[len] == ':' ? arg + len + 1 : "";
	set_handler(sig, handle);
}

static void
do_wait(const char *path)
{
	struct stat st;
	char byte;
	int fd;

	while (stat(path, &st) < 0)
		sleep_ms(POLL_MS);
	if (!S_ISFIFO(st.st_mode))
		return;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail(path);
	while (read(fd, &byte, 1) > 0)
		;
	close(fd);
}

static void
do_join(const char *whose)
{
	pid_t group = 0;

	if (strcmp(whose, "parent") == 0)
		group = getpgid(getppid());
	else if (strcmp(whose, "self") != 0)
		group = getpgid(atoi(whose));
	if (setpgid(0, group) < 0)
		fail("setpgid");
}

static void
do_become(void)
{
	uid_t uid = geteuid();

	if (setresuid(uid, uid, uid) < 0)
		fail("setresuid");
}

static void
do_ready(int fd)
{
	if (write(fd, "\n", 1) != 1)
		fail("ready");
	close(fd);
}

static void
dump_fds(FILE *out)
{
	char path[64], target[4096];
	ssize_t len;

	for (int fd = 0; fd < 1024; fd++) {
		if (fd == fileno(out))
			continue;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		len = readlink(path, target, sizeof(target) - 1);
		if (len >= 0)
			fprintf(out, "fd %d %.*s\n", fd, (int)len, target);
	}
}

static void
dump_signals(FILE *out)
{
	struct sigaction action;
	sigset_t mask;

	sigprocmask(SIG_SETMASK, NULL, &mask);
	for (int sig = 1; sig < NSIG; sig++) {
		const char *name = sigabbrev_np(sig);

		if (sigaction(sig, NULL, &action) < 0)
			continue;
		if (name == NULL)
			name = "RT";
		if (sigismember(&mask, sig) == 1)
			fprintf(out, "blocked %s\n", name);
		if (action.sa_handler == SIG_IGN)
			fprintf(out, "ignored %s\n", name);
	}
}

static void
dump_limit(FILE *out, const char *name, __rlimit_resource_t resource)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) < 0)
		fail("getrlimit");
	fprintf(out, "limit %s %jd %jd\n", name, (intmax_t)limit.rlim_cur,
	    (intmax_t)limit.rlim_max);
}

/* Complete when it appears: written beside and then renamed. */
static void
do_dump(const char *path)
{
	char beside[4096], cwd[4096];
	FILE *out;

	snprintf(beside, sizeof(beside), "%s.%ld", path, (long)getpid());
	out = fopen(beside, "we");
	if (out == NULL)
		fail(beside);
	for (char **env = environ; *env != NULL; env++)
		fprintf(out, "env %s\n", *env);
	fprintf(out, "pid %ld\nppid %ld\npgid %ld\nsid %ld\n", (long)getpid(),
	    (long)getppid(), (long)getpgrp(), (long)getsid(0));
	fprintf(out, "cwd %s\n", getcwd(cwd, sizeof(cwd)) == NULL ? "?" : cwd);
	dump_fds(out);
	dump_signals(out);
	dump_limit(out, "nofile", RLIMIT_NOFILE);
	dump_limit(out, "core", RLIMIT_CORE);
	if (fclose(out) != 0 || rename(beside, path) < 0)
		fail(path);
}

static bool
is_run_block(const char *word)
{
	return strncmp(word, "run=", strlen("run=")) == 0;
}

static bool
begins_block(const char *word)
{
	return strcmp(word, "fork") == 0 || strcmp(word, "daemon") == 0 ||
	    is_run_block(word);
}

/* Is this one of the runs that `run=N` or `run=N-M` names? */
static bool
is_its_run(const char *word)
{
	long run = atol(env_or("SUPERVISE_RUN", "0"));
	const char *first = word + strlen("run=");
	const char *last = strchr(first, '-');

	last = last == NULL ? first : last + 1;
	return run >= atol(first) && run <= atol(last);
}

/* Skips to the `end` that belongs to the word before argv. */
static char **
skip_block(char **argv)
{
	for (int depth = 1; *argv != NULL; argv++) {
		if (begins_block(*argv))
			depth++;
		else if (strcmp(*argv, "end") == 0 && --depth == 0)
			return argv + 1;
	}
	return argv;
}

/* Returns true in the new process, which shall do what the block says. */
static bool
do_fork(bool daemon)
{
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	if (pid > 0) {
		if (daemon)
			while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
				;
		return false;
	}
	if (daemon) {
		setsid();
		if (fork() != 0)
			_exit(0);
	}
	return true;
}

static bool
sets_handler(const char *word)
{
	return strncmp(word, "on=", strlen("on=")) == 0 ||
	    strncmp(word, "ignore=", strlen("ignore=")) == 0;
}

static void
say_start(void)
{
	if (start_due)
		say("start", strlen("start"));
	start_due = false;
}

static void
do_word(const char *word)
{
	size_t name_len = strcspn(word, "=");
	const char *arg = word[name_len] == '=' ? word + name_len + 1 : "";

#define IS(name) (name_len == strlen(name) && !strncmp(word, name, name_len))
	if (IS("log")) {
		log_path = arg;
		start_due = true;
	} else if (IS("say"))
		say(arg, strlen(arg));
	else if (IS("dump"))
		do_dump(arg);
	else if (IS("print")) {
		puts(arg);
		fflush(stdout);
	} else if (IS("wait"))
		do_wait(arg);
	else if (IS("sleep"))
		sleep_ms(atol(arg));
	else if (IS("ready"))
		do_ready(atoi(arg));
	else if (IS("become"))
		do_become();
	else if (IS("ignore"))
		set_handler(signal_number(arg, strlen(arg)), SIG_IGN);
	else if (IS("join"))
		do_join(arg);
	else if (IS("on"))
		do_on(arg);
	else if (IS("exit"))
		exit(atoi(arg));
	else if (IS("signal"))
		die_by(signal_number(arg, strlen(arg)));
	else {
		fprintf(stderr, "worker: no such word: %s\n", word);
		exit(99);
	}
#undef IS
}

int
main(int argc, char *argv[])
{
	int depth = 0; /* of the blocks that this process is in */

	(void)argc;
	for (argv++; *argv != NULL;) {
		const char *word = *argv++;

		if (!sets_handler(word))
			say_start();
		if (strcmp(word, "exec") == 0) {
			execvp(argv[0], argv);
			fail(argv[0]);
		} else if (strcmp(word, "end") == 0) {
			if (depth-- == 0)
				break;
		} else if (!begins_block(word)) {
			do_word(word);
		} else if (is_run_block(word)) {
			if (is_its_run(word))
				depth++;
			else
				argv = skip_block(argv);
		} else if (do_fork(strcmp(word, "daemon") == 0)) {
			depth = 0;
		} else {
			argv = skip_block(argv);
		}
	}
	say_start();
	for (;;)
		pause();
}
