#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# supervise with: the tree up, one command, the tree down.

load test_helper

# The same three children for most tests.
three() {
	conf <<-'END'
		spec one() { ready fd 3; exec ${WORKER} log=log on=TERM:say=stop:die ready=3 }
		worker a = one()
		supervisor s {
			worker b = one()
			worker c = one()
		}
		worker d = one()
	END
}

# What the command of a test is, as a script; it finds $SUPERVISE.
script() {
	cat >script
}

with() {
	SUPERVISE=$SUPERVISE supervise with "$@"
}

@test "with: the tree is ready before the command, and stops behind it" {
	three
	script <<<'echo "command - 0 -" >>log'
	run -0 with -q -- sh ./script
	assert_log <<-'END'
		start a 1
		start s/b 1
		start s/c 1
		start d 1
		command - -
		stop d 1
		stop s/c 1
		stop s/b 1
		stop a 1
	END
	none_marked
}

@test "with: what is not ready yet is waited for" {
	conf <<<'worker a { ready fd 3; exec ${WORKER} log=log wait=go say=ready ready=3 }'
	script <<<'echo "command - 0 -" >>log'
	start with -- sh ./script
	wait_log start a
	[[ $(wc -l <log) -eq 1 ]]
	touch go
	wait_tree
	assert_status 0
	assert_log <<-'END'
		start a 1
		ready a 1
		command - -
	END
}

@test "U12: with: the command's status is the status" {
	three
	run -7 with -q -- sh -c 'exit 7'
	run -143 with -q -- sh -c 'kill $$'
	run -137 with -q -- sh -c 'kill -KILL $$'
	run -127 with -q -- nosuchcommand
	assert_output "nosuchcommand: command not found"
	run -126 with -q -- ./supervise.conf
	none_marked
}

@test "with: stdin and stdout are the command's alone" {
	conf <<<'worker a { shell "cat; echo from a; exec sleep 1000" }'
	run -0 --separate-stderr with -- sh -c 'cat; echo error >&2' <<<hello
	assert_equal "$output" hello
	# shellcheck disable=SC2154 # run sets it
	[[ $stderr == *"event=started child=a"* && $stderr == *error* ]]
}

@test "with: the tree writes to stderr, and with -q nowhere" {
	conf <<<'worker a { ready fd 3; shell "echo from a; echo >&3; exec sleep 1000" }'
	run -0 --separate-stderr with -- true
	assert_equal "$output" ""
	[[ $stderr == *"a | from a"* ]]
	run -0 with -q -- echo "done"
	assert_equal "$output" "done"
}

@test "with: the command reaches the tree" {
	three
	script <<-'END'
		cd / # where no file is
		$SUPERVISE pid a && $SUPERVISE stop b && $SUPERVISE wait down b
	END
	run -0 with -q -- sh "$DIR/script"
	[[ $output =~ ^[0-9]+$'\n' ]]
	[[ $(grep -c '^stop s/b' log) -eq 1 ]]
}

@test "with NAME: what comes before it is there, and nothing else" {
	three
	script <<<'$SUPERVISE status --json | sed -n "s/.*\"name\":\"\([^\"]*\)\".*/\1/p" >names'
	with -q b -- sh ./script
	assert_log <<-'END'
		start a 1
		start s/b 1
		stop s/b 1
		stop a 1
	END
	rm log
	with -q s -- true
	[[ $(grep -c ^start log) -eq 3 ]]
	rm log
	with -q s/c a -- true
	[[ $(grep -c ^start log) -eq 3 ]]
	rm log
	with -q root -- true
	[[ $(grep -c ^start log) -eq 4 ]]
}

@test "with NAME: an array by the name of all" {
	conf <<-'END'
		worker api[3] { ready fd 3; exec ${WORKER} log=log ready=3 }
		worker front { ready fd 3; exec ${WORKER} log=log ready=3 }
	END
	with -q api -- true
	[[ $(grep -c '^start api' log) -eq 3 ]]
	[[ $(grep -c ^start log) -eq 3 ]]
	rm log
	with -q api.1 -- true
	[[ $(grep -c ^start log) -eq 2 ]]
}

