/* SPDX-License-Identifier: ISC */
#ifndef MUSL_SYS_PIDFD_H
#define MUSL_SYS_PIDFD_H

#include <sys/types.h>

#include <signal.h>

/* As <sys/pidfd.h> of glibc; see missing.c. */
int pidfd_open(pid_t pid, unsigned flags);
int pidfd_send_signal(int pidfd, int signo, siginfo_t *info, unsigned flags);

#endif
