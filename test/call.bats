#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# supervise call: a command that dies with its server, and never hurts it.

load test_helper
load control_helper

servers() {
	conf <<-'END'
		max_restarts 100
		worker db  { exec ${WORKER} }
		worker tmp { restart temporary; exec ${WORKER} }
		supervisor s { worker in { exec ${WORKER} } }
	END
	start_tree_ready
}

# call WORD...: in the background; what it said in `said`, the status in `status`.
call() {
	rm -f said status
	(
		code=0
		supervise call "$@" >said 2>&1 || code=$?
		echo "$code" >status
	) 3>&- &
}

# called NAME: a call of NAME is at work, with a group of two to be killed.
called() {
	rm -f log
	call "$1" -- "$WORKER" log=log ignore=TERM fork say=member end
	wait_log start -
	wait_log member -
}

# died NAME REASON: that call has ended with the reason of its server, and
# nothing of it is left.
died() {
	eventually test -s status
	assert_file status 125
	assert_file said "supervise: $1 has ended: $2"
	all_ended
}

all_ended() {
	local pid
	while read -r _ _ pid _; do
		eventually ended "$pid"
	done <log
}

@test "L8, S180: a call ends with its command's status, and the server lives" {
	servers
	local pid
	pid=$(pid_of db)
	run -0 supervise call db -- echo text
	assert_equal "$output" text
	run -3 supervise call db sh -c 'exit 3'
	run -143 supervise call db -- sh -c 'kill -s TERM $$'
	run -127 supervise call db -- ./nothing
	assert_equal "$output" "supervise: ./nothing: command not found"
	echo text >plain
	run -126 supervise call db -- ./plain
	assert_equal "$(pid_of db)" "$pid"
}

@test "L8, S182: noproc where it does not run, and the command is not started" {
	servers
	supervise stop -q db
	run -125 supervise call db -- touch started
	assert_equal "$output" "supervise: db does not run: noproc"
	run -125 supervise call nobody -- touch started
	assert_equal "$output" "supervise: nothing is called nobody: noproc"
	[[ ! -e started ]]
}

@test "L8, S181: the server dies, for whatever reason: so does the call, with that reason" {
	servers
	local how
	for how in KILL:killed SEGV:signal:SEGV TERM:signal:TERM; do
		called db
		kill -s "${how%%:*}" "$(pid_of db)"
		died db "${how#*:}"
		supervise wait ready db
	done
	conf <<<'worker end { exec ${WORKER} wait=go exit=0 }'
	supervise reload -q
	supervise wait ready end
	called end
	touch go
	died end exit:0
}

@test "L8, S181: a server that is stopped, restarted, reloaded or deleted has died" {
	servers
	called db
	supervise stop -q db
	died db shutdown
	supervise start -q db
	called db
	supervise restart -q db
	died db shutdown
	called s/in
	supervise stop -q s
	supervise delete -q s
	died s/in shutdown
	called db
	conf <<<'worker db { exec ${WORKER} on=USR1:say=x }'
	supervise reload -q
	died db shutdown
	called db
	conf <<<'worker other { exec ${WORKER} }'
	supervise reload -q
	died db shutdown
}

@test "L8: a supervisor can be called" {
	servers
	called s
	supervise stop -q s
	died s shutdown
}

@test "L8: the end of everything is the end of its calls" {
	servers
	called db
	stop_tree
	died db shutdown
}

@test "L8: a killed engine ends its calls" {
	servers
	called db
	kill -s KILL "$(engine_pid)"
	eventually test -s status
	assert_file status 125
	grep -q "went away" said
	all_ended
}

@test "L8, S183: -t kills the command, and the server goes on" {
	servers
	local pid
	pid=$(pid_of db)
	run -124 supervise call -t 0.2s db -- "$WORKER" log=log ignore=TERM fork say=member end
	assert_output "supervise: db: not within the time limit: timeout"
	all_ended
	assert_equal "$(pid_of db)" "$pid"
	run -0 supervise call -t 60s db -- true
}

@test "L8: a command that fails because its server died is the server's end" {
	servers
	local n
	for n in 1 2 3 4 5; do
		supervise wait ready db
		run -125 supervise call db -- sh -c 'kill -s SEGV "$1"; until ! kill -0 "$1"; do :; done 2>/dev/null; exit 3' \
			sh "$(pid_of db)"
		assert_equal "$output" "supervise: db has ended: signal:SEGV"
	done
}

@test "L8: what has succeeded has, though the server dies with it" {
	servers
	# An engine that is stopped cannot tell of the end.
	run -0 supervise call tmp -- sh -c 'kill -s STOP "$1"; kill -s KILL "$2"' \
		sh "$(engine_pid)" "$(pid_of tmp)"
	assert_equal "$output" ""
	kill -s CONT "$(engine_pid)"
	run -125 supervise call tmp -- true
}

@test "L8: the command leads a group, and what is left of it is ended" {
	servers
	run -0 supervise call db -- "$WORKER" log=log dump=dump fork say=member dump=ready end wait=ready exit=0
	grep -qx "pgid $(awk '$1 == "start" { print $3 }' log)" dump
	all_ended
}

@test "L8: signals are passed on to the command" {
	servers
	local caller
	"$SUPERVISE" call db -- "$WORKER" log=log on=INT:say=got:exit=4 3>&- &
	caller=$!
	wait_log start -
	kill -s INT "$caller"
	local code=0
	wait "$caller" || code=$?
	assert_equal "$code" 4
	assert_equal "$(grep -c '^got' log)" 1
}

@test "L8: the command has the socket, from outside and in a child" {
	mkdir elsewhere
	conf <<-'END'
		worker db { exec ${WORKER} }
		worker client {
			restart temporary; cwd elsewhere
			shell '"${SUPERVISE}" call db -- sh -c "\"\$SUPERVISE\" pid db >../inside"'
		}
	END
	export SUPERVISE
	in_elsewhere() (
		cd elsewhere
		supervise -f ../supervise.conf call db -- sh -c '"$SUPERVISE" pid db'
	)
	start_tree_ready
	local pid
	pid=$(pid_of db)
	eventually test -s inside
	assert_file inside "$pid"
	run -0 in_elsewhere
	assert_equal "$output" "$pid"
}

@test "S184: a child that fails with its call has ended abnormally" {
	conf <<-'END'
		worker db { restart temporary; exec ${WORKER} }
		worker client { restart temporary
		    shell 'echo >calling; exec "${SUPERVISE}" call db -- "${WORKER}" log=log' }
	END
	export SUPERVISE
	start_tree_ready
	wait_log start client
	kill -s KILL "$(pid_of db)"
	wait_record event=exited child=client reason=exit:125
}

@test "L8: wrong usage has status 125, and nothing runs" {
	servers
	run -125 supervise call
	assert_output "something is missing"
	run -125 supervise call db
	assert_output "no command given"
	run -125 supervise call db --
	assert_output "no command given"
	run -125 supervise call 'd*' -- touch started
	assert_output "d* is a pattern, expected one name"
	run -125 supervise call -t soon db -- touch started
	run -125 supervise call db -t 1 -- touch started
	assert_output "-t is behind db, expected options before the name"
	run -125 supervise -S ./nothing call db -- touch started
	[[ ! -e started ]]
}
