#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# Changing a running tree: OTP's calls and their results.

load test_helper
load control_helper

teardown() {
	finish
}

shop() {
	conf <<-'END'
		supervisor web {
		    strategy one_for_all
		    worker api   { exec ${WORKER} }
		    worker front { exec ${WORKER} }
		}
		worker a { exec ${WORKER} }
		worker once { restart transient; exec ${WORKER} exit=0 }
		worker temp { restart temporary; exec ${WORKER} }
	END
	start_tree_ready
	supervise wait quiet
}

# A child whose restart is a minute away; its start fails without the file `go`.
restarting() {
	conf <<-'END'
		max_restarts 1000000
		worker x { ready fd 3; backoff 60s..60s; exec sh -c 'test "$SUPERVISE_RUN" = 1 || test -e go || exit 1; echo >&3; exec sleep 1000' }
		worker y { exec ${WORKER} }
	END
	start_tree_ready
	kill -s KILL "$(pid_of x)"
	eventually is_state restarting x
}

# ---------------------------------------------------------------- stop and start

@test "the name of an array is none: its instances are named, and the pattern for all" {
	conf <<<'supervisor s { worker web[2] { exec ${WORKER} } }; worker webs { exec ${WORKER} }'
	start_tree_ready
	local name
	for name in web s/web; do
		run -4 supervise restart "$name"
		assert_output "nothing is called $name, did you mean s/web.0, or '$name.*' for all of that array?"
		run -0 supervise restart -q "$name.*"
	done
	wait_record event=started child=s/web.1 run=3
}

@test "S94: stop ends a child and keeps it; a second time is no error" {
	shop
	local pid
	pid=$(pid_of a)
	run -0 supervise stop a
	assert_output "down"
	is_gone "$pid"
	assert_record event=exited child=a reason=shutdown
	refute_record event=restarting
	run -0 supervise stop a
	run -3 supervise status -q a
	run -1 supervise pid a
}

@test "S94: stopping a temporary child removes it" {
	shop
	run -0 supervise stop temp
	run -4 supervise status temp
	assert_record event=removed child=temp
}

@test "S94, S95, S96: a name nobody has is status 4" {
	shop
	run -4 supervise stop nobody
	run -4 supervise start nobody
	run -4 supervise restart nobody
	run -4 supervise delete nobody
	run -4 supervise signal HUP nobody
	run -4 supervise add nobody 'worker x { exec true }'
}

@test "S95: start runs a child that is down again, in its place" {
	shop
	supervise stop -q a
	run -0 supervise start a
	assert_output "up"
	assert_equal "$(pid_of a)" "$(child_pid a)"
	assert_equal "$(names | tr '\n' ' ')" "web web/api web/front a once temp "
	run -0 supervise start once
	wait_record event=exited child=once run=2
}

@test "S95: start of a running child says so" {
	shop
	local pid
	pid=$(pid_of a)
	run -1 supervise start a
	assert_output "a is running: \`supervise stop\` stops it"
	assert_equal "$(pid_of a)" "$pid"
}

@test "S95: a start that fails says so, and is not tried again" {
	conf <<-'END'
		worker x { ready fd 3; exec sh -c 'test -e bad && exit 7; echo >&3; exec sleep 1000' }
	END
	start_tree_ready
	supervise stop -q x
	touch bad
	run -1 supervise start x
	assert_output "did not start"
	supervise wait quiet
	assert_equal "$(state_of x)" down
	refute_record event=restarting
	refute_record event=report
	rm bad
	run -0 supervise start x
}

@test "S48: nothing asked for counts as a restart" {
	conf <<<'max_restarts 1; worker a { exec ${WORKER} }'
	start_tree_ready
	local n
	for n in 1 2 3; do
		supervise restart -q a
		supervise stop -q a
		supervise start -q a
	done
	kill -s KILL "$(pid_of a)"
	wait_record event=restarting restarts=1
	supervise wait -t 60 ready a
}

@test "S55, S95, S96: start and delete of a restarting child say restarting" {
	restarting
	run -1 supervise start x
	assert_output "x is restarting"
	run -1 supervise delete x
	assert_output "x is restarting"
	run -1 supervise add root 'worker x { exec true }'
	assert_output "has the name of a child"
}

@test "S55, S94: stop ends the restarting, and keeps the child" {
	restarting
	run -0 supervise stop x
	supervise wait quiet
	assert_equal "$(state_of x)" down
	touch go
	run -0 supervise start x
	assert_equal "$(state_of x)" up
}

