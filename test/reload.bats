#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# `reload`: the running tree becomes what its file says, touching no process
# that does not have to change (D7).

# Many pairs of files, each with a second tree, on a machine that does more.
BATS_TEST_TIMEOUT=240

load test_helper
load control_helper

teardown() {
	end_detached
	finish
}

# Three children and one below, all up.
shop() {
	conf <<-'END'
		worker a { exec ${WORKER} }
		worker b { exec ${WORKER} }
		supervisor s { worker x { exec ${WORKER} }; worker y { exec ${WORKER} } }
	END
	start_tree_ready
	all_pids >before
}

# same_pids NAME...: these run in the process that they had before.
same_pids() {
	local name
	for name; do
		assert_equal "$(pid_of "$name")" "$(awk -v n="$name" '$1 == n { print $2 }' before)"
	done
}

# other_pid NAME: it runs, in a process of its own.
other_pid() {
	local pid
	pid=$(pid_of "$1")
	[[ $pid != "$(awk -v n="$1" '$1 == n { print $2 }' before)" ]] ||
		fail "$1 was not restarted"
}

# steps: what the last `run` printed, without the spaces.
steps() {
	tr -s ' ' <<<"$output"
}

@test "nothing changed: nothing is done" {
	shop
	run -0 supervise reload --dry-run
	assert_equal "$output" ""
	run -0 supervise reload
	assert_equal "$output" ""
	same_pids a b s/x s/y
	echo "# a remark" >>supervise.conf
	run -0 supervise reload
	assert_equal "$output" ""
}

@test "--dry-run prints the plan and changes nothing" {
	shop
	conf <<-'END'
		worker a { exec ${WORKER} say=new }
		worker c { exec ${WORKER} }
		supervisor s { worker y { exec ${WORKER}; shutdown 9s }; worker x { exec ${WORKER} } }
	END
	run -0 supervise reload --dry-run
	assert_equal "$(steps)" "stop b
restart a
start c
change s/y"
	all_pids | diff before -
	run -4 supervise status c
	run -0 supervise reload --dry-run --json
	assert_json_lines <<<"$output"
	run -0 supervise reload
	assert_output "stop"
	same_pids s/x s/y
	other_pid a
	run -4 supervise status b
	run -0 supervise status c
}

@test "S198: a wrong file changes nothing, the diagnostics come back" {
	shop
	conf <<-'END'
		worker a { exce ${WORKER} }
		worker b { exec ${NOWHERE_SET} }
	END
	run -2 supervise reload
	assert_output 'supervise.conf:1:12: "exce" is no directive, did you mean "exec"?'
	assert_output "supervise.conf:2:"
	assert_output "nothing was changed"
	# Without the file only its path tells which supervisor is meant.
	SUPERVISE_SOCKET=$(socket_path)
	export SUPERVISE_SOCKET
	rm supervise.conf
	run -2 supervise reload
	all_pids | diff before -
	assert_equal "$(names | tr '\n' ' ')" "a b s s/x s/y "
}

@test "D7, S200: new children start in order, in their place" {
	shop
	conf <<-'END'
		worker first { exec ${WORKER} }
		worker a { exec ${WORKER} }
		worker between { exec ${WORKER} }
		worker b { exec ${WORKER} }
		supervisor s { worker w { exec ${WORKER} }; worker x { exec ${WORKER} }; worker y { exec ${WORKER} } }
		supervisor t { strategy one_for_all; worker z { exec ${WORKER} }; worker zz { exec ${WORKER} } }
	END
	: >records
	run -0 supervise reload
	assert_equal "$(names | tr '\n' ' ')" "first a between b s s/w s/x s/y t t/z t/zz "
	same_pids a b s/x s/y
	assert_story started <<-'END'
		started first
		started between
		started s/w
		started t/z
		started t/zz
		started t
	END
	kill -s KILL "$(pid_of z)"
	wait_record event=started child=t/zz run=2
}

@test "S201: children that are gone stop in reverse order, and stay away" {
	shop
	conf <<<'supervisor s { worker y { exec ${WORKER} } }'
	: >records
	run -0 supervise reload
	assert_story stopping exited removed <<-'END'
		stopping s/x
		exited s/x shutdown
		removed s/x
		stopping b
		exited b shutdown
		removed b
		stopping a
		exited a shutdown
		removed a
	END
	same_pids s/y
	supervise restart -q s
	assert_equal "$(names | tr '\n' ' ')" "s s/y "
}

