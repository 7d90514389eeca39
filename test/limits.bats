#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# What a worker may have and use: limits, priorities, processors, capabilities.

load test_helper
load control_helper

# one DIRECTIVES SCRIPT: a worker that says what it is in the file `said`.
one() {
	cat >supervise.conf <<-END
		worker w {
		    $1
		    shell '($2) >said.tmp 2>&1; mv said.tmp said; exec sleep 1000'
		}
	END
	rm -f said
	start_tree
	eventually test -e said
}

# refused DIRECTIVE TEXT: the tree does not start, for that reason.
refused() {
	conf <<<"worker w { $1; exec sleep 1000 }"
	start_tree
	wait_tree
	assert_status 1
	grep -F "error=\"$2" records || fail "no such error: $2"
}

# limit NAME: its soft and hard value in a copy of /proc/self/limits.
limit() {
	sed -n "s/^$1  *\([^ ]*\)  *\([^ ]*\) .*/\1 \2/p" said
}

@test "umask, nice, oom_score_adj, ioprio, cpus" {
	local cpu
	cpu=$(taskset -cp $$ | sed 's/.*[ ,-]//')
	one "umask 027; nice 7; oom_score_adj 321; ioprio best-effort 6; cpus $cpu" \
		'umask; nice; cat /proc/self/oom_score_adj; ionice; taskset -cp $$ | sed "s/.* //"'
	diff said <(printf '0027\n7\n321\nbest-effort: prio 6\n%s\n' "$cpu")
	stop_tree
	one "ioprio idle" 'ionice'
	assert_equal "$(cat said)" "idle"
	# Nothing of that is the engine's.
	assert_equal "$(cat "/proc/$(engine_pid)/oom_score_adj")" \
		"$(cat /proc/self/oom_score_adj)"
}

@test "limit: every resource, soft and hard" {
	one "limit as 8G:9G core 1K data 7G fsize 6G locks 55 memlock 4K msgqueue 3K
		limit nofile 99:101 nproc 5000 rss 5G rtprio 0 rttime 1500ms
		limit sigpending 44 stack 2M cpu 1m nice 0" 'cat /proc/self/limits'
	while read -r soft hard name; do
		assert_equal "$name $(limit "$name")" "$name $soft $hard"
	done <<-'END'
		8589934592 9663676416 Max address space
		1024 1024 Max core file size
		60 60 Max cpu time
		7516192768 7516192768 Max data size
		6442450944 6442450944 Max file size
		55 55 Max file locks
		4096 4096 Max locked memory
		3072 3072 Max msgqueue size
		0 0 Max nice priority
		99 101 Max open files
		5000 5000 Max processes
		5368709120 5368709120 Max resident set
		0 0 Max realtime priority
		1500000 1500000 Max realtime timeout
		44 44 Max pending signals
		2097152 2097152 Max stack size
	END
}

@test "limit: what is not said is as supervise was started" {
	UNDER=(sh -c 'ulimit -Sn 77; ulimit -c 5; exec "$@"' -)
	one "limit core 0" 'ulimit -Sn; ulimit -c'
	diff said <(printf '77\n0\n')
	stop_tree
	one "limit nofile 20" 'ulimit -Sn; ulimit -Hn'
	diff said <(printf '20\n20\n')
}

@test "U5: a limit or priority that may not be is a failed start that names it" {
	needs_root
	refused "limit nofile unlimited" "limit: cannot set nofile: Operation not permitted"
	refused "cpus 1000" "cpus: cannot be set: Invalid argument; none of these processors is there"
	as_other
	refused "nice -5" "nice: cannot be set: Permission denied"
	refused "oom_score_adj -5" "oom_score_adj: cannot be set to -5: Permission denied"
	refused "ioprio realtime 0" "ioprio: cannot be set: Operation not permitted"
	refused "capabilities" "capabilities: cannot be set: Operation not permitted"
	refused "before true; limit core 0; nice -5" "before: nice: cannot be set"
}

# set_of NAME: a set of capabilities in a copy of /proc/self/status.
set_of() {
	sed -n "s/^Cap$1:[[:blank:]]*//p" said
}

@test "capabilities: root keeps those of the list" {
	needs_root
	one "capabilities chown CAP_KILL" 'cat /proc/self/status'
	assert_equal "$(set_of Prm) $(set_of Eff) $(set_of Bnd)" \
		"0000000000000021 0000000000000021 0000000000000021"
	stop_tree
	one "capabilities" 'cat /proc/self/status; chown 1 said.tmp'
	assert_equal "$(set_of Prm) $(set_of Bnd)" "0000000000000000 0000000000000000"
	grep "Operation not permitted" said
}

@test "capabilities: who is not root keeps them, too, and has none otherwise" {
	needs_root
	chmod 777 .
	one "user 54321; capabilities net_bind_service" 'cat /proc/self/status'
	local set
	for set in Inh Prm Eff Bnd Amb; do
		assert_equal "$set $(set_of $set)" "$set 0000000000000400"
	done
	stop_tree
	one "user 54321" 'cat /proc/self/status'
	for set in Inh Prm Eff Amb; do
		assert_equal "$set $(set_of $set)" "$set 0000000000000000"
	done
	refute test "$(set_of Bnd)" = 0000000000000000
}

@test "no_new_privileges" {
	one "no_new_privileges" 'grep NoNewPrivs /proc/self/status'
	assert_equal "$(cat said)" $'NoNewPrivs:\t1'
	stop_tree
	one "no_new_privileges no" 'grep NoNewPrivs /proc/self/status'
	assert_equal "$(cat said)" $'NoNewPrivs:\t0'
}

@test "the engine that starts another user is as before: it may be looked into" {
	needs_root
	chmod 777 .
	one "user 54321; restart transient" 'true'
	assert_equal "$(stat -c %u "/proc/$(engine_pid)/environ")" 0
	kill -s KILL "$(child_pid w)"
	wait_record event=started child=w run=2
}

@test "D7: reload restarts a worker of which an attribute has changed" {
	conf <<-'END'
		worker a { exec ${WORKER}; limit nofile 100 }
		worker b { exec ${WORKER}; limit nofile 100 }
	END
	start_tree_ready
	sed -i '1s/100/101/' supervise.conf
	run -0 supervise reload
	wait_record event=started child=a run=2
	refute has_record event=started child=b run=2
	run -0 supervise spec a
	assert_output $'\tlimit nofile 101'
	sed -i '1s/limit.*}/}/' supervise.conf
	run -0 supervise reload
	wait_record event=started child=a run=3
	refute has_record event=started child=b run=2
}

@test "S52: an attribute that cannot be had any more fails the restarts" {
	touch a.env
	one "env_file a.env" 'true'
	rm a.env
	kill -s KILL "$(child_pid w)"
	wait_tree
	assert_status 1
	eventually has_records 3 event=start_failed child=w
	grep "env_file: cannot read a.env" records
}
