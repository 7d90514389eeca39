#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# supervise try: one command, what catches its failure, what comes after it.

load test_helper

# Writes standard input to an executable sh script.
script() {
	{
		echo '#!/bin/sh'
		cat
	} >"$1"
	chmod +x "$1"
}

# shown TEXT: the line that supervise(1) has as an example; run_shown runs it.
shown() {
	tr -d '\\&' <"$ROOT/man/supervise.1" | grep -qF "${1//\\/}" ||
		fail "supervise(1) does not show: $1"
	LINE=$1
}

run_shown() {
	local words program
	command_words
	program=${words[-1]}
	unset 'words[-1]'
	PATH=$(dirname "$program"):$PATH "${words[@]}" sh -c "$LINE" 3>&-
}

@test "L12: the status is the command's where nothing catches it" {
	run -0 supervise try -- true
	run -3 supervise try --catch exit:4 'echo no' -- sh -c 'exit 3'
	assert_equal "$output" ""
	run -139 supervise try -- sh -c 'kill -s SEGV $$'
	run -137 supervise try -- sh -c 'kill -s KILL $$'
	run -0 supervise try echo --catch
	assert_equal "$output" "--catch"
}

@test "L12: the first catch that matches runs, and its status is the result" {
	run -9 supervise try --catch killed 'exit 7' --catch exit:70-78 'echo one; exit 9' \
		--catch '*' 'echo two' -- sh -c 'exit 75'
	assert_equal "$output" "one"
	run -0 supervise try --catch signal:ABRT,SEGV true -- sh -c 'kill -s SEGV $$'
	run -7 supervise try --catch 'signal:*' 'exit 6' --catch killed 'exit 7' -- \
		sh -c 'kill -s KILL $$'
	run -134 supervise try --catch exit:1 'kill -s ABRT $$' -- false
}

@test "L12: what has not failed is not caught" {
	run -0 supervise try --catch '*' 'echo caught' -- true
	assert_equal "$output" ""
}

@test "L12: after runs always, last, and changes nothing" {
	run -0 supervise try --after 'echo after' -- echo command
	assert_equal "$output" $'command\nafter'
	run -5 supervise try --catch '*' 'echo catch; exit 5' --after 'echo after' -- false
	assert_equal "$output" $'catch\nafter'
	run -3 supervise try --after 'exit 8' -- sh -c 'exit 3'
	assert_equal "$output" "supervise: the command of --after: exit:8"
	run -127 supervise try --after 'echo after' -- ./nothing
	assert_output "supervise: ./nothing: command not found"
	assert_output "after"
}

@test "L12: catch and after know the reason, the status, the time and the process" {
	run -0 supervise try --catch '*' 'env >caught' --after 'env >after' -- \
		sh -c 'echo $$ >pid; sleep 0.05; exit 3'
	local file
	for file in caught after; do
		grep -qx 'SUPERVISE_REASON=exit:3' "$file"
		grep -qx 'SUPERVISE_STATUS=3' "$file"
		grep -qx "SUPERVISE_PID=$(cat pid)" "$file"
		grep -qxE 'SUPERVISE_RAN_MS=([5-9][0-9]|[0-9]{3,})' "$file"
		refute grep -q SUPERVISE_CORE "$file"
	done
	run -0 supervise try --catch 'signal:*' 'echo $SUPERVISE_REASON $SUPERVISE_STATUS' -- \
		sh -c 'kill -s USR1 $$'
	assert_equal "$output" "signal:USR1 138"
}

@test "L12: a command that does not start can be caught" {
	run -0 supervise try --catch start:ENOENT 'echo $SUPERVISE_REASON $SUPERVISE_STATUS' -- ./nothing
	assert_equal "$output" "start:ENOENT 127"
	echo text >plain
	run -126 supervise try --catch start:ENOENT 'echo no' -- ./plain
	assert_output "supervise: ./plain: cannot execute: Permission denied"
}

@test "L12: wrong usage has status 125, and nothing runs" {
	run -125 supervise try --catch exit:7O true -- echo ran
	assert_output '--catch exit:7O: "7O" is no exit status, expected exit:1, exit:64-78 or exit:*'
	refute_output ran
	run -125 supervise try --catch sgnal:SEGV true -- echo ran
	assert_output '"sgnal" is no reason, expected signal'
	run -125 supervise try --catch exit:1 -- echo ran
	assert_output "--catch exit:1: no command behind it"
	run -125 supervise try --catch exit:1
	assert_output "--catch exit:1: no command behind it"
	run -125 supervise try --after true --after true -- echo ran
	assert_output "--after is given twice"
	run -125 supervise try
	assert_output "no command given"
	run -125 supervise try --cacth '*' true -- echo ran
	assert_output "unknown option --cacth, did you mean --catch?"
}

