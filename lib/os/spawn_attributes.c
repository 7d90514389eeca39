/* SPDX-License-Identifier: ISC */
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <linux/capability.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "base/attributes.h"
#include "os/spawn_attributes.h"

/*
 * The C library's own functions for users and groups tell all threads, and so
 * the parent, whose memory this is. On some machines the plain numbers are
 * those of calls that take 16 bits.
 */
#ifdef SYS_setresuid32
#define CALL_SETGROUPS SYS_setgroups32
#define CALL_SETRESGID SYS_setresgid32
#define CALL_SETRESUID SYS_setresuid32
#else
#define CALL_SETGROUPS SYS_setgroups
#define CALL_SETRESGID SYS_setresgid
#define CALL_SETRESUID SYS_setresuid
#endif

/* IOPRIO_WHO_PROCESS of linux/ioprio.h, which is not everywhere. */
#define IOPRIO_PROCESS 1

/* More capabilities than any kernel has. */
#define CAPABILITIES_END 64

IN_CHILD static bool
has(const struct spawn_start *start, enum attribute attribute)
{
	return attributes_have(start->plan->attributes, attribute);
}

/* Does not wait for the other end of a named pipe. */
IN_CHILD int
spawn_set_input(const struct spawn_start *start)
{
	const char *path = start->plan->input;
	int fd, error = 0;

	if (path == NULL)
		return 0;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd == -1)
		return -errno;
	if (fcntl(fd, F_SETFL, 0) == -1 || dup2(fd, STDIN_FILENO) == -1)
		error = -errno;
	(void)close(fd);
	return error;
}

IN_CHILD int
spawn_set_oom_score(const struct spawn_start *start)
{
	const char *text;
	ssize_t n;
	int fd, error;

	if (!has(start, ATTRIBUTE_OOM_SCORE_ADJ))
		return 0;
	text = start->plan->attributes->oom_score_adj;
	fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (fd == -1)
		return -errno;
	n = write(fd, text, strlen(text));
	error = n == -1 ? -errno : 0;
	(void)close(fd);
	return error;
}

IN_CHILD int
spawn_set_nice(const struct spawn_start *start)
{
	if (!has(start, ATTRIBUTE_NICE))
		return 0;
	return setpriority(PRIO_PROCESS, 0, start->plan->attributes->nice) ==
		-1 ?
	    -errno :
	    0;
}

IN_CHILD int
spawn_set_ioprio(const struct spawn_start *start)
{
	if (!has(start, ATTRIBUTE_IOPRIO))
		return 0;
	return syscall(SYS_ioprio_set, IOPRIO_PROCESS, 0,
		   start->plan->attributes->ioprio) == -1 ?
	    -errno :
	    0;
}

IN_CHILD int
spawn_set_cpus(const struct spawn_start *start)
{
	const struct attributes *a = start->plan->attributes;

	if (!has(start, ATTRIBUTE_CPUS))
		return 0;
	return sched_setaffinity(0, sizeof(a->cpus), &a->cpus) == -1 ? -errno :
								       0;
}

/* The mask of new files is set with them: that cannot fail. */
IN_CHILD int
spawn_set_limits(const struct spawn_start *start)
{
	const struct attributes *a = start->plan->attributes;
	size_t i;

	if (has(start, ATTRIBUTE_UMASK))
		(void)umask((mode_t)a->umask);
	if (!has(start, ATTRIBUTE_LIMIT))
		return 0;
	for (i = 0; i < RESOURCES; i++) {
		if ((a->limited >> i & 1) == 0)
			continue;
		start->area->subject = resources[i].name;
		if (setrlimit(resources[i].number, &a->limits[i]) == -1)
			return -errno;
	}
	return 0;
}

/* What is mounted elsewhere still comes here, but nothing goes back. */
IN_CHILD int
spawn_leave_mounts(const struct spawn_start *start)
{
	if (!has(start, ATTRIBUTE_PRIVATE_TMP))
		return 0;
	if (unshare(CLONE_NEWNS) == -1 ||
	    mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) == -1)
		return -errno;
	return 0;
}

