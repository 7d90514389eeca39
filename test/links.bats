#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# Links: two children that end together, by the file and by request.

load test_helper
load control_helper

teardown() {
	finish
}

runs() {
	supervise status --json | jq -r 'select(.child) | "\(.child)=\(.run)"' | xargs
}

are_runs() {
	[[ $(runs) == "$1" ]]
}

# Two supervisors, a link between a worker of each.
two_trees() {
	conf <<-'END'
		supervisor web  { worker api { exec ${WORKER}; link db } }
		supervisor data { worker db { exec ${WORKER} }; worker other { exec ${WORKER} } }
	END
	start_tree_ready
}

@test "L1 L2 S152: whatever the supervisors, one ends with the other and has its reason" {
	two_trees
	kill -s SEGV "$(pid_of db)"
	eventually are_runs "web/api=2 data/db=2 data/other=1"
	assert_record event=stopping child=web/api run=1 signal=TERM
	assert_record event=exited child=web/api run=1 reason=signal:SEGV link=data/db
	assert_record event=exited child=data/db run=1 reason=signal:SEGV
	assert_equal "$(causes api)" "1 link data/db signal:SEGV"
	assert_equal "$(causes db)" "1 itself - signal:SEGV"
	run -0 supervise why api
	assert_output "because data/db was ended by SIGSEGV"
	assert_output "web restarted it (one_for_one)"
}

@test "L1: a pair of the file is linked again whenever both run, either way" {
	two_trees
	kill -s SEGV "$(pid_of db)"
	eventually are_runs "web/api=2 data/db=2 data/other=1"
	kill -s KILL "$(pid_of api)"
	eventually are_runs "web/api=3 data/db=3 data/other=1"
	assert_record event=exited child=data/db run=2 reason=killed link=web/api
	kill -s KILL "$(pid_of db)"
	eventually are_runs "web/api=4 data/db=4 data/other=1"
}

@test "L2 S153: a normal end does nothing to the other, a stop does" {
	conf <<-'END'
		worker a { exec ${WORKER} wait=go exit=75; normal 75; restart transient; link b }
		worker b { exec ${WORKER} }
	END
	start_tree_ready
	touch go
	wait_record event=exited child=a reason=exit:75
	rm go
	supervise start a
	supervise stop a
	eventually are_runs "a=2 b=2"
	assert_record event=exited child=b run=1 reason=shutdown link=a
	assert_equal "$(causes b)" "1 link a shutdown"
	assert_equal "$(count_records event=exited child=b)" 1
}

@test "L2 S163: its own restart type applies, and its restart counts" {
	conf <<-'END'
		max_restarts 9
		worker a { exec ${WORKER}; link temp tran perm }
		worker temp { exec ${WORKER}; restart temporary }
		worker tran { exec ${WORKER}; restart transient }
		worker perm { exec ${WORKER} }
	END
	start_tree_ready
	kill -s TERM "$(pid_of a)"
	wait_record event=started child=a run=2
	wait_record event=started child=perm run=2
	wait_record event=removed child=temp
	eventually is_state down tran
	assert_record event=restarting child=perm restarts=2
	supervise start tran
	kill -s KILL "$(pid_of a)"
	eventually are_runs "a=3 tran=3 perm=3"
}

@test "L2: an exit signal is a stop as in U4, with SIGKILL at its end" {
	conf <<-'END'
		worker a { exec ${WORKER}; link b }
		worker b { ready fd 3; exec ${WORKER} ignore=INT ready=3; stop_signal INT; shutdown 200ms }
	END
	start_tree_ready
	kill -s KILL "$(pid_of a)"
	wait_record event=started child=b run=2
	assert_record event=stopping child=b run=1 signal=INT
	assert_record event=killing child=b run=1 late=true
	assert_record event=exited child=b run=1 reason=killed link=a
}

@test "L2: one that its supervisor is stopping anyway is unaffected" {
	conf <<-'END'
		worker a { exec ${WORKER}; link b }
		worker b { ready fd 3; exec ${WORKER} ignore=TERM ready=3 wait=go exit=0; shutdown 60s }
	END
	start_tree_ready
	supervise stop --no-wait b
	wait_record event=stopping child=b
	kill -s KILL "$(pid_of a)"
	wait_record event=exited child=a
	touch go
	wait_record event=exited child=b
	assert_record event=exited child=b reason=shutdown
	refute has_record event=exited child=b link=a
	eventually is_state down b
}

