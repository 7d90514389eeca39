/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "conf/child.h"
#include "conf/listen.h"
#include "conf/parse.h"
#include "conf/printed.h"
#include "conf/report.h"
#include "conf/rule.h"
#include "conf/template.h"
#include "conf/value.h"

/* Digits of any int64_t, and a NUL. */
#define INSTANCE_TEXT_SIZE 24

/* The root's name, which no child may have. */
#define ROOT_NAME "root"

struct header {
	enum kind kind;
	const char *name; /* NULL after an error */
	struct spot at;
	bool is_array;
	int64_t ninstances; /* 1 if no array; 0 after an error */
};

/* What one reading of a body gave. */
struct made {
	const struct spec *spec;
	uint64_t weight;
	struct child_spots spots;
	bool by_instance; /* depends on ${instance} */
};

/* Reads `[N]` from the `[` on; false after an error. */
static bool
parse_instances(struct lexer *lx, struct header *h)
{
	struct shown shown;

	h->is_array = true;
	lex_next(lx, LEX_HEADER);
	if (lx->tok.kind != TOKEN_WORD) {
		parse_unexpected(lx, "the number of instances");
		return false;
	}
	if (!lx->tok.bad &&
	    !value_integer(lx->tok.text, 1, CONF_INSTANCES_MAX,
		&h->ninstances)) {
		report_error(lx->ld, &lx->tok.at,
		    "%s is no number of instances, expected an integer from "
		    "1 to %d",
		    show(lx->tok.text, &shown), CONF_INSTANCES_MAX);
		h->ninstances = 0;
	}
	if (lx->tok.bad)
		h->ninstances = 0;
	lex_next(lx, LEX_HEADER);
	if (!lex_is(lx, ']')) {
		parse_unexpected(lx, "]");
		return false;
	}
	lex_next(lx, LEX_HEADER);
	return true;
}

/* Whether the child of a text goes on without the name. */
static bool
is_nameless(const struct lexer *lx)
{
	return lx->ld->nesting == 0 &&
	    (lx->tok.kind == TOKEN_OPEN || lex_is(lx, '='));
}

static void
report_nameless(struct lexer *lx, enum kind kind)
{
	char expected[96];

	snprintf(expected, sizeof(expected), "the name of the %s%s",
	    kind_text[kind],
	    lx->ld->named && is_nameless(lx) ?
		": a dynamic supervisor alone takes children without" :
		"");
	parse_unexpected(lx, expected);
}

/* Reads up to the `{` or `=`, which is left in lx->tok. */
static bool
parse_header(struct lexer *lx, struct header *h)
{
	*h = (struct header){
		.kind = strcmp(lx->tok.text, kind_text[KIND_WORKER]) == 0 ?
		    KIND_WORKER :
		    KIND_SUPERVISOR,
		.ninstances = 1,
	};
	lex_next(lx, LEX_HEADER);
	h->at = lx->tok.at;
	if (lx->ld->nameless != NULL && is_nameless(lx)) {
		h->name = lx->ld->nameless;
		return true;
	}
	if (lx->tok.kind != TOKEN_WORD) {
		report_nameless(lx, h->kind);
		return false;
	}
	if (parse_name(lx, kind_text[h->kind]))
		h->name = lx->tok.text;
	if (h->name != NULL && strcmp(h->name, ROOT_NAME) == 0) {
		report_error(lx->ld, &h->at,
		    "\"root\" is the name of the file's own supervisor, "
		    "expected another name");
		h->name = NULL;
	}
	lex_next(lx, LEX_HEADER);
	if (lex_is(lx, '[') && !parse_instances(lx, h))
		return false;
	if (lx->tok.kind == TOKEN_OPEN || lex_is(lx, '='))
		return true;
	parse_unexpected(lx, h->is_array ? "{ or = SPEC" : "{, = SPEC or [N]");
	return false;
}

/* Reads the body `{ … }` from its brace on. */
static void
parse_braces(struct lexer *lx, struct body *b)
{
	parse_block(lx, b, lx->tok.at);
	parse_end(lx);
}

/* Reads `SPEC(…)` behind the `=`. */
static bool
apply_spec(struct lexer *lx, struct body *b, struct binding *instance,
    struct use *at)
{
	struct loader *ld = lx->ld;
	struct template_use use = { .instance = instance };

	if (!template_parse_use(lx, &use))
		return false;
	at->spec = use.def->name;
	at->has_arguments = use.has_arguments;
	ld->use = at;
	template_apply(ld, b, &use);
	return true;
}

/*
 * Reads `= SPEC(…)` or `= exec "…"`, and the overrides. On success ld->use is
 * the use, for messages about the whole body.
 */
static bool
parse_from_spec(struct lexer *lx, struct body *b, struct binding *instance,
    struct use *at)
{
	struct loader *ld = lx->ld;
	bool good;

	at->outer = ld->use;
	lex_next(lx, LEX_HEADER);
	if (printed_is_next(lx))
		good = printed_apply(lx, b, at);
	else
		good = apply_spec(lx, b, instance, at);
	ld->use = at->outer;
	if (!good)
		return false;
	b->layer++;
	if (lx->tok.kind == TOKEN_OPEN)
		parse_braces(lx, b);
	else if (lx->tok.kind == TOKEN_WORD || lx->tok.kind == TOKEN_PUNCT)
		parse_unexpected(lx, "{ or the end of the statement");
	ld->use = at;
	return true;
}