IN_CHILD int
spawn_change_root(const struct spawn_start *start)
{
	if (!has(start, ATTRIBUTE_CHROOT))
		return 0;
	if (chroot(start->plan->attributes->chroot) == -1 || chdir("/") == -1)
		return -errno;
	return 0;
}

/* Many a root folder has no /var/tmp, and then nothing is in it. */
IN_CHILD int
spawn_mount_tmp(const struct spawn_start *start)
{
	static const char *const folders[] = { "/tmp", "/var/tmp" };
	size_t i;

	if (!has(start, ATTRIBUTE_PRIVATE_TMP))
		return 0;
	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		start->area->subject = folders[i];
		if (mount("tmpfs", folders[i], "tmpfs", MS_NOSUID | MS_NODEV,
			"mode=1777") == -1 &&
		    (i == 0 || errno != ENOENT))
			return -errno;
	}
	return 0;
}

/* While it may: the bounding set can only be changed by who has setpcap. */
IN_CHILD int
spawn_bound_capabilities(const struct spawn_start *start)
{
	uint64_t kept;
	int i, bounded;

	if (!has(start, ATTRIBUTE_CAPABILITIES))
		return 0;
	kept = start->plan->attributes->capabilities;
	for (i = 0; i < CAPABILITIES_END; i++) {
		bounded = prctl(PR_CAPBSET_READ, i);
		if (bounded == -1)
			break;
		if (bounded == 1 && (kept >> i & 1) == 0 &&
		    prctl(PR_CAPBSET_DROP, i) == -1)
			return -errno;
	}
	if (kept != 0 && prctl(PR_SET_KEEPCAPS, 1) == -1)
		return -errno;
	return 0;
}

/* The groups of a user are part of becoming him. */
IN_CHILD static int
fail_groups(const struct spawn_start *start)
{
	if (start->plan->identity->sets_uid)
		start->area->step = SPAWN_USER;
	return -errno;
}

IN_CHILD int
spawn_set_groups(const struct spawn_start *start)
{
	const struct identity *identity = start->plan->identity;

	if (identity == NULL || !identity->sets_groups)
		return 0;
	if (syscall(CALL_SETGROUPS, identity->ngroups, identity->groups) == -1)
		return fail_groups(start);
	return 0;
}

IN_CHILD int
spawn_set_group(const struct spawn_start *start)
{
	const struct identity *identity = start->plan->identity;
	gid_t gid;

	if (identity == NULL || !identity->sets_gid)
		return 0;
	gid = identity->gid;
	if (syscall(CALL_SETRESGID, gid, gid, gid) == -1)
		return fail_groups(start);
	return 0;
}

IN_CHILD int
spawn_set_user(const struct spawn_start *start)
{
	const struct identity *identity = start->plan->identity;
	uid_t uid;

	if (identity == NULL || !identity->sets_uid)
		return 0;
	uid = identity->uid;
	return syscall(CALL_SETRESUID, uid, uid, uid) == -1 ? -errno : 0;
}

/* Who is not root keeps them over execve(2) only as ambient ones. */
IN_CHILD static int
raise_ambient(uint64_t kept)
{
	int i;

	if (geteuid() == 0)
		return 0;
	for (i = 0; i < CAPABILITIES_END; i++)
		if ((kept >> i & 1) != 0 &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0) == -1)
			return -errno;
	return 0;
}

IN_CHILD int
spawn_set_capabilities(const struct spawn_start *start)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	uint64_t kept;
	size_t i;

	if (!has(start, ATTRIBUTE_CAPABILITIES))
		return 0;
	kept = start->plan->attributes->capabilities;
	for (i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		data[i].effective = (uint32_t)(kept >> 32 * i);
		data[i].permitted = data[i].effective;
		data[i].inheritable = data[i].effective;
	}
	if (syscall(SYS_capset, &header, data) == -1 ||
	    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == -1)
		return -errno;
	return raise_ambient(kept);
}

IN_CHILD int
spawn_set_no_new_privileges(const struct spawn_start *start)
{
	if (!has(start, ATTRIBUTE_NO_NEW_PRIVILEGES))
		return 0;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ? -errno : 0;
}
