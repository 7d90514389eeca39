#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# On a terminal: whose it is, job control, its modes.

load test_helper

setup() {
	prepare
	TERMINAL=
}

teardown() {
	local failed=0
	hang_up || failed=1
	if [[ -z ${BATS_TEST_COMPLETED-} && -e screen ]]; then
		echo "on the screen:"
		cat -v screen
	fi
	finish || failed=1
	return $failed
}

# A terminal, and a shell with job control on it: what is typed goes to
# descriptor 8, what it shows to the file `screen`. With an empty word it edits
# what is typed, for which it changes the modes of the terminal.
sit_down() {
	mkfifo keys
	cat >shell <<-END
		export PS1='$ ' SUPERVISE=$SUPERVISE WORKER=$WORKER
		exec bash --norc --noprofile ${1---noediting} -i
	END
	TERM=xterm on_terminal "sh ./shell"
}

# on_terminal COMMAND: COMMAND in the background, with a terminal of its own.
on_terminal() {
	[[ -p keys ]] || mkfifo keys
	env --default-signal TEST_TREE="$DIR" \
		ASAN_OPTIONS="log_path=$DIR/sanitizer:exitcode=86" \
		UBSAN_OPTIONS="log_path=$DIR/sanitizer:print_stacktrace=1" \
		script -qfec "$1" screen <keys >/dev/null 2>&1 3>&- &
	TERMINAL=$!
	exec 8>keys
}

hang_up() {
	[[ -n $TERMINAL ]] || return 0
	exec 8>&-
	if ! eventually_within 5 ended "$TERMINAL"; then
		# shellcheck disable=SC2046 # words
		kill -s HUP $(marked_pids) 2>/dev/null
		eventually_within 5 ended "$TERMINAL" || kill -s KILL "$TERMINAL"
	fi
	wait "$TERMINAL" 2>/dev/null
	TERMINAL=
	return 0
}

# The terminal goes away, with nobody who could still type `exit`.
lose_terminal() {
	kill -s KILL "$TERMINAL"
	wait "$TERMINAL" 2>/dev/null || true
}

# type_in TEXT: as printf has it; a line is to end with \n, Ctrl-C is \003.
type_in() {
	# shellcheck disable=SC2059 # that is the point
	printf "$1" >&8
}

shows() {
	tr -d '\r' <screen | grep -qE "$1"
}

# The last process that has said WORD.
said() {
	awk -v word="$1" '$1 == word { pid = $3 } END { print pid }' log
}

# The group in the foreground of the terminal that a process is on.
foreground_of() {
	ps -o tpgid= -p "$1" | tr -d ' '
}

in_foreground() {
	[[ $(foreground_of "$1") == "$1" ]]
}

# The group of a process is in the foreground.
job_in_foreground() {
	[[ $(foreground_of "$1") == "$(ps -o pgid= -p "$1" | tr -d ' ')" ]]
}

parent_of() {
	ps -o ppid= -p "$1" | tr -d ' '
}

# The guardian above a command of `exec`.
guardian_of() {
	ps -o args= -p "$(parent_of "$1")" | sed 's|.* guarded by \([0-9]*\).*|\1|'
}

has_lines() {
	[[ -e $2 && $(wc -l <"$2") -ge $1 ]]
}

@test "U15: exec: the command's group is the foreground group, then it is ours again" {
	sit_down
	type_in '$SUPERVISE exec -r temporary -- $WORKER log=log wait=go exit=3; echo status $?\n'
	wait_log start worker
	eventually in_foreground "$(said start)"
	touch go
	eventually shows 'status 3'
	# The shell can read from its terminal.
	type_in 'echo still $((40 + 2))\n'
	eventually shows 'still 42'
}

@test "U15: exec: Ctrl-C is the command's to answer" {
	sit_down
	type_in '$SUPERVISE exec -- $WORKER on=INT:say=asked:exit=0 log=log; echo status $?\n'
	wait_log start worker
	eventually in_foreground "$(said start)"
	type_in '\003'
	wait_log asked worker
	eventually shows 'status 0'
}

