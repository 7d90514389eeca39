#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# `wait`: it ends as soon as it holds, and never misses.

load test_helper
load control_helper

teardown() {
	finish
}

slow() {
	conf <<<'worker x { ready fd 3; exec ${WORKER} log=log wait=go ready=3 }; worker y { exec ${WORKER} }'
	start_tree
	wait_log start x
}

@test "wait sees what makes no record: remains that are gone" {
	conf <<<"worker w { shell '(trap \"\" TERM; exec sleep 0.7) & wait' }"
	start_tree_ready
	supervise stop -q --no-wait w
	run -0 supervise wait -t 10s down w
	run -0 supervise wait -t 10s quiet
}

@test "wait sees what makes no record: a delayed restart that is called off" {
	conf <<<'max_restarts 100; worker r { exec ${WORKER} exit=1; backoff 60s..60s }'
	start_tree
	wait_record event=restarting child=r
	supervise stop -q --no-wait r
	run -0 supervise wait -t 10s down r
	run -0 supervise wait -t 10s quiet
	supervise start -q --no-wait r
	wait_record event=restarting child=r restarts=2
	# The other way round: who waits is there before it is stopped.
	"$SUPERVISE" wait -t 10s down r 3>&- &
	local job=$!
	supervise stop -q r
	wait "$job"
}

@test "wait ready ends when the start is complete" {
	slow
	supervise wait ready x 3>&- &
	local waiter=$!
	supervise wait -t 60 up x
	is_alive "$waiter"
	touch go
	wait "$waiter"
	assert_equal "$(state_of x)" up
}

@test "asking after the fact ends at once" {
	conf <<<'worker a { exec ${WORKER} }; worker t { restart transient; exec ${WORKER} exit=0 }'
	start_tree_ready
	run -0 supervise wait -t 60 ready a
	run -0 supervise wait -t 60 up a
	run -0 supervise wait -t 60 down t
	run -0 supervise wait -t 60 quiet
	assert_equal "$output" ""
}

@test "wait up: executed is enough; wait down: nothing of it lives" {
	slow
	run -0 supervise wait -t 60 up x
	run -124 supervise wait -t 0.1 ready x
	touch go
	supervise wait ready y
	supervise wait down x 3>&- &
	local waiter=$!
	run -124 supervise wait -t 0.1 down x
	supervise stop -q x
	wait "$waiter"
}

@test "the time limit is status 124" {
	slow
	run -124 supervise wait -t 100ms ready x
	run -124 supervise wait -t 0.1 ready x
	run -124 supervise wait -t 0.1 quiet
	run -124 supervise wait -t 0 ready x
	run -2 supervise wait -t soon ready x
	run -2 supervise wait
	run -2 supervise wait ready
	run -2 supervise wait never x
	run -2 supervise wait quiet x
	run -4 supervise wait ready nobody
	run -5 supervise -S nosuch wait ready x
}

@test "wait for several, and for a pattern, until all of them are" {
	slow
	run -124 supervise wait -t 0.1 up x y
	touch go
	run -0 supervise wait -t 60 ready x y
	run -0 supervise wait -t 60 ready '*'
}

@test "wait ready of a supervisor: all of its start" {
	conf <<<'supervisor s { worker x { ready fd 3; exec ${WORKER} log=log wait=go ready=3 } }'
	start_tree
	wait_log start s/x
	run -124 supervise wait -t 0.1 ready s
	touch go
	run -0 supervise wait -t 60 ready s root
}

@test "wait down: of a child that is removed, of everything when it ends" {
	conf <<<'worker a { exec ${WORKER} }; worker t { restart temporary; exec ${WORKER} }'
	start_tree_ready
	supervise wait -t 60 down t 3>&- &
	local one=$!
	supervise wait -t 60 down a 3>&- &
	local other=$!
	asked "$one"
	asked "$other"
	supervise signal KILL t
	wait "$one"
	is_alive "$other"
	stop_tree
	wait "$other"
}

# The start of x is not complete, and holds up nobody else.
slow_again() {
	touch go
	start_tree_ready
	rm go
	supervise restart -q --no-wait x
	wait_log start x 2
}

@test "wait for a child that is removed is over" {
	conf <<<'worker a { exec ${WORKER} }'
	start_tree_ready
	supervise add -q root 'worker b { exec sleep 1000 }'
	supervise stop -q b
	supervise wait -t 60 ready b >said 2>&1 3>&- &
	local waiter=$! status=0
	asked "$waiter"
	supervise delete -q b
	wait "$waiter" || status=$?
	assert_status 4 "$status"
	grep -q "no longer a child" said
}

@test "wait ready of a pattern: what has ended normally for good has done its work" {
	conf <<-'END'
		worker x { ready fd 3; exec ${WORKER} log=log wait=go ready=3 }
		worker m { restart transient; normal 0 75; exec ${WORKER} log=log wait=end exit=75 }
		worker t { restart temporary; exec ${WORKER} log=log wait=end exit=0 }
	END
	slow_again
	supervise add -q root "worker a { restart temporary; exec $WORKER wait=end exit=0 }"
	supervise wait -t 60 ready '*' 3>&- &
	local waiter=$!
	run -124 supervise wait -t 0.2 ready '*'
	touch end
	supervise wait -t 60 down m
	eventually gone t
	eventually gone a
	is_alive "$waiter"
	touch go
	wait "$waiter"
	run -0 supervise wait -t 60 ready '*'
	run -0 supervise wait -t 60 up '[m]'
	# By its name it is asked whether it is ready.
	run -124 supervise wait -t 0.1 ready m
	assert_output "not ready yet: m"
}

