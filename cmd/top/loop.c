/* SPDX-License-Identifier: ISC */
#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "base/units.h"
#include "cmd/command.h"
#include "cmd/top/keys.h"
#include "cmd/top/loop.h"
#include "cmd/top/view.h"
#include "os/clock.h"

/* What happens at once is looked at once: so long is waited for more. */
#define TOGETHER_NS (50 * NS_PER_MS)

#define KEY_ESCAPE 27
#define KEY_ERASE  127

struct loop {
	struct top_model *model;
	struct top_source *source;
	struct top_view view;
	int64_t delay_ns;
	int64_t look_ns; /* when to look next */
	int64_t lost_ns; /* since when nobody answers; 0: it does */
	bool more;       /* there may be lines that were not taken yet */
	bool over;
	int status;
};

/* The signal that is to end this. */
static volatile sig_atomic_t ending;

static void
note_signal(int signo)
{
	ending = signo;
}

/*
 * These come while waiting only, so that none is missed. Those of curses,
 * for a new size and for being stopped, do too.
 */
static void
catch_signals(sigset_t *waiting)
{
	static const int caught[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
	struct sigaction action = { .sa_handler = note_signal };
	sigset_t held;

	(void)sigemptyset(&held);
	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++) {
		(void)sigaction(caught[i], &action, NULL);
		(void)sigaddset(&held, caught[i]);
	}
	(void)sigaddset(&held, SIGWINCH);
	(void)sigaddset(&held, SIGTSTP);
	(void)sigprocmask(SIG_BLOCK, &held, waiting);
}

static void
die_by(int signo, const sigset_t *waiting)
{
	(void)signal(signo, SIG_DFL);
	(void)raise(signo);
	(void)sigprocmask(SIG_SETMASK, waiting, NULL);
}

/* Looks, or bears with a supervisor that is gone for a while. */
static void
look(struct loop *loop)
{
	int64_t now_ns = clock_now_ns();
	bool lost = top_source_look(loop->source, loop->model) < 0;

	loop->look_ns = now_ns + loop->delay_ns;
	if (!lost) {
		top_source_listen(loop->source);
		if (loop->lost_ns != 0)
			*loop->source->said = '\0';
		loop->lost_ns = 0;
		return;
	}
	if (loop->lost_ns == 0)
		loop->lost_ns = now_ns;
	if (now_ns - loop->lost_ns < TOP_PATIENCE_MS * NS_PER_MS)
		return;
	loop->over = true;
	loop->status = STATUS_NO_SUPERVISOR;
}

/* ------------------------------------------------------------------- keys */

static void
act(struct loop *loop, const char *verb, const char *signal)
{
	const struct top_row *row = top_chosen(loop->model);
	const char *words[4] = { verb };
	size_t n = 1;

	if (row == NULL)
		return;
	if (signal != NULL)
		words[n++] = signal;
	words[n] = row->name;
	(void)top_source_act(loop->source, words);
}

static void
watch(struct loop *loop, bool on)
{
	const struct top_row *row = top_chosen(loop->model);

	top_ring_clear(&loop->view.lines);
	loop->view.back = 0;
	loop->view.page = TOP_PAGE_ROWS;
	top_source_follow(loop->source, NULL);
	if (!on || row == NULL)
		return;
	loop->view.page = TOP_PAGE_LINES;
	(void)strlcpy(loop->view.watched, row->name,
	    sizeof(loop->view.watched));
	top_source_follow(loop->source, row->name);
}

static void
ask_user(struct loop *loop, enum top_question question)
{
	loop->view.question = question;
	(void)strlcpy(loop->view.typed,
	    question == TOP_ASKS_FILTER ? loop->model->filter : "",
	    sizeof(loop->view.typed));
}

/* Goes so many rows or lines down. */
static void
scroll_by(struct loop *loop, ptrdiff_t by)
{
	ptrdiff_t back = (ptrdiff_t)loop->view.back - by;

	if (loop->view.page == TOP_PAGE_LINES)
		loop->view.back = back < 0 ? 0 : (size_t)back;
	else
		top_move(loop->model, by);
}

