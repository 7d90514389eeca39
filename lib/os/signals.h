/* SPDX-License-Identifier: ISC */
#ifndef OS_SIGNALS_H
#define OS_SIGNALS_H

#include <sys/signalfd.h>

#include <signal.h>
#include <stdbool.h>

/*
 * Signals are data here: all of them are blocked from the first line of main
 * and read from a descriptor or waited for; no handler is ever installed.
 * What the program was started with is kept, because it is what children get
 * (semantics U14).
 */

/* The mask and the ignored signals that the program was started with. */
struct signals {
	sigset_t mask;
	sigset_t ignored;
};

/*
 * To be called first in main: stores in *signals what the program was started
 * with, blocks every signal, makes SIGCHLD default, so that children leave a
 * status, and ignores SIGPIPE, so that a write says EPIPE. 0 or -errno.
 */
int signals_block(struct signals *signals);

/*
 * Undoes signals_block(), for a process about to execute another program or
 * to end by a signal. Makes system calls only. 0 or -errno.
 */
int signals_restore(const struct signals *signals);

/* Was `signo` ignored when the program started, as SIGHUP is by nohup(1)? */
bool signals_ignored(const struct signals *signals, int signo);

/*
 * Fills *set with everything that another process can send and a program
 * could catch, real-time signals included, but for SIGCHLD and SIGPIPE, which
 * are about the program's own doings.
 */
void signals_forwardable(sigset_t *set);

/*
 * A non-blocking descriptor, FD_FIRST or above, that the signals of `set` are
 * read from; the caller owns it. -errno on failure.
 */
int signals_open(const sigset_t *set);

/* Takes one signal from the descriptor: 1 and *signal, 0 if none, -errno. */
int signals_read(int fd, struct signalfd_siginfo *signal);

/*
 * Ends or stops the calling process by `signo` as if it had never been
 * caught or blocked, so that whoever waits for it sees that signal. Returns
 * only if the signal's action is not to end or if it was continued.
 */
void signals_raise(int signo);

#endif