@test "another command, folder or environment: restarted one at a time, each until ready" {
	conf <<-'END'
		worker a { exec ${WORKER} }
		worker b { exec ${WORKER} }
		worker c { exec ${WORKER} }
		worker d { exec ${WORKER} }
	END
	start_tree_ready
	all_pids >before
	conf <<-'END'
		worker a { ready fd 3; exec ${WORKER} log=log wait=go ready=3 }
		worker b { cwd /tmp; exec ${WORKER} }
		worker c { env X=1; exec ${WORKER} }
		worker d { exec ${WORKER} }
	END
	supervise check -q || sed -i 's/^worker b.*/worker b { directory \/tmp; exec ${WORKER} }/; s/env X=1/environment X=1/' supervise.conf
	supervise reload >steps 3>&- &
	local asked=$!
	wait_log start a
	same_pids b c d
	run -124 supervise wait -t 0.1 ready a
	is_alive "$asked"
	touch go
	wait "$asked"
	other_pid a
	other_pid b
	other_pid c
	same_pids d
	refute_record event=restarting
}

@test "S199, S203, S205: policy alone changes in place; the history stays" {
	conf <<-'END'
		strategy one_for_one
		max_restarts 5
		worker a { exec ${WORKER} }
		worker b { exec ${WORKER}; shutdown 1s }
	END
	start_tree_ready
	kill -s KILL "$(pid_of a)"
	wait_record event=started child=a run=2
	all_pids >before
	conf <<-'END'
		strategy one_for_all
		max_restarts 2
		max_seconds 60
		worker a { exec ${WORKER}; restart transient; normal 7 }
		worker b { exec ${WORKER}; shutdown brutal_kill }
	END
	run -0 supervise reload
	same_pids a b
	supervise spec root >printed
	grep -q one_for_all printed
	grep -q brutal_kill printed
	supervise status --json root | jq -e '.restarts == 1 and .max_restarts == 2 and .strategy == "one_for_all"'
	kill -s KILL "$(pid_of a)"
	wait_record event=restarting strategy=one_for_all restarts=2
	wait_record event=started child=b run=2
	assert_record event=exited child=b run=1 reason=killed
	kill -s KILL "$(pid_of b)"
	wait_tree
	assert_status 1
	assert_record event=gave_up restarts=3 max_restarts=2
}

@test "S202: another order is taken over without touching a process" {
	shop
	conf <<-'END'
		supervisor s { worker y { exec ${WORKER} }; worker x { exec ${WORKER} } }
		worker b { exec ${WORKER} }
		worker a { exec ${WORKER} }
	END
	run -0 supervise reload
	same_pids a b s/x s/y
	assert_equal "$(names | tr '\n' ' ')" "s s/y s/x b a "
	stop_tree
	assert_story exited <<-'END'
		exited a shutdown
		exited b shutdown
		exited s/x shutdown
		exited s/y shutdown
	END
}

@test "a rename is a stop and a start" {
	shop
	sed -i 's/worker a/worker z/' supervise.conf
	run -0 supervise reload
	assert_equal "$(steps)" "stop a
start z"
	same_pids b s/x s/y
	run -4 supervise status a
}

@test "a worker that becomes a supervisor, and back" {
	shop
	conf <<-'END'
		supervisor a { worker inner { exec ${WORKER} } }
		worker b { exec ${WORKER} }
		worker s { exec ${WORKER} }
	END
	run -0 supervise reload
	assert_equal "$(names | tr '\n' ' ')" "a a/inner b s "
	same_pids b
	assert_equal "$(state_of a/inner)" up
	assert_equal "$(state_of s)" up
	conf <<-'END'
		worker a { exec ${WORKER} }
		worker b { exec ${WORKER} }
	END
	run -0 supervise reload
	assert_equal "$(names | tr '\n' ' ')" "a b "
	same_pids b
}

@test "children that were added stay, behind those of the file" {
	shop
	supervise add -q root "worker mine { exec $WORKER }"
	supervise add -q s "worker mine2 { exec $WORKER }"
	all_pids >before
	conf <<-'END'
		supervisor s { worker x { exec ${WORKER} }; worker z { exec ${WORKER} } }
		worker a { exec ${WORKER} }
		worker c { exec ${WORKER} }
	END
	run -0 supervise reload
	same_pids mine s/mine2 s/x a
	assert_equal "$(names | tr '\n' ' ')" "s s/x s/z s/mine2 a c mine "
}

@test "a child that is down stays down, with its new specification" {
	conf <<<'worker a { exec ${WORKER} }; worker t { restart transient; exec ${WORKER} exit=0 }'
	start_tree_ready
	supervise stop -q a
	supervise wait -t 60 down t
	conf <<<'worker a { exec ${WORKER} say=new }; worker t { restart transient; exec ${WORKER} exit=0 say=x }'
	run -0 supervise reload
	assert_equal "$(state_of a)" down
	assert_equal "$(state_of t)" down
	run -0 supervise spec a
	assert_output "say=new"
	supervise start -q a
	tr '\0' ' ' <"/proc/$(pid_of a)/cmdline" | grep -q say=new
}

