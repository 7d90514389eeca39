#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# The commands around the runs of a worker: before, after.

load test_helper

bats_require_minimum_version 1.5.0

# One line of `said` for each command that has run.
said_is() {
	[[ $(cat said 2>/dev/null) == "$1" ]]
}

# What a command writes comes after the record of its start.
assert_said() {
	local lines
	lines=$(cat)
	eventually said_is "$lines"
}

# ---------------------------------------------------------------- after

@test "L11: after runs at each end, before the next start, and knows the reason" {
	conf <<-'END'
		worker w {
		    exec  sh -c 'echo "run $SUPERVISE_RUN" >>said; exit 3'
		    after sh -c 'sleep 0.05; echo "after $SUPERVISE_RUN $SUPERVISE_REASON $SUPERVISE_NAME" >>said'
		}
	END
	start_tree
	wait_tree
	assert_status 1
	assert_said <<-'END'
		run 1
		after 1 exit:3 w
		run 2
		after 2 exit:3 w
		run 3
		after 3 exit:3 w
		run 4
		after 4 exit:3 w
	END
	refute_record event=command_failed directive=after
}

@test "L11: after is told how long the run was, and a run is not told how it ended" {
	conf <<-'END'
		worker w {
		    restart temporary
		    exec  sh -c 'echo "run ${SUPERVISE_REASON-} ${SUPERVISE_RAN_MS-}" >>said; sleep 0.2'
		    after sh -c 'test "$SUPERVISE_RAN_MS" -ge 100 && echo long >>said'
		}
		worker other { exec sleep 1000 }
	END
	SUPERVISE_REASON=outer SUPERVISE_RAN_MS=1 start_tree_ready
	wait_record event=removed child=w
	eventually said_is $'run  \nlong'
	stop_tree
	assert_status 0
}

@test "L11: after is told of the run before it, as the run itself was" {
	conf <<-'END'
		worker w {
		    restart temporary
		    catch exit:4 restart
		    exec  sh -c 'echo "run ${SUPERVISE_LAST_REASON-none}" >>said; exit $((3 + SUPERVISE_RUN))'
		    after sh -c 'echo "after ${SUPERVISE_LAST_REASON-none} $SUPERVISE_REASON" >>said'
		}
		worker other { exec sleep 1000 }
	END
	start_tree_ready
	wait_record event=removed child=w
	assert_said <<-'END'
		run none
		after none exit:4
		run exit:4
		after exit:4 exit:5
	END
	stop_tree
}

@test "L11: after runs at a stop by its supervisor, which waits for it" {
	conf <<-'END'
		worker a {
		    exec  ${WORKER}
		    after sh -c 'echo "a $SUPERVISE_REASON" >>said'
		}
		worker b {
		    exec  ${WORKER}
		    after sh -c 'sleep 0.2; echo "b $SUPERVISE_REASON" >>said'
		}
	END
	start_tree_ready
	stop_tree
	assert_status 0
	# In reverse order, one after the other.
	assert_said <<-'END'
		b shutdown
		a shutdown
	END
}

@test "L11: a failure of after is recorded and changes nothing" {
	conf <<-'END'
		worker bad     { exec ${WORKER}; after sh -c 'exit 7' }
		worker missing { exec ${WORKER}; after ./no-such-program }
		worker killed  { exec ${WORKER}; after sh -c 'kill -s SEGV $$' }
	END
	start_tree_ready
	for child in bad missing killed; do
		kill -s KILL "$(child_pid "$child")"
		wait_record event=started "child=$child" run=2
	done
	assert_record event=command_failed directive=after child=bad run=1 reason=exit:7
	assert_record event=command_failed directive=after child=killed run=1 reason=signal:SEGV
	assert_record event=command_failed directive=after child=missing run=1 reason=start:ENOENT
	grep -qF 'error="after: command not found: ./no-such-program"' records
	assert_equal "$(count_records event=restarting)" 3
	stop_tree
	assert_status 0
}

@test "L11: after has the time of shutdown, then it is killed" {
	conf <<-'END'
		worker w {
		    shutdown 300ms
		    exec     ${WORKER}
		    after    sh -c 'trap "" TERM; echo began >>said; sleep 1000 & wait; sleep 1000'
		}
	END
	start_tree_ready
	kill -s KILL "$(child_pid w)"
	wait_record event=started child=w run=2
	assert_record event=command_failed directive=after child=w run=1 reason=killed
	stop_tree
	assert_status 0
	nothing_left
}

