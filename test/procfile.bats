#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# A Procfile, as foreman(1) reads it. What foreman's own manual and tests
# say of the format is replayed here, and what its users have reported.

load test_helper

procfile() {
	cat >Procfile
}

# Of what a check prints, the variables of the worker NAME.
env_of() {
	supervise -f Procfile check -p "${@:2}" |
		sed -n "/^worker $1 {/,/^}/s/^\tenv //p"
}

@test "Procfile: each line is a process that sh runs" {
	procfile <<-'END'
		alpha: echo one; echo "two  $((1 + 1))" | cat
		bravo:./bravo
		foo_bar:	echo tab
		foo-bar: echo minus
	END
	printf '#!/bin/sh\necho bravo\n' >bravo
	chmod +x bravo
	run -0 supervise -f Procfile run -q
	assert_output "alpha   | one"
	assert_output "alpha   | two  2"
	assert_output "bravo   | bravo"
	assert_output "foo_bar | tab"
	assert_output "foo-bar | minus"
}

@test "Procfile: comments, blank lines and CR LF" {
	printf '# comment\r\n\r\n   \n\t# another\na: printf "%%s." x\r\n' >Procfile
	run -0 supervise -f Procfile run -q
	assert_equal "$output" "a | x."
}

@test "Procfile: what some editors begin a text with is skipped, in .env as well" {
	printf '\xef\xbb\xbfa: echo "$FOO"\r\n' >Procfile
	printf '\xef\xbb\xbfFOO=bar\r\n' >.env
	run -0 supervise -f Procfile run -q
	assert_equal "$output" "a | bar"
}

@test "Procfile: it is known by its name, or by --procfile" {
	echo 'a: echo hello' | tee Procfile.dev app.txt >Procfile
	local file
	for file in Procfile Procfile.dev ./Procfile "$DIR/Procfile.dev"; do
		run -0 supervise -f "$file" run -q
		assert_equal "$output" "a | hello"
	done
	run -2 supervise -f app.txt run -q
	run -0 supervise -f app.txt run --procfile -q
	assert_equal "$output" "a | hello"
}

@test "Procfile: PORT is 5000, 100 more for each line, 1 more for each instance" {
	procfile <<-'END'
		web: true
		worker: true
		clock: true
	END
	unset PORT
	assert_equal "$(env_of web)" $'PORT=5000\nPS=web.1'
	assert_equal "$(env_of worker)" $'PORT=5100\nPS=worker.1'
	assert_equal "$(env_of clock)" $'PORT=5200\nPS=clock.1'
	assert_equal "$(env_of worker.2 -m worker=2)" $'PORT=5101\nPS=worker.2'
	assert_equal "$(PORT=3000 env_of worker)" $'PORT=3100\nPS=worker.1'
	echo PORT=9000 >.env
	assert_equal "$(PORT=3000 env_of worker)" $'PORT=9100\nPS=worker.1'
}

@test "Procfile: PORT that is none" {
	procfile <<<'web: true'
	PORT=http run -2 supervise -f Procfile check
	assert_output 'the variable PORT is "http", expected the first port, 1 to 65535'
	procfile <<<$'web: true\nwork: true'
	PORT=65500 run -2 supervise -f Procfile check
	assert_output "Procfile:2:1: the port of work is 65600, expected 65535 at most"
}

@test "Procfile: -m says how many" {
	procfile <<-'END'
		alpha: echo $PS $PORT
		bravo: echo $PS $PORT
		charlie: echo $PS $PORT
	END
	run -0 supervise -f Procfile run -q -m alpha=2
	assert_output "alpha.1 | alpha.1 5000"
	assert_output "alpha.2 | alpha.2 5001"
	refute_output bravo
	run -0 supervise -f Procfile run -q --formation 'all=1, bravo=0'
	assert_output "alpha   | alpha.1 5000"
	assert_output "charlie | charlie.1 5200"
	refute_output bravo
}

@test "Procfile: a formation that is wrong" {
	procfile <<<'alpha: touch ran'
	run -2 supervise -f Procfile run -m alhpa=2
	assert_output 'no process is named "alhpa", did you mean alpha'
	run -2 supervise -f Procfile run -m alpha
	assert_output '"alpha" is no formation, expected NAME=NUMBER'
	run -2 supervise -f Procfile run -m alpha=x
	run -2 supervise -f Procfile run -m alpha=101
	assert_output "with a number of 0 to 100"
	run -2 supervise -f Procfile run -m alpha=0
	assert_output "Procfile: no processes to run"
	conf <<<'worker a { exec touch ran }'
	run -2 supervise run -m alpha=1
	assert_output "a formation is for a Procfile"
	[[ ! -e ran ]]
}

@test "Procfile: .env, its quotes and comments" {
	procfile <<<'a: true'
	unset PORT
	cat >.env <<-'END'
		# comment
		FOO=bar
		BAZ="qux"
		FRED='bar"ney\n'
		OTHER="escaped\"quote"
		URL="http://example.com/api?foo=bar&baz=1"
		LINES="bar\nbaz"
		PLAIN=a b # c
		FOO=again
		EMPTY=
		export SHOWN=yes
	END
	cat >expected <<-'END'
		FOO=again
		BAZ=qux
		'FRED=bar"ney\n'
		'OTHER=escaped"quote'
		URL=http://example.com/api?foo=bar&baz=1
		'LINES=bar
		baz'
		'PLAIN=a b # c'
		EMPTY=
		SHOWN=yes
		PORT=5000
		PS=a.1
	END
	# The second line of a value begins at the margin.
	sed -n '/^worker a {/,/^}/p' < <(supervise -f Procfile check -p) |
		sed -e '/^worker\|^}\|^\trestart\|^\tsig\|^\texec/d' -e 's/^\tenv //' >actual
	diff expected actual
}

