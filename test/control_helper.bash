# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# What the tests of the control socket have in common, loaded behind
# test_helper: questions to the tree that runs in this test's folder.

export CROWD=$ROOT/build/helpers/crowd

# Ends what `run -d` started in this folder, which teardown does not know.
end_detached() {
	# Without a file the one supervisor that runs would be meant, whosever.
	[[ ! -e supervise.conf ]] ||
		supervise down </dev/null >/dev/null 2>&1 || true
}

# The path of the socket of the tree of this folder.
socket_path() {
	supervise list --json |
		sed -n "s|.*\"socket\":\"\([^\"]*\)\".*\"file\":\"$DIR/supervise.conf\".*|\1|p"
}

# talk PATH: sends standard input to the socket and prints the answer.
talk() {
	socat -t 10 - "UNIX-CONNECT:$1"
}

# state_of NAME: as a program reads it.
state_of() {
	supervise status --json "$1" | sed -n 's/.*"state":"\([a-z]*\)".*/\1/p'
}

is_state() {
	[[ $(state_of "$2") == "$1" ]]
}

# is_gone PID: nothing is left of it, not even for its parent.
is_gone() {
	[[ ! -e /proc/$1 ]] || fail "pid $1 is still there"
}

pid_of() {
	supervise pid "$1"
}

# Every worker with its pid, a line each, in the order of the tree.
all_pids() {
	supervise status --json |
		sed -n 's/.*"child":"\([^"]*\)".*"pid":\([0-9]*\).*/\1 \2/p'
}

# names: what `status` lists, in start order, without the root.
names() {
	supervise status --json |
		sed -n 's/.*"\(child\|supervisor\)":"\([^"]*\)".*/\2/p' | tail -n +2
}

# Fails unless every line of standard input is one JSON object.
assert_json_lines() {
	local line n=0
	while IFS= read -r line; do
		n=$((n + 1))
		jq -e 'type == "object"' <<<"$line" >/dev/null ||
			fail "no JSON object: $line"
	done
	[[ $n -gt 0 ]] || fail "no line at all"
}

# The causes of a child's ends, the latest first: `run cause by reason`.
causes() {
	supervise why --json "$1" | jq -r 'select(.event == "end") |
		[.run, .cause, .by // "-", .reason] | map(tostring) | join(" ")'
}

# The arguments with which a child's process was started.
arguments() {
	tr '\0' '\n' <"/proc/$(child_pid "$1")/cmdline" | tail -n +2
}

# client FILE WORD...: in the background, with what it says in FILE; its pid
# is in CLIENT.
client() {
	local words file=$1
	shift
	command_words "$@"
	"${words[@]}" "$@" >"$file" 2>&1 3>&- &
	export CLIENT=$!
}

# asked PID: until the client in the background, or below it, waits and the
# engine has had its request, which came before ours.
asked() {
	eventually is_waiting "$1"
	run -0 supervise pid root
}

is_waiting() {
	local pid pids
	read -ra pids <"/proc/$1/task/$1/children" || true
	for pid in "$1" "${pids[@]}"; do
		if [[ $(readlink "/proc/$pid/exe") == "$(readlink -f "$SUPERVISE")" ]] &&
			grep -q '^State:.*S' "/proc/$pid/status" &&
			grep -qE '^0|poll' "/proc/$pid/wchan"; then
			return 0
		fi
	done
	return 1
}
