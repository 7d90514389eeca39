/* SPDX-License-Identifier: ISC */
#include <sys/resource.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/capability.h"
#include "base/units.h"
#include "conf/attribute.h"
#include "conf/cgroup.h"
#include "conf/value.h"

/* Prints what stands behind the directive. */
typedef void attribute_printer(const struct printer *p,
    const struct directive *d, const struct attributes *a);

static void
print_user(const struct printer *p, const struct directive *d,
    const struct attributes *a)
{
	(void)d;
	print_word(p, a->user);
}

static void
print_group(const struct printer *p, const struct directive *d,
    const struct attributes *a)
{
	(void)d;
	print_word(p, a->group);
}

static void
print_groups(const struct printer *p, const struct directive *d,
    const struct attributes *a)
{
	(void)d;
	print_words(p, a->groups);
}

static void
print_umask(const struct printer *p, const struct directive *d,
    const struct attributes *a)
{
	char text[NUMBER_SIZE];

	(void)d;
	snprintf(text, sizeof(text), "%03o", a->umask);
	print_text(p, text);
}

static void
print_nice(const struct printer *p, const struct directive *d,
    const struct attributes *a)
{
	(void)d;
	print_number(p, a->nice);
}

static void
print_oom_score_adj(const struct printer *p, const struct directive *d,
    const struct attributes *a)
{
	(void)d;
	print_text(p, a->oom_score_adj);
}

static void
print_ioprio(const struct printer *p, const struct directive *d,
    const struct attributes *a)
{
	int class = a->ioprio >> IOPRIO_CLASS_SHIFT;

	(void)d;
	print_text(p, ioprio_text[class - 1]);
	if (class == IOPRIO_IDLE)
		return;
	print_text(p, " ");
	print_number(p, a->ioprio & ((1 << IOPRIO_CLASS_SHIFT) - 1));
}

static void
print_cpus(const struct printer *p, const struct directive *d,
    const struct attributes *a)
{
	const char *comma = "";

	(void)d;
	for (size_t first = 0, last; first < CPU_SETSIZE; first = last + 1) {
		last = first;
		if (!CPU_ISSET(first, &a->cpus))
			continue;
		while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, &a->cpus))
			last++;
		print_text(p, comma);
		print_number(p, (int64_t)first);
		if (last > first) {
			print_text(p, "-");
			print_number(p, (int64_t)last);
		}
		comma = ",";
	}
}

static void
print_limit_number(const struct printer *p, rlim_t limit,
    enum resource_unit unit)
{
	int64_t number = (int64_t)limit;
	char size[VALUE_SIZE_TEXT];

	if (limit == RLIM_INFINITY) {
		print_text(p, "unlimited");
		return;
	}
	switch (unit) {
	case RESOURCE_COUNT:
		print_number(p, number);
		break;
	case RESOURCE_BYTES:
		print_text(p, value_size_text(number, size));
		break;
	case RESOURCE_SECONDS:
		print_duration(p, number * MS_PER_S);
		break;
	case RESOURCE_MICROSECONDS:
		print_duration(p, number / US_PER_MS);
		break;
	}
}

/* A statement for each resource: lines that can be compared. */
static void
print_limits(const struct printer *p, const struct directive *d,
    const struct attributes *a)
{
	uint32_t before = 0;

	for (size_t i = 0; i < RESOURCES; i++) {
		const struct resource *resource = &resources[i];
		const struct rlimit *limit = &a->limits[i];

		if ((a->limited >> i & 1) == 0)
			continue;
		if (before++ > 0) {
			print_text(p, "\n");
			print_directive(p, d);
		}
		print_text(p, resource->name);
		print_text(p, " ");
		print_limit_number(p, limit->rlim_cur, resource->unit);
		if (limit->rlim_cur == limit->rlim_max)
			continue;
		print_text(p, ":");
		print_limit_number(p, limit->rlim_max, resource->unit);
	}
}

static void
print_yes(const struct printer *p, const struct directive *d,
    const struct attributes *a)
{
	(void)d;
	(void)a;
	print_text(p, "yes");
}

static void
print_capabilities(const struct printer *p, const struct directive *d,
    const struct attributes *a)
{
	const char *blank = "";

	(void)d;
	for (size_t i = 0; i < CAPABILITIES; i++) {
		if ((a->capabilities >> i & 1) == 0)
			continue;
		print_text(p, blank);
		print_text(p, capability_names[i]);
		blank = " ";
	}
}

static void
print_chroot(const struct printer *p, const struct directive *d,
    const struct attributes *a)
{
	(void)d;
	print_word(p, a->chroot);
}

static void
print_env_files(const struct printer *p, const struct directive *d,
    const struct attributes *a)
{
	for (size_t i = 0; i < a->nenv_files; i++) {
		if (i > 0) {
			print_text(p, "\n");
			print_directive(p, d);
		}
		print_word(p, a->env_files[i].path);
		if (a->env_files[i].optional)
			print_text(p, " optional");
	}
}

static void
print_env_clear(const struct printer *p, const struct directive *d,
    const struct attributes *a)
{
	(void)d;
	print_words(p, a->env_keep);
}

static void
print_stdin(const struct printer *p, const struct directive *d,
    const struct attributes *a)
{
	(void)d;
	print_text(p, input_text[a->input]);
	if (a->input_path == NULL)
		return;
	print_text(p, " ");
	print_word(p, a->input_path);
}

static attribute_printer *const printers[ATTRIBUTES_COUNT] = {
	[ATTRIBUTE_USER] = print_user,
	[ATTRIBUTE_GROUP] = print_group,
	[ATTRIBUTE_GROUPS] = print_groups,
	[ATTRIBUTE_UMASK] = print_umask,
	[ATTRIBUTE_NICE] = print_nice,
	[ATTRIBUTE_OOM_SCORE_ADJ] = print_oom_score_adj,
	[ATTRIBUTE_IOPRIO] = print_ioprio,
	[ATTRIBUTE_CPUS] = print_cpus,
	[ATTRIBUTE_LIMIT] = print_limits,
	[ATTRIBUTE_MEMORY] = cgroup_print_limits,
	[ATTRIBUTE_PIDS] = cgroup_print_limits,
	[ATTRIBUTE_CPU] = cgroup_print_limits,
	[ATTRIBUTE_NO_NEW_PRIVILEGES] = print_yes,
	[ATTRIBUTE_CAPABILITIES] = print_capabilities,
	[ATTRIBUTE_CHROOT] = print_chroot,
	[ATTRIBUTE_PRIVATE_TMP] = print_yes,
	[ATTRIBUTE_ENV_FILE] = print_env_files,
	[ATTRIBUTE_ENV_CLEAR] = print_env_clear,
	[ATTRIBUTE_STDIN] = print_stdin,
};

void
attribute_print(const struct printer *p, const struct directive *d,
    const struct spec *spec)
{
	printers[d->offset](p, d, spec->worker.attributes);
}

bool
attribute_is_bare(const struct directive *d, const struct spec *spec)
{
	const struct attributes *a = spec->worker.attributes;

	if (d->offset == ATTRIBUTE_GROUPS)
		return a->groups[0] == NULL;
	if (d->offset == ATTRIBUTE_ENV_CLEAR)
		return a->env_keep[0] == NULL;
	return d->offset == ATTRIBUTE_CAPABILITIES && a->capabilities == 0;
}
