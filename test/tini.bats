#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# In the part of tini: what its manual promises, and its own tests ask for.

load test_helper
load program_helper

setup() {
	prepare
	ln -s "$SUPERVISE" tini
	ln -s "$SUPERVISE" docker-init
}

# tini WORD...: as `supervise`, under that name.
tini() {
	local words
	command_words
	env "${words[@]:1:${#words[@]}-2}" ./tini "$@" 3>&-
}

# start_tini WORD...: in the background.
start_tini() {
	local words
	command_words
	env "${words[@]:1:${#words[@]}-2}" ./tini "$@" >out 2>err </dev/null 3>&- &
	PID=$!
}

@test "every status is passed on, and -e makes 0 of it and of no other" {
	local step=1
	! is_sanitized || step=15
	program all <<-END
		step=$step
	END
	cat >>all <<-'END'
		for i in $(seq 0 "$step" 255); do
			./tini -s -- sh -c "exit $i"
			echo "$i $?"
			[ $(((i + 1) % 16)) -le 1 ] || continue
			./tini -s -e "$i" -- sh -c "exit $i"
			echo "$i $?"
			./tini -s -e $(((i + 1) % 256)) -e $(((i + 2) % 256)) -- sh -c "exit $i"
			echo "$i $?"
		done
	END
	./all >out 3>&-
	for i in $(seq 0 "$step" 255); do
		echo "$i $i"
		((i % 16 == 0 || i % 16 == 15)) || continue
		printf '%s\n' "$i 0" "$i $i"
	done | diff - out
}

@test "128 and the signal by which it ended, which -e knows as well" {
	# shellcheck disable=SC2016 # the shell's own pid
	for signal in HUP INT KILL SEGV TERM RTMIN; do
		run tini -s -- sh -c 'kill -s $0 $$' "$signal"
		assert_status $((128 + $(kill -l "$signal")))
	done
	# shellcheck disable=SC2016
	run -0 tini -s -e 143 -- sh -c 'kill -s TERM $$'
}

@test "127 and 126 for what cannot be executed, with the reason" {
	run -127 tini -s -- ./nowhere
	assert_output "exec ./nowhere failed: No such file or directory"
	run -126 tini -s -- /etc
	assert_output "exec /etc failed: Permission denied"
	run -1 tini -s -- "$(printf 'x%.0s' {1..300})"
	assert_output "FATAL tini"
}

@test "signals are passed on to the program" {
	for signal in TERM USR1 USR2 HUP INT QUIT ALRM CONT WINCH RTMIN+3; do
		start_tini -s -- "$WORKER" log=log "on=$signal:say=told:exit=9"
		wait_log start -
		kill -s "$signal" "$PID"
		wait_tree
		assert_status 9
		log_has told -
		rm log
	done
}

@test "a program that handles no signal ends by it" {
	for signal in TERM USR1 USR2; do
		start_tini -s -- "$WORKER" log=log
		wait_log start -
		kill -s "$signal" "$PID"
		wait_tree
		assert_status $((128 + $(kill -l "$signal")))
		rm log
	done
}

# The program ignores USR1 and ends when its child does, which does not.
grouped() {
	program grouped <<-'END'
		trap '' USR1
		env --default-signal=USR1 sleep 1000 &
		echo "$!" >child
		wait
		exit 5
	END
	start_tini "$@" -s -- ./grouped
	eventually test -s child
	eventually grep -qsx sleep "/proc/$(cat child)/comm"
	kill -s USR1 "$PID"
}

@test "-g, and TINI_KILL_PROCESS_GROUP: signals go to the whole group" {
	grouped -g
	wait_tree
	assert_status 5
	rm child
	export TINI_KILL_PROCESS_GROUP=
	grouped
	wait_tree
	assert_status 5
}

@test "without -g they go to the program alone" {
	grouped
	eventually idle "$PID"
	is_alive "$(cat child)"
	kill "$(cat child)"
	wait_tree
	assert_status 5
}

# Leaves orphans, waits until all are reaped, and fails if they never are.
orphans() {
	program orphans <<-'END'
		for i in 1 2 3 4 5 6 7 8 9 10; do
			sh -c 'sh -c "until [ -e go ]; do sleep 0.02; done" & echo "$!" >>pids' &
		done
		wait
		touch go
		for i in $(seq 500); do
			left=
			while read -r pid; do
				[ ! -e "/proc/$pid" ] || left=$pid
			done <pids
			[ -n "$left" ] || exit 0
			sleep 0.02
		done
		exit 1
	END
	rm -f pids go
}

@test "-s, and TINI_SUBREAPER: orphans are reaped, without a word" {
	orphans
	run -0 tini -s -- ./orphans
	assert_equal "$output" ""
	orphans
	TINI_SUBREAPER='' run -0 tini ./orphans
	assert_equal "$output" ""
}

