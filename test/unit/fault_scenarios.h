/* SPDX-License-Identifier: ISC */
#ifndef UNIT_FAULT_SCENARIOS_H
#define UNIT_FAULT_SCENARIOS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Small trees in which much happens, for fault_engine.c. Their children know
 * the guardian's pid as $GUARDIAN, and the program as $SUPERVISE.
 */

/* The process that the fault is in: see forked(). */
enum role {
	ROLE_GUARDIAN,
	ROLE_WITNESS,
	ROLE_ENGINE,
	ROLE_NEXT_WITNESS,
	ROLE_NEXT_ENGINE,
};

struct scenario {
	const char *name;
	enum role role;
	const char *text;   /* the tree, */
	bool command;       /* run as that of `exec` */
	bool asked;         /* it has a socket, for requests */
	bool guardian_dies; /* by SIGKILL */
	bool engine_dies;   /* likewise */
	int status;         /* when all goes well, */
	const char *says;   /* and what is said then; or NULL */
};

extern const struct scenario scenarios[];
extern const size_t nscenarios;

#endif
