/* SPDX-License-Identifier: ISC */
#include <paths.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "os/datagram.h"
#include "os/syslog.h"

/* Room for a message; what is longer is cut. */
#define MESSAGE_SIZE 2048

int
syslog_tell(int priority, const char *line)
{
	char message[MESSAGE_SIZE], stamp[sizeof("Mmm dd hh:mm:ss")] = "";
	time_t now = time(NULL);
	struct tm tm;

	/* As RFC 3164 has it in section 4.1; the locale is that of C. */
	if (localtime_r(&now, &tm) != NULL)
		strftime(stamp, sizeof(stamp), "%b %e %H:%M:%S", &tm);
	snprintf(message, sizeof(message), "<%d>%s supervise[%d]: %.*s",
	    LOG_DAEMON | priority, stamp, (int)getpid(),
	    (int)strcspn(line, "\n"), line);
	return datagram_tell(_PATH_LOG, message);
}