@test "U12: exec: Ctrl-C ends it with status 130, and nothing is restarted" {
	sit_down
	type_in '$SUPERVISE exec -- $WORKER log=log; echo status $?\n'
	wait_log start worker
	eventually in_foreground "$(said start)"
	type_in '\003'
	eventually shows 'status 130'
	[[ $(grep -c '^start ' log) -eq 1 ]]
}

@test "U15: exec: each run of the command has the terminal" {
	sit_down
	type_in '$SUPERVISE exec -- $WORKER log=log\n'
	wait_log start worker
	local first
	first=$(said start)
	eventually in_foreground "$first"
	kill -s SEGV "$first"
	wait_log start worker 2
	eventually in_foreground "$(said start)"
	kill -s TERM "$(said start)"
}

@test "U15: exec: Ctrl-Z stops command and supervise, fg continues both" {
	sit_down
	type_in '$SUPERVISE exec -- $WORKER on=INT:say=asked:exit=0 log=log; echo status $?\n'
	wait_log start worker
	local child supervise
	child=$(said start)
	supervise=$child
	for _ in engine witness supervise; do
		supervise=$(ps -o ppid= -p "$supervise" | tr -d " ")
	done
	eventually in_foreground "$child"
	type_in '\032'
	eventually shows 'Stopped'
	eventually is_stopped "$child"
	eventually is_stopped "$supervise"
	type_in 'echo shell $((40 + 2))\n'
	eventually shows 'shell 42'
	type_in 'fg\n'
	eventually refute is_stopped "$child"
	eventually in_foreground "$child"
	type_in '\003'
	wait_log asked worker
	eventually ended "$supervise"
}

@test "U15: exec: it may be stopped and continued more than once" {
	sit_down
	type_in '$SUPERVISE exec -- $WORKER on=INT:say=asked:exit=0 log=log\n'
	wait_log start worker
	local child i
	child=$(said start)
	for i in 1 2 3; do
		eventually in_foreground "$child"
		type_in '\032'
		eventually is_stopped "$child"
		eventually refute in_foreground "$child"
		type_in "echo round $i\$((0))\\n"
		eventually shows "round ${i}0"
		type_in 'fg\n'
		eventually refute is_stopped "$child"
	done
	eventually in_foreground "$child"
	type_in '\003'
	wait_log asked worker
}

@test "U15: exec: bg continues it without the terminal" {
	sit_down
	type_in '$SUPERVISE exec -- $WORKER log=log\n'
	wait_log start worker
	local child
	child=$(said start)
	eventually in_foreground "$child"
	type_in '\032'
	eventually is_stopped "$child"
	eventually shows 'Stopped'
	type_in 'bg\n'
	eventually refute is_stopped "$child"
	type_in 'echo shell $((40 + 2))\n'
	eventually shows 'shell 42'
	refute in_foreground "$child"
	type_in 'kill %%1; wait; echo status $?\n'
	eventually ended "$child"
}

@test "U15: exec: started in the background it leaves the terminal alone" {
	sit_down
	type_in '$SUPERVISE exec -- $WORKER log=log &\n'
	wait_log start worker
	type_in 'echo shell $((40 + 2))\n'
	eventually shows 'shell 42'
	refute in_foreground "$(said start)"
	type_in 'kill $!; wait $!; echo status $?\n'
	eventually shows 'status 143'
}

# fg_of_reader WORDS FIND: a command that `supervise WORDS` runs in the
# background reads from the terminal; FIND PID is whose stop the shell sees.
fg_of_reader() {
	cat >reader <<-'END'
		echo $$ >pid
		read -r line
		stty -a >modes
		echo "got $line"
		kill -s SEGV $$
	END
	sit_down ""
	type_in "stty -a >before; \$SUPERVISE $1 -- sh ./reader &\\n"
	eventually test -s pid
	eventually is_stopped "$("$2" "$(cat pid)")"
	type_in 'fg\n'
	eventually in_foreground "$(cat pid)"
	type_in 'hello\n'
	eventually shows 'got hello'
	type_in 'stty -a >after; echo over $((40 + 2))\n'
	eventually shows 'over 42'
	assert_equal "$(cat modes)" "$(cat before)"
	assert_equal "$(cat after)" "$(cat before)"
}