@test "S35, D8: a group restart starts a stopped child as well" {
	shop
	supervise stop -q api
	assert_equal "$(state_of api)" down
	kill -s KILL "$(pid_of front)"
	wait_record event=restarting
	supervise wait -t 60 ready web/api
	supervise wait -t 60 ready web/front
	assert_equal "$(state_of api)" up
}

@test "restart stops and starts one child, its siblings stay as they are" {
	shop
	local before front
	before=$(pid_of api)
	front=$(pid_of front)
	run -0 supervise restart api
	assert_output "web/api"
	is_gone "$before"
	[[ $(pid_of api) != "$before" ]]
	assert_equal "$(pid_of front)" "$front"
	refute_record event=restarting
	run -0 supervise stop api
	run -0 supervise restart api
	assert_equal "$(state_of api)" up
}

@test "a supervisor stops, starts and restarts with all below it" {
	shop
	run -0 supervise stop web
	assert_equal "$(state_of web)" down
	run -1 supervise start web/api
	assert_output "its supervisor is not up"
	run -0 supervise start web
	assert_equal "$(state_of web/front)" up
	local before
	before=$(pid_of web/front)
	run -0 supervise restart web
	[[ $(pid_of web/front) != "$before" ]]
}

@test "the root is no child" {
	shop
	local verb
	for verb in start stop restart delete; do
		run -1 supervise "$verb" root
		assert_output "supervise down"
	done
	is_alive "$PID"
}

# ---------------------------------------------------------------- when it answers

@test "start answers when the child is ready, not before" {
	conf <<<'worker x { ready fd 3; exec ${WORKER} log=log run=2 wait=go end ready=3 }'
	start_tree_ready
	supervise stop -q x
	supervise start x >said 3>&- &
	local asked=$!
	wait_log start x 2
	assert_equal "$(state_of x)" starting
	is_alive "$asked"
	[[ ! -s said ]]
	touch go
	wait "$asked"
	grep -q up said
}

@test "stop answers when the child is gone, also when it had to be killed" {
	conf <<<'worker x { shutdown 300ms; ready fd 3; exec ${WORKER} ignore=TERM ready=3 }'
	start_tree_ready
	local pid
	pid=$(pid_of x)
	run -0 supervise stop x
	is_gone "$pid"
	assert_output "killed"
}

@test "stop answers when what the child forked is gone too" {
	conf <<<'worker x { shutdown 300ms; ready fd 3; exec ${WORKER} log=log fork ignore=TERM say=below end wait=go ready=3 }'
	start_tree
	wait_log below x
	touch go
	wait_record event=started supervisor=root
	local below
	below=$(awk '$1 == "below" { print $3 }' log)
	run -0 supervise stop x
	is_gone "$below"
}

@test "--no-wait answers at once, the thing happens all the same" {
	conf <<<'worker x { ready fd 3; exec ${WORKER} log=log run=2 wait=go end ready=3 }'
	start_tree_ready
	supervise stop -q x
	run -0 supervise start --no-wait x
	wait_log start x 2
	assert_equal "$(state_of x)" starting
	touch go
	supervise wait -t 60 ready x
}

@test "-q prints nothing, --json records" {
	shop
	run -0 supervise -q stop a
	assert_equal "$output" ""
	run -0 supervise start -q a
	assert_equal "$output" ""
	run -0 supervise restart --json a
	assert_json_lines <<<"$output"
	assert_output "\"pid\":$(pid_of a),"
}

@test "who asked and left: what it asked for goes on" {
	conf <<<'worker x { ready fd 3; exec ${WORKER} log=log run=2 wait=go end ready=3 }'
	start_tree_ready
	supervise stop -q x
	supervise start x >said 3>&- &
	local asked=$!
	wait_log start x 2
	kill -s KILL "$asked"
	wait "$asked" || true
	touch go
	supervise wait -t 60 ready x
}

@test "a pattern acts on each and says how many" {
	shop
	local api front
	api=$(pid_of api) front=$(pid_of front)
	run -0 supervise restart 'web/*'
	assert_output "2 children"
	is_gone "$api"
	is_gone "$front"
	run -4 supervise restart 'web/x*'
	assert_output "matches nothing"
	run -0 supervise stop 'web/*'
	assert_output "2 children"
	assert_equal "$(state_of a)" up
}