@test "a start that fails is reported, and the rest is done" {
	shop
	conf <<-'END'
		worker a { exec ${WORKER} }
		worker bad { exec ./nosuch }
		worker good { exec ${WORKER} }
		supervisor s { worker x { exec ${WORKER} say=new }; worker y { exec ${WORKER} } }
	END
	run -1 supervise reload
	assert_output "1 of 4 steps did not succeed"
	same_pids a s/y
	other_pid s/x
	assert_equal "$(state_of good)" up
	assert_equal "$(state_of bad)" down
	run -4 supervise status b
	ln -s "$WORKER" nosuch
	run -0 supervise start bad
}

@test "what failed to start is started by the reload that mends it, be it new or not" {
	file() {
		conf <<-END
			worker a { exec $1 }
			worker b { exec \${WORKER} }
			supervisor p { strategy dynamic; worker c { exec \${WORKER} }; $2 }
			$3
		END
	}
	file '${WORKER}'
	start_tree_ready
	all_pids >before
	local more='worker bad { exec ./nosuch }
		worker once { restart temporary; exec ./nosuch }
		supervisor s { worker x { exec ./nosuch }; worker y { exec ${WORKER} } }'
	file ./nosuch 'worker d { exec ./nosuch }' "$more"
	run -1 supervise reload
	assert_output "5 of 5 steps did not succeed"
	assert_equal "$(state_of a) $(state_of bad) $(state_of s)" "down down down"
	# Still wrong: it is tried again, and told again.
	run -1 supervise reload
	assert_output "a did not start: command not found: ./nosuch"
	file '${WORKER}' 'worker d { exec ${WORKER} }' "${more//.\/nosuch/\$\{WORKER\}}"
	run -0 supervise reload
	assert_equal "$(steps)" "start a
start p/d
start bad
start once
start s
change s/x"
	assert_equal "$(names | tr '\n' ' ')" "a b p p/c p/d bad once s s/x s/y "
	run -0 supervise wait -t 60 up a p/d bad once s/x s/y
	same_pids b p/c
	run -0 supervise reload
	assert_equal "$output" ""
}

@test "what is stopped after its start has failed stays down at a reload" {
	shop
	conf <<<'worker a { exec ./nosuch }'
	run -1 supervise reload
	run -0 supervise stop a
	conf <<<'worker a { exec ${WORKER} }'
	run -0 supervise reload
	assert_equal "$(steps)" "change a"
	assert_equal "$(state_of a)" down
}

@test "D7: SIGHUP reloads; a wrong file is told in the records" {
	shop
	conf <<<'worker a { exec ${WORKER} }; worker c { exec ${WORKER} }'
	kill -s HUP "$PID"
	wait_record event=started child=c
	eventually not_there b
	same_pids a
	conf <<<'worker a { exce true }'
	kill -s HUP "$PID"
	wait_record event=error
	is_alive "$PID"
	same_pids a
}

not_there() {
	! supervise status -q "$1" 2>/dev/null
}

@test "what crashes later comes back as the new file says" {
	shop
	conf <<-'END'
		worker a { exec ${WORKER}; max_restarts 9 }
		worker b { exec ${WORKER} }
		supervisor s { strategy one_for_all; worker x { exec ${WORKER} }; worker y { exec ${WORKER} }; worker z { exec ${WORKER} } }
	END
	sed -i 's/; max_restarts 9//' supervise.conf
	run -0 supervise reload
	kill -s KILL "$(pid_of s/x)"
	wait_record event=started child=s/z run=2
	supervise restart -q s
	assert_equal "$(names | tr '\n' ' ')" "a b s s/x s/y s/z "
	kill -s KILL "$(engine_pid)"
	wait_record event=engine_started
	eventually supervise wait -t 60 ready s/z a b
}

@test "S204: a dynamic supervisor: max_children below the number stops nobody" {
	conf <<<'supervisor pool { strategy dynamic; worker a[3] { exec ${WORKER} } }'
	start_tree_ready
	supervise add -q pool "worker mine { exec $WORKER }"
	all_pids >before
	conf <<<'supervisor pool { strategy dynamic; max_children 3; worker a[3] { exec ${WORKER} } }'
	run -0 supervise reload
	all_pids | diff before -
	run -1 supervise add pool "worker more { exec $WORKER }"
	assert_output max_children
	conf <<<'supervisor pool { strategy dynamic; worker a[2] { exec ${WORKER} }; worker b { exec ${WORKER} } }'
	run -0 supervise reload
	same_pids pool/a.0 pool/a.1 pool/mine
	run -4 supervise status pool/a.2
	run -0 supervise status pool/b
}

