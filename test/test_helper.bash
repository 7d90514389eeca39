# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# What every test/*.bats loads: a folder of its own for each test, a tree in
# the background, its records, waiting for states, and a teardown that fails
# the test when a single process of its tree is left. Ports and waiting are
# those of the library that users have, cmd/bats.
#
# Variables:
#	BUILD	folder of the program under test, build or build/asan
#	LEAKS	all: leaks are looked for in each command, see command_words
#	DIR	this test's folder; the test runs in it
#	UNDER	words to put before the program, such as (setpriv --nnp)
#	PID	of the program that start or start_tree started
#	STATUS	with which it ended, after stop_tree or wait_tree

bats_require_minimum_version 1.5.0
export BATS_TEST_TIMEOUT=${BATS_TEST_TIMEOUT:-300}

ROOT=${BASH_SOURCE[0]%/test/*}
SUPERVISE=$ROOT/${BUILD:-build}/supervise
export WORKER=$ROOT/build/helpers/worker

. "$ROOT/cmd/bats/load.bash"

# How long a state may take to come. A loaded machine is slow, not wrong.
DEADLINE_S=${DEADLINE_S:-90}

setup() {
	prepare
}

teardown() {
	finish
}

# A file with a setup or teardown of its own calls these two.
prepare() {
	# bats follows each command by a trap, which costs more than most of them.
	# It goes on to do so in the test itself, and names its line.
	set +T
	DIR=$BATS_TEST_TMPDIR
	UNDER=()
	PID=
	STATUS=
	cd "$DIR" || return
	: >records
}

finish() {
	local failed=0
	end_tree || failed=1
	nothing_left || failed=1
	no_sanitizer_report || failed=1
	if [[ -z ${BATS_TEST_COMPLETED-} || $failed -ne 0 ]] && [[ -s records ]]; then
		echo "the records:"
		tail -n 80 records
	fi
	return $failed
}

# ---------------------------------------------------------------- the program

# Sets `words` to what starts the program: marked, so that whatever it starts
# can be told from other processes, and with the signals that bash ignores in
# its background jobs as a login shell would have them. To look for leaks takes
# as long as all the rest of a command that asks a running tree something, and
# ends: with LEAKS=all it is done for them, too.
command_words() {
	local leaks=1
	[[ ${LEAKS-} == all || ${1-run} == @(run|exec|with|try|-*) ]] ||
		leaks=0
	words=(env --default-signal=INT --default-signal=QUIT
		TEST_TREE="$DIR"
		ASAN_OPTIONS="log_path=$DIR/sanitizer:exitcode=86:detect_leaks=$leaks"
		UBSAN_OPTIONS="log_path=$DIR/sanitizer:print_stacktrace=1"
		"${UNDER[@]}" "$SUPERVISE")
}

# The program in the foreground, for `run`.
supervise() {
	local words
	command_words "$@"
	"${words[@]}" "$@" 3>&-
}

# For tests in which the program runs as another user: the test's folder is
# open to everybody, and has the program and the worker in it, since they, and
# the folder itself, may be where only their owner gets.
open_to_everybody() {
	chmod 777 .
	cp "$SUPERVISE" supervise
	cp "$WORKER" worker
	SUPERVISE=./supervise
	WORKER=./worker
}

# Whether the program under test was built with sanitizers.
is_sanitized() {
	grep -q __asan_init "$SUPERVISE"
}

# Writes standard input to a file, supervise.conf unless it is named.
conf() {
	cat >"${1:-supervise.conf}"
}

# The program in the background, with these words: records go to the file
# `records`, output to `out`.
start() {
	local words
	command_words "$@"
	# Those of a tree before it are not to be taken for its own.
	: >records
	"${words[@]}" "$@" >out 2>records </dev/null 3>&- &
	PID=$!
}

# `supervise run` in the background.
start_tree() {
	start run "$@"
}

# The same, until the root supervisor has started.
start_tree_ready() {
	start_tree "$@"
	wait_record event=started supervisor=root
}

# Sends a signal (TERM) to the program and waits for its end.
stop_tree() {
	kill -s "${1:-TERM}" "$PID"
	wait_tree
}

# Waits for the program to end by itself; sets STATUS.
wait_tree() {
	eventually ended "$PID" || return
	STATUS=0
	wait "$PID" || STATUS=$?
	PID=
}

# True for a zombie as well: bash may not have asked yet.
ended() {
	local word state
	while read -r word state _; do
		[[ $word != State: ]] || break
	done 2>/dev/null <"/proc/$1/status"
	[[ -z $state || $state == Z ]]
}

# What teardown does about a program that still runs.
end_tree() {
	[[ -n $PID ]] || return 0
	kill -s TERM "$PID" 2>/dev/null
	if ! eventually ended "$PID"; then
		echo "supervise (pid $PID) did not end; killing it"
		kill -s KILL "$PID"
		wait "$PID" 2>/dev/null
		return 1
	fi
	wait "$PID" 2>/dev/null
	PID=
}

# ---------------------------------------------------------------- processes

# The pids of this test's processes, whoever their parent is now. Engine and
# witness have written their titles over their environment: they are known by
# the folder in which they run.
marked_pids() {
	local process
	# shellcheck disable=SC2013 # names have no blank
	for process in $(grep -lzxsF "TEST_TREE=$DIR" /proc/[0-9]*/environ); do
		process=${process#/proc/}
		echo "${process%/environ}"
	done
	for process in /proc/[0-9]*; do
		[[ $process/exe -ef $SUPERVISE && $process/cwd -ef $DIR &&
			$process != /proc/$PID ]] && echo "${process#/proc/}"
	done
	return 0
}

