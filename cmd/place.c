/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "cmd/load.h"
#include "cmd/options.h"
#include "cmd/place.h"
#include "control/session.h"
#include "control/socket.h"
#include "os/clock.h"
#include "os/fd.h"

/* How long somebody who is there has to say who it is. */
#define NAME_NS NS_PER_S

struct control_wish
place_wish(const struct globals *globals)
{
	return (struct control_wish){
		.socket = globals->socket,
		.label = globals->label,
		.file = load_name(globals),
		.named = globals->file != NULL,
	};
}

/* The process that a person knows as the supervisor at `place`. */
static pid_t
ask_pid(const struct control_place *place, pid_t listener)
{
	static const char *const words[] = { "status", "root" };
	int64_t deadline_ns = clock_now_ns() + NAME_NS;
	const struct record_field *pid = NULL;
	struct control_session session;
	struct record_parsed record;
	char why[CONTROL_WHY_SIZE];

	if (control_session_open(&session, place, deadline_ns, why) < 0)
		return listener;
	if (control_session_ask(&session, 2, words, deadline_ns) == 0 &&
	    control_session_next(&session, &record, deadline_ns) ==
		CONTROL_GOT_RECORD)
		pid = record_parsed_get(&record, "pid");
	if (pid != NULL && pid->number > 0)
		listener = (pid_t)pid->number;
	control_session_close(&session);
	return listener;
}

/* Whether somebody listens at the place already; says so. */
static bool
is_taken(const struct control_place *place)
{
	struct control_peer peer = { .pid = 0 };
	int fd = control_connect(place->path, &peer);
	const char *label = place->label;

	if (fd < 0 && fd != -EAGAIN)
		return false;
	if (fd >= 0)
		fd_close(&fd);
	complain("already running: pid %jd, at %s; reach it with: "
		 "supervise %s %s status",
	    (intmax_t)ask_pid(place, peer.pid), place->path,
	    *label != '\0' ? "-L" : "-S", *label != '\0' ? label : place->path);
	return true;
}

int
place_take(const struct globals *globals, struct place *place, struct run *run)
{
	bool said = globals->label != NULL || globals->socket != NULL;
	const struct control_wish wish = place_wish(globals);
	int error = control_place_serve(&wish, &place->place, place->why);

	if (error < 0 && (said || error == -EINVAL)) {
		complain("%s", place->why);
		return error == -EINVAL ? STATUS_USAGE : STATUS_FAILED;
	}
	if (error < 0) {
		run->placeless = place->why;
		return STATUS_OK;
	}
	if (is_taken(&place->place))
		return STATUS_FAILED;
	run->place = &place->place;
	return STATUS_OK;
}