@test "temporary children that have gone are not in the way of later reloads" {
	conf <<<'worker t { restart temporary; exec ${WORKER} exit=0 }; supervisor s { worker x { exec ${WORKER} }; worker t { restart temporary; exec ${WORKER} exit=0 } }'
	start_tree_ready
	wait_record event=removed child=t
	wait_record event=removed child=s/t
	conf <<<'supervisor s { worker x { exec ${WORKER} } }; worker y { exec ${WORKER} }'
	run -0 supervise reload
	conf <<<'worker z { exec ${WORKER} }; supervisor s { worker x { exec ${WORKER} } }'
	run -0 supervise reload
	supervise restart -q s
	assert_equal "$(names | tr '\n' ' ')" "z s s/x "
	conf <<<'worker t { exec ${WORKER} }; supervisor s { worker x { exec ${WORKER} }; worker t { exec ${WORKER} } }'
	run -0 supervise reload
	assert_equal "$(names | tr '\n' ' ')" "t s s/x s/t "
	assert_equal "$(state_of t)" up
}

@test "SIGHUP during a reload: the file is read once more" {
	conf <<<'worker slow { ready fd 3; exec ${WORKER} ignore=TERM ready=3; shutdown 700ms }'
	start_tree_ready
	conf <<<'worker one { exec ${WORKER} }'
	kill -s HUP "$PID"
	wait_record event=stopping child=slow
	conf <<<'worker one { exec ${WORKER} }; worker two { exec ${WORKER} }'
	kill -s HUP "$PID"
	wait_record event=started child=one
	wait_record event=started child=two
}

@test "below a supervisor that is down the file holds from its next start on" {
	conf <<-'END'
		supervisor s { worker x { exec ${WORKER} }; worker y { exec ${WORKER} } }
		supervisor pool { strategy dynamic; worker p { exec ${WORKER} }; worker q { exec ${WORKER} } }
	END
	start_tree_ready
	supervise stop -q s pool
	conf <<-'END'
		supervisor s { worker y { exec ${WORKER} print=new }; worker z { exec ${WORKER} } }
		supervisor pool { strategy dynamic; worker q { exec ${WORKER} }; worker r { exec ${WORKER} } }
	END
	run -0 supervise reload
	assert_equal "$(steps)" "stop s/x
change s/y
start s/z
start pool/r"
	run -0 supervise reload
	assert_equal "$output" ""
	run -0 supervise start s pool
	assert_equal "$(names | tr '\n' ' ')" "s s/y s/z pool pool/q pool/r "
	run -0 supervise status -q s/y s/z pool/q pool/r
	grep -qz print=new "/proc/$(pid_of s/y)/cmdline"
}

@test "more variables than any child had before" {
	conf <<<'worker a { exec ${WORKER} }'
	start_tree_ready
	conf <<END
worker a {
$(for ((n = 0; n < 200; n++)); do echo "	env V$n=$n"; done)
	exec \${WORKER}
}
END
	run -0 supervise reload
	grep -qzx V199=199 "/proc/$(pid_of a)/environ"
}

@test "the plan names new children by their path, as the others" {
	shop
	conf <<'END'
worker a { exec ${WORKER} }
worker b { exec ${WORKER} }
supervisor s { worker x { exec ${WORKER} }; worker z { exec ${WORKER} } }
END
	run -0 supervise reload --dry-run --json
	assert_json_lines <<<"$output"
	assert_output '"action":"stop","supervisor":"s","child":"s/y"'
	assert_output '"action":"start","supervisor":"s","child":"s/z"'
}

@test "a child that was added and is written into the file then is not touched" {
	shop
	supervise add -q root "worker c { exec $WORKER }"
	supervise add -q s "worker z { exec $WORKER; shutdown 2s }"
	all_pids >before
	conf <<'END'
worker c { exec ${WORKER} }
worker a { exec ${WORKER} }
worker b { exec ${WORKER} }
supervisor s { worker x { exec ${WORKER} }; worker y { exec ${WORKER} }; worker z { exec ${WORKER} } }
END
	run -0 supervise reload
	assert_equal "$(steps)" "change s/z"
	same_pids a b c s/x s/y s/z
	assert_equal "$(names | tr '\n' ' ')" "c a b s s/x s/y s/z "
	# It is one of the file now: it comes back with its supervisor.
	supervise restart -q s
	run -0 supervise status -q s/z
	conf <<<'worker a { exec ${WORKER} }'
	run -0 supervise reload
	assert_equal "$(names | tr '\n' ' ')" "a "
	same_pids a
}

