/* SPDX-License-Identifier: ISC */
#ifndef CMD_COMPLETION_H
#define CMD_COMPLETION_H

/*
 * Prints a shell's script for completion, made from the table of commands:
 * `bash`, `zsh` or `fish`. The exit status.
 */
int completion_print(const char *shell);

#endif
