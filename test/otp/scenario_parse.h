/* SPDX-License-Identifier: ISC */
#ifndef OTP_SCENARIO_PARSE_H
#define OTP_SCENARIO_PARSE_H

#include "scenario.h"

/* What the files of the parser tell each other. */

#define PARSE_WORDS_MAX 64
#define PARSE_LINE_SIZE 1024

/* The words of one line, or of one part of a `together`. */
struct words {
	char *word[PARSE_WORDS_MAX];
	unsigned n;
};

struct parse {
	struct scenario_text *text;
	struct scenario *s;
	char parents[SCENARIO_NODES_MAX][SCENARIO_ID_SIZE];
};

__attribute__((format(printf, 3, 4), noreturn)) void
parse_wrong(const struct parse *p, unsigned line, const char *format, ...);

/* The index of `word` in a list of `n`, or -1. */
int parse_word(const char *word, const char *const list[], int n);

/* Copies an id that is well formed. */
void parse_id(const struct parse *p, const char *word,
    char id[static SCENARIO_ID_SIZE]);

int64_t parse_number(const struct parse *p, const char *word);
struct ending parse_ending(const struct parse *p, const char *word);

/* scenario_node.c: what stands behind `worker`, `sup`, `dsup` */
void parse_node(const struct parse *p, struct node *node,
    const struct words *words, char parent[static SCENARIO_ID_SIZE]);

/* scenario_step.c */
void parse_step(struct parse *p, const struct words *words, const char *text);
void parse_resolve(struct parse *p);

#endif