@test "a new child with the name of one that was added and is another takes its place" {
	shop
	supervise add -q root "worker c { exec $WORKER }"
	all_pids >before
	conf <<'END'
worker a { exec ${WORKER} }
worker b { exec ${WORKER} }
supervisor c { worker x { exec ${WORKER} } }
worker d { exec ${WORKER} }
END
	run -0 supervise reload
	assert_equal "$(steps)" "stop c
stop s
start c
start d"
	assert_equal "$(names | tr '\n' ' ')" "a b c c/x d "
	same_pids a b
}

@test "one that was added for one that was deleted becomes the one of the file" {
	shop
	supervise stop -q a
	supervise delete -q a
	supervise add -q root "worker a { exec $WORKER print=added }"
	conf <<'END'
worker a { exec ${WORKER} print=new }
worker b { exec ${WORKER} }
END
	run -0 supervise reload
	assert_equal "$(steps)" "stop s
restart a"
	assert_equal "$(names | tr '\n' ' ')" "a b "
	grep -qz print=new "/proc/$(pid_of a)/cmdline"
	run -0 supervise reload
	assert_equal "$output" ""
}

@test "so does one that was added for a temporary one that has gone" {
	conf <<<'worker a { restart temporary; exec ${WORKER} }'
	start_tree_ready
	supervise signal -q KILL a
	wait_record event=removed child=a
	supervise add -q root "worker a { exec $WORKER print=added }"
	conf <<<'worker a { restart temporary; exec ${WORKER} print=new }'
	run -0 supervise reload
	assert_equal "$(steps)" "stop a
start a"
	assert_equal "$(names | tr '\n' ' ')" "a "
	grep -qz print=new "/proc/$(pid_of a)/cmdline"
}

@test "one that was deleted comes back as long as the file has it" {
	shop
	supervise stop -q b
	supervise delete -q b
	run -0 supervise reload
	assert_equal "$(steps)" "start b"
	assert_equal "$(names | tr '\n' ' ')" "a b s s/x s/y "
	same_pids a s/x s/y
}

@test "an edit does not run a finished job again" {
	conf <<<'worker job { restart temporary; exec ${WORKER} log=log exit=0 }; worker a { exec ${WORKER} }'
	start_tree_ready
	wait_record event=removed child=job
	conf <<<'worker job { restart temporary; exec ${WORKER} log=log print=new exit=0 }; worker a { exec ${WORKER} }'
	run -0 supervise reload
	assert_equal "$(steps)" "change job"
	supervise wait -t 60 quiet
	assert_equal "$(grep -c 'start job' log)" 1
}

@test "the rules of the root are named when they change" {
	conf <<<'worker a { exec ${WORKER} }'
	start_tree_ready
	conf <<<'max_restarts 9; worker a { exec ${WORKER} }'
	run -0 supervise reload --dry-run
	assert_equal "$(steps)" "change root"
	run -0 supervise reload
	assert_equal "$(steps)" "change root"
	supervise tree | grep -q 'root .*0/9'
	run -0 supervise reload
	assert_equal "$output" ""
}

@test "a death during a reload: what is to go does not come back, what is new runs once" {
	conf <<'END'
strategy one_for_all
worker a { exec ${WORKER} }
worker gone { ready fd 3; exec ${WORKER} log=log on=TERM:say=told on=HUP:exit=0 ready=3; shutdown 60s }
worker changed { exec ${WORKER} }
END
	start_tree_ready
	conf <<'END'
strategy one_for_all
worker new { exec ${WORKER} }
worker a { exec ${WORKER} }
supervisor changed { worker x { exec ${WORKER} } }
END
	supervise reload >steps 2>&1 3>&- &
	local reload=$!
	wait_log told gone
	supervise signal -q KILL a
	kill -s HUP "$(pid_of gone)"
	wait "$reload"
	supervise wait -t 60 quiet
	assert_equal "$(names | tr '\n' ' ')" "new a changed changed/x "
	run -0 supervise status -q new a changed changed/x
	run ! grep 'event=start.* child=gone .*run=2' records
	run -0 supervise reload
	assert_equal "$output" ""
}

# Starts a reload while `deaf` stops, which lasts until it gets HUP. Sets
# `first`, the job.
reload_waits() {
	supervise stop --no-wait deaf
	wait_log told deaf
	supervise reload >first 2>&1 3>&- &
	first=$!
	eventually grep -q 'reload waits for deaf, which is stopping' first
}

@test "a reload that waits says for whom, and gives way to a later one" {
	conf <<'END'
worker deaf { ready fd 3; exec ${WORKER} log=log on=TERM:say=told on=HUP:exit=0 ready=3; shutdown 60s }
worker b { exec ${WORKER} }
END
	start_tree_ready
	reload_waits
	local status=0
	conf <<<'worker b { exec ${WORKER} print=new }'
	supervise reload >second 2>&1 3>&- &
	local second=$!
	wait "$first" || status=$?
	assert_equal "$status" 1
	grep 'a later one came' first
	kill -s HUP "$(pid_of deaf)"
	wait "$second"
	grep -qz print=new "/proc/$(pid_of b)/cmdline"
}