@test "L3: a chain of children ends, and a circle" {
	conf <<-'END'
		max_restarts 99
		worker a { exec ${WORKER}; link b }
		worker b { exec ${WORKER}; link c }
		worker c { exec ${WORKER}; link d }
		worker d { exec ${WORKER}; link a }
	END
	start_tree_ready
	kill -s SEGV "$(pid_of c)"
	eventually are_runs "a=2 b=2 c=2 d=2"
	assert_equal "$(count_records event=exited reason=signal:SEGV)" 4
	kill -s KILL "$(pid_of a)"
	eventually are_runs "a=3 b=3 c=3 d=3"
	assert_equal "$(count_records event=exited)" 8
}

@test "S163: a circle of more children than may be restarted ends its supervisor, which check tells" {
	for strategy in one_for_one one_for_all; do
		for max in 3 4; do
			conf <<-END
				strategy $strategy
				max_restarts $max
				worker w[4] { exec \${WORKER}; link w.0 }
			END
			run -0 supervise check
			start_tree_ready
			kill -s SEGV "$(pid_of w.2)"
			if [[ $strategy == one_for_one && $max -eq 3 ]]; then
				assert_output "warning: a crash or a restart of w.0 restarts 4 linked children, and max_restarts of root is 3"
				wait_tree
				assert_record event=gave_up restarts=4
			else
				refute_output "warning"
				eventually are_runs "w.0=2 w.1=2 w.2=2 w.3=2"
				stop_tree
			fi
		done
	done
}

@test "S162: all peers are told at once, nobody is awaited" {
	conf <<-'END'
		max_restarts 9
		worker a { exec ${WORKER}; link b c }
		worker b { ready fd 3; exec ${WORKER} run=1 ignore=TERM end ready=3; shutdown 100s; link d }
		worker c { exec ${WORKER} }
		worker d { exec ${WORKER} }
	END
	start_tree_ready
	kill -s KILL "$(pid_of a)"
	wait_record event=started child=d run=2
	wait_record event=started child=c run=2
	is_state up b
	kill -s KILL "$(pid_of b)"
	wait_record event=started child=b run=2
	assert_record event=exited child=b run=1 reason=killed link=a
}

@test "a worker can be linked to a supervisor, which ends nothing itself" {
	conf <<-'END'
		supervisor s { max_restarts 0; worker x { exec ${WORKER} } }
		worker y { exec ${WORKER}; link s }
	END
	start_tree_ready
	kill -s KILL "$(pid_of y)"
	wait_record event=started child=y run=2
	assert_equal "$(runs)" "s/x=1 y=2"
	kill -s KILL "$(pid_of x)"
	wait_record event=exited child=y run=2 reason=shutdown link=s
	eventually are_runs "s/x=2 y=3"
}

# ---------------------------------------------------------------- by request

@test "L1: supervise link ties the present runs, and the link ends with them" {
	conf <<<'max_restarts 9; worker a { exec ${WORKER} }; supervisor s { worker b { exec ${WORKER} } }'
	start_tree_ready
	run -0 supervise link a b
	assert_equal "$output" ""
	supervise link b a
	kill -s KILL "$(pid_of b)"
	eventually are_runs "a=2 s/b=2"
	assert_record event=exited child=a run=1 reason=killed link=s/b
	kill -s KILL "$(pid_of b)"
	eventually are_runs "a=2 s/b=3"
	kill -s KILL "$(pid_of a)"
	eventually are_runs "a=3 s/b=3"
}

@test "S150 S160: one unlink undoes it, from either side; a pair of the file comes back" {
	conf <<<'max_restarts 9; worker a { exec ${WORKER}; link b }; worker b { exec ${WORKER} }; worker c { exec ${WORKER} }'
	start_tree_ready
	supervise link a c
	supervise link a c
	supervise unlink c a
	supervise unlink b a
	kill -s KILL "$(pid_of a)"
	wait_record event=started child=a run=2
	assert_equal "$(runs)" "a=2 b=1 c=1"
	kill -s KILL "$(pid_of a)"
	eventually are_runs "a=3 b=2 c=1"
	run -0 supervise unlink a c
	assert_equal "$output" "supervise: a is not linked to c"
	run -0 supervise unlink a b
	assert_equal "$output" ""
	run -0 supervise unlink a b
	assert_equal "$output" "supervise: a is not linked to b"
}

