#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# What workers tell of themselves, as with sd_notify(3): by systemd-notify, by
# `supervise notify`, and by programs that speak the protocol.

load test_helper

# start_socket [OPTION...]: the tree, with a socket that clients find.
start_socket() {
	export SUPERVISE_SOCKET=$DIR/sock SUPERVISE
	start_tree_ready "$@"
}

# The fields of the status of a child.
status_has() {
	[[ $(supervise status --json "$1") == *"$2"* ]]
}

@test "U20: ready notify: systemd-notify ends the start, and the next begins" {
	conf <<-'END'
		worker a { ready notify; exec sh -c 'until test -e go; do sleep 0.01; done; systemd-notify --ready; exec sleep 1000' }
		worker b { exec ${WORKER} log=log }
	END
	start_tree
	wait_record event=starting child=a
	refute_record event=started child=a
	touch go
	wait_record event=started child=a
	wait_record event=started child=b
}

@test "U20: supervise notify does the same, and waits until it is taken" {
	cat >say.sh <<-'END'
		"$SUPERVISE" notify --ready --status "all is well" || exit
		"$SUPERVISE" status --json a >seen
		touch said
		exec sleep 1000
	END
	conf <<<'worker a { ready notify; exec sh say.sh }'
	start_socket
	eventually test -e said
	[[ $(cat seen) == *'"state":"up"'*'"status":"all is well"'* ]]
}

@test "U20: a status is shown, in one line, and is over with the run" {
	conf <<-'END'
		worker a { ready notify; exec sh -c 'systemd-notify --ready --status="ü 1	of 3"; exec sleep 1000' }
		worker b { exec ${WORKER} }
	END
	start_socket
	status_has a '"status":"ü 1\\011of 3"'
	run -0 supervise status
	[[ ${lines[0]} == *STATUS && ${lines[2]} == *'ü 1\011of 3' ]]
	refute status_has b '"status":'
	supervise stop a
	refute status_has a '"status":'
	run -0 supervise status
	[[ ${lines[0]} != *STATUS ]]
}

@test "U20: RELOADING and STOPPING are shown until there is news" {
	conf <<-'END'
		worker a { ready notify; exec sh -c '"$SUPERVISE" notify --ready; "$SUPERVISE" notify --reloading; touch 1; until test -e 2; do sleep 0.01; done; "$SUPERVISE" notify --ready; touch 3; until test -e 4; do sleep 0.01; done; "$SUPERVISE" notify --stopping; touch 5; exec sleep 1000' }
	END
	start_socket
	eventually test -e 1
	status_has a '"phase":"reloading"'
	touch 2
	eventually test -e 3
	refute status_has a phase
	touch 4
	eventually test -e 5
	status_has a '"phase":"stopping"'
}

@test "U7: a normal end before it says so is no failure; U5: any other is" {
	conf <<-'END'
		worker a { ready notify; exec true }
		worker b { ready notify; exec false }
	END
	start_tree
	wait_tree
	assert_status 1
	assert_record event=ignored child=a reason=exit:0
	assert_record event=start_failed child=b reason=exit:1
}

@test "U20: what a run said just before its end counts" {
	conf <<-'END'
		worker a { ready notify; restart transient; exec sh -c 'systemd-notify --no-block --ready' }
		worker b { exec ${WORKER} }
	END
	start_tree_ready
	assert_record event=started child=a
	assert_record event=exited child=a reason=exit:0
	refute_record event=ignored child=a
}

@test "U20: a late word of an earlier run is nobody's" {
	conf <<-'END'
		worker a { ready notify; exec sh -c 'test "$SUPERVISE_RUN" = 1 && echo "$NOTIFY_SOCKET" >old; test "$SUPERVISE_RUN" = 1 && systemd-notify --ready; exec sleep 1000' }
	END
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	wait_record event=starting child=a run=2
	NOTIFY_SOCKET=$(cat old) run ! supervise notify --ready
	refute_record event=started child=a run=2
}

@test "U20: a stranger is refused, and that is told once" {
	needs_root
	conf <<-'END'
		worker a { ready notify; exec sh -c 'echo "$NOTIFY_SOCKET" >name; exec sleep 1000' }
	END
	start_tree
	eventually test -s name
	open_to_everybody
	NOTIFY_SOCKET=$(cat name) setpriv --reuid nobody --clear-groups "$DIR/supervise" notify --ready
	wait_record event=warning
	refute_record event=started child=a
	NOTIFY_SOCKET=$(cat name) supervise notify --ready
	wait_record event=started child=a
	assert_equal "$(records event=warning | wc -l)" 1
}

@test "U20: a worker that has become another user is no stranger" {
	needs_root
	conf <<-'END'
		worker a { ready notify; exec setpriv --reuid nobody --clear-groups sh -c 'systemd-notify --ready; exec sleep 1000' }
	END
	start_tree_ready
	refute_record event=warning
}

