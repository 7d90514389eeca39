/* SPDX-License-Identifier: ISC */
#ifndef OTP_GEN_H
#define OTP_GEN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/policy.h"

/*
 * Random scenarios that have one outcome only. What would make a race of
 * them is not drawn:
 *
 *	- one stimulus a step, or several deaths below one supervisor that
 *	  are seen in their order;
 *	- where deaths are seen together no start fails, since it is tried
 *	  again after the deaths that its supervisor has in its mailbox;
 *	- windows are far longer than a scenario, cleaning up takes either
 *	  much less or much more time than is given for it;
 *	- where a death leads to more restarts than its own it goes along one
 *	  link at most: of two peers OTP leaves open who dies first;
 *	- where one worker ends by itself after a time, none takes time to
 *	  stop;
 *	- a supervisor that may be killed has nothing below it that would not
 *	  die at once.
 *
 * Of what OTP 25 does wrong, as its later releases show, a child of a
 * simple_one_for_one that is ignored at a restart is left out.
 */

#define GEN_ID_SIZE  8
#define GEN_KIDS_MAX 128

enum gen_kind {
	GEN_WORKER,
	GEN_SUP,
	GEN_DSUP,
};

/* Whom steps may speak of. */
struct gen_kid {
	enum gen_kind kind;
	char id[GEN_ID_SIZE];
	int parent; /* index, or -1 */
	enum auto_shutdown auto_shutdown;
	bool group;  /* a supervisor that restarts more than who has died */
	bool linked; /* a worker that has a link, or had one */
	const char *restart;  /* of a dsup: its template */
	const char *shutdown; /* the same; "" for the default */
};

struct gen {
	FILE *out;
	uint64_t random;
	struct gen_kid kids[GEN_KIDS_MAX];
	unsigned nkids;
	unsigned nids;
	/* What this scenario may have. */
	bool pools;  /* dsups */
	bool brutal; /* supervisors that are killed */
	bool calm;   /* one ends by itself, nothing takes time */
	bool mortal; /* that one is still to come */
	bool links;
	bool crowds; /* several deaths at once; no start fails */
	bool plain;  /* all die at once, and there are no supervisors */
};

/* Prints the scenario of that seed. */
void gen_scenario(uint64_t seed, FILE *out);

/* gen_tree.c */
void gen_sup(struct gen *g, int parent, unsigned depth);
void gen_sup_words(struct gen *g, int self);
void gen_dsup_words(struct gen *g, int self);
void gen_worker_words(struct gen *g, int self);
void gen_restart_words(struct gen *g, int parent);
int gen_kid(struct gen *g, enum gen_kind kind, int parent, char letter);

/* gen.c: chance */
unsigned gen_below(struct gen *g, unsigned n);
bool gen_chance(struct gen *g, unsigned percent);
const char *gen_pick(struct gen *g, const char *const list[], unsigned n);

#define GEN_PICK(g, ...)                                   \
	gen_pick(g, (const char *const[]){ __VA_ARGS__ },  \
	    sizeof((const char *const[]){ __VA_ARGS__ }) / \
		sizeof(const char *))

#endif
