/* SPDX-License-Identifier: ISC */
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <linux/sched.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

#include "base/assert.h"
#include "os/pidfd.h"
#include "os/spawn.h"
#include "os/spawn_child.h"

enum {
	SPAWN_TABLE_MIN = 64
}; /* descriptors; the smallest table */

#define TEXT(name, text) [name] = text,
const char *const spawn_step_text[] = { SPAWN_STEPS(TEXT) };

/* Waits for a child that is ending and has been told to nobody. */
static void
reap(pid_t pid)
{
	siginfo_t info;
	int n;

	do {
		n = waitid(P_PID, (id_t)pid, &info, WEXITED);
	} while (n == -1 && errno == EINTR);
}

/* For kernels that did not give a pidfd with the process. */
static int
watch_child(pid_t pid)
{
	int pidfd;

	pidfd = pidfd_of(pid);
	if (pidfd < 0) {
		(void)kill(-pid, SIGKILL);
		(void)kill(pid, SIGKILL);
		reap(pid);
	}
	return pidfd;
}

/*
 * The kernel doubles a full descriptor table. While a process being spawned
 * shares it, that waits for every processor to notice, 5 to 60 ms; so the
 * table is made to grow here, before the next number would do it. Failing
 * costs that time and nothing else.
 */
static void
grow_table(int last)
{
	int beyond;

	if (last < SPAWN_TABLE_MIN - 1 || ((last + 1) & last) != 0)
		return;
	beyond = fcntl(last, F_DUPFD_CLOEXEC, last + 1);
	if (beyond != -1)
		(void)close(beyond);
}

/* The process: its pid, and a pidfd if it came with it; -1 and errno. */
static pid_t
make_process(struct spawn_start *start, int *pidfd)
{
	const struct spawner *spawner = start->spawner;
	const struct spawn_plan *plan = start->plan;
	struct clone_args args = { .exit_signal = SIGCHLD };
	int flags = CLONE_VFORK;
	pid_t pid;

	if (spawner->private_table && !plan->anywhere)
		flags |= CLONE_FILES;
	if (spawner->clone_pidfd)
		flags |= CLONE_PIDFD;
	if (!plan->grouped || !spawner->clone_cgroup)
		return clone(spawn_child, start->area->stack + SPAWN_STACK_SIZE,
		    flags | CLONE_VM | SIGCHLD, start, pidfd);
	args.flags = (unsigned)flags | CLONE_INTO_CGROUP;
	args.pidfd = (uintptr_t)pidfd;
	args.cgroup = (unsigned)plan->cgroup;
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0)
		spawn_child(start);
	return pid;
}

/* One try in the present way: 0, or -errno and result->step. */
static int
try_spawn(const struct spawner *spawner, const struct spawn_plan *plan,
    struct spawn_result *result)
{
	struct spawn_area *area = spawner->area;
	struct spawn_start start = { spawner, plan, area };
	int dumpable = -1, pidfd = -1;
	pid_t pid;

	if (plan->identity != NULL)
		dumpable = prctl(PR_GET_DUMPABLE);
	area->file = NULL;
	area->subject = NULL;
	area->error = 0;
	area->step = SPAWN_PROCESS;

	pid = make_process(&start, &pidfd);
	/*
	 * That the child became another user made this memory one that must
	 * not be looked into, while the child had part in it.
	 */
	if (dumpable == 1)
		(void)prctl(PR_SET_DUMPABLE, 1);
	if (pid == -1) {
		/* A limit of the group is one of processes. */
		result->step = plan->grouped && spawner->clone_cgroup &&
			errno != EAGAIN && errno != ENOMEM ?
		    SPAWN_CGROUP :
		    SPAWN_PROCESS;
		return -errno;
	}
	if (area->error < 0) {
		reap(pid);
		fd_close(&pidfd);
		result->step = area->step;
		result->file = area->file;
		result->subject = area->subject;
		return area->error;
	}
	if (pidfd == -1)
		pidfd = watch_child(pid);
	if (pidfd < 0) {
		result->step = SPAWN_PIDFD;
		return pidfd;
	}
	grow_table(pidfd);
	result->pid = pid;
	result->pidfd = pidfd;
	return 0;
}

