/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/near.h"
#include "conf/body.h"
#include "conf/commands.h"
#include "conf/include.h"
#include "conf/procfile.h"
#include "conf/report.h"

/* The first port, and how far those of two lines are apart. */
#define PORT_BASE 5000
#define PORT_STEP 100
#define PORT_MAX  65535

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS  "0123456789"
#define BLANKS  " \t"

/* A line NAME: COMMAND. */
struct entry_line {
	const char *name;
	const char *command;
	struct spot at;
	uint32_t count; /* of instances */
};

/* What is read, in the scratch arena. */
struct procfile {
	struct loader *ld;
	struct entry_line *lines;
	size_t n;
	struct nameset names;
	struct body env; /* of .env: nothing but variables */
	int64_t port;    /* of the first instance of the first line */
};

bool
procfile_is(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;

	return strcmp(name, "Procfile") == 0 ||
	    strncmp(name, "Procfile.", 9) == 0;
}

/* ------------------------------------------------------------------ lines */

/* The lines of a file, one after the other. */
struct lines {
	const struct source_file *file;
	uint32_t offset; /* of the next one */
	uint32_t line;   /* the number of the one at hand */
};

/*
 * The next line, without its end, in the scratch arena, and where it is; NULL
 * at the end. CR LF ends a line as well.
 */
static const char *
next_line(struct loader *ld, struct lines *lines, struct spot *at)
{
	const char *bytes = lines->file->bytes + lines->offset, *end;
	uint32_t left = lines->file->len - lines->offset;
	size_t len;

	if (left == 0 || ld->stopped)
		return NULL;
	end = memchr(bytes, '\n', left);
	len = end != NULL ? (size_t)(end - bytes) : left;
	*at = (struct spot){
		.file = lines->file,
		.offset = lines->offset,
		.line = ++lines->line,
		.column = 1,
		.width = 1,
	};
	lines->offset += (uint32_t)len + (end != NULL);
	if (len > 0 && bytes[len - 1] == '\r')
		len--;
	if (memchr(bytes, '\0', len) != NULL) {
		report_error(ld, at, "NUL byte in this line, expected text");
		len = 0;
	}
	return arena_text(&ld->scratch, bytes, len);
}

/* The place `n` bytes behind `at`, in the same line. */
static struct spot
behind(struct spot at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((at.file->bytes[at.offset++] & 0xc0) != 0x80)
			at.column++;
	return at;
}

static bool
is_blank(const char *text)
{
	text += strspn(text, BLANKS);
	return *text == '\0' || *text == '#';
}

/* --------------------------------------------------------------- Procfile */

/* Takes NAME: COMMAND apart. False after an error. */
static bool
split(struct procfile *p, const char *text, struct entry_line *line)
{
	size_t len = strspn(text, LETTERS DIGITS "_-"), blanks;
	struct spot at = behind(line->at, len);

	if (len == 0 || text[len] != ':') {
		report_error(p->ld, &at,
		    "this is no NAME: COMMAND, expected %s",
		    len == 0 ? "a name of letters, digits, - and _" :
			       "a colon behind the name");
		return false;
	}
	if (len > CONF_NAME_SIZE_MAX || *text == '-') {
		report_error(p->ld, &line->at,
		    "this name %s, expected another one",
		    *text == '-' ? "begins with -" : "is too long");
		return false;
	}
	blanks = len + 1 + strspn(text + len + 1, BLANKS);
	if (text[blanks] == '\0') {
		at = behind(line->at, len + 1);
		report_error(p->ld, &at,
		    "nothing is said to run, expected a command");
		return false;
	}
	line->name = arena_text(&p->ld->scratch, text, len);
	line->command = text + blanks;
	line->count = 1;
	return true;
}

static void
add_line(struct procfile *p, const char *text, struct spot at)
{
	struct entry_line line = { .at = at };
	struct shown shown;
	uint32_t found;

	if (is_blank(text) || !split(p, text, &line))
		return;
	if (nameset_add(&p->names, &p->ld->scratch, line.name, (uint32_t)p->n,
		&found))
		p->lines[p->n++] = line;
	else
		report_error(p->ld, &at,
		    "a second process is named %s, expected another name; the "
		    "first is in line %" PRIu32,
		    show(line.name, &shown), p->lines[found].at.line);
}

static void
read_lines(struct procfile *p, const struct source_file *file)
{
	struct lines lines = { .file = file, .offset = include_mark(file) };
	const char *text;
	struct spot at;
	size_t n = 1;

	for (uint32_t i = 0; i < file->len; i++)
		n += file->bytes[i] == '\n';
	p->lines = ARENA_ARRAY(&p->ld->scratch, struct entry_line, n);
	while ((text = next_line(p->ld, &lines, &at)) != NULL)
		add_line(p, text, at);
}

/* -------------------------------------------------------------------- env */