@test "-w says whom it has reaped" {
	orphans
	run -0 tini -s -w -- ./orphans
	assert_output "zombie process with pid=$(head -n 1 pids)"
	assert_equal "$(grep -c 'zombie process with pid=' <<<"$output")" 10
}

@test "neither PID 1 nor -s: a warning, which TINI_VERBOSITY=0 takes away" {
	run -0 tini -- true
	assert_output "zombie reaping won't work"
	TINI_VERBOSITY=0 run -0 tini -- true
	assert_equal "$output" ""
}

@test "as PID 1 it reaps all, and ends with the program" {
	needs_root
	orphans
	UNDER=(unshare --pid --fork --mount-proc --kill-child)
	run -0 tini -- ./orphans
	assert_equal "$output" ""
	run -7 tini -- sh -c 'setsid sleep 1000 & exit 7'
	eventually none_marked
}

@test "ignored and blocked signals are as they were" {
	UNDER=(env --ignore-signal=TTOU --ignore-signal=INT --ignore-signal=CHLD --ignore-signal=PIPE
		--block-signal=TTIN --block-signal=ILL --block-signal=TERM)
	# This one the sanitizers take for themselves.
	is_sanitized || UNDER+=(--ignore-signal=SEGV)
	tini -s -- cat /proc/self/status | grep -E '^Sig(Ign|Blk|Cgt)' >with
	"${UNDER[@]}" env --default-signal=QUIT cat /proc/self/status |
		grep -E '^Sig(Ign|Blk|Cgt)' >without
	diff without with
}

@test "-p: the signal at the end of our parent is passed on" {
	program parent <<-'END'
		./tini -s -p SIGUSR1 -- "$WORKER" log=log on=USR1:say=told:exit=0 &
		wait
	END
	./parent 3>&- &
	PID=$!
	wait_log start -
	kill -s KILL "$PID"
	wait_log told -
}

@test "options are its own before the program only" {
	run -0 tini -s echo -v -g -e x
	assert_equal "$output" "-v -g -e x"
	run -0 tini -s sh -- -c 'echo "$0 $1"' a b
	assert_equal "$output" "a b"
	run -0 tini -s -- printf '%s ' -- -x
	assert_equal "$output" "-- -x "
	run -0 tini -s -- echo -- a
	assert_equal "$output" "-- a"
}

@test "--version, -h, -l, and no program" {
	run -0 tini --version
	[[ $output == "tini version "?*" - supervise "?* ]]
	run -0 tini -h
	assert_output "usage: tini [OPTION ...] -- PROGRAM"
	run -0 tini -l
	assert_output "ISC"
	run -1 tini
	assert_output "usage: tini"
	run -1 tini -x true
	assert_output "usage: tini"
	run -1 tini -e 256 true
	assert_output "-e 256: expected a status from 0 to 255"
	run -1 tini -p NONE true
	assert_output "-p NONE: expected a signal"
	# Only alone: else it is the program's, or none.
	run -0 tini -s env printf '%s\n' --version
	assert_equal "$output" "--version"
}

@test "-v says more, on standard output, as TINI_VERBOSITY does" {
	run -0 --separate-stderr tini -s -v -- true
	assert_output "INFO  tini"
	refute_output DEBUG
	run -0 --separate-stderr tini -s -vvv -- true
	assert_output "DEBUG tini"
	assert_output "TRACE tini"
	# shellcheck disable=SC2154 # set by run
	assert_equal "$stderr" ""
	TINI_VERBOSITY=3 run -0 tini -s -- true
	assert_output "DEBUG tini"
}

@test "descriptors and standard input are the program's" {
	echo seven >seven
	run -0 tini -s -- sh -c 'cat <&7' 7<seven
	assert_equal "$output" seven
	run -0 tini -s -- cat <seven
	assert_equal "$output" seven
}

@test "as docker-init, and as exec --tini" {
	run -3 ./docker-init -s -- sh -c 'exit 3' 3>&-
	run -0 ./docker-init -h
	assert_output "usage: docker-init"
	run -3 supervise exec --tini -s -- sh -c 'exit 3'
	run -0 supervise exec --tini -s -e 3 -- sh -c 'exit 3'
	run -1 supervise exec --tini
	assert_output "usage: tini"
}

@test "it is one process, and restarts nothing" {
	start_tini -s -- "$WORKER" log=log
	wait_log start -
	assert_equal "$(pgrep -c -P "$PID")" 1
	kill -s KILL "$(pgrep -P "$PID")"
	wait_tree
	assert_status 137
	assert_equal "$(wc -l <log)" 1
}

@test "the program has the terminal if it was ours, and is not given another's" {
	program where <<-'END'
		ps -o tpgid=,pgid= -p $$ | awk '{ print $1 == $2 }'
	END
	run -0 script -qec './tini -s -- ./where' /dev/null 3>&- </dev/null
	assert_equal "${output%%[[:cntrl:]]*}" 1
	run -0 script -qec 'set -m; ./tini -s -- ./where & wait' /dev/null 3>&- </dev/null
	assert_output 0
}
