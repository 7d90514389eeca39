#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# The control socket: where it is, who may use it, and what it stands.

load test_helper
load control_helper

setup() {
	prepare
	conf <<<'worker a { exec ${WORKER} }'
}

teardown() {
	end_detached
	finish
}

# A user that is not the one of the test.
other_user() {
	[[ $EUID -eq 0 ]] || skip "needs root"
	chmod go+x "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR" "${BATS_TEST_TMPDIR%/*}"
	setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"
}

# answers: the tree of this folder is there and well.
answers() {
	supervise status -q a
}

# ---------------------------------------------------------------- the place

@test "S192: the label of a file is its folder's name and a hash of its path" {
	start_tree_ready
	local socket
	socket=$(socket_path)
	[[ $(basename "$socket") =~ ^$(basename "$DIR")-[0-9a-f]{8}\.sock$ ]]
	run -0 supervise status
	assert_output "a "
	mkdir other
	cd other
	run -5 supervise -f ../nosuch.sock -S "$DIR/nosuch.sock" status
	assert_output "no supervisor is running at $DIR/nosuch.sock"
}

@test "the command finds the tree through -f from anywhere, and through a link" {
	start_tree_ready
	ln -s "$DIR" link
	cd /
	run -0 supervise -f "$DIR/supervise.conf" status -q a
	run -0 supervise -f "$DIR/link/supervise.conf" status -q a
}

@test "two trees of one user never meet" {
	mkdir two
	conf two/supervise.conf <<<'worker b { exec ${WORKER} }'
	start_tree_ready
	cd two
	run -0 supervise run -d
	run -0 supervise status
	assert_output "b "
	refute_output "a "
	run -0 supervise list
	assert_output "$DIR/supervise.conf"
	assert_output "$DIR/two/supervise.conf"
	supervise down
	cd "$DIR"
	answers
}

@test "-L gives a label, which is no part of a path" {
	local label="test-$$-$BATS_TEST_NUMBER"
	start -L "$label" run
	wait_record event=started supervisor=root
	run -0 supervise -L "$label" status -q a
	run -0 supervise list
	assert_output "$label"
	run -5 supervise status
	for label in ../x a/b .hidden -x "" "$(printf '%065d' 1)"; do
		run -2 supervise -L "$label" run
		assert_output "is no label"
	done
}

@test "-S gives a path, \$SUPERVISE_SOCKET too" {
	start -S ./sock run
	wait_record event=started supervisor=root
	run -0 supervise -S sock status -q a
	SUPERVISE_SOCKET=$DIR/sock run -0 supervise status -q a
	stop_tree
	[[ ! -e sock ]]
}

@test "a child has the path of the socket in its environment" {
	conf <<<'worker a { ready fd 3; exec sh -c "env >given; echo >&3; exec sleep 1000" }'
	start -S ./sock run
	wait_record event=started supervisor=root
	grep -qx "SUPERVISE_SOCKET=$DIR/sock" given ||
		grep -qx "SUPERVISE_SOCKET=$DIR/./sock" given
}

@test "a child talks to its own supervisor" {
	conf <<-END
		worker a { exec $WORKER }
		worker b { restart transient; ready fd 3; exec sh -c '$SUPERVISE pid a >said; echo >&3; exec sleep 1000' }
	END
	start_tree_ready
	assert_equal "$(cat said)" "$(child_pid a)"
}

