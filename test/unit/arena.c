/* SPDX-License-Identifier: ISC */
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "check.h"

static void
test_alloc(void)
{
	struct arena a;
	unsigned char *piece;

	arena_init(&a, 0, NULL);
	for (size_t i = 0; i < 3000; i++) {
		size_t align = (size_t)1 << (i % 5);

		piece = arena_alloc(&a, i, align);
		CHECK(piece != NULL);
		CHECK((uintptr_t)piece % align == 0);
		for (size_t j = 0; j < i; j++)
			CHECK(piece[j] == 0);
		memset(piece, 0xa5, i);
	}
	piece = arena_alloc(&a, (size_t)5 << 20, 16);
	CHECK(piece != NULL);
	memset(piece, 0xa5, (size_t)5 << 20);
	arena_fini(&a);
	CHECK(a.newest == NULL && a.total == 0);
	arena_fini(&a);
	OK("pieces are aligned, zeroed and apart");
}

static void
test_types(void)
{
	struct arena a;
	int64_t *numbers;
	char *text;

	arena_init(&a, 0, NULL);
	text = arena_text(&a, "hello", 3);
	CHECK(strcmp(text, "hel") == 0);
	CHECK(strcmp(arena_text(&a, "", 0), "") == 0);
	numbers = ARENA_ARRAY(&a, int64_t, 5);
	CHECK((uintptr_t)numbers % _Alignof(int64_t) == 0);
	numbers[4] = 1;
	CHECK(ARENA_NEW(&a, int64_t) != NULL);
	CHECK(ARENA_ARRAY(&a, int64_t, SIZE_MAX / 4) == NULL);
	CHECK(ARENA_ARRAY(&a, int64_t, 0) != NULL);
	arena_fini(&a);
	OK("texts and arrays, and arrays that cannot be");
}

static void
test_marks(void)
{
	struct arena a;
	struct arena_mark empty, inner;
	char *kept, *again;
	size_t total;

	arena_init(&a, 0, NULL);
	empty = arena_mark(&a);
	kept = arena_text(&a, "kept", 4);
	inner = arena_mark(&a);
	again = arena_alloc(&a, 100, 1);
	for (int i = 0; i < 100; i++)
		CHECK(arena_alloc(&a, 5000, 8) != NULL);
	total = a.total;
	arena_release(&a, inner);
	CHECK(a.total < total);
	CHECK(arena_alloc(&a, 100, 1) == again);
	CHECK(strcmp(kept, "kept") == 0);
	arena_release(&a, inner);
	arena_release(&a, empty);
	total = a.total;
	CHECK(a.newest == NULL);
	CHECK(arena_alloc(&a, 100, 1) != NULL);
	CHECK(a.total == total);
	arena_fini(&a);
	CHECK(a.total == 0);
	OK("a mark gives back what came after it");
}

static void
test_has(void)
{
	struct arena a, b;
	struct arena_mark mark;
	char *first, *later;

	arena_init(&a, 0, NULL);
	arena_init(&b, 0, NULL);
	CHECK(!arena_has(&a, &a));
	first = arena_alloc(&a, 10, 1);
	mark = arena_mark(&a);
	later = arena_alloc(&a, 100000, 1);
	CHECK(arena_has(&a, first) && arena_has(&a, first + 9));
	CHECK(arena_has(&a, later + 99999) && !arena_has(&b, later));
	CHECK(!arena_has(&a, first + 10));
	arena_release(&a, mark);
	CHECK(arena_has(&a, first) && !arena_has(&a, NULL));
	arena_fini(&a);
	arena_fini(&b);
	OK("it knows what was allocated in it");
}

static void
test_no_memory(void)
{
	struct arena a;
	jmp_buf no_memory;
	static volatile int jumps;

	arena_init(&a, 10000, NULL);
	CHECK(arena_alloc(&a, 20000, 8) == NULL);
	CHECK(arena_alloc(&a, 100, 8) != NULL);
	CHECK(arena_alloc(&a, SIZE_MAX, 1) == NULL);
	CHECK(arena_text(&a, "", (size_t)20000) == NULL);
	arena_fini(&a);

	arena_init(&a, 10000, &no_memory);
	if (setjmp(no_memory) == 0)
		for (;;)
			(void)arena_alloc(&a, 1000, 8);
	else
		jumps++;
	CHECK(jumps == 1);
	CHECK(a.total <= 10000);
	arena_fini(&a);
	OK("without memory it jumps, or gives NULL");
}

static void
test_grow(void)
{
	struct arena a;
	uint32_t *list = NULL;
	size_t room = 0, copies = 0;

	arena_init(&a, 0, NULL);
	for (uint32_t n = 0; n < 1000; n++) {
		uint32_t *old = list;

		list = arena_grow(&a, list, n, &room, sizeof(*list));
		copies += list != old ? 1 : 0;
		list[n] = n;
	}
	for (uint32_t n = 0; n < 1000; n++)
		CHECK(list[n] == n);
	CHECK(room >= 1000 && copies < 10);
	arena_fini(&a);
	OK("a list grows, is copied seldom, and keeps what is in it");
}

int
main(void)
{
	test_grow();
	test_alloc();
	test_types();
	test_marks();
	test_has();
	test_no_memory();
	return 0;
}
