#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# When a start is complete, when it has failed and why, when it was not needed.

load test_helper

# fails REASON TEXT...: the tree does not start, for this reason; the record
# of the start says all the texts.
fails() {
	local reason=$1 text error
	shift
	start_tree
	wait_tree
	assert_status 1
	assert_record event=start_failed child=a "reason=$reason"
	error=$(records event=start_failed child=a)
	for text; do
		[[ $error == *"$text"* ]] || fail "no '$text' in: $error"
	done
	refute_record event=engine_died
}

@test "U5: a command that is not found is a failed start; PATH is told" {
	conf <<<"worker a { exec nosuchcommand }"
	UNDER=(env PATH=/nowhere:/usr/bin)
	fails start:ENOENT "command not found: nosuchcommand" "PATH=/nowhere:/usr/bin"
}

@test "U5: a folder of PATH that may not be looked into has nothing in it" {
	mkdir locked
	open_to_everybody
	conf <<<"worker a { exec nosuchcommand }"
	UNDER=(env "PATH=$PWD/locked:/usr/bin")
	if [[ $(id -u) -eq 0 ]]; then
		UNDER+=(setpriv --reuid nobody --regid nogroup --clear-groups)
	fi
	chmod 0 locked
	fails start:ENOENT "command not found: nosuchcommand"
	chmod 755 locked
}

@test "U5: a file that does not exist is a failed start" {
	conf <<<"worker a { exec ./nosuchfile }"
	fails start:ENOENT ./nosuchfile
}

@test "U5: a file that is not executable is a failed start" {
	echo "true" >script
	conf <<<"worker a { exec ./script }"
	fails start:EACCES "cannot execute ./script" "chmod +x ./script"
}

@test "U5: an interpreter that does not exist is a failed start" {
	printf '#!/no/such/shell\n' >script
	chmod +x script
	conf <<<"worker a { exec ./script }"
	fails start:ENOENT "first line of ./script"
}

@test "U5: a script without a first line is run by sh" {
	echo 'echo "$1" >said' >script
	chmod +x script
	conf <<<"worker a { restart temporary; exec ./script word }"
	start_tree
	wait_record event=removed child=a
	assert_file said word
}

@test "U5: a folder that cannot be entered is a failed start" {
	conf <<<"worker a { cwd /no/such/folder; exec true }"
	fails start:ENOENT "cannot change to folder /no/such/folder"
}

@test "U5: an end before it is ready is a failed start" {
	conf <<<"worker a { ready fd 3; exec $WORKER exit=5 }"
	fails exit:5
	conf <<<"worker a { ready after 5s; exec $WORKER signal=SEGV }"
	fails signal:SEGV
}

@test "U5: start_timeout makes a start fail that takes too long" {
	conf <<-'END'
		worker a { ready fd 3; start_timeout 200ms; shutdown 100ms
		    exec ${WORKER} ignore=TERM }
	END
	fails timeout "start_timeout"
	assert_story stopping killing exited <<-'END'
		stopping a
		killing a
		exited a killed
	END
}

@test "U5: start_timeout says nothing about one that is ready in time" {
	conf <<-'END'
		worker a { ready fd 3; start_timeout 10s; exec ${WORKER} ready=3 }
		worker b { start_timeout 1ms; exec ${WORKER} }
		worker c { ready after 20ms; start_timeout 10s; exec ${WORKER} }
	END
	start_tree_ready
	refute_record event=start_failed
}

@test "U6: ready exec: started when it has been executed" {
	conf <<<"worker a { exec $WORKER }"
	start_tree_ready
	refute_record event=starting child=a
	assert_equal "$(readlink "/proc/$(child_pid a)/exe")" "$WORKER"
}

@test "U6: ready fd N: started when a newline comes from there" {
	conf <<<"worker a { ready fd 5; exec $WORKER log=log wait=go ready=5 say=told }"
	start_tree
	wait_record event=starting child=a
	wait_log start a
	refute_record event=started child=a
	touch go
	wait_record event=started child=a
}

