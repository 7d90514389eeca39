#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# supervise monitor: who is told of ends, and of which.

load test_helper
load control_helper

# down NAME REASON: the record that is expected, without the pid.
down() {
	echo "event=down name=$1 reason=$2"
}

# monitor WORD...: in the background; output in `said`, the status in `status`.
monitor() {
	(
		code=0
		supervise monitor "$@" >said 2>complaints || code=$?
		echo "$code" >status
	) 3>&- &
}

# said_is: what was said, without pids, is standard input.
said_is() {
	local expected
	expected=$(cat)
	diff <(sed 's/ pid=[0-9]*//' said) <(echo "$expected") ||
		fail "said something else"
}

# process_ends REASON STATUS COMMAND...: a process that is no child of a
# supervisor, which ends when `go` is there.
process_ends() {
	local reason=$1 status=$2 pid
	shift 2
	rm -f go status said
	"$@" 3>&- &
	pid=$!
	monitor "$pid"
	# It holds a descriptor of the process before it waits.
	eventually watches "$!"
	touch go
	wait "$pid" || true
	eventually test -s status
	if [[ $(cat said) != "event=down pid=$pid reason=unknown" ]]; then
		assert_file said "event=down pid=$pid reason=$reason"
		assert_file status "$status"
	elif tells_statuses; then
		fail "the reason is unknown"
	else
		assert_file status 1
	fi
}

# Whether a process, or its child, has a pidfd open and sleeps.
watches() {
	local pid pids
	read -ra pids <"/proc/$1/task/$1/children" || true
	for pid in "$1" "${pids[@]}"; do
		if find "/proc/$pid/fd" -lname 'anon_inode:*pidfd*' 2>/dev/null | grep -q . ||
			find "/proc/$pid/fd" -lname 'pidfd:*' 2>/dev/null | grep -q .; then
			return 0
		fi
	done
	return 1
}

# Linux 6.15 and later tell how any process ended.
tells_statuses() {
	local major minor
	IFS=.- read -r major minor _ < <(uname -r)
	((major > 6 || (major == 6 && minor >= 15)))
}

three() {
	conf <<-'END'
		worker a { restart temporary; exec ${WORKER} }
		worker b { exec ${WORKER} }
		supervisor s { worker c { exec ${WORKER} } }
	END
	start_tree_ready
}

@test "L6, S170: one record for the run that is monitored, when it ends" {
	three
	local pid
	pid=$(pid_of b)
	monitor b
	asked "$!"
	kill -s SEGV "$pid"
	eventually test -s status
	assert_file said "event=down name=b pid=$pid reason=signal:SEGV"
	assert_file status 139
}

@test "L6, S171: several records for several, in the order of their ends; each monitor its own" {
	three
	monitor a b s/c b
	asked "$!"
	supervise signal -q KILL a
	wait_record event=exited child=a
	supervise stop -q s/c
	supervise restart -q b
	eventually test -s status
	said_is <<-END
		$(down a killed)
		$(down s/c shutdown)
		$(down b shutdown)
		$(down b shutdown)
	END
	assert_file status 0
}

@test "L6: with --any the first ends it" {
	three
	monitor --any a b s
	asked "$!"
	supervise signal -q USR1 b
	eventually test -s status
	said_is <<<"$(down b signal:USR1)"
	assert_file status 138
	is_alive "$(pid_of a)"
}

@test "L6, S172: noproc at once when there is none" {
	three
	supervise stop -q b
	run -1 supervise monitor b
	assert_equal "$output" "$(down b noproc)"
	run -1 supervise monitor nobody
	assert_output "$(down nobody noproc)"
	assert_output "supervise: nothing is called nobody"
	run -1 supervise monitor s/b
	assert_output "did you mean s/c?"
	# With others that run: those are waited for.
	monitor nobody a
	asked "$!"
	supervise stop -q a
	eventually test -s status
	said_is <<-END
		$(down nobody noproc)
		$(down a shutdown)
	END
	assert_file status 0
	run -1 supervise monitor 4194304
	assert_equal "$output" "event=down pid=4194304 reason=noproc"
}

@test "L6, S173, S175: a monitor that goes away leaves nothing, and harms nobody" {
	three
	local pid watcher n
	pid=$(pid_of b)
	for n in 1 2 3; do
		"$SUPERVISE" monitor b a >said 2>&1 3>&- &
		watcher=$!
		asked "$watcher"
		kill -s KILL "$watcher"
		wait "$watcher" || true
	done
	is_alive "$pid"
	supervise signal -q KILL b
	wait_record event=started child=b run=2
	[[ ! -s said ]]
	run -0 supervise pid b
}

@test "L6, S174: the successor is not monitored, and needs a monitor of its own" {
	three
	monitor b
	asked "$!"
	supervise restart -q b
	eventually test -s status
	said_is <<<"$(down b shutdown)"
	run -124 supervise monitor -t 0.1 b
	is_alive "$(pid_of b)"
}

@test "L6, S176: the name is free when the record comes" {
	three
	monitor a
	asked "$!"
	kill -s KILL "$(pid_of a)"
	eventually test -s status
	# Added again under its name, at once.
	run -0 supervise add -q root "worker a { exec $WORKER }"
}