@test "Procfile: a line of .env that is none is told, and ignored" {
	procfile <<<'a: echo "$B"'
	printf 'A: x\nB=y\n' >.env
	run -0 supervise -f Procfile run -q
	assert_output ".env:1:2: warning: this line is ignored, expected NAME=VALUE"
	assert_output "a | y"
}

@test "Procfile: processes and .env are those of its folder" {
	mkdir app
	echo 'a: pwd; echo "$FOO"' >app/Procfile
	echo FOO=bar >app/.env
	echo FOO=wrong >.env
	run -0 supervise -f app/Procfile run -q
	assert_output "a | $DIR/app"
	assert_output "a | bar"
}

@test "Procfile: mistakes have their place, all of them" {
	procfile <<-'END'
		web bundle exec
		 indented: true
		empty:
		a.b: true
		twice: true
		twice: true
		-x: true
	END
	run -2 supervise -f Procfile check
	assert_output "Procfile:1:4: this is no NAME: COMMAND, expected a colon behind the name"
	assert_output "Procfile:2:1: this is no NAME: COMMAND, expected a name of letters, digits, - and _"
	assert_output "Procfile:3:7: nothing is said to run, expected a command"
	assert_output "Procfile:4:2: this is no NAME: COMMAND"
	assert_output 'Procfile:6:1: a second process is named "twice", expected another name; the first is in line 5'
	assert_output "Procfile:7:1: this name begins with -"
	procfile </dev/null
	run -2 supervise -f Procfile check
	assert_output "Procfile: no processes to run, expected lines NAME: COMMAND"
	rm Procfile
	run -2 supervise -f Procfile check
	assert_output "there is no such file"
}

@test "Procfile: check prints it as a file of our own, which says the same" {
	procfile <<<'a: echo "$FOO  $PORT"'
	echo 'FOO="x y"' >.env
	supervise -f Procfile check -p >supervise.conf
	rm .env
	run -0 supervise run -q
	assert_output "a | x y  5000"
}

@test "Procfile: where nothing is named it is suggested" {
	procfile <<<'a: true'
	[[ ! -e /etc/supervise.conf ]] || skip "there is a /etc/supervise.conf"
	run -2 supervise run
	assert_output "name one with -f Procfile"
}

@test "Procfile: with runs a command beside one process" {
	procfile <<-'END'
		a: exec "$WORKER" log=log
		b: exec "$WORKER" log=log
	END
	run -4 supervise -f Procfile with -q a -- sh -c 'exit 4'
	run -4 supervise -f Procfile with -q -m all=2 a -- sh -c 'exit 4'
	refute grep -q ' b' log
}

@test "Procfile: a reload takes what has changed" {
	procfile <<<'a: exec "$WORKER" log=log'
	start -f Procfile run -m all=2
	wait_log start a.1
	wait_log start a.2
	echo 'b: exec "$WORKER" log=log' >>Procfile
	run -0 supervise -f Procfile reload
	wait_log start b.2
	[[ $(grep -c '^start a.1' log) -eq 1 ]]
	stop_tree
	assert_status 0
}

# Reported of foreman: a variable was replaced in the text of the command, and
# so $PORT in $PORTAL.
@test "foreman: PORT in the name of another variable stays" {
	procfile <<<'a: echo "$PORTAL $PORT_TWO."'
	PORTAL=gate PORT_TWO=two run -0 supervise -f Procfile run -q
	assert_equal "$output" "a | gate two."
}

# Reported of foreman: the first process that ends, well or not, ends all.
@test "foreman: what has ended well leaves the others alone" {
	procfile <<-'END'
		css: exec "$WORKER" log=log exit=0
		web: exec "$WORKER" log=log wait=go exit=0
	END
	start -f Procfile run
	wait_record event=exited child=css
	wait_log start web
	touch go
	wait_tree
	assert_status 0
	assert_record event=exited child=web reason=exit:0
}

# Reported of foreman: the status is 0 when a process was killed by a signal.
@test "foreman: a process that crashes for good is no success" {
	procfile <<<'a: kill -s KILL $$'
	run -1 supervise -f Procfile run -q
	assert_output "gave up: a"
}

# Reported of foreman: children of a shell line go on when it is stopped.
@test "foreman: what a shell line has started is stopped with it" {
	procfile <<<'a: "$WORKER" log=log & "$WORKER" log=log & wait'
	start -f Procfile run
	eventually has_lines 2
	stop_tree INT
	assert_status 0
	none_marked
}

has_lines() {
	[[ -e log && $(wc -l <log) -ge $1 ]]
}

# Reported of foreman: more than 100 instances have the ports of the next line.
@test "foreman: ports never meet" {
	procfile <<<$'a: true\nb: true'
	run -2 supervise -f Procfile check -m a=101,b=1
	unset PORT
	assert_equal "$(env_of a.100 -m a=100,b=1)" $'PORT=5099\nPS=a.100'
	assert_equal "$(env_of b -m a=100,b=1)" $'PORT=5100\nPS=b.1'
}