@test "L11: what after leaves behind is ended before the next start" {
	conf <<-'END'
		worker w {
		    exec  ${WORKER}
		    after sh -c 'sleep 1000 & echo $! >left'
		}
	END
	start_tree_ready
	kill -s KILL "$(child_pid w)"
	wait_record event=started child=w run=2
	eventually ended "$(<left)"
	stop_tree
	nothing_left
}

@test "L11: after waits until the group of the run is empty" {
	conf <<-'END'
		worker w {
		    shutdown 300ms
		    exec  ${WORKER} fork ignore=TERM say=x log=pid end
		    after sh -c 'kill -0 "-$(cat leader)" 2>/dev/null && echo alive >>said; echo after >>said'
		}
	END
	start_tree_ready
	child_pid w >leader
	kill -s KILL "$(child_pid w)"
	wait_record event=started child=w run=2
	assert_said <<<after
	stop_tree
}

@test "L11: a second signal does without after" {
	conf <<-'END'
		worker w {
		    shutdown infinity
		    ready fd 3
		    exec  ${WORKER} ignore=TERM ready=3
		    after sh -c 'echo after >>said'
		}
	END
	start_tree_ready
	kill -s TERM "$PID"
	wait_record event=stopping child=w
	kill -s TERM "$PID"
	wait_tree
	refute test -e said
}

@test "after is no process of the child: no pid, no signal" {
	mkfifo go
	conf <<-'END'
		worker w {
		    shutdown infinity
		    exec     ${WORKER}
		    after    sh -c 'trap "echo hit >>said" USR1; echo up >>said; read -r line <go'
		}
	END
	start_tree_ready
	kill -s KILL "$(child_pid w)"
	eventually said_is up
	run supervise signal USR1 w
	refute test "$status" -eq 0
	run supervise pid w
	refute test "$status" -eq 0
	echo line >go
	wait_record event=started child=w run=2
	assert_said <<<up
	supervise signal KILL w
	eventually said_is $'up\nup'
	echo line >go
	wait_record event=started child=w run=3
	rm go
	stop_tree
}

# ---------------------------------------------------------------- catch

@test "L10: restart, even where the type would not" {
	conf <<-'END'
		worker w { restart temporary; catch exit:75 restart; exec sh -c 'test $SUPERVISE_RUN -gt 2 || exit 75; exit 3' }
		worker other { exec ${WORKER} }
	END
	start_tree_ready
	wait_record event=removed child=w
	assert_equal "$(count_records event=caught child=w action=restart reason=exit:75)" 2
	assert_equal "$(count_records event=restarting child=w)" 2
	assert_record event=exited child=w run=3 reason=exit:3
	stop_tree
}

@test "L10: stop, not again, as if normal" {
	conf <<-'END'
		auto_shutdown any_significant
		worker w { restart transient; significant; catch exit:78 stop; exec sh -c 'exit 78' }
	END
	start_tree
	wait_tree
	# A significant child that has ended normally ends its supervisor well.
	assert_status 0
	assert_record event=caught child=w action=stop reason=exit:78
	assert_record event=auto_shutdown child=w
	refute_record event=restarting
	refute_record event=report
}

@test "L10: ignore, not again, and no failure anywhere" {
	conf <<-'END'
		auto_shutdown any_significant
		worker w { restart transient; significant; catch exit:78 ignore; exec sh -c 'exit 78' }
		worker other { exec ${WORKER} }
	END
	start_tree_ready
	wait_record event=ignored child=w reason=exit:78
	run supervise status w
	assert_output down
	refute_record event=auto_shutdown
	stop_tree
	assert_status 0
}

@test "L10: escalate, the supervisor gives up now" {
	conf <<-'END'
		supervisor s {
		    max_restarts 1000
		    worker w { catch exit:70 escalate; exec sh -c 'test $SUPERVISE_RUN -gt 1 && exec "$WORKER"; exit 70' }
		    worker v { exec ${WORKER} }
		}
		worker other { exec ${WORKER} }
	END
	export WORKER
	start_tree
	wait_record event=gave_up supervisor=s child=s/w
	assert_record event=gave_up supervisor=s child=s/w reason=exit:70 escalated=true
	# To the one above it is a child that has ended.
	wait_record event=restarting supervisor=root child=s
	wait_record event=started child=other
	stop_tree
}

