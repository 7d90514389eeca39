/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "control/request.h"

/* What a word may have in it without quotes. */
#define PLAIN                                                        \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ012345" \
	"6789_-./:@%+,=*?[]~"

/* A quote inside of quotes. */
#define QUOTE "'\\''"

static enum request_state
go_on_between(char c)
{
	switch (c) {
	case ' ':
	case '\t':
	case '\n':
	case ';':
	case '{':
	case '}':
		return REQUEST_BETWEEN;
	case '#':
		return REQUEST_COMMENT;
	case '\'':
		return REQUEST_SINGLE;
	case '"':
		return REQUEST_DOUBLE;
	case '\\':
		return REQUEST_BETWEEN_ESCAPED;
	case '\r':
		return REQUEST_RETURN;
	default:
		return REQUEST_WORD;
	}
}

static enum request_state
go_on_in_word(char c)
{
	if (c == '#')
		return REQUEST_WORD;
	return c == '\\' ? REQUEST_WORD_ESCAPED : go_on_between(c);
}

/* Where the byte behind `c`, which does not end the request, stands. */
static enum request_state
go_on(enum request_state state, char c)
{
	switch (state) {
	case REQUEST_BETWEEN:
		return go_on_between(c);
	case REQUEST_WORD:
		return go_on_in_word(c);
	case REQUEST_SINGLE:
		return c == '\'' ? REQUEST_WORD : REQUEST_SINGLE;
	case REQUEST_DOUBLE:
		if (c == '\\')
			return REQUEST_DOUBLE_ESCAPED;
		return c == '"' ? REQUEST_WORD : REQUEST_DOUBLE;
	case REQUEST_COMMENT:
		return c == '\r' ? REQUEST_RETURN : REQUEST_COMMENT;
	case REQUEST_BETWEEN_ESCAPED:
		return c == '\n' ? REQUEST_BETWEEN : REQUEST_WORD;
	case REQUEST_DOUBLE_ESCAPED:
		return REQUEST_DOUBLE;
	case REQUEST_WORD_ESCAPED:
	case REQUEST_RETURN:
		return REQUEST_WORD;
	}
	return state;
}

/* Whether a newline ends the request, or is a part of it. */
static bool
ends_at_newline(enum request_state state)
{
	return state == REQUEST_BETWEEN || state == REQUEST_WORD ||
	    state == REQUEST_COMMENT || state == REQUEST_RETURN;
}

static bool
is_control(char c)
{
	return ((unsigned char)c < ' ' && c != '\t' && c != '\n') || c == 0x7f;
}

size_t
request_scan(struct request_scan *scan, const char *bytes, size_t len,
    bool *ended)
{
	size_t i = 0;

	*ended = false;
	while (i < len && !*ended) {
		enum request_state before = scan->state;
		char c = bytes[i++];

		*ended = c == '\n' && ends_at_newline(before);
		scan->state = *ended ? REQUEST_BETWEEN : go_on(before, c);

		/* A carriage return may stand before that newline alone. */
		if ((is_control(c) && scan->state != REQUEST_RETURN) ||
		    (before == REQUEST_RETURN && !*ended))
			scan->control = true;
	}
	return i;
}

/* A request being written; what does not fit is counted only. */
struct text {
	char *bytes;
	size_t size;
	size_t len;
};

static void
put(struct text *text, const char *bytes, size_t len)
{
	if (text->len <= text->size && len <= text->size - text->len)
		memcpy(text->bytes + text->len, bytes, len);
	text->len += len;
}

static void
put_word(struct text *text, const char *word)
{
	size_t len = strlen(word);

	if (len > 0 && strspn(word, PLAIN) == len) {
		put(text, word, len);
		return;
	}
	put(text, "'", 1);
	while (*word != '\0') {
		len = strcspn(word, "'");
		put(text, word, len);
		word += len;
		if (*word == '\'') {
			put(text, QUOTE, strlen(QUOTE));
			word++;
		}
	}
	put(text, "'", 1);
}

static bool
has_control(const char *word)
{
	while (*word != '\0' && !is_control(*word))
		word++;
	return *word != '\0';
}

size_t
request_write(size_t nwords, const char *const *words, char *bytes, size_t size,
    bool *control)
{
	struct text text = { .bytes = bytes, .size = size };

	*control = false;
	for (size_t i = 0; i < nwords; i++) {
		*control = *control || has_control(words[i]);
		if (i > 0)
			put(&text, " ", 1);
		put_word(&text, words[i]);
	}
	put(&text, "\n", 1);
	return *control || text.len > size ? 0 : text.len;
}