@test "a path longer than a socket's address works" {
	local long=$DIR
	while [[ ${#long} -lt 300 ]]; do
		long=$long/$(printf '%060d' 0)
	done
	mkdir -p "$long"
	start -S "$long/sock" run
	wait_record event=started supervisor=root
	[[ -S $long/sock ]]
	run -0 supervise -S "$long/sock" status -q a
	stop_tree
	[[ ! -e $long/sock ]]
}

@test "U16: without a place for the socket everything but control works" {
	start -S ./no/such/folder/sock run
	wait_record event=started supervisor=root
	assert_record event=warning
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=a run=2
	stop_tree
	assert_status 0
}

@test "exec has a socket only if it is told where" {
	start exec -- "$WORKER" log=log
	wait_log start worker
	run -0 supervise list
	refute_output "$PID "
	stop_tree
	start -S sock exec -- "$WORKER" log=log2
	eventually test -S sock
	run -0 supervise -S sock status
	assert_output "worker"
}

@test "S101: no supervisor there is status 5, and nobody waits" {
	local words
	while read -r -a words; do
		run -5 supervise "${words[@]}"
	done <<-'END'
		status
		tree
		pid a
		why a
		count
		spec a
		wait ready a
		events
		start a
		stop a
		restart a
		signal HUP a
		add root x
		delete a
		reload
	END
}

# ---------------------------------------------------------------- one at a time

@test "S193: a live one is refused, naming pid, path and command" {
	start_tree_ready
	local socket
	socket=$(socket_path)
	run -1 supervise run
	assert_output "pid $PID"
	assert_output "$socket"
	assert_output "supervise -L $(basename "$socket" .sock) status"
	run -1 supervise run -d
	assert_output "pid $PID"
	answers
}

@test "a stale socket is replaced, also one that a killed supervise left" {
	start -S sock run
	wait_record event=started supervisor=root
	local engine witness
	engine=$(engine_pid)
	witness=$(witness_pid) || witness=
	# It has no time to see the guardian's death.
	hold "$engine"
	kill -s KILL "$PID" "$engine" ${witness:+"$witness"}
	wait "$PID" 2>/dev/null || true
	PID=
	eventually none_marked
	[[ -S sock ]]
	: >records
	start -S sock run
	wait_record event=started supervisor=root
	run -0 supervise -S sock status -q a
	refute_record event=warning
}

@test "of several started at once one runs, the others are refused" {
	local n pids=() status won=0
	for n in 1 2 3 4 5; do
		supervise -S sock run -d 2>"said.$n" &
		pids+=($!)
	done
	for n in "${pids[@]}"; do
		status=0
		wait "$n" || status=$?
		case $status in
		0) won=$((won + 1)) ;;
		1) ;;
		*) fail "status $status" ;;
		esac
	done
	run -0 supervise -S sock status -q a
	supervise -S sock down
	assert_equal "$won" 1
}

@test "something that is no socket is left alone" {
	echo precious >sock
	start -S sock run
	wait_record event=started supervisor=root
	assert_record event=warning
	assert_file sock precious
	run -1 supervise -S sock status
}

@test "a restarted engine serves at the same path" {
	start -S sock run
	wait_record event=started supervisor=root
	kill -s KILL "$(engine_pid)"
	wait_record event=engine_started
	eventually supervise -S sock wait -t 60 ready a
	assert_equal "$(supervise -S sock pid a)" "$(child_pid a)"
}

# ---------------------------------------------------------------- who may

@test "the folder of labels is the user's alone, the socket too" {
	start_tree_ready
	local socket
	socket=$(socket_path)
	assert_equal "$(stat -c '%a %u' "$(dirname "$socket")")" "700 $EUID"
	assert_equal "$(stat -c '%a %u' "$socket")" "600 $EUID"
}

# As another user whose folder is $DIR/run/supervise.
in_folder() {
	other_user env "XDG_RUNTIME_DIR=$DIR/run" TEST_TREE="$DIR" "$SUPERVISE" "$@" 3>&-
}

@test "a folder that others can enter, or own, is not used" {
	[[ $EUID -eq 0 ]] || skip "needs root"
	install -d -o 65534 -g 65534 -m 700 run
	install -d -o 65534 -g 65534 -m 755 run/supervise
	run -125 in_folder -L x exec -- true
	assert_output "open to others"
	chmod 700 run/supervise
	run -0 in_folder -L x exec -- true
	chown 0:0 run/supervise
	run -125 in_folder -L x exec -- true
	assert_output "belongs to user 0"
	rmdir run/supervise
	ln -s /tmp run/supervise
	run -125 in_folder -L x exec -- true
	assert_output "symbolic link"
}

@test "another user is refused, whatever the mode of the file" {
	start -S ./sock run
	wait_record event=started supervisor=root
	run -1 other_user "$SUPERVISE" -S "$DIR/sock" status
	assert_output "another user"
	chmod 666 sock
	run -1 other_user "$SUPERVISE" -S "$DIR/sock" stop a
	# Without a word: what is sent after a refusal breaks socat's pipe.
	run -0 other_user socat -u "UNIX-CONNECT:$DIR/sock" -
	assert_output "event=error code=permission"
	run -0 supervise -S sock status -q a
}

# ---------------------------------------------------------------- by hand

