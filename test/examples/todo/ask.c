/* SPDX-License-Identifier: ISC */
/*
 * Asks a server and prints its answer, without its newline:
 *
 *	ask SOCKET REQUEST
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>

#include "todo.h"

int
main(int argc, char **argv)
{
	char answer[TODO_LINE_MAX];

	if (argc != 3)
		errx(2, "usage: ask SOCKET REQUEST");
	(void)signal(SIGPIPE, SIG_IGN);
	if (!todo_ask(argv[1], argv[2], answer))
		errx(1, "%s: no answer", argv[1]);
	return puts(answer) == EOF;
}
