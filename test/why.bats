#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# `why`: what made a child end, and what became of it.

load test_helper
load control_helper

teardown() {
	finish
}

@test "a child that has not ended says so" {
	conf <<<'worker a { exec ${WORKER} }'
	start_tree_ready
	run -0 supervise why a
	assert_output "a is up"
	assert_output "pid $(pid_of a), run 1"
	assert_output "not ended so far"
	assert_output "root has used 0 of 3 restarts in 5s, 3 left"
	run -4 supervise why nobody
	run -2 supervise why
}

@test "its own end, with reason, run and the budget that is left" {
	conf <<<'max_restarts 2; worker a { exec ${WORKER} run=1 exit=3 end }'
	start_tree_ready
	wait_record event=started child=a run=2
	run -0 supervise why a
	assert_output "run 1 "
	assert_output "by itself; root restarted it (one_for_one)"
	assert_output "root has used 1 of 2 restarts in 5s, 1 left"
	assert_equal "$(causes a)" "1 itself - exit:3"
	kill -s SEGV "$(pid_of a)"
	wait_record event=started child=a run=3
	assert_equal "$(causes a)" "2 itself - signal:SEGV
1 itself - exit:3"
	run -0 supervise why a
	assert_output "it gives up at the next"
}

@test "one_for_all: a sibling's end is named, with its reason" {
	conf <<-'END'
		supervisor web { strategy one_for_all; worker a { exec ${WORKER} }; worker b { exec ${WORKER} }; worker c { exec ${WORKER} } }
	END
	start_tree_ready
	kill -s KILL "$(pid_of b)"
	wait_record event=started child=web/c run=2
	assert_equal "$(causes a)" "1 sibling web/b shutdown"
	assert_equal "$(causes b)" "1 itself - killed"
	assert_equal "$(causes c)" "1 sibling web/b shutdown"
	run -0 supervise why web/a
	assert_output "because web/b was killed (SIGKILL): web is one_for_all, all its children restart together"
	run -0 supervise why web/b
	assert_output "web restarted all its children"
}

@test "rest_for_one: those behind are told, those before have not ended" {
	conf <<<'strategy rest_for_one; worker a { exec ${WORKER} }; worker b { exec ${WORKER} }; worker c { exec ${WORKER} }'
	start_tree_ready
	kill -s SEGV "$(pid_of b)"
	wait_record event=started child=c run=2
	assert_equal "$(causes a)" ""
	assert_equal "$(causes c)" "1 sibling b shutdown"
	run -0 supervise why c
	assert_output "because b "
	assert_output "root is rest_for_one, those after it restart with it"
}

@test "a request, and a stopped supervisor" {
	conf <<<'supervisor s { worker a { exec ${WORKER} } }; worker b { exec ${WORKER} }'
	start_tree_ready
	supervise restart -q b
	assert_equal "$(causes b)" "1 request - shutdown"
	run -0 supervise why b
	assert_output "on request"
	supervise stop -q s
	run -0 supervise why s/a
	assert_output "because its supervisor s stopped"
	assert_output "s/a is down"
}

@test "an escalation is told one level up" {
	conf <<-'END'
		supervisor s { max_restarts 0; worker a { exec ${WORKER} }; worker b { exec ${WORKER} } }
	END
	start_tree_ready
	kill -s KILL "$(pid_of a)"
	wait_record event=started supervisor=s run=2
	supervise wait -t 60 quiet
	run -0 supervise why s
	assert_output "run 1 "
	assert_equal "$(causes s)" "1 intensity s/a reached_max_restart_intensity"
	assert_equal "$(causes s/a)" "1 itself - killed"
	run -0 supervise why s/a
	assert_output "a restart would have been one too many, s gave up"
	run -0 supervise why s
	assert_output "run 1 gave up, restarts came too often"
	assert_output "because s/a was killed (SIGKILL); root restarted it (one_for_one)"
	[[ $(causes s/b) == "1 supervisor - shutdown" || $(causes s/b) == "1 sibling s/a shutdown" ]]
}

