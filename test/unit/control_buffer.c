/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "check.h"
#include "control/buffer.h"

/* Bytes that tell where in a stream they are. */
static char
byte_at(size_t position)
{
	return (char)(position % 251);
}

static void
test_order(void)
{
	struct buffer buffer = { 0 };
	size_t in = 0, out = 0;
	unsigned state = 7;

	for (int i = 0; i < 20000; i++) {
		char bytes[300];
		size_t n;

		state = state * 1103515245 + 12345;
		n = (state >> 16) % sizeof(bytes);
		for (size_t k = 0; k < n; k++)
			bytes[k] = byte_at(in + k);
		CHECK(buffer_add(&buffer, bytes, n));
		in += n;
		n = (state >> 8) % (2 * sizeof(bytes));
		if (n > buffer_len(&buffer))
			n = buffer_len(&buffer);
		for (size_t k = 0; k < n; k++)
			CHECK(buffer_bytes(&buffer)[k] == byte_at(out + k));
		buffer_take(&buffer, n);
		out += n;
		CHECK(buffer_len(&buffer) == in - out);
		CHECK(in > out || buffer.bytes == NULL);
	}
	buffer_clear(&buffer);
	CHECK(buffer.bytes == NULL && buffer_len(&buffer) == 0);
	OK("bytes come out in the order in which they went in");
}

/* What is added and taken in step does not make it grow for ever. */
static void
test_stays_small(void)
{
	struct buffer buffer = { 0 };
	char bytes[1000] = "";

	CHECK(buffer_add(&buffer, bytes, sizeof(bytes)));
	for (int i = 0; i < 10000; i++) {
		CHECK(buffer_add(&buffer, bytes, sizeof(bytes)));
		buffer_take(&buffer, sizeof(bytes));
	}
	CHECK(buffer.room <= 8 * sizeof(bytes));
	buffer_take(&buffer, sizeof(bytes));
	CHECK(buffer.bytes == NULL);
	OK("it holds memory for what is in it, and none when empty");
}

static void
test_reserve(void)
{
	struct buffer buffer = { 0 };
	char *to = buffer_reserve(&buffer, 100);

	CHECK(to != NULL);
	memcpy(to, "abc", 3);
	buffer_added(&buffer, 3);
	CHECK(buffer_len(&buffer) == 3);
	CHECK(memcmp(buffer_bytes(&buffer), "abc", 3) == 0);
	CHECK(buffer_add(&buffer, "", 0) && buffer_len(&buffer) == 3);
	buffer_take(&buffer, 3);
	CHECK(buffer_reserve(&buffer, 10) != NULL);
	buffer_added(&buffer, 0);
	CHECK(buffer.bytes == NULL);
	CHECK(buffer_add(&buffer, "", 0) && buffer.bytes == NULL);
	OK("what is written in place counts as added");
}

int
main(void)
{
	test_order();
	test_stays_small();
	test_reserve();
	return 0;
}
