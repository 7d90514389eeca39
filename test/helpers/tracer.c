/* SPDX-License-Identifier: ISC */
/*
 * usage: tracer PID
 *
 * Holds a process as a debugger does, so that SIGCONT does not let it go on,
 * says `held`, and ends when the process has. Status 77 where that is not
 * permitted.
 */
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int
main(int argc, char *argv[])
{
	pid_t pid = argc == 2 ? (pid_t)atol(argv[1]) : 0;
	int status;

	if (pid <= 0)
		return 2;
	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) == -1)
		return errno == EPERM ? 77 : 1;
	if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) == -1)
		return 1;
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return 1;
	puts("held");
	fflush(stdout);
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status))
		;
	return 0;
}
