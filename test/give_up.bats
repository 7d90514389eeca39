#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# What supervise says to a person when it gives up.

load test_helper
load control_helper

@test "U13: six lines say who, when, by which rule, the siblings, status, a hint" {
	conf <<-'END'
		max_restarts 2
		worker a { exec ${WORKER} exit=3 }
		worker b { exec ${WORKER} }
		worker c { exec ${WORKER} }
	END
	run -1 supervise run -q
	assert_equal "${#lines[@]}" 6
	[[ ${lines[0]} == "supervise: gave up: a ended with status 3" ]]
	[[ ${lines[1]} =~ restarts(\ +[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z){2}$ ]]
	[[ ${lines[2]} == *rule*"more than 2 restarts in 5 s"*supervise.conf* ]]
	[[ ${lines[3]} == *siblings*"2 in the tree, down" ]]
	[[ ${lines[4]} == *status*" 1" ]]
	[[ ${lines[5]} == *hint* ]]
}

@test "U13: it names the child and its signal, and the times of its restarts" {
	conf <<-'END'
		supervisor s { max_restarts 0; worker crash { exec ${WORKER} signal=SEGV } }
		max_restarts 1
	END
	run -1 supervise run -q
	assert_output "gave up: s/crash was ended by SIGSEGV"
	[[ $output =~ restarts\ +[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z ]]
	assert_output "it had none"
}

@test "U13: with max_restarts 0 there were no restarts" {
	conf <<<"max_restarts 0; worker a { exec $WORKER exit=3 }"
	run -1 supervise run -q
	assert_output "none was allowed"
}

@test "U13: a tree that could not start says what did not" {
	conf <<<"worker a { exec nosuchcommand }"
	run -1 supervise run -q
	assert_output "could not start: a did not start: command not found: nosuchcommand"
}

@test "U13: exec says it too, with its own options as the rule" {
	run -3 supervise exec -m 1 -t 7 -- "$WORKER" exit=3
	assert_output "gave up: worker ended with status 3"
	assert_output "more than 1 restart in 7 s (options -m 1 -t 7)"
	assert_output "ends with 3"
}

@test "U13: -q leaves nothing but this report" {
	conf <<<"worker a { exec $WORKER }"
	start_tree -q
	eventually has_worker
	stop_tree
	assert_status 0
	[[ ! -s records ]]
}

has_worker() {
	[[ -n $(engine_pid) && -n $(pgrep -P "$(engine_pid)") ]]
}

# with_dev COMMAND...: runs it with a /dev in which there is little, as
# unshare(1) allows; what was left and said there comes into this folder.
dev_of_its_own() {
	cat >with_dev <<-'END'
		#!/bin/sh -e
		mkdir dev
		mount -t tmpfs -o mode=755 none dev
		touch dev/null dev/termination-log
		mount --bind /dev/null dev/null
		mount --rbind dev /dev
		socat -u UNIX-RECV:/dev/log STDOUT >syslog 2>/dev/null &
		echo $! >syslogd
		while [ ! -S /dev/log ]; do sleep 0.01; done
		"$@" || status=$?
		cat /dev/termination-log >termination-log
		exit ${status-0}
	END
	chmod +x with_dev
}

@test "U13: the report stands in /dev/termination-log where that is writable" {
	needs_root
	conf <<<"max_restarts 1; worker a { exec $WORKER exit=3 }"
	dev_of_its_own
	UNDER=(unshare -m ./with_dev)
	run -1 supervise run -q
	kill "$(cat syslogd)"
	assert_equal "$(cat termination-log)" "$output"
	[[ ! -s syslog ]]
	[[ $(wc -c <termination-log) -lt 4096 ]]
}

@test "U13: of one in the background without a file for it syslog(3) is told" {
	needs_root
	conf <<-END
		max_restarts 1
		supervisor web { max_restarts 0; worker a { exec sh -c 'echo no money >&2; exit 3' } }
		worker b { exec $WORKER }
	END
	dev_of_its_own
	UNDER=(unshare -m ./with_dev)
	run -0 supervise run -d
	eventually grep -q 'supervise ends with' syslog
	kill "$(cat syslogd)"
	sed 's/<27>/\n&/g' syslog >messages
	grep -qE '^<27>[A-Z][a-z]{2} [ 0-9][0-9] ..:..:.. supervise\[[0-9]+\]: event=gave_up supervisor=web ' messages
	grep -q ': supervise: gave up: web/a ended with status 3$' messages
	grep -q ': *| no money$' messages
	refute grep -q event=exited messages
}

@test "U13: the hint suits a child that ended normally, and one with backoff" {
	conf <<<"worker a { exec $WORKER }; worker b { exec $WORKER exit=0 }"
	run -1 supervise run -q
	assert_output "if it is to end, restart it \`transient\` or \`temporary\`; if it went to the background"
	assert_output "siblings  1 in the tree, down"
	run -0 supervise exec -r permanent "$WORKER" exit=0
	assert_output "if it is to end, restart it"
	conf <<<"worker a { exec $WORKER exit=3; backoff 1ms }"
	run -1 supervise run -q
	assert_output "delays restarts, max_restarts counts them all the same"
}

@test "U13: the worker that is blamed may be gone by then, the others are counted" {
	conf <<'END'
max_restarts 0
worker keep { exec ${WORKER} }
supervisor jobs { strategy dynamic; max_restarts 0 }
END
	start_tree_ready
	supervise add --no-wait -q jobs "worker bad { exec $WORKER sleep=100 exit=3 }"
	wait_tree
	assert_status 1
	grep -q 'gave up: jobs/bad' records
	grep -q 'siblings  1 in the tree, down' records
}

@test "U13: ends by links that follow a request say so, with a hint about links" {
	conf <<-'END'
		worker db { exec ${WORKER} }
		worker w[4] { link db; exec ${WORKER} }
	END
	start_tree_ready
	supervise restart -q db || true
	wait_tree
	assert_equal "$STATUS" 1
	run -0 grep -A9 "supervise: gave up" records
	[[ ${lines[0]} =~ ^"supervise: gave up: w."[0-3]" ended by a link because db was restarted on request"$ ]]
	assert_output "each restart counts: raise max_restarts, or \`monitor\` it instead"
}

@test "U13: a report that is too long is cut, and ends the tree all the same" {
	local i name long open='' close=''
	printf -v name %060d 0
	printf -v long %0400d 0
	for i in {01..24}; do
		open+="supervisor ${name//0/n}_$i { max_restarts 0; "
		close+=' }'
	done
	conf <<-END
		max_restarts 0
		$open worker w {
			exec sh -c 'for i in 0 1 2 3 4 5 6 7 8 9; do echo $long; done; exit 3'
		} $close
	END
	start_tree
	wait_tree
	assert_status 1
	refute_record event=engine_died
	grep -q '^supervise: gave up: n*_01/' records
	assert_equal "$(tail -c 1 records | od -An -c | tr -d ' ')" '\n'
}
