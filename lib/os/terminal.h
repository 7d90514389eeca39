/* SPDX-License-Identifier: ISC */
#ifndef OS_TERMINAL_H
#define OS_TERMINAL_H

#include <sys/types.h>

#include <stdbool.h>
#include <termios.h>

/*
 * The controlling terminal: who is in its foreground, how wide it is, and
 * its modes, which a crashed program may leave in disorder.
 */

/* Does `fd` lead to the controlling terminal of this process? */
bool terminal_controls(int fd);

/* Has this process a controlling terminal, which has not hung up? */
bool terminal_is_there(void);

/* Columns of the terminal at `fd`, or 0 if it is none or does not know. */
int terminal_width(int fd);

/* The foreground process group of the terminal, or -errno. */
pid_t terminal_foreground(int fd);

/*
 * Makes `pgid` the foreground group, from the background too: SIGTTOU must be
 * blocked. 0 or -errno.
 */
int terminal_set_foreground(int fd, pid_t pgid);

/* Stores the modes of the terminal in *modes. 0 or -errno. */
int terminal_save(int fd, struct termios *modes);

/*
 * Sets the modes, at once: a terminal that was stopped with ^S would make
 * one wait. SIGTTOU must be blocked. 0 or -errno.
 */
int terminal_restore(int fd, const struct termios *modes);

#endif
