/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario_parse.h"

/* Texts, lines, and the head of a scenario. */

const char *const compare_text[] = {
#define TEXT(name, text) [name] = text,
	SCENARIO_COMPARES(TEXT)
};
const char *const node_kind_text[] = { SCENARIO_NODES(TEXT) };
const char *const plan_text[] = { SCENARIO_PLANS(TEXT) };
static const char *const ending_kind_text[] = { SCENARIO_ENDINGS(TEXT)
#undef TEXT
};
const char *const step_text[] = {
#define STEP_TEXT(name, text, nwords) [name] = text,
	SCENARIO_STEPS(STEP_TEXT)
#undef STEP_TEXT
};

void
parse_wrong(const struct parse *p, unsigned line, const char *format, ...)
{
	va_list ap;

	fflush(stdout);
	fprintf(stderr, "%s:%u: ", p->text->file, line);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fprintf(stderr, "\n");
	exit(2);
}

int
parse_word(const char *word, const char *const list[], int n)
{
	for (int i = 0; i < n; i++)
		if (strcmp(word, list[i]) == 0)
			return i;
	return -1;
}

void
parse_id(const struct parse *p, const char *word,
    char id[static SCENARIO_ID_SIZE])
{
	size_t len = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_");

	if (word[len] != '\0' || *word < 'a' || *word > 'z')
		parse_wrong(p, p->text->line, "bad id: %s", word);
	if (len >= SCENARIO_ID_SIZE)
		parse_wrong(p, p->text->line, "id is too long: %s", word);
	memcpy(id, word, len + 1);
}

int64_t
parse_number(const struct parse *p, const char *word)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(word, &end, 10);
	if (*word < '0' || *word > '9' || *end != '\0' || errno != 0 ||
	    number > INT32_MAX)
		parse_wrong(p, p->text->line, "not a number: %s", word);
	return number;
}

static struct ending
planned_ending(const struct parse *p, const char *word)
{
	struct ending ending = { .kind = ENDING_WORD };
	struct scenario *s = p->s;
	char id[SCENARIO_ID_SIZE];

	parse_id(p, word, id);
	for (unsigned i = 0; i < s->nwords; i++)
		if (strcmp(s->words[i], id) == 0) {
			ending.value = (int)i;
			return ending;
		}
	if (s->nwords == SCENARIO_WORDS_MAX)
		parse_wrong(p, p->text->line, "too many words: %s", word);
	ending.value = (int)s->nwords;
	memcpy(s->words[s->nwords++], id, sizeof(id));
	return ending;
}

struct ending
parse_ending(const struct parse *p, const char *word)
{
	struct ending ending = { .kind = ENDING_CRASH_N };
	int kind;

	if (strncmp(word, "shutdown:", 9) == 0)
		return planned_ending(p, word + 9);
	if (strncmp(word, "crash:", 6) == 0) {
		ending.value = (int)parse_number(p, word + 6);
		if (ending.value < 1 || ending.value > 99)
			parse_wrong(p, p->text->line, "not from 1 to 99: %s",
			    word);
		return ending;
	}
	kind = parse_word(word, ending_kind_text, ENDING_KILLED + 1);
	if (kind < 0 || kind == ENDING_WORD || kind == ENDING_CRASH_N)
		parse_wrong(p, p->text->line, "not a reason: %s", word);
	ending.kind = (enum ending_kind)kind;
	return ending;
}

const char *
ending_text(const struct scenario *s, struct ending ending,
    char text[static ENDING_TEXT_SIZE])
{
	const char *name = ending_kind_text[ending.kind];

	switch (ending.kind) {
	case ENDING_WORD:
		snprintf(text, ENDING_TEXT_SIZE, "%s%s", name,
		    s->words[ending.value]);
		break;
	case ENDING_CRASH_N:
		snprintf(text, ENDING_TEXT_SIZE, "%s%d", name, ending.value);
		break;
	case ENDING_NORMAL:
	case ENDING_SHUTDOWN:
	case ENDING_CRASH:
	case ENDING_KILL:
	case ENDING_KILLED:
		snprintf(text, ENDING_TEXT_SIZE, "%s", name);
		break;
	}
	return text;
}

int
scenario_find(const struct scenario *s, const char *id)
{
	for (unsigned i = 0; i < s->nnodes; i++)
		if (strcmp(s->nodes[i].id, id) == 0)
			return (int)i;
	return -1;
}

enum plan
node_plan(const struct node *node, unsigned nth)
{
	return node->start[nth < node->nstart ? nth : node->nstart - 1];
}

struct life
node_life(const struct node *node, unsigned nth)
{
	return node->life[nth < node->nlife ? nth : node->nlife - 1];
}

void
scenario_open(struct scenario_text *t, const char *file)
{
	FILE *in = file != NULL ? fopen(file, "r") : stdin;
	size_t size = 0;
	ssize_t len;

	*t = (struct scenario_text){ .file = file != NULL ? file : "<stdin>" };
	if (in == NULL) {
		fprintf(stderr, "%s: %s\n", file, strerror(errno));
		exit(2);
	}
	len = getdelim(&t->text, &size, '\0', in);
	if (file != NULL)
		fclose(in);
	if (len > 0)
		t->next = t->text;
}

