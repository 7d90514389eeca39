/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/hash.h"
#include "conf/nameset.h"

#define SLOTS_MIN 16

/* The slot that holds `name`, or the free one where it belongs. */
static struct nameset_slot *
find(const struct nameset *set, const char *name)
{
	uint32_t i =
	    hash_bytes(HASH_BASIS, name, strlen(name)) & (set->nslots - 1);

	while (set->slots[i].name != NULL &&
	    strcmp(set->slots[i].name, name) != 0)
		i = (i + 1) & (set->nslots - 1);
	return &set->slots[i];
}

static void
grow(struct nameset *set, struct arena *arena)
{
	struct nameset old = *set;

	set->nslots = old.nslots == 0 ? SLOTS_MIN : old.nslots * 2;
	set->slots = ARENA_ARRAY(arena, struct nameset_slot, set->nslots);
	for (uint32_t i = 0; i < old.nslots; i++)
		if (old.slots[i].name != NULL)
			*find(set, old.slots[i].name) = old.slots[i];
}

bool
nameset_add(struct nameset *set, struct arena *arena, const char *name,
    uint32_t number, uint32_t *found)
{
	struct nameset_slot *slot;

	if (set->nused >= set->nslots - set->nslots / 4)
		grow(set, arena);
	slot = find(set, name);
	if (slot->name != NULL) {
		*found = slot->number;
		return false;
	}
	*slot = (struct nameset_slot){ name, number };
	set->nused++;
	return true;
}
