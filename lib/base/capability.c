/* SPDX-License-Identifier: ISC */
#include <stddef.h>
#include <strings.h>

#include "base/capability.h"

const char *const capability_names[CAPABILITIES] = {
	"chown",
	"dac_override",
	"dac_read_search",
	"fowner",
	"fsetid",
	"kill",
	"setgid",
	"setuid",
	"setpcap",
	"linux_immutable",
	"net_bind_service",
	"net_broadcast",
	"net_admin",
	"net_raw",
	"ipc_lock",
	"ipc_owner",
	"sys_module",
	"sys_rawio",
	"sys_chroot",
	"sys_ptrace",
	"sys_pacct",
	"sys_admin",
	"sys_boot",
	"sys_nice",
	"sys_resource",
	"sys_time",
	"sys_tty_config",
	"mknod",
	"lease",
	"audit_write",
	"audit_control",
	"setfcap",
	"mac_override",
	"mac_admin",
	"syslog",
	"wake_alarm",
	"block_suspend",
	"audit_read",
	"perfmon",
	"bpf",
	"checkpoint_restore",
};

int
capability_number(const char *text)
{
	if (strncasecmp(text, "cap_", 4) == 0)
		text += 4;
	for (int i = 0; i < CAPABILITIES; i++)
		if (strcasecmp(text, capability_names[i]) == 0)
			return i;
	return -1;
}