@test "U15: exec: fg of what reads in the background, in the modes of the shell" {
	fg_of_reader 'exec -r temporary' guardian_of
}

@test "U15: exec: fg before the command's first read" {
	cat >reader <<-'END'
		echo $$ >pid
		until [ -e go ]; do sleep 0.05; done
		read -r line
		echo "got $line"
	END
	sit_down
	type_in '$SUPERVISE exec -r temporary -- sh ./reader &\n'
	eventually test -s pid
	type_in 'fg\n'
	eventually job_in_foreground "$(guardian_of "$(cat pid)")"
	touch go
	eventually in_foreground "$(cat pid)"
	type_in 'hello\n'
	eventually shows 'got hello'
	refute shows 'Stopped'
	type_in 'echo shell $((40 + 2))\n'
	eventually shows 'shell 42'
}

# exec_and_lose_terminal WORD...: a worker of these words has the terminal, and
# then there is none. What `exec` ends with comes into `status`.
exec_and_lose_terminal() {
	cat >session <<-END
		trap : HUP
		$SUPERVISE exec -- $WORKER $* 2>said
		echo \$? >status
	END
	on_terminal "sh ./session; :"
	wait_log start worker
	eventually in_foreground "$(said start)"
	lose_terminal
}

@test "U15: exec: a terminal that hangs up ends what it was lent to" {
	exec_and_lose_terminal log=log
	eventually test -s status
	assert_file status 129
	assert_equal "$(cat said)" ""
	assert_equal "$(grep -c '^start ' log)" 1
}

@test "U15: exec: without its terminal the command starts all the same" {
	exec_and_lose_terminal ignore=HUP log=log
	kill -s SEGV "$(said start)"
	wait_log start worker 2
	kill -s TERM "$(said start)"
	eventually test -s status
	assert_file status 143
}

@test "U15: exec: terminal modes are restored after a crash" {
	cat >session <<-END
		stty >before
		$SUPERVISE exec -r temporary -- sh -c 'stty -echo -icanon; kill -s SEGV \$\$'
		stty >after
	END
	on_terminal "sh ./session"
	eventually test -s after
	assert_equal "$(cat after)" "$(cat before)"
}

@test "U15: exec: what a command does to the modes by itself is its own affair" {
	cat >session <<-END
		$SUPERVISE exec -- stty -echo
		stty -a >after
	END
	on_terminal "sh ./session"
	eventually test -s after
	grep -q -- ' -echo ' after
}

@test "U15: run: keeps the terminal; its children read /dev/null" {
	conf <<<"worker a { exec $WORKER dump=a log=log }"
	sit_down
	type_in '$SUPERVISE run; echo status $?\n'
	wait_log start a
	grep -qx "fd 0 /dev/null" a
	refute in_foreground "$(said start)"
	type_in '\003'
	eventually shows 'status 0'
}

@test "U15: run: Ctrl-Z stops supervise, not its children; fg goes on" {
	conf <<<"worker a { exec $WORKER log=log }"
	sit_down
	type_in '$SUPERVISE run 2>records; echo status $?\n'
	wait_record event=started supervisor=root
	type_in '\032'
	eventually shows 'Stopped'
	refute is_stopped "$(said start)"
	type_in 'fg\n'
	wait_log start a
	kill -s KILL "$(said start)"
	wait_record event=started child=a run=2
	type_in '\003'
	wait_record event=ended supervisor=root
}