none_marked() {
	[[ -z $(marked_pids) ]]
}

# Fails, and clears up, when the tree has left a process.
nothing_left() {
	local pid
	eventually_within 5 none_marked >/dev/null && return
	for pid in $(marked_pids); do
		echo "left over: pid $pid $(tr '\0' ' ' <"/proc/$pid/cmdline")"
		kill -s KILL "$pid"
	done
	return 1
} 2>/dev/null

no_sanitizer_report() {
	local report
	for report in sanitizer.*; do
		[[ -e $report ]] || return 0
		echo "$report:"
		head -n 60 "$report"
	done
	return 1
}

# engine_pid [GUARDIAN], witness_pid [GUARDIAN]: the other two processes of
# supervise. The witness is a child of the guardian, and the engine its child,
# or the guardian's once that witness has ended.
engine_pid() {
	local guardian=${1:-$PID}
	pgrep -P "$guardian$(pgrep -P "$guardian" -x witness | sed 's/^/,/')" \
		-f 'supervise: engine of '
}

# The logger, another child of the guardian.
logger_pid() {
	pgrep -P "${1:-$PID}" -x logger
}

witness_pid() {
	pgrep -P "${1:-$PID}" -x witness
}

# Stopped by SIGSTOP or the like.
is_stopped() {
	grep -qs '^State:[[:blank:]]*T' "/proc/$1/status"
}

# hold PID: it does nothing until it gets SIGCONT.
hold() {
	kill -s STOP "$1" && eventually is_stopped "$1"
}

# It has taken all signals that were sent to it, and waits for something else.
idle() {
	local status
	status=$(cat "/proc/$1/status") || return
	[[ $status =~ State:[[:blank:]]*S ]] &&
		[[ $status =~ ShdPnd:[[:blank:]]*0+$'\n' ]]
}

needs_root() {
	[[ $EUID -eq 0 ]] || skip "needs root"
}

# From now on it is run by a user that nobody knows.
as_other() {
	open_to_everybody
	UNDER=(setpriv --reuid=54321 --regid=54321 --clear-groups)
}

is_alive() {
	! ended "$1"
}

# ---------------------------------------------------------------- waiting

# eventually COMMAND...: polls until it succeeds, fails at the deadline.
eventually() {
	eventually_within "$DEADLINE_S" "$@"
}

# eventually_within SECONDS COMMAND...
eventually_within() {
	local SUPERVISE_TIMEOUT=$1
	shift
	supervise_eventually "$@" || fail "not within $SUPERVISE_TIMEOUT s: $*"
}

# Passes if the command fails.
refute() {
	if "$@"; then
		fail "expected to fail: $*"
	fi
}

# ---------------------------------------------------------------- records