@test "L1: what the file says and what was asked for of one pair are two things" {
	local with='worker a { exec ${WORKER}; link b }' without='worker a { exec ${WORKER} }'
	local rest='max_restarts 99; worker b { exec ${WORKER} }'
	conf <<<"$with; $rest"
	start_tree_ready
	# The line goes away, what was asked for stays until a run ends.
	supervise link b a
	conf <<<"$without; $rest"
	run -0 supervise reload
	kill -s KILL "$(pid_of a)"
	eventually are_runs "a=2 b=2"
	kill -s KILL "$(pid_of a)"
	eventually are_runs "a=3 b=2"
	# The line comes: both hold, and the file's outlives the run.
	supervise link a b
	conf <<<"$with; $rest"
	run -0 supervise reload
	kill -s KILL "$(pid_of b)"
	eventually are_runs "a=4 b=3"
	# What was asked for has ended with that run: the line alone counts.
	conf <<<"$without; $rest"
	run -0 supervise reload
	kill -s KILL "$(pid_of b)"
	eventually are_runs "a=4 b=4"
	supervise wait quiet
	are_runs "a=4 b=4"
}

@test "S160: unlink undoes what was asked for and, for these runs, what the file says" {
	conf <<<'max_restarts 99; worker a { exec ${WORKER}; link b }; worker b { exec ${WORKER} }'
	start_tree_ready
	supervise link a b
	supervise unlink a b
	# Nor does a reload bring it back before one of them starts.
	sed -i 's/max_restarts 99/max_restarts 98/' supervise.conf
	run -0 supervise reload
	kill -s KILL "$(pid_of a)"
	eventually are_runs "a=2 b=1"
	kill -s KILL "$(pid_of b)"
	eventually are_runs "a=3 b=2"
	supervise unlink a b
	supervise link a b
	kill -s KILL "$(pid_of b)"
	eventually are_runs "a=4 b=3"
}

@test "link without a second name lists the links there are" {
	conf <<-'END'
		worker a { exec ${WORKER}; link b s/d }
		worker b { exec ${WORKER} }
		worker c { exec ${WORKER} }
		supervisor s { worker d { exec ${WORKER}; restart temporary } }
	END
	start_tree_ready
	supervise link c b
	supervise link b a
	supervise unlink a s/d
	run -0 supervise link
	diff <(LC_ALL=C sort <<<"$output") - <<-'END'
		CHILD  PEER  BY       LIVE
		a      b     both     yes
		a      s/d   file     no
		c      b     request  yes
	END
	run -0 supervise link b
	diff <(LC_ALL=C sort <<<"$output") - <<-'END'
		CHILD  PEER  BY       LIVE
		b      a     both     yes
		b      c     request  yes
	END
	run -0 supervise link --json c
	assert_equal "$(jq -c 'del(.time)' <<<"$output")" '{"event":"link","child":"c","peer":"b","by":"request","live":true}'
	supervise unlink c b
	run -0 supervise link c
	assert_equal "$output" ""
	run -4 supervise link nobody
	run -2 supervise link a b c
}

@test "S151: a link to oneself, or to a supervisor above, does nothing" {
	conf <<<'supervisor s { worker a { exec ${WORKER} } }'
	start_tree_ready
	supervise link a a
	supervise link a s
	supervise link root a
	kill -s KILL "$(pid_of a)"
	wait_record event=started child=s/a run=2
	assert_equal "$(count_records event=exited)" 1
}

@test "L5 S159: a link to what does not run fails with noproc, and hurts nobody else" {
	conf <<<'worker a { exec ${WORKER} }; worker b { exec ${WORKER} }'
	start_tree_ready
	supervise stop b
	run -1 supervise link a b
	assert_output "b does not run"
	run -1 supervise link b a
	run -0 talk "$(socket_path)" <<<'link a b'
	assert_output "code=failed result=noproc"
	assert_equal "$(runs)" "a=1 b=1"
	run -4 supervise link a bb
	assert_output 'did you mean'
	run -2 supervise unlink a
	run -2 supervise link a 'b*'
}

