#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# supervise run: which file, which options.

load test_helper

@test "run takes ./supervise.conf" {
	conf <<<"worker here { exec $WORKER }"
	start_tree_ready
	assert_record event=started child=here
}

@test "run takes the file that -f names, before and behind the command" {
	conf other.conf <<<"worker other { exec $WORKER }"
	conf <<<"worker here { exec $WORKER }"
	local words
	for words in "-f other.conf run" "run -f other.conf" "--file=other.conf run"; do
		# shellcheck disable=SC2086 # words
		start $words
		wait_record event=started supervisor=root
		stop_tree
		assert_status 0
		assert_record event=started child=other
	done
}

@test "run takes /etc/supervise.conf where ./supervise.conf is not there" {
	[[ $(id -u) -eq 0 ]] || skip "needs root for an /etc of its own"
	mkdir etc
	conf etc/supervise.conf <<<"worker system { exec $WORKER }"
	cat >with_etc <<-'END'
		#!/bin/sh -e
		mount --bind etc /etc
		exec "$@"
	END
	chmod +x with_etc
	UNDER=(unshare -m ./with_etc)
	start_tree_ready
	assert_record event=started child=system
	stop_tree
	conf <<<"worker here { exec $WORKER }"
	start_tree_ready
	assert_record event=started child=here
}

@test "run without any file says where it looked" {
	[[ ! -e /etc/supervise.conf ]] || skip "there is an /etc/supervise.conf"
	run -2 supervise run
	assert_output "./supervise.conf"
	assert_output "/etc/supervise.conf"
}

@test "run says that a file cannot be read, and why" {
	run -2 supervise -f nosuch.conf run
	assert_output "nosuch.conf: cannot be read"
	mkdir folder
	run -2 supervise -f folder run
	assert_output "it is a folder"
}

@test "run starts nothing from a wrong file" {
	conf <<-'END'
		worker a { exec ${WORKER} log=log }
		worker b { exce true }
	END
	run -2 supervise run
	assert_output 'supervise.conf:2:12: "exce" is no directive, did you mean "exec"?'
	refute [ -e log ]
}

@test "run goes on with a file that only deserves warnings" {
	conf <<-'END'
		worker a { exec ${WORKER} }
		supervisor s { restart transient; worker b { exec ${WORKER} } }
	END
	start_tree_ready
	grep -q "supervise.conf:2:16: warning: " records
}

@test "run says nothing but its records on standard error, nothing on standard output" {
	conf <<<"worker a { exec $WORKER }"
	start_tree_ready
	stop_tree
	[[ ! -s out ]]
	refute grep -v ' event=' records
}

@test "run -q makes no records" {
	conf <<<"worker a { exec $WORKER log=log exit=3 }"
	local words
	for words in "-q run" "run -q" "--quiet run"; do
		# shellcheck disable=SC2086 # words
		start $words
		wait_tree
		assert_status 1
		refute grep -q 'event=' records
	done
	[[ -s log ]]
}

@test "what children print goes where supervise's output goes, with their names" {
	conf <<-'END'
		worker a { restart temporary; shell 'echo out; echo error >&2' }
	END
	start_tree
	wait_record event=removed child=a
	assert_file out 'a | out'
	grep -qxF 'a | error' records
}
