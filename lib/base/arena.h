/* SPDX-License-Identifier: ISC */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * An arena: memory that is taken piece by piece and freed all at once. What
 * a configuration amounts to lives in one; code that builds in an arena has
 * no clean-up of its own.
 *
 * Running out of memory is a jump to the one place that can deal with it:
 * since nothing but the arena holds memory, nothing leaks on the way.
 */

struct arena_chunk;

struct arena {
	struct arena_chunk *newest; /* owned */
	struct arena_chunk *spare;  /* released, for the next need; owned */
	size_t total;               /* bytes in all chunks */
	size_t total_max;           /* counts as no memory beyond */
	jmp_buf *no_memory;         /* borrowed; NULL: return NULL instead */
};

/* A point to go back to. */
struct arena_mark {
	struct arena_chunk *chunk;
	size_t used;
};

/*
 * Makes an empty arena that holds no memory yet. Beyond `total_max` bytes
 * (0: no limit), or when malloc(3) fails, allocation jumps to `no_memory`
 * with the value 1, or gives NULL if that is NULL.
 */
void arena_init(struct arena *a, size_t total_max, jmp_buf *no_memory);

/* Frees everything; the arena is zeroed. Harmless when done twice. */
void arena_fini(struct arena *a);

/* `size` zeroed bytes aligned to `align`, a power of two up to 16. */
void *arena_alloc(struct arena *a, size_t size, size_t align);

/* `count` zeroed elements of `size` bytes, aligned to `align`. */
void *arena_array(struct arena *a, size_t count, size_t size, size_t align);

/*
 * Room for one more than `n` items of `size` bytes in a list that was made so,
 * or NULL with a *room of 0, which counts items: the list, or a larger copy.
 */
void *
arena_grow(struct arena *a, void *list, size_t n, size_t *room, size_t size);

/* A copy of `len` bytes of `text` with a NUL behind. */
char *arena_text(struct arena *a, const char *text, size_t len);

/* Whether `piece` was allocated in the arena, and not given back. */
bool arena_has(const struct arena *a, const void *piece);

/* One zeroed object, and `n` of them, of a type. */
#define ARENA_NEW(a, type) \
	((type *)arena_alloc(a, sizeof(type), _Alignof(type)))
#define ARENA_ARRAY(a, type, n) \
	((type *)arena_array(a, n, sizeof(type), _Alignof(type)))

/*
 * Gives back what was allocated since the mark was taken; the largest chunk
 * of it is kept for what comes next. Marks nest.
 */
struct arena_mark arena_mark(const struct arena *a);
void arena_release(struct arena *a, struct arena_mark mark);

#endif