@test "L5: said by a child for itself, the exit signal noproc comes at once" {
	conf <<-END
		worker b { exec \${WORKER} }
		worker a { restart temporary; shell 'while [ ! -e go ]; do sleep 0.01; done; $SUPERVISE link "\$SUPERVISE_NAME" b; exec sleep 1000' }
	END
	start_tree_ready
	supervise stop b
	touch go
	wait_record event=exited child=a
	assert_record event=exited child=a reason=noproc link=b
	wait_record event=removed child=a
}

@test "L1: a child links itself while it starts, and its start fails with the other" {
	conf <<-END
		max_restarts 9
		worker b { exec \${WORKER} }
		worker a { ready fd 3; shell '[ \$SUPERVISE_RUN != 2 ] || { $SUPERVISE link "\$SUPERVISE_NAME" b; touch linked; exec sleep 1000; }; echo >&3; exec sleep 1000' }
	END
	start_tree_ready
	kill -s KILL "$(pid_of a)"
	eventually test -e linked
	kill -s SEGV "$(pid_of b)"
	wait_record event=start_failed child=a run=2 reason=signal:SEGV
	eventually are_runs "b=2 a=3"
	eventually is_state up a
}

# ---------------------------------------------------------------- names, reload

@test "a name of the file is a sibling, a path or a last part; else an error with a hint" {
	conf <<-'END'
		supervisor s[2] {
		    worker a { exec ${WORKER}; link b }
		    worker b { exec ${WORKER} }
		}
		worker c { exec ${WORKER}; link s.1/b }
		worker w[3] { exec ${WORKER}; link w.0 }
	END
	run -0 supervise check
	refute_output "warning"
	start_tree_ready
	kill -s KILL "$(pid_of s.1/b)"
	eventually are_runs "s.0/a=1 s.0/b=1 s.1/a=2 s.1/b=2 c=2 w.0=1 w.1=1 w.2=1"
	stop_tree
	conf <<<'worker api { exec ${WORKER}; link bd }; worker db { exec ${WORKER} }'
	run -2 supervise check
	assert_output 'supervise.conf:1:35: "bd" is no child that api can be linked to, did you mean "db"?'
}

@test "a reload takes over other links in place" {
	conf <<<'max_restarts 99; worker a { exec ${WORKER}; link b }; worker b { exec ${WORKER} }; worker c { exec ${WORKER} }'
	start_tree_ready
	conf <<<'max_restarts 99; worker a { exec ${WORKER}; link c d }; worker b { exec ${WORKER} }; worker c { exec ${WORKER} }; worker d { exec ${WORKER} }'
	run -0 supervise reload
	assert_equal "$(runs)" "a=1 b=1 c=1 d=1"
	supervise link b c
	kill -s KILL "$(pid_of d)"
	eventually are_runs "a=2 b=2 c=2 d=2"
	conf <<<'max_restarts 99; worker a { exec ${WORKER} }; worker b { exec ${WORKER} }; worker c { exec ${WORKER} }; worker d { exec ${WORKER} }'
	run -0 supervise reload --dry-run
	assert_output change
	supervise reload
	kill -s KILL "$(pid_of a)"
	wait_record event=started child=a run=3
	assert_equal "$(runs)" "a=3 b=2 c=2 d=2"
	# One that is gone takes its links along.
	supervise link b d
	conf <<<'max_restarts 99; worker a { exec ${WORKER} }; worker b { exec ${WORKER} }; worker c { exec ${WORKER} }'
	supervise reload
	eventually are_runs "a=3 b=3 c=2"
	kill -s KILL "$(pid_of b)"
	eventually are_runs "a=3 b=4 c=2"
}

@test "L1: a reload that adds many ties each before it starts, in both directions" {
	conf <<<'worker hub { exec ${WORKER} }; worker late { exec ${WORKER} }; worker other { exec ${WORKER} }'
	start_tree_ready
	conf <<-'END'
		worker hub { exec ${WORKER} }
		worker late { exec ${WORKER}; link brief }
		worker other { exec ${WORKER}; link s/end }
		worker many[200] { exec ${WORKER}; restart temporary; link hub }
		worker brief { exec ${WORKER} exit=3; restart temporary }
		supervisor s { worker end { exec ${WORKER}; link many.199 } }
	END
	run -0 supervise reload
	assert_output "start    s"
	wait_record event=exited child=late run=1 reason=exit:3 link=brief
	eventually are_runs "hub=1 late=2 other=1 $(printf 'many.%d=1 ' {0..199})s/end=1"
	kill -s KILL "$(pid_of hub)"
	eventually are_runs "hub=2 late=2 other=2 s/end=2"
	assert_equal "$(count_records event=exited reason=killed link=hub)" 200
	assert_record event=exited child=other reason=killed link=s/end
}