@test "U20: ERRNO and EXIT_STATUS are told with the end" {
	conf <<-'END'
		worker a { restart temporary; ready notify; exec sh -c 'systemd-notify --ready; systemd-notify ERRNO=2 EXIT_STATUS=9; exit 1' }
	END
	start_tree
	wait_record event=removed child=a
	assert_record event=exited child=a errno=ENOENT exit_status=9
}

@test "U20: ERRNO and EXIT_STATUS are remembered, for people as well" {
	conf <<-'END'
		worker a { restart transient; ready notify; exec sh -c '
			systemd-notify --ready; [ $SUPERVISE_RUN = 1 ] || exec sleep 1000
			systemd-notify ERRNO=111 EXIT_STATUS=69; exit 1' }
	END
	start_tree
	wait_record event=started child=a run=2
	run -0 supervise why a
	[[ $output == *"ended with status 1, having said ECONNREFUSED and exit status 69, after "* ]]
	run -0 supervise why --json a
	[[ $output == *'"errno":"ECONNREFUSED","exit_status":69'* ]]
}

@test "U20: MAINPID of another process is told, and changes nothing" {
	conf <<-'END'
		worker a { ready notify; exec sh -c 'systemd-notify MAINPID=1 READY=1; exec sleep 1000' }
		worker b { ready notify; exec sh -c 'systemd-notify MAINPID=$$ READY=1; exec sleep 1000' }
	END
	start_tree_ready
	assert_equal "$(records event=warning | wc -l)" 1
	[[ $(records event=warning) == *"a: it names another main process"* ]]
	kill -s SEGV "$(child_pid a)"
	wait_record event=started child=a run=2
}

@test "U22: silence ends it by SIGABRT, and it is restarted" {
	conf <<-'END'
		worker a { watchdog 100ms; exec ${WORKER} }
		max_restarts 1
	END
	start_tree
	wait_record event=stopping child=a signal=ABRT silent=true
	wait_record event=exited child=a run=1 reason=signal:ABRT
	wait_record event=exited child=a run=2 reason=signal:ABRT
	wait_tree
	assert_status 1
}

@test "U22: whatever it makes of SIGABRT the reason is the same" {
	conf <<-'END'
		worker a { watchdog 100ms; restart temporary; shutdown 100ms; exec ${WORKER} ignore=ABRT }
		worker b { watchdog 100ms; restart temporary; exec ${WORKER} on=ABRT:exit=0 }
	END
	start_tree_ready
	wait_record event=exited child=a reason=signal:ABRT
	wait_record event=exited child=b reason=signal:ABRT
	assert_record event=killing child=a
}

@test "U22: signs of life keep it; WATCHDOG=trigger ends it at once" {
	conf <<-'END'
		worker a { watchdog 60s; restart temporary; exec sh -c 'echo "$WATCHDOG_USEC $WATCHDOG_PID $$" >env; systemd-notify WATCHDOG=1; systemd-notify WATCHDOG=trigger; exec sleep 1000' }
		worker c { ready notify; watchdog 50ms; restart temporary; exec sh -c 'systemd-notify WATCHDOG_USEC=0; systemd-notify --ready; exec sleep 1000' }
		worker b { ready notify; restart temporary; exec sh -c 'systemd-notify --ready; systemd-notify WATCHDOG_USEC=50000; exec sleep 1000' }
	END
	start_tree_ready
	wait_record event=exited child=a reason=signal:ABRT
	wait_record event=exited child=b reason=signal:ABRT
	# Its time would have been over before that of b.
	refute_record event=exited child=c
	assert_file env "60000000 $(cut -d' ' -f3 env) $(cut -d' ' -f3 env)"
}

@test "U24: EXTEND_TIMEOUT_USEC gives a start and a stop more time" {
	conf <<-'END'
		worker a { ready notify; start_timeout 300ms; shutdown 300ms; exec sh -c 'trap "systemd-notify EXTEND_TIMEOUT_USEC=60000000; sleep 0.5; exit 0" TERM; systemd-notify EXTEND_TIMEOUT_USEC=60000000; sleep 0.5; systemd-notify --ready; while :; do sleep 0.05; done' }
	END
	start_tree_ready
	stop_tree
	assert_status 0
	assert_record event=exited child=a reason=shutdown
	refute_record event=killing child=a
}

@test "U24: RESTART_RESET makes the next delay the first again" {
	conf <<-'END'
		max_restarts 9
		worker a { ready notify; backoff 10ms..60s; exec sh -c 'systemd-notify --ready; test "$SUPERVISE_RUN" -lt 5 || systemd-notify RESTART_RESET=1; exit 1' }
	END
	start_tree
	wait_record event=restarting child=a restarts=5
	local delays
	mapfile -t delays < <(records event=restarting child=a | sed -n 's/.*delay_ms=\([0-9]*\).*/\1/p')
	[[ ${delays[3]} -gt ${delays[0]} && ${delays[4]} -le 12 ]] ||
		fail "delays: ${delays[*]}"
}

# A program in python that speaks the protocol with descriptors.
store_program() {
	cat >store.py <<-'END'
		import array, os, socket, sys, time
		def say(text, fds=()):
		    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		    name = os.environ["NOTIFY_SOCKET"]
		    s.connect("\0" + name[1:] if name[0] == "@" else name)
		    s.sendmsg([text.encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else [])
		def barrier():
		    r, w = os.pipe()
		    say("BARRIER=1", [w])
		    os.close(w)
		    os.read(r, 1)
		def given():
		    n = int(os.environ.get("LISTEN_FDS", "0"))
		    mine = os.environ.get("LISTEN_PID") == str(os.getpid())
		    names = os.environ.get("LISTEN_FDNAMES", "")
		    texts = [os.pread(3 + i, 100, 0).decode() for i in range(n)]
		    return "%d %s %s %s" % (n, mine, names, ",".join(texts))
		def file(text):
		    fd = os.memfd_create("x")
		    os.write(fd, text.encode())
		    return fd
		run = os.environ["SUPERVISE_RUN"]
		with open("given." + run, "w") as f:
		    f.write(given() + "\n")
		exec(open("do." + run).read() if os.path.exists("do." + run) else "")
		barrier()
		say("READY=1")
		time.sleep(1000)
	END
	python3 -c 'import os; os.memfd_create' || skip "no python3"
}

@test "U25: descriptors come back to the next run, with their names" {
	store_program
	conf <<<'worker a { ready notify; exec python3 store.py }'
	cat >do.1 <<-'END'
		one = file("one")
		say("FDSTORE=1\nFDNAME=first", [one])
		say("FDSTORE=1", [file("two"), file("three")])
		say("FDSTORE=1\nFDNAME=again", [one])
	END
	cat >do.2 <<-'END'
		say("FDSTOREREMOVE=1\nFDNAME=first")
	END
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=a run=2
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=a run=3
	assert_file given.1 "0 False  "
	assert_file given.2 "3 True first:stored:stored one,two,three"
	assert_file given.3 "2 True stored:stored two,three"
}

@test "U25: a restart by request keeps them, a stop lets them go" {
	store_program
	conf <<<'worker a { ready notify; trap_exits; exec python3 store.py }'
	cat >do.1 <<<'say("FDSTORE=1\nFDNAME=x", [file("one")])'
	start_socket
	supervise restart a
	assert_file given.2 "1 True x one"
	supervise stop a
	supervise start a
	assert_file given.3 "0 False  "
}

@test "U25: they outlast the delay of a group restart, and a supervisor's restart" {
	store_program
	conf <<-'END'
		supervisor s {
		    strategy one_for_all
		    max_restarts 1; max_seconds 600
		    worker a { ready notify; exec python3 store.py }
		    worker b { backoff 300ms; exec ${WORKER} }
		}
	END
	cat >do.1 <<<'say("FDSTORE=1\nFDNAME=x", [file("one")])'
	start_tree_ready
	kill -s SEGV "$(child_pid s/b)"
	wait_record event=started child=s/b run=2
	assert_file given.2 "1 True x one"
	kill -s SEGV "$(child_pid s/b)"
	wait_record event=gave_up supervisor=s
	wait_record event=started child=s/b run=3
	assert_file given.3 "1 True x one"
}

@test "U25: fdstore_max limits them, and 0 is none" {
	store_program
	conf <<<'worker a { ready notify; fdstore_max 2; exec python3 store.py }'
	cat >do.1 <<<'say("FDSTORE=1", [file("one"), file("two"), file("three")])'
	start_tree_ready
	[[ $(records event=warning) == *fdstore_max* ]]
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=a run=2
	assert_file given.2 "2 True stored:stored one,two"
}

@test "U25: as many as there may be, beside a mailbox" {
	store_program
	conf <<<'worker a { ready notify; trap_exits; exec python3 store.py }'
	cat >do.1 <<<'say("FDSTORE=1", [file("%d" % i) for i in range(64)])'
	cat >do.2 <<-'END'
		with open("box", "w") as f:
		    f.write(os.environ["SUPERVISE_MAILBOX"] + " " + " ".join(sorted(os.listdir("/proc/self/fd"), key=int)[66:]))
	END
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=a run=2
	[[ $(cut -d' ' -f1 given.2) == 64 ]]
	[[ $(cut -d' ' -f1 box) == 67 ]]
	# Its number, 66 and 67, that file, and the list.
	assert_equal "$(wc -w <box)" 5
}

@test "notify: wrong usage, and nobody there" {
	unset NOTIFY_SOCKET
	run -2 supervise notify --ready
	[[ $output == *"NOTIFY_SOCKET is not set"* ]]
	run -2 supervise notify
	run -2 supervise notify word
	NOTIFY_SOCKET=@nobody-here-$$ run -1 supervise notify --ready
	NOTIFY_SOCKET=wrong run -1 supervise notify --ready
}

@test "a program of libsystemd: redis-server --supervised systemd" {
	command -v redis-server >/dev/null || skip "no redis-server"
	conf <<-'END'
		worker a { ready notify; exec redis-server --port 0 --unixsocket ${HERE}/redis.sock --supervised systemd --save "" --daemonize no }
	END
	HERE=$DIR start_socket
	status_has a '"status":"Ready to accept connections"'
}