@test "ends that ask for no restart" {
	conf <<<'worker t { restart transient; exec ${WORKER} exit=0 }; worker a { exec ${WORKER} }'
	start_tree_ready
	supervise wait -t 60 down t
	run -0 supervise why t
	assert_output "t is down"
	assert_output "transient and has done its work"
}

@test "a restart that is delayed: when the next start is due" {
	conf <<<'worker a { backoff 60s..60s; exec ${WORKER} }'
	start_tree_ready
	kill -s KILL "$(pid_of a)"
	eventually is_state restarting a
	run -0 supervise why a
	assert_output "a is restarting"
	assert_output "the next start is due in "
	supervise why --json a | jq -es '.[0].due_ms > 10000'
}

@test "starts that fail are ends as well, and what they did to siblings is told" {
	conf <<-'END'
		supervisor s { strategy one_for_all; worker a { exec ${WORKER} }; worker b { exec ./prog; backoff 60s..60s } }
		worker late { ready fd 3; start_timeout 100ms; exec ${WORKER} run=1 ready=3 end; backoff 60s..60s }
	END
	cp "$WORKER" prog
	start_tree_ready
	rm prog
	kill -s SEGV "$(pid_of b)"
	wait_record event=restarting child=s/b
	assert_equal "$(causes s/a)" "1 sibling s/b shutdown"
	run -0 supervise start -q s/a
	supervise stop -q s/b
	run -1 supervise start s/b
	assert_equal "$(causes s/b)" "2 itself - start:ENOENT
1 itself - signal:SEGV"
	run -0 supervise why s/b
	assert_output "run 2 could not be started (ENOENT)"
	kill -s KILL "$(pid_of late)"
	eventually is_state restarting late
	supervise stop -q late
	run -0 supervise why late
	assert_output "by a signal that supervise did not send; root was to restart it, which was called off"
	run -1 supervise start late
	run -0 supervise why late
	assert_output "run 2 was not ready in time"
}

@test "an end by a signal from elsewhere is not told as its own" {
	conf <<<'worker a { exec ${WORKER} }; worker b { exec ${WORKER} run=1 signal=SEGV end }'
	start_tree_ready
	kill -s KILL "$(pid_of a)"
	wait_record event=started child=a run=2
	wait_record event=started child=b run=2
	run -0 supervise why a
	assert_output "by a signal that supervise did not send; root restarted it (one_for_one)"
	run -0 supervise why b
	assert_output "by itself; root restarted it (one_for_one)"
}

@test "what led to no restart is not told as one" {
	conf <<<'worker t { restart transient; exec ${WORKER} run=1 exit=0 end }; worker a { exec ${WORKER} }'
	start_tree_ready
	supervise wait -t 60 down t
	supervise start -q t
	run -0 supervise why t
	assert_output "by itself; no restart came of it"
}

@test "a sibling's failed start is named, not an older end of it" {
	conf <<-'END'
		strategy one_for_all
		worker a { exec ${WORKER} }
		worker b { exec ./prog; backoff 300ms..60s }
	END
	cp "$WORKER" prog
	start_tree_ready
	rm prog
	kill -s SEGV "$(pid_of b)"
	wait_record event=start_failed child=b
	wait_record event=exited child=a run=2
	run -0 supervise why a
	assert_output "run 2 ended as asked"
	assert_output "because b could not be started (ENOENT): root is one_for_all"
	assert_output "because b was ended by SIGSEGV"
}

@test "the last ten ends, the latest first" {
	conf <<<'worker a { exec ${WORKER} }'
	start_tree_ready
	local n
	for ((n = 0; n < 13; n++)); do
		supervise restart -q a
	done
	assert_equal "$(causes a | awk '{ print $1 }' | tr '\n' ' ')" \
		"13 12 11 10 9 8 7 6 5 4 "
}

