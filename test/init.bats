#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# `init`: supervisors whose children a program prints, at each start.

load test_helper
load control_helper
load program_helper

teardown() {
	end_detached
	finish
}

# body [FILE]: what the program of the tree prints from now on.
body() {
	cat >"${1:-body}.new"
	mv "${1:-body}.new" "${1:-body}"
}

# A program that notes for whom it runs, waits for a line in `fifo` if there is
# one, prints the file `body` (or $1), and ends as the file `status` says.
printer() {
	program p <<-'END'
		echo "$SUPERVISE_NAME" >>runs
		[ ! -e fifo ] || read -r line <fifo
		cat "${1:-body}" || exit
		[ ! -e told ] || cat told >&2
		exit "$(cat status 2>/dev/null || echo 0)"
	END
}

# A tree with such a supervisor between two workers; it restarts nothing.
tree() {
	printer
	conf <<-END
		spec w(n) { exec \${WORKER} print=\${n} }
		worker first { exec \${WORKER} }
		supervisor s { init ./p; ignore 75; max_restarts 0 $* }
		worker last { exec \${WORKER} }
	END
}

# two: what most of these print.
two() {
	body <<-'END'
		worker a = w(1)
		worker b = w(2)
	END
}

# steps: what the last `run` printed, without the spaces.
steps() {
	tr -s ' ' <<<"$output"
}

crash() {
	kill -s KILL "$(child_pid "$1")"
}

# ---------------------------------------------------------------- starts

@test "init prints the children, at its place in the start order" {
	tree
	body <<-'END'
		strategy one_for_all
		worker a = w(1)
		supervisor below { worker c = w(3) }
		worker b = w(2)
	END
	start_tree_ready
	assert_story starting started <<-'END'
		starting root
		started first
		starting s
		started s/a
		starting s/below
		started s/below/c
		started s/below
		started s/b
		started s
		started last
		started root
	END
	assert_equal "$(arguments s/below/c)" "print=3"
	assert_equal "$(cat runs)" "s"
	run -0 supervise tree
	assert_output "s  one_for_all"
	run -0 supervise count s
	run -0 supervise spec s
	assert_output "init ./p"
	refute_output "worker"
	# What is printed of it reads back the same.
	run -0 supervise spec root
	assert_output "init ./p"
	echo "$output" >again.conf
	run -0 supervise -f again.conf check
}

@test "each restart runs it anew: other children, another strategy" {
	tree
	two
	start_tree_ready
	run -0 supervise add s 'worker added = exec "echo exec sleep 1000"'
	run -0 supervise delete b <<<"" || run -0 supervise stop b
	body <<-'END'
		worker c = w(3)
		worker b = w(4)
		strategy rest_for_one
	END
	crash s/a
	wait_record event=started supervisor=s run=2
	names | diff - <(printf '%s\n' first s s/c s/b last)
	assert_equal "$(arguments s/b)" "print=4"
	assert_record event=removed child=s/a
	assert_record event=removed child=s/added
	assert_equal "$(wc -l <runs)" 2
	run -0 supervise tree
	assert_output "s  rest_for_one"
	# The same child, whose runs are counted on.
	assert_record event=started child=s/b run=2
	run -0 supervise restart s
	assert_equal "$(wc -l <runs)" 3
}

@test "a worker may become a supervisor of its name, and come back" {
	tree
	two
	start_tree_ready
	body <<<'supervisor a { worker x = w(1) }'
	run -0 supervise restart s
	names | diff - <(printf '%s\n' first s s/a s/a/x last)
	two
	run -0 supervise restart s
	names | diff - <(printf '%s\n' first s s/a s/b last)
	run -0 supervise status s/a
}

@test "S22: printing nothing is a supervisor without children" {
	tree
	: >body
	start_tree_ready
	assert_equal "$(state_of s)" up
	names | diff - <(printf '%s\n' first s last)
}

