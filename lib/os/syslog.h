/* SPDX-License-Identifier: ISC */
#ifndef OS_SYSLOG_H
#define OS_SYSLOG_H

/*
 * The machine's log, for who has no other place for what must not be lost.
 * Unlike syslog(3) it never waits: a log that is full, or not there, hears
 * nothing.
 */

/*
 * Tells it what stands before the first newline, as `supervise[PID]` of the
 * facility daemon. The priority is one of syslog(3), LOG_ERR or the like.
 */
void syslog_tell(int priority, const char *line);

#endif
