/* SPDX-License-Identifier: ISC */
#ifndef OS_SYSLOG_H
#define OS_SYSLOG_H

/*
 * The machine's log, for who has no other place for what must not be lost.
 * Unlike syslog(3) it never waits.
 */

/*
 * Tells it what stands before the first newline, as `supervise[PID]` of the
 * facility daemon. The priority is one of syslog(3), LOG_ERR or the like. 0 or
 * -errno; -EAGAIN: the log has no room now.
 */
int syslog_tell(int priority, const char *line);

#endif
