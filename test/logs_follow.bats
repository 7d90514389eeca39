#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# `logs -f`: the lines of children as they are written.

load test_helper
load control_helper

# follow WORDS...: `supervise logs -f` in the background, into `followed`.
follow() {
	local words
	command_words
	"${words[@]}" logs -f "$@" >followed 2>complaints 3>&- &
	FOLLOWER=$!
}

# unfollow: ends it.
unfollow() {
	kill -s INT "$FOLLOWER"
	eventually ended "$FOLLOWER"
}

# follows LINE: it has printed that line.
follows() {
	eventually grep -qxF "$1" followed
}

# waiter NAME: a worker that writes the lines of each file NAME.1, NAME.2 …
# that comes, and starts anew after each.
waiter() {
	echo "worker $1 { restart permanent; exec sh -c 'until [ -e $1.\$SUPERVISE_RUN ]; do sleep 0.01; done; cat $1.\$SUPERVISE_RUN' }"
}

# say NAME RUN: what standard input has is what that run writes.
say() {
	cat >said
	mv said "$1.$2"
}

@test "logs -f: the last lines, then each new one, across restarts, none twice" {
	conf <<-END
		max_restarts 1000
		$(waiter a)
		$(waiter b)
	END
	start_tree_ready
	seq 1 100 | say a 1
	eventually grep -qxF 'a | 100' out
	follow -n 3 a
	follows 'a | 100'
	seq 101 500 | say a 2
	echo no | say b 1
	seq 501 999 | say a 3
	follows 'a | 999'
	diff followed <(seq -f 'a | %.0f' 98 999)
	refute test -s complaints
	unfollow
	stop_tree
	assert_status 0
}

@test "logs -f: without a name also those who come later; --json; until the end" {
	conf <<-END
		max_restarts 1000
		$(waiter a)
		worker quiet { log inherit; exec sleep 1000 }
		supervisor pool { strategy dynamic }
	END
	start_tree_ready
	follow --json
	echo one | say a 1
	eventually grep -q '"text":"one"' followed
	supervise add -q pool 'worker x { restart temporary; shell "echo two >&2; exec sleep 1000" }'
	eventually grep -q '"child":"pool/x".*"stream":"stderr","text":"two"}$' followed
	assert_json_lines <followed
	stop_tree
	eventually ended "$FOLLOWER"
	wait "$FOLLOWER"
}

@test "logs: of a supervisor those of its children; -f: also of children that come later" {
	conf <<-END
		max_restarts 1000
		$(waiter a)
		supervisor pool { strategy dynamic; worker one { shell "echo first; exec sleep 1000" } }
	END
	start_tree_ready
	eventually grep -qxF 'pool/one | first' out
	run -0 supervise logs pool
	assert_equal "$output" "pool/one | first"
	follow pool
	follows 'pool/one | first'
	supervise add -q pool 'worker two { restart temporary; shell "echo second; exec sleep 1000" }'
	follows 'pool/two | second'
	unfollow
	follow 'pool/t*'
	follows 'pool/two | second'
	echo no | say a 1
	supervise add -q pool 'worker other { restart temporary; shell "echo other; exec sleep 1000" }'
	supervise add -q pool 'worker three { restart temporary; shell "echo third; exec sleep 1000" }'
	follows 'pool/three | third'
	assert_equal "$(<followed)" $'pool/two | second\npool/three | third'
	unfollow
}

@test "logs -f: who reads too slowly is told how many lines were lost" {
	conf <<-END
		max_restarts 1000
		$(waiter a)
	END
	start_tree_ready
	echo begin | say a 1
	eventually grep -qxF 'a | begin' out
	follow a
	follows 'a | begin'
	hold "$FOLLOWER"
	(seq 1 200000; echo end) | say a 2
	eventually grep -qxF 'a | end' out
	kill -s CONT "$FOLLOWER"
	eventually grep -q 'lines were lost' complaints
	echo again | say a 3
	follows 'a | again'
	local lost
	lost=$(awk '{ n += $2 } END { print n }' complaints)
	assert_equal "$(($(wc -l <followed) + lost))" 200003
	unfollow
}

@test "logs -f: of a name that nobody has it says so, and ends" {
	conf <<<'worker a { exec sleep 1000 }'
	start_tree_ready
	run -4 supervise logs -f nosuch
	run -4 supervise logs -f a nosuch
	run -2 supervise logs -f -n 11
	assert_equal "$(state_of a)" up
}