@test "several at once, and a sibling that is gone" {
	conf <<<'strategy one_for_all; worker a { exec ${WORKER} }; worker b { restart temporary; exec ${WORKER} }; worker c { exec ${WORKER} }'
	start_tree_ready
	kill -s KILL "$(pid_of c)"
	wait_record event=started child=c run=2
	run -0 supervise why a c
	assert_output "a is up"
	assert_output "c is up"
	supervise wait -t 60 quiet
	supervise stop -q c
	supervise delete -q c
	run -0 supervise why a
	assert_output "because"
}

@test "a supervisor that gave up is told from one that was asked to stop" {
	conf <<'END'
supervisor s { restart temporary; max_restarts 0; worker a { exec ${WORKER} } }
supervisor t { restart transient; max_restarts 0; worker b { exec ${WORKER} } }
END
	start_tree_ready
	supervise signal -q KILL b
	supervise wait -t 60 down t
	run -0 supervise why t
	assert_output "run 1 gave up, restarts came too often"
	assert_output "because t/b was killed (SIGKILL); "
	refute_output "has done its work"
}

# first_cause NAME: by whom its latest end was, and what was behind that.
first_cause() {
	supervise why --json "$1" | jq -rs '[.[] | select(.event == "end")][0] |
		[.cause, .by // "-", .first // "-", .first_reason // "-"] | join(" ")'
}

@test "S152: along links the first cause is named, not only the last" {
	conf <<-'END'
		worker a { exec ${WORKER} }
		worker b { link a; exec ${WORKER} }
		worker c { link b; exec ${WORKER} }
		worker d { link c; exec ${WORKER} }
		max_restarts 9
	END
	start_tree_ready
	kill -s SEGV "$(pid_of a)"
	local child
	for child in a b c d; do
		wait_record event=started child=$child run=2
	done
	assert_equal "$(first_cause a)" "itself - - -"
	assert_equal "$(first_cause b)" "link a - -"
	assert_equal "$(first_cause c)" "link b a signal:SEGV"
	assert_equal "$(first_cause d)" "link c a signal:SEGV"
	run -0 supervise why b
	assert_output "because a was ended by SIGSEGV"
	run -0 supervise why d
	assert_output "because c ended (link), which ended because a was ended by SIGSEGV (Segmentation fault); root restarted it"
}

@test "S163: the first cause of a group restart is a link, and the other way round" {
	conf <<-'END'
		worker a { exec ${WORKER} }
		supervisor s {
		    strategy one_for_all
		    worker m { link a; exec ${WORKER} }
		    worker n { exec ${WORKER} }
		}
		supervisor r {
		    strategy rest_for_one
		    worker x { exec ${WORKER} }
		    worker y { exec ${WORKER} }
		}
		worker z { link y; exec ${WORKER} }
	END
	start_tree_ready
	kill -s SEGV "$(pid_of a)"
	wait_record event=started child=s/n run=2
	assert_equal "$(first_cause s/m)" "link a - -"
	assert_equal "$(first_cause s/n)" "sibling s/m a signal:SEGV"
	run -0 supervise why s/n
	assert_output "because s/m ended, which ended because a was ended by SIGSEGV (Segmentation fault): s is one_for_all"
	kill -s KILL "$(pid_of x)"
	wait_record event=started child=z run=2
	wait_record event=started child=r/y run=2
	assert_equal "$(first_cause r/y)" "sibling r/x - -"
	assert_equal "$(first_cause z)" "link r/y r/x killed"
}

@test "S35: who ended by a link comes back with its group, and is told so" {
	conf <<-'END'
		strategy one_for_all
		worker a { exec ${WORKER} }
		worker b { link a; exec ${WORKER} }
		worker t { restart transient; exec ${WORKER} run=1 sleep=1 exit=0 end }
	END
	start_tree_ready
	supervise wait -t 60 down t
	kill -s KILL "$(pid_of a)"
	wait_record event=started child=t run=2
	run -0 supervise why b
	assert_output "because a was killed (SIGKILL); root restarted it with its group (one_for_all)"
	run -0 supervise why t
	assert_output "by itself; root restarted it with its group (one_for_all)"
	refute_output "no restart came of it"
}

@test "a reload, and a signal that somebody asked for" {
	conf <<<'worker a { exec ${WORKER} }; worker b { exec ${WORKER} }'
	start_tree_ready
	conf <<<'worker a { exec ${WORKER} fork }; worker b { exec ${WORKER} }'
	supervise reload -q
	assert_equal "$(causes a)" "1 reload - shutdown"
	run -0 supervise why a
	assert_output "because a reload changed or removed it"
	supervise signal -q KILL b
	wait_record event=started child=b run=2
	assert_equal "$(causes b)" "1 signal - killed"
	run -0 supervise why b
	assert_output "because a request sent it SIGKILL (pid "
	assert_output ", uid $(id -u)); root restarted it (one_for_one)"
	supervise why --json b | jq -es '.[1] | .signal == "KILL" and .from > 1'
	# Another signal has ended that run: nobody asked for it.
	supervise signal -q WINCH b
	kill -s KILL "$(pid_of b)"
	wait_record event=started child=b run=3
	assert_equal "$(causes b)" "2 itself - killed
1 signal - killed"
}

@test "L10: catch lines are named: a restart of a temporary child, an escalation" {
	conf <<-'END'
		worker t { restart temporary; catch exit:7 restart; exec ${WORKER} run=1 exit=7 end }
		supervisor s { catch exit:9 escalate; worker k { exec ${WORKER} run=1 exit=9 end } }
	END
	start_tree_ready
	wait_record event=started child=t run=2
	wait_record event=started child=s/k run=2
	supervise wait -t 60 quiet
	run -0 supervise why t
	assert_output "by itself; a catch line says restart: root restarted it (one_for_one)"
	supervise why --json t | jq -es '.[1].caught and .[1].outcome == "restart"'
	run -0 supervise why s
	assert_output "run 1 gave up, a catch line says escalate"
	assert_output "because s/k ended with status 9; root restarted it"
	assert_equal "$(causes s)" "1 catch s/k shutdown"
}

@test "U5: what runs before a start is named: before, and init" {
	conf <<-'END'
		max_restarts 9
		worker b { before sh -c 'test "$SUPERVISE_RUN" != 2 || exit 9'; exec ${WORKER} }
		worker e { backoff 60s..60s; before ./prog; exec ${WORKER} }
		supervisor i { restart transient; init sh -c 'test ! -e ran || exit 3; touch ran; echo "worker q { exec sleep 1000 }"' }
	END
	printf '#!/bin/sh\n' >prog
	chmod +x prog
	start_tree_ready
	kill -s KILL "$(pid_of b)"
	wait_record event=started child=b run=3
	assert_equal "$(causes b)" "2 before - exit:9
1 itself - killed"
	run -0 supervise why b
	assert_output "run 2 did not start"
	assert_output "exit 9\` ended with status 9; root restarted it"
	rm prog
	supervise stop -q e
	run -1 supervise start e
	assert_equal "$(causes e | head -n 1)" "2 before - start:ENOENT"
	run -1 supervise restart i
	assert_equal "$(causes i | head -n 1)" "2 init - exit:3"
	run -0 supervise why i
	assert_output "init of i: this program ended with status 3, expected it to print the children and end with 0; it stays down"
}

@test "S18 S84: why a supervisor did not start, or shut itself down" {
	conf <<-'END'
		supervisor u { restart transient; auto_shutdown any_significant; worker k { restart transient; significant; exec ${WORKER} run=1 exit=0 end } }
		supervisor f { worker g { exec ./prog } }
	END
	cp "$WORKER" prog
	start_tree_ready
	supervise wait -t 60 down u
	assert_equal "$(causes u)" "1 significant u/k shutdown"
	run -0 supervise why u
	assert_output "run 1 shut down by itself"
	assert_output "because u/k ended normally; "
	supervise stop -q f
	rm prog
	run -1 supervise start f
	assert_equal "$(causes f | head -n 1)" "2 child f/g shutdown:failed_to_start_child"
	run -0 supervise why f
	assert_output "run 2 did not start"
	assert_output "because f/g could not be started (ENOENT); "
}

@test "S26: a temporary child that is gone can still be asked about" {
	conf <<-'END'
		worker t { restart temporary; exec ${WORKER} exit=3 }
		supervisor jobs { strategy dynamic }
		worker a { exec ${WORKER} }
	END
	start_tree_ready
	wait_record event=removed child=t
	supervise add -q jobs 'worker j { restart temporary; exec sleep 1000 }'
	supervise signal -q KILL j
	wait_record event=removed child=jobs/j
	run -0 supervise why t
	assert_output "t is gone, run 1 (temporary)"
	assert_output "run 1 ended with status 3"
	assert_output "by itself; it was temporary"
	refute_output "has used"
	assert_equal "$(supervise why --json t | jq -s -r '.[0].state')" removed
	run -0 supervise why jobs/j
	assert_output "because a request sent it SIGKILL"
	run -0 supervise why j t a
	assert_output "jobs/j is gone"
	assert_output "a is up"
	# The others know the present alone.
	run -4 supervise status t
	run -4 supervise spec t
	run -4 supervise pid j
	run -4 supervise why nobody
}

@test "S26: of one name the last is remembered, and one that is there comes first" {
	conf <<<'supervisor jobs { strategy dynamic }'
	start_tree_ready
	local n
	for n in 3 4; do
		supervise add --no-wait -q jobs "worker j { restart temporary; exec $WORKER exit=$n }"
		wait_record event=exited child=jobs/j reason=exit:$n
		supervise wait -t 60 quiet
	done
	run -0 supervise why j
	assert_output "ended with status 4"
	refute_output "ended with status 3"
	supervise add -q jobs 'worker j { exec sleep 1000 }'
	run -0 supervise why j
	assert_output "jobs/j is up"
	refute_output "ended with status"
}

@test "S26: 32 that are gone are remembered, and no more" {
	conf <<<'supervisor jobs { strategy dynamic }; worker a { exec ${WORKER} }'
	start_tree_ready
	local n
	for ((n = 0; n < 33; n++)); do
		supervise add -q jobs "worker j$n { exec sleep 1000 }"
		supervise stop -q "jobs/j$n"
	done
	run -4 supervise why j0
	assert_output "nothing is called j0"
	run -0 supervise why j1
	assert_output "on request"
	run -0 supervise why j32
}

@test "who was behind an end is named when it is gone" {
	conf <<-'END'
		worker t { restart temporary; exec ${WORKER} }
		worker b { link t; exec ${WORKER} }
	END
	start_tree_ready
	kill -s SEGV "$(pid_of t)"
	wait_record event=started child=b run=2
	run -0 supervise why b
	assert_output "because t was ended by SIGSEGV"
}

# What was behind the first cause of a child's latest end.
behind() {
	supervise why --json "$1" | jq -rs '[.[] | select(.event == "end")][0].behind // "-"'
}

@test "S152: a request is named as the first cause of ends by links" {
	conf <<-'END'
		max_restarts 99
		worker a { exec ${WORKER} }
		worker b { link a; exec ${WORKER} }
		worker c { link b; exec ${WORKER} }
	END
	start_tree_ready
	supervise restart -q a
	wait_record event=started child=c run=2
	assert_equal "$(behind b) $(behind c)" "restart restart"
	run -0 supervise why b
	assert_output "because a was restarted on request; root restarted it"
	run -0 supervise why c
	assert_output "because b ended (link), which ended because a was restarted on request; root"
	supervise wait -t 60 ready '*'
	supervise signal -q SEGV a
	wait_record event=started child=c run=3
	assert_equal "$(behind b) $(behind c)" "signal signal"
	supervise wait -t 60 ready '*'
	kill -s SEGV "$(pid_of a)"
	wait_record event=started child=c run=4
	assert_equal "$(behind b) $(behind c)" "- -"
	supervise wait -t 60 ready '*'
	supervise stop -q a
	wait_record event=started child=c run=5
	assert_equal "$(behind b) $(behind c)" "stop stop"
	run -0 supervise why b
	assert_output "because a was stopped on request"
	supervise start -q a
	supervise wait -t 60 ready '*'
	sed -i 's/^worker a .*/worker a { exec ${WORKER} end }/' supervise.conf
	supervise reload -q
	wait_record event=started child=c run=6
	assert_equal "$(behind b) $(behind c)" "reload reload"
	run -0 supervise why b
	assert_output "because a was changed or removed by a reload"
}

@test "L10: who was linked to one that escalates came back with its supervisor" {
	conf <<-'END'
		supervisor s {
		    worker k { catch exit:9 escalate; exec ${WORKER} run=1 exit=9 wait=go }
		    worker m { link k; exec ${WORKER} }
		}
	END
	start_tree_ready
	touch go
	wait_record event=started child=s/m run=2
	run -0 supervise why s/m
	assert_output "because s/k ended with status 9; s gave up, was restarted and started it anew"
}

@test "what supervise found out is told: no sign of life, bad checks, late starts" {
	conf <<-'END'
		max_restarts 1000
		worker dog  { watchdog 100ms; exec ${WORKER} }
		worker sick { alive check false every 20ms failures 2; exec ${WORKER} }
		worker late { backoff 10s; start_timeout 3s; ready file up; check_every 20ms
		    exec ${WORKER} run=1 log=up end }
		worker mute { backoff 10s; start_timeout 3s; ready fd 3
		    exec ${WORKER} run=1 ready=3 end }
	END
	start_tree_ready
	wait_record event=exited child=dog reason=signal:ABRT
	run -0 supervise why dog
	assert_output 'was ended by SIGABRT (Aborted), after'
	assert_output 'because it gave no sign of life in time (watchdog); root restarted it'
	wait_record event=exited child=sick reason=unhealthy
	run -0 supervise why sick
	assert_output 'was unhealthy (its alive checks failed), after'
	assert_output 'by its checks, the last of them: ended with status 1; root restarted it'
	supervise signal -q KILL late mute
	wait_record event=start_failed child=late
	run -0 supervise why late
	assert_output 'run 2 was not ready in time, after'
	assert_output 'not ready within its start_timeout: `up`: it is the file of before the start; root'
	wait_record event=start_failed child=mute
	run -0 supervise why mute
	assert_output 'it was not ready within its start_timeout; root'
	run -0 supervise why --json sick
	assert_output '"cause":"alive"'
}

@test "why a start failed is told when it is no longer news" {
	conf <<-'END'
		worker plain { backoff 10s; exec ./script }
		worker first { backoff 10s; before ./script; exec sleep 1000 }
	END
	printf '#!/bin/sh\n[ "$SUPERVISE_NAME" = first ] || exec sleep 1000\n' >script
	chmod +x script
	start_tree_ready
	rm script
	supervise signal -q KILL plain first
	wait_record event=start_failed child=plain
	wait_record event=start_failed child=first
	run -0 supervise why plain
	assert_output 'run 2 could not be started (ENOENT), after'
	assert_output 'command not found: ./script; root starts it again in'
	run -0 supervise why first
	assert_output 'before: command not found: ./script; root starts it again in'
	run -0 supervise why --json plain
	assert_output '"error":"command not found: ./script"'
}
