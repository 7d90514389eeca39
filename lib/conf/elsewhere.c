/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "conf/directive.h"

/* By words of supervisord, systemd, Docker Compose and the like. */
static const struct {
	const char *ours; /* NULL: there is no such thing */
	const char *theirs;
} elsewhere[] = {
	{ "exec", " command cmd run start ExecStart entrypoint args " },
	{ "cwd", " directory dir workdir working_dir WorkingDirectory chdir " },
	{ "env", " environment Environment envs setenv " },
	{ "restart", " autorestart Restart restart_policy " },
	{ "max_restarts", " startretries retries StartLimitBurst " },
	{ "max_seconds", " StartLimitIntervalSec StartLimitInterval " },
	{ "backoff", " RestartSec delay restart_delay " },
	{ "stop_signal", " stopsignal KillSignal " },
	{ "shutdown", " stopwaitsecs TimeoutStopSec stop_grace_period " },
	{ "start_timeout", " TimeoutStartSec " },
	{ "normal", " exitcodes SuccessExitStatus " },
	{ "ready", " Type readiness notify sdnotify " },
	{ "alive", " healthcheck health_check health liveness " },
	{ "watchdog", " WatchdogSec " },
	{ "fdstore_max", " FileDescriptorStoreMax " },
	{ "listen", " ListenStream ListenDatagram socket sockets ports port " },
	{ "before", " ExecStartPre pre_start " },
	{ "after", " ExecStopPost post_stop finish " },
	{ "log",
	    " stdout logfile log_file stdout_logfile StandardOutput logging " },
	{ "log_stderr", " stderr stderr_logfile StandardError " },
	{ "user", " User uid run_as run-as " },
	{ "group", " Group gid " },
	{ "groups", " SupplementaryGroups group_add " },
	{ "umask", " UMask " },
	{ "nice", " Nice priority_class " },
	{ "oom_score_adj", " OOMScoreAdjust " },
	{ "cpus", " CPUAffinity cpuset " },
	{ "memory",
	    " MemoryMax MemoryHigh MemoryLimit mem_limit memory_limit "
	    "memory_max " },
	{ "pids", " TasksMax pids_limit tasks_max " },
	{ "cpu", " CPUQuota CPUWeight CPUShares cpu_shares cpu_quota " },
	{ "cgroup", " Delegate Slice cgroup_parent run-in-cgroup cgroups " },
	{ "limit", " ulimits rlimits LimitNOFILE LimitCORE minfds " },
	{ "capabilities", " CapabilityBoundingSet cap_drop cap_add " },
	{ "no_new_privileges", " NoNewPrivileges " },
	{ "private_tmp", " PrivateTmp " },
	{ "chroot", " RootDirectory " },
	{ "env_file", " EnvironmentFile " },
	{ "stdin", " StandardInput " },
	{ "worker", " program service process task " },
	{ NULL,
	    " After Before depends depends_on requires needs priority "
	    "numprocs autostart image " },
};

/* Those of supervise(1) that a worker says, or that are about one. */
static const char commands[] =
    " throw try call receive unlink signal add delete wait status why reload "
    "down ";

static bool
has_word(const char *list, const char *word, size_t len)
{
	for (const char *at = strstr(list, word); at != NULL;
	     at = strstr(at + 1, word))
		if (at[-1] == ' ' && at[len] == ' ')
			return true;
	return false;
}

bool
directive_is_command(const char *word)
{
	size_t len = strcspn(word, " ");

	return len > 0 && word[len] == '\0' && has_word(commands, word, len);
}

bool
directive_elsewhere(const char *word, const char **ours)
{
	size_t len = strcspn(word, " ");

	if (len == 0 || word[len] != '\0')
		return false;
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		if (has_word(elsewhere[i].theirs, word, len)) {
			*ours = elsewhere[i].ours;
			return true;
		}
	return false;
}
