#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# `supervise top`, in a terminal of tmux's: what it shows, each of its keys,
# and how it leaves the terminal.

load test_helper
load control_helper

setup() {
	[[ -x $ROOT/${BUILD:-build}/supervise-top ]] || skip "built without curses"
	command -v tmux >/dev/null || skip "tmux is not here"
	prepare
	cat >supervise.conf <<-END
		strategy one_for_one
		worker a { exec sh -c 'echo hello from a; exec sleep 1000' }
		supervisor web {
		    max_restarts 4
		    worker api[2] { exec sleep 1000 }
		}
		worker once { exec true; restart transient }
	END
	start_tree
	wait_record event=exited child=once
}

teardown() {
	local failed=0
	tmux -S "$DIR/tmux" kill-server 2>/dev/null
	finish || failed=1
	return $failed
}

# screen [COMMAND]: a shell in a terminal of 100 columns and 20 lines, which
# runs the live view and tells then how that ended.
screen() {
	cat >shell <<-END
		export SUPERVISE_SOCKET= PS1='\$ '
		cd $DIR
		exec bash --norc --noprofile --noediting -i
	END
	tmux -S "$DIR/tmux" -f /dev/null new-session -d -x 100 -y 20 "sh ./shell" 3>&-
	eventually shows '^\$'
	types "stty -g >before; ${1-$SUPERVISE top}; echo \"status: \$?\"; stty -g >after" Enter
}

types() {
	tmux -S "$DIR/tmux" send-keys "$@"
}

screen_text() {
	tmux -S "$DIR/tmux" capture-pane -p
}

# shows REGEX: some line of the screen.
shows() {
	screen_text | grep -qE -e "$1"
}

hides() {
	! shows "$1"
}

gone_back() {
	shows "status: $1\$" && cmp -s before after &&
		[[ $(tmux -S "$DIR/tmux" display -p '#{alternate_on}') == 0 ]]
}

# says REGEX: some line of the output.
says() {
	grep -qE -e "$1" <<<"$output" || fail "no line with: $1, but: $output"
}

# The row that is drawn in reverse.
chosen() {
	tmux -S "$DIR/tmux" capture-pane -pe |
		grep -E $'\e''\[(0;)?7m' | grep -qE -e "$1"
}

@test "top: the tree with states, budgets, processor, memory and last lines; q ends it" {
	screen
	eventually shows '4 up, by tree|3 of 4 up'
	eventually shows '^NAME +STATE +PID +UPTIME +RESTARTS +CPU% +MEMORY +LAST'
	eventually shows "a +up +$(pid_of a) .* [0-9.]+ +[0-9.]+[KM] +hello from a"
	eventually shows 'root +up .* 0/3 in 5s'
	eventually shows 'web +up .* 0/4 in 5s'
	eventually shows "api\.1 +up +$(pid_of web/api.1)"
	eventually shows 'once +down .* exit:0'
	types q
	eventually gone_back 0
}

@test "top: a restart shows, with what it used of the budget" {
	screen
	eventually shows 'api\.0 +up'
	kill -s KILL "$(pid_of web/api.0)"
	eventually shows 'api\.0 +up .* +1 +[0-9]'
	eventually shows 'web +up .* 1/4 in 5s'
}

@test "top: keys choose a child and stop, start, restart, replace and signal it" {
	local pid
	screen
	eventually chosen root
	types Down
	eventually chosen ' a  '
	types t
	eventually shows 'stop a: done'
	eventually is_state down a
	eventually shows 'a +down'
	types s
	eventually shows 'start a: done'
	eventually is_state up a
	pid=$(pid_of a)
	types r
	eventually shows 'restart a: done'
	[[ $(pid_of a) != "$pid" ]]
	types End
	eventually chosen once
	types r
	eventually shows 'restart once: '
	types Home Down
	eventually chosen ' a  '
	types k
	eventually shows '^signal:'
	types NOPE Enter
	eventually shows 'signal NOPE a: .*NOPE'
	pid=$(pid_of a)
	types k
	eventually shows '^signal:'
	types KILL Enter
	eventually shows 'signal KILL a: done'
	eventually test "$(pid_of a)" != "$pid"
	types p
	eventually shows 'replace a: '
}

@test "top: l follows what the chosen child writes, over its restarts" {
	cat >supervise.conf <<-'END'
		worker a { exec sh -c 'echo run $SUPERVISE_RUN; exec sleep 1000' }
	END
	supervise reload
	screen
	eventually shows '^NAME'
	types Down
	eventually chosen ' a  '
	types l
	eventually shows 'what a writes'
	eventually shows '^run 2'
	kill -s KILL "$(pid_of a)"
	eventually shows '^run 3'
	types q
	eventually shows '^NAME'
	types Enter
	eventually shows 'what a writes'
	types l
	eventually shows '^NAME'
	types q
	eventually gone_back 0
}

