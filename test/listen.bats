#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# Sockets that supervise opens for its workers, and what becomes of them.

load test_helper

bats_require_minimum_version 1.5.0

setup() {
	prepare
	python3 -c 0 || skip "no python3"
	export SUPERVISE_SOCKET=$DIR/sock
	PORT=$(free_port)
	export PORT
	# Tells what it was handed, then answers each connection with its run;
	# what it has accepted it answers before it ends.
	cat >serve.py <<-'END'
		import os, select, signal, socket, sys
		signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
		n = int(os.environ.get("LISTEN_FDS", "0"))
		with open("given", "a") as f:
		    f.write("%s %d %s %s\n" % (
		        os.environ["SUPERVISE_NAME"], n, os.environ.get("LISTEN_FDNAMES"),
		        os.environ.get("LISTEN_PID") == str(os.getpid())))
		s = socket.socket(fileno=3)
		s.setblocking(False)
		while signal.SIGTERM not in signal.sigpending():
		    try:
		        if select.select([s], [], [], 0.01)[0]:
		            c, _ = s.accept()
		            c.sendall(os.environ["SUPERVISE_RUN"].encode())
		            c.close()
		    except OSError:
		        pass
	END
	# ask HOST PORT | PATH: what is answered.
	cat >ask.py <<-'END'
		import socket, sys
		if len(sys.argv) == 2:
		    c = socket.socket(socket.AF_UNIX)
		    c.connect(sys.argv[1])
		else:
		    c = socket.create_connection((sys.argv[1], int(sys.argv[2])))
		print(c.recv(100).decode())
	END
	# Connects again and again until `over` is there; ends badly when one
	# connection is refused, or is closed without an answer.
	cat >hammer.py <<-'END'
		import os, socket
		n = 0
		while not os.path.exists("over"):
		    c = socket.create_connection(("127.0.0.1", int(os.environ["PORT"])))
		    assert c.recv(100)
		    c.close()
		    n += 1
		    if n == 3:
		        open("going", "w")
		print(n)
	END
}

ask() {
	python3 ask.py "$@"
}

refused() {
	ask 127.0.0.1 "$PORT" 2>&1 | grep -q ConnectionRefusedError
}

# Descriptors of a process that are sockets.
sockets_of() {
	find "/proc/$1/fd" -lname 'socket:*' | wc -l
}

@test "U26: they are handed over as sd_listen_fds(3) has it, each to its worker alone" {
	conf <<-'END'
		worker a { exec python3 serve.py; listen tcp ${PORT} name http; listen unix x.sock mode 0600
		           listen udp 127.0.0.1:${PORT}; env LISTEN_FDS=7 LISTEN_PID=7 }
		worker b { exec ${WORKER} }
	END
	start_tree_ready
	assert_equal "$(ask 127.0.0.1 "$PORT")" 1
	assert_equal "$(ask ::1 "$PORT" || ask 127.0.0.1 "$PORT")" 1
	assert_file given "a 3 http:a:a True"
	assert_equal "$(stat -c %a x.sock)" 600
	assert_equal "$(sockets_of "$(child_pid a)")" 3
	assert_equal "$(sockets_of "$(child_pid b)")" 0
	stop_tree
	[[ ! -e x.sock ]]
}

@test "U26: no connection is refused over restarts, by request and by an accident" {
	conf <<<'worker a { exec python3 serve.py; listen tcp 127.0.0.1:${PORT} }'
	start_tree_ready
	python3 hammer.py >hammered 2>&1 3>&- &
	hammer=$!
	eventually test -e going
	supervise restart a
	supervise restart a
	touch over
	wait "$hammer" || fail "$(cat hammered)"
	kill -s KILL "$(child_pid a)"
	assert_equal "$(ask 127.0.0.1 "$PORT")" 4
}

@test "U26: a worker that stays down does not listen, and is there again with it" {
	conf <<<'worker a { exec python3 serve.py; listen tcp 127.0.0.1:${PORT}; listen unix x.sock }'
	start_tree_ready
	supervise stop a
	eventually refused
	[[ ! -e x.sock ]]
	supervise start a
	assert_equal "$(ask 127.0.0.1 "$PORT")" 2
	[[ -S x.sock ]]
}

@test "U26: during the delay of a restart connections wait" {
	conf <<<'worker a { exec python3 serve.py; backoff 300ms; listen tcp 127.0.0.1:${PORT} }'
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	wait_record event=restarting child=a
	assert_equal "$(ask 127.0.0.1 "$PORT")" 2
}

