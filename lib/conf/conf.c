/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <setjmp.h>
#include <string.h>

#include "conf/bytes.h"
#include "conf/commands.h"
#include "conf/conf.h"
#include "conf/include.h"
#include "conf/init.h"
#include "conf/link.h"
#include "conf/only.h"
#include "conf/parse.h"
#include "conf/procfile.h"
#include "conf/report.h"
#include "conf/rule.h"

void
loader_stop(struct loader *ld)
{
	ld->stopped = true;
}

void
loader_work(struct loader *ld, uint64_t amount, const struct spot *at)
{
	ld->work += amount;
	if (ld->work <= CONF_WORK_MAX || ld->stopped)
		return;
	report_error(ld, at,
	    "this amounts to too much text once specs and arrays are "
	    "resolved, expected less than %" PRIu64 " MiB",
	    CONF_WORK_MAX >> 20);
	loader_stop(ld);
}

/* A step of loading that may run out of memory anywhere. */
typedef void load_fn(struct loader *ld, const void *request);

/* Forgets everything but that there was no memory. */
static void
report_no_memory(struct conf *conf)
{
	arena_fini(&conf->arena);
	*conf = (struct conf){
		.no_memory = {
			.severity = DIAG_ERROR,
			.message = "not enough memory for the configuration",
		},
	};
	conf->diags.items = &conf->no_memory;
	conf->diags.nitems = conf->diags.room = conf->diags.nerrors = 1;
}

/* Calls `load`; comes back from it even when memory runs out. */
static void
attempt(struct loader *ld, size_t memory_max, load_fn *load,
    const void *request)
{
	jmp_buf no_memory;

	arena_init(&ld->conf->arena, memory_max, &no_memory);
	arena_init(&ld->scratch, memory_max, &no_memory);
	if (setjmp(no_memory) == 0) {
		load(ld, request);
		diag_list_sort(&ld->conf->diags);
		ld->conf->arena.no_memory = NULL;
	} else {
		report_no_memory(ld->conf);
	}
	arena_fini(&ld->scratch);
}

static void
run(struct conf *conf, const struct conf_source *source, size_t memory_max,
    load_fn *load, const void *request)
{
	struct loader ld = { .conf = conf, .source = source };

	*conf = (struct conf){ 0 };
	attempt(&ld, memory_max, load, request);
	if (source != NULL && source->done != NULL)
		source->done(source->ctx);
}

/* Whether something can be made of what was read. */
static bool
is_good(const struct loader *ld)
{
	return ld->conf->diags.nerrors == 0 && !ld->conf->pending;
}

/* Reads a file in our own grammar. */
static void
load_file(struct loader *ld, const char *path)
{
	const struct spot nowhere = { 0 };
	struct body root;

	ld->word = arena_alloc(&ld->scratch, CONF_WORD_SIZE_MAX + 1, 1);
	body_init(&root, KIND_SUPERVISOR, nowhere);
	root.is_root = true;
	if (!include_file(ld, &root, path, &nowhere))
		return;
	if (!ld->stopped)
		rule_check_body(ld, &root);
	/* Whom they mean may still be to be printed. */
	if (!ld->conf->pending)
		link_check(ld, &root);
	if (!is_good(ld))
		return;
	ld->conf->nchildren = (uint32_t)root.nchildren;
	ld->conf->root = body_finish(ld, &root);
}

/* Reads the file whose path is the request. */
static void
load_root(struct loader *ld, const void *request)
{
	const struct conf_wish none = { .nonly = 0 };
	const struct conf_wish *wish =
	    ld->source->wish != NULL ? ld->source->wish : &none;

	if (wish->procfile || procfile_is(request))
		procfile_read(ld, request, wish);
	else if (wish->formation != NULL)
		report_file(ld, DIAG_ERROR, request,
		    "a formation is for a Procfile, expected a file of that "
		    "name, or --procfile");
	else
		load_file(ld, request);
	if (ld->conf->root != NULL && wish->nonly > 0)
		ld->conf->root =
		    only_needed(ld, wish->nonly, wish->only, request);
}

bool
conf_load(struct conf *conf, const char *path, const struct conf_source *source)
{
	return conf_load_within(conf, path, source, CONF_MEMORY_MAX);
}

bool
conf_load_within(struct conf *conf, const char *path,
    const struct conf_source *source, size_t memory_max)
{
	run(conf, source, memory_max, load_root, path);
	return conf->root != NULL;
}

/* What conf_parse_child() or conf_parse_words() was asked. */
struct text_request {
	const char *label;
	const char *text;
	size_t len;
	const struct conf_parent *parent; /* of a child, or NULL */
};