static void
quit(struct loop *loop)
{
	if (loop->view.page == TOP_PAGE_ROWS)
		loop->over = true;
	else
		watch(loop, false);
}

/* What a key asks for that is done to the chosen child. */
static void
press_act(struct loop *loop, enum top_key key)
{
	if (key == TOP_KEY_START)
		act(loop, "start", NULL);
	else if (key == TOP_KEY_STOP)
		act(loop, "stop", NULL);
	else if (key == TOP_KEY_RESTART)
		act(loop, "restart", NULL);
	else if (key == TOP_KEY_REPLACE)
		act(loop, "replace", NULL);
	else if (key == TOP_KEY_SIGNAL)
		ask_user(loop, TOP_ASKS_SIGNAL);
}

static void
press_move(struct loop *loop, enum top_key key)
{
	ptrdiff_t page = (ptrdiff_t)loop->view.height;
	ptrdiff_t all = (ptrdiff_t)(loop->model->nshown + TOP_RING_LINES);

	if (key == TOP_KEY_UP || key == TOP_KEY_DOWN)
		scroll_by(loop, key == TOP_KEY_UP ? -1 : 1);
	else if (key == TOP_KEY_PAGE_UP || key == TOP_KEY_PAGE_DOWN)
		scroll_by(loop, key == TOP_KEY_PAGE_UP ? -page : page);
	else
		scroll_by(loop, key == TOP_KEY_FIRST ? -all : all);
}

static void
press(struct loop *loop, enum top_key key)
{
	switch (key) {
	case TOP_KEY_NONE:
		break;
	case TOP_KEY_UP:
	case TOP_KEY_DOWN:
	case TOP_KEY_PAGE_UP:
	case TOP_KEY_PAGE_DOWN:
	case TOP_KEY_FIRST:
	case TOP_KEY_LAST:
		press_move(loop, key);
		break;
	case TOP_KEY_START:
	case TOP_KEY_STOP:
	case TOP_KEY_RESTART:
	case TOP_KEY_REPLACE:
	case TOP_KEY_SIGNAL:
		press_act(loop, key);
		break;
	case TOP_KEY_LINES:
		watch(loop, loop->view.page != TOP_PAGE_LINES);
		break;
	case TOP_KEY_FILTER:
		ask_user(loop, TOP_ASKS_FILTER);
		break;
	case TOP_KEY_ORDER:
		loop->model->order = (loop->model->order + 1) % TOP_NORDERS;
		(void)top_arrange(loop->model);
		break;
	case TOP_KEY_HELP:
		loop->view.page = loop->view.page == TOP_PAGE_HELP ?
		    TOP_PAGE_ROWS :
		    TOP_PAGE_HELP;
		break;
	case TOP_KEY_QUIT:
		quit(loop);
		break;
	}
}

/* The answer is complete. */
static void
take_answer(struct loop *loop)
{
	enum top_question question = loop->view.question;

	loop->view.question = TOP_ASKS_NOTHING;
	if (question == TOP_ASKS_SIGNAL && *loop->view.typed != '\0')
		act(loop, "signal", loop->view.typed);
}

/* A key while a question is asked; one that has no character, if `special`. */
static void
type(struct loop *loop, wint_t key, bool special)
{
	char *typed = loop->view.typed;
	size_t len = strlen(typed);
	char bytes[MB_LEN_MAX];
	int n;

	if (special ? key == KEY_ENTER : key == '\n' || key == '\r') {
		take_answer(loop);
		return;
	}
	if (!special && key == KEY_ESCAPE) {
		*typed = '\0';
		loop->view.question = loop->view.question == TOP_ASKS_SIGNAL ?
		    TOP_ASKS_NOTHING :
		    loop->view.question;
	} else if (special ? key == KEY_BACKSPACE :
			     key == KEY_ERASE || key == '\b') {
		/* Up to where a character starts. */
		while (len > 0 && ((unsigned char)typed[--len] & 0xc0) == 0x80)
			;
		typed[len] = '\0';
	} else if (!special && key >= ' ') {
		n = wctomb(bytes, (wchar_t)key);
		if (n > 0 && len + (size_t)n < sizeof(loop->view.typed)) {
			memcpy(typed + len, bytes, (size_t)n);
			typed[len + (size_t)n] = '\0';
		}
	}
	if (loop->view.question != TOP_ASKS_FILTER)
		return;
	/* Found while it is typed; Escape shows all again. */
	if (key == KEY_ESCAPE)
		loop->view.question = TOP_ASKS_NOTHING;
	(void)strlcpy(loop->model->filter, typed, sizeof(loop->model->filter));
	(void)top_arrange(loop->model);
}