@test "L12: the command leads a group, and what is left of it is ended" {
	run -0 supervise try --catch '*' true -- "$WORKER" log=log dump=dump fork say=forked dump=ready end \
		wait=ready exit=3
	wait_log forked -
	eventually ended "$(awk '$1 == "forked" { print $3 }' log)"
	grep -qx "pgid $(awk '$1 == "start" { print $3 }' log)" dump
}

@test "L12: what is left and ignores TERM is killed, at once when we are asked to end" {
	start try -- "$WORKER" log=log ignore=TERM fork say=forked end wait=go exit=3
	wait_log forked -
	touch go
	eventually ended "$(awk '$1 == "start" { print $3 }' log)"
	kill -s TERM "$PID"
	wait_tree
	assert_equal "$STATUS" 3
	eventually ended "$(awk '$1 == "forked" { print $3 }' log)"
}

@test "L12: signals are passed on, once, and the rest runs" {
	local signal
	for signal in HUP INT QUIT TERM USR1 RTMIN+1; do
		rm -f log after
		start try --after 'echo "$SUPERVISE_REASON" >after' -- \
			"$WORKER" "on=$signal:say=got:exit=4" log=log
		wait_log start -
		kill -s "$signal" "$PID"
		wait_tree
		assert_equal "$STATUS" 4
		assert_equal "$(grep -c '^got' log)" 1
		assert_file after exit:4
	done
	start try -- "$WORKER" log=log2
	LOG=log2 eventually test -s log2
	kill -s INT "$PID"
	wait_tree
	assert_equal "$STATUS" 130
}

@test "L12: a killed try takes its command along" {
	start try -- "$WORKER" log=log
	wait_log start -
	kill -s KILL "$PID"
	wait_tree
	eventually ended "$(awk '{ print $3 }' log)"
}

@test "L12: many orphans are reaped while the command runs" {
	start try -- sh -c 'for i in 1 2 3 4 5 6 7 8; do (true & true); done; echo done >done; exec "$WORKER" log=log'
	wait_log start -
	no_zombies() {
		local pid pids
		read -ra pids <"/proc/$PID/task/$PID/children" || true
		for pid in "${pids[@]}"; do
			refute ended "$pid" || return
		done
	}
	eventually no_zombies
	kill -s TERM "$PID"
	wait_tree
	assert_equal "$STATUS" 143
}

@test "L12: tries nest, and work in a child of a supervisor" {
	run -0 supervise try --catch '*' 'echo "outer $SUPERVISE_REASON"' -- \
		"$SUPERVISE" try --catch exit:3 'exit 4' -- sh -c 'exit 3'
	assert_equal "$output" "outer exit:4"
	conf <<-END
		worker a {
			exec $SUPERVISE try --after 'echo "\$SUPERVISE_REASON" >>after' -- $WORKER log=log
		}
	END
	start_tree_ready
	wait_log start a
	stop_tree
	assert_file after signal:TERM
}

# The three that supervise(1) shows, word by word.

@test "L12: an example: try again later what could not be done for the moment" {
	script send <<-'END'
		echo try >>tries
		[ "$(wc -l <tries)" -ge 2 ] || exit 75
	END
	shown "supervise try --catch exit:75 'sleep 1; ./send' -- ./send"
	run -0 run_shown
	assert_equal "$(wc -l <tries)" 2
	script send <<<'exit 64'
	run -64 run_shown
}

@test "L12: an example: a lock file goes however the command ends" {
	script build <<-'END'
		test -e lock && ${1:-true}
	END
	touch lock
	shown "supervise try --after 'rm -f lock' -- ./build all"
	script build <<<'test -e lock; kill -s SEGV $$'
	run -139 run_shown
	[[ ! -e lock ]]
}

@test "L12: an example: a core dump is kept, with the pid" {
	script server <<-'END'
		echo dumped >core
		kill -s SEGV $$
	END
	shown "supervise try --catch signal:SEGV,ABRT 'mv core* \"crash.\$SUPERVISE_PID\"; exit \$SUPERVISE_STATUS' -- ./server"
	run -139 run_shown
	grep -rq dumped crash.*
}

@test "L12: what the end of a command never is cannot be caught" {
	local pattern
	for pattern in 'throw:*' throw:full shutdown timeout unhealthy noproc \
		reached_max_restart_intensity exit:0; do
		run -125 supervise try --catch "$pattern" true -- false
		assert_output "--catch $pattern: no failure of a command is that"
	done
	for pattern in '*' 'exit:0-1' exit:1 'signal:*' killed 'start:*'; do
		run supervise try --catch "$pattern" true -- false
		refute_output "no failure"
	done
}