@test "a request is a line, the answer records and ok" {
	start_tree_ready
	run -0 talk "$(socket_path)" <<<status
	[[ ${lines[0]} == "event=status supervisor=root state=up pid=$PID"* ]]
	[[ ${lines[1]} == "event=status child=a state=up pid=$(child_pid a)"* ]]
	assert_equal "${lines[2]}" event=ok
}

@test "the words are quoted as in the file, and a connection takes many requests" {
	start_tree_ready
	run -0 talk "$(socket_path)" <<-'END'
		pid 'a'
		"pid" \
		  a  # the same
		status "b c"
		pid a
	END
	assert_equal "$(grep -c "pid=$(child_pid a)\$" <<<"$output")" 3
	assert_output "event=error code=no_such_name message=\"nothing is called b c"
	assert_equal "${lines[-1]}" event=ok
}

@test "S91, S95, S96: why it was refused is told in one word" {
	start_tree_ready
	run -0 talk "$(socket_path)" <<-END
		start a
		delete a
		add root 'worker a { exec true }'
		stop a
		add root 'worker a { exec true }'
		add root 'worker no { exec /no/such/program }'
		delete nobody
	END
	assert_equal "$(sed -n 's/.*code=\([^ ]*\)\( result=[^ ]*\)\{0,1\}.*/\1\2/p' \
		<<<"$output")" "failed result=running
failed result=running
failed result=already_started
failed result=already_present
failed result=start_failed
no_such_name"
}

@test "an unknown request, and wrong words, are told what is right" {
	start_tree_ready
	run -0 talk "$(socket_path)" <<-'END'
		statsu
		pid
		wait never a
		signal NOSUCH a
		'unfinished quote
	END
	assert_output "did you mean status?"
	assert_output "pid takes: NAME..."
	assert_output "wait takes:"
	assert_output "NOSUCH is no signal"
	assert_equal "$(grep -c 'event=error code=\(usage\|syntax\)' <<<"$output")" 5
	answers
}

# ---------------------------------------------------------------- the hostile

@test "half a line, an empty one, and silence cost nothing" {
	start_tree_ready
	local socket
	socket=$(socket_path)
	run -0 talk "$socket" < <(printf 'stat')
	assert_output "event=error code=syntax"
	run -0 talk "$socket" <<<""
	run -0 talk "$socket" </dev/null
	assert_equal "$output" ""
	# Those that stay, with half a line, hinder nobody.
	mkfifo hold
	"$CROWD" "$socket" 20 stat <hold >crowd 3>&- &
	local crowd=$!
	exec {held}>hold
	eventually grep -q connected crowd
	answers
	exec {held}>&-
	wait "$crowd"
	answers
}

@test "binary is refused" {
	start_tree_ready
	local socket n
	socket=$(socket_path)
	run -0 talk "$socket" < <(printf 'status \001\002\n')
	assert_output "event=error code=syntax"
	run -0 talk "$socket" < <(printf 'status\0a\n')
	assert_output "event=error"
	run -0 talk "$socket" < <(printf 'status \377\376\n')
	assert_output "event=error"
	for n in 1 2 3 4 5; do
		head -c 20000 /dev/urandom | talk "$socket" >/dev/null || true
	done
	answers
}

@test "a line of 10 MB is refused, the next request served" {
	start_tree_ready
	run -0 talk "$(socket_path)" < <(
		head -c 10M /dev/zero | tr '\0' x
		echo
		echo pid a
	)
	assert_output "event=error code=too_long"
	assert_output "event=pid child=a pid=$(child_pid a)"
	assert_equal "${#lines[@]}" 3
}

@test "two thousand connections: one more is refused politely" {
	start -S ./sock run
	wait_record event=started supervisor=root
	mkfifo hold
	"$CROWD" "$DIR/sock" 2000 "pid a" <hold >crowd 3>&- &
	local crowd=$!
	exec {held}>hold
	eventually grep -q connected crowd
	run -1 supervise -S sock status
	assert_output "too many connections"
	# The tree does its work meanwhile.
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=a run=2
	exec {held}>&-
	wait "$crowd"
	eventually supervise -S sock status -q a
}

@test "a flood of connections that nobody keeps" {
	start -S ./sock run
	wait_record event=started supervisor=root
	local n
	for n in 1 2 3 4 5; do
		"$CROWD" "$DIR/sock" 300 $'status\n' </dev/null >/dev/null
	done
	run -0 supervise -S sock status -q a
}

