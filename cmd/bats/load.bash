# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# supervise-bats(7): trees of programs in tests of bats 1.8 or newer, found by
# `bats_load_library supervise`.
#
# A tree belongs to what is being run when it is started: a test, a file or the
# suite. Its socket, its file and its log are in the folder that bats has for
# that, so that tests and files run in parallel do not meet, and bats removes
# them.
#
# Variables:
#	SUPERVISE		the program, supervise unless set
#	SUPERVISE_TIMEOUT	how many seconds a state may take to come, 10
#	SUPERVISE_SOCKET	of the tree that was started last; the program
#				and what it starts know it by that

# supervise_up [FILE]: starts the tree of FILE, supervise.conf unless it is
# named, `-` being standard input, and returns when it is ready.
supervise_up() {
	local scopes folder file=${1:-supervise.conf} status=0
	_supervise_scopes
	folder=${scopes[0]}
	[[ ! -e $folder/up ]] ||
		_supervise_fail "${folder%/*} has a tree already" || return
	mkdir -p "$folder" || return
	if [[ $file == - ]]; then
		file=$folder/supervise.conf
		cat >"$file"
	fi

	export SUPERVISE_SOCKET=$folder/socket
	: >"$folder/up"
	_supervise_detached -f "$file" -S "$SUPERVISE_SOCKET" run -d \
		>>"$folder/log" 2>&1 </dev/null || status=$?
	[[ $status -ne 0 ]] || return 0
	supervise_logs >&2
	[[ $status -ne 124 ]] ||
		_supervise_fail "not ready within ${SUPERVISE_TIMEOUT:-10} s"
	return 1
}

# supervise_down: stops the tree of this test, file or suite, if it has one
# that runs. Fails when a process is left of it, or of what had SUPERVISE_SOCKET
# in its environment. In a test that has failed it prints what the tree has
# said.
supervise_down() {
	local scopes folder failed=0
	_supervise_scopes
	folder=${scopes[0]}
	! _supervise_after_failure || supervise_logs >&2
	if [[ -e $folder/up ]]; then
		_supervise_stop "$folder" >&2 || failed=1
		rm "$folder/up"
		[[ $failed -eq 0 ]] || supervise_logs >&2
	fi
	_supervise_know_socket
	return $failed
}

# supervise_logs: the last records and lines of the tree of this test, or else
# of the file or the suite.
supervise_logs() {
	local scopes folder
	_supervise_scopes
	for folder in "${scopes[@]}"; do
		if [[ -s $folder/log ]]; then
			echo "the last lines of $folder/log:"
			tail -n 100 "$folder/log"
			return
		fi
	done
}

# wait_ready NAME...: until their starts are complete.
wait_ready() {
	_supervise wait -t "${SUPERVISE_TIMEOUT:-10}" ready "$@" >/dev/null
}

# assert_up NAME...: they have a process, or get one in time.
assert_up() {
	_supervise wait -t "${SUPERVISE_TIMEOUT:-10}" up "$@" >/dev/null
}

# assert_restarted NAME [TIMES]: it was started again after its first start,
# so many times and no more, or at least once.
assert_restarted() {
	local name=$1 times=${2-} runs
	supervise_eventually _supervise_has_runs "$name" $((${times:-1} + 1)) ||
		true
	runs=$(_supervise_runs "$name") || return
	[[ ${times:-$((runs - 1))} -eq $((runs - 1)) && $runs -ge $((${times:-1} + 1)) ]] ||
		_supervise_fail "$name was restarted $((runs - 1)) times, expected ${times:-once at least}"
}

# assert_reason NAME PATTERN: its last end has, or gets in time, a reason that
# matches the pattern, which is one of bash: signal:*
assert_reason() {
	local reason
	supervise_eventually _supervise_has_reason "$1" "$2" && return
	reason=$(_supervise_reason "$1") || return
	_supervise_fail "$1 ended with '$reason', expected $2"
}

# crash NAME [SIGNAL]: sends it the signal, KILL unless it is named, and
# returns when that run of it has ended.
crash() {
	local name=$1 signal=${2:-KILL} pid
	pid=$(_supervise pid "$name") || return
	_supervise signal "$signal" "$name" >/dev/null || return
	supervise_eventually _supervise_has_not_pid "$name" "$pid" ||
		_supervise_fail "$name, pid $pid, has not ended of $signal"
}

# free_port: a port that nobody has, and no other call of this run gets.
free_port() {
	local taken=$BATS_RUN_TMPDIR/supervise-ports port tries
	mkdir -p "$taken" || return
	# Below those that the kernel gives to clients.
	for ((tries = 0; tries < 1000; tries++)); do
		port=$((16384 + RANDOM % 16384))
		if mkdir "$taken/$port" 2>/dev/null && ! _supervise_port_used "$port"; then
			echo "$port"
			return
		fi
	done
	_supervise_fail "found none"
}

# supervise_eventually COMMAND...: again and again until it succeeds; fails
# after SUPERVISE_TIMEOUT.
supervise_eventually() {
	local end=$((${EPOCHREALTIME/[.,]/} + ${SUPERVISE_TIMEOUT:-10} * 1000000))
	until "$@"; do
		[[ ${EPOCHREALTIME/[.,]/} -lt $end ]] || return 1
		_supervise_rest
	done
}