# matching FIELD...: sets `matches` to the records that have all the fields.
matching() {
	local line field
	local -a lines
	mapfile -t lines <records
	matches=()
	for line in "${lines[@]}"; do
		for field; do
			[[ " $line " == *" $field "* ]] || continue 2
		done
		matches+=("$line")
	done
}

# Prints the records that have all the fields: records event=exited child=a
records() {
	local matches
	matching "$@"
	[[ ${#matches[@]} -eq 0 ]] || printf '%s\n' "${matches[@]}"
}

has_record() {
	has_records 1 "$@"
}

wait_record() {
	eventually has_record "$@"
}

count_records() {
	local matches
	matching "$@"
	echo "${#matches[@]}"
}

# has_records N FIELD...: there are at least so many.
has_records() {
	local matches
	matching "${@:2}"
	[[ ${#matches[@]} -ge $1 ]]
}

# field NAME FIELD...: the value of NAME in the last record with the fields.
field() {
	local matches value
	matching "${@:2}"
	[[ ${#matches[@]} -gt 0 ]] || return 0
	value=" ${matches[-1]}"
	[[ $value == *" $1="* ]] || return 0
	value=${value#*" $1="}
	echo "${value%% *}"
}

# The pid of a child's last run.
child_pid() {
	local matches i
	matching "child=$1"
	for ((i = ${#matches[@]} - 1; i >= 0; i--)); do
		if [[ ${matches[i]} == *" event="@(starting|started)" "* ]]; then
			[[ ! ${matches[i]} =~ .*" pid="([0-9]+) ]] ||
				echo "${BASH_REMATCH[1]}"
			return 0
		fi
	done
}

# story [EVENT...]: the records, or those of the events, without what differs
# from run to run: one line each, `EVENT NAME` and the reason if there is one.
story() {
	awk -v events=" $* " '
		{
			delete f
			for (i = 1; i <= NF; i++) {
				at = index($i, "=")
				if (at)
					f[substr($i, 1, at - 1)] = substr($i, at + 1)
			}
			if (events != "  " && !index(events, " " f["event"] " "))
				next
			line = f["event"]
			if ("child" in f)
				line = line " " f["child"]
			else if ("supervisor" in f)
				line = line " " f["supervisor"]
			if ("reason" in f)
				line = line " " f["reason"]
			print line
		}' records
}

# assert_story [EVENT...] with the story expected on standard input.
assert_story() {
	local expected
	expected=$(cat)
	eventually story_is "$expected" "$@" && return
	echo "another story than expected (<) was told (>):"
	diff <(echo "$expected") <(story "$@")
	return 1
}

story_is() {
	[[ $(story "${@:2}") == "$1" ]]
}

# ---------------------------------------------------------------- what workers say

# log_has WORD NAME [RUN]: a worker has said so in the file `log`.
log_has() {
	grep -qsE "^$1 $2 [0-9]+ ${3:-[0-9-]+}\$" log
}

wait_log() {
	eventually log_has "$@"
}

# assert_log: the lines of `log`, without pids, are those on standard input.
assert_log() {
	local expected actual
	expected=$(cat)
	actual=$(awk '{ print $1, $2, $4 }' log)
	[[ $actual == "$expected" ]] && return
	echo "the workers have said (>) other than expected (<):"
	diff <(echo "$expected") <(echo "$actual")
	return 1
}

# ---------------------------------------------------------------- saying what failed

fail() {
	echo "$*"
	return 1
}

assert_status() {
	local actual=${2-${STATUS:-$status}}
	[[ $actual == "$1" ]] || fail "status $actual, expected $1; output: ${output-}"
}

assert_equal() {
	[[ $1 == "$2" ]] || fail "'$1' is not '$2' as expected"
}

# assert_output TEXT: `run` has printed it, among other things.
assert_output() {
	[[ $output == *"$1"* ]] || fail "no '$1' in the output: $output"
}

refute_output() {
	[[ $output != *"$1"* ]] || fail "'$1' in the output: $output"
}

# It may be on its way through the logger.
assert_record() {
	wait_record "$@" || fail "no record with $*"
}

refute_record() {
	! has_record "$@" || fail "a record with $*: $(records "$@")"
}

# assert_file FILE LINE...: the file has exactly these lines.
assert_file() {
	local file=$1
	shift
	diff <(printf '%s\n' "$@") "$file" || fail "$file is not as expected"
}