/* What is quoted in `value`, which ends where it does; else all of it. */
static const char *
unquote(struct arena *arena, const char *value)
{
	size_t len = strlen(value), n = 0;
	char *text;

	if (len < 2 || value[0] != value[len - 1] ||
	    (value[0] != '\'' && value[0] != '"'))
		return value;
	text = arena_alloc(arena, len, 1);
	for (size_t i = 1; i < len - 1; i++) {
		bool escape =
		    value[0] == '"' && value[i] == '\\' && i + 1 < len - 1;

		if (escape)
			i++;
		text[n++] = escape && value[i] == 'n' ? '\n' : value[i];
	}
	text[n] = '\0';
	return text;
}

static void
read_variable(struct procfile *p, const char *text, struct spot at)
{
	struct arena *arena = &p->ld->scratch;
	size_t skip = 0, len, size;
	const char *value;
	char *variable;

	if (is_blank(text))
		return;
	if (strncmp(text, "export ", 7) == 0)
		skip = 7 + strspn(text + 7, BLANKS);
	text += skip;
	len = strspn(text, LETTERS DIGITS "_");
	if (len == 0 || text[len] != '=') {
		at = behind(at, skip + len);
		report_warning(p->ld, &at,
		    "this line is ignored, expected NAME=VALUE");
		return;
	}
	value = unquote(arena, text + len + 1);
	size = len + 1 + strlen(value) + 1;
	variable = arena_alloc(arena, size, 1);
	memcpy(variable, text, len + 1);
	memcpy(variable + len + 1, value, size - len - 1);
	body_add_env(p->ld, &p->env, variable);
}

/* `name` in the folder of the file `path`. */
static const char *
beside(struct arena *arena, const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash != NULL ? (size_t)(slash + 1 - path) : 0;
	size_t size = len + strlen(name) + 1;
	char *text = arena_alloc(arena, size, 1);

	memcpy(text, path, len);
	memcpy(text + len, name, size - len);
	return text;
}

/* Reads .env, where there is one. */
static void
read_env(struct procfile *p, const char *procfile)
{
	const char *path = beside(&p->ld->scratch, procfile, ".env"), *text;
	const struct spot nowhere = { 0 };
	struct conf_file bytes = { 0 };
	struct source_file file;
	struct lines lines = { .file = &file };
	struct spot at;

	if (p->ld->source->read(p->ld->source->ctx, path, &bytes) == -ENOENT ||
	    !include_open(p->ld, path, &nowhere, &file))
		return;
	lines.offset = include_mark(&file);
	while ((text = next_line(p->ld, &lines, &at)) != NULL)
		read_variable(p, text, at);
}

/* A number from 0 to `max`, or -1: the text up to `end` is none. */
static int64_t
number(const char *text, char end, int64_t max)
{
	int64_t value = 0;

	if (strspn(text, DIGITS) == 0)
		return -1;
	for (; *text >= '0' && *text <= '9' && value <= max; text++)
		value = value * 10 + (*text - '0');
	return (*text == end || *text == '\0') && value <= max ? value : -1;
}

static void
find_port(struct procfile *p)
{
	const char *text = p->ld->source->getenv(p->ld->source->ctx, "PORT");
	const struct spot nowhere = { 0 };
	struct shown shown;

	for (size_t i = 0; i < p->env.nenv; i++)
		if (strncmp(p->env.env[i], "PORT=", 5) == 0)
			text = p->env.env[i] + 5;
	p->port = PORT_BASE;
	if (text == NULL || *text == '\0')
		return;
	p->port = number(text, '\0', PORT_MAX);
	if (p->port > 0)
		return;
	report_error(p->ld, &nowhere,
	    "the variable PORT is %s, expected the first port, 1 to %d",
	    show(text, &shown), PORT_MAX);
}

/* -------------------------------------------------------------- formation */

/* Sets how many there are of `name`; false: nothing has it. */
static bool
set_count(struct procfile *p, const char *name, uint32_t count)
{
	bool found = false;

	for (size_t i = 0; i < p->n; i++) {
		if (strcmp(p->lines[i].name, name) != 0)
			continue;
		p->lines[i].count = count;
		found = true;
	}
	return found;
}

static void
set_pair(struct procfile *p, char *pair)
{
	const struct spot nowhere = { 0 };
	char *equals = strchr(pair, '=');
	struct near near;
	struct shown shown;
	int64_t count = -1;

	if (equals != NULL)
		count = number(equals + 1, '\0', PORT_STEP);
	if (count < 0) {
		report_error(p->ld, &nowhere,
		    "%s is no formation, expected NAME=NUMBER with a number "
		    "of 0 to %d",
		    show(pair, &shown), PORT_STEP);
		return;
	}
	*equals = '\0';
	if (strcmp(pair, "all") == 0 || set_count(p, pair, (uint32_t)count))
		return;
	near = near_start(pair);
	for (size_t i = 0; i < p->n; i++)
		near_try(&near, p->lines[i].name);
	report_error(p->ld, &nowhere,
	    "no process is named %s%s%s, expected one of the Procfile",
	    show(pair, &shown), near.best != NULL ? ", did you mean " : "",
	    near.best != NULL ? near.best : "");
}

