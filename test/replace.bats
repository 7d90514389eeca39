#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# `supervise replace`: a second run beside the first, which takes its place.

load test_helper

bats_require_minimum_version 1.5.0

setup() {
	prepare
	export SUPERVISE_SOCKET=$DIR/sock SUPERVISE
}

# say.sh: ready when the file `go.RUN` is there, unless `fail.RUN` is.
say() {
	cat >say.sh <<-'END'
		until test -e go.$SUPERVISE_RUN; do
			test ! -e fail.$SUPERVISE_RUN || exit 3
			sleep 0.01
		done
		echo >&3
		exec sleep 1000
	END
	touch go.1
}

# In the order of the records: EVENT/RUN of the child a.
course() {
	sed -n 's/.*event=\([a-z_]*\) child=a .*run=\([0-9]*\).*/\1\/\2/p' records | tr '\n' ' '
}

@test "replace of a pattern: each that it means once, an array too" {
	conf <<<'worker web[3] { exec ${WORKER} }; worker other { exec ${WORKER} }'
	start_tree_ready
	run -0 timeout 60 "$SUPERVISE" replace -q 'web.*'
	assert_equal "$(grep -c event=replaced records)" 3
	supervise status --json web.0 web.1 web.2 | jq -es 'all(.run == 2)'
}

@test "U27: the second is ready before the first is stopped, and has the name" {
	say
	conf <<<'worker a { ready fd 3; exec sh say.sh }'
	start_tree_ready
	first=$(child_pid a)
	touch go.2
	run -0 supervise replace a
	[[ $output == a*up* ]]
	eventually ended "$first"
	wait_record event=exited child=a run=1
	assert_equal "$(course)" "starting/1 started/1 replacing/1 starting/2 started/2 replaced/2 stopping/1 exited/1 "
	[[ $(supervise pid a) != "$first" ]]
	assert_record event=exited child=a run=1 reason=shutdown
	assert_equal "$(supervise status --json a | jq -r .reason)" shutdown
	refute_record event=restarting
	# It is as any other: restarted, and replaced again.
	touch go.3 go.4
	kill -s KILL "$(supervise pid a)"
	wait_record event=started child=a run=3
	supervise replace -q a
	wait_record event=replaced child=a run=4
	assert_equal "$(supervise status --json | grep -c '"child":"a"')" 1
}

@test "U27: one that fails leaves the first as it is, and nothing is counted" {
	say
	conf <<<'max_restarts 0; worker a { ready fd 3; start_timeout 10s; exec sh say.sh }'
	start_tree_ready
	first=$(supervise pid a)
	touch fail.2
	run -1 supervise replace a
	[[ $output == *"exit:3"* || $output == *"status 3"* ]] || fail "$output"
	assert_equal "$(supervise pid a)" "$first"
	refute_record event=restarting
	refute_record event=stopping
	refute_record event=replaced
	# Nothing of it is left: the next try succeeds.
	touch go.3
	supervise replace a
	wait_record event=replaced child=a run=3
}

@test "U27: an end of the first meanwhile is an ordinary end; a stop ends the second" {
	say
	conf <<<'worker a { ready fd 3; exec sh say.sh }'
	start_tree_ready
	supervise replace --no-wait a
	wait_record event=starting child=a run=2
	run -1 supervise replace a
	[[ $output == *"being replaced already"* ]]
	kill -s KILL "$(supervise pid a)"
	wait_record event=restarting child=a restarts=1
	touch go.2
	wait_record event=replaced child=a
	wait_record event=exited child=a reason=shutdown
	supervise replace a --no-wait
	eventually eval '[[ $(count_records event=replacing child=a) -eq 2 ]]'
	supervise stop a
	run -3 supervise status a
	[[ $output == *down* ]]
	run -1 supervise replace a
	[[ $output == *"is not running"* ]]
	stop_tree
}

@test "U27: what is refused calls no replacement off" {
	say
	conf <<<'worker a { ready fd 3; exec sh say.sh }'
	start_tree_ready
	supervise replace a >replaced 2>&1 3>&- &
	local replace=$!
	wait_record event=starting child=a run=2
	run -1 supervise start a
	run -1 supervise delete a
	assert_output "a is running"
	touch go.2
	wait "$replace"
	assert_record event=replaced child=a
	stop_tree
}

@test "U27: a child of a reload that goes on can be replaced, and others be added" {
	conf <<-'END'
		worker a { exec ${WORKER} }
		worker b { link a; exec ${WORKER} }
	END
	start_tree_ready
	cat >>supervise.conf <<-'END'
		worker t { ready after 10ms; exec ${WORKER} }
		worker slow { ready fd 3; exec ${WORKER} wait=go ready=3 }
	END
	supervise reload >steps 2>&1 3>&- &
	local reload=$!
	wait_record event=starting child=slow
	supervise replace -q t
	wait_record event=exited child=t run=1
	supervise add --no-wait -q root "worker z { link a; exec $WORKER }"
	touch go
	wait "$reload"
	wait_record event=started child=z
	refute_record event=engine_died
	stop_tree
}