@test "L10: when the root gives up so, it says so" {
	conf <<<"worker w { catch exit:70 escalate; exec sh -c 'sleep 0.1; exit 70' }"
	start_tree
	wait_tree
	assert_status 1
	grep -qF 'rule      a catch line says escalate' records
}

@test "L10: run, and then go on matching" {
	conf <<-'END'
		worker w {
		    catch signal:SEGV,BUS run sh -c 'echo "core $SUPERVISE_REASON" >>said'
		    catch exit:*          run sh -c 'echo never >>said'
		    catch signal:*        run sh -c 'echo "any $SUPERVISE_RUN" >>said; exit 5'
		    catch signal:SEGV     stop
		    catch *               run sh -c 'echo never >>said'
		    after sh -c 'echo after >>said'
		    exec  sh -c 'kill -s SEGV $$'
		}
		worker other { exec ${WORKER} }
	END
	start_tree_ready
	wait_record event=caught child=w action=stop
	eventually said_is $'core signal:SEGV\nany 1\nafter'
	assert_record event=command_failed child=w directive=catch reason=exit:5
	stop_tree
	assert_status 0
}

@test "L10: an end that was asked for is not caught" {
	conf <<-'END'
		worker w { catch * run sh -c 'echo never >>said'; catch * escalate; exec ${WORKER} }
		worker other { exec ${WORKER} }
	END
	start_tree_ready
	run -0 supervise stop w
	run -0 supervise start w
	stop_tree
	assert_status 0
	refute test -e said
	refute_record event=caught
}

@test "L9: the child's own lines are tried, then those of each supervisor above" {
	conf <<-'END'
		catch exit:1-9 stop
		supervisor s {
		    catch exit:2 ignore
		    worker a { exec sh -c 'exit 2' }
		    worker b { catch exit:2 restart; exec sh -c 'test $SUPERVISE_RUN -gt 1 && exit 3; exit 2' }
		}
	END
	start_tree
	wait_record event=caught child=s/b reason=exit:3
	wait_record event=ignored child=s/a
	assert_record event=caught child=s/a reason=exit:2 action=ignore
	assert_record event=caught child=s/b reason=exit:2 action=restart
	assert_record event=caught child=s/b reason=exit:3 action=stop
	run -0 supervise why s/b
	assert_output 'a catch line says that it stays down'
	stop_tree
	assert_status 0
}

@test "L10: without a match the restart type decides" {
	conf <<-'END'
		worker w { restart transient; catch exit:70-78 stop; exec sh -c 'test $SUPERVISE_RUN -gt 1 && exit 0; exit 79' }
		worker other { exec ${WORKER} }
	END
	start_tree_ready
	wait_record event=exited child=w run=2 reason=exit:0
	refute_record event=caught
	assert_equal "$(count_records event=restarting)" 1
	stop_tree
}

@test "L10: a failed start is caught as well" {
	conf <<-'END'
		worker a { catch start:ENOENT stop; exec ./no-such-program }
		worker b { ready fd 3; catch exit:78 ignore; exec sh -c 'exit 78' }
		worker c { exec ${WORKER} }
	END
	start_tree_ready
	assert_record event=caught child=a reason=start:ENOENT action=stop
	assert_record event=ignored child=a run=1 reason=start:ENOENT
	refute_record event=ignored child=a pid=0
	assert_record event=caught child=b reason=exit:78 action=ignore
	assert_record event=started child=c
	stop_tree
	assert_status 0
}

@test "L10: the lines of a child stand before those of the spec it is made from" {
	conf <<-'END'
		spec base { catch exit:5 escalate; exec sh -c 'sleep 0.1; exit 5' }
		worker w = base() { catch exit:5 stop }
		worker other { exec ${WORKER} }
	END
	start_tree_ready
	wait_record event=caught child=w action=stop
	stop_tree
	assert_status 0
}

