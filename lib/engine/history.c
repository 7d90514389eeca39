/* SPDX-License-Identifier: ISC */
#include "engine/history.h"

const char *const history_cause_text[] = {
#define TEXT(name, text) [name] = text,
	HISTORY_CAUSES(TEXT)
#undef TEXT
};

const char *const history_outcome_text[] = {
#define TEXT(name, text) [name] = text,
	HISTORY_OUTCOMES(TEXT)
#undef TEXT
};

const char *const history_behind_text[] = {
#define TEXT(name, text) [name] = text,
	HISTORY_BEHINDS(TEXT)
#undef TEXT
};

const char *const tally_end_text[] = {
#define TEXT(name, text) [name] = text,
	TALLY_ENDS(TEXT)
#undef TEXT
};

void
history_add(struct history *h, const struct history_end *end)
{
	h->ends[h->n++ % HISTORY_ENDS] = *end;
}

struct history_end *
history_last(struct history *h)
{
	return h->n == 0 ? NULL : &h->ends[(h->n - 1) % HISTORY_ENDS];
}

const struct history_end *
history_get(const struct history *h, size_t idx)
{
	if (idx >= h->n || idx >= HISTORY_ENDS)
		return NULL;
	return &h->ends[(h->n - 1 - idx) % HISTORY_ENDS];
}