# ---------------------------------------------------------------- inside

# Waits a little, without a process: nothing comes from this pipe.
_supervise_rest() {
	local never=${BATS_TEST_TMPDIR:-${BATS_FILE_TMPDIR:-$BATS_SUITE_TMPDIR}}.never
	[[ -p $never ]] || mkfifo "$never"
	read -rt 0.02 <>"$never" || true
}

# Behind `FUNCTION: `, that of the test's line.
_supervise_fail() {
	echo "${FUNCNAME[1]}: $*" >&2
	return 1
}

_supervise() {
	command "${SUPERVISE:-supervise}" "$@"
}

# Sets `scopes` to the folders of the test, the file and the suite, as far as
# these are being run. In a bats that a test runs, variables of the outer one are
# set as well.
_supervise_scopes() {
	local folder
	scopes=()
	for folder in "${BATS_TEST_TMPDIR-}" "${BATS_FILE_TMPDIR-}" "${BATS_SUITE_TMPDIR-}"; do
		[[ $folder != "$BATS_RUN_TMPDIR"/* ]] || scopes+=("$folder/supervise")
	done
}

# In the teardown of a test that has failed.
_supervise_after_failure() {
	[[ -z ${BATS_TEST_COMPLETED-} && " ${FUNCNAME[*]} " == *" teardown "* ]]
}

# The socket of the innermost tree that is up. Without any it stays that of
# the last one, lest commands mean a tree that has nothing to do with the tests.
_supervise_know_socket() {
	local scopes folder
	_supervise_scopes
	for folder in "${scopes[@]}"; do
		if [[ -e $folder/up ]]; then
			export SUPERVISE_SOCKET=$folder/socket
			return
		fi
	done
	export SUPERVISE_SOCKET=${scopes[0]}/socket
}

# The program with these words, without any descriptor of bats, which would
# wait for it for ever. It passes the signal of timeout on.
_supervise_detached() (
	for fd in "/proc/$BASHPID/fd/"*; do
		fd=${fd##*/}
		[[ $fd -le 2 ]] || eval "exec $fd>&-"
	done
	exec timeout --foreground -k 10 "${SUPERVISE_TIMEOUT:-10}" \
		"${SUPERVISE:-supervise}" "$@"
)

# Stops the tree of a folder; fails, and clears up, when something is left.
_supervise_stop() {
	local folder=$1 failed=0 said pid
	# What is run from here on is not taken for something left.
	unset SUPERVISE_SOCKET
	said=$(wc -c <"$folder/log")
	if ! _supervise -S "$folder/socket" down -t "${SUPERVISE_TIMEOUT:-10}"; then
		echo "supervise_down: not down within ${SUPERVISE_TIMEOUT:-10} s"
		failed=1
		# The second one ends everything at once.
		pid=$(_supervise -S "$folder/socket" pid root) && kill -s TERM "$pid"
	fi
	if tail -c "+$((said + 1))" "$folder/log" | grep ' event=leftover '; then
		echo "supervise_down: a child that was stopped has left these processes"
		failed=1
	fi
	SUPERVISE_TIMEOUT=5 supervise_eventually _supervise_nothing_left "$folder" ||
		failed=1
	for pid in $(_supervise_left "$folder"); do
		echo "supervise_down: left over: pid $pid: $(tr '\0' ' ' <"/proc/$pid/cmdline")"
		kill -s KILL "$pid"
	done 2>/dev/null
	return $failed
}

# The processes that have the socket of a folder in their environment.
_supervise_left() {
	grep -lzxsF "SUPERVISE_SOCKET=$1/socket" /proc/[0-9]*/environ |
		sed 's|^/proc/\([0-9]*\)/.*|\1|'
}

_supervise_nothing_left() {
	[[ -z $(_supervise_left "$1") ]]
}

# How often a child was started; 3 says that it is not up now.
_supervise_runs() {
	local status=0 said
	said=$(_supervise status --json "$1") || status=$?
	[[ $status -eq 0 || $status -eq 3 ]] || return "$status"
	sed -n 's/.*"run":\([0-9]*\).*/\1/p' <<<"$said"
}

_supervise_has_runs() {
	[[ $(_supervise_runs "$1" 2>/dev/null) -ge $2 ]]
}

# The reason of its last end.
_supervise_reason() {
	local reason
	reason=$(_supervise why --json "$1") || return
	reason=$(sed -nE '/"event":"end"/ {
		s/.*"reason":"(([^"\\]|\\.)*)".*/\1/; s/\\(["\\])/\1/g; p; q; }' \
		<<<"$reason")
	echo "$reason"
}

_supervise_has_reason() {
	# shellcheck disable=SC2053 # a pattern
	[[ $(_supervise_reason "$1" 2>/dev/null) == $2 ]]
}

_supervise_has_not_pid() {
	[[ $(_supervise pid "$1" 2>/dev/null) != "$2" ]]
}

# Somebody listens or is connected there.
_supervise_port_used() {
	local hex
	printf -v hex %04X "$1"
	grep -qs "^ *[0-9]*: [0-9A-F]*:$hex " /proc/net/{tcp,udp}{,6}
}