@test "L6: every way to end" {
	conf <<-'END'
		max_restarts 100
		worker stop  { exec ${WORKER} }
		worker late  { ready fd 3; exec ${WORKER} ignore=TERM ready=3; shutdown 50ms }
		worker exit  { exec ${WORKER} wait=go exit=3; restart temporary }
		supervisor s { max_restarts 0; restart temporary; worker bad { exec ${WORKER} wait=go exit=4 } }
		supervisor t { worker in { exec ${WORKER} } }
	END
	start_tree_ready
	supervise add -q --no-wait root "worker unready { ready fd 3; exec $WORKER wait=go exit=5 }"
	supervise wait up unready
	monitor exit unready s s/bad
	asked "$!"
	touch go
	eventually test -s status
	sort -o said said
	said_is <<-END
		$(down exit exit:3)
		$(down s shutdown)
		$(down s/bad exit:4)
		$(down unready exit:5)
	END
	rm status
	monitor stop late t t/in
	asked "$!"
	supervise stop -q stop late
	supervise stop -q t
	supervise delete -q t
	eventually test -s status
	said_is <<-END
		$(down stop shutdown)
		$(down late killed)
		$(down t/in shutdown)
		$(down t shutdown)
	END
}

@test "L6: a child that is reloaded or deleted has ended" {
	three
	monitor b s
	asked "$!"
	conf <<<'worker a { restart temporary; exec ${WORKER} }; worker b { exec ${WORKER} sleep=1 }'
	supervise reload -q
	eventually test -s status
	sort -o said said
	said_is <<-END
		$(down b shutdown)
		$(down s shutdown)
	END
}

@test "L6: the end of everything is one, too" {
	three
	monitor a root s
	asked "$!"
	stop_tree
	eventually test -s status
	said_is <<-END
		$(down s shutdown)
		$(down a shutdown)
		$(down root shutdown)
	END
	assert_file status 0
	assert_equal "$(cat complaints)" ""
}

@test "L6: an engine that is killed is no silent end" {
	three
	monitor b
	asked "$!"
	kill -s KILL "$(engine_pid)"
	eventually test -s status
	assert_file status 1
	grep -q "went away" complaints
}

@test "L6: any process of the system, with its status where the kernel tells it" {
	process_ends exit:0 0 "$WORKER" wait=go exit=0
	process_ends exit:7 7 "$WORKER" wait=go exit=7
	process_ends signal:TERM 143 "$WORKER" wait=go signal=TERM
	process_ends signal:SEGV 139 "$WORKER" wait=go signal=SEGV
	process_ends killed 137 "$WORKER" wait=go signal=KILL
}

@test "L6: a process whose parent does not ask is waited for no longer than a second" {
	"$WORKER" log=log fork say=zombie exit=3 end wait=never 3>&- &
	local parent=$!
	wait_log zombie -
	local zombie
	zombie=$(awk '$1 == "zombie" { print $3 }' log)
	eventually ended "$zombie"
	run -1 supervise monitor "$zombie"
	assert_equal "$output" "event=down pid=$zombie reason=unknown"
	kill -s KILL "$parent"
}

@test "L6: names and processes in one, each with its record" {
	three
	"$WORKER" wait=go exit=3 3>&- &
	local pid=$!
	monitor b "$pid"
	asked "$!"
	touch go
	wait "$pid" || true
	eventually grep -q "pid=$pid reason=" said
	supervise stop -q b
	eventually test -s status
	assert_equal "$(wc -l <said)" 2
	grep -q "name=b .*reason=shutdown" said
	assert_file status 0
}

@test "L6: --json prints the same" {
	three
	monitor --json a
	asked "$!"
	supervise signal -q KILL a
	eventually test -s status
	jq -e '.event == "down" and .name == "a" and .reason == "killed" and .pid > 1' said
	run -1 supervise monitor --json 4194304
	assert_equal "$output" '{"event":"down","pid":4194304,"reason":"noproc"}'
}

@test "L6: -t is a limit, with status 124" {
	three
	run -124 supervise monitor -t 0.1s b c "$PID"
	assert_output "not within the time limit: b"
	assert_output "not within the time limit: s/c"
	assert_output "not within the time limit: $PID"
	run -2 supervise monitor -t soon b
	run -2 supervise monitor
	run -2 supervise monitor 99999999999
	run -5 supervise -S ./nothing monitor b
	run -4 supervise monitor 'x*'
	assert_output "the pattern x* matches nothing"
}

@test "a child whose name is a number is meant by a pattern" {
	conf <<<'worker 1 { exec ${WORKER} }; worker b { exec ${WORKER} }'
	start_tree_ready
	monitor '[1]'
	asked "$!"
	supervise signal -q KILL 1
	eventually test -s status
	said_is <<<"$(down '"1"' killed)"
}

@test "L6: a thousand monitors on one child" {
	three
	local names
	printf -v names ' %.0sb' {1..1000}
	mkfifo hold
	"$CROWD" "$(socket_path)" 999 $'monitor b\n' <hold >crowd 3>&- &
	local crowd=$!
	exec {held}>hold
	eventually grep -q connected crowd
	# shellcheck disable=SC2086 # words
	monitor $names
	asked "$!"
	kill -s KILL "$(pid_of b)"
	wait_record event=started child=b run=2
	eventually test -s status
	assert_equal "$(grep -c "name=b pid=[0-9]* reason=killed" said)" 1000
	exec {held}>&-
	wait "$crowd"
	grep -q "event=down name=b pid=[0-9]* reason=killed" crowd
	grep -q "event=ok" crowd
	run -0 supervise pid b
}
