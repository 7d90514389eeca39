#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# The library for tests, cmd/bats/load.bash. The files in test/library, and the
# example of supervise-bats(7), are run by a bats of their own; their tests say
# in their names whether they have to pass or to fail. Here it is looked at what
# bats has printed.
#
# With the plain program only: what is run is the library.

load test_helper
load page_helper

PAGE=supervise-bats.7

setup_file() {
	local words
	cd "$BATS_FILE_TMPDIR" || return
	DIR=$BATS_FILE_TMPDIR
	UNDER=()
	mkdir lib
	ln -s "$ROOT/cmd/bats" lib/supervise
	cp -r "$ROOT/test/library" tests
	: >tests/adder.bats
	if command -v redis-server >/dev/null; then
		block EXAMPLES 1 >tests/supervise.conf
		block EXAMPLES 2 >tests/adder
		block EXAMPLES 3 >tests/adder.bats
		chmod +x tests/adder
	fi

	# As if they were run by no other bats.
	command_words
	SUPERVISE=${words[-1]}
	words=(env -i HOME="$DIR" TMPDIR="$DIR" LC_ALL=C.UTF-8
		PATH="${SUPERVISE%/*}:${PATH//"$BATS_LIBEXEC:"/}"
		BATS_LIB_PATH="$DIR/lib" PORTS="$DIR/ports" LEFT="$DIR/left"
		"${words[@]:0:${#words[@]}-1}" bats --formatter tap)
	# Where it matters in parallel, which takes bats itself most time.
	"${words[@]}" --jobs 4 tests/{adder,file,ports_1,ports_2}.bats \
		>said_in_parallel 2>&1 </dev/null 3>&- &
	"${words[@]}" tests/{asserts,left,starts}.bats \
		>said 2>&1 </dev/null 3>&- || true
	wait $! || true
}

teardown_file() {
	local pid
	DIR=$BATS_FILE_TMPDIR
	cd "$DIR" || return
	while read -r pid; do
		kill -s TERM "$pid"
	done <left
	nothing_left
	no_sanitizer_report
}

setup() {
	prepare
	output=$(cat "$BATS_FILE_TMPDIR"/said*)
}

# assert_said TEST [TEXT]: that test has failed, with this in what is printed.
assert_said() {
	local said
	said=$(awk -v name=" $1" '
		/^(not )?ok [0-9]+ / {
			here = substr($0, length($0) - length(name) + 1) == name
		}
		here { print }
	' <<<"$output")
	[[ $said == "not ok "* && $said == *"$2"* ]] ||
		fail "no '$2' said of '$1': ${said:-$output}"
}

@test "bats library: what is to pass passes, and what is to fail fails" {
	[[ $(grep -c '^ok [0-9]* passes: ' <<<"$output") -ge 10 ]] || fail "$output"
	refute grep '^not ok [0-9]* passes: ' <<<"$output"
	refute grep '^ok [0-9]* fails: ' <<<"$output"
	assert_equal "$(grep -c '^\(not \)\?ok ' <<<"$output")" \
		"$(($(cat "$BATS_FILE_TMPDIR"/tests/*.bats | grep -c "^@test") + 1))"
}

@test "bats library: an assertion that fails says of what" {
	assert_said "fails: up" "not up yet: a"
	assert_said "fails: ready" "nothing is called nobody"
	assert_said "fails: restarted" \
		"assert_restarted: a was restarted 0 times, expected once at least"
	assert_said "fails: restarted once" \
		"assert_restarted: a was restarted 2 times, expected 1"
	assert_said "fails: reason" \
		"assert_reason: a ended with 'killed', expected exit:*"
	assert_said "fails: crash" "has not ended of CONT"
	assert_said "fails: two trees" "has a tree already"
}

@test "bats library: what a tree has said is printed of tests that fail, once, and of no other" {
	assert_said "fails: reason" "# b | words of b"
	assert_said "fails: the file's tree" "child=shared"
	refute grep -q 'words of b' <<<"$(sed -n '/^ok /,/^not ok /p' <<<"$output")"
	assert_equal "$(sed -n '/^not ok .* up$/,/^not ok .* ready$/p' <<<"$output" |
		grep -c 'words of b')" 1
}

@test "bats library: what is left over is named, and ended" {
	local pid
	pid=$(sed -n 's/^# it is \([0-9]*\)$/\1/p' <<<"$output")
	assert_said "fails: left by the test" "left over: pid $pid: sleep 1001"
	eventually ended "$pid"
	assert_said "fails: left by a child" 'command="sleep 1002"'
	assert_said "teardown_file failed" ": sleep 1003"
	assert_said "fails: does not stop" "supervise_down: not down within 1 s"
	assert_said "fails: does not stop" "event=waiting child=deaf"
}

@test "bats library: a tree that does not start says why" {
	assert_said "fails: mistake" "supervise.conf:1:26: "
	assert_said "fails: no program" "command not found: ./nothing"
	assert_said "fails: no file" "nothing.conf: cannot be read"
	assert_said "fails: never ready" "supervise_up: not ready within 1 s"
}

@test "bats library: no port is given twice, in files that run in parallel" {
	assert_equal "$(wc -l <"$BATS_FILE_TMPDIR/ports")" 80
	assert_equal "$(sort -u "$BATS_FILE_TMPDIR/ports" | wc -l)" 80
}

@test "bats library: a port that somebody has is not free" {
	local port
	port=$(free_port)
	refute _supervise_port_used "$port"
	python3 -c 'import socket, sys, time
s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
time.sleep(1000)' "$port" 3>&- &
	eventually _supervise_port_used "$port"
	kill $!
	wait $! || true
}

left_commands() {
	local DIR=$BATS_FILE_TMPDIR pid
	marked_pids | sort -u | while read -r pid; do
		[[ $pid == "$(cat "$DIR/left")" ]] ||
			tr '\0' ' ' <"/proc/$pid/cmdline"
	done | grep -v -e 'sleep 1000' -e '^supervise: ' -e '^witness of'
}

@test "bats library: only the tree that nobody has stopped is left" {
	is_alive "$(cat "$BATS_FILE_TMPDIR/left")"
	eventually refute left_commands
}

@test "bats library: the example of supervise-bats(7)" {
	command -v redis-server >/dev/null || skip "no redis-server"
	assert_equal "$(grep -c '^ok [0-9]* .*adder' <<<"$output")" 2
}