@test "with NAME: what it logs to is there as well" {
	conf <<-'END'
		worker a { exec ${WORKER} log=log; log to d }
		worker b { ready fd 3; exec ${WORKER} log=log ready=3 }
		worker d { shell "exec cat" }
		worker e { ready fd 3; exec ${WORKER} log=log ready=3 }
	END
	run -0 with a -- true
	assert_output "event=started child=d"
	refute_output "event=started child=e"
}

@test "with NAME: a reload keeps to it" {
	three
	script <<-'END'
		echo 'worker z { exec sleep 1000 }' >>supervise.conf
		$SUPERVISE reload && $SUPERVISE status >status
	END
	with -q a -- sh ./script
	grep -q '^a ' status
	refute grep -q '^[bcdz] ' status
}

@test "with NAME: a name that is none is told, with what is near" {
	three
	run -125 with -q s/bb nosuch -- true
	assert_output 'supervise.conf: no child is called "s/bb", did you mean "s/b"?'
	assert_output 'no child is called "nosuch"'
	[[ ! -e log ]]
	conf <<<'supervisor x { worker a { exec true } }; supervisor y { worker a { exec true } }'
	run -125 with -q a -- true
	assert_output '2 children are called "a", expected a path like "x/a"'
}

@test "with: wrong usage and a wrong file are 125, and nothing runs" {
	three
	run -125 with
	assert_output "no command given"
	run -125 with true
	assert_output "expected it behind --"
	run -125 with --
	assert_output "no command given"
	run -125 with --jsno -- true
	assert_output "did you mean --json?"
	conf <<<'worker a { exce true }'
	run -125 with -- touch ran
	assert_output "supervise.conf:1:12"
	rm supervise.conf
	run -125 with -- touch ran
	[[ ! -e ran ]]
}

@test "with: a tree that does not start: the command is not run" {
	conf <<<'worker a { ready fd 3; exec ${WORKER} log=log on=TERM:say=stop:die ready=3 }; worker b { exec ./nosuch }'
	local quiet
	for quiet in "" -q; do
		# shellcheck disable=SC2086 # an option or none
		run -125 with $quiet -- touch ran
		assert_output "could not start: b did not start: command not found: ./nosuch"
		assert_output "touch was not run: the tree of ./supervise.conf did not start"
		[[ $(grep -c "could not start" <<<"$output") -eq 1 ]]
		[[ ! -e ran ]]
	done
	log_has stop a
}

@test "with: a tree that gives up ends the command, and why is told" {
	conf <<<'max_restarts 1; worker a { exec ${WORKER} log=log run=2 exit=3 end wait=go exit=3 }'
	start with -q -- "$WORKER" log=told on=TERM:say=asked:exit=0
	eventually grep -qs start told
	touch go
	wait_tree
	assert_status 125
	grep -q "^asked" told
	grep -q "gave up: a ended with status 3" records
	grep -q "the tree of ./supervise.conf has ended before .*worker, which was ended, too" records
}

@test "with: a tree that is over as soon as it has started ends the command, or is told before it" {
	local i
	conf <<<'auto_shutdown any_significant; worker a { significant; restart temporary; exec true }'
	for i in {1..10}; do
		run -125 with -q -- sleep 1000
		assert_output "has ended before"
		refute_output "cannot begin"
	done
}

@test "with: what does not end when the tree has is killed" {
	conf <<<'worker a { ready fd 3; exec ${WORKER} log=log ready=3 }'
	start with -q -- "$WORKER" log=told ignore=TERM fork ignore=TERM log=told end
	eventually has_told 2
	supervise down
	wait_tree
	assert_status 125
	none_marked
}

has_told() {
	[[ -e told && $(grep -c ^start told) -ge $1 ]]
}

@test "with: what the command leaves of its group is ended" {
	conf <<<'worker a { ready fd 3; exec ${WORKER} log=log ready=3 }'
	run -0 with -q -- "$WORKER" fork log=told end log=told exit=0
	none_marked
}

