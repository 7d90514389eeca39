/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_WITNESS_H
#define ENGINE_WITNESS_H

#include <sys/types.h>

/*
 * The witness: it sees to it that nothing is left, whichever of guardian and
 * engine is killed, and both (U3, U8). It has a name of its own, so that who
 * kills them by name does not kill it.
 *
 * It is the parent of the engine, and the sub-reaper of all that is started:
 * it reaps orphans and tells the engine of them. When the engine has ended it
 * tells the guardian how, ends every process left below itself, and then
 * itself. So it needs no guardian for that.
 *
 * The successor of a witness that was killed cannot come between guardian and
 * engine any more. It sleeps until both are dead, and then ends what carries
 * `mark`. Meanwhile the guardian is the sub-reaper.
 */

struct engine_link;
struct run;

/*
 * The life of the first witness, in a process forked for it, which closes
 * what it has no use for: starts the engine, with what is still missing in
 * `link`, and tells the guardian (MESSAGE_ENGINE), as it does of its end
 * (MESSAGE_ENDED).
 */
_Noreturn void witness_run(const struct run *run, struct engine_link *link);

/*
 * Starts a successor. `alive` is a pipe whose writing end the guardian and the
 * engine hold; its end of file is the news of their death. Returns the pid,
 * or -errno. It inherits blocked signals, and no descriptor but `alive` and 0
 * to 2.
 */
pid_t witness_start(const int alive[static 2], const char *mark);

#endif