@test "--dry-run does not wait, and what waits goes on" {
	conf <<<'worker deaf { ready fd 3; exec ${WORKER} log=log on=TERM:say=told on=HUP:exit=0 ready=3; shutdown 60s }; worker b { exec ${WORKER} }'
	start_tree_ready
	reload_waits
	sed -i 's/worker b/worker c/' supervise.conf
	run -0 supervise reload --dry-run
	assert_equal "$(steps)" "stop b
start c"
	kill -s HUP "$(pid_of deaf)"
	wait "$first"
	assert_equal "$(state_of b)" up
}

@test "a reload whose start never completes says so, as does the next one; a stop ends it" {
	local strategy
	for strategy in one_for_one one_for_all; do
		conf <<<"strategy $strategy; worker a { exec \${WORKER} }"
		start_tree_ready
		conf <<-END
			strategy $strategy
			worker a { exec \${WORKER} }
			supervisor s { strategy $strategy; worker x { exec \${WORKER} }; worker never { ready notify; exec \${WORKER} } }
		END
		supervise reload >first 2>&1 3>&- &
		local first=$!
		eventually is_state starting never
		local waits="waits for s/never, which is starting: \`supervise stop s\` ends that"
		run -1 supervise reload
		assert_output "another reload is at work, and $waits"
		run -0 supervise reload --dry-run
		assert_equal "$output" ""
		eventually grep -qF "reload $waits" first
		run -0 supervise stop s
		wait "$first"
		run -0 supervise reload
		assert_equal "$output" ""
		stop_tree
		: >records
	done
}

@test "a child of a dynamic supervisor that runs differently is stopped and started" {
	conf <<<'supervisor p { strategy dynamic; worker a { exec ${WORKER} }; worker b { exec ${WORKER} } }'
	start_tree_ready
	all_pids >before
	conf <<<'supervisor p { strategy dynamic; worker a { exec ${WORKER} print=new }; worker b { exec ${WORKER} } }'
	run -0 supervise reload
	assert_equal "$(steps)" "stop p/a
start p/a"
	same_pids p/b
	other_pid p/a
	grep -qz print=new "/proc/$(pid_of p/a)/cmdline"
	kill -s KILL "$(pid_of p/a)"
	wait_record event=started child=p/a run=2
	run -0 supervise reload
	assert_equal "$output" ""
}

@test "a supervisor that is stopped while a reload is at work is as the file says when it starts" {
	conf <<'END'
worker deaf { ready fd 3; exec ${WORKER} log=log on=TERM:say=told on=HUP:exit=0 ready=3; shutdown 60s }
supervisor s { worker x { exec ${WORKER} }; worker y { exec ${WORKER} } }
supervisor p { strategy dynamic; worker q { exec ${WORKER} } }
END
	start_tree_ready
	conf <<'END'
supervisor s { worker y { exec ${WORKER} print=new }; worker z { exec ${WORKER} } }
supervisor p { strategy dynamic; worker r { exec ${WORKER} } }
END
	supervise stop --no-wait deaf
	wait_log told deaf
	supervise reload >steps 2>&1 3>&- &
	local reload=$!
	supervise stop --no-wait s p
	kill -s HUP "$(pid_of deaf)"
	wait "$reload"
	supervise wait -t 60 quiet
	run -0 supervise reload
	assert_equal "$output" ""
	supervise start -q s p || true
	supervise wait -t 60 quiet
	assert_equal "$(names | tr '\n' ' ')" "s s/y s/z p p/r "
	run -0 supervise status -q s/y s/z p/r
	grep -qz print=new "/proc/$(pid_of s/y)/cmdline"
}

@test "what a child of an older file has left is ended when the file has gone" {
	conf <<'END'
worker t { restart temporary; shutdown 1s; exec ${WORKER} fork ignore=TERM end sleep=200 exit=0 }
worker a { exec ${WORKER} }
END
	start_tree_ready
	wait_record event=exited child=t
	conf <<<'worker a { exec ${WORKER} }'
	run -0 supervise reload
	run -0 supervise reload
	supervise wait -t 60 quiet
	run -0 supervise status -q a
}

