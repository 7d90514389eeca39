/* SPDX-License-Identifier: ISC */
/*
 * Makes a server of a command that reads a request a line and writes an answer
 * a line: one after the other, as a process of Erlang takes its messages, and
 * with one memory. It ends when the command ends.
 *
 *	serve SOCKET COMMAND [ARGUMENT...]
 */
#include <sys/socket.h>
#include <sys/wait.h>

#include <err.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "todo.h"

/* Starts the command; its pid and our end of its input and output. */
static pid_t
start(char **argv, int *fd)
{
	int ends[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == -1)
		err(1, "socketpair");
	pid = fork();
	if (pid == -1)
		err(1, "fork");
	if (pid == 0) {
		(void)signal(SIGPIPE, SIG_DFL);
		if (dup2(ends[1], STDIN_FILENO) != -1 &&
		    dup2(ends[1], STDOUT_FILENO) != -1)
			(void)execvp(argv[0], argv);
		err(127, "%s", argv[0]);
	}
	(void)close(ends[1]);
	*fd = ends[0];
	return pid;
}

/* Ends as the command has ended. */
static _Noreturn void
end_with(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) == -1)
		err(1, "waitpid");
	if (WIFSIGNALED(status)) {
		(void)signal(WTERMSIG(status), SIG_DFL);
		(void)raise(WTERMSIG(status));
	}
	exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

int
main(int argc, char **argv)
{
	char request[TODO_LINE_MAX], answer[TODO_LINE_MAX];
	int listener, command, client;
	pid_t pid;

	if (argc < 3)
		errx(2, "usage: serve SOCKET COMMAND [ARGUMENT...]");
	(void)signal(SIGPIPE, SIG_IGN);
	listener = todo_listen(argv[1]);
	pid = start(argv + 2, &command);
	todo_ready();
	for (;;) {
		client = accept(listener, NULL, NULL);
		if (client == -1)
			err(1, "accept");
		if (todo_read_line(client, request)) {
			if (!todo_write_line(command, request) ||
			    !todo_read_line(command, answer))
				end_with(pid);
			(void)todo_write_line(client, answer);
		}
		(void)close(client);
	}
}