@test "a pattern that means a supervisor and those below it means each once" {
	shop
	run -0 supervise stop '*'
	refute_output web/api
	assert_equal "$(state_of web/api)" down
	run -0 supervise start '*'
	refute_output web/api
	assert_equal "$(state_of web/api) $(state_of a)" "up up"
	run -0 supervise restart 'web' 'a'
	# An added one is gone with its supervisor: nobody asks for it again.
	supervise add -q web "worker awe { exec $WORKER }"
	run -0 supervise restart 'we*'
	run -4 supervise status awe
}

@test "of several that are named one that fails does not hold up the others" {
	shop
	supervise stop -q api
	run -1 supervise start a api
	assert_output "a is running"
	assert_equal "$(state_of api)" up
}

# ---------------------------------------------------------------- add and delete

@test "S91: add starts a child at the end of its supervisor, ready when it answers" {
	shop
	run -0 supervise add web "worker new { ready fd 3; exec $WORKER ready=3 }"
	assert_output "web/new"
	assert_equal "$(state_of web/new)" up
	assert_equal "$(names | tr '\n' ' ')" "web web/api web/front web/new a once temp "
	assert_equal "$(pid_of new)" "$(child_pid web/new)"
	run -0 supervise spec new
	assert_output "exec $WORKER ready=3"
}

@test "S91: add under the name of a child: already started, already present" {
	shop
	local pid
	pid=$(pid_of a)
	run -1 supervise add root 'worker a { exec true }'
	assert_output "a has the name of a running child"
	supervise stop -q a
	run -1 supervise add root 'worker a { exec true }'
	assert_output "a has the name of a child that is down"
	run -0 supervise spec a
	assert_output "$WORKER"
}

@test "S92: an added child whose start fails is discarded, without report or retry" {
	shop
	run -1 supervise add root 'worker x { exec ./nosuch }'
	assert_output "did not start"
	run -4 supervise status x
	run -1 supervise add root "worker x { ready fd 3; exec $WORKER exit=3 }"
	run -4 supervise status x
	refute_record event=report
	refute_record event=restarting
	run -0 supervise add root "worker x { exec $WORKER }"
}

@test "S93: an added child that says ignore is kept, unless it is temporary" {
	shop
	run -0 supervise add root "worker x { ready fd 3; exec $WORKER exit=0 }"
	assert_equal "$(state_of x)" down
	run -0 supervise add root "worker y { restart temporary; ready fd 3; exec $WORKER exit=0 }"
	run -4 supervise status y
}

@test "add reads standard input, also what spec printed" {
	shop
	run -0 supervise add web - < <(supervise spec a | sed 's/worker a/worker b/')
	assert_output "web/b"
	run -0 supervise add root - <<-END
		supervisor more {
		    strategy one_for_all
		    worker x { exec $WORKER }
		    worker y { exec $WORKER }
		}
	END
	assert_equal "$(state_of more/y)" up
	kill -s KILL "$(pid_of more/x)"
	wait_record event=started child=more/y run=2
}

@test "a wrong text comes back with line, column and caret, and changes nothing" {
	shop
	local before
	before=$(supervise spec root)
	run -2 supervise add root 'worker x { exce true }'
	assert_output 'added:1:12: "exce" is no directive, did you mean "exec"?'
	assert_output "^^^^"
	run -2 supervise add root 'strategy one_for_all'
	run -2 supervise add root 'worker x { exec true }; worker y { exec true }'
	run -2 supervise add root ''
	run -2 supervise add root 'worker x {'
	run -1 supervise add a 'worker x { exec true }'
	assert_output "a is no supervisor"
	assert_equal "$(supervise spec root)" "$before"
}

@test "D8: stop --keep holds a child down until it is started by name" {
	conf <<-'END'
		supervisor s {
			strategy one_for_all
			worker a { exec ${WORKER} }
			worker b { exec ${WORKER} }
			worker c { exec ${WORKER} }
		}
	END
	start_tree_ready
	run -0 supervise stop --keep s/a
	assert_output " held "
	supervise stop -q s/c
	run -0 supervise signal KILL s/b
	wait_record event=started child=s/c run=2
	supervise wait quiet
	run -3 supervise status s/a
	assert_output " held "
	run -0 supervise restart -q s
	run -3 supervise status --json s/a
	jq -e '.state == "down" and .held' <<<"$output"
	run -0 supervise reload
	run -3 supervise status -q s/a
	run -0 supervise start s/a
	refute_output held
	run -0 supervise restart -q s
	run -0 supervise status -q s/a
	run -2 supervise start --keep s/a
	assert_output "unknown option --keep"
}