@test "U6: ready fd N: other bytes, and closing it, are no newline" {
	conf <<-'END'
		worker a { ready fd 3; start_timeout 10s
		    shell 'printf nearly >&3; echo half >half; until [ -e go ]; do sleep 0.01; done
		           echo >&3; exec 3>&-; exec "$WORKER"' }
		worker b { ready fd 4; start_timeout 100ms; exec ${WORKER} exec sh -c 'exec 4>&-; exec "$WORKER"' }
	END
	start_tree
	eventually [ -s half ]
	refute_record event=started child=a
	touch go
	wait_record event=started child=a
	wait_tree
	assert_status 1
	assert_record event=start_failed child=b reason=timeout
}

@test "U6: ready after TIME: started when it has lived so long" {
	conf <<<"worker a { ready after 300ms; exec $WORKER }"
	start_tree_ready
	assert_story starting started <<-'END'
		starting root
		starting a
		started a
		started root
	END
	stop_tree
	[[ $(field ran_ms event=exited) -ge 300 ]]
}

@test "U6: one_for_one holds nobody else up while one restarts (D1)" {
	conf <<-'END'
		worker a { ready fd 3; exec ${WORKER} log=log run=2 wait=go end ready=3 }
		worker b { exec ${WORKER} }
	END
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	wait_log start a 2
	kill -s KILL "$(child_pid b)"
	wait_record event=started child=b run=2
	refute_record event=started child=a run=2
	touch go
	wait_record event=started child=a run=2
}

@test "D1: under one_for_all deaths wait while a group starts" {
	conf <<-'END'
		strategy one_for_all
		worker a { exec ${WORKER} }
		worker b { ready fd 3; exec ${WORKER} log=log run=2 wait=go end ready=3 }
	END
	start_tree_ready
	kill -s KILL "$(child_pid b)"
	wait_log start b 2
	kill -s KILL "$(child_pid a)"
	wait_record event=exited child=a run=2
	assert_equal "$(count_records event=restarting)" 1
	touch go
	wait_record event=started child=b run=3
	assert_equal "$(count_records event=restarting)" 2
}

@test "U7: a normal end before it is ready says ignore, under ready fd" {
	conf <<-'END'
		worker a { ready fd 3; exec ${WORKER} exit=0 }
		worker b { ready fd 3; normal 75; exec ${WORKER} exit=75 }
		worker c { exec ${WORKER} }
	END
	start_tree_ready
	assert_record event=ignored child=a reason=exit:0
	assert_record event=ignored child=b reason=exit:75
	stop_tree
	assert_status 0
	refute_record event=restarting
}

@test "U7: so does a status that the ignore line names" {
	conf <<-'END'
		worker a { ready after 10s; ignore 78 90-99; exec ${WORKER} exit=95 }
		worker b { ready fd 3; ignore 78; exec ${WORKER} exit=78 }
		worker c { exec ${WORKER} }
	END
	start_tree_ready
	assert_record event=ignored child=a reason=exit:95
	assert_record event=ignored child=b reason=exit:78
	stop_tree
	assert_status 0
}

@test "U7: the status of the ignore line is heard after the start as well" {
	conf <<-'END'
		max_restarts 0
		worker a { ignore 78; exec ${WORKER} exit=78 }
		worker b { ready fd 3; ignore 78; exec ${WORKER} ready=3 exit=78 }
		worker c { exec ${WORKER} }
	END
	start_tree_ready
	wait_record event=ignored child=a reason=exit:78
	wait_record event=ignored child=b reason=exit:78
	stop_tree
	assert_status 0
	refute_record event=report
}

@test "U7: a normal end under ready after is no ignore" {
	conf <<<"worker a { ready after 10s; exec $WORKER exit=0 }"
	fails exit:0
}

@test "U9: a file that is being written is a failed start, not a failed engine" {
	cp "$WORKER" program
	conf <<<"worker a { exec ./program }"
	exec 8>>program
	fails start:ETXTBSY "cannot execute ./program"
	exec 8>&-
}

@test "U9: arguments that are too long are a failed start" {
	local long
	long=$(printf '%060000d' 0)
	{
		echo "set long $long"
		printf 'worker a { exec true'
		printf ' ${long}%.0s' {1..40}
		echo ' }'
	} >supervise.conf
	ulimit -s 8192
	fails start:E2BIG "cannot execute"
}

@test "U9: a process that cannot be made is a failed start, tried again" {
	[[ $(id -u) -eq 0 ]] || skip "needs root to be another user"
	open_to_everybody
	conf <<-'END'
		max_restarts 1000000
		worker a { exec ${WORKER} }
		worker b { exec ${WORKER} log=log run=1 fork end fork end end wait=go exit=3 }
	END
	chmod 644 supervise.conf
	# The three of supervise, two workers and two that one of them forks.
	UNDER=(prlimit --nproc=7:7 setpriv --reuid 54321 --regid 54321 --clear-groups)
	start_tree_ready
	wait_log start b
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=a run=2
	refute_record event=engine_died
}
