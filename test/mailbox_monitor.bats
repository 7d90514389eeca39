#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# monitor in the file: what a worker is told of the ends of others.

load test_helper
load control_helper

teardown() {
	finish
}

# A worker that writes what its mailbox has to a file of its run.
READER='exec sh -c '\''while read -r record <&"$SUPERVISE_MAILBOX"; do
	echo "$record" >>"mail.$SUPERVISE_RUN"; done'\'

mail_has() {
	grep -qsF -- "$1" "${2:-mail.1}"
}

@test "L6 S170: a worker is told of the end of a run, of each, and lives on" {
	conf <<-END
		max_restarts 9
		supervisor s { worker a { exec \${WORKER} } }
		worker b { monitor s/a; $READER }
	END
	start_tree_ready
	local first second
	first=$(pid_of a)
	kill -s SEGV "$first"
	wait_record event=started child=s/a run=2
	second=$(pid_of a)
	supervise restart -q a
	eventually mail_has "pid=$second"
	assert_file mail.1 "event=down name=s/a pid=$first reason=signal:SEGV" \
		"event=down name=s/a pid=$second reason=shutdown"
	assert_equal "$(supervise status --json b | jq .run)" 1
	assert_equal "$(count_records event=exited child=b)" 0
}

@test "L6: what runs before a run is none, and its end is not told" {
	conf <<-END
		max_restarts 99
		worker a { before sh -c 'test -e ok || exit 7'; exec \${WORKER} }
		worker b { exec \${WORKER} }
		worker c { monitor a b; $READER }
	END
	touch ok
	start_tree_ready
	local first second
	first=$(pid_of a)
	rm ok
	kill -s SEGV "$first"
	eventually has_record event=start_failed child=a
	touch ok
	wait_record event=started child=a
	supervise wait -t 60 ready a
	second=$(pid_of a)
	supervise signal -q KILL a
	eventually mail_has "pid=$second"
	assert_file mail.1 "event=down name=a pid=$first reason=signal:SEGV" \
		"event=down name=a pid=$second reason=killed"
}

@test "L6 S172: noproc at once for what does not run when the worker starts" {
	conf <<-END
		max_restarts 9
		worker a { restart temporary; exec \${WORKER} }
		worker c { exec \${WORKER} }
		worker b { monitor a c d; $READER }
		worker d { exec \${WORKER} }
	END
	start_tree_ready
	eventually mail_has d
	local pid
	pid=$(pid_of a)
	supervise signal -q KILL a
	eventually mail_has killed
	assert_file mail.1 "event=down name=d reason=noproc" \
		"event=down name=a pid=$pid reason=killed"
	# The next run: one is no child any more, one is down, one runs.
	supervise stop -q c
	kill -s KILL "$(pid_of b)"
	wait_record event=started child=b run=2
	eventually mail_has name=c mail.2
	assert_file mail.2 "event=down name=a reason=noproc" \
		"event=down name=c reason=noproc"
	supervise stop -q d
	eventually mail_has name=d mail.2
}

@test "L6 L8 S172: commands around a run are no run" {
	mkfifo hold
	conf <<-END
		max_restarts 9
		supervisor x { worker a { shutdown 60s; exec \${WORKER}; after sh -c 'touch around; read -r line <hold' } }
		supervisor y { worker b { monitor a; $READER } }
		supervisor z { worker c { before sh -c 'test ! -e around || read -r line <hold'; exec \${WORKER} } }
	END
	start_tree_ready
	supervise stop -q --no-wait a
	eventually test -e around
	supervise restart -q b
	eventually mail_has noproc mail.2
	assert_file mail.2 "event=down name=x/a reason=noproc"
	run -1 supervise monitor a
	assert_output noproc
	run -125 supervise call a -- touch called
	[[ ! -e called ]]
	echo >hold
	run -0 supervise wait down a
	supervise restart -q --no-wait c
	wait_record event=exited child=z/c run=1
	run -1 supervise monitor c
	assert_output noproc
	echo >hold
	wait_record event=started child=z/c run=2
}