static struct source_file *
make_file(struct arena *arena, const struct text_request *request)
{
	struct source_file *file = ARENA_NEW(arena, struct source_file);

	*file = (struct source_file){
		.path =
		    arena_text(arena, request->label, strlen(request->label)),
		.bytes = request->text,
		.len = (uint32_t)request->len,
	};
	return file;
}

/* Reports what does not belong beside a single child. */
static void
check_single(struct loader *ld, const struct body *b, const struct spot *at)
{
	for (size_t i = 0; i < ndirectives; i++)
		if (b->seen[i].layer > 0 && !directives[i].adds)
			report_error(ld, &b->seen[i].at,
			    "%s beside a child, expected one worker or "
			    "supervisor alone",
			    directives[i].name);
	if (b->nentries != 1 && ld->conf->diags.nerrors == 0)
		report_error(ld, at,
		    "%zu children in this text, expected one worker or "
		    "supervisor",
		    b->nentries);
}

static void
load_child(struct loader *ld, const void *arg)
{
	const struct text_request *request = arg;
	struct arena *arena = &ld->conf->arena;
	struct source_file *file = make_file(arena, request);
	struct spot at = { file, 0, 1, 1, 1 };
	struct child_spec *child;
	struct lexer lx;
	struct body b;

	ld->word = arena_alloc(&ld->scratch, CONF_WORD_SIZE_MAX + 1, 1);
	body_init(&b, KIND_SUPERVISOR, at);
	bytes_check(ld, file);
	lex_init(&lx, ld, (struct cursor){ file, 0, 1, 1 });
	if (request->parent != NULL)
		ld->nameless = request->parent->nameless;
	ld->named = request->parent != NULL && ld->nameless == NULL;
	parse_statements(&lx, &b);
	if (lx.tok.kind == TOKEN_CLOSE)
		report_error(ld, &lx.tok.at,
		    "this } closes nothing, expected the end of the text");
	check_single(ld, &b, &at);
	if (request->parent != NULL && b.nentries > 0)
		rule_check_child(ld, &request->parent->spec->policy,
		    &b.entries[0]);
	if (!is_good(ld))
		return;
	ld->conf->nchildren = (uint32_t)b.nchildren;
	child = ARENA_NEW(arena, struct child_spec);
	*child = b.entries[0].child;
	ld->conf->child = child;
}

bool
conf_parse_child(struct conf *conf, const char *label, const char *text,
    size_t len, const struct conf_parent *parent,
    const struct conf_source *source)
{
	struct text_request request = { label, text, len, parent };

	if (len > CONF_FILE_SIZE_MAX)
		request.len = CONF_FILE_SIZE_MAX;
	run(conf, source, CONF_MEMORY_MAX, load_child, &request);
	return conf->child != NULL;
}

static void
load_printed(struct loader *ld, const void *request)
{
	ld->word = arena_alloc(&ld->scratch, CONF_WORD_SIZE_MAX + 1, 1);
	init_read(ld, request);
}

bool
conf_parse_printed(struct conf *conf, const char *label,
    const struct program *program, const struct spec *spec,
    const struct conf_source *source)
{
	const struct init_text request = { label, program, spec };

	run(conf, source, CONF_MEMORY_MAX, load_printed, &request);
	return conf->root != NULL;
}

static void
load_words(struct loader *ld, const void *arg)
{
	const struct text_request *request = arg;
	struct arena *arena = &ld->conf->arena;
	struct source_file *file = make_file(arena, request);
	const char **words;
	struct lexer lx;
	size_t n = 0;

	/* Nothing is replaced: a word takes a byte of the text for each. */
	ld->word = arena_alloc(&ld->scratch, request->len + 1, 1);
	lex_init(&lx, ld, (struct cursor){ file, 0, 1, 1 });
	words = parse_words_alone(&lx, arena, &n);
	if (ld->conf->diags.nerrors > 0)
		return;
	ld->conf->words = words;
	ld->conf->nwords = n;
}

bool
conf_parse_words(struct conf *conf, const char *label, const char *text,
    size_t len)
{
	struct text_request request = { label, text, len, NULL };

	if (len > CONF_WORD_SIZE_MAX)
		request.len = CONF_WORD_SIZE_MAX;
	run(conf, NULL, CONF_MEMORY_MAX, load_words, &request);
	return conf->words != NULL;
}

static void
load_commands(struct loader *ld, const void *request)
{
	commands_tree(ld, request);
}

bool
conf_from_commands(struct conf *conf, const struct conf_commands *commands)
{
	run(conf, NULL, CONF_MEMORY_MAX, load_commands, commands);
	return conf->root != NULL;
}

void
conf_fini(struct conf *conf)
{
	arena_fini(&conf->arena);
	*conf = (struct conf){ 0 };
}