@test "top: a child that writes without end does not keep it from its keys" {
	cat >supervise.conf <<-'END'
		worker a { log null; exec sleep 1000 }
		worker b { exec yes noise }
	END
	supervise reload
	screen
	eventually shows 'b .* noise'
	types Down
	types Down
	eventually chosen ' b '
	types l
	eventually shows 'what b writes'
	types q
	eventually shows '^NAME'
	types q
	eventually gone_back 0
}

@test "top: / shows only names that have the text, o changes the order" {
	screen
	eventually shows '. once'
	types /
	eventually shows '^/$'
	types ap
	eventually hides once
	eventually shows '^web/api\.0 '
	types BSpace BSpace onc Enter
	eventually shows '^once'
	eventually shows 'only onc'
	eventually hides api
	types / Escape
	eventually shows '^root'
	# What has no character is none of the text.
	types / Up Down on
	eventually shows '^once'
	eventually hides api
	types Escape
	eventually shows '^root'
	types o
	eventually shows 'by cpu'
	eventually shows '^web/api\.0'
	types o
	eventually shows 'by memory'
	types o
	eventually shows 'by restarts'
	types o
	eventually shows 'by tree'
}

@test "top: ? tells every key that the page tells" {
	local key
	screen
	eventually shows '^NAME'
	types '?'
	eventually shows 'start the chosen child'
	for key in s t r p k / o; do
		eventually shows "^ +$key +"
		mandoc -Tascii "$ROOT/man/supervise.1" | col -bx | grep -qE "^ +$key( |,)" ||
			fail "supervise(1) does not tell the key $key"
	done
	types '?'
	eventually shows '^NAME'
}

@test "top: a narrow screen leaves columns out, a short one scrolls" {
	screen
	eventually shows 'LAST'
	tmux -S "$DIR/tmux" resize-window -x 40 -y 20
	eventually hides UPTIME
	eventually shows '^NAME +STATE'
	tmux -S "$DIR/tmux" resize-window -x 100 -y 6
	eventually hides once
	types End
	eventually chosen once
	eventually hides root
	types PPage
	types PPage
	eventually chosen root
	tmux -S "$DIR/tmux" resize-window -x 5 -y 2
	tmux -S "$DIR/tmux" resize-window -x 100 -y 20
	eventually shows '. once'
}

@test "top: Ctrl-Z stops it, fg goes on" {
	screen
	eventually shows '^NAME'
	types C-z
	eventually shows 'Stopped'
	types fg Enter
	eventually shows '^NAME'
	types q
	eventually shows 'status: (0|148)$'
}

@test "top: a signal ends it, and the terminal is as it was" {
	screen "$SUPERVISE top & echo \$! >top.pid; fg"
	eventually shows '^NAME'
	kill -s TERM "$(<top.pid)"
	eventually gone_back 143
}

@test "top: it outlives the engine's death, and ends soon after the tree" {
	screen
	eventually shows 'a +up'
	kill -s KILL "$(engine_pid)"
	eventually has_records 2 event=started child=a
	eventually shows "a +up +$(pid_of a)"
	supervise down
	eventually gone_back 5
	shows 'no supervisor is running'
}

@test "top -b prints what it would show, so many times" {
	run -0 supervise top -b -n 2 -d 50ms
	[[ $(grep -c ^NAME <<<"$output") -eq 2 ]]
	says "a +up +$(pid_of a) .* hello from a"
	says 'web +up .* 0/4 in 5s'
	says 'once +down .* exit:0'
	run -1 bash -c '"$0" top -b -n 1 >/dev/full' "$SUPERVISE"
	says 'cannot write to standard output: No space left'
	run -0 env NO_COLOR=1 TERM=dumb "$SUPERVISE" top -b -n 1
	says 'web/api\.1'
}

@test "top: what cannot be is refused, and told" {
	run -2 supervise top
	says 'no terminal; -b prints'
	run -2 supervise top -n 2
	says '^supervise: -n is for -b'
	run -2 supervise top -b -d 1ms
	says 'expected 50ms'
	run -2 supervise top -b -n 0
	run -2 supervise top -b a
	run -5 supervise -S "$DIR/nobody" top -b
	says 'no supervisor is running'
	run -2 "$SUPERVISE-top"
	says 'run by `supervise top`'
}

@test "top: without the program that shows it there is advice; the engine has no curses" {
	mkdir alone
	cp "$SUPERVISE" alone/supervise
	run -1 env PATH=/nowhere alone/supervise top -b
	says 'supervise-top'
	run -0 readelf -d "$SUPERVISE"
	[[ $output != *curses* && $output != *tinfo* ]]
}