@test "S20, S17: a status of ignore: it is down and the others go on" {
	tree
	two
	echo 75 >status
	start_tree_ready
	assert_record event=ignored supervisor=s reason=exit:75
	assert_equal "$(state_of s)" down
	refute_record event=report
	# Nobody asks it again, until somebody does.
	run -0 supervise start s
	assert_equal "$(wc -l <runs)" 2
	rm status
	run -0 supervise start s
	assert_equal "$(arguments s/b)" "print=2"
	# At a restart: down, without an error.
	echo 75 >status
	crash s/a
	wait_record event=ignored supervisor=s run=4
	refute_record event=report context=start_error
	stop_tree
	assert_status 0
}

@test "S20: the root says ignore: a normal end" {
	printer
	two
	echo 3 >status
	conf <<<'init ./p; ignore 3'
	run -0 supervise run
	assert_output "event=ignored supervisor=root"
	assert_equal "$(cat runs)" "root"
}

@test "the root's children may be printed" {
	printer
	body <<<'worker a { exec ${WORKER} }; max_restarts 9'
	conf <<<'init ./p'
	start_tree_ready
	run -0 supervise status root
	names | diff - <(echo a)
	run -0 supervise spec root
	assert_equal "$output" "init ./p"
	stop_tree
	assert_status 0
}

@test "S18: at boot a failure is that of its supervisor" {
	tree
	two
	echo 3 >status
	echo "it went wrong" >told
	run -1 supervise run
	assert_output 'event=start_failed supervisor=s run=1 reason=exit:3 error="init of s: this program ended with status 3, expected it to print the children and end with 0"'
	assert_output "it went wrong"
	assert_output "exited child=first"
	refute_output "event=started child=last"
	assert_output "supervise: could not start: s did not start: init of s: this program ended with status 3"
	conf <<<'init ./nowhere'
	run -1 supervise run
	assert_output "event=start_failed supervisor=root run=1 reason=start:ENOENT"
	assert_output "could not start: root did not start: init of root: command not found: ./nowhere"
	conf <<<"init sh -c 'kill -s SEGV \$\$'"
	run -1 supervise run
	assert_output "reason=signal:SEGV"
}

@test "S47, S52: at restarts each failure is an attempt that counts" {
	tree
	two
	start_tree_ready
	echo 3 >status
	crash s/a
	wait_tree
	assert_status 1
	assert_equal "$(count_records event=start_failed supervisor=s)" 3
	assert_equal "$(count_records event=restarting supervisor=root)" 3
	assert_record event=gave_up supervisor=root child=s reason=exit:3
	grep -q "gave up: s did not start: init of s: this program ended with status 3" records
	# What it had told is a line of that record, without an end of its own.
	grep -q 'event=error message="init of s: ' records
	refute grep -q 'event=error .*\\n"$' records
}

@test "S52: it is tried until it prints something" {
	tree
	two
	conf <<-'END'
		max_restarts 1000000
		spec w(n) { exec ${WORKER} print=${n} }
		supervisor s { init ./p; max_restarts 0 }
	END
	start_tree_ready
	echo 3 >status
	crash s/a
	eventually has_records 3 event=start_failed supervisor=s
	rm status
	eventually is_state up s
	wait_record event=started supervisor=s
	assert_equal "$(arguments s/b)" "print=2"
}

# ---------------------------------------------------------------- hostile ones

@test "a mistake in what is printed is placed there, and told to who asked" {
	tree
	two
	start_tree_ready
	printf 'worker a = w(1)\nworker b {\n\texce x\n  restart never\n}\n' | body
	run -1 supervise restart s
	assert_output 'init of s:3:2: "exce" is no directive, did you mean "exec"?'
	assert_output '    	exce x'
	assert_output 'init of s:4:11: "never" is no value of restart'
	assert_output 's did not start: init of s:3:2: "exce" is no directive'
	assert_record event=start_failed supervisor=s reason=start:EINVAL
	grep -q 'event=error message="init of s:4:11:' records
	assert_equal "$(state_of s)" down
	body <<<'worker a = nowhere'
	run -1 supervise start s
	assert_output 'init of s:1:12: there is no spec "nowhere"'
	body <<<'worker a = w(1) { link bee }; worker b = w(2)'
	run -1 supervise start s
	assert_output 's did not start: init of s: link: nothing is called bee'
	two
	run -0 supervise start s
	assert_equal "$(arguments s/a)" "print=1"
}