@test "U26: one that cannot be opened is a failed start that says why" {
	conf <<<'worker a { exec ${WORKER}; listen unix /nowhere/x }'
	run -1 supervise run
	[[ $output == *"listen unix /nowhere/x: No such file or directory"* ]]
	[[ $output == *"reason=start:ENOENT"* ]]
	conf <<-'END'
		worker a { exec python3 serve.py; listen tcp 127.0.0.1:${PORT}; listen unix x.sock }
		worker b { exec ${WORKER}; restart temporary; listen tcp 127.0.0.1:${PORT} }
	END
	run -1 supervise run
	[[ $output == *"listen tcp 127.0.0.1:$PORT: Address already in use"* ]]
	[[ ! -e x.sock ]]
	conf <<<'worker a { exec ${WORKER}; listen unix x.sock user nobody-is-called-so }'
	run -1 supervise run
	[[ $output == *"listen unix x.sock: no such user or group"* ]]
}

@test "U26: a stale file is replaced, a live one and what is no socket are not" {
	conf <<<'worker a { exec python3 serve.py; listen unix x.sock }'
	python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("x.sock")'
	start_tree_ready
	assert_equal "$(ask x.sock)" 1
	conf other.conf <<<'worker a { exec ${WORKER}; listen unix x.sock }'
	SUPERVISE_SOCKET=$DIR/sock.2 run -1 supervise -f other.conf run
	[[ $output == *"Address already in use"* ]]
	assert_equal "$(ask x.sock)" 1
	conf other.conf <<<'worker a { exec ${WORKER}; listen unix file }'
	touch file
	SUPERVISE_SOCKET=$DIR/sock.2 run -1 supervise -f other.conf run
	[[ $output == *"File exists"* && -f file ]]
}

@test "U26: instances share one socket, which is open as long as one of them has it" {
	conf <<<'worker a[3] { exec python3 serve.py; listen tcp 127.0.0.1:${PORT} name x shared }'
	start_tree_ready
	eventually eval '[[ $(wc -l <given) -eq 3 ]]'
	assert_equal "$(cut -d' ' -f2- given | sort -u)" "1 x True"
	supervise stop a.0
	supervise stop a.1
	assert_equal "$(ask 127.0.0.1 "$PORT")" 1
	supervise stop a.2
	eventually refused
}

@test "U26: a reload keeps the sockets that stay, and opens the new before the old are closed" {
	conf <<<'worker a { exec python3 serve.py; listen tcp 127.0.0.1:${PORT}; listen unix x.sock }'
	start_tree_ready
	before=$(readlink "/proc/$(child_pid a)/fd/3")
	conf <<<'worker a { exec python3 serve.py more; listen tcp 127.0.0.1:${PORT} backlog 7; listen unix y.sock }'
	supervise reload
	wait_record event=started child=a run=2
	assert_equal "$(readlink "/proc/$(child_pid a)/fd/3")" "$before"
	[[ ! -e x.sock && -S y.sock ]]
	# Another address of the same port is in the way of the old one.
	conf <<<'worker a { exec python3 serve.py more; listen tcp ${PORT}; listen unix y.sock }'
	supervise reload
	assert_equal "$(ask 127.0.0.1 "$PORT")" 3
	conf <<<'worker b { exec ${WORKER} }'
	supervise reload
	eventually refused
	[[ ! -e y.sock ]]
}

@test "U26: a reload that renames, moves or replaces a worker hands its socket on" {
	conf <<<'worker a { exec python3 serve.py; listen tcp 127.0.0.1:${PORT}; listen unix x.sock }'
	start_tree_ready
	inode=$(stat -c %i x.sock)
	python3 hammer.py >hammered 2>&1 3>&- &
	hammer=$!
	eventually test -e going
	conf <<<'worker b { exec python3 serve.py; listen unix x.sock; listen tcp 127.0.0.1:${PORT} }'
	sed -i 's/fileno=3/fileno=4/' serve.py
	supervise reload
	conf <<-'END'
		worker first { exec ${WORKER} }
		supervisor s { worker b { exec python3 serve.py; listen unix x.sock; listen tcp 127.0.0.1:${PORT} } }
	END
	supervise reload
	conf <<-'END'
		supervisor s { worker b { restart temporary; exec python3 serve.py; listen unix x.sock; listen tcp 127.0.0.1:${PORT} } }
	END
	supervise reload
	conf <<-'END'
		supervisor s { worker b { restart temporary; exec python3 serve.py other; listen unix x.sock; listen tcp 127.0.0.1:${PORT} } }
	END
	supervise reload
	touch over
	wait "$hammer" || fail "$(cat hammered)"
	assert_equal "$(stat -c %i x.sock)" "$inode"
	conf <<<'worker a { exec ${WORKER} }'
	supervise reload
	eventually refused
	[[ ! -e x.sock ]]
}