@test "U11: run: HUP reloads while the terminal is there, and stops when it is gone" {
	conf <<<"worker a { exec $WORKER log=log }"
	sit_down
	type_in '$SUPERVISE run 2>records\n'
	wait_record event=started supervisor=root
	local guardian
	guardian=$(guardian_of "$(said start)")
	kill -s HUP "$guardian"
	eventually grep -q 'signal=HUP .*action="the file is read again"' records
	lose_terminal
	eventually ended "$guardian"
	grep -q 'signal=HUP .*action="everything stops"' records
	assert_record event=ended supervisor=root reason=shutdown
}

@test "U11: run: HUP reloads where the terminal has long been gone" {
	conf <<<"worker a { exec $WORKER log=log }"
	sit_down
	type_in '$SUPERVISE run 2>records & disown\n'
	wait_record event=started supervisor=root
	local guardian
	guardian=$(guardian_of "$(said start)")
	lose_terminal
	kill -s HUP "$guardian"
	eventually grep -q 'signal=HUP .*action="the file is read again"' records
	kill -s TERM "$guardian"
	eventually ended "$guardian"
}

@test "on a terminal records are sentences, elsewhere they are not" {
	conf <<<"worker a { exec $WORKER log=log }"
	sit_down
	type_in '$SUPERVISE run\n'
	eventually shows 'a .*started, pid [0-9]+'
	type_in '\003'
	eventually shows 'root .*is down'
	refute shows 'event='
	rm log
	type_in '$SUPERVISE run 2>records\n'
	wait_record event=started supervisor=root
	type_in '\003'
	wait_record event=ended supervisor=root
}

@test "on a terminal --log-format text asks for records" {
	conf <<<"worker a { exec $WORKER log=log }"
	sit_down
	type_in '$SUPERVISE --log-format text run\n'
	eventually shows 'event=started child=a'
	type_in '\003'
	eventually shows 'event=ended supervisor=root'
	refute grep -q $'\033\\[3' screen
}

@test "colour is for terminals, and for those who want it" {
	conf <<<'worker abc { shell "echo hello; exec sleep 1000" }'
	sit_down
	type_in '$SUPERVISE run\n'
	eventually shows 'root.*is up'
	eventually shows hello
	type_in '\003'
	eventually shows 'root.*is down'
	# Of one child what it writes and what is told have the same.
	local colour
	colour=$(sed -n $'s/.*\033\\[\\([0-9]*\\)mabc  *|.*hello.*/\\1/p' screen)
	[[ $colour == [39]? ]]
	grep -q $'\033\\['"$colour"'mabc .*started' screen
}

@test "NO_COLOR and a dumb terminal have none" {
	conf <<<"worker a { exec $WORKER }"
	sit_down
	type_in 'NO_COLOR=1 $SUPERVISE run\n'
	eventually shows 'root.*is up'
	type_in '\003'
	eventually shows 'root.*is down'
	type_in 'TERM=dumb $SUPERVISE run; echo over $((40 + 2))\n'
	eventually shows 'received'
	eventually has_up 2
	type_in '\003'
	eventually shows 'over 42'
	refute grep -q $'\033\\[3' screen
}

has_up() {
	[[ $(tr -d '\r' <screen | grep -c 'root.*is up') -ge $1 ]]
}

@test "people are told what a failure means" {
	conf <<-'END'
		max_restarts 3
		worker a { restart temporary; exec ${WORKER} signal=SEGV }
		worker b { restart temporary; exec ${WORKER} exit=3 }
		worker c { restart temporary; ready fd 3; shutdown 100ms; exec ${WORKER} ignore=TERM ready=3 }
		worker d { restart temporary; shutdown brutal_kill; exec ${WORKER} }
	END
	sit_down
	type_in 'NO_COLOR=1 $SUPERVISE run; echo status $?\n'
	eventually shows '[0-9:]{8} a  +was ended by SIGSEGV'
	eventually shows '[0-9:]{8} b  +ended with status 3'
	eventually shows 'root +is up'
	type_in '\003'
	eventually shows 'status 0'
	shows 'c  +did not end in time: SIGKILL'
	shows 'd  +killing with SIGKILL'
	shows 'supervise +received SIGINT, everything stops'
}

