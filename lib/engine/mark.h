/* SPDX-License-Identifier: ISC */
#ifndef ENGINE_MARK_H
#define ENGINE_MARK_H

/*
 * SUPERVISE_ID=…, in the environment of whatever this supervisor starts:
 * unique on this machine, a pid, and since when.
 */

/* Makes it, once, in the guardian. */
void mark_make(void);

/* What was made, borrowed for ever; "" before that. */
const char *mark_text(void);

#endif
