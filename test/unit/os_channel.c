/* SPDX-License-Identifier: ISC */
#include <errno.h>

#include "check.h"
#include "os/channel.h"
#include "os/fd.h"
#include "os_left.h"

static void
messages_keep_order(void)
{
	struct channel_message message;
	int ends[2];

	CHECK(channel_open(ends) == 0);
	CHECK(ends[0] >= FD_FIRST && ends[1] >= FD_FIRST);
	CHECK(channel_receive(ends[1], &message) == -EAGAIN);
	message = (struct channel_message){ .kind = 1, .value = -7 };
	CHECK(channel_send(ends[0], &message) == 0);
	message = (struct channel_message){ .kind = 2, .pid = 4242 };
	CHECK(channel_send(ends[0], &message) == 0);

	CHECK(channel_receive(ends[1], &message) == 1);
	CHECK(message.kind == 1 && message.value == -7 && message.pid == 0);
	CHECK(channel_receive(ends[1], &message) == 1);
	CHECK(message.kind == 2 && message.value == 0 && message.pid == 4242);
	CHECK(channel_receive(ends[1], &message) == -EAGAIN);
	fd_close(&ends[0]);
	fd_close(&ends[1]);
	OK("messages come whole and in order, both ways without waiting");
}

static void
full_does_not_wait(void)
{
	struct channel_message message = { .kind = 1 };
	int ends[2], error, received = 0, sent = 0;

	CHECK(channel_open(ends) == 0);
	while ((error = channel_send(ends[0], &message)) == 0)
		sent++;
	CHECK(error == -EAGAIN && sent > 0);
	while ((error = channel_receive(ends[1], &message)) == 1)
		received++;
	CHECK(error == -EAGAIN && received == sent);
	fd_close(&ends[0]);
	fd_close(&ends[1]);
	OK("a full channel says so");
}

static void
end_is_seen(void)
{
	struct channel_message message = { .kind = 3 };
	int ends[2];

	CHECK(channel_open(ends) == 0);
	CHECK(channel_send(ends[0], &message) == 0);
	fd_close(&ends[0]);
	CHECK(channel_send(ends[1], &message) == -EPIPE);
	CHECK(channel_receive(ends[1], &message) == 1 && message.kind == 3);
	CHECK(channel_receive(ends[1], &message) == 0);
	CHECK(channel_receive(ends[1], &message) == 0);
	fd_close(&ends[1]);

	/* The one that ends had not read all. */
	CHECK(channel_open(ends) == 0);
	CHECK(channel_send(ends[0], &message) == 0);
	CHECK(channel_send(ends[1], &message) == 0);
	fd_close(&ends[0]);
	CHECK(channel_receive(ends[1], &message) == 1 && message.kind == 3);
	CHECK(channel_receive(ends[1], &message) == 0);
	fd_close(&ends[1]);
	OK("U8: the end of one side is seen, after all that it had sent");
}

int
main(void)
{
	left_start();
	messages_keep_order();
	full_does_not_wait();
	end_is_seen();
	left_check();
	return 0;
}