@test "U27: what cannot be replaced says why" {
	conf <<-'END'
		supervisor s { worker a { exec ${WORKER} } }
		worker b { ready file b.file; shell "touch b.file; exec sleep 1000" }
	END
	start_tree_ready
	run -1 supervise replace s
	[[ $output == *"s is a supervisor"* ]]
	run -1 supervise replace b
	[[ $output == *"b cannot be replaced"* ]]
	run -4 supervise replace nobody
	run -1 supervise replace root
	run -2 supervise replace
	# Nobody knows when that works: it is replaced, with a warning.
	run -0 supervise replace s/a
	[[ $output == *"s/a has no ready line"* ]] || fail "$output"
	supervise add s 'worker c { exec sleep 1000 }'
	run -1 supervise replace s/c
	[[ $output == *"was added"* ]]
}

@test "U27: while its supervisor starts a worker cannot be replaced" {
	conf <<-'END'
		supervisor s {
		    init sh -c 'if [ -e slow ]; then touch began; until [ -e go ]; do sleep 0.01; done; fi; cat kids'
		}
	END
	echo 'worker w { exec sleep 1000 }' >kids
	start_tree_ready
	touch slow
	supervise restart -q --no-wait s
	eventually test -e began
	run -1 supervise replace s/w
	assert_output "has to wait: its supervisor is not up"
	echo 'worker w { exec sleep 2000 }' >kids
	touch go
	supervise wait -t 60 up s/w
	rm slow
	run -0 supervise replace -q s/w
	assert_equal "$(tr '\0' ' ' <"/proc/$(child_pid s/w)/cmdline")" "sleep 2000 "
}

@test "U27: peers are not told of the end of the first, and are those of the second" {
	conf <<-'END'
		worker a { exec ${WORKER} log=log }
		worker b { exec ${WORKER} log=log; link a }
		worker c { exec ${WORKER} log=log }
	END
	start_tree_ready
	supervise link c a >/dev/null
	supervise replace a
	wait_record event=exited child=a run=1
	refute_record event=stopping child=b
	refute_record event=stopping child=c
	kill -s SEGV "$(supervise pid a)"
	wait_record event=exited child=b link=a
	wait_record event=exited child=c link=a
}

@test "U27: a group restart ends the second, the end of all both" {
	say
	conf <<-'END'
		strategy one_for_all
		worker a { ready fd 3; exec sh say.sh }
		worker b { exec ${WORKER} }
	END
	start_tree_ready
	supervise replace a 3>&- &
	asked=$!
	wait_record event=starting child=a run=2
	kill -s SEGV "$(supervise pid b)"
	refute wait "$asked"
	touch go.3
	wait_record event=started child=b run=2
	refute_record event=replaced
	supervise replace --no-wait a
	stop_tree
	assert_equal "$STATUS" 0
}

@test "U27: a second that failed has used its number, and is seen: error, logs and why" {
	say
	sed -i '1i echo "words of $SUPERVISE_RUN"' say.sh
	conf <<<'worker a { ready fd 3; start_timeout 10s; exec sh say.sh }'
	start_tree_ready
	touch fail.2
	run -1 supervise replace a
	[[ $output == *"a did not start"*"run 1 goes on"*"run 2 wrote"* ]] || fail "$output"
	eventually eval 'supervise logs a | grep -q "words of 2"'
	run -0 supervise why a
	[[ $output == *"a is up"*"run 1 "* ]] || fail "$output"
	[[ $output == *"run 2 did"*"it was to replace run 1, which went on"* ||
		$output == *"run 2 "*"status 3"*"it was to replace run 1, which went on"* ]] || fail "$output"
	touch go.3 go.4
	supervise replace a
	wait_record event=exited child=a run=1
	refute_record event=started run=2
	run -0 supervise why a
	[[ $output == *"run 1 "*"replaced by run 3"* ]] || fail "$output"
	kill -s KILL "$(supervise pid a)"
	wait_record event=started child=a run=4
}

@test "U27: the second logs as the first: kept lines, followers, CPU time" {
	say
	sed -i '1i echo "words of $SUPERVISE_RUN"; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done' say.sh
	conf <<<'worker a { ready fd 3; exec sh say.sh }'
	start_tree_ready
	supervise logs -f a >followed 3>&- &
	follower=$!
	eventually grep -q "words of 1" followed
	touch go.2 go.3
	supervise replace a
	wait_record event=exited child=a run=1
	eventually grep -q "words of 2" followed
	supervise replace a
	wait_record event=exited child=a run=2
	eventually grep -q "words of 3" followed
	assert_equal "$(supervise logs a | grep -c "words of")" 3
	kill "$follower"
	[[ $(supervise metrics | sed -n 's/^supervise_child_cpu_seconds_total{.*"a"} //p') != 0* ]] ||
		[[ $(supervise metrics | grep cpu) != *' 0' ]] || fail "$(supervise metrics | grep cpu)"
}