@test "a link to what another init prints later is made then" {
	tree
	body <<<'worker a = w(1) { link t/c }'
	body other <<<'worker c = w(3); worker d = w(4) { link first }'
	echo "supervisor t { init ./p other; max_restarts 0 }" >>supervise.conf
	echo "worker end = w(9) { link s/a }; max_restarts 9" >>supervise.conf
	start_tree_ready
	crash t/c
	wait_record event=exited child=s/a link=t/c
	wait_record event=exited child=end link=s/a
	wait_record event=started child=t/d run=2
}

@test "a name that no init need print is a warning of check and run, a path to one is none" {
	tree
	two
	echo "worker x = w(7) { link fist s/a }" >>supervise.conf
	local line='supervise.conf:5:24: warning: nothing in this file is called "fist", did you mean "first"? Expected its path, as "s/fist", if an init prints it'
	run -0 supervise check
	assert_output "$line"
	refute_output "called \"s/a\""
	start_tree_ready
	grep -qF "$line" records
	# Not below a supervisor whose children the file has.
	sed -i 's/fist/first\/a/' supervise.conf
	run -2 supervise check
	assert_output "\"first/a\" is no child that x can be linked to"
}

@test "a name that means nobody once all has started is told once, and again when it has meant somebody" {
	tree
	two
	conf <<-END
		max_restarts 99
		$(sed 's/max_restarts 0/max_restarts 99/' supervise.conf)
		worker x[3] { exec \${WORKER}; link s/b s/c }
		worker y { exec \${WORKER}; monitor s/d s/a; trap_exits }
	END
	start_tree_ready
	wait_record event=warning child=y name=s/d
	assert_record event=warning child=x.0 name=s/c
	for child in s y x.2; do
		supervise restart -q $child
	done
	supervise wait quiet
	assert_equal "$(count_records event=warning)" 2
	# An unlike reload says nothing new; one that removes s/b does.
	sed -i 's/trap_exits/trap_exits; shutdown 9s/' supervise.conf
	run -0 supervise reload
	assert_equal "$(steps)" "change y"
	body <<<'worker a = w(1); worker c = w(3)'
	run -0 --separate-stderr supervise reload
	# shellcheck disable=SC2154 # run sets it
	assert_equal "$stderr" "supervise: x.0: link: nothing is called s/b"
	assert_equal "$(count_records event=warning)" 3
	two
	run -0 --separate-stderr supervise reload
	assert_equal "$stderr" "supervise: x.0: link: nothing is called s/c"
	assert_equal "$(count_records event=warning child=x.0 name=s/c)" 2
}

@test "nothing is said of a name while an init runs that may print it" {
	tree
	two
	mkfifo fifo
	echo "worker x = w(7) { link s/a }; worker y = w(8) { link s/z }" >>supervise.conf
	start_tree
	wait_record event=started child=first
	run -0 supervise status
	refute_record event=warning
	echo >fifo
	wait_record event=warning child=y name=s/z
	supervise restart --no-wait s
	wait_record event=stopping child=s/a
	program_runs
	refute_record event=warning child=x
	echo >fifo
	supervise wait quiet
	assert_equal "$(count_records event=warning)" 1
}

@test "D7: a reload tells when what a printed child names has gone" {
	tree
	sed -i 's/max_restarts 0/max_restarts 9/' supervise.conf
	echo "worker b = w(5); worker c = w(6)" >>supervise.conf
	body <<<'worker a = w(1) { link b; monitor c }'
	start_tree_ready
	sed -i '$d' supervise.conf
	run -1 --separate-stderr supervise reload
	# shellcheck disable=SC2154 # run sets it
	assert_equal "${stderr_lines[0]}" "supervise: s/a: link: nothing is called b"
	assert_equal "${stderr_lines[1]}" "supervise: s/a: monitor: nothing is called c"
	assert_record event=warning child=s/a name=b
	assert_record event=warning child=s/a name=c
	run -1 --separate-stderr supervise reload
	assert_equal "${#stderr_lines[@]}" 1
}

