/* SPDX-License-Identifier: ISC */
#include <curses.h>

#include "cmd/top/keys.h"

const struct top_binding top_bindings[] = {
	{ TOP_KEY_UP, KEY_UP, "Up", "the row above", NULL },
	{ TOP_KEY_DOWN, KEY_DOWN, "Down", "the row below", NULL },
	{ TOP_KEY_PAGE_UP, KEY_PPAGE, "PageUp", "a page up", NULL },
	{ TOP_KEY_PAGE_DOWN, KEY_NPAGE, "PageDown", "a page down", NULL },
	{ TOP_KEY_FIRST, KEY_HOME, "Home", "the first row", NULL },
	{ TOP_KEY_LAST, KEY_END, "End", "the last row", NULL },
	{ TOP_KEY_START, 's', "s", "start the chosen child", "start" },
	{ TOP_KEY_STOP, 't', "t", "stop it (terminate)", "stop" },
	{ TOP_KEY_RESTART, 'r', "r", "restart it", "restart" },
	{ TOP_KEY_REPLACE, 'p', "p", "replace it by a second run", NULL },
	{ TOP_KEY_SIGNAL, 'k', "k", "send it a signal, which is asked for",
	    "signal" },
	{ TOP_KEY_LINES, 'l', "l", "follow what it writes; again: back",
	    "output" },
	{ TOP_KEY_LINES, '\n', "Enter", NULL, NULL },
	{ TOP_KEY_FILTER, '/', "/", "show only names with some text in them",
	    "filter" },
	{ TOP_KEY_ORDER, 'o', "o", "order: tree, processor, memory, restarts",
	    "order" },
	{ TOP_KEY_HELP, '?', "?", "this page", "help" },
	{ TOP_KEY_HELP, 'h', "h", NULL, NULL },
	{ TOP_KEY_QUIT, 'q', "q", "end; back from output and from this page",
	    "quit" },
};

const size_t top_nbindings = sizeof(top_bindings) / sizeof(top_bindings[0]);

enum top_key
top_key_of(int code)
{
	for (size_t i = 0; i < top_nbindings; i++)
		if (top_bindings[i].code == code)
			return top_bindings[i].key;
	return TOP_KEY_NONE;
}