@test "U26: a reload lets workers change their ports with one another" {
	export OTHER
	until OTHER=$(free_port) && [[ $OTHER != "$PORT" ]]; do :; done
	conf <<-'END'
		worker a { exec python3 serve.py; listen tcp 127.0.0.1:${PORT} }
		worker b { exec python3 serve.py; listen tcp 127.0.0.1:${OTHER} }
		worker c { exec python3 serve.py; listen unix c.sock }
	END
	start_tree_ready
	conf <<-'END'
		worker a { exec python3 serve.py; listen tcp 127.0.0.1:${OTHER} }
		worker b { exec python3 serve.py; listen unix c.sock }
		worker c { exec python3 serve.py; listen tcp 127.0.0.1:${PORT} }
	END
	supervise reload
	for child in a b c; do
		assert_equal "$(sockets_of "$(supervise pid $child)")" 1
	done
	assert_equal "$(ask 127.0.0.1 "$PORT")" 2
	assert_equal "$(ask 127.0.0.1 "$OTHER")" 2
	assert_equal "$(ask c.sock)" 2
}

@test "U26, U25: what is kept stands behind them, and the mailbox behind that" {
	cat >store.py <<-'END'
		import os, socket, array, time
		with open("given." + os.environ["SUPERVISE_RUN"], "w") as f:
		    f.write(" ".join([os.environ["LISTEN_FDS"], os.environ["LISTEN_FDNAMES"], os.environ["SUPERVISE_MAILBOX"]]) + "\n")
		s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		s.connect("\0" + os.environ["NOTIFY_SOCKET"][1:])
		if os.environ["SUPERVISE_RUN"] == "1":
		    s.sendmsg([b"FDSTORE=1\nFDNAME=kept"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0]))])
		s.send(b"READY=1")
		time.sleep(1000)
	END
	conf <<<'worker a { ready notify; trap_exits; exec python3 store.py; listen tcp 127.0.0.1:${PORT} }'
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=a run=2
	assert_file given.1 "1 a 4"
	assert_file given.2 "2 a:kept 5"
}

@test "U26: before runs without them, and can make the folder of one" {
	conf <<-'END'
		worker a { before sh -c 'env >seen; mkdir -p run'; exec python3 serve.py; listen unix run/x.sock }
	END
	start_tree_ready
	assert_equal "$(ask run/x.sock)" 1
	refute grep LISTEN seen
}

@test "U26: a file that somebody has removed is made anew with the next run" {
	conf <<<'worker a[2] { exec python3 serve.py; listen unix x.sock mode 0600 shared; listen tcp 127.0.0.1:${PORT} shared }'
	start_tree_ready
	before=$(readlink "/proc/$(child_pid a.0)/fd/4")
	rm x.sock
	kill -s KILL "$(child_pid a.0)"
	wait_record event=started child=a.0 run=2
	[[ -S x.sock ]]
	assert_equal "$(stat -c %a x.sock)" 600
	supervise stop a.1
	assert_equal "$(ask x.sock)" 2
	supervise start a.1
	assert_equal "$(readlink "/proc/$(supervise pid a.0)/fd/3")" "$(readlink "/proc/$(supervise pid a.1)/fd/3")"
	assert_equal "$(readlink "/proc/$(supervise pid a.0)/fd/4")" "$before"
	stop_tree
	[[ ! -e x.sock ]]
}

@test "U26: a reload changes its own file, and none that stands in its place" {
	conf <<<'worker a { exec python3 serve.py; listen unix x.sock mode 0600 }'
	start_tree_ready
	conf <<<'worker a { exec python3 serve.py; listen unix x.sock mode 0660 }'
	supervise reload
	assert_equal "$(stat -c %a x.sock)" 660
	: >victim
	chmod 600 victim
	mv x.sock moved.sock
	ln -s victim x.sock
	conf <<<'worker a { exec python3 serve.py; listen unix x.sock mode 0666 }'
	run -1 supervise reload
	[[ $output == *"listen unix x.sock: File exists"* ]] || fail "$output"
	assert_equal "$(stat -c %a victim)" 600
	assert_equal "$(stat -c %a moved.sock)" 660
}