void
scenario_close(struct scenario_text *t)
{
	free(t->text);
	*t = (struct scenario_text){ 0 };
}

/* The end of the line: its newline, a comment, or the text's end. */
static char *
line_end(char *line)
{
	char *end = line + strcspn(line, "\n#");

	while (*end == '#' && end != line && end[-1] != ' ' && end[-1] != '\t')
		end += 1 + strcspn(end + 1, "\n#");
	return end;
}

/* The next line that is not empty, in place, with single blanks; or NULL. */
static char *
next_line(struct scenario_text *t)
{
	while (t->next != NULL && *t->next != '\0') {
		char *line = t->next;
		char *end = line_end(line);
		char *newline = end + strcspn(end, "\n");
		char *to = line;

		t->next = *newline == '\n' ? newline + 1 : NULL;
		t->line++;
		for (char *from = line; from < end; from++) {
			bool blank = strchr(" \t\r", *from) != NULL;

			if (!blank)
				*to++ = *from;
			else if (to != line && to[-1] != ' ')
				*to++ = ' ';
		}
		if (to != line && to[-1] == ' ')
			to--;
		*to = '\0';
		if (to != line)
			return line;
	}
	t->next = NULL;
	return NULL;
}

/* Whether the line to come, blanks aside, begins another scenario. */
static bool
at_next_scenario(const struct scenario_text *t)
{
	const char *line = t->next;

	if (line == NULL)
		return true;
	line += strspn(line, " \t");
	return strncmp(line, "scenario", 8) == 0 &&
	    (line[8] == ' ' || line[8] == '\t');
}

static void
declare(struct parse *p, const struct words *words)
{
	struct scenario *s = p->s;
	struct node *node = &s->nodes[s->nnodes];

	if (s->nnodes == SCENARIO_NODES_MAX)
		parse_wrong(p, p->text->line, "too many children");
	parse_node(p, node, words, p->parents[s->nnodes]);
	if (scenario_find(s, node->id) >= 0)
		parse_wrong(p, p->text->line, "%s is there already", node->id);
	s->nnodes++;
}

static void
declare_link(struct parse *p, const struct words *words)
{
	struct scenario *s = p->s;
	int a = scenario_find(s, words->word[1]);
	int b = scenario_find(s, words->word[2]);

	if (a < 0 || b < 0)
		parse_wrong(p, p->text->line, "link: no such worker");
	if (s->nlinks == SCENARIO_LINKS_MAX)
		parse_wrong(p, p->text->line, "too many links");
	s->links[s->nlinks++] = (struct pair){ a, b };
}

/* One line before `run`. */
static void
parse_head(struct parse *p, const struct words *words)
{
	const char *first = words->word[0];
	int compare;

	if (parse_word(first, node_kind_text, NODE_DSUP + 1) >= 0) {
		declare(p, words);
	} else if (strcmp(first, "scenario") == 0 && words->n == 2) {
		p->s->name = words->word[1];
	} else if (strcmp(first, "link") == 0 && words->n == 3) {
		declare_link(p, words);
	} else if (strcmp(first, "compare") == 0 && words->n == 2) {
		compare = parse_word(words->word[1], compare_text, 3);
		if (compare < 0)
			parse_wrong(p, p->text->line, "cannot compare %s",
			    words->word[1]);
		p->s->compare = (enum compare)compare;
	} else {
		parse_wrong(p, p->text->line, "unknown directive: %s", first);
	}
}

/* `line` is left without its blanks. */
static void
split(const struct parse *p, char *line, struct words *words)
{
	words->n = 0;
	for (char *word; (word = strsep(&line, " ")) != NULL;) {
		if (words->n == PARSE_WORDS_MAX)
			parse_wrong(p, p->text->line, "too many words");
		words->word[words->n++] = word;
	}
}

static void
begin(struct scenario *s)
{
	s->name = "scenario";
	s->compare = COMPARE_RAW;
	s->nnodes = s->nlinks = s->nsteps = s->nwords = 0;
	s->root = -1;
}

bool
scenario_next(struct scenario_text *t, struct scenario *s)
{
	struct parse parse = { .text = t, .s = s };
	char copy[PARSE_LINE_SIZE];
	struct words words;
	bool run = false;
	char *line;

	begin(s);
	while (!(run && at_next_scenario(t)) && (line = next_line(t)) != NULL) {
		if (strlcpy(copy, line, sizeof(copy)) >= sizeof(copy))
			parse_wrong(&parse, t->line, "the line is too long");
		if (strcmp(line, "run") == 0) {
			run = true;
		} else if (run) {
			split(&parse, copy, &words);
			parse_step(&parse, &words, line);
		} else {
			split(&parse, line, &words);
			parse_head(&parse, &words);
		}
	}
	if (!run && s->nnodes == 0)
		return false;
	if (!run)
		parse_wrong(&parse, t->line, "there is no `run`");
	parse_resolve(&parse);
	return true;
}