/* Takes all that has been typed. */
static void
take_keys(struct loop *loop)
{
	wint_t key;
	int got;

	while (!loop->over && (got = get_wch(&key)) != ERR) {
		if (got == KEY_CODE_YES && key == KEY_RESIZE)
			continue;
		if (loop->view.question != TOP_ASKS_NOTHING) {
			type(loop, key, got == KEY_CODE_YES);
			continue;
		}
		/* What has been said is read with the next key. */
		*loop->source->said = '\0';
		if (key == '\r')
			key = '\n';
		if (got == KEY_CODE_YES || key < 128)
			press(loop, top_key_of((int)key));
	}
}

/* ------------------------------------------------------------------- loop */

/* Waits for a key, for what the supervisor says, for a signal, for time. */
static void
wait_for_more(struct loop *loop, const sigset_t *waiting)
{
	struct pollfd polls[TOP_NSESSIONS + 1];
	int ms =
	    loop->more ? 0 : clock_timeout_ms(clock_now_ns(), loop->look_ns);
	struct timespec limit = { .tv_sec = ms / 1000,
		.tv_nsec = (long)(ms % 1000) * NS_PER_MS };

	top_source_poll(loop->source, polls);
	polls[TOP_NSESSIONS] =
	    (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
	(void)ppoll(polls, TOP_NSESSIONS + 1, &limit, waiting);
	if ((polls[TOP_NSESSIONS].revents & (POLLHUP | POLLERR)) != 0)
		ending = SIGHUP;
}

/* Takes what the watched child has written. True if there may be more of it. */
static bool
take_followed(struct loop *loop)
{
	for (size_t i = 0; i < TOP_TURN_MAX; i++) {
		const char *line = top_source_followed(loop->source);

		if (line == NULL)
			return false;
		top_ring_add(&loop->view.lines, line);
	}
	return true;
}

static void
take_all(struct loop *loop)
{
	int64_t soon_ns = clock_now_ns() + TOGETHER_NS;
	bool changed;

	/* Each has to take what is there for it. */
	changed = top_source_happened(loop->source);
	changed = top_source_acted(loop->source) || changed;
	if (changed && soon_ns < loop->look_ns)
		loop->look_ns = soon_ns;
	loop->more = top_source_lines(loop->source, loop->model);
	loop->more = take_followed(loop) || loop->more;
	take_keys(loop);
	if (clock_now_ns() >= loop->look_ns)
		look(loop);
}

int
top_loop(struct top_model *model, struct top_source *source, int64_t delay_ms,
    bool colour)
{
	struct loop loop = {
		.model = model,
		.source = source,
		.delay_ns = delay_ms * NS_PER_MS,
		.look_ns = clock_now_ns() + delay_ms * NS_PER_MS,
	};
	sigset_t waiting;

	if (top_view_open(&loop.view, colour) < 0) {
		(void)strlcpy(source->said,
		    "this terminal cannot be drawn on (TERM says which it is); "
		    "-b prints",
		    TOP_SAID_SIZE);
		return STATUS_FAILED;
	}
	catch_signals(&waiting);
	top_source_listen(source);
	while (!loop.over && ending == 0) {
		top_view_draw(&loop.view, model, source);
		wait_for_more(&loop, &waiting);
		if (ending == 0)
			take_all(&loop);
	}
	top_view_close(&loop.view);
	if (ending != 0)
		die_by(ending, &waiting);
	return loop.status;
}
