#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# supervise receive: records of a mailbox, one at a time.

load test_helper
load control_helper

# The mailbox of a worker, here with the records of standard input.
mailbox() {
	local line
	mkfifo pipe
	exec 5<>pipe
	rm pipe
	while IFS= read -r line; do
		printf '%s\n' "$line" >&5
	done
	export SUPERVISE_MAILBOX=5
}

two() {
	mailbox <<-'END'
		event=exit from=web/api pid=42 reason=signal:SEGV
		event=stop signal=TERM
		event=lost count=12
	END
}

@test "L7: receive takes one record and leaves the rest to whoever reads next" {
	two
	run -0 supervise receive
	assert_equal "$output" "event=exit from=web/api pid=42 reason=signal:SEGV"
	local record
	read -r record <&"$SUPERVISE_MAILBOX"
	assert_equal "$record" "event=stop signal=TERM"
	run -0 supervise receive
	assert_equal "$output" "event=lost count=12"
	run -124 supervise receive -t 0
	assert_equal "$output" ""
}

@test "receive prints the fields that are named, in one line for read" {
	two
	local event from reason rest
	read -r event from reason rest < <(supervise receive event from reason nosuch)
	assert_equal "$event|$from|$reason|$rest" "exit|web/api|signal:SEGV|-"
	run -0 supervise receive from signal event
	assert_equal "$output" "- TERM stop"
	run -0 supervise receive count
	assert_equal "$output" 12
}

@test "a value stays on its line, whatever is in it" {
	mailbox <<-'END'
		event=exit from=a reason="throw:two words"
		event=exit from=a reason="throw:1\n2\t3"
		event=exit from="" reason="exit:1"
	END
	run -0 supervise receive from reason
	assert_equal "$output" "a throw:two words"
	run -0 supervise receive reason from
	assert_equal "$output" "throw:1 2 3 a"
	run -0 supervise receive from reason
	assert_equal "$output" "- exit:1"
}

@test "receive --json prints an object, of the named fields with event" {
	two
	run -0 supervise receive --json
	assert_equal "$(jq -c . <<<"$output")" \
		'{"event":"exit","from":"web/api","pid":42,"reason":"signal:SEGV"}'
	run -0 supervise receive --json from signal
	assert_equal "$(jq -c . <<<"$output")" '{"event":"stop","signal":"TERM"}'
	run -0 supervise receive --json event
	assert_equal "$(jq -c . <<<"$output")" '{"event":"lost"}'
}

@test "receive ends with 124 at the limit, and with 5 when the mailbox is over" {
	mailbox </dev/null
	run -124 supervise receive -t 10ms
	assert_equal "$output" ""
	exec 5< <(echo event=stop)
	run -0 supervise receive event
	assert_equal "$output" stop
	run -5 supervise receive
	assert_equal "$output" ""
	run -5 supervise receive -t 5s
}

@test "without a mailbox receive says so" {
	unset SUPERVISE_MAILBOX
	run -1 supervise receive
	assert_output "no mailbox: SUPERVISE_MAILBOX is not set"
	SUPERVISE_MAILBOX=9 run -1 supervise receive
	assert_output "no mailbox: descriptor 9 of SUPERVISE_MAILBOX: Bad file descriptor"
	SUPERVISE_MAILBOX=x run -1 supervise receive
	assert_output "no mailbox: SUPERVISE_MAILBOX is x, expected a descriptor"
	run -2 supervise receive -t soon
	assert_output "expected a time"
	run -2 supervise receive -f x
	mailbox <<<"signal=TERM"
	run -1 supervise receive
	assert_output "no record"
	run -124 supervise receive -t 0
}

@test "L4: a worker hears of a linked end, then of its own stop" {
	conf <<-END
		worker a { restart temporary; exec \${WORKER} }
		worker b { trap_exits; link a; shell '
			trap "" TERM
			while heard=\$($SUPERVISE receive event from reason signal); do
				echo "\$heard" >>mail
				case \$heard in stop*) exit 0 ;; esac
			done' }
	END
	start_tree_ready
	supervise signal -q KILL a
	eventually grep -qs exit mail
	assert_file mail "exit a killed -"
	supervise stop -q b
	assert_file mail "exit a killed -
stop - - TERM"
}

@test "no other command keeps a mailbox, whatever its words are" {
	conf <<-END
		worker b { trap_exits; shell '
			$SUPERVISE try -- sh -c "ls -l /proc/self/fd" receive >fds
			readlink /proc/self/fd/\$SUPERVISE_MAILBOX >mailbox
			exec sleep 1000' }
	END
	start_tree_ready
	eventually test -s mailbox
	grep -q '/proc/[0-9]*/fd$' fds
	refute grep -qF "$(cat mailbox)" fds
}
