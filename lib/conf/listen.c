/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "base/near.h"
#include "base/notify.h"
#include "conf/listen.h"
#include "conf/ready.h"
#include "conf/report.h"
#include "conf/value.h"

#define TEXT(name, text) [name] = text,
const char *const listen_kind_text[] = { LISTEN_KINDS(TEXT) };
#undef TEXT

/* Bytes of a path in a struct sockaddr_un, its NUL included. */
#define PATH_SIZE 108

#define MODE_MAX    0777
#define BACKLOG_MAX 1000000

/* The lowest descriptor that is handed over. */
#define FIRST_FD 3

static bool
parse_port(struct listen_spec *listen, const struct token *word)
{
	const char *colon = strrchr(word->text, ':');
	size_t len = colon != NULL ? (size_t)(colon - word->text) : 0;
	int64_t port;

	if (!value_integer(colon != NULL ? colon + 1 : word->text, 1,
		UINT16_MAX, &port) ||
	    colon == word->text)
		return false;
	listen->port = (uint16_t)port;
	listen->any = len == 0 || (len == 1 && word->text[0] == '*');
	return listen->any ||
	    ready_address(word->text, len, &listen->ipv6, listen->address);
}

static bool
parse_mode(const char *text, int *mode)
{
	int value = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '7')
			return false;
		value = value * 8 + (*text - '0');
		if (value > MODE_MAX)
			return false;
	}
	*mode = value;
	return true;
}

static bool
parse_backlog(const char *text, int *backlog)
{
	int64_t number;

	if (!value_integer(text, 1, BACKLOG_MAX, &number))
		return false;
	*backlog = (int)number;
	return true;
}

static bool
parse_text(const char *text, const char **to)
{
	*to = text;
	return *text != '\0';
}

/* Takes an option with a value; false: it is none, or the value is wrong. */
static bool
parse_option(struct listen_spec *listen, const char *option, const char *value)
{
	bool file = listen->kind == LISTEN_UNIX;

	if (strcmp(option, "name") == 0)
		return notify_name_valid(listen->name = value);
	if (listen->kind != LISTEN_UDP && strcmp(option, "backlog") == 0)
		return parse_backlog(value, &listen->backlog);
	if (file && strcmp(option, "mode") == 0)
		return parse_mode(value, &listen->mode);
	if (file && strcmp(option, "user") == 0)
		return parse_text(value, &listen->user);
	if (file && strcmp(option, "group") == 0)
		return parse_text(value, &listen->group);
	return false;
}

static bool
parse_options(struct loader *ld, const struct statement *st,
    struct listen_spec *listen)
{
	for (size_t i = 2; i < st->nargs; i++) {
		const char *word = st->args[i].text;

		if (strcmp(word, "shared") == 0) {
			listen->shared = true;
			continue;
		}
		if (i + 1 == st->nargs)
			return value_fail(ld, st, &st->args[i]);
		if (!parse_option(listen, word, st->args[i + 1].text))
			return value_fail(ld, st, &st->args[i]);
		i++;
	}
	return true;
}

bool
listen_is_same(const struct listen_spec *a, const struct listen_spec *b)
{
	return a->kind == b->kind && a->port == b->port && a->any == b->any &&
	    (a->kind == LISTEN_UNIX ? strcmp(a->text, b->text) == 0 :
				      a->ipv6 == b->ipv6 &&
			memcmp(a->address, b->address, sizeof(a->address)) ==
			    0);
}

static void
add(struct loader *ld, struct body *b, const struct statement *st,
    const struct listen_spec *listen)
{
	struct shown shown;

	for (size_t i = 0; i < b->nlistens; i++)
		if (listen_is_same(&b->listens[i], listen)) {
			report_error(ld, &st->args[1].at,
			    "this worker listens to %s twice, expected it "
			    "only once",
			    show(listen->text, &shown));
			return;
		}
	if (b->nlistens == LISTENS_MAX)
		report_error(ld, &st->at,
		    "too many sockets, expected at most %d lines of listen",
		    LISTENS_MAX);
	else
		body_add_listen(ld, b, listen);
}

bool
listen_parse(struct loader *ld, struct body *b, const struct statement *st)
{
	struct listen_spec listen = { .mode = LISTEN_MODE_UNSAID };
	const struct token *word = st->args;
	size_t n = LISTEN_UNIX + 1, kind = 0;

	if (!value_has_words(ld, st))
		return false;
	while (kind < n && strcmp(listen_kind_text[kind], word->text) != 0)
		kind++;
	if (kind == n)
		return value_fail_choice(ld, st, word,
		    near_find(word->text, listen_kind_text, n));
	if (st->nargs < 2)
		return value_fail(ld, st, word);
	word = &st->args[1];
	listen.kind = (enum listen_kind)kind;
	listen.text = word->text;
	if (kind == LISTEN_UNIX ? word->len == 0 || word->len >= PATH_SIZE :
				  !parse_port(&listen, word))
		return value_fail(ld, st, word);
	if (!parse_options(ld, st, &listen))
		return false;
	add(ld, b, st, &listen);
	return true;
}

void
listen_check(struct loader *ld, const struct body *b)
{
	const struct spot *ready = body_spot(b, "ready");

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

struct listens
listens_keep(struct loader *ld, const struct body *b)
{
	struct listen_spec *kept;

	if (b->nlistens == 0)
		return (struct listens){ 0 };
	kept = ARENA_ARRAY(&ld->conf->arena, struct listen_spec, b->nlistens);
	for (size_t i = 0; i < b->nlistens; i++) {
		kept[i] = b->listens[i];
		kept[i].text = body_keep_text(ld, kept[i].text);
		kept[i].name = body_keep_text(ld, kept[i].name);
		kept[i].user = body_keep_text(ld, kept[i].user);
		kept[i].group = body_keep_text(ld, kept[i].group);
	}
	return (struct listens){ kept, b->nlistens };
}

static void
print_option(const struct printer *p, const char *option, const char *value)
{
	if (value == NULL)
		return;
	print_text(p, option);
	print_word(p, value);
}

static void
print_one(const struct printer *p, const struct listen_spec *listen)
{
	char mode[16];

	print_text(p, listen_kind_text[listen->kind]);
	print_option(p, " ", listen->text);
	if (listen->mode != LISTEN_MODE_UNSAID) {
		snprintf(mode, sizeof(mode), "%04o", (unsigned)listen->mode);
		print_option(p, " mode ", mode);
	}
	print_option(p, " user ", listen->user);
	print_option(p, " group ", listen->group);
	if (listen->backlog != LISTEN_BACKLOG_UNSAID) {
		print_text(p, " backlog ");
		print_number(p, listen->backlog);
	}
	print_option(p, " name ", listen->name);
	if (listen->shared)
		print_text(p, " shared");
}

void
listen_print(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	for (size_t i = 0; i < spec->worker.listens.n; i++) {
		if (i > 0) {
			print_text(p, "\n");
			print_directive(p, d);
		}
		print_one(p, &spec->worker.listens.list[i]);
	}
}
