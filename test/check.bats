#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# supervise check: mistakes with their places, and what a file amounts to.

load test_helper

# mistake LINE:COLUMN TEXT: check has said so.
mistake() {
	local line
	while read -r line; do
		[[ $line == "supervise.conf:$1: "*"$2"* ]] && return
		[[ $line == "./supervise.conf:$1: "*"$2"* ]] && return
	done <<<"$output"
	fail "no mistake at $1 about '$2' in: $output"
}

# How many mistakes it has said.
mistakes() {
	grep -cE '^(\./)?supervise\.conf:[0-9]+:[0-9]+: ' <<<"$output"
}

@test "S6: limits, strategy and auto_shutdown are checked, with field and value" {
	conf <<-'END'
		strategy one_for_some
		max_restarts infinity
		max_seconds 0
		auto_shutdown sometimes
		worker w { exec true }
	END
	run -2 supervise check
	mistake 1:10 '"one_for_some" is no value of strategy'
	mistake 2:14 'max_restarts cannot be infinity'
	mistake 3:13 '"0" is no value of max_seconds'
	mistake 4:15 '"sometimes" is no value of auto_shutdown'
	assert_equal "$(mistakes)" 4
	conf <<-'END'
		max_restarts -1
		max_seconds infinity
		worker w { exec true }
	END
	run -2 supervise check
	mistake 1:14 '"-1" is no value of max_restarts'
	mistake 2:13 'max_seconds cannot be infinity'
	conf <<-'END'
		max_restarts 0
		max_seconds 1
		worker w { exec true }
	END
	run -0 supervise check
}

@test "S9: every wrong child has its own error, at its own place" {
	conf <<-'END'
		worker { exec true }
		worker nothing { }
		worker a { exec true; restart often }
		worker b { exec true; shutdown soon }
		worker c
		worker d = nosuch(1)
	END
	run -2 supervise check
	mistake 1:8 'expected the name of the worker'
	mistake 2:8 'this worker has nothing to run'
	mistake 3:31 '"often" is no value of restart'
	mistake 4:32 '"soon" is no value of shutdown'
	mistake 5:9 "expected"
	mistake 6:12 'there is no spec'
	assert_equal "$(mistakes)" 6
}

@test "S12, D3: unknown words are mistakes, with a suggestion for a near miss" {
	conf <<-'END'
		stratgy one_for_all
		colour blue
		worker w { exec true; restrat transient }
	END
	run -2 supervise check
	mistake 1:1 'did you mean "strategy"?'
	mistake 2:1 '"colour" is no directive'
	mistake 3:23 'did you mean "restart"?'
	assert_equal "$(mistakes)" 3
}

@test "words of other supervisors are answered with ours, or with none" {
	local theirs
	while read -r theirs ours; do
		conf <<<"worker w { $theirs x }"
		run -2 supervise check
		mistake 1:12 "\"$theirs\" is no directive, ${ours:-expected one for a worker}"
	done <<-'END'
		command did you mean "exec"?
		workdir did you mean "cwd"?
		directory did you mean "cwd"?
		environment did you mean "env"?
		autorestart did you mean "restart"?
		uid did you mean "user"?
		rlimits did you mean "limit"?
		image
		stdout did you mean "log"?
		stderr did you mean "log_stderr"?
		depends
	END
	conf <<<'program x { exec true }'
	run -2 supervise check
	mistake 1:1 'did you mean "worker"?'
}

@test "S13: check starts nothing, of a right file and of a wrong one" {
	conf <<-'END'
		worker w { shell "echo ran >>ran" }
	END
	run -0 supervise check
	run -0 supervise check -p
	[[ ! -e ran ]]
	conf wrong.conf <<-'END'
		worker w { shell "echo ran >>ran" }
		worker x { }
	END
	run -2 supervise -f wrong.conf check
	run -2 supervise -f wrong.conf run
	[[ ! -e ran ]]
}

@test "check says what a file amounts to" {
	conf <<-'END'
		worker a { exec true; shutdown 2s }
		supervisor s {
			max_restarts 4
			max_seconds 10
			stop together
			worker b { exec true; shutdown 1s }
			worker c { exec true; shutdown 3s; after true }
		}
	END
	run -0 supervise check
	grep -A1 '^  s$' <<<"$output" | grep -q 'stop takes at most  *4s'
	grep -A1 '^  root$' <<<"$output" | grep -q 'stop takes at most  *6s'
	grep -A3 '^  s$' <<<"$output" | grep -q 'if each child lives longer than 5s'
	grep -A3 '^  root$' <<<"$output" | grep -q 'if each child lives longer than 5s'
}

