#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# `= exec "…"`: programs that print specifications, good ones and hostile ones.

load test_helper
load control_helper
load program_helper

teardown() {
	end_detached
	finish
}

# Prints what a worker is that says $1, and notes that it was run.
printer() {
	program p <<-'END'
		echo "$*" >>runs
		echo "exec ${WORKER} 'print=$1'"
		echo "restart transient"
	END
}

@test "a program prints the body of a worker, and a block overrides it" {
	printer
	conf <<-'END'
		worker one = exec "./p 1"
		worker two = exec "./p 'a  b'" { shutdown 1s }
	END
	start_tree_ready
	assert_equal "$(arguments one)" "print=1"
	assert_equal "$(arguments two)" "print=a  b"
	run -0 supervise check
	[[ $output =~ one\ +transient,\ shutdown\ 5s ]]
	[[ $output =~ two\ +transient,\ shutdown\ 1s ]]
	run -0 supervise check -p
	assert_output "print=a"
	refute grep -q "exec ./p" <<<"$output"
	run -0 supervise spec two
	assert_output "restart transient"
	assert_output "shutdown 1s"
}

@test "a program prints a supervisor, whose children may be printed too" {
	printer
	program sup <<-'END'
		echo "strategy one_for_all"
		for n in 1 2; do echo "worker w$n = exec './p $n'"; done
	END
	conf <<<'supervisor s = exec ./sup'
	start_tree_ready
	assert_equal "$(arguments s/w2)" "print=2"
	kill -s KILL "$(child_pid s/w1)"
	wait_record event=started child=s/w2 run=2
}

@test "the same command is run once, and once for each instance that is in it" {
	printer
	conf <<-'END'
		worker same[3] = exec "./p same"
		worker other[3] = exec "./p ${instance}"
	END
	run -0 supervise check -q
	assert_equal "$(sort runs | tr '\n' ' ')" "0 1 2 same "
	start_tree_ready
	assert_equal "$(arguments other.2)" "print=2"
	assert_equal "$(arguments same.2)" "print=same"
}

@test "it has its own group, no input, and the environment of supervise" {
	program p <<-'END'
		# The folder of its descriptors is that of ls.
		{ cut -d' ' -f1,5 /proc/$$/stat; cat; env; ls /proc/self/fd; } >found
		echo exec true
	END
	conf <<<'worker w = exec ./p'
	export GIVEN=yes
	run -0 supervise check -q <<<"not for it"
	read -r pid group <found
	assert_equal "$pid" "$group"
	grep -q "^GIVEN=yes" found
	refute grep -q "not for it" found
	refute grep -qE '^([4-9]|[1-9][0-9])$' found
}

@test "what cannot be run, fails, or is killed is a mistake at its place" {
	program fails <<-'END'
		echo exec true
		echo "it went wrong" >&2
		exit 3
	END
	program dies <<<'kill -s SEGV $$'
	: >plain
	conf <<-'END'
		worker a { exec true }
		worker b = exec ./nowhere
		worker c = exec ./plain
		worker d = exec ./fails
		worker e = exec ./dies
	END
	run -2 supervise check
	assert_output "supervise.conf:2:17: command not found: ./nowhere"
	assert_output "supervise.conf:3:17: cannot execute ./plain: Permission denied"
	assert_output "supervise.conf:4:17: this program ended with status 3"
	assert_output "    it went wrong"
	assert_output "supervise.conf:5:17: this program was killed by signal SEGV"
	run -2 supervise run
	assert_output "supervise.conf:4:17:"
}

@test "a mistake in what is printed is placed there" {
	program p <<<'echo; echo "  exce true"'
	program nul <<<'printf "exec a\000b\n"'
	program brace <<<'echo "exec true }"'
	conf <<-'END'
		worker w = exec "./p a b"
		worker x = exec ./nul
		worker y = exec ./brace
		worker z = exec true
	END
	run -2 supervise check
	assert_output 'exec "./p a b":2:3: "exce" is no directive, did you mean "exec"?'
	assert_output 'in worker w = exec "./p a b" at ./supervise.conf:1'
	assert_output 'exec "./nul":1:7: NUL byte'
	assert_output 'exec "./brace":1:11: this } closes nothing'
	assert_output 'supervise.conf:4:8: this worker has nothing to run'
}

