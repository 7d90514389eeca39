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
	run -0 timeout 20 "$SUPERVISE" replace -q 'web.*'
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
	rm fail.2
	touch go.2
	supervise replace a
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
	supervise add s 'worker c { exec sleep 1000 }'
	run -1 supervise replace s/c
	[[ $output == *"was added"* ]]
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
	touch go.2
	wait_record event=started child=b run=2
	refute_record event=replaced
	supervise replace --no-wait a
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