@test "a reload that puts another in the place of a peer ends who is linked to it, once" {
	conf <<<'worker a { exec ${WORKER}; link b }; worker b { exec ${WORKER} }'
	start_tree_ready
	conf <<<'worker a { exec ${WORKER}; link b }; supervisor b { max_restarts 0; worker c { exec ${WORKER} } }'
	run -0 supervise reload
	wait_record event=exited child=a run=1 reason=shutdown link=b
	eventually are_runs "a=2 b/c=1"
	kill -s KILL "$(pid_of b/c)"
	wait_record event=exited child=a run=2 reason=shutdown link=b
	eventually are_runs "a=3 b/c=2"
}

@test "a stop in the middle of a reload leaves nothing of what was to come" {
	conf <<<'worker a { exec ${WORKER} }'
	start_tree_ready
	conf <<-'END'
		worker a { exec ${WORKER}; link slow z }
		worker slow { exec ${WORKER}; ready fd 3; start_timeout 60s }
		supervisor z { worker y { exec ${WORKER}; link a } }
	END
	supervise reload >out 2>&1 3>&- &
	wait_record event=starting child=slow
	run -0 supervise down
	wait_tree
	refute_record event=started child=z/y
}

@test "what is added has links too, and is named when it is gone" {
	conf <<<'max_restarts 9; supervisor pool { strategy dynamic }; worker a { exec ${WORKER} wait=go sleep=100000 }'
	start_tree_ready
	run -4 supervise add pool 'worker x { exec sleep 1000; link aa }'
	assert_output "link: nothing is called aa, did you mean a?"
	supervise add pool 'worker x { exec sleep 1000; restart temporary; link a }'
	supervise add pool 'supervisor s { restart temporary; worker y { exec sleep 1000; link z }; worker z { exec sleep 1000 } }'
	hold "$(pid_of a)"
	kill -s KILL "$(pid_of x)"
	wait_record event=removed child=pool/x
	wait_record event=exited child=a run=1 reason=killed link=pool/x
	kill -s KILL "$(pid_of y)"
	wait_record event=exited child=pool/s/z reason=killed link=pool/s/y
	run -0 supervise why a
	assert_output "because pool/x was killed (SIGKILL)"
	supervise stop s
	supervise add pool 'worker x { exec sleep 1000; restart temporary; link a }'
	supervise stop x
	wait_record event=exited child=a run=2 reason=shutdown link=pool/x
}

@test "L1: what is added is tied to those that name it" {
	conf <<-'END'
		max_restarts 9
		worker w { link x; exec ${WORKER} }
		worker x { restart temporary; exec ${WORKER} }
	END
	start_tree_ready
	supervise stop -q x
	wait_record event=started child=w run=2
	supervise add -q root "worker x { exec $WORKER }"
	kill -s KILL "$(pid_of x)"
	wait_record event=exited child=w run=2 link=x
	wait_record event=started child=w run=3
}

@test "L1: children that wait to be added keep their links until they start" {
	conf <<-'END'
		worker db { restart temporary; exec sleep 1000 }
		supervisor x { worker slow { shutdown 60s; ready fd 3; exec ${WORKER} ignore=TERM ready=3 } }
	END
	start_tree_ready
	local slow child
	slow=$(pid_of slow)
	supervise stop -q --no-wait slow
	wait_record event=stopping child=x/slow
	for child in a b; do
		supervise add -q --no-wait x "worker $child { restart temporary; link db; exec sleep 1000 }"
	done
	refute_record event=started child=x/a
	kill -s KILL "$slow"
	wait_record event=started child=x/b
	kill -s KILL "$(pid_of db)"
	wait_record event=exited child=x/a reason=killed link=db
	wait_record event=exited child=x/b reason=killed link=db
	stop_tree
}
