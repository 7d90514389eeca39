/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "conf/listen.h"
#include "conf/report.h"

/* What `listen` has to do with other lines, of its worker and of others. */

/* The lowest descriptor that is handed over. */
#define FIRST_FD 3

/* Room for what two lines of one address have in common, but for the path. */
#define KEY_SIZE 64

/* Whether a connection to what is checked is taken by this socket. */
static bool
is_reached(const struct listen_spec *listen, const struct check_spec *check)
{
	static const uint8_t every[16];
	size_t len = listen->ipv6 ? 16 : 4;

	if (listen->kind != LISTEN_TCP || listen->port != check->port)
		return false;
	if (listen->any)
		return true;
	return listen->ipv6 == check->ipv6 &&
	    (memcmp(listen->address, every, len) == 0 ||
		memcmp(listen->address, check->address, len) == 0);
}

static void
check_port(struct loader *ld, const struct body *b, const struct spot *at,
    const char *directive, const struct check_spec *check)
{
	struct shown shown;

	for (size_t i = 0; at != NULL && i < b->nlistens; i++)
		if (is_reached(&b->listens[i].spec, check)) {
			report_warning(ld, at,
			    "%s port %s says nothing of this worker: its socket "
			    "of listen is open before it runs; expected %s, or "
			    "another port",
			    directive, show(check->text, &shown),
			    strcmp(directive, "ready") == 0 ?
				"ready notify, fd or check" :
				"watchdog or alive check");
			return;
		}
}

static const char *
key_of(struct loader *ld, const struct listen_spec *listen)
{
	char key[KEY_SIZE], *path;
	size_t len;

	if (listen->kind == LISTEN_UNIX) {
		len = strlen(listen->text) + 1;
		path = ARENA_ARRAY(&ld->conf->arena, char, len + 1);
		*path = '/';
		memcpy(path + 1, listen->text, len);
		return path;
	}
	len = (size_t)snprintf(key, sizeof(key), "%d:%d%d", listen->kind,
	    listen->any, listen->ipv6);
	for (size_t i = 0; i < (listen->ipv6 ? 16 : 4); i++)
		len += (size_t)snprintf(key + len, sizeof(key) - len, "%02x",
		    listen->address[i]);
	len += (size_t)snprintf(key + len, sizeof(key) - len, ":%" PRIu16,
	    listen->port);
	return arena_text(&ld->conf->arena, key, len);
}

/*
 * Two workers that are always there cannot have one address, unless they share
 * it. Instances of one array have one place: listen_check_instances() sees to
 * them.
 */
static void
check_others(struct loader *ld, const struct body *b,
    const struct listen_line *line)
{
	struct addresses *seen = &ld->addresses;
	struct address *first;
	struct shown shown;
	uint32_t found;

	if (b->policy.restart != RESTART_PERMANENT)
		return;
	seen->list = arena_grow(&ld->conf->arena, seen->list, seen->n,
	    &seen->room, sizeof(*seen->list));
	seen->list[seen->n] = (struct address){ b->at, line->spec.shared };
	if (nameset_add(&seen->names, &ld->conf->arena, key_of(ld, &line->spec),
		(uint32_t)seen->n, &found)) {
		seen->n++;
		return;
	}
	first = &seen->list[found];
	if ((first->shared && line->spec.shared) ||
	    (first->worker.file == b->at.file &&
		first->worker.line == b->at.line &&
		first->worker.column == b->at.column))
		return;
	report_error(ld, &line->at,
	    "the worker at %s:%" PRIu32 " listens to %s as well, expected "
	    "another address, or `shared` behind both",
	    first->worker.file->path, first->worker.line,
	    show(line->spec.text, &shown));
}

void
listen_check(struct loader *ld, const struct body *b)
{
	const struct spot *ready = body_spot(b, "ready");
	const struct worker_policy *worker = &b->policy.worker;

	if (worker->ready == READY_PORT)
		check_port(ld, b, ready, "ready", &b->ready_check);
	if (worker->alive.kind == ALIVE_PORT)
		check_port(ld, b, body_spot(b, "alive"), "alive",
		    &b->alive_check);
	for (size_t i = 0; i < b->nlistens; i++)
		check_others(ld, b, &b->listens[i]);
	if (ready != NULL && b->policy.worker.ready == READY_FD &&
	    b->nlistens > 0 && b->ready_fd < FIRST_FD + (int)b->nlistens)
		report_error(ld, ready,
		    "ready fd %d is the descriptor of a socket of listen, "
		    "expected %zu or more",
		    b->ready_fd, FIRST_FD + b->nlistens);
}

void
listen_check_instances(struct loader *ld, const struct spot *at,
    const struct spec *first, const struct spec *second)
{
	const struct listens *a = &first->worker.listens;
	const struct listens *b = &second->worker.listens;
	struct shown shown;

	if (first->policy.kind != KIND_WORKER)
		return;
	for (size_t i = 0; i < a->n && i < b->n; i++) {
		const struct listen_spec *x = &a->list[i], *y = &b->list[i];

		if (!listen_is_same(x, y) || (x->shared && y->shared))
			continue;
		report_error(ld, at,
		    "all instances listen to %s, expected `shared` behind it, "
		    "or ${instance} in it",
		    show(x->text, &shown));
		return;
	}
}
