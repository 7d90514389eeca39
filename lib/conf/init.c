/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "conf/bytes.h"
#include "conf/init.h"
#include "conf/parse.h"
#include "conf/report.h"
#include "conf/rule.h"

bool
init_see(struct loader *ld, struct body *b, const struct statement *st)
{
	if (ld->nprinted >= CONF_PRINTED_MAX) {
		report_error(ld, &st->at,
		    "programs whose output names programs are nested too "
		    "deeply, expected at most %d levels",
		    CONF_PRINTED_MAX);
		return false;
	}
	b->scope = scope_keep(ld, &st->at);
	return true;
}

/* What the file says: all of it is below what is printed. */
static void
begin(struct loader *ld, struct body *b, const struct init_text *text,
    const struct source_file *file)
{
	const struct child_policy *policy = &text->spec->policy;

	body_init(b, KIND_SUPERVISOR, (struct spot){ file, 0, 1, 1, 1 });
	b->is_printed = true;
	b->policy = *policy;
	b->hooks = text->spec->hooks;
	for (size_t i = 0; i < policy->ncatches; i++)
		body_add_catch(ld, b, &policy->catches[i]);
	b->layer++;
}

void
init_read(struct loader *ld, const struct init_text *text)
{
	struct arena *arena = &ld->conf->arena;
	const struct scope *scope = text->spec->sup.scope;
	const struct program *program = text->program;
	struct source_file *file = ARENA_NEW(arena, struct source_file);
	struct lexer lx;
	struct body b;

	*file = (struct source_file){
		.path = arena_text(arena, text->label, strlen(text->label)),
		.bytes = program->bytes == NULL ? "" : program->bytes,
		.len = (uint32_t)program->len,
		.outer = scope->file,
	};
	if (program_failed(program)) {
		report_told(ld, &(struct spot){ .file = file }, program->told,
		    "%s, expected it to print the children and end with 0",
		    program->why != NULL ? program->why :
					   "this program failed");
		return;
	}
	scope_enter(ld, scope);
	ld->nprinted++;
	begin(ld, &b, text, file);
	b.outer_specs = ld->specs;
	bytes_check(ld, file);
	lex_init(&lx, ld, (struct cursor){ file, 0, 1, 1 });
	parse_whole(&lx, &b);
	if (!ld->stopped && !lx.unclosed)
		rule_check_body(ld, &b);
	if (ld->conf->diags.nerrors > 0 || ld->conf->pending)
		return;
	ld->conf->nchildren = (uint32_t)b.nchildren;
	ld->conf->root = body_finish(ld, &b);
}