/* web=2,worker=1: how many of each, and none of what is not named. */
static void
take_formation(struct procfile *p, const char *formation)
{
	char *text = arena_alloc(&p->ld->scratch, strlen(formation) + 1, 1);
	int64_t all = 0;
	const char *at;
	size_t n = 0;
	char *pair;

	for (const char *c = formation; *c != '\0'; c++)
		if (strchr(BLANKS, *c) == NULL)
			text[n++] = *c;
	text[n] = '\0';
	/* It holds for all the others, wherever it stands. */
	at = strncmp(text, "all=", 4) == 0 ? text : strstr(text, ",all=");
	if (at != NULL)
		all = number(strchr(at, '=') + 1, ',', PORT_STEP);
	for (size_t i = 0; i < p->n; i++)
		p->lines[i].count = all > 0 ? (uint32_t)all : 0;
	while ((pair = strsep(&text, ",")) != NULL)
		set_pair(p, pair);
}

/* ------------------------------------------------------------------- tree */

/* What .env says, and PORT and PS, up to NULL. */
static const char *const *
make_env(struct procfile *p, const struct entry_line *line, int64_t port,
    uint32_t number)
{
	struct arena *arena = &p->ld->scratch;
	char *own =
	    arena_alloc(arena, (size_t)2 * (CONF_NAME_SIZE_MAX + 32), 1);
	char *ps = own + 32;
	struct body env;
	const char **all;

	body_init(&env, KIND_WORKER, line->at);
	for (size_t i = 0; i < p->env.nenv; i++)
		body_add_env(p->ld, &env, p->env.env[i]);
	snprintf(own, 32, "PORT=%" PRId64, port);
	snprintf(ps, CONF_NAME_SIZE_MAX + 32, "PS=%s.%" PRIu32, line->name,
	    number);
	body_add_env(p->ld, &env, own);
	body_add_env(p->ld, &env, ps);
	all = ARENA_ARRAY(arena, const char *, env.nenv + 1);
	memcpy(all, env.env, env.nenv * sizeof(*all));
	return all;
}

static struct conf_command
make_command(struct procfile *p, const struct entry_line *line, size_t idx,
    uint32_t number)
{
	struct arena *arena = &p->ld->scratch;
	const char **argv = ARENA_ARRAY(arena, const char *, 4);
	char *name = arena_alloc(arena, CONF_NAME_SIZE_MAX + 16, 1);
	int64_t port = p->port + (int64_t)idx * PORT_STEP + number - 1;
	const char *folder = beside(arena, line->at.file->path, "");

	argv[0] = "/bin/sh";
	argv[1] = "-c";
	argv[2] = line->command;
	snprintf(name, CONF_NAME_SIZE_MAX + 16,
	    line->count > 1 ? "%s.%" PRIu32 : "%s", line->name, number);
	if (port > PORT_MAX)
		report_error(p->ld, &line->at,
		    "the port of %s is %" PRId64 ", expected %d at most", name,
		    port, PORT_MAX);
	return (struct conf_command){
		.name = name,
		.argv = argv,
		.env = make_env(p, line, port, number),
		.cwd = *folder != '\0' ? folder : NULL,
		.place = { line->at.file->path, line->at.line, 1 },
	};
}

static void
make_tree(struct procfile *p, const char *path)
{
	struct conf_commands commands = {
		.restart = RESTART_TRANSIENT,
		.max_restarts = 3,
		.max_seconds = 5,
	};
	struct conf_command *list;
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += p->lines[i].count;
	if (n == 0 && p->ld->conf->diags.nerrors == 0)
		report_file(p->ld, DIAG_ERROR, path,
		    "no processes to run, expected lines NAME: COMMAND%s",
		    p->n > 0 ? " and a formation that has one" : "");
	list = ARENA_ARRAY(&p->ld->scratch, struct conf_command, n);
	commands.list = list;
	for (size_t i = 0; i < p->n; i++)
		for (uint32_t k = 1; k <= p->lines[i].count; k++)
			list[commands.n++] =
			    make_command(p, &p->lines[i], i, k);
	if (p->ld->conf->diags.nerrors == 0)
		commands_tree(p->ld, &commands);
}

void
procfile_read(struct loader *ld, const char *path, const struct conf_wish *wish)
{
	const struct spot nowhere = { 0 };
	struct source_file *file =
	    ARENA_NEW(&ld->conf->arena, struct source_file);
	struct procfile p = { .ld = ld };

	if (!include_open(ld, path, &nowhere, file))
		return;
	read_lines(&p, file);
	body_init(&p.env, KIND_WORKER, nowhere);
	read_env(&p, path);
	find_port(&p);
	if (wish != NULL && wish->formation != NULL)
		take_formation(&p, wish->formation);
	make_tree(&p, path);
}