@test "one that prints itself, or without end, comes to its end" {
	program self <<<'echo "supervisor s = exec ./self"'
	conf <<-'END'
		supervisor a = exec ./self
		worker b = exec "yes exec"
		worker c = exec "sh -c 'yes >&2 & yes; wait'"
	END
	run -2 supervise check
	assert_output 'exec "./self":1:21: programs whose output names programs are nested too deeply'
	assert_output "supervise.conf:2:17: this program printed more than 1 MiB"
	assert_output "supervise.conf:3:17: this program printed more than 1 MiB"
}

@test "what it leaves behind is killed: in its group, and outside" {
	program daemon <<-'END'
		sleep 1001 &
		setsid sleep 1002 &
		(setsid sleep 1003 & )
		setsid sh -c 'trap "" TERM; sleep 1004 & sleep 1005' &
		echo exec true
	END
	conf <<<'worker w = exec ./daemon'
	run -0 supervise check -q
	eventually none_marked
}

@test "one that does not end is killed after its time, closed output or not" {
	program hang <<-'END'
		echo "exec true"
		exec >&- 2>&-
		trap '' TERM
		setsid sleep 1001 &
		sleep 1002
	END
	conf <<-'END'
		worker a = exec ./hang
		worker b = exec "sh -c 'echo exec true; echo so far >&2; kill -s STOP $$'"
	END
	run -2 supervise check
	assert_output "supervise.conf:1:17: this program did not end within 10 s"
	assert_output "supervise.conf:2:17: this program did not end within 10 s"
	assert_output "    so far"
	eventually none_marked
}

@test "Ctrl-C while programs run ends all at once" {
	program hang <<<'echo $$ >hangs; sleep 1000'
	conf <<<'worker a = exec ./hang'
	start check
	eventually test -s hangs
	kill -s INT "$PID"
	wait_tree
	assert_status 130
	eventually none_marked
}

@test "a stop before the tree runs ends it: its programs are gone" {
	program hang <<<'echo $$ >hangs; sleep 1000'
	conf <<<'worker a = exec ./hang'
	start run
	eventually test -s hangs
	stop_tree
	assert_status 143
	assert_equal "$(cat records)" ""
	eventually none_marked
}

# ---------------------------------------------------------------- reload

# A tree whose worker `w` says what is in the file `value`, and `other`.
valued() {
	program p <<-'END'
		[ ! -e fifo ] || read -r line <fifo
		cat body
	END
	echo "exec \${WORKER} print=1" >body
	conf <<-'END'
		worker w = exec ./p
		worker other { exec ${WORKER} }
	END
	start_tree_ready
	all_pids >before
}

# The next reload waits for a line in `fifo`.
hold_program() {
	mkfifo fifo
}

two_held() {
	[[ $(count_held) -eq 2 ]]
}

one_held() {
	[[ $(count_held) -eq 1 ]]
}

@test "D7: reload runs the programs again and applies the difference" {
	valued
	run -0 supervise reload
	assert_equal "$output" ""
	echo "exec \${WORKER} print=2" >body
	run -0 supervise reload --dry-run
	assert_equal "$(tr -s ' ' <<<"$output")" "restart w"
	all_pids | diff before -
	run -0 supervise reload
	assert_equal "$(tr -s ' ' <<<"$output")" "restart w"
	assert_equal "$(arguments w)" "print=2"
	assert_equal "$(pid_of other)" "$(awk '$1 == "other" { print $2 }' before)"
	echo "shutdown 9s" >>body
	run -0 supervise reload
	assert_equal "$(tr -s ' ' <<<"$output")" "change w"
}

@test "D7, S198: when a program fails in a reload nothing changes" {
	valued
	echo "echo sorry >&2; exit 1" >>p
	run -2 supervise reload
	assert_output "supervise.conf:1:17: this program ended with status 1"
	assert_output "    sorry"
	assert_output "nothing was changed"
	all_pids | diff before -
	printf '#!/bin/sh\necho exec "${NOWHERE}"; echo restart never\n' >p
	run -2 supervise reload
	assert_output 'exec "./p":2:9: "never" is no value of restart'
	kill -s HUP "$PID"
	wait_record event=error
	grep -q 'nothing was changed' records
	all_pids | diff before -
}

@test "D7: while a program runs for a reload the tree goes on" {
	valued
	hold_program
	echo "exec \${WORKER} print=2" >body
	client first reload
	program_runs
	kill -s KILL "$(child_pid other)"
	wait_record event=started child=other run=2
	run -0 supervise status other
	run -0 supervise restart other
	assert_equal "$(arguments w)" "print=1"
	echo go >fifo
	wait "$CLIENT"
	assert_equal "$(arguments w)" "print=2"
}