@test "S67: a signal reaches a leader that has left its group" {
	conf <<<'worker w { restart temporary; ready fd 3; exec ${WORKER} join=parent ready=3 }'
	start_tree_ready
	run -0 supervise signal USR1 w
	assert_output "w "
	wait_record event=exited child=w reason=signal:USR1
}

@test "signal and delete print a row for each, and of a pattern how many" {
	conf <<<'worker w[2] { ready fd 3; exec ${WORKER} ignore=TERM ready=3 }; worker x { exec ${WORKER} }'
	start_tree_ready
	run -0 supervise signal TERM 'w*'
	assert_equal "${#lines[@]}" 3
	assert_output "w.0 "
	assert_output "2 children"
	run -0 supervise signal CONT root
	assert_equal "${#lines[@]}" 3
	run -0 supervise signal -q CONT root
	assert_equal "$output" ""
	supervise stop -q x
	run -0 supervise delete x
	assert_equal "$(tr -s ' ' <<<"$output" | cut -d' ' -f1,2)" "x removed"
	supervise add -q root "worker more { exec $WORKER }"
	supervise stop -q more
	run -0 supervise delete --json more
	jq -e '.child == "more" and .state == "removed"' <<<"$output"
}

@test "what is no child any more has a row that says removed, held or not" {
	conf <<-'END'
		supervisor pool { strategy dynamic; worker p { exec ${WORKER} } }
		worker t[2] { restart temporary; exec ${WORKER} }
		worker x { exec ${WORKER} }
	END
	start_tree_ready
	supervise add -q pool "worker a { exec $WORKER }"
	supervise add -q pool "worker b { exec $WORKER }"
	supervise add -q root "worker c { restart temporary; exec $WORKER }"
	local name
	for name in pool/a pool/p t.0 c; do
		run -0 supervise stop "$name"
		assert_equal "$(tr -s ' ' <<<"$output" | cut -d' ' -f1,2)" "$name removed"
	done
	run -0 supervise stop --keep --json pool/b t.1
	assert_equal "$(jq -r '.child + " " + .state' <<<"$output" | sort | xargs)" \
		"pool/b removed t.1 removed"
	supervise stop -q --keep x
	run -0 supervise delete x
	assert_equal "$(tr -s ' ' <<<"$output" | cut -d' ' -f1,2)" "x removed"
}

@test "S96: delete only what is down; then the name is free" {
	shop
	run -1 supervise delete a
	assert_output "a is running"
	supervise stop -q a
	run -0 supervise delete a
	run -4 supervise status a
	run -0 supervise add root "worker a { exec $WORKER say=new }"
	assert_equal "$(names | tail -n 1)" a
}

@test "S39: an added child is restarted in its place as any other" {
	shop
	supervise add -q web "worker new { exec $WORKER }"
	kill -s KILL "$(pid_of api)"
	wait_record event=started child=web/new run=2
	kill -s KILL "$(pid_of new)"
	wait_record event=started child=web/new run=3
	assert_equal "$(story started | tail -n 3)" "started web/api
started web/front
started web/new"
}

@test "S40: added and deleted children are as in the file when their supervisor restarts" {
	shop
	supervise add -q web "worker new { exec $WORKER }"
	supervise stop -q front
	supervise delete -q front
	assert_equal "$(names | grep web | tr '\n' ' ')" "web web/api web/new "
	supervise restart -q web
	assert_equal "$(names | grep web | tr '\n' ' ')" "web web/api web/front "
	assert_equal "$(state_of web/front)" up
	run -4 supervise status web/new
}

# ---------------------------------------------------------------- dynamic ones

pool() {
	conf <<-'END'
		supervisor pool { strategy dynamic; max_children 2; worker a { exec ${WORKER} } }
	END
	start_tree_ready
}

@test "S110, S113: children are added up to max_children, restarting ones count" {
	pool
	run -0 supervise add pool "worker b { exec $WORKER }"
	run -1 supervise add pool "worker c { exec $WORKER }"
	assert_output "max_children"
	supervise stop -q pool/a
	run -0 supervise add pool "worker c { exec $WORKER }"
	run -0 supervise count --json pool
	jq -e '.specs == 2' <<<"$output"
}