@test "L6 S171: several monitors of one child, of one worker and of others" {
	conf <<-END
		worker a { exec \${WORKER} }
		supervisor s { worker x { exec \${WORKER} } }
		worker b { monitor a; monitor a s; exec sh -c 'while read -r r <&3; do echo "\$r" >>b; done' }
		worker c[2] { monitor a; exec sh -c 'while read -r r <&3; do echo "\$r" >>"\$SUPERVISE_NAME"; done' }
	END
	start_tree_ready
	local pid line
	pid=$(pid_of a)
	line="event=down name=a pid=$pid reason=killed"
	kill -s KILL "$pid"
	# A kill takes its time: the other end comes after this one.
	eventually mail_has name=a b
	supervise stop -q s
	eventually mail_has name=s b
	assert_file b "$line" "$line" "event=down name=s reason=shutdown"
	eventually mail_has name=a c.0
	eventually mail_has name=a c.1
	assert_file c.0 "$line"
	assert_file c.1 "$line"
}

@test "L6 S171: a thousand workers monitor one child" {
	conf <<-'END'
		worker a { exec ${WORKER} }
		worker b[1000] { monitor a; exec sh -c 'read -r r <&3 && echo "$r" >>told; exec sleep 1000' }
	END
	start_tree_ready
	local pid
	pid=$(pid_of a)
	kill -s KILL "$pid"
	has_told() {
		[[ -e told && $(wc -l <told) -eq 1000 ]]
	}
	eventually has_told
	assert_equal "$(sort -u told)" "event=down name=a pid=$pid reason=killed"
	wait_record event=started child=a run=2
	assert_equal "$(count_records event=exited)" 1
	stop_tree
}

@test "L6 S175: the end of the watcher leaves the watched alone" {
	conf <<-END
		worker a { exec \${WORKER} }
		worker b { monitor a; $READER }
	END
	start_tree_ready
	kill -s KILL "$(pid_of b)"
	wait_record event=started child=b run=2
	kill -s KILL "$(pid_of a)"
	eventually mail_has killed mail.2
	assert_equal "$(wc -l <mail.2)" 1
	assert_equal "$(count_records event=exited child=a)" 1
	[[ ! -e mail.1 ]]
}

@test "one that only monitors is not told of its own stop" {
	conf <<-'END'
		worker a { exec ${WORKER} }
		worker b { monitor a; shutdown 300ms; exec sh -c 'trap "" TERM
			while read -r record <&"$SUPERVISE_MAILBOX"; do echo "$record" >>mail; done' }
	END
	start_tree_ready
	supervise stop -q b
	assert_record event=exited child=b reason=killed
	[[ ! -e mail ]]
}

@test "a reload takes a changed list over in place; a first or last name restarts" {
	conf <<-END
		worker a { exec \${WORKER} }
		worker c { exec \${WORKER} }
		worker b { monitor a; $READER }
	END
	start_tree_ready
	conf <<-END
		worker a { exec \${WORKER} }
		worker c { exec \${WORKER} }
		worker b { monitor c; $READER }
	END
	run -0 supervise reload
	supervise restart -q a
	supervise restart -q c
	eventually mail_has name=c
	refute mail_has name=a
	is_state up b
	assert_equal "$(count_records event=exited child=b)" 0
	conf <<-END
		worker a { exec \${WORKER} }
		worker c { exec \${WORKER} }
		worker b { exec \${WORKER} }
	END
	run -0 supervise reload
	wait_record event=started child=b run=2
	supervise restart -q c
	assert_equal "$(count_records event=exited child=b)" 1
}

@test "an added worker monitors what runs, and its name must mean something" {
	conf <<<'worker a { exec ${WORKER} }'
	start_tree_ready
	run -0 supervise add root "worker b { monitor a; $READER }"
	run -4 supervise add root "worker d { monitor nobody; exec $WORKER }"
	assert_output "monitor: nothing is called nobody"
	supervise restart -q a
	eventually mail_has "name=a"
	supervise delete b 2>/dev/null || { supervise stop -q b; supervise delete b; }
	supervise restart -q a
	is_state up a
}

@test "a name that means nothing is an error of the file" {
	conf <<-'END'
		worker cache { exec true }
		worker b { monitor kache; exec true }
		supervisor s { worker c { monitor s c; exec true } }
	END
	run -2 supervise check
	assert_output "supervise.conf:2:20: \"kache\" is no child that b can monitor, did you mean \"cache\"?"
	assert_output "warning: s is above s/c, which ends with it anyway"
	assert_output "warning: s/c monitors itself, which does nothing"
	conf <<<'worker a { exec true }; worker b { monitor a; monitor "a"; exec true }'
	run -0 supervise check -p
	assert_output "monitor a a"
}
