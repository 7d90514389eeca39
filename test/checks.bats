#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# Checks: whether a worker is ready, and whether it is well.

load test_helper

# A port that nobody listens at, and a server for it.
setup() {
	prepare
	export PORT
	PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])') ||
		skip "no python3"
	cat >serve.py <<-'END'
		import os, socket, sys, time
		while not os.path.exists("go"):
		    time.sleep(0.01)
		s = socket.socket(socket.AF_INET6 if len(sys.argv) > 2 else socket.AF_INET)
		s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		s.bind((sys.argv[2] if len(sys.argv) > 2 else "127.0.0.1", int(sys.argv[1])))
		s.listen(5)
		while not os.path.exists("deaf"):
		    time.sleep(0.01)
		s.close()
		time.sleep(1000)
	END
}

# The processes that the file of pids names are gone.
all_gone() {
	local pid
	while read -r pid; do
		[[ ! -e /proc/$pid ]] || return 1
	done <"$1"
}

@test "U21: ready file: when there is a file that was not there before" {
	conf <<-'END'
		worker a { ready file ./up; check_every 10ms; exec sh -c 'until test -e go; do sleep 0.01; done; touch up; exec sleep 1000' }
		worker b { exec ${WORKER} log=log }
	END
	touch up
	start_tree
	wait_record event=starting child=a
	refute_record event=started child=a
	touch go
	wait_record event=started child=a
	wait_record event=started child=b
}

@test "U21: ready port: when a connection is accepted" {
	conf <<-'END'
		worker a { ready port ${PORT}; check_every 10ms; exec python3 serve.py ${PORT} }
	END
	start_tree
	wait_record event=starting child=a
	refute_record event=started child=a
	touch go
	wait_record event=started child=a
}

@test "U21: ready port: python's own server, and an address of IPv6" {
	python3 -c 'import socket; socket.socket(socket.AF_INET6).bind(("::1", 0))' || skip "no IPv6"
	touch go
	conf <<-'END'
		worker a { ready port localhost:${PORT}; exec python3 -m http.server --bind 127.0.0.1 ${PORT} }
		worker b { ready port [::1]:${PORT}; exec python3 serve.py ${PORT} ::1 }
	END
	start_tree_ready
}

@test "U21: ready check: when the command ends with 0, in the worker's environment" {
	conf <<-'END'
		worker a { ready check sh -c 'echo "$PPID $SUPERVISE_NAME $A" >>asked; test -e go'; check_every 10ms; env A=1; exec ${WORKER} }
	END
	start_tree
	eventually test -s asked
	wait_record event=starting child=a
	refute_record event=started child=a
	[[ $(head -n 1 asked) == *" a 1" ]]
	touch go
	wait_record event=started child=a
	refute_record event=check_failed
}

@test "U21: start_timeout ends a start whose check never passes, and the check" {
	conf <<-'END'
		worker a { ready check sh -c 'echo $$ >>pids; exec sleep 1000'; start_timeout 300ms; exec ${WORKER} }
	END
	start_tree
	wait_tree
	assert_status 1
	assert_record event=start_failed child=a reason=timeout
	eventually all_gone pids
}

@test "U21: an end before it is ready is a failed start, whatever is checked" {
	conf <<-'END'
		worker a { ready port ${PORT}; exec sh -c 'exit 5' }
	END
	start_tree
	wait_tree
	assert_status 1
	assert_record event=start_failed child=a reason=exit:5
}

@test "U23: alive check: so many failures in a row, and it is unhealthy" {
	conf <<-'END'
		worker a { restart transient; alive check sh -c 'test ! -e bad || { rm -f bad; exit 7; }' every 20ms failures 2; exec ${WORKER} }
		worker b { restart transient; alive check test ! -e worse every 20ms timeout 5s failures 2; exec ${WORKER} run=2 sleep=1 exit=0 end }
	END
	start_tree_ready
	touch bad
	wait_record event=check_failed child=a failures=1
	touch worse
	wait_record event=exited child=b reason=unhealthy run=1
	assert_record event=check_failed child=b failures=2
	assert_record event=stopping child=b signal=TERM
	assert_record event=restarting child=b
	wait_record event=exited child=b run=2 reason=exit:0
	refute_record event=exited child=a
}

