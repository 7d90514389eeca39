/* SPDX-License-Identifier: ISC */
#include <sys/resource.h>

#include "base/resource.h"

const struct resource resources[RESOURCES] = {
	{ "as", RLIMIT_AS, RESOURCE_BYTES },
	{ "core", RLIMIT_CORE, RESOURCE_BYTES },
	{ "cpu", RLIMIT_CPU, RESOURCE_SECONDS },
	{ "data", RLIMIT_DATA, RESOURCE_BYTES },
	{ "fsize", RLIMIT_FSIZE, RESOURCE_BYTES },
	{ "locks", RLIMIT_LOCKS, RESOURCE_COUNT },
	{ "memlock", RLIMIT_MEMLOCK, RESOURCE_BYTES },
	{ "msgqueue", RLIMIT_MSGQUEUE, RESOURCE_BYTES },
	{ "nice", RLIMIT_NICE, RESOURCE_COUNT },
	{ "nofile", RLIMIT_NOFILE, RESOURCE_COUNT },
	{ "nproc", RLIMIT_NPROC, RESOURCE_COUNT },
	{ "rss", RLIMIT_RSS, RESOURCE_BYTES },
	{ "rtprio", RLIMIT_RTPRIO, RESOURCE_COUNT },
	{ "rttime", RLIMIT_RTTIME, RESOURCE_MICROSECONDS },
	{ "sigpending", RLIMIT_SIGPENDING, RESOURCE_COUNT },
	{ "stack", RLIMIT_STACK, RESOURCE_BYTES },
};