@test "a child that is down when its supervisor becomes dynamic can be stopped for good" {
	conf <<<'supervisor p { worker a { exec ${WORKER} }; worker b { exec ${WORKER} }; worker c { exec ${WORKER} } }'
	start_tree_ready
	supervise stop -q p/a p/b
	conf <<<'supervisor p { strategy dynamic; worker b { exec ${WORKER} }; worker c { exec ${WORKER} } }'
	run -0 supervise reload
	assert_equal "$(steps)" "stop p/a
change p"
	run -4 supervise status p/a
	run -1 supervise start p/b
	run -0 supervise stop p/b
	run -4 supervise status p/b
	run -0 supervise add p "worker b { exec $WORKER }"
	run -0 supervise status p/b p/c
}

@test "a reload that waits ends with everything" {
	conf <<<'worker deaf { ready fd 3; exec ${WORKER} log=log on=TERM:say=told on=HUP:exit=0 ready=3; shutdown 60s }'
	start_tree_ready
	reload_waits
	local status=0
	kill -s TERM "$PID"
	wait "$first" || status=$?
	assert_equal "$status" 1
	grep 'everything stops' first
	kill -s HUP "$(pid_of deaf)"
	wait_tree
}

# ---------------------------------------------------------------- at random

# one_of WORD...: sets `one`, in this shell, so that RANDOM goes on.
one_of() {
	shift $((RANDOM % $#))
	one=$1
}

# chance PERCENT
chance() {
	[[ $((RANDOM % 100)) -lt $1 ]]
}

# What every worker does beside that.
slow=

# rounds N: so many, unless ROUNDS says; a third with the sanitized program.
rounds() {
	! is_sanitized || set -- $(($1 / 3))
	echo "${ROUNDS:-$1}"
}

# What a worker runs, and by which rules: some of the first, which are seen in
# its process, and some of the others.
random_worker() {
	local print=$((RANDOM % 2))
	if chance 15; then
		echo "	ready fd 3; exec \${WORKER} print=$print $slow ready=3"
	else
		echo "	exec \${WORKER} print=$print $slow"
	fi
	chance 25 && echo "	env V=$((RANDOM % 2))"
	chance 10 && echo "	env W=1"
	chance 10 && echo "	cwd /"
	one_of 1s 2s brutal_kill
	chance 40 && echo "	shutdown $one"
	one_of permanent transient temporary
	chance 30 && echo "	restart $one"
	one_of TERM INT
	chance 20 && echo "	stop_signal $one"
	chance 10 && echo "	backoff 1s..2s"
	return 0
}

random_rules() {
	one_of one_for_one one_for_all rest_for_one dynamic
	echo "strategy $one"
	[[ $one != dynamic ]] || echo "max_children $((30 + RANDOM % 2))"
	[[ $one == dynamic ]] || ! chance 20 || echo "stop together"
	echo "max_restarts $((RANDOM % 5))"
}

# children DEPTH: some random children. Names are few, so that two files have
# many in common.
children() {
	local name
	for name in $(printf '%s\n' "$((RANDOM % 1000)) "{a..e} | awk '{ print ($1 * (NR + 7) * 7919) % 101, $2 }' | sort -n | cut -d' ' -f2); do
		chance 66 || continue
		if [[ $1 -gt 0 ]] && chance 33; then
			echo "supervisor $name {"
			random_rules
			children $(($1 - 1))
		elif chance 20; then
			echo "worker ${name}[$((RANDOM % 3 + 1))] {"
			random_worker
		else
			echo "worker $name {"
			random_worker
		fi
		echo "}"
	done
}

random_conf() {
	one_of one_for_one one_for_all rest_for_one
	echo "strategy $one"
	echo "max_restarts 1000"
	children 2
}

# The shape of the running tree: everything but what belongs to one run.
shape() {
	supervise status --json | sed -E 's/,"(pid|run|up_ms|reason|restarts|file)":("[^"]*"|[0-9]+)//g'
	supervise spec root
}

# commands: each worker, and what it runs, where and with what, as the kernel
# has it.
commands() {
	local name pid entry cwd
	local -a words entries
	while read -r name pid; do
		words=()
		entries=()
		# It may have ended by now.
		mapfile -d '' -t words <"/proc/$pid/cmdline"
		mapfile -d '' -t entries <"/proc/$pid/environ"
		cwd=
		[[ ! /proc/$pid/cwd -ef / ]] || cwd=/
		for entry in "${entries[@]}"; do
			[[ $entry != [VW]=* ]] || cwd+=" $entry"
		done
		echo "$name ${words[*]} $cwd"
	done < <(all_pids) 2>/dev/null
}

# Some of what people do to a tree; nothing at the top that a restart of the
# supervisors there would not undo.
disturb() {
	local name
	while read -r name; do
		chance 25 || continue
		case $((RANDOM % 4)) in
		0) supervise stop -q "$name" ;;
		1) supervise restart -q "$name" ;;
		2) supervise stop -q "$name"; supervise start -q "$name" ;;
		3) supervise add -q "$name" "worker added$RANDOM { exec $WORKER }" ;;
		esac 2>>disturbed || true
	done < <(names | if chance 50; then grep /; else cat; fi)
}

