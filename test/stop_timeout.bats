#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# `stop_timeout`: the time that the stop of everything may take.

load test_helper
load control_helper

# Milliseconds from the request to stop to the end of the root.
stop_ms() {
	local from to
	from=$(records event=signal signal=TERM | head -n 1 | cut -d ' ' -f 1)
	to=$(records event=ended supervisor=root | cut -d ' ' -f 1)
	echo $(($(date -d "$to" +%s%3N) - $(date -d "$from" +%s%3N)))
}

# deaf [N]: a tree of those that end by SIGKILL alone.
deaf() {
	conf <<-END
		stop_timeout $1
		spec w(n) { shutdown \${n}; ready fd 3; exec \${WORKER} ignore=TERM ready=3 }
		worker a = w(infinity)
		worker b = w(20s)
		supervisor s { stop together; worker c[2] = w(10s) }
		worker z { exec \${WORKER} }
	END
}

@test "all deaf: it is over in time, each had its share, and is told" {
	deaf 1500ms
	start_tree_ready
	stop_tree
	assert_status 0
	assert_record event=exited child=z reason=shutdown
	for child in a b s/c.0 s/c.1; do
		assert_record event=stopping "child=$child" signal=TERM
		assert_record event=killing "child=$child" late=true stop_timeout=true
	done
	refute_record event=killing child=z
	local ms
	ms=$(stop_ms)
	[[ $ms -ge 1400 ]] || fail "over after $ms ms"
	# A loaded machine is slow, but nobody's own shutdown was waited for.
	[[ $ms -lt 19000 ]] || fail "over after $ms ms"
	# One after the other, in the order of all stops.
	assert_equal "$(records event=killing | grep -o 'child=[^ ]*' | sed 's/\..*//' | uniq | tr '\n' ' ')" \
		"child=s/c child=b child=a "
}

@test "who ends in time is not hurried, and nothing is said of it" {
	conf <<-'END'
		stop_timeout 20s
		worker a[3] { exec ${WORKER} on=TERM:sleep=50:exit=0 }
	END
	start_tree_ready
	stop_tree
	assert_status 0
	refute_record event=killing
}

@test "what has left its group is ended in it, too" {
	conf <<-'END'
		stop_timeout 1s
		worker a { shutdown 60s; exec ${WORKER} daemon ignore=TERM log=log end }
	END
	start_tree_ready
	wait_log start a
	stop_tree
	assert_status 0
	[[ $(stop_ms) -lt 30000 ]]
}

@test "a child cannot ask for more" {
	conf <<-'END'
		stop_timeout 1s
		worker a {
			ready notify
			shutdown 500ms
			exec sh -c 'trap "systemd-notify EXTEND_TIMEOUT_USEC=60000000" TERM
				systemd-notify --ready
				while :; do sleep 0.05; done'
		}
	END
	start_tree_ready
	stop_tree
	assert_status 0
	assert_record event=killing child=a
	[[ $(stop_ms) -lt 30000 ]]
}

@test "exec --stop-timeout" {
	start exec --stop-timeout 300ms --log-format text -- "$WORKER" ignore=TERM log=log
	wait_log start worker
	stop_tree
	assert_status 137
	assert_record event=killing child=worker late=true stop_timeout=true
	run -125 supervise exec --stop-timeout 0 -- true
	assert_output "--stop-timeout 0: expected a time over 0, as 9s"
}

@test "check says whether all fits, check -p prints it" {
	deaf 9s
	run -0 supervise check
	assert_output "stop takes at most      9s, shared out: all need for ever"
	run -0 supervise check -p
	assert_output "stop_timeout 9s"
	conf <<<'stop_timeout 9s; worker a { exec true }'
	run -0 supervise check
	assert_output $'stop takes at most      5s\n'
	conf <<<'supervisor s { stop_timeout 9s }'
	run -2 supervise check
	assert_output "stop_timeout is not allowed in a supervisor"
}

@test "reload changes it" {
	deaf 1h
	start_tree_ready
	deaf 300ms
	run -0 supervise reload
	stop_tree
	assert_status 0
	assert_record event=killing child=a stop_timeout=true
}