gone() {
	local status=0
	supervise status -q "$1" 2>/dev/null || status=$?
	[[ $status -eq 4 ]]
}

@test "wait ready of a pattern: what is not needed is not waited for" {
	conf <<<'worker x { ready fd 3; ignore 3; exec ${WORKER} exit=3 }'
	start_tree_ready
	run -0 supervise wait -t 60 ready '*'
}

@test "wait ready: what was stopped is waited for until somebody starts it" {
	conf <<<'worker a { exec ${WORKER} }; worker b { exec ${WORKER} }'
	start_tree_ready
	supervise stop -q b
	supervise wait ready a b 3>&- &
	local waiter=$!
	run -124 supervise wait -t 0.2 ready '*'
	assert_output "not ready yet: b"
	supervise start -q b
	wait "$waiter"
}

@test "at the time limit those are named that are not there" {
	conf <<-'END'
		worker x[10] { ready fd 3; exec ${WORKER} log=log wait=go ready=3 }
		worker y { exec ${WORKER} }
	END
	start_tree
	wait_log start x.0
	run -124 supervise wait -t 0.1 ready 'x.*'
	assert_output "not ready yet: x.0, x.1, x.2, x.3, x.4, x.5, x.6, x.7 and 2 more"
	touch go
	supervise wait -t 60 ready y
	run -124 supervise wait -t 0.1 down x.0 y
	assert_output "not down yet: x.0, y"
	run -124 supervise wait -t 0 down y
}

@test "wait quiet: while anything starts, stops, or is to be restarted, it waits" {
	conf <<<'worker x { shutdown 60s; ready fd 3; exec ${WORKER} ignore=TERM ready=3 }; worker y { backoff 60s..60s; exec ${WORKER} }'
	start_tree_ready
	run -0 supervise wait -t 60 quiet
	supervise stop x 3>&- >/dev/null &
	local stopper=$!
	wait_record event=stopping child=x
	run -124 supervise wait -t 0.1 quiet
	kill -s KILL "$(child_pid x)"
	wait "$stopper"
	run -0 supervise wait -t 60 quiet
	kill -s KILL "$(pid_of y)"
	eventually is_state restarting y
	run -124 supervise wait -t 0.1 quiet
	supervise stop -q y
	run -0 supervise wait -t 60 quiet
}

@test "wait quiet after a kill is after what the kill led to" {
	conf <<<'max_restarts 1000; strategy one_for_all; worker a { exec ${WORKER} }; worker b { exec ${WORKER} }; worker c { exec ${WORKER} }'
	start_tree_ready
	local n pid
	for ((n = 2; n < 12; n++)); do
		pid=$(pid_of b)
		# Asked over the socket, so that the engine knows of the signal.
		supervise signal KILL b
		eventually ended "$pid"
		supervise wait -t 60 quiet
		[[ $(state_of a) == up && $(state_of c) == up ]]
		# Either nothing was seen of it yet, or all of it has happened.
		supervise wait -t 60 ready a b c
	done
}

@test "wait never misses: children restart at random, every waiter ends" {
	conf <<-'END'
		max_restarts 100000
		worker a[4] { ready fd 3; exec ${WORKER} sleep=2 ready=3 }
	END
	start_tree_ready
	local n name pid pids=()
	for ((n = 0; n < 40; n++)); do
		name=a.$((RANDOM % 4))
		pid=$(pid_of "$name" 2>/dev/null) || pid=
		[[ -z $pid ]] || kill -s KILL "$pid" 2>/dev/null || true
		supervise wait -t 60 ready "$name" 3>&- &
		pids+=($!)
		if [[ $((n % 4)) -eq 3 ]]; then
			supervise wait -t 60 quiet 3>&- &
			pids+=($!)
		fi
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || fail "a waiter ended with $?"
	done
	supervise wait -t 60 ready 'a.*'
}

@test "stop and wait, start and wait, without a race" {
	conf <<<'worker a { exec ${WORKER} }'
	start_tree_ready
	local n
	for ((n = 0; n < 10; n++)); do
		supervise stop --no-wait a
		supervise wait -t 60 down a
		assert_equal "$(state_of a)" down
		supervise start --no-wait a
		supervise wait -t 60 ready a
		assert_equal "$(state_of a)" up
	done
}

@test "waiters that leave leave nothing" {
	slow
	local n pids=()
	for ((n = 0; n < 20; n++)); do
		# Not the function: a shell that is killed would run the rest.
		"$SUPERVISE" wait ready x 3>&- &
		pids+=($!)
	done
	supervise status -q y || true
	kill "${pids[@]}"
	for n in "${pids[@]}"; do
		wait "$n" || true
	done
	touch go
	run -0 supervise wait -t 60 ready x
}
