/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/signal_name.h"

static const struct {
	int signo;
	const char *name;
} signals[] = {
	/* The first name of a number is the one that is written. */
	{ SIGHUP, "HUP" },
	{ SIGINT, "INT" },
	{ SIGQUIT, "QUIT" },
	{ SIGILL, "ILL" },
	{ SIGTRAP, "TRAP" },
	{ SIGABRT, "ABRT" },
	{ SIGBUS, "BUS" },
	{ SIGFPE, "FPE" },
	{ SIGKILL, "KILL" },
	{ SIGUSR1, "USR1" },
	{ SIGSEGV, "SEGV" },
	{ SIGUSR2, "USR2" },
	{ SIGPIPE, "PIPE" },
	{ SIGALRM, "ALRM" },
	{ SIGTERM, "TERM" },
#ifdef SIGSTKFLT
	{ SIGSTKFLT, "STKFLT" },
#endif
	{ SIGCHLD, "CHLD" },
	{ SIGCONT, "CONT" },
	{ SIGSTOP, "STOP" },
	{ SIGTSTP, "TSTP" },
	{ SIGTTIN, "TTIN" },
	{ SIGTTOU, "TTOU" },
	{ SIGURG, "URG" },
	{ SIGXCPU, "XCPU" },
	{ SIGXFSZ, "XFSZ" },
	{ SIGVTALRM, "VTALRM" },
	{ SIGPROF, "PROF" },
	{ SIGWINCH, "WINCH" },
	{ SIGIO, "IO" },
	{ SIGPWR, "PWR" },
	{ SIGSYS, "SYS" },
	{ SIGABRT, "IOT" },
	{ SIGCHLD, "CLD" },
	{ SIGIO, "POLL" },
};

#define NSIGNALS (sizeof(signals) / sizeof(signals[0]))

/* The decimal number that is all of `text`, or -1 unless 0 to 999. */
static int
small_number(const char *text)
{
	size_t len = strlen(text);
	int value = 0;

	if (len == 0 || len > 3 || strspn(text, "0123456789") != len)
		return -1;
	for (; *text != '\0'; text++)
		value = value * 10 + (*text - '0');
	return value;
}

/* RTMIN, RTMIN+n, RTMAX and RTMAX-n; -1 for anything else. */
static int
realtime_number(const char *text)
{
	int offset = 0;

	if (strncmp(text, "RTMIN", 5) != 0 && strncmp(text, "RTMAX", 5) != 0)
		return -1;
	if (text[5] != '\0') {
		if (text[5] != (text[4] == 'N' ? '+' : '-'))
			return -1;
		offset = small_number(text + 6);
	}
	if (offset < 0 || offset > SIGRTMAX - SIGRTMIN)
		return -1;
	return text[4] == 'N' ? SIGRTMIN + offset : SIGRTMAX - offset;
}

int
signal_number(const char *text)
{
	int number = small_number(text);

	if (number >= 0)
		return number >= 1 && number <= SIGRTMAX ? number : -1;
	if (strncmp(text, "SIG", 3) == 0)
		text += 3;
	for (size_t i = 0; i < NSIGNALS; i++)
		if (strcmp(signals[i].name, text) == 0)
			return signals[i].signo;
	return realtime_number(text);
}

/* RTMIN+n in the lower half, RTMAX-n in the upper one. */
static void
write_realtime(int signo, char buf[static SIGNAL_NAME_SIZE])
{
	int from_min = signo - SIGRTMIN, to_max = SIGRTMAX - signo;

	if (from_min == 0 || to_max == 0)
		snprintf(buf, SIGNAL_NAME_SIZE, "%s",
		    from_min == 0 ? "RTMIN" : "RTMAX");
	else if (from_min <= to_max)
		snprintf(buf, SIGNAL_NAME_SIZE, "RTMIN+%d", from_min);
	else
		snprintf(buf, SIGNAL_NAME_SIZE, "RTMAX-%d", to_max);
}

const char *
signal_name(int signo, char buf[static SIGNAL_NAME_SIZE])
{
	for (size_t i = 0; i < NSIGNALS; i++) {
		if (signals[i].signo != signo)
			continue;
		snprintf(buf, SIGNAL_NAME_SIZE, "%s", signals[i].name);
		return buf;
	}
	if (signo >= SIGRTMIN && signo <= SIGRTMAX)
		write_realtime(signo, buf);
	else
		snprintf(buf, SIGNAL_NAME_SIZE, "%d", signo);
	return buf;
}

const char *
signal_known(unsigned n)
{
	return n < NSIGNALS ? signals[n].name : NULL;
}
