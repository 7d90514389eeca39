/* SPDX-License-Identifier: ISC */
#include <sys/prctl.h>
#include <sys/resource.h>

#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "base/attributes.h"
#include "check.h"
#include "os_run.h"

/* Nobody has these numbers. */
#define UID 54321
#define GID 54322

#define BIT(attribute) (UINT32_C(1) << (attribute))

/* A shell that tells what it finds. */
static struct spawn_plan
tell(const char *const argv[4], const struct attributes *a)
{
	struct spawn_plan plan = run_plan(argv);

	plan.attributes = a;
	return plan;
}

#define TELL(script, a) \
	tell((const char *const[4]){ "/bin/sh", "-c", script, NULL }, a)

static size_t
resource_of(const char *name)
{
	size_t i = 0;

	while (strcmp(resources[i].name, name) != 0)
		i++;
	return i;
}

static void
numbers_are_set(void)
{
	struct attributes a = {
		.said = BIT(ATTRIBUTE_UMASK) | BIT(ATTRIBUTE_NICE) |
		    BIT(ATTRIBUTE_OOM_SCORE_ADJ) | BIT(ATTRIBUTE_CPUS) |
		    BIT(ATTRIBUTE_NO_NEW_PRIVILEGES),
		.umask = 027,
		.nice = 7,
		.oom_score_adj = "123",
	};
	struct spawn_plan plan;

	CHECK(sched_getaffinity(0, sizeof(a.cpus), &a.cpus) == 0);
	for (size_t i = 0, n = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &a.cpus) && n++ > 0)
			CPU_CLR(i, &a.cpus);
	plan = TELL("umask; echo nice $(nice); cat /proc/self/oom_score_adj;"
		    "echo cpus $(nproc); grep NoNewPrivs /proc/self/status",
	    &a);
	run_to_end(&plan);
	CHECK(run_reported("0027"));
	CHECK(run_reported("nice 7"));
	CHECK(run_reported("123"));
	CHECK(run_reported("cpus 1"));
	CHECK(run_reported("NoNewPrivs:\t1"));
	OK("what is said about a process is set in it");
}

static void
limits_are_set(void)
{
	struct attributes a = { .said = BIT(ATTRIBUTE_LIMIT) };
	struct spawn_plan plan =
	    TELL("echo $(ulimit -Sn) $(ulimit -Hn) $(ulimit -c)", &a);
	size_t nofile = resource_of("nofile"), core = resource_of("core");

	a.limits[nofile] = (struct rlimit){ 100, 200 };
	a.limited = BIT(nofile) | BIT(core);
	run_to_end(&plan);
	CHECK(run_reported("100 200 0"));
	CHECK(prctl(PR_GET_DUMPABLE) == 1);
	OK("limits are set, and win over those that are put back");
}

static void
identity_is_taken(void)
{
	static struct identity identity = {
		.sets_uid = true,
		.sets_gid = true,
		.sets_groups = true,
		.uid = UID,
		.gid = GID,
		.ngroups = 2,
		.groups = { 7, 9 },
	};
	struct spawn_plan plan = TELL("echo $(id -u) $(id -g) $(id -G);"
				      "grep CapPrm /proc/self/status",
	    NULL);

	plan.identity = &identity;
	run_to_end(&plan);
	CHECK(run_reported("54321 54322 54322 7 9"));
	CHECK(run_reported("CapPrm:\t0000000000000000"));
	CHECK(prctl(PR_GET_DUMPABLE) == 1);
	plan = run_plan_probe();
	plan.identity = &identity;
	run_probe(&plan);
	CHECK(run_reported("tied 9"));
	OK("U8: who becomes another user still ends with the engine");
}

static void
capabilities_are_kept(void)
{
	static struct identity identity = { .sets_uid = true, .uid = UID };
	struct attributes a = {
		.said = BIT(ATTRIBUTE_CAPABILITIES),
		.capabilities = UINT64_C(1) << CAP_NET_BIND_SERVICE,
	};
	struct spawn_plan plan =
	    TELL("grep -E 'Cap(Inh|Prm|Eff|Bnd|Amb)' /proc/self/status |"
		 "cut -f2 | sort -u; grep CapAmb /proc/self/status",
		&a);

	run_to_end(&plan);
	CHECK(run_reported("CapAmb:\t0000000000000000"));
	plan.identity = &identity;
	run_to_end(&plan);
	CHECK(run_reported("0000000000000400\nCapAmb:\t0000000000000400"));
	a.capabilities = 0;
	run_to_end(&plan);
	CHECK(run_reported("0000000000000000\nCapAmb:\t0000000000000000"));
	OK("capabilities are kept to a list, whoever has them");
}

static void
fails(const struct spawn_plan *plan, int error, enum spawn_step step,
    const char *subject)
{
	struct spawn_result result;

	CHECK(spawner_spawn(&run_spawner, plan, &result) == error);
	CHECK(result.step == step);
	CHECK(subject == NULL ? result.subject == NULL :
				strcmp(result.subject, subject) == 0);
}

static void
failing_steps_are_named(void)
{
	struct attributes a = { .said = BIT(ATTRIBUTE_CPUS) };
	struct spawn_plan plan = TELL(":", &a);
	size_t nofile = resource_of("nofile");

	fails(&plan, -EINVAL, SPAWN_CPUS, NULL);
	a.said = BIT(ATTRIBUTE_LIMIT);
	a.limited = BIT(nofile);
	a.limits[nofile] = (struct rlimit){ RLIM_INFINITY, RLIM_INFINITY };
	fails(&plan, -EPERM, SPAWN_LIMITS, "nofile");
	a.said = BIT(ATTRIBUTE_CHROOT);
	a.chroot = "/nowhere";
	fails(&plan, -ENOENT, SPAWN_ROOT, NULL);
	a.said = 0;
	plan.input = "/nowhere";
	fails(&plan, -ENOENT, SPAWN_INPUT, NULL);
	a.limits[nofile] = (struct rlimit){ 100, 100 };
	a.said = BIT(ATTRIBUTE_LIMIT);
	plan = run_plan((const char *const[]){ "nosuchcommand", NULL });
	plan.attributes = &a;
	fails(&plan, -ENOENT, SPAWN_SEARCH, NULL);
	OK("U5: a step that fails is named, with what it was about");
}

static void
input_is_opened(void)
{
	struct spawn_plan plan = TELL("read line; echo \"$line\"", NULL);

	plan.input = "/proc/sys/kernel/ostype";
	run_to_end(&plan);
	CHECK(run_reported("Linux"));
	OK("standard input comes from a file");
}

static void
cases(void)
{
	numbers_are_set();
	limits_are_set();
	failing_steps_are_named();
	input_is_opened();
	if (geteuid() != 0)
		return;
	identity_is_taken();
	capabilities_are_kept();
}

int
main(int argc, char *argv[])
{
	run_start(argc, argv);
	run_each_way(cases);
	return 0;
}
