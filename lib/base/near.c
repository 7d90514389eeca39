/* SPDX-License-Identifier: ISC */
#include <stdbool.h>
#include <string.h>

#include "base/assert.h"
#include "base/near.h"

static unsigned
smaller(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

unsigned
near_distance(const char *a, const char *b)
{
	/* Three rows of the table: for i - 2, i - 1 and i letters of `a`. */
	unsigned rows[3][NEAR_WORD_MAX + 1];
	size_t alen = strlen(a), blen = strlen(b);

	assert(alen <= NEAR_WORD_MAX && blen <= NEAR_WORD_MAX);
	for (size_t j = 0; j <= blen; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= alen; i++) {
		unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3];
		const unsigned *two_above = rows[(i + 1) % 3];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= blen; j++) {
			row[j] = smaller(above[j], row[j - 1]) + 1;
			row[j] = smaller(row[j],
			    above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] = smaller(row[j], two_above[j - 2] + 1);
		}
	}
	return rows[alen % 3][blen];
}

struct near
near_start(const char *word)
{
	size_t len = strlen(word);
	struct near near = { .word = word };

	/* One mistake in a short word, one in three letters of a long one. */
	if (len > 1 && len <= NEAR_WORD_MAX)
		near.distance = len < 6 ? 2 : (unsigned)(len / 3) + 1;
	return near;
}

/* Whether `a` is `b` but for the case of ASCII letters. */
static bool
same_but_case(const char *a, const char *b)
{
	for (; *a != '\0' && *b != '\0'; a++, b++) {
		char x = *a >= 'A' && *a <= 'Z' ? (char)(*a + 32) : *a;
		char y = *b >= 'A' && *b <= 'Z' ? (char)(*b + 32) : *b;

		if (x != y)
			return false;
	}
	return *a == *b;
}

void
near_try(struct near *near, const char *candidate)
{
	size_t len = strlen(near->word), other_len = strlen(candidate);
	size_t apart = len > other_len ? len - other_len : other_len - len;
	unsigned distance = 0;

	/* Each letter too many or too few is a step at least. */
	if (apart >= near->distance || other_len > NEAR_WORD_MAX)
		return;
	if (!same_but_case(near->word, candidate))
		distance = near_distance(near->word, candidate);
	if (distance < near->distance) {
		near->distance = distance;
		near->best = candidate;
	}
}

const char *
near_find(const char *word, const char *const *words, size_t nwords)
{
	struct near near = near_start(word);

	for (size_t i = 0; i < nwords; i++)
		near_try(&near, words[i]);
	return near.best;
}