@test "a catch line that is none is refused where it is wrong" {
	local line at
	while IFS='|' read -r line at; do
		conf <<<"worker w { exec true; catch $line }"
		run -2 supervise check
		assert_output "./supervise.conf:1:$at: "
	done <<-'END'
		|23
		exit:300 stop|29
		exit:78|29
		exit:78 halt|37
		exit:78 stop now|42
		exit:78 run|37
	END
}

# ---------------------------------------------------------------- before

@test "before runs before each start, and its end is awaited" {
	conf <<-'END'
		worker w {
		    before sh -c 'sleep 0.1; echo "before $SUPERVISE_RUN ${SUPERVISE_LAST_REASON-}" >>said'
		    exec   sh -c 'echo "run $SUPERVISE_RUN" >>said; exec sleep 1000'
		}
	END
	start_tree_ready
	kill -s KILL "$(child_pid w)"
	wait_record event=started child=w run=2
	eventually said_is $'before 1 \nrun 1\nbefore 2 killed\nrun 2'
	# Its process is no start: the next child waits for the program.
	assert_equal "$(count_records event=started child=w)" 2
	assert_equal "$(count_records event=exited child=w)" 1
	stop_tree
	assert_status 0
}

@test "D1: while before runs the deaths of others are served" {
	conf <<-'END'
		supervisor s {
		    max_restarts 9
		    worker a { before sh -c 'until test -e go; do sleep 0.01; done'; exec ${WORKER} }
		    worker b { exec ${WORKER} }
		    worker c { ready fd 3; exec ${WORKER} log=log wait=ready ready=3 }
		}
	END
	touch go
	start_tree
	wait_log start s/c
	rm go
	kill -s KILL "$(child_pid s/a)"
	kill -s KILL "$(child_pid s/b)"
	eventually ended "$(child_pid s/b)"
	touch ready
	wait_record event=started child=s/b run=2
	refute_record event=started child=s/a run=2
	assert_record event=started supervisor=root
	touch go
	wait_record event=started child=s/a run=2
}

@test "before fails after a reload has taken its line away" {
	conf <<-'END'
		max_restarts 9
		worker a {
		    before sh -c 'test -e first || { touch first; exit 0; }; touch runs; until test -e go; do sleep 0.01; done; exit 9'
		    exec ${WORKER}
		}
	END
	start_tree_ready
	local engine
	engine=$(engine_pid)
	kill -s KILL "$(child_pid a)"
	eventually test -e runs
	conf <<<'max_restarts 9; worker a { exec ${WORKER} }'
	"$SUPERVISE" reload
	touch go
	wait_record event=start_failed child=a run=2
	wait_record event=started child=a run=3
	assert_equal "$(engine_pid)" "$engine"
}

@test "U5: a failure of before is a failed start" {
	conf <<-'END'
		worker a { exec ${WORKER} }
		worker w { before sh -c 'exit 9'; exec ${WORKER} log=said }
	END
	start_tree
	wait_tree
	assert_status 1
	assert_record event=start_failed child=w run=1 reason=exit:9
	grep -qF 'w did not start: before: `sh -c exit 9` ended with status 9' records
	refute test -e said
	assert_record event=exited child=a reason=shutdown
}

