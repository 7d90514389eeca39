#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# supervise exec NAME=COMMAND ...: several commands without a file.

load test_helper

@test "exec of several: each under its name, line by line" {
	run -0 --separate-stderr supervise exec web='echo "a  b" c' work="sh -c 'echo error >&2'"
	assert_equal "$output" "web  | a  b c"
	# shellcheck disable=SC2154 # run sets it
	assert_equal "$stderr" "work | error"
}

@test "exec of several: words as in sh, and a dollar sign is itself" {
	run -0 supervise exec a="printf %s. 'it'\"'\"s '' \"\" \\\$x \$x b\\ c # not this"
	assert_output "a | it's...\$x.\$x.b c."
}

@test "exec of several: ends when all have ended" {
	run -0 supervise exec a="$WORKER log=log exit=0" b="$WORKER log=log wait=log exit=0"
	[[ $(grep -c '^start' log) -eq 2 ]]
	none_marked
}

@test "exec of several: a crash is restarted, what ended well is not" {
	run -0 supervise exec a="$WORKER log=log exit=0" b="$WORKER log=log run=1-2 exit=3 end exit=0"
	[[ $(grep -c '^start a' log) -eq 1 ]]
	[[ $(grep -c '^start b' log) -eq 3 ]]
}

@test "U12: exec of several: the status of the last that failed" {
	run -3 supervise exec -r temporary a="$WORKER exit=3" b="$WORKER exit=0"
	run -3 supervise exec -q a="$WORKER exit=3" b="$WORKER log=log"
	run -139 supervise exec -q -m 0 a="$WORKER signal=SEGV" b="$WORKER"
	run -127 supervise exec a="$WORKER" b=nosuchcommand
	assert_output "could not start: b did not start: command not found: nosuchcommand"
	none_marked
}

@test "exec of several: giving up names the options that are to be raised" {
	run -3 supervise exec -m 1 -t 9s a="$WORKER exit=3"
	assert_output "(options -m 1 -t 9)"
	run -3 supervise exec --max-restarts 1 --max-seconds 9s --restart permanent a="$WORKER exit=3"
	assert_output "(options -m 1 -t 9)"
}

@test "exec --strategy: one_for_all starts all anew" {
	start exec --log-format text --strategy one_for_all \
		a="$WORKER log=log" b="$WORKER log=log run=1 wait=go exit=3"
	wait_log start a
	wait_log start b
	touch go
	wait_log start a 2
	wait_log start b 2
	stop_tree
	assert_status 0
}

@test "U11: exec of several: TERM, INT and QUIT stop all, in reverse order" {
	local signal
	for signal in TERM INT QUIT; do
		rm -f log
		start exec a="$WORKER log=log on=TERM:say=stop:die" b="$WORKER log=log on=TERM:say=stop:die"
		eventually has_started 2
		stop_tree "$signal"
		assert_status 0
		[[ $(awk '/^stop/ { printf $2 }' log) == ba ]]
	done
}

has_started() {
	[[ -e log && $(grep -c ^start log) -ge $1 ]]
}

@test "U11: exec of several: other signals are passed to each" {
	start exec a="$WORKER log=log on=USR1:say=usr1 on=HUP:say=hup" b="$WORKER log=log on=USR1:say=usr1 on=HUP:say=hup"
	eventually has_started 2
	kill -s USR1 "$PID"
	wait_log usr1 a
	wait_log usr1 b
	kill -s HUP "$PID"
	wait_log hup a
	wait_log hup b
	stop_tree
}

@test "exec of several: stdin is empty" {
	run -0 supervise exec a=cat b="sh -c 'wc -c'" <<<hello
	assert_equal "$output" "b | 0"
}

@test "exec of several: with a label they can be asked for" {
	start exec -L "several-$$" a="$WORKER log=log" b="$WORKER log=log"
	wait_log start b
	run -0 supervise -L "several-$$" status
	assert_output "a "
	assert_output "b "
	run -1 supervise -L "several-$$" reload
	assert_output "exec has no file"
	supervise -L "several-$$" down
	wait_tree
	assert_status 0
}

@test "exec of several: mistakes are told, and nothing runs" {
	run -125 supervise exec a="touch ran" b
	assert_output "b is no NAME=COMMAND like those before it"
	run -125 supervise exec a="touch ran" a=true
	assert_output "a is named twice"
	run -125 supervise exec a="touch ran" b=
	assert_output "b= has no command"
	run -125 supervise exec a="touch ran" b="sh -c 'true"
	assert_output "b:1:7: this quote is never closed"
	run -125 supervise exec a="touch ran" -b=true
	assert_output "-b is no name"
	run -125 supervise exec --strategy one_for_al a="touch ran"
	assert_output "did you mean one_for_all?"
	run -125 supervise exec --strategy one_for_all -- touch ran
	assert_output "--strategy is for several"
	run -125 supervise exec --stratgy one_for_all a="touch ran"
	assert_output "did you mean --strategy?"
	[[ ! -e ran ]]
}

@test "exec: a path with an equals sign in it is one command" {
	printf '#!/bin/sh\necho "ran $1"\n' >a=b
	chmod +x a=b
	run -0 supervise exec -- ./a=b c=d
	assert_equal "$output" "ran c=d"
}