/*
 * After a failure that may mean that the kernel, or a sandbox, lacks what the
 * present way needs: takes the next way and returns true.
 */
static bool
take_other_way(struct spawner *spawner, enum spawn_step step, int error)
{
	if (error != -EINVAL && error != -ENOSYS && error != -EPERM)
		return false;
	if (step == SPAWN_CGROUP && spawner->clone_cgroup) {
		spawner->clone_cgroup = false;
		return true;
	}
	if (step == SPAWN_PROCESS && spawner->clone_pidfd) {
		spawner->clone_pidfd = false;
		return true;
	}
	if (step == SPAWN_TABLE && spawner->private_table) {
		spawner->private_table = false;
		return true;
	}
	return false;
}

/* Fills the slots: every number below FD_FIRST is taken from now on. */
static int
take_slots(struct spawner *spawner)
{
	int fd, slot;

	spawner->null = fd_null();
	if (spawner->null < 0)
		return spawner->null;
	for (slot = FD_SLOT; slot < FD_FIRST; slot++) {
		fd = fcntl(spawner->null, F_DUPFD_CLOEXEC, slot);
		if (fd == -1)
			return -errno;
		if (fd != slot) {
			(void)close(fd);
			return -EBUSY;
		}
		spawner->slots_end = slot + 1;
	}
	return 0;
}

/* Maps the area with a page below the stack that cannot be touched. */
static struct spawn_area *
map_area(void)
{
	size_t guard = (size_t)sysconf(_SC_PAGESIZE);
	char *base;

	base = mmap(NULL, guard + sizeof(struct spawn_area),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_STACK, -1,
	    0);
	if (base == MAP_FAILED)
		return NULL;
	if (mprotect(base, guard, PROT_NONE) == -1) {
		(void)munmap(base, guard + sizeof(struct spawn_area));
		return NULL;
	}
	return (struct spawn_area *)(void *)(base + guard);
}

static void
unmap_area(struct spawn_area *area)
{
	size_t guard = (size_t)sysconf(_SC_PAGESIZE);

	(void)munmap((char *)area - guard, guard + sizeof(struct spawn_area));
}

static int
read_limit(struct spawner *spawner, const struct rlimit *nofile)
{
	struct rlimit own;

	if (getrlimit(RLIMIT_NOFILE, &own) == -1)
		return -errno;
	spawner->nofile = *nofile;
	spawner->limit_changed = own.rlim_cur != nofile->rlim_cur ||
	    own.rlim_max != nofile->rlim_max;
	return 0;
}

int
spawner_init(struct spawner *spawner, const struct signals *signals,
    const struct rlimit *nofile)
{
	int error;

	*spawner = (struct spawner){
		.signals = signals,
		.parent = getpid(),
		.null = -1,
		.slots_end = FD_SLOT,
		.private_table = true,
		.clone_pidfd = true,
		.clone_cgroup = true,
	};
	spawner->area = map_area();
	error = spawner->area == NULL ? -ENOMEM : 0;
	if (error == 0)
		error = read_limit(spawner, nofile);
	if (error == 0)
		error = take_slots(spawner);
	if (error < 0)
		spawner_fini(spawner);
	return error;
}

void
spawner_fini(struct spawner *spawner)
{
	if (spawner->area != NULL)
		unmap_area(spawner->area);
	spawner->area = NULL;
	for (; spawner->slots_end > FD_SLOT; spawner->slots_end--)
		(void)close(spawner->slots_end - 1);
	fd_close(&spawner->null);
}

int
spawner_lay(const struct spawner *spawner, int slot, int fd)
{
	assert(slot >= FD_SLOT && slot < FD_FIRST);
	if (fd == -1)
		fd = spawner->null;
	return dup3(fd, slot, O_CLOEXEC) == -1 ? -errno : 0;
}

int
spawner_spawn(struct spawner *spawner, const struct spawn_plan *plan,
    struct spawn_result *result)
{
	int error;

	assert(plan->argv[0] != NULL && plan->nfds <= SPAWN_FDS_MAX);
	*result = (struct spawn_result){ .pid = -1, .pidfd = -1 };
	do {
		error = try_spawn(spawner, plan, result);
	} while (error < 0 && take_other_way(spawner, result->step, error));
	return error;
}