@test "people are told what keeps a command from starting" {
	conf <<<"worker a { exec nosuchcommand }"
	echo true >script
	conf other.conf <<<"worker a { exec ./script }"
	sit_down
	type_in 'NO_COLOR=1 $SUPERVISE run; echo status $?\n'
	eventually shows 'status 1'
	shows 'a +did not start: command not found: nosuchcommand \(PATH='
	type_in 'NO_COLOR=1 $SUPERVISE -f other.conf run; echo status $((1 + 1))\n'
	eventually shows 'status 2'
	shows 'not executable: chmod \+x ./script\?'
}

@test "L12: try: the command has the terminal, then what catches it, then we" {
	sit_down
	type_in '$SUPERVISE try --catch exit:3 "exec $WORKER log=log say=caught wait=go exit=4" -- $WORKER log=log wait=go exit=3; echo status $?\n'
	wait_log start -
	eventually in_foreground "$(said start)"
	touch go
	wait_log caught -
	eventually shows 'status 4'
	# The shell can read from its terminal.
	type_in 'echo still $((40 + 2))\n'
	eventually shows 'still 42'
}

@test "L12: try: Ctrl-C is the command's to answer" {
	sit_down
	type_in '$SUPERVISE try -- $WORKER on=INT:say=asked:exit=3 log=log; echo status $?\n'
	wait_log start -
	eventually in_foreground "$(said start)"
	type_in '\003'
	wait_log asked -
	eventually shows 'status 3'
	[[ $(grep -c '^asked ' log) -eq 1 ]]
}

# comes_and_goes CHILD [PID]: Ctrl-Z stops the child and what runs it, but not
# PID, and fg continues both, twice.
comes_and_goes() {
	local i
	for i in 1 2; do
		eventually in_foreground "$1"
		type_in '\032'
		eventually is_stopped "$1"
		eventually is_stopped "$(parent_of "$1")"
		[[ -z ${2-} ]] || refute is_stopped "$2"
		type_in "echo round $i\$((0))\\n"
		eventually shows "round ${i}0"
		type_in 'fg\n'
		eventually refute is_stopped "$1"
	done
	eventually in_foreground "$1"
}

@test "L12: try: Ctrl-Z stops command and supervise, fg continues both, twice" {
	sit_down
	type_in '$SUPERVISE try -- $WORKER on=INT:say=asked:exit=0 log=log; echo status $?\n'
	wait_log start -
	local child
	child=$(said start)
	comes_and_goes "$child"
	type_in '\003'
	wait_log asked -
	eventually ended "$child"
}

@test "L12: try: in the background it gets the terminal after fg, in the modes of the shell" {
	fg_of_reader try parent_of
}

@test "L12: try: terminal modes are restored after a crash" {
	cat >session <<-END
		stty >before
		$SUPERVISE try -- sh -c 'stty -echo -icanon; kill -s SEGV \$\$'
		stty >after
	END
	on_terminal "sh ./session"
	eventually test -s after
	assert_equal "$(cat after)" "$(cat before)"
}

# A tree of one child, whose command `with` is to run.
tree_of_one() {
	conf <<<"worker a { ready fd 3; exec $WORKER log=tree on=INT:say=int on=TERM:say=stop:die ready=3 }"
}

@test "U15: with: the command has the terminal, then it is ours again" {
	tree_of_one
	sit_down
	type_in '$SUPERVISE with -q -- $WORKER log=log wait=go exit=3; echo status $?\n'
	wait_log start -
	eventually in_foreground "$(said start)"
	touch go
	eventually shows 'status 3'
	type_in 'echo still $((40 + 2))\n'
	eventually shows 'still 42'
}

@test "U15: with: Ctrl-C is the command's alone, and the tree stops behind it" {
	tree_of_one
	sit_down
	type_in '$SUPERVISE with -q -- $WORKER on=INT:say=asked:exit=7 log=log; echo status $?\n'
	wait_log start -
	eventually in_foreground "$(said start)"
	type_in '\003'
	wait_log asked -
	eventually shows 'status 7'
	grep -q ^stop tree
	refute grep -q ^int tree
}