@test "U13: a tree that gives up because of before names that command" {
	conf <<-'END'
		max_restarts 1
		worker w { before sh -c 'test "$SUPERVISE_RUN" = 1 || exit 9
		    : more'; exec ${WORKER} run=1 exit=3 end }
	END
	run -1 supervise run -q
	assert_output 'gave up: w did not start: before: `sh -c test "$SUPERVISE_RUN" = 1 || exit 9 ...` ended with status 9'
	assert_output 'hint      run that command by hand'
	conf <<-'END'
		max_restarts 1
		worker w { start_timeout 1s; before sh -c 'test "$SUPERVISE_RUN" = 1 || exec sleep 1000'; exec ${WORKER} run=1 exit=3 end }
	END
	run -1 supervise run -q
	assert_output 'gave up: w did not start: before: it did not end within start_timeout'
	assert_output 'hint      `start_timeout` is the time of `before` as well'
	conf <<-'END'
		max_restarts 2
		worker w { before sh -c 'test "$SUPERVISE_RUN" != 2 || exit 9'; exec ${WORKER} run=1-3 exit=3 end }
	END
	run -1 supervise run -q
	assert_output 'gave up: w ended with status 3'
}

@test "U5: a program of before that is not there is a failed start" {
	conf <<<'worker w { before ./no-such-program; exec ${WORKER} }'
	start_tree
	wait_tree
	assert_status 1
	assert_record event=start_failed child=w reason=start:ENOENT
	grep -qF 'w did not start: before: command not found: ./no-such-program' records
}

@test "S52: a failure of before at a restart is tried again, and counted" {
	conf <<-'END'
		max_restarts 10
		worker w {
		    before sh -c 'test "$SUPERVISE_RUN" -ne 2'
		    exec   ${WORKER}
		}
	END
	start_tree_ready
	kill -s KILL "$(child_pid w)"
	wait_record event=started child=w run=3
	assert_record event=start_failed child=w run=2 reason=exit:1
	assert_equal "$(count_records event=restarting child=w)" 2
	stop_tree
	assert_status 0
}

@test "U7: before may say that the child is not needed" {
	conf <<-'END'
		worker w { ignore 75; before sh -c 'exit 75'; exec ${WORKER} log=said }
		worker x { exec ${WORKER} }
	END
	start_tree_ready
	assert_record event=ignored child=w reason=exit:75
	refute test -e said
	stop_tree
	assert_status 0
}

@test "before has the time of start_timeout" {
	conf <<-'END'
		worker w {
		    start_timeout 200ms
		    before        sh -c 'sleep 1000'
		    exec          ${WORKER}
		}
	END
	start_tree
	wait_tree
	assert_status 1
	assert_record event=start_failed child=w reason=timeout
	grep -qF 'error="before: it did not end within start_timeout"' records
	nothing_left
}

@test "a stop while before runs ends it, and nothing starts" {
	conf <<<'worker w { before sh -c "echo up >>said; exec sleep 1000"; exec ${WORKER} log=ran }'
	start_tree
	eventually said_is up
	stop_tree
	assert_status 0
	refute test -e ran
	nothing_left
}

@test "with before a worker is as ready as it says" {
	conf <<-'END'
		worker w {
		    ready  fd 3
		    before sh -c 'echo before >>said; : 3>&1'
		    exec   sh -c 'echo run >>said; echo >&3; exec sleep 1000'
		}
		worker x { exec sh -c 'echo next >>said; exec sleep 1000' }
	END
	start_tree_ready
	eventually said_is $'before\nrun\nnext'
	stop_tree
	assert_status 0
}

@test "what before leaves in its group is ended" {
	conf <<<'worker w { before sh -c "sleep 1000 & echo \$! >left"; exec ${WORKER} }'
	start_tree_ready
	eventually ended "$(<left)"
	stop_tree
	nothing_left
}

# ---------------------------------------------------------------- the file

@test "before and after are no part of a run: a reload leaves it alone" {
	conf <<<'worker w { before true; exec ${WORKER}; after sh -c "echo old >>said" }'
	start_tree_ready
	pid=$(child_pid w)
	conf <<<'worker w { exec ${WORKER}; after sh -c "echo new >>said" }'
	run -0 supervise reload
	is_alive "$pid"
	kill -s KILL "$pid"
	wait_record event=started child=w run=2
	assert_said <<<new
	stop_tree
}

@test "L10: a reload while a command of a catch line runs: none runs twice" {
	local lines
	mkfifo go
	conf <<-'END'
		worker w {
		    catch * run sh -c 'echo a >>said; read -r line <go'
		    catch * run sh -c 'echo b >>said'
		    after sh -c 'echo after >>said'
		    exec ${WORKER}
		}
	END
	start_tree_ready
	for lines in 'catch * run true; catch * run true;' ''; do
		kill -s KILL "$(child_pid w)"
		eventually said_is a
		# One more line before those that there were; then none of them.
		conf <<-END
			worker w {
			    $lines
			    catch * run sh -c 'echo a >>said; read -r line <go'
			    after sh -c 'echo after >>said'
			    exec \${WORKER}
			}
		END
		supervise reload -q
		echo line >go
		eventually said_is $'a\nafter'
		rm said
		conf <<-'END'
			worker w {
			    catch * run sh -c 'echo a >>said; read -r line <go'
			    catch * run sh -c 'echo b >>said'
			    after sh -c 'echo after >>said'
			    exec ${WORKER}
			}
		END
		supervise wait -t 60 quiet
		supervise reload -q
	done
	# What else a reload changes is no matter.
	kill -s KILL "$(child_pid w)"
	eventually said_is a
	conf <<-'END'
		worker w {
		    shutdown 4s
		    catch * run sh -c 'echo a >>said; read -r line <go'
		    catch * run sh -c 'echo b >>said'
		    after sh -c 'echo after >>said'
		    exec ${WORKER}
		}
	END
	supervise reload -q
	echo line >go
	eventually said_is $'a\nb\nafter'
	rm go
	stop_tree
}

@test "U7: what ignore takes is caught by no line, and after runs" {
	conf <<-'END'
		worker a { restart transient; ignore 75; catch * run sh -c 'echo never >>said'; after sh -c 'echo a >>said'; exec sh -c 'exit 75' }
		worker b { restart transient; ready fd 3; catch exit:* run sh -c 'echo never >>said'; after sh -c 'echo b >>said'; exec true }
		worker c { restart transient; ready fd 3; catch exit:7 run sh -c 'echo caught >>said'; catch exit:7 ignore; after sh -c 'echo c >>said'; exec sh -c 'exit 7' }
		worker d { restart transient; catch exit:* run sh -c 'echo caught >>said'; after sh -c 'echo d >>said'; exec true }
		worker other { exec ${WORKER} }
	END
	start_tree_ready
	sorted_is() {
		[[ $(sort said | tr '\n' ' ') == "$1" ]]
	}
	eventually sorted_is 'a b c caught caught d '
	stop_tree
	assert_status 0
}

@test "L10 L11: catch and after commands are told of the process that has ended" {
	conf <<-'END'
		worker w {
		    catch killed run sh -c 'echo "catch $SUPERVISE_PID $SUPERVISE_STATUS ${SUPERVISE_CORE-none}" >>said'
		    after sh -c 'echo "after $SUPERVISE_PID $SUPERVISE_STATUS" >>said; exit 1'
		    exec sh -c 'echo "run ${SUPERVISE_PID--} ${SUPERVISE_STATUS--} ${SUPERVISE_CORE--}" >>said; exec "$WORKER"'
		}
		worker x { restart transient; exec ${WORKER} exit=7; catch exit:7 stop; after sh -c 'echo "$SUPERVISE_STATUS" >>x' }
	END
	export WORKER
	SUPERVISE_PID=1 SUPERVISE_STATUS=2 SUPERVISE_CORE=true start_tree_ready
	local pid
	pid=$(child_pid w)
	eventually said_is 'run - - -'
	kill -s KILL "$pid"
	wait_record event=started child=w run=2
	eventually said_is "run - - -
catch $pid 137 none
after $pid 137
run - - -"
	assert_equal "$(<x)" 7
	stop_tree
}

@test "spec prints before and after" {
	conf <<<'worker w { before echo "a b"; after rm -f x; exec ${WORKER} }'
	start_tree_ready
	run -0 supervise spec w
	assert_output "before echo 'a b'"
	assert_output 'after rm -f x'
	stop_tree
}

@test "L10 L11: catch run at a start that takes too long" {
	conf <<-'END'
		worker a {
		    restart transient
		    ready fd 3
		    start_timeout 100ms
		    exec sleep 1000
		    catch timeout run sh -c 'echo "$SUPERVISE_REASON" >>said'
		    catch timeout stop
		}
		worker other { exec sleep 1000 }
	END
	start_tree_ready
	wait_record event=ignored child=a
	assert_said <<<"timeout"
	stop_tree
}

@test "L10: why tells a catch line from what a child said itself" {
	conf <<-'END'
		worker a { restart transient; catch start:ENOENT stop; exec nosuchprogram }
		worker b { restart transient; catch exit:4 ignore; exec sh -c 'exit 4' }
		worker c { restart transient; catch exit:9 stop; before sh -c 'exit 9'; exec sleep 1000 }
		worker d { restart transient; ignore 7; exec sh -c 'exit 7' }
		worker other { exec sleep 1000 }
	END
	start_tree_ready
	local child
	for child in a b c d; do
		wait_record event=ignored child=$child
		run -0 supervise why "$child"
		if [[ $child == d ]]; then
			assert_output 'it said that it is not needed'
		else
			assert_output 'a catch line says that it stays down'
		fi
	done
	stop_tree
}