@test "bytes that are no text, and too many of them, are refused" {
	tree
	two
	start_tree_ready
	printf 'worker a { exec a\000b }' | body
	run -1 supervise restart s
	assert_output "init of s:1:18: NUL byte"
	printf 'worker a\033 { exec a }' | body
	run -1 supervise start s
	assert_output "init of s:1:9: "
	yes '# again' | head -c 1100000 | body
	run -1 supervise start s
	assert_output "init of s: this program printed more than 1 MiB"
	assert_record event=start_failed supervisor=s reason=start:EFBIG
	printf 'worker \377\376 { exec a }' | body
	run -1 supervise start s
	assert_output "init of s:1:8: "
	assert_equal "$(state_of last)" up
}

@test "one that prints itself comes to its end" {
	conf <<<"supervisor s { init ./self }"
	program self <<<'echo "supervisor s { init ./self }"'
	run -1 supervise run
	assert_output "init of s/s/s/s:1:16: programs whose output names programs are nested too deeply"
}

@test "what it leaves behind is killed, with the pipe that it holds" {
	program p <<-'END'
		sleep 1001 &
		setsid sleep 1002 &
		(setsid sleep 1003 & )
		echo 'worker a { exec sleep 1000 }'
	END
	conf <<<'supervisor s { init ./p }'
	start_tree_ready
	eventually only_one_sleeps
	supervise restart s
	eventually only_one_sleeps
}

only_one_sleeps() {
	[[ $(for pid in $(marked_pids); do
		tr '\0' ' ' <"/proc/$pid/cmdline"
		echo
	done 2>/dev/null | grep '^sleep') == "sleep 1000 " ]]
}

@test "one that does not end is killed after its time" {
	program p <<-'END'
		echo 'worker a { exec sleep 1000 }'
		exec >&- 2>&-
		trap '' TERM
		setsid sleep 1001 &
		sleep 1002
	END
	conf <<-'END'
		max_restarts 0
		worker first { exec sleep 1000 }
		supervisor s { init ./p }
	END
	start_tree
	wait_tree
	assert_status 1
	assert_record event=start_failed supervisor=s reason=timeout
	grep -q "this program did not end within 10 s" records
}

@test "while it runs the tree goes on, and requests to it wait" {
	tree
	two
	mkfifo fifo
	printf 'go\n' >fifo 3>&- &
	start_tree_ready
	crash s/a
	program_runs
	crash last
	wait_record event=started child=last run=2
	run -3 supervise status s
	assert_output starting
	client added add s 'worker x = exec "echo exec sleep 1000"'
	run -0 supervise restart first
	echo go >fifo
	wait "$CLIENT"
	wait_record event=started child=s/x run=1
	names | diff - <(printf '%s\n' first s s/a s/b s/x last)
}

@test "a stop while it runs kills it: of all, of its supervisor, twice" {
	tree
	two
	mkfifo fifo
	start_tree
	program_runs
	stop_tree
	assert_status 0
	eventually none_marked
	assert_record event=ended supervisor=s run=1 reason=shutdown
	start_tree
	program_runs
	kill -s TERM "$PID"
	kill -s TERM "$PID" 2>/dev/null || true
	wait_tree
	eventually none_marked
	rm fifo
	start_tree_ready
	mkfifo fifo
	client restarted restart s
	program_runs
	run -0 supervise stop s
	eventually not_held
	refute wait "$CLIENT"
	grep -q "was stopped while it started" restarted
	assert_equal "$(state_of s)" down
	assert_equal "$(state_of last)" up
}

@test "U8: an engine that is killed while it runs leaves nothing" {
	tree
	two
	start_tree_ready
	mkfifo fifo
	client restarted restart s
	program_runs
	kill -s KILL "$(engine_pid)"
	wait_record event=engine_started
	refute wait "$CLIENT"
	rm fifo.old 2>/dev/null || true
	# The new engine runs it as at first.
	program_runs
	echo go >fifo
	eventually is_state up root
	assert_equal "$(arguments s/b)" "print=2"
	stop_tree
}

