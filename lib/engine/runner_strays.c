/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "engine/engine.h"
#include "engine/mark.h"
#include "engine/runner.h"
#include "os/clock.h"
#include "os/pidfd.h"
#include "os/proc.h"

/* What programs have left behind outside of their groups: found by a mark. */

#define MARK_NAME "SUPERVISE_PROGRAM="

/* How long they are looked for, and how often. */
#define LOOK_NS  NS_PER_S
#define AGAIN_NS (10 * NS_PER_MS)

/* The environment of this process, with the marks and what is given. */
static int
make_environment(struct runner *runner, const char *const *given)
{
	char *none[] = { NULL };
	char **from = environ != NULL ? environ : none;
	const char *engine = mark_text();
	size_t n = 0, ngiven = 0, to = 0;

	while (from[n] != NULL)
		n++;
	while (given != NULL && given[ngiven] != NULL)
		ngiven++;
	runner->envp = calloc(n + ngiven + 3, sizeof(*runner->envp));
	if (runner->envp == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		if (strncmp(from[i], MARK_NAME, sizeof(MARK_NAME) - 1) != 0 &&
		    (*engine == '\0' || !environment_is_own(from[i])))
			runner->envp[to++] = from[i];
	for (size_t i = 0; i < ngiven; i++)
		runner->envp[to++] = given[i];
	runner->envp[to++] = runner->mark;
	if (*engine != '\0')
		runner->envp[to++] = engine;
	return 0;
}

int
runner_mark(struct runner *runner, const char *const *given)
{
	snprintf(runner->mark, sizeof(runner->mark), MARK_NAME "%jd.%" PRId64,
	    (intmax_t)getpid(), clock_now_ns());
	return make_environment(runner, given);
}

/* What is to be looked for, and whether it may be that there is more. */
struct look {
	const char *const *marks;
	bool found;
};

/* What ends has no environment any more, and hides its children. */
static bool
is_ending(pid_t pid)
{
	struct proc_stat stat;

	return proc_stat(pid, &stat) == 0 && stat.ending;
}

static int
kill_marked(pid_t pid, void *arg)
{
	struct look *look = arg;
	int pidfd;

	if (proc_env_has(pid, look->marks) != 1) {
		look->found |= is_ending(pid);
		return 0;
	}
	pidfd = pidfd_of(pid);
	/* Another one may have got the number meanwhile. */
	if (pidfd >= 0 && proc_env_has(pid, look->marks) == 1 &&
	    pidfd_signal(pidfd, SIGKILL) == 0)
		look->found = true;
	fd_close(&pidfd);
	return 0;
}

bool
runner_strays_kill(struct runner *runner)
{
	const char *const marks[] = { runner->mark, NULL };
	struct look look = { .marks = marks };

	if (*runner->children >= 0)
		(void)proc_children_each(*runner->children, kill_marked, &look);
	return look.found;
}

bool
runner_strays_ended(struct runner *runner, int64_t now_ns)
{
	bool found = false;

	if (runner->look_ns == CLOCK_NEVER)
		runner->look_until_ns = now_ns + LOOK_NS;
	/*
	 * The children of one that ends are seen once it has; when that was
	 * during the first look, in the second.
	 */
	for (int looks = 0; looks < 2 && !found; looks++)
		found = runner_strays_kill(runner);
	if (found && now_ns < runner->look_until_ns) {
		runner->look_ns = now_ns + AGAIN_NS;
		return false;
	}
	runner->look_ns = CLOCK_NEVER;
	return true;
}
