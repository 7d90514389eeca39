#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# What a child finds: variables, folder, descriptors, signals, limits.

load test_helper

# dumped FILE: waits for what a worker has written with dump=FILE.
dumped() {
	eventually test -e "$1"
}

@test "a child finds its name, its run and why it runs again" {
	conf <<-'END'
		supervisor s {
		    worker a { exec ${WORKER} run=1 dump=one exit=3 end run=2 dump=two signal=SEGV end dump=three }
		}
	END
	start_tree
	dumped three
	grep -qx "env SUPERVISE_NAME=s/a" one
	grep -qx "env SUPERVISE_RUN=1" one
	refute grep -q "SUPERVISE_LAST_REASON" one
	grep -qx "env SUPERVISE_RUN=2" two
	grep -qx "env SUPERVISE_LAST_REASON=exit:3" two
	grep -qx "env SUPERVISE_LAST_REASON=signal:SEGV" three
}

@test "a child finds which supervise it belongs to, the same one in every run" {
	conf <<-'END'
		worker a { exec ${WORKER} run=1 dump=one exit=3 end dump=two }
		worker b { exec ${WORKER} dump=other }
	END
	start_tree
	dumped two
	dumped other
	grep -h SUPERVISE_ID one two other | sort -u >ids
	assert_equal "$(wc -l <ids)" 1
}

@test "a supervise below another one says its own names" {
	conf outer.conf <<-'END'
		worker outer { exec ${SUPERVISE} -f inner.conf run }
	END
	conf inner.conf <<-'END'
		worker inner { exec ${WORKER} dump=inner }
	END
	SUPERVISE=$SUPERVISE UNDER=(env "SUPERVISE=$SUPERVISE") start -f outer.conf run
	dumped inner
	grep -qx "env SUPERVISE_NAME=inner" inner
	grep -qx "env SUPERVISE_RUN=1" inner
	assert_equal "$(grep -c SUPERVISE_ID inner)" 1
	stop_tree
	assert_status 0
}

@test "env adds to the environment, the last of one name counts" {
	conf <<-'END'
		worker a {
		    env ONE=1 TWO=2
		    env TWO "two words"
		    env PATH=/somewhere
		    env EMPTY=
		    exec ${WORKER} dump=a
		}
		worker b { exec ${WORKER} dump=b }
	END
	UNDER=(env OURS=kept TWO=replaced)
	start_tree
	dumped a
	dumped b
	grep -qx "env ONE=1" a
	grep -qx "env TWO=two words" a
	grep -qx "env PATH=/somewhere" a
	grep -qx "env EMPTY=" a
	grep -qx "env OURS=kept" a
	assert_equal "$(grep -c '^env TWO=' a)" 1
	grep -qx "env TWO=replaced" b
	refute grep -q '^env ONE=' b
}

@test "PATH of the child's own env is where its command is searched for" {
	mkdir bin
	ln -s "$WORKER" bin/mine
	conf <<<"worker a { env PATH=$DIR/bin; exec mine dump=a }"
	start_tree
	dumped a
}

@test "cwd is the folder in which it runs, else that of supervise" {
	mkdir inner
	conf <<-'END'
		worker a { cwd inner; exec ${WORKER} dump=a }
		worker b { exec ${WORKER} dump=b }
	END
	start_tree
	dumped inner/a
	dumped b
	grep -qx "cwd $DIR/inner" inner/a
	grep -qx "cwd $DIR" b
}

@test "a command is searched for from the child's own folder" {
	mkdir inner
	ln -s "$WORKER" inner/mine
	conf <<<"worker a { cwd inner; exec ./mine dump=a }"
	start_tree
	dumped inner/a
}

@test "U14: the signal mask of supervise is what children get" {
	conf <<<"worker a { exec $WORKER dump=a }"
	UNDER=(env --default-signal --block-signal=USR1 --block-signal=INT)
	start_tree
	dumped a
	assert_equal "$(grep -E '^blocked' a | sort)" "blocked INT
blocked USR1"
	stop_tree
	assert_status 0
}

@test "U14: the ignored signals of supervise are what children get" {
	conf <<<"worker a { exec $WORKER dump=a }"
	UNDER=(env --default-signal --ignore-signal=PIPE --ignore-signal=USR2)
	start_tree
	dumped a
	assert_equal "$(grep -E '^ignored' a | sort)" "ignored PIPE
ignored USR2"
}

@test "U14: a child has none of what supervise needs for itself" {
	conf <<<"worker a { exec $WORKER dump=a }"
	UNDER=(env --default-signal)
	start_tree
	dumped a
	refute grep -E '^(blocked|ignored)' a
	assert_equal "$(grep -c '^fd' a)" 3
	grep -qx "fd 0 /dev/null" a
	grep -qx 'fd 1 pipe:.*' a
	grep -qx 'fd 2 pipe:.*' a
}

@test "U14: what supervise inherited is closed in children, and in itself" {
	conf <<<"worker a { exec $WORKER dump=a }"
	local pid
	exec 7>seven 9<supervise.conf 200>high
	start_tree_ready
	exec 7>&- 9<&- 200>&-
	dumped a
	assert_equal "$(grep -c '^fd' a)" 3
	for pid in "$PID" "$(engine_pid)" "$(witness_pid)"; do
		refute has_open "$pid" "$DIR/(seven|supervise.conf|high)"
	done
}

# has_open PID PATTERN
has_open() {
	find "/proc/$1/fd" -mindepth 1 -printf '%l\n' | grep -qxE "$2"
}

@test "U14: of ready fd N a child has the one descriptor" {
	conf <<-'END'
		worker a { ready fd 9; exec ${WORKER} dump=a ready=9 }
		worker b { ready fd 3; exec ${WORKER} dump=b ready=3 }
	END
	start_tree_ready
	grep -q "^fd 9 pipe:" a
	assert_equal "$(grep -c '^fd' a)" 4
	grep -q "^fd 3 pipe:" b
	assert_equal "$(grep -c '^fd' b)" 4
}

@test "U14: limits are put back in children" {
	conf <<<"worker a { exec $WORKER dump=a }"
	UNDER=(prlimit --nofile=321:654)
	start_tree_ready
	dumped a
	grep -qx "limit nofile 321 654" a
	grep -qE '^Max open files +654 +654' "/proc/$(engine_pid)/limits"
}

@test "children of run read /dev/null, of exec what supervise reads" {
	conf <<<"worker a { exec cat }"
	UNDER=()
	echo hello >input
	run -0 supervise exec -- cat <input
	assert_equal "$output" hello
	conf <<<"worker a { restart temporary; significant; exec cat }; auto_shutdown any_significant"
	run -0 supervise run -q <input
	assert_equal "$output" ""
}

@test "exec: its command finds the folder, the variables and the descriptors of supervise" {
	UNDER=(env --default-signal OURS=kept)
	run -0 supervise exec -- "$WORKER" dump=a exit=0
	grep -qx "cwd $DIR" a
	grep -qx "env OURS=kept" a
	grep -qx "env SUPERVISE_NAME=worker" a
	grep -qx "env SUPERVISE_RUN=1" a
	assert_equal "$(grep -c '^fd' a)" 3
	refute grep -E '^(blocked|ignored)' a
}