@test "it finds its supervisor's name and socket, and what supervise has" {
	program p <<-'END'
		env >found
		"$SUPERVISE" status first >>found
	END
	conf <<-'END'
		worker first { exec sleep 1000 }
		supervisor s[2] { supervisor t { init ./p ${instance} } }
	END
	export GIVEN=yes SUPERVISE
	start_tree_ready
	grep -q '^SUPERVISE_NAME=s.1/t$' found
	grep -q '^SUPERVISE_SOCKET=/' found
	grep -q '^GIVEN=yes$' found
	grep -q '^first  up' found
}

# ---------------------------------------------------------------- more of them

@test "nested: what is printed prints, and children of = exec" {
	tree
	body <<-'END'
		max_restarts 5
		supervisor t { init ./p inner; strategy one_for_all }
		worker b = exec "echo exec sleep 1002"
	END
	body inner <<-'END'
		worker c = w(3)
		worker d { exec ${WORKER}; link b }
	END
	start_tree_ready
	names | diff - <(printf '%s\n' first s s/t s/t/c s/t/d s/b last)
	assert_equal "$(cat runs)" $'s\ns/t'
	# The inner one alone starts anew.
	body inner <<<'worker e = w(4)'
	run -0 supervise restart s/t
	names | diff - <(printf '%s\n' first s s/t s/t/e s/b last)
	assert_equal "$(wc -l <runs)" 3
	run -0 supervise restart s
	assert_equal "$(tail -n 2 runs)" $'s\ns/t'
	run -0 supervise spec t
	assert_output "init ./p inner"
}

@test "a dynamic supervisor may have one, and one may be added" {
	tree "; strategy dynamic"
	two
	start_tree_ready
	run -0 supervise add s 'worker x = exec "echo exec sleep 1000"'
	run -0 supervise restart s
	names | diff - <(printf '%s\n' first s s/a s/b last)
	body other <<<'worker y { exec sleep 1000 }'
	run -0 supervise add s 'supervisor d { init ./p other; ignore 75 }'
	wait_record event=started child=s/d/y
	echo 75 >status
	# S114
	run -0 supervise add s 'supervisor e { init ./p other; ignore 75 }'
	refute supervise status -q e
	echo 4 >status
	run -1 supervise add s 'supervisor e { init ./p other; ignore 75 }'
	assert_output "init of s/e: this program ended with status 4"
	refute supervise status -q e
	rm status
	run -0 supervise stop d
	refute supervise status -q s/d/y
}

@test "a thousand children come, go and come back" {
	tree
	for i in {1..1000}; do echo "worker c$i = w($i)"; done | body
	start_tree_ready
	assert_equal "$(names | wc -l)" 1003
	for i in {1000..501} {1001..1200}; do echo "worker c$i = w($i)"; done | body
	run -0 supervise restart -q s
	assert_equal "$(names | wc -l)" 703
	names | sed -n '3p;502p;703p' | diff - <(printf '%s\n' s/c1000 s/c501 last) ||
		names | sed -n '3p;502p;703p'
}

# ---------------------------------------------------------------- reload

@test "D7: reload runs it again and applies the difference" {
	tree
	two
	start_tree_ready
	all_pids >before
	run -0 supervise reload
	assert_equal "$output" ""
	assert_equal "$(wc -l <runs)" 2
	body <<-'END'
		worker c = w(3)
		worker a = w(1) { shutdown 9s }
		worker b = w(4)
		max_restarts 5
	END
	run -0 supervise reload --dry-run
	diff <(steps) - <<-'END'
		change s
		start s/c
		change s/a
		restart s/b
	END
	planned=$output
	all_pids | diff before -
	run -0 supervise reload
	assert_equal "$output" "$planned"
	names | diff - <(printf '%s\n' first s s/c s/a s/b last)
	all_pids | grep -vE '^s/(b|c) ' | diff <(grep -v '^s/b ' before) -
	assert_equal "$(arguments s/b)" "print=4"
	run -0 supervise spec a
	assert_output "shutdown 9s"
	refute_record event=starting supervisor=s run=2
	body <<<'worker b = w(4)'
	run -0 supervise reload
	diff <(steps) - <<-'END'
		stop s/a
		stop s/c
		change s
	END
	# What came by the reload is what a restart has.
	run -0 supervise restart s
	names | diff - <(printf '%s\n' first s s/b last)
}