@test "U27: who logs to another child, and who reads that, can be replaced" {
	conf <<-'END'
		worker reader { ready fd 3; shell 'echo >&3; while read -r line; do echo "$SUPERVISE_RUN $line" >>read; done' }
		worker writer { ready fd 3; log to reader; shell 'echo "from $SUPERVISE_RUN"; echo >&3; exec sleep 1000' }
	END
	start_tree_ready
	eventually grep -q "1 from 1" read
	supervise replace writer
	eventually grep -q "1 from 2" read
	supervise replace reader
	wait_record event=exited child=reader run=1
	supervise replace writer
	eventually grep -q "2 from 3" read
	refute_record event=warning
	# One that fails takes nothing with it.
	kill -s KILL "$(supervise pid reader)"
	wait_record event=started child=reader run=3
	supervise replace writer
	eventually grep -q "3 from 4" read
}

@test "U27, U25: the second monitors as the first did, and has what that gave away" {
	python3 -c 0 || skip "no python3"
	cat >store.py <<-'END'
		import os, socket, array, time
		run = os.environ["SUPERVISE_RUN"]
		with open("given." + run, "w") as f:
		    f.write(os.environ.get("LISTEN_FDNAMES", "") + "\n")
		s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		s.connect("\0" + os.environ["NOTIFY_SOCKET"][1:])
		if run == "1":
		    r, w = os.pipe()
		    s.sendmsg([b"FDSTORE=1\nFDNAME=kept"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [w]))])
		s.send(b"READY=1")
		with os.fdopen(int(os.environ["SUPERVISE_MAILBOX"])) as box:
		    for line in box:
		        open("heard", "a").write(run + " " + line)
	END
	conf <<-'END'
		worker b { exec ${WORKER} }
		worker a { ready notify; monitor b; exec python3 store.py }
	END
	start_tree_ready
	assert_file given.1 ""
	supervise replace a
	wait_record event=exited child=a run=1
	assert_file given.2 "kept"
	kill -s KILL "$(supervise pid b)"
	eventually grep -q "^2 .*event=down name=b" heard
	refute grep -q noproc heard
	kill -s KILL "$(supervise pid a)"
	wait_record event=started child=a run=3
	assert_file given.3 "kept"
}

@test "U27: replaced again while the first is stopping; stopped and reloaded then" {
	cat >slow.sh <<-'END'
		trap 'until test -e "end.$SUPERVISE_RUN"; do sleep 0.01; done; exit' TERM
		echo "words of $SUPERVISE_RUN"
		echo >&3
		while :; do sleep 0.01; done
	END
	conf <<<'worker a { ready fd 3; shutdown 60s; exec sh slow.sh }'
	start_tree_ready
	supervise replace a
	supervise replace a
	wait_record event=stopping child=a run=2
	supervise stop --no-wait a
	wait_record event=stopping child=a run=3
	touch end.3
	supervise wait down a
	conf <<<'worker b { ready fd 3; exec sh slow.sh }'
	supervise reload
	touch end.2
	wait_record event=exited child=a run=2
	touch end.1
	wait_record event=exited child=a run=1
	touch end.1
	stop_tree
	assert_equal "$STATUS" 0
}

@test "U27, U26: no connection is refused or lost while one replaces the other" {
	python3 -c 0 || skip "no python3"
	PORT=$(free_port)
	export PORT
	cat >serve.py <<-'END'
		import os, select, signal, socket
		signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
		s = socket.socket(fileno=3)
		s.setblocking(False)
		while signal.SIGTERM not in signal.sigpending():
		    try:
		        if select.select([s], [], [], 0.01)[0]:
		            c, _ = s.accept()
		            c.sendall(os.environ["SUPERVISE_RUN"].encode())
		            c.close()
		    except BlockingIOError:
		        pass
	END
	cat >hammer.py <<-'END'
		import os, socket
		seen = set()
		while not os.path.exists("over"):
		    c = socket.create_connection(("127.0.0.1", int(os.environ["PORT"])))
		    run = c.recv(100)
		    assert run
		    seen.add(int(run))
		    open("seen.%d" % int(run), "w")
		    c.close()
	END
	conf <<<'worker a { exec python3 serve.py; listen tcp 127.0.0.1:${PORT} }'
	start_tree_ready
	python3 hammer.py >hammered 2>&1 3>&- &
	hammer=$!
	for run in 1 2 3; do
		eventually test -e "seen.$run"
		supervise replace a
	done
	eventually test -e seen.4
	touch over
	wait "$hammer" || fail "$(cat hammered)"
}
