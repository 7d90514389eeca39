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

/* Takes [ADDRESS:]PORT; false after an error. */
static bool
parse_port(struct loader *ld, struct listen_spec *listen,
    const struct token *word)
{
	const char *colon = strrchr(word->text, ':');
	const char *digits = colon != NULL ? colon + 1 : word->text;
	size_t len = colon != NULL ? (size_t)(colon - word->text) : 0;
	struct shown shown;
	int64_t port;

	listen->any = colon == NULL || (len == 1 && word->text[0] == '*');
	if (!listen->any &&
	    (len == 0 ||
		!ready_address(word->text, len, &listen->ipv6,
		    listen->address))) {
		report_error(ld, &word->at,
		    "%s has no numeric address before its port, expected one "
		    "such as 127.0.0.1:80, [::1]:80, localhost:80 or *:80; "
		    "other names are not looked up",
		    show(word->text, &shown));
		return false;
	}
	if (!value_integer(digits, 1, UINT16_MAX, &port)) {
		report_error(ld, &word->at,
		    "%s has no port, expected a number from 1 to %d",
		    show(word->text, &shown), UINT16_MAX);
		return false;
	}
	listen->port = (uint16_t)port;
	return true;
}

static bool
parse_path(struct loader *ld, const struct token *word)
{
	if (word->len > 0 && word->len < PATH_SIZE)
		return true;
	report_error(ld, &word->at,
	    "the path of a socket has %zu bytes, expected 1 to %d", word->len,
	    PATH_SIZE - 1);
	return false;
}

static bool
parse_mode(const char *text, struct listen_spec *listen)
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
	listen->mode = value;
	return true;
}

static bool
parse_backlog(const char *text, struct listen_spec *listen)
{
	int64_t number;

	if (!value_integer(text, 1, BACKLOG_MAX, &number))
		return false;
	listen->backlog = (int)number;
	return true;
}

static bool
parse_name(const char *text, struct listen_spec *listen)
{
	listen->name = text;
	return notify_name_valid(text);
}

static bool
parse_user(const char *text, struct listen_spec *listen)
{
	listen->user = text;
	return *text != '\0';
}

static bool
parse_group(const char *text, struct listen_spec *listen)
{
	listen->group = text;
	return *text != '\0';
}

/* Behind the address: a word alone, or with a value that is parsed. */
static const struct option {
	const char *name;
	bool has[LISTEN_UNIX + 1]; /* by kind */
	bool (*parse)(const char *text, struct listen_spec *listen);
	const char *expected;
} options[] = {
	{ "mode", { [LISTEN_UNIX] = true }, parse_mode,
	    "an octal number up to 0777" },
	{ "user", { [LISTEN_UNIX] = true }, parse_user, "a user" },
	{ "group", { [LISTEN_UNIX] = true }, parse_group, "a group" },
	{ "backlog", { [LISTEN_TCP] = true, [LISTEN_UNIX] = true },
	    parse_backlog, "a number from 1 to 1000000" },
	{ "name", { true, true, true }, parse_name,
	    "1 to 255 printable characters without a colon" },
	{ "shared", { true, true, true }, NULL, NULL },
};
#define NOPTIONS (sizeof(options) / sizeof(options[0]))

/* Reports a word that is no option of that kind; always false. */
static bool
fail_option(struct loader *ld, enum listen_kind kind, const struct token *word)
{
	struct near near = near_start(word->text);
	char all[64] = "", meant[48] = "";
	struct shown shown;

	for (size_t i = 0; i < NOPTIONS; i++) {
		if (!options[i].has[kind])
			continue;
		near_try(&near, options[i].name);
		if (*all != '\0')
			strlcat(all, i + 1 < NOPTIONS ? ", " : " or ",
			    sizeof(all));
		strlcat(all, options[i].name, sizeof(all));
	}
	if (near.best != NULL)
		snprintf(meant, sizeof(meant), " did you mean \"%s\"? E",
		    near.best);
	report_error(ld, &word->at, "%s is no option of listen %s,%sxpected %s",
	    show(word->text, &shown), listen_kind_text[kind],
	    *meant != '\0' ? meant : " e", all);
	return false;
}

static const struct option *
find_option(enum listen_kind kind, const char *word)
{
	for (size_t i = 0; i < NOPTIONS; i++)
		if (options[i].has[kind] && strcmp(options[i].name, word) == 0)
			return &options[i];
	return NULL;
}

static bool
parse_options(struct loader *ld, const struct statement *st,
    struct listen_spec *listen)
{
	struct shown shown;

	for (size_t i = 2; i < st->nargs; i++) {
		const struct token *word = &st->args[i];
		const struct option *o = find_option(listen->kind, word->text);

		if (o == NULL)
			return fail_option(ld, listen->kind, word);
		if (o->parse == NULL) {
			listen->shared = true;
			continue;
		}
		if (++i == st->nargs) {
			report_error(ld, &word->at,
			    "%s of listen needs a value, expected %s", o->name,
			    o->expected);
			return false;
		}
		if (!o->parse(st->args[i].text, listen)) {
			report_error(ld, &st->args[i].at,
			    "%s is no %s of listen, expected %s",
			    show(st->args[i].text, &shown), o->name,
			    o->expected);
			return false;
		}
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
		if (listen_is_same(&b->listens[i].spec, listen)) {
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
		body_add_listen(ld, b, listen, &st->args[1].at);
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
	if (st->nargs < 2) {
		report_error(ld, &word->at, "listen %s needs %s", word->text,
		    kind == LISTEN_UNIX ? "the path of its socket" :
					  "a port, expected [ADDRESS:]PORT");
		return false;
	}
	word = &st->args[1];
	listen.kind = (enum listen_kind)kind;
	listen.text = word->text;
	if (!(kind == LISTEN_UNIX ? parse_path(ld, word) :
				    parse_port(ld, &listen, word)))
		return false;
	if (!parse_options(ld, st, &listen))
		return false;
	add(ld, b, st, &listen);
	return true;
}

struct listens
listens_keep(struct loader *ld, const struct body *b)
{
	struct listen_spec *kept;

	if (b->nlistens == 0)
		return (struct listens){ 0 };
	kept = ARENA_ARRAY(&ld->conf->arena, struct listen_spec, b->nlistens);
	for (size_t i = 0; i < b->nlistens; i++) {
		kept[i] = b->listens[i].spec;
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