@test "D7, S198: when it fails in a reload nothing changes" {
	tree
	two
	start_tree_ready
	all_pids >before
	echo "worker new { exec sleep 1000 }" >>supervise.conf
	echo 3 >status
	echo sorry >told
	run -2 supervise reload
	assert_output "init of s: this program ended with status 3"
	assert_output "sorry"
	assert_output "init of s failed; nothing was changed"
	rm status
	body <<<'worker a = w(1); exce'
	run -2 supervise reload
	assert_output 'init of s:1:18: "exce" is no directive'
	kill -s HUP "$PID"
	wait_record event=error
	grep -q 'reload: init of s failed; nothing was changed' records
	all_pids | diff before -
	two
	run -0 supervise reload
	assert_equal "$(steps)" "start new"
}

@test "a link that means nothing is no matter any more when it is not printed" {
	tree
	two
	start_tree_ready
	body <<<'worker c = w(3) { link nobody }'
	run -1 supervise restart s
	assert_output "link: nothing is called nobody"
	two
	run -0 supervise start s
	assert_equal "$(names)" "$(printf '%s\n' first s s/a s/b last)"
}

@test "D7: a reload tells of a name in what is printed that means nothing" {
	tree
	two
	start_tree_ready
	body <<-'END'
		worker a = w(1)
		worker b = w(2)
		worker c = w(3) { link nobody }
		worker d = w(4) { link e }
		worker e = w(5)
	END
	run -1 supervise reload
	assert_output "init of s: link: nothing is called nobody; every step succeeded, but the next start of this supervisor will not"
	refute_output "did not succeed"
	assert_equal "$(names)" "$(printf '%s\n' first s s/a s/b s/c s/d s/e last)"
	sed -i 's/nobody/last/' body
	run -0 supervise reload
	crash last
	wait_record event=exited child=s/c reason=killed link=last
}

@test "D7: one that is not needed now, or not up, is left as it is" {
	tree
	two
	start_tree_ready
	all_pids >before
	echo 75 >status
	body <<<'worker z = w(1)'
	local kept="keep s, whose init says that it is not needed now"
	run -0 supervise reload --dry-run
	assert_equal "$(steps)" "$kept"
	run -0 supervise reload
	assert_equal "$(steps)" "$kept"
	run -0 supervise reload --json
	assert_output '"action":"keep","child":"s","reason":"exit:75"'
	all_pids | diff before -
	rm status
	run -0 supervise stop s
	echo "supervisor t { init ./p }" >>supervise.conf
	run -0 supervise reload
	assert_equal "$(steps)" "start t"
	# That of s did not run, t starts with its own.
	assert_equal "$(cat runs)" $'s\ns\ns\ns\nt'
	names | diff - <(printf '%s\n' first s s/a s/b last t t/z)
	run -0 supervise start s
	names | diff - <(printf '%s\n' first s s/z last t t/z)
}

@test "D7: a supervisor gets an init, another one, and loses it" {
	tree
	two
	body other <<<'worker c = w(3)'
	sed 's|init ./p; ignore 75;|worker a = w(1)\n|' supervise.conf >with
	mv supervise.conf init.conf
	mv with supervise.conf
	start_tree_ready
	all_pids >before
	cp init.conf supervise.conf
	run -0 supervise reload
	diff <(steps) - <<-'END'
		change s
		start s/b
	END
	all_pids | grep -v '^s/b ' | diff before -
	sed -i 's|init ./p|init ./p other|' supervise.conf
	run -0 supervise reload
	diff <(steps) - <<-'END'
		stop s/b
		stop s/a
		change s
		start s/c
	END
	sed -i 's|init ./p other; ignore 75;|worker c = w(3)\n|' supervise.conf
	run -0 supervise reload
	assert_equal "$(steps)" "change s"
	echo 3 >status
	run -0 supervise restart s
	names | diff - <(printf '%s\n' first s s/c last)
	# With one that is down: it runs when that starts.
	rm status
	run -0 supervise stop s
	cp init.conf supervise.conf
	run -0 supervise reload
	run -0 supervise start s
	names | diff - <(printf '%s\n' first s s/a s/b last)
}

