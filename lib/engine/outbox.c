/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <string.h>

#include "engine/outbox.h"
#include "os/channel.h"

bool
outbox_is_stop(int signo)
{
	return signo == SIGTERM || signo == SIGINT || signo == SIGQUIT;
}

static int
send_now(const struct outbox *o, enum message_kind kind, int value, pid_t pid)
{
	struct channel_message message = {
		.kind = (int32_t)kind,
		.value = value,
		.pid = pid,
	};

	return channel_send(o->channel, &message);
}

void
outbox_tell(struct outbox *o, enum message_kind kind, int value, pid_t pid)
{
	uint64_t bit = UINT64_C(1) << (value - 1);

	if (o->channel == -1 || send_now(o, kind, value, pid) == 0)
		return;
	/* But that of a second stop is to kill: it counts as another one. */
	if (kind == MESSAGE_SIGNAL && outbox_is_stop(value) &&
	    (o->unsent[kind] & bit) != 0)
		bit = UINT64_C(1)
		    << ((value == SIGTERM ? SIGINT : SIGTERM) - 1);
	o->unsent[kind] |= bit;
}

bool
outbox_is_behind(const struct outbox *o)
{
	for (int kind = 0; kind < MESSAGE_NKINDS; kind++)
		if (o->unsent[kind] != 0)
			return true;
	return false;
}

void
outbox_flush(struct outbox *o, pid_t witness, pid_t logger)
{
	for (int kind = 0; kind < MESSAGE_NKINDS; kind++)
		while (o->unsent[kind] != 0) {
			int value = ffsll((long long)o->unsent[kind]);
			/* Whom a signal is from is forgotten by then. */
			pid_t pid = kind == MESSAGE_WITNESS ? witness :
			    kind == MESSAGE_LOGGER          ? logger :
							      -1;

			if (send_now(o, (enum message_kind)kind, value, pid) <
			    0)
				return;
			o->unsent[kind] &= o->unsent[kind] - 1;
		}
}