/* Reads what is behind the header; false if nothing could come of it. */
static bool
make_one(struct lexer *lx, const struct header *h, struct binding *instance,
    struct use *at, struct made *made)
{
	struct loader *ld = lx->ld;
	const struct use *outer = ld->use;
	const struct spot *spot;
	struct body b;
	bool good = true;

	body_init(&b, h->kind, h->at);
	if (lx->tok.kind == TOKEN_OPEN)
		parse_braces(lx, &b);
	else
		good = parse_from_spec(lx, &b, instance, at);
	good = good && !ld->stopped && !lx->unclosed;
	if (good) {
		rule_check_body(ld, &b);
		*made = (struct made){ .weight = 1 + b.nchildren };
		made->spec = body_finish(ld, &b);
		made->spots.use = ld->use;
		spot = body_spot(&b, "significant");
		if (spot != NULL)
			made->spots.significant = *spot;
		spot = body_spot(&b, "backoff");
		if (spot != NULL)
			made->spots.backoff = *spot;
	}
	ld->use = outer;
	return good;
}

/* Reads the instance `number`, giving back the memory it took to read. */
static bool
make_instance(struct lexer *lx, const struct header *h, int64_t number,
    struct use *at, struct made *made)
{
	struct loader *ld = lx->ld;
	struct arena_mark mark = arena_mark(&ld->scratch);
	struct binding *outer = ld->bindings, *instance = NULL;
	char text[INSTANCE_TEXT_SIZE];
	bool good;

	if (h->is_array) {
		snprintf(text, sizeof(text), "%" PRId64, number);
		instance = scope_bind(ld, "instance", text);
	}
	good = make_one(lx, h, instance, at, made);
	made->by_instance = instance != NULL && instance->used;
	ld->bindings = outer;
	arena_release(&ld->scratch, mark);
	return good;
}

/* Adds the instance `number` to the supervisor; false after an error. */
static bool
add_instance(struct loader *ld, struct body *b, const struct header *h,
    int64_t number, const struct made *made, const struct child_spots *spots)
{
	char name[CONF_NAME_SIZE_MAX + INSTANCE_TEXT_SIZE + 1];
	struct entry entry = { .spots = spots, .kind = h->kind };
	int len;

	if (h->is_array)
		len = snprintf(name, sizeof(name), "%s.%" PRId64, h->name,
		    number);
	else
		len = snprintf(name, sizeof(name), "%s", h->name);
	if (len > CONF_NAME_SIZE_MAX) {
		report_error(ld, &h->at,
		    "the name of instance %" PRId64 " is too long, expected "
		    "at most %d bytes",
		    number, CONF_NAME_SIZE_MAX);
		return false;
	}
	entry.child = (struct child_spec){
		.name = arena_text(&ld->conf->arena, name, (size_t)len),
		.spec = made->spec,
		.place = { h->at.file->path, h->at.line, h->at.column },
	};
	return body_add_child(ld, b, &entry, &h->at, made->weight);
}

/*
 * Reads the body for each instance, or once if it is the same for all or has
 * an error, and adds the children.
 */
static void
make_all(struct lexer *lx, struct body *b, const struct header *h)
{
	struct loader *ld = lx->ld;
	struct lexer start = *lx;
	struct use *at = ARENA_NEW(&ld->scratch, struct use);
	struct child_spots *spots = ARENA_NEW(&ld->scratch, struct child_spots);
	size_t nerrors = ld->conf->diags.nerrors;
	const struct spec *first = NULL;
	struct made made = { 0 };
	bool good = true;

	*at = (struct use){
		.kind = h->kind,
		.child = h->name == NULL ? "?" : h->name,
		.at = h->at,
	};
	for (int64_t i = 0; i < h->ninstances || i == 0; i++) {
		if (good && (i == 0 || made.by_instance)) {
			*lx = start;
			good = make_instance(lx, h, i, at, &made) &&
			    ld->conf->diags.nerrors == nerrors;
			/* Let the programs of all instances run at once. */
			good = good || ld->conf->pending;
		}
		/* Its name is taken all the same. */
		if (!good)
			made = (struct made){ .weight = 1 };
		if (i == 0)
			*spots = made.spots;
		if (i == 0)
			first = made.spec;
		else if (i == 1 && first != NULL && made.spec != NULL)
			listen_check_instances(ld, &h->at, first, made.spec);
		if (h->name == NULL || ld->stopped || lx->unclosed ||
		    i == h->ninstances ||
		    !add_instance(ld, b, h, i, &made, spots))
			return;
	}
}

void
child_parse(struct lexer *lx, struct body *b)
{
	struct loader *ld = lx->ld;
	struct header h;

	if (!parse_header(lx, &h))
		return;
	if (h.kind == KIND_SUPERVISOR && ld->nesting == CONF_NESTING_MAX) {
		report_error(ld, &h.at,
		    "supervisors are nested too deeply, expected at most %d "
		    "levels",
		    CONF_NESTING_MAX);
		parse_skip_statement(lx);
		return;
	}
	ld->nesting += h.kind == KIND_SUPERVISOR;
	make_all(lx, b, &h);
	ld->nesting -= h.kind == KIND_SUPERVISOR;
}