@test "U11: with: signals are the command's" {
	conf <<<'worker a { ready fd 3; exec ${WORKER} log=log on=TERM:say=stop:die ready=3 }'
	start with -q -- "$WORKER" log=told on=USR1:say=usr1 on=HUP:say=hup on=TERM:say=term:exit=4
	eventually has_told 1
	kill -s USR1 "$PID"
	eventually grep -q ^usr1 told
	kill -s HUP "$PID"
	eventually grep -q ^hup told
	[[ $(grep -c ^stop log) -eq 0 ]]
	stop_tree TERM
	assert_status 4
	[[ $(grep -c ^stop log) -eq 1 ]]
}

@test "U11: with: before the command runs a signal stops the tree" {
	local signal
	for signal in TERM INT HUP; do
		rm -f log
		conf <<<'worker a { ready fd 3; exec ${WORKER} log=log on=TERM:say=stop:die ready=3 }; worker b { ready fd 3; exec ${WORKER} log=log }'
		start with -q -- touch ran
		wait_log start b
		stop_tree "$signal"
		assert_status $((128 + $(kill -l "$signal")))
		log_has stop a
		[[ ! -e ran ]]
	done
}

@test "U11: with: while the tree stops a second signal kills" {
	conf <<<'worker a { shutdown infinity; ready fd 3; exec ${WORKER} log=log on=TERM:say=stop ready=3 }'
	start with -q -- true
	wait_log stop a
	kill -s TERM "$PID"
	wait_tree
	assert_status 0
	none_marked
}

@test "U8: with: killed, it leaves nothing, and the tree stops in order" {
	conf <<<'worker a { ready fd 3; exec ${WORKER} log=log on=TERM:say=stop:die ready=3 }; worker b { ready fd 3; exec ${WORKER} log=log on=TERM:say=stop:die ready=3 }'
	start with -q -- "$WORKER" log=told
	eventually has_told 1
	kill -s KILL "$PID"
	PID=
	eventually none_marked
	assert_log <<-'END'
		start a 1
		start b 1
		stop b 1
		stop a 1
	END
}

# The guardian of the tree behind `with`.
behind() {
	pgrep -P "$PID" -f 'supervise.* with '
}

@test "U8: with: the guardian killed: the tree stops in order, the command ends" {
	conf <<<'worker a { ready fd 3; exec ${WORKER} log=log on=TERM:say=stop:die ready=3 }; worker b { ready fd 3; exec ${WORKER} log=log on=TERM:say=stop:die ready=3 }'
	start with -- "$WORKER" log=told on=TERM:say=asked:exit=0
	eventually has_told 1
	kill -s KILL "$(behind)"
	wait_tree
	assert_status 125
	grep -q ^asked told
	[[ $(awk '{ print $2 }' <(grep ^stop log) | tr -d '\n') == ba ]]
}

@test "U8: with: a killed engine has a successor, and the command goes on" {
	conf <<<'worker a { ready fd 3; exec ${WORKER} log=log ready=3 }'
	start with -- "$WORKER" log=told on=TERM:say=asked:exit=6
	eventually has_told 1
	kill -s KILL "$(engine_pid "$(behind)")"
	wait_log start a 1
	eventually has_lines 2 log
	stop_tree
	assert_status 6
}

has_lines() {
	[[ $(wc -l <"$2") -ge $1 ]]
}

@test "with: one that runs already is named" {
	conf <<<'worker a { ready fd 3; exec ${WORKER} log=log ready=3 }'
	start_tree_ready
	run -125 with -- touch ran
	assert_output "already running: pid $PID"
	[[ ! -e ran ]]
	run -0 supervise -L "with-$$" with -q -- true
}

@test "with: a tree that is complete before its command ends with it" {
	conf <<<'auto_shutdown all_significant; worker a { restart transient; significant yes; exec ${WORKER} log=log wait=go exit=0 }'
	start with -q -- "$WORKER" log=told
	eventually has_told 1
	touch go
	wait_tree
	assert_status 125
}

@test "with: what nohup ignores the command ignores, too" {
	conf <<<'worker a { ready fd 3; exec ${WORKER} log=log ready=3 }'
	UNDER=(nohup)
	start with -q -- "$WORKER" log=told on=TERM:exit=5
	eventually has_told 1
	kill -s HUP "$PID"
	stop_tree
	assert_status 5
}