@test "U23: alive port: whom nobody can connect to is unhealthy" {
	touch go
	conf <<-'END'
		worker a { restart temporary; ready port ${PORT}; alive port ${PORT} every 20ms failures 2; exec python3 serve.py ${PORT} }
	END
	start_tree_ready
	touch deaf
	wait_record event=exited child=a reason=unhealthy
	[[ $(records event=check_failed child=a failures=2) == *"error=\"Connection refused\""* ]]
}

@test "U23: one that takes too long is killed with what it has started, and has failed" {
	conf <<-'END'
		worker a { restart temporary; alive check sh -c 'sleep 1000 & echo $! $$ | tr " " "\n" >>pids; wait' every 20ms timeout 1s failures 2; exec ${WORKER} }
	END
	start_tree_ready
	wait_record event=exited child=a reason=unhealthy
	[[ $(records event=check_failed child=a failures=2) == *"it has taken too long"* ]]
	[[ -s pids ]]
	eventually all_gone pids
}

second_check() {
	[[ $(wc -l <pids) -gt $(wc -l <first) ]]
}

@test "U23: a check ends with the run, and with everything" {
	conf <<-'END'
		worker a { alive check sh -c 'echo $$ >>pids; exec sleep 1000' every 20ms timeout 60s; exec ${WORKER} }
	END
	start_tree_ready
	eventually test -s pids
	cp pids first
	kill -s KILL "$(child_pid a)"
	eventually all_gone first
	wait_record event=started child=a run=2
	eventually second_check
	stop_tree
	assert_status 0
	all_gone pids
	refute_record event=check_failed
}

@test "U23: strategy, budget and catch lines are about it" {
	conf <<-'END'
		strategy one_for_all
		worker a { alive check test ! -e bad every 20ms failures 1; catch unhealthy run touch caught; exec ${WORKER} log=log }
		worker b { exec ${WORKER} log=log }
		max_restarts 1
	END
	start_tree_ready
	touch bad
	wait_tree
	assert_status 1
	test -e caught
	assert_record event=restarting child=a strategy=one_for_all
	assert_record event=gave_up supervisor=root child=a reason=unhealthy
	[[ $(cat records) == *"its \`alive\` check failed"* ]]
}

@test "U23: a command that cannot be executed has failed" {
	conf <<-'END'
		worker a { restart temporary; alive check ./nothing every 20ms failures 1; exec ${WORKER} }
	END
	start_tree_ready
	wait_record event=exited child=a reason=unhealthy
	[[ $(records event=check_failed) == *"command not found"* || $(records event=check_failed) == *"cannot execute"* ]]
}

@test "U23: a reload changes the rule, without a restart" {
	export SUPERVISE_SOCKET=$DIR/sock
	conf <<<'worker a { alive check test -e never every 20ms failures 1000; exec ${WORKER} }'
	start_tree_ready
	wait_record event=check_failed child=a
	conf <<<'worker a { restart temporary; alive check test -e never every 20ms failures 1; exec ${WORKER} }'
	supervise reload
	wait_record event=exited child=a run=1 reason=unhealthy
}

@test "D1: nothing wakes the engine while nobody is to be checked" {
	export SUPERVISE_SOCKET=$DIR/sock
	conf <<<'worker a { ready check true; exec ${WORKER} }; worker b { ready notify; exec sh -c "systemd-notify --ready; exec sleep 1000" }'
	start_tree_ready
	local engine before after
	engine=$(engine_pid)
	switches() { sed -n 's/^voluntary_ctxt_switches:[[:blank:]]*//p' "/proc/$engine/status"; }
	# A time in which it was not woken comes, if it ever rests.
	rests() {
		before=$(switches)
		sleep 0.3
		after=$(switches)
		[[ $after -eq $before ]]
	}
	eventually rests
}
