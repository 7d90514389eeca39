#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# Trapped exits: what a worker finds in its mailbox.

load test_helper
load control_helper
load page_helper

teardown() {
	finish
}

# A worker that writes what its mailbox has to the file `mail`.
READER='exec sh -c '\''
	[ "$SUPERVISE_RUN" = 1 ] || mv mail mail.before
	while read -r record <&"$SUPERVISE_MAILBOX"; do echo "$record" >>mail; done'\'

mail_has() {
	grep -qsF -- "$1" "${2:-mail}"
}

@test "L4 S154: one that traps exits is told of each end, and lives on" {
	conf <<-END
		worker a { restart transient; exec \${WORKER} wait=go exit=0 }
		supervisor s { worker b { trap_exits; link a; $READER } }
	END
	start_tree_ready
	local first second
	first=$(pid_of a)
	kill -s SEGV "$first"
	eventually mail_has "event=exit from=a pid=$first reason=signal:SEGV"
	wait_record event=started child=a run=2
	second=$(pid_of a)
	supervise stop a
	eventually mail_has "event=exit from=a pid=$second reason=shutdown"
	touch go
	supervise start a
	eventually mail_has "reason=exit:0"
	is_state up b
	assert_equal "$(supervise status --json b | jq .run)" 1
}

@test "L4: one that is being stopped is told of ends until its own" {
	conf <<-'END'
		worker a { exec ${WORKER} }
		worker b { trap_exits; link a; shutdown 60s; exec sh -c 'trap "" TERM
			while read -r record <&"$SUPERVISE_MAILBOX"; do
				echo "$record" >>mail
				case $record in event=exit*) exit 0 ;; esac
			done' }
	END
	start_tree_ready
	local pid
	pid=$(pid_of a)
	supervise stop -q --no-wait b
	eventually mail_has "event=stop signal=TERM"
	supervise signal -q KILL a
	eventually mail_has "event=exit from=a pid=$pid reason=killed"
	supervise wait -t 60 down b
	is_state down b
}

