/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "conf/equal.h"

static bool
equal_text(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

bool
words_equal(const char *const *a, const char *const *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	for (; *a != NULL && *b != NULL; a++, b++)
		if (strcmp(*a, *b) != 0)
			return false;
	return *a == *b;
}

static bool
equal_links(const struct link_words *a, const struct link_words *b)
{
	for (size_t i = 0; i < a->n && i < b->n; i++)
		if (strcmp(a->list[i].name, b->list[i].name) != 0)
			return false;
	return a->n == b->n;
}

static bool
equal_statuses(const struct status_set *a, const struct status_set *b)
{
	return memcmp(a->bits, b->bits, sizeof(a->bits)) == 0;
}

static bool
equal_catches(const struct child_policy *a, const struct child_policy *b)
{
	if (a->ncatches != b->ncatches)
		return false;
	for (size_t i = 0; i < a->ncatches; i++) {
		const struct catch_rule *x = &a->catches[i],
					*y = &b->catches[i];

		if (strcmp(x->pattern, y->pattern) != 0 ||
		    x->action != y->action ||
		    !words_equal(x->command, y->command))
			return false;
	}
	return true;
}

static bool
equal_check(const struct check_spec *a, const struct check_spec *b)
{
	return equal_text(a->text, b->text) && words_equal(a->argv, b->argv);
}

static bool
equal_alive(const struct alive_policy *a, const struct alive_policy *b)
{
	return a->kind == b->kind && a->every_ms == b->every_ms &&
	    a->timeout_ms == b->timeout_ms && a->failures == b->failures;
}

static bool
equal_worker_policy(const struct worker_policy *a,
    const struct worker_policy *b)
{
	return a->stop_signal == b->stop_signal &&
	    a->trap_exits == b->trap_exits && a->ready == b->ready &&
	    a->ready_after_ms == b->ready_after_ms &&
	    a->start_timeout_ms == b->start_timeout_ms &&
	    a->check_every_ms == b->check_every_ms &&
	    a->watchdog_ms == b->watchdog_ms &&
	    a->fdstore_max == b->fdstore_max &&
	    equal_alive(&a->alive, &b->alive) &&
	    a->backoff_min_ms == b->backoff_min_ms &&
	    a->backoff_max_ms == b->backoff_max_ms &&
	    equal_statuses(&a->normal, &b->normal) &&
	    equal_statuses(&a->planned, &b->planned);
}

static bool
equal_sup_policy(const struct sup_policy *a, const struct sup_policy *b)
{
	return a->strategy == b->strategy &&
	    a->auto_shutdown == b->auto_shutdown &&
	    a->stop_order == b->stop_order &&
	    a->max_restarts == b->max_restarts &&
	    a->max_seconds == b->max_seconds &&
	    a->max_children == b->max_children &&
	    a->stop_timeout_ms == b->stop_timeout_ms;
}

static bool
equal_hooks(const struct hooks *a, const struct hooks *b)
{
	return words_equal(a->before, b->before) &&
	    words_equal(a->after, b->after) && words_equal(a->init, b->init);
}

static bool
equal_log(const struct log_spec *a, const struct log_spec *b)
{
	return a->word == b->word && equal_text(a->to.name, b->to.name) &&
	    equal_text(a->path, b->path) && a->timestamps == b->timestamps &&
	    a->max == b->max && a->keep == b->keep;
}

static bool
equal_limits(const struct attributes *a, const struct attributes *b)
{
	for (size_t i = 0; i < RESOURCES; i++)
		if (a->limits[i].rlim_cur != b->limits[i].rlim_cur ||
		    a->limits[i].rlim_max != b->limits[i].rlim_max)
			return false;
	return a->limited == b->limited;
}

static bool
equal_env_files(const struct attributes *a, const struct attributes *b)
{
	if (a->nenv_files != b->nenv_files)
		return false;
	for (size_t i = 0; i < a->nenv_files; i++)
		if (a->env_files[i].optional != b->env_files[i].optional ||
		    strcmp(a->env_files[i].path, b->env_files[i].path) != 0)
			return false;
	return true;
}

/* Those that a run gets with its start, and has for its life. */
static uint32_t
lasting(uint32_t said)
{
	return said &
	    ~(UINT32_C(1) << ATTRIBUTE_MEMORY | UINT32_C(1) << ATTRIBUTE_PIDS |
		UINT32_C(1) << ATTRIBUTE_CPU);
}

/* What was not said is zero in both. */
bool
attributes_equal_lasting(const struct attributes *a, const struct attributes *b)
{
	static const struct attributes none;

	a = a != NULL ? a : &none;
	b = b != NULL ? b : &none;
	return lasting(a->said) == lasting(b->said) && a->umask == b->umask &&
	    a->nice == b->nice && a->ioprio == b->ioprio &&
	    a->capabilities == b->capabilities && a->input == b->input &&
	    strcmp(a->oom_score_adj, b->oom_score_adj) == 0 &&
	    CPU_EQUAL(&a->cpus, &b->cpus) && equal_limits(a, b) &&
	    equal_text(a->user, b->user) && equal_text(a->group, b->group) &&
	    words_equal(a->groups, b->groups) &&
	    equal_text(a->chroot, b->chroot) && equal_env_files(a, b) &&
	    words_equal(a->env_keep, b->env_keep) &&
	    equal_text(a->input_path, b->input_path);
}

static bool
equal_listen(const struct listen_spec *a, const struct listen_spec *b)
{
	return a->kind == b->kind && a->shared == b->shared &&
	    a->mode == b->mode && a->backlog == b->backlog &&
	    equal_text(a->text, b->text) && equal_text(a->name, b->name) &&
	    equal_text(a->user, b->user) && equal_text(a->group, b->group);
}

bool
listens_equal(const struct listens *a, const struct listens *b)
{
	for (size_t i = 0; i < a->n && i < b->n; i++)
		if (!equal_listen(&a->list[i], &b->list[i]))
			return false;
	return a->n == b->n;
}

static bool
equal_attributes(const struct attributes *a, const struct attributes *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return a->said == b->said && a->cgroup.bits == b->cgroup.bits &&
	    memcmp(a->cgroup.values, b->cgroup.values,
		sizeof(a->cgroup.values)) == 0 &&
	    attributes_equal_lasting(a, b);
}

static bool
equal_worker(const struct spec *a, const struct spec *b)
{
	return equal_worker_policy(&a->policy.worker, &b->policy.worker) &&
	    a->worker.ready_fd == b->worker.ready_fd &&
	    equal_check(&a->worker.ready_check, &b->worker.ready_check) &&
	    equal_check(&a->worker.alive_check, &b->worker.alive_check) &&
	    equal_links(&a->worker.peers.links, &b->worker.peers.links) &&
	    equal_links(&a->worker.peers.monitors, &b->worker.peers.monitors) &&
	    equal_log(&a->worker.logs.out, &b->worker.logs.out) &&
	    equal_log(&a->worker.logs.err, &b->worker.logs.err) &&
	    listens_equal(&a->worker.listens, &b->worker.listens) &&
	    equal_attributes(a->worker.attributes, b->worker.attributes) &&
	    equal_text(a->worker.cwd, b->worker.cwd) &&
	    words_equal(a->worker.argv, b->worker.argv) &&
	    words_equal(a->worker.env, b->worker.env);
}

bool
spec_equal_own(const struct spec *a, const struct spec *b)
{
	if (a->policy.kind != b->policy.kind ||
	    a->policy.restart != b->policy.restart ||
	    a->policy.significant != b->policy.significant ||
	    a->policy.shutdown_ms != b->policy.shutdown_ms ||
	    !equal_statuses(&a->policy.ignore, &b->policy.ignore) ||
	    !equal_catches(&a->policy, &b->policy) ||
	    !equal_hooks(&a->hooks, &b->hooks))
		return false;
	if (a->policy.kind == KIND_WORKER)
		return equal_worker(a, b);
	return equal_sup_policy(&a->policy.sup, &b->policy.sup) &&
	    equal_text(a->sup.cgroup, b->sup.cgroup);
}