@test "a client that is killed in mid-answer harms nobody" {
	start -S ./sock run
	wait_record event=started supervisor=root
	local requests n
	# Their answers are more than a socket takes, and nobody reads them.
	requests=$(yes status | head -n 5000)
	mkfifo hold
	for n in 1 2 3; do
		"$CROWD" "$DIR/sock" 3 "$requests" <hold >crowd 3>&- &
		local crowd=$!
		exec {held}>hold
		eventually grep -q connected crowd
		run -0 supervise -S sock status -q a
		kill -s KILL "$crowd"
		wait "$crowd" || true
		exec {held}>&-
		run -0 supervise -S sock status -q a
	done
}

@test "a slow reader of events is told what it has lost, and delays nobody" {
	start_tree_ready
	supervise events >followed 3>&- &
	local job=$! reader socket n
	eventually following
	reader=$(pgrep -P "$job" -x supervise || echo "$job")
	hold "$reader"
	socket=$(socket_path)
	for ((n = 0; n < 2500; n++)); do
		echo "restart nobody-has-this-name"
		echo "restart a"
	done | talk "$socket" >answers
	assert_equal "$(grep -c '^event=ok' answers)" 2500
	kill -s CONT "$reader"
	eventually grep -q 'event=lost' followed
	grep -q 'count=[1-9]' followed
	# From then on it has everything again.
	supervise restart -q a
	eventually grep -q "event=started.* pid=$(pid_of a) " followed
	kill "$reader"
	wait "$job" 2>/dev/null || true
}

# The reader of events gets them: it is told of a restart.
following() {
	supervise restart -q a
	[[ -s followed ]]
}

@test "S102: requests are served in the order they come in" {
	start_tree_ready
	run -0 talk "$(socket_path)" <<-'END'
		stop a
		start a
		start a
		stop a
		status a
	END
	assert_equal "$(sed -n 's/^event=\(status.* state=\([a-z]*\)\|\([a-z]*\)\).*/\2\3/p' <<<"$output" | tr '\n' ' ')" \
		"down ok up ok error down ok down ok "
}

# All voluntary and other context switches of a process so far.
switches() {
	awk '/ctxt_switches/ { n += $2 } END { print n }' "/proc/$1/status"
}

has_descriptors() {
	[[ $(find "/proc/$1/fd" -mindepth 1 | wc -l) -ge $2 ]]
}

# undisturbed PID: a second has passed in which it did not run.
undisturbed() {
	local before
	before=$(switches "$1")
	sleep 1
	[[ $(switches "$1") == "$before" ]]
}

@test "a hundred who follow do not wake an idle engine" {
	conf <<<'worker a { exec ${WORKER} }'
	# Not where whoever lists supervisors would knock.
	start -S ./sock run
	wait_record event=started supervisor=root
	local engine n
	local -a followers=()
	engine=$(engine_pid)
	for ((n = 0; n < 100; n++)); do
		supervise -S ./sock events >>followed 2>&1 3>&- &
		followers+=("$!")
	done
	eventually has_descriptors "$engine" 100
	# The last of them may still be on its way.
	eventually undisturbed "$engine"
	stop_tree
	wait "${followers[@]}"
	[[ $(grep -c "event=ended .*supervisor=root" followed) -eq 100 ]]
}

# ticks PID: of the processor that it has used.
ticks() {
	awk '{ print $14 + $15 }' "/proc/$1/stat"
}

@test "without descriptors connections are refused, and nobody spins" {
	conf <<<'worker a { exec ${WORKER} }'
	UNDER=(prlimit --nofile=64:64)
	start_tree_ready
	UNDER=()
	local engine before n
	local -a followers=()
	engine=$(engine_pid)
	local words
	command_words
	for ((n = 0; n < 80; n++)); do
		"${words[@]}" events >/dev/null 2>>refused 3>&- &
		followers+=("$!")
	done
	eventually grep -q "no descriptor is left" refused
	before=$(ticks "$engine")
	sleep 1
	[[ $(ticks "$engine") -le $((before + 20)) ]]
	kill -s KILL "${followers[@]}" 2>/dev/null || true
	wait "${followers[@]}" 2>/dev/null || true
	eventually supervise status a >/dev/null 2>&1
}
