/* SPDX-License-Identifier: ISC */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/assert.h"

/* Items of a list that grows, at first. */
#define LIST_ROOM_MIN 8

/* Chunks double from the first size to the last; pieces may be larger. */
#define CHUNK_SIZE_MIN ((size_t)4 << 10)
#define CHUNK_SIZE_MAX ((size_t)1 << 20)

#define ALIGN_MAX 16

struct arena_chunk {
	struct arena_chunk *older;
	size_t size; /* of bytes[] */
	size_t used;
	_Alignas(ALIGN_MAX) unsigned char bytes[];
};

void
arena_init(struct arena *a, size_t total_max, jmp_buf *no_memory)
{
	*a = (struct arena){
		.total_max = total_max == 0 ? SIZE_MAX : total_max,
		.no_memory = no_memory,
	};
}

static void
free_chunk(struct arena *a, struct arena_chunk *chunk)
{
	if (chunk == NULL)
		return;
	a->total -= sizeof(*chunk) + chunk->size;
	free(chunk);
}

void
arena_fini(struct arena *a)
{
	while (a->newest != NULL) {
		struct arena_chunk *chunk = a->newest;

		a->newest = chunk->older;
		free_chunk(a, chunk);
	}
	free_chunk(a, a->spare);
	*a = (struct arena){ 0 };
}

/* The size for a new chunk that must hold at least `wanted` bytes. */
static size_t
chunk_size(const struct arena *a, size_t wanted)
{
	size_t size = CHUNK_SIZE_MIN;

	if (a->newest != NULL && a->newest->size >= CHUNK_SIZE_MIN / 2)
		size = a->newest->size + sizeof(struct arena_chunk);
	if (a->newest != NULL && size < CHUNK_SIZE_MAX)
		size *= 2;
	if (size > CHUNK_SIZE_MAX)
		size = CHUNK_SIZE_MAX;
	size -= sizeof(struct arena_chunk);
	return size < wanted ? wanted : size;
}

/* A chunk with room for `wanted` bytes: the spare one or a new one. */
static struct arena_chunk *
get_chunk(struct arena *a, size_t wanted)
{
	struct arena_chunk *chunk = a->spare;
	size_t size, whole;

	if (chunk != NULL && chunk->size >= wanted) {
		a->spare = NULL;
		return chunk;
	}
	if (wanted > SIZE_MAX / 2)
		return NULL;
	size = chunk_size(a, wanted);
	whole = sizeof(*chunk) + size;
	if (a->total > a->total_max || whole > a->total_max - a->total)
		return NULL;
	chunk = malloc(whole);
	if (chunk == NULL)
		return NULL;
	chunk->size = size;
	a->total += whole;
	return chunk;
}

/* Puts a chunk with room for `wanted` bytes in front, or fails. */
static struct arena_chunk *
add_chunk(struct arena *a, size_t wanted)
{
	struct arena_chunk *chunk = get_chunk(a, wanted);

	if (chunk == NULL) {
		if (a->no_memory != NULL)
			longjmp(*a->no_memory, 1);
		return NULL;
	}
	chunk->older = a->newest;
	chunk->used = 0;
	a->newest = chunk;
	return chunk;
}

void *
arena_alloc(struct arena *a, size_t size, size_t align)
{
	struct arena_chunk *chunk = a->newest;
	size_t start = 0;

	assert(align > 0 && align <= ALIGN_MAX && (align & (align - 1)) == 0);
	if (chunk != NULL)
		start = (chunk->used + align - 1) & ~(align - 1);
	if (chunk == NULL || start > chunk->size ||
	    chunk->size - start < size) {
		chunk = add_chunk(a, size);
		if (chunk == NULL)
			return NULL;
		start = 0;
	}
	chunk->used = start + size;
	return memset(chunk->bytes + start, 0, size);
}

void *
arena_array(struct arena *a, size_t count, size_t size, size_t align)
{
	if (size != 0 && count > SIZE_MAX / size)
		return arena_alloc(a, SIZE_MAX, align);
	return arena_alloc(a, count * size, align);
}

void *
arena_grow(struct arena *a, void *list, size_t n, size_t *room, size_t size)
{
	size_t wanted = *room == 0 ? LIST_ROOM_MIN : *room * 2;
	void *grown;

	if (n < *room)
		return list;
	grown = arena_array(a, wanted, size, _Alignof(max_align_t));
	if (grown == NULL)
		return NULL;
	if (n > 0)
		memcpy(grown, list, n * size);
	*room = wanted;
	return grown;
}

char *
arena_text(struct arena *a, const char *text, size_t len)
{
	char *copy = arena_alloc(a, len + 1, 1);

	if (copy != NULL)
		memcpy(copy, text, len);
	return copy;
}

bool
arena_has(const struct arena *a, const void *piece)
{
	const struct arena_chunk *chunk = a->newest;

	while (chunk != NULL &&
	    ((uintptr_t)piece < (uintptr_t)chunk->bytes ||
		(uintptr_t)piece >= (uintptr_t)chunk->bytes + chunk->used))
		chunk = chunk->older;
	return chunk != NULL;
}

struct arena_mark
arena_mark(const struct arena *a)
{
	return (struct arena_mark){
		.chunk = a->newest,
		.used = a->newest == NULL ? 0 : a->newest->used,
	};
}

void
arena_release(struct arena *a, struct arena_mark mark)
{
	while (a->newest != mark.chunk) {
		struct arena_chunk *chunk = a->newest;

		a->newest = chunk->older;
		if (a->spare == NULL || a->spare->size < chunk->size) {
			free_chunk(a, a->spare);
			a->spare = chunk;
		} else {
			free_chunk(a, chunk);
		}
	}
	if (mark.chunk != NULL)
		mark.chunk->used = mark.used;
}