@test "U15: with: Ctrl-C before the command runs stops the tree" {
	conf <<<"worker a { ready fd 3; exec $WORKER log=tree on=TERM:say=stop:die }"
	sit_down
	type_in '$SUPERVISE with -q -- touch ran\n'
	eventually grep -qs ^start tree
	type_in '\003'
	type_in 'echo status $?\n'
	eventually shows 'status 130'
	[[ ! -e ran ]]
}

@test "U15: with: Ctrl-Z stops command and supervise, not the tree; fg goes on" {
	tree_of_one
	sit_down
	type_in '$SUPERVISE with -q -- $WORKER on=INT:say=asked:exit=0 log=log; echo status $?\n'
	wait_log start -
	local child tree
	child=$(said start)
	tree=$(awk '/^start/ { print $3 }' tree)
	comes_and_goes "$child" "$tree"
	type_in '\003'
	wait_log asked -
	type_in 'echo status $?\n'
	eventually shows 'status 0'
}

@test "U15: with: in the background it gets the terminal after fg, in the modes of the shell" {
	tree_of_one
	fg_of_reader 'with -q' parent_of
}

@test "U15: with: terminal modes are restored after a crash" {
	tree_of_one
	cat >session <<-END
		stty >before
		$SUPERVISE with -q -- sh -c 'stty -echo -icanon; kill -s SEGV \$\$'
		stty >after
	END
	on_terminal "sh ./session"
	eventually test -s after
	assert_equal "$(cat after)" "$(cat before)"
}

@test "U15: with: a terminal that hangs up ends the command, and the tree in order" {
	tree_of_one
	cat >session <<-END
		trap : HUP
		$SUPERVISE with -q -- $WORKER log=log
		echo \$? >status
	END
	on_terminal "sh ./session; :"
	wait_log start -
	eventually in_foreground "$(said start)"
	lose_terminal
	eventually test -s status
	assert_file status 129
	grep -q ^stop tree
}

# edits WORDS: an editor that `supervise WORDS` runs is stopped, continued and
# left, and has written its file; the terminal is then as it was.
edits() {
	command -v vi >/dev/null || skip "no vi"
	sit_down ""
	type_in "stty -a >before; \$SUPERVISE $1 -- sh -c 'vi -u NONE text; touch left'\\n"
	eventually shows '"?text"?.*\[New'
	type_in 'ihello\033'
	eventually shows 'hello'
	type_in '\032'
	eventually shows 'Stopped'
	type_in 'echo shell $((40 + 2))\n'
	eventually shows 'shell 42'
	type_in 'fg\n'
	type_in 'A world\033:wq\n'
	# What is typed before may be read by the editor.
	eventually test -e left
	assert_file text "hello world"
	type_in 'stty -a >after; echo over $((40 + 2))\n'
	eventually shows 'over 42'
	assert_equal "$(cat after)" "$(cat before)"
}

@test "U15: exec: an editor" {
	edits exec
}

@test "U15: with: an editor" {
	tree_of_one
	edits 'with -q'
}

@test "U15: exec and with: in a pipe, under time, under nohup" {
	tree_of_one
	local words i=0
	sit_down
	for words in exec 'with -q'; do
		((++i))
		type_in "echo a b.$i | \$SUPERVISE $words -- tr a-z A-Z | tr ' ' -; echo status \$?\\n"
		eventually shows "A-B.$i"
		type_in "time \$SUPERVISE $words -- sh -c 'exit 3'; echo status \$((\$? + 60 + $i))\\n"
		eventually shows "status 6$((3 + i))"
		shows '^real'
		type_in "nohup \$SUPERVISE $words -- sh -c 'kill -HUP \$\$; echo lived' >said 2>&1; echo over \$((40 + $i))\\n"
		eventually shows "over $((40 + i))"
		grep -q lived said
	done
}