@test "check says how long children must live that share a limit" {
	conf <<-'END'
		supervisor alone { worker a { exec true }; worker t { restart temporary; exec true } }
		supervisor all   { strategy one_for_all; worker b { exec true }; worker c { exec true } }
		supervisor four  { worker d[4] { exec true } }
	END
	run -0 supervise check
	grep -A3 '^  alone$' <<<"$output" | grep -q 'a child that lives longer than 1.7s'
	grep -A3 '^  all$' <<<"$output" | grep -q 'a child that lives longer than 1.7s'
	refute grep -q 'never trips' <<<"${output#*  four}"
}

@test "what check -p prints means the same" {
	cp "$ROOT/supervise.conf" supervise.conf
	supervise check -p >printed.conf
	supervise -f printed.conf check -p >again.conf
	diff printed.conf again.conf
	run -0 supervise check
	local first=${output#*: }
	run -0 supervise -f printed.conf check
	assert_equal "${output#*: }" "$first"
}

@test "without a file there is an error that says where it was looked for" {
	[[ ! -e /etc/supervise.conf ]] || skip "this machine has a file"
	run -2 supervise check
	assert_output "./supervise.conf"
	assert_output "/etc/supervise.conf"
	run -2 supervise -f nosuch.conf run
	assert_output "nosuch.conf"
}

@test "a wrong link in what a program printed is told with the child that it is for" {
	printf '%s\n' '#!/bin/sh' 'echo "exec true; link nobody"' >print
	chmod +x print
	conf <<<'worker a = exec "./print"'
	run -2 supervise check
	assert_output '"nobody" is no child that a can be linked to'
	assert_output 'in worker a = exec "./print" at ./supervise.conf:1'
}

@test "what this machine does not have is warned of, and is no mistake" {
	touch plain
	mkdir logs
	conf <<-'END'
		worker user { user nobody-here; exec true }
		worker group { group nobody-here; exec true }
		worker web { exec ./web -x }
		worker php { exec no-such-command }
		worker text { exec ./plain }
		worker cwd { cwd nowhere; exec ./web }
		worker log { log file nowhere/x; log_stderr file logs/y; exec true }
		worker env { env_file .env; exec true }
		worker in { stdin file in; exec true }
		worker jail { chroot nowhere; exec ./web }
		worker pre { before ./pre; stdin file in; exec true }
		worker many[3] { exec ./web }
	END
	run -0 supervise check
	assert_output "user would not start here: user: nobody here is called nobody-here"
	assert_output "group would not start here: group: no group here is called nobody-here"
	assert_output "./supervise.conf:3: warning: web would not start here: command not found: ./web"
	assert_output "php would not start here: command not found: no-such-command (PATH="
	assert_output "text would not start here: cannot execute ./plain: "
	assert_output "cwd would not start here: cannot change to folder nowhere: "
	assert_output "log would lose here what it writes: log file nowhere/x: "
	refute_output logs/y
	assert_output "env would not start here: env_file: cannot read .env: "
	assert_output "in would not start here: stdin: cannot open in: "
	assert_output "jail would not start here: chroot: cannot change the root to nowhere: "
	assert_output "pre would not start here: command not found: ./pre"
	assert_equal "$(grep -c 'warning: ' <<<"$output")" 12
	run -0 supervise check -q
	assert_equal "$output" ""
	run -0 supervise check -p
	refute_output warning
}

@test "a folder that one may not go into is warned of" {
	needs_root
	mkdir -m 000 shut
	conf <<<'worker a { cwd shut; exec true }'
	open_to_everybody
	run -0 setpriv --reuid nobody --clear-groups "$SUPERVISE" check
	assert_output "a would not start here: cannot change to folder shut: Permission denied"
}

@test "what a worker will find where it looks for it is not warned of" {
	mkdir app
	printf '#!/bin/sh\n' | tee web >app/api
	chmod +x web app/api
	conf <<-'END'
		worker a { exec ./web }
		worker b { cwd app; exec ./api }
		worker c { env PATH=app; exec api }
		worker d { env_clear; exec true }
		worker e { env_file .env; exec found-by-its-own-path }
	END
	touch .env
	run -0 supervise check
	refute_output warning
}

@test "of very many warnings about this machine the first are told" {
	for ((i = 0; i < 30; i++)); do
		echo "worker w$i { exec ./none-$i }"
	done >supervise.conf
	run -0 supervise check
	assert_output "w19 would not start here"
	refute_output "w20 would not start here"
	assert_output "and 10 more warnings of this machine"
}