# Undoes that: what is down starts, supervisors have what the file says.
undo() {
	local name
	while read -r name; do
		supervise start -q "$name" || supervise restart -q "$name" || true
	done < <(supervise status --json | sed -n 's/.*"supervisor":"\([^/"]*\)".*/\1/p' | grep -vx root)
	while read -r name; do
		supervise start -q "$name" || true
	done < <(names | grep -v /)
}

# lament ROUND: what is wrong
lament() {
	head -n 200 "conf.${1%%:*}" supervise.conf
	cat steps
	diff commands.before commands.after || true
	fail "seed ${SEED:-4711}, round $1, ${disturbed:-not} disturbed"
}

# touched ROUND: exactly the processes that run differently are others.
touched() {
	local line name
	while IFS= read -r line; do
		name=${line%% *}
		grep -q "^$name " before || continue
		if grep -qxF -- "$line" commands.before; then
			same_pids "$name" || lament "$1: $name was touched"
		else
			other_pid "$name" || lament "$1: $name was not touched"
		fi
	done <commands.after
}

@test "random pairs of files: as a fresh start of the new one, untouched pids equal" {
	RANDOM=${SEED:-4711}
	local round disturbed rounds
	rounds=$(rounds 12)
	random_conf >supervise.conf
	start_tree_ready
	for ((round = 0; round < rounds; round++)); do
		cp supervise.conf "conf.$round"
		disturbed=
		if chance 40; then
			disturb
			disturbed=was
		fi
		commands >commands.before
		all_pids >before
		random_conf >supervise.conf
		supervise reload >steps 2>&1 || lament "$round: the reload failed"
		commands >commands.after
		touched "$round"
		# A second reload has nothing to do.
		assert_equal "$(supervise reload)" ""
		if [[ -n $disturbed ]]; then
			undo 2>>disturbed
			supervise wait -t 60 quiet
			commands >commands.after
		fi
		shape >shape.reloaded
		# And a fresh start of the file is no other tree.
		mkdir -p fresh
		cp supervise.conf fresh/
		(cd fresh && supervise run -d >/dev/null 2>&1 && shape >../shape.fresh; commands >../commands.fresh; supervise down)
		diff shape.fresh shape.reloaded || lament "$round: another tree"
		diff commands.fresh commands.after || lament "$round: other commands"
	done
}

# storm: kills and asks of children, without an end of its own
storm() {
	local name one
	while read -r name; do
		[[ $name != top ]] || continue
		one_of a b c d e
		case $((RANDOM % 7)) in
		0 | 1 | 2) supervise signal -q KILL "$name" ;;
		3) supervise stop -q --no-wait "$name" ;;
		4) supervise restart -q --no-wait "$name" ;;
		5) supervise add -q --no-wait top "worker $one { exec $WORKER print=added }" ;;
		6) supervise stop -q "$name" && supervise delete -q "$name" ;;
		esac 2>>disturbed || true
	done < <(names)
}

# top: a random file in which a restart of one supervisor undoes all.
top() {
	echo "supervisor top {"
	random_conf
	echo "}"
}

@test "reloads among deaths and requests: one child of a name, nothing of an older file" {
	RANDOM=${SEED:-1147}
	local round reload rounds slow=on=TERM:sleep=40:exit=0
	rounds=$(rounds 6)
	top >supervise.conf
	start_tree_ready
	for ((round = 0; round < rounds; round++)); do
		cp supervise.conf "conf.$round"
		top >supervise.conf
		supervise reload >steps 2>&1 3>&- &
		reload=$!
		storm
		wait "$reload" || true
		supervise wait -t 60 quiet
		names | sort | uniq -d >twice
		assert_equal "$(<twice)" ""
		# What was deleted meanwhile comes back.
		supervise reload >>steps 2>&1 || lament "$round: the reload failed"
		assert_equal "$(supervise reload)" ""
		commands | grep -v print=added >commands.after || true
		mkdir -p fresh
		cp supervise.conf fresh/
		(cd fresh && supervise run -d >/dev/null 2>&1 && shape >../shape.fresh; commands >../commands.fresh; supervise down)
		run grep -vxFf commands.fresh commands.after
		assert_equal "$output" ""
		supervise restart -q top
		supervise wait -t 60 quiet
		commands >commands.after
		shape >shape.reloaded
		diff shape.fresh shape.reloaded || lament "$round: another tree"
		diff commands.fresh commands.after || lament "$round: other commands"
	done
}
