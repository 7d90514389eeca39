/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_WITNESS_H
#define ENGINE_WITNESS_H

#include <sys/types.h>

/*
 * The witness: a process that does nothing as long as the guardian or the
 * engine lives. When both were killed, nobody is left who could find what
 * their children forked; it ends every process that carries `mark`
 * (SUPERVISE_ID=…) in its environment, and then itself (U8).
 *
 * `alive` is a pipe whose writing end the guardian and the engine hold; its
 * end of file is the news of their death. Returns the witness's pid, or
 * -errno. To be called by the guardian, anew when a witness has ended; the
 * witness inherits blocked signals, and no descriptor but `alive` and 0 to 2.
 */
pid_t witness_start(const int alive[static 2], const char *mark);

#endif