@test "D7: those that are printed run as well, and what is not there does not" {
	tree
	body <<-'END'
		supervisor t { init ./p inner }
		supervisor u { init ./p inner }
	END
	body inner <<<'worker c = w(3)'
	start_tree_ready
	all_pids >before
	run -0 supervise stop s/u
	rm runs
	body inner <<-'END'
		worker c = w(3)
		worker d = w(4)
	END
	run -0 supervise reload
	assert_equal "$(steps)" "start s/t/d"
	assert_equal "$(cat runs)" $'s\ns/t'
	assert_equal "$(pid_of s/t/c)" "$(awk '$1 == "s/t/c" { print $2 }' before)"
	body <<<'supervisor t { init ./p other }'
	run -2 supervise reload
	assert_output "init of s/t: this program ended with status"
	body other <<<'worker c = w(3)'
	run -0 supervise reload
	diff <(steps) - <<-'END'
		stop s/u
		stop s/t/d
		change s/t
	END
	assert_equal "$(pid_of s/t/c)" "$(awk '$1 == "s/t/c" { print $2 }' before)"
}

@test "D7: the root's init in a reload" {
	printer
	body <<<'worker a { exec ${WORKER} }'
	conf <<<'init ./p'
	start_tree_ready
	all_pids >before
	body <<-'END'
		max_restarts 7
		worker a { exec ${WORKER} }
		worker b { exec ${WORKER} }
	END
	run -0 supervise reload
	diff <(steps) - <<-'END'
		change root
		start b
	END
	all_pids | grep -v '^b ' | diff before -
	conf <<<'worker b { exec ${WORKER} }'
	run -0 supervise reload
	diff <(steps) - <<-'END'
		stop a
		change root
	END
}

@test "D7: while it runs for a reload the tree goes on; a stop, and a later one, end it" {
	tree
	two
	start_tree_ready
	mkfifo fifo
	local first
	client first reload
	program_runs
	crash last
	wait_record event=started child=last run=2
	run -1 supervise reload --dry-run
	assert_output "another reload still reads the file"
	first=$CLIENT
	client second reload
	refute wait "$first"
	program_runs
	stop_tree
	assert_status 0
	grep -q "a later one came" first
	grep -q "everything stops" second
	eventually none_marked
}

@test "D7: many run at a time, but not all at once" {
	printer
	program p <<-'END'
		echo "$SUPERVISE_NAME" >>runs
		echo 'worker w { exec sleep 1000 }'
	END
	conf <<<'supervisor s[30] { init ./p ${instance} }'
	start_tree_ready
	assert_equal "$(wc -l <runs)" 30
	run -0 supervise reload
	assert_equal "$(sort -u runs | wc -l)" 30
	assert_equal "$(wc -l <runs)" 60
}

@test "a supervisor that starts during a reload has what it says last" {
	tree
	two
	start_tree_ready
	# The first step of the reload waits for one that does not stop.
	body <<-'END'
		worker slow { ready fd 3; exec ${WORKER} ignore=TERM ready=3; shutdown infinity }
		worker a = w(1)
		worker b = w(2)
	END
	run -0 supervise restart s
	body <<-'END'
		worker a = w(3)
		worker b = w(4)
		worker x { exec sleep 1000 }
	END
	client reloaded reload
	wait_record event=stopping child=s/slow
	body <<<'worker y = w(5)'
	crash s/slow
	wait "$CLIENT" || true
	run -0 supervise wait -t 15 quiet
	run -0 supervise restart s
	names | diff - <(printf '%s\n' first s s/y last)
	run -0 supervise reload
	assert_equal "$output" ""
}

@test "U8: a new engine starts as at first" {
	tree
	two
	start_tree_ready
	body <<<'worker z = w(9)'
	kill -s KILL "$(engine_pid)"
	wait_record event=started child=s/z run=1
	eventually is_state up root
	names | diff - <(printf '%s\n' first s s/z last)
}

@test "check does not run it, and says who decides" {
	tree
	run -0 supervise check
	assert_output "s  one_for_one, 0 restarts in 5 s, init ./p"
	assert_output "what init prints when it starts decides"
	assert_output "stop takes at most      for ever"
	refute [ -e runs ]
	run -0 supervise check -p
	assert_output "init ./p"
}