@test "L4: it is told of its own stop, which it cannot trap away" {
	conf <<-'END'
		worker b { trap_exits; shutdown 300ms; stop_signal USR1; exec sh -c 'trap "" USR1
			while read -r record <&"$SUPERVISE_MAILBOX"; do echo "$record" >>mail; done' }
	END
	start_tree_ready
	supervise stop b
	assert_equal "$(cat mail)" "event=stop signal=USR1"
	assert_record event=exited child=b reason=killed
}

@test "L5: a link of its own to what does not run is a message" {
	conf <<-END
		worker a { exec \${WORKER} }
		worker b { trap_exits; shell '
			while [ ! -e go ]; do sleep 0.01; done
			$SUPERVISE link "\$SUPERVISE_NAME" a 2>err
			read -r record <&"\$SUPERVISE_MAILBOX"
			echo "\$record" >mail
			exec sleep 1000' }
	END
	start_tree_ready
	supervise stop a
	touch go
	eventually mail_has "event=exit from=a reason=noproc"
	is_state up b
}

@test "S161: what one child has to say comes in its order" {
	conf <<-END
		max_restarts 1000
		worker a { exec \${WORKER} }
		worker b { trap_exits; link a; $READER }
	END
	start_tree_ready
	local -a pids=()
	local i
	for i in 1 2 3 4 5; do
		pids+=("$(pid_of a)")
		kill -s KILL "${pids[-1]}"
		wait_record event=started child=a run=$((i + 1))
	done
	eventually mail_has "pid=${pids[4]} "
	assert_equal "$(sed 's/.*pid=\([0-9]*\).*/\1/' mail)" "$(printf '%s\n' "${pids[@]}")"
}

@test "L7: a mailbox belongs to one run, beside a descriptor for readiness" {
	conf <<-END
		max_restarts 9
		worker a { exec \${WORKER} }
		worker b { trap_exits; ready fd 3; link a; exec sh -c '
			echo "\$SUPERVISE_MAILBOX" >number; echo >&3; exec 3>&-
			[ "\$SUPERVISE_RUN" = 1 ] && exec sleep 1000
			while read -r record <&4; do echo "\$record" >>mail; done' }
		worker c { exec sh -c 'echo "none\${SUPERVISE_MAILBOX-}" >c.number; exec sleep 1000' }
	END
	start_tree_ready
	assert_equal "$(cat number)" 4
	eventually mail_has none c.number
	assert_equal "$(cat c.number)" none
	kill -s SEGV "$(pid_of a)"
	wait_record event=started child=a run=2
	kill -s KILL "$(pid_of b)"
	# A link is mutual, and a traps nothing.
	wait_record event=started child=b run=2
	wait_record event=started child=a run=3
	kill -s KILL "$(pid_of a)"
	eventually mail_has "from=a"
	refute mail_has SEGV
}

@test "L7: what a slow reader has no room for is counted, and nobody waits" {
	# The longer its name, the sooner there is no room.
	local long a told lost n
	printf -v long '%060d' 0
	long=a$long a=$long/$long
	conf <<-END
		supervisor $long {
		    max_restarts 1000000
		    worker $long { restart permanent; exec \${WORKER} wait=go sleep=1 exit=3 }
		}
		worker b { trap_exits; link $a; exec sh -c '
			while [ ! -e read ]; do sleep 0.01; done
			while read -r record <&"\$SUPERVISE_MAILBOX"; do echo "\$record" >>mail; done' }
	END
	start_tree_ready
	touch go
	DEADLINE_S=90 eventually has_records 500 event=exited "child=$a"
	rm go
	# The last that ends: from now on it waits.
	run -0 supervise restart "$a"
	touch read
	eventually mail_has event=lost
	told=$(grep -c event=exit mail)
	lost=$(sed -n 's/.*event=lost count=\([0-9]*\).*/\1/p' mail | awk '{ n += $1 } END { print n }')
	n=$(count_records event=exited "child=$a")
	assert_equal "$((told + lost))" "$n"
	[[ $told -gt 300 && $lost -gt 0 ]]
	# The oldest are there, and the word of what was lost behind them.
	assert_equal "$(head -n 1 mail | grep -c event=exit)" 1
	assert_equal "$(tail -n 1 mail | grep -c event=lost)" 1
	kill -s KILL "$(pid_of "$a")"
	eventually mail_has reason=killed
}

@test "a reload that changes trap_exits restarts the worker" {
	conf <<<'worker a { exec ${WORKER} }; worker b { link a; exec ${WORKER} }'
	start_tree_ready
	conf <<-END
		worker a { exec \${WORKER} }
		worker b { link a; trap_exits; exec \${WORKER} }
	END
	run -0 supervise reload
	wait_record event=started child=b run=2
	kill -s KILL "$(pid_of a)"
	wait_record event=started child=a run=2
	is_state up b
	assert_equal "$(count_records event=exited child=b)" 1
}

# has_heard COUNT: so many ends of db.
has_heard() {
	[[ $(grep -c "^watcher | heard: .*down.* .*db .*signal:SEGV" out) -eq $1 ]]
}

@test "supervise.conf(5): the watchers of MAILBOX hear, do no harm, and end as they say" {
	local n
	for n in 1 2 3; do
		PAGE=supervise.conf.5 block MAILBOX $n | conf
		[[ -s supervise.conf ]]
		PATH=${SUPERVISE%/*}:$PATH start_tree_ready
		supervise signal -q SEGV db
		eventually has_heard 1
		wait_record event=started child=db run=2
		supervise restart -q watcher
		assert_equal "$(supervise status --json db | jq .run)" 2
		# The next run has set its trap when it hears of something.
		supervise signal -q SEGV db
		eventually has_heard 2
		stop_tree
	done
	# The last one alone hears of its stop, and ends before it is killed.
	assert_equal "$(grep -c "^watcher | heard: event=stop signal=TERM" out)" 2
	refute_record event=killing
	assert_equal "$(count_records event=exited child=watcher reason=shutdown)" 2
}