@test "S112, D6: a name in use is refused" {
	pool
	run -1 supervise add pool "worker a { exec $WORKER }"
	assert_output "has the name of a running child"
}

@test "S112, D6: children without a name get numbers, each once" {
	conf <<-'END'
		supervisor pool { strategy dynamic }
		spec one(word) { exec ${WORKER} ${word} }
		supervisor other { worker a { exec ${WORKER} } }
	END
	start_tree_ready
	run -0 supervise add pool "worker { exec $WORKER }"
	assert_output "pool/1"
	run -2 supervise add pool "worker { exec }"
	run -0 supervise add pool "worker 2 { exec $WORKER }"
	run -0 supervise add pool "supervisor { worker a { exec $WORKER } }"
	assert_output "pool/3"
	supervise stop -q pool/1
	run -0 supervise add pool "worker{ exec $WORKER }"
	assert_output "pool/4"
	run -2 supervise add pool "supervisor { worker { exec $WORKER } }"
	assert_output "expected the name of the worker"
	refute_output "dynamic"
	run -2 supervise add other "worker { exec $WORKER }"
	assert_output "expected the name of the worker: a dynamic supervisor alone takes children without"
	assert_equal "$(names | tr '\n' ' ')" \
		"pool pool/2 pool/3 pool/3/a pool/4 other other/a "
}

@test "S114: an added one that fails or says ignore is not kept" {
	pool
	run -1 supervise add pool 'worker b { exec ./nosuch }'
	run -4 supervise status pool/b
	run -0 supervise add pool "worker b { ready fd 3; exec $WORKER exit=0 }"
	run -4 supervise status pool/b
}

@test "S119, S120: they are stopped for good; start, restart and delete are refused" {
	pool
	local verb
	for verb in start restart delete; do
		run -1 supervise "$verb" pool/a
		assert_output "dynamic"
	done
	run -0 supervise stop pool/a
	run -4 supervise stop pool/a
	run -4 supervise status pool/a
}

@test "S40, S126: a restarted pool has the children of the file" {
	pool
	supervise add -q pool "worker b { exec $WORKER }"
	supervise restart -q pool
	assert_equal "$(names | tr '\n' ' ')" "pool pool/a "
}

# ---------------------------------------------------------------- signals

@test "signal goes to the child's group, by name or number" {
	conf <<<'worker x { ready fd 3; exec ${WORKER} log=log on=HUP:say=hup on=USR1:say=usr1 fork on=USR1:say=below ready=3 end }'
	start_tree_ready
	run -0 supervise signal HUP x
	wait_log hup x
	run -0 supervise signal SIGUSR1 x
	wait_log usr1 x
	wait_log below x
	run -0 supervise signal 1 x
	eventually hup_again
	run -2 supervise signal NOSUCH x
}

hup_again() {
	[[ $(grep -c ^hup log) -ge 2 ]]
}

two_hups() {
	[[ $(grep -c '^hup s/so' log) -ge 2 ]]
}

@test "signal to a supervisor is one to all workers below it" {
	conf <<-'END'
		supervisor s { worker x[2] { ready fd 3; exec ${WORKER} log=log on=HUP:say=hup ready=3 } }
	END
	start_tree_ready
	run -0 supervise signal HUP s
	wait_log hup s/x.0
	wait_log hup s/x.1
	# Also where a pattern means both, each gets it once: in the end there
	# are as many as signals were sent.
	supervise add -q s "worker so { ready fd 3; exec $WORKER log=log on=HUP:say=hup ready=3 }"
	run -0 supervise signal HUP 's*'
	wait_log hup s/so
	run -0 supervise signal HUP s/so
	eventually two_hups
	assert_equal "$(grep -c '^hup s/so' log)" 2
}

@test "a signal that kills is an end like any other" {
	shop
	run -0 supervise signal KILL a
	wait_record event=exited child=a reason=killed
	wait_record event=started child=a run=2
	supervise stop -q a
	run -1 supervise signal HUP a
	assert_output "running"
}

@test "S4: the exit signal normal is refused" {
	shop
	run -2 supervise signal normal a
	assert_output "does nothing"
}

@test "S103: a pid is no name" {
	shop
	run -4 supervise stop "$(pid_of a)"
	assert_equal "$(state_of a)" up
}