@test "D7: a reload whose program runs gives way to a later one" {
	valued
	hold_program
	client first reload
	program_runs
	run -1 supervise reload --dry-run
	assert_output "another reload still reads the file"
	rm fifo
	echo "exec \${WORKER} print=3" >body
	run -0 supervise reload
	refute wait "$CLIENT"
	grep -q "a later one came" first
	assert_equal "$(arguments w)" "print=3"
	eventually not_held
}

@test "a reload whose caller has gone is done all the same" {
	valued
	hold_program
	echo "exec \${WORKER} print=2" >body
	client first reload
	program_runs
	kill -s KILL "$CLIENT"
	wait "$CLIENT" || true
	echo go >fifo
	wait_record event=started child=w run=2
	assert_equal "$(arguments w)" "print=2"
}

@test "a stop while a program runs for a reload ends it" {
	valued
	hold_program
	client first reload
	program_runs
	stop_tree
	assert_status 0
	refute wait "$CLIENT"
	grep -q "everything stops" first
	eventually none_marked
}

# ---------------------------------------------------------------- add

@test "S91: what is added may be printed by a program" {
	valued
	echo "exec \${WORKER} print=2; restart transient" >body
	run -0 supervise add root 'worker x = exec ./p { shutdown 9s }'
	wait_record event=started child=x run=1
	assert_equal "$(arguments x)" "print=2"
	run -0 supervise spec x
	assert_output "shutdown 9s"
	assert_output "restart transient"
	run -0 supervise add --no-wait root \
		'supervisor s = exec "echo worker y = exec ./p"'
	wait_record event=started child=s/y
	assert_equal "$(arguments s/y)" "print=2"
	run -2 supervise add root 'worker z = exec "sh -c \"echo no >&2; exit 4\""'
	assert_output "added:1:17: this program ended with status 4"
	assert_output "    no"
	assert_output "the specification is wrong"
	run -4 supervise add nowhere 'worker z = exec ./p'
	run -1 supervise add root 'worker x = exec ./p'
	assert_output "has the name of a running child"
}

@test "while a program runs for an add the tree goes on, a stop ends it" {
	valued
	hold_program
	client first add root 'worker x = exec ./p'
	first=$CLIENT
	program_runs
	client second add root 'supervisor s { worker y = exec "./p" }'
	second=$CLIENT
	eventually two_held
	kill -s KILL "$(child_pid other)"
	wait_record event=started child=other run=2
	# Who leaves is added nothing.
	kill -s KILL "$second"
	wait "$second" || true
	eventually one_held
	echo go >fifo
	wait "$first"
	wait_record event=started child=x
	refute supervise status -q s
	client third add root 'worker z = exec ./p'
	program_runs
	stop_tree
	assert_status 0
	refute wait "$CLIENT"
	grep -q "everything stops" third
	eventually none_marked
}

@test "U8: a new engine runs the programs again" {
	valued
	echo "exec \${WORKER} print=2" >body
	kill -s KILL "$(engine_pid)"
	wait_record event=engine_started reread=true
	wait_record event=started child=w run=1
	eventually said "print=2" w
	printf '#!/bin/sh\nexit 1\n' >p
	kill -s KILL "$(engine_pid)"
	wait_record event=engine_started reread=false
	eventually said "print=1" w
}

@test "what a program leaves behind in a reload is killed" {
	valued
	cat >>p <<-'END'
		sleep 1001 &
		setsid sleep 1002 &
		(setsid sleep 1003 & )
		setsid sh -c 'trap "" TERM; sleep 1004 & sleep 1005; :' &
	END
	marked_pids | sort >processes
	run -0 supervise reload
	eventually no_others
}

no_others() {
	marked_pids | sort | cmp -s processes -
}

# said ARGUMENTS NAME: the child runs with these.
said() {
	[[ $(arguments "$2" 2>/dev/null) == "$1" ]]
}

@test "U8: an engine that is killed while a program runs leaves nothing" {
	valued
	hold_program
	client first reload
	program_runs
	kill -s KILL "$(engine_pid)"
	refute wait "$CLIENT"
	wait_record event=engine_died
	# The new engine has read the file, so the program has come to its line.
	echo go >fifo
	wait_record event=engine_started
	stop_tree
}
