#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# What supervise tells whoever has started it, as sd_notify(3) would.

load test_helper
load control_helper

# A socket whose messages go into the file `heard`, each line behind the pid of
# its sender.
setup() {
	prepare
	cat >listen.py <<-'END'
		import os, socket, struct, sys
		s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		name = sys.argv[1]
		s.bind("\0" + name[1:] if name[0] == "@" else name)
		s.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
		open("listening", "w").close()
		while True:
		    data, control, _, _ = s.recvmsg(4096, 1024)
		    pid = struct.unpack("iII", control[0][2])[0]
		    with open("heard", "a") as f:
		        for line in data.decode().splitlines():
		            f.write("%d %s\n" % (pid, line))
	END
	: >heard
	LISTENER=
}

teardown() {
	[[ -z $LISTENER ]] || kill "$LISTENER"
	finish
}

# listens NAME: from now on, and what starts is told so.
listens() {
	python3 listen.py "$1" 3>&- &
	LISTENER=$!
	eventually test -e listening
	export NOTIFY_SOCKET=$1
}

heard() {
	grep -q "^[0-9]* $1\$" heard
}

ready_twice() {
	[[ $(grep -c READY=1 heard) -eq 2 ]]
}

# What has been said so far, without times.
said() {
	sed -E 's/^[0-9]+ //; s/^(MONOTONIC_USEC=).+/\1N/' heard | paste -sd ' '
}

@test "ready when the tree is up, reloading, stopping; by the process that was started" {
	listens "$DIR/notify"
	conf <<-'END'
		worker a { exec ${WORKER} dump=a }
		worker b { ready fd 3; exec ${WORKER} wait=go ready=3 }
	END
	start_tree
	wait_record event=starting child=b
	assert_equal "$(said)" ""
	touch go
	eventually heard READY=1
	local all="READY=1 STATUS=2 up"
	assert_equal "$(said)" "$all"
	run -0 supervise reload --dry-run
	assert_equal "$(said)" "$all"
	kill -s HUP "$PID"
	all+=" RELOADING=1 MONOTONIC_USEC=N STATUS=reading the file again READY=1 STATUS=2 up"
	says_all() { [[ $(said) == "$all" ]]; }
	eventually says_all
	run -0 supervise reload
	all+=" RELOADING=1 MONOTONIC_USEC=N STATUS=reading the file again READY=1 STATUS=2 up"
	eventually says_all
	local guardian=$PID
	stop_tree
	all+=" STOPPING=1 STATUS=stopping"
	eventually says_all
	assert_equal "$(cut -d ' ' -f 1 heard | sort -u)" "$guardian"
	refute grep -q NOTIFY_SOCKET a
}

@test "a mistake in the file ends a reload as well" {
	listens "$DIR/notify"
	conf <<<'worker a { exec ${WORKER} }'
	start_tree_ready
	conf <<<'nonsense'
	run -2 supervise reload
	eventually ready_twice
	heard RELOADING=1
}

@test "an abstract socket; giving up is stopping; no child finds the variables" {
	listens "@$DIR/notify"
	export WATCHDOG_USEC=600000000 WATCHDOG_PID=1
	conf <<<'worker a { exec sh -c "env >env; until test -e go; do sleep 0.01; done; exit 3" }'
	start_tree_ready
	eventually heard READY=1
	touch go
	wait_tree
	assert_status 1
	heard STOPPING=1
	refute grep -q 'NOTIFY_SOCKET\|WATCHDOG' env
	# It was for somebody else.
	refute heard WATCHDOG=1
}

@test "a sign of life at half of the watchdog's time, while the engine is alive" {
	listens "$DIR/notify"
	export WATCHDOG_USEC=200000
	conf <<<'worker a { exec ${WORKER} }'
	start_tree_ready
	beats() { [[ $(grep -c WATCHDOG=1 heard) -ge $1 ]]; }
	eventually beats 4
	hold "$(engine_pid)"
	eventually idle "$PID"
	local n
	n=$(grep -c WATCHDOG=1 heard)
	# In that time there would have been five.
	refute eventually_within 1 beats $((n + 2))
	kill -s CONT "$(engine_pid)"
	eventually beats $((n + 3))
	# A new engine goes on, and says again that all is up.
	kill -s KILL "$(engine_pid)"
	wait_record event=engine_started
	eventually ready_twice
	n=$(grep -c WATCHDOG=1 heard)
	eventually beats $((n + 2))
}

@test "run -d tells its process as well" {
	listens "$DIR/notify"
	conf <<<'worker a { exec ${WORKER} }'
	run -0 supervise -S ./sock run -d
	eventually heard 'MAINPID=[0-9]*'
	heard "MAINPID=$(supervise -S ./sock pid root)"
	run -0 supervise -S ./sock down
}

@test "with tells of its tree, and stays the process to be watched; its command does not find the variables" {
	listens "$DIR/notify"
	conf <<<'worker a { exec ${WORKER} }'
	run -0 supervise with -q -- sh -c 'echo "${NOTIFY_SOCKET-none}"; until grep -q READY=1 heard; do sleep 0.01; done'
	assert_output none
	eventually heard STOPPING=1
	refute heard 'MAINPID=.*'
}

@test "exec is ready when its command runs, and one that nobody hears is a warning" {
	listens "$DIR/notify"
	start exec -- "$WORKER" log=log
	wait_log start worker
	eventually heard READY=1
	stop_tree
	heard STOPPING=1
	export NOTIFY_SOCKET=$DIR/nobody
	conf <<<'worker a { exec ${WORKER} }'
	start_tree_ready
	wait_record event=warning
	records event=warning | grep -q "nobody is told at NOTIFY_SOCKET $DIR/nobody: No such file"
	stop_tree
	assert_status 0
}
