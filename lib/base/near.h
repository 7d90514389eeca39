/* SPDX-License-Identifier: ISC */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include <stddef.h>

/*
 * "Did you mean": finds the known word that is nearest to a mistyped one,
 * by the number of letters added, left out, changed or swapped.
 */
struct near {
	const char *word;  /* borrowed */
	const char *best;  /* the nearest so far, borrowed, or NULL */
	unsigned distance; /* less than this is nearer */
};

/* Longer words are never near anything. */
#define NEAR_WORD_MAX 64

/* Starts a search for what is near `word`. */
struct near near_start(const char *word);

/* Looks at one candidate; of equally near ones the first is kept. */
void near_try(struct near *near, const char *candidate);

/* The nearest of `nwords` words, or NULL if none is near enough. */
const char *
near_find(const char *word, const char *const *words, size_t nwords);

/*
 * The distance of two words of at most NEAR_WORD_MAX bytes: the fewest
 * insertions, deletions, changes and swaps of neighbours from one to the
 * other. Letters that differ in case only count as a change.
 */
unsigned near_distance(const char *a, const char *b);

#endif
