#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# Looking at a running tree: status, tree, pid, spec, count, events, list.

load test_helper
load control_helper

setup() {
	prepare
	conf <<-'END'
		strategy rest_for_one
		max_restarts 7
		supervisor web {
		    strategy one_for_all
		    worker api   { exec ${WORKER} }
		    worker front { exec ${WORKER} say="two words" print='' }
		}
		supervisor db { worker api { exec ${WORKER} }; worker w[3] { exec ${WORKER} } }
		worker migrate { restart transient; exec ${WORKER} exit=0 }
	END
	start_tree_ready
	supervise wait quiet
}

teardown() {
	finish
}

# ---------------------------------------------------------------- status

@test "S97: status lists every child in start order" {
	run -0 supervise status
	assert_equal "$(awk 'NR > 1 { print $1, $2 }' <<<"$output")" "root up
web up
web/api up
web/front up
db up
db/api up
db/w.0 up
db/w.1 up
db/w.2 up
migrate down"
	[[ ${lines[0]} =~ ^NAME\ +STATE\ +PID\ +UPTIME\ +RESTARTS\ +LAST\ END ]]
	assert_equal "$(awk '$1 == "web/api" { print $3 }' <<<"$output")" "$(child_pid web/api)"
}

@test "status: 0 when all that are named are up, 3 when one is not, 4 for no such name" {
	run -0 supervise status
	run -0 supervise status web/api db
	run -3 supervise status migrate
	run -3 supervise status web/api migrate
	run -3 supervise status -q migrate
	assert_equal "$output" ""
	run -4 supervise status nobody
	run -4 supervise status web/api nobody
	run -2 supervise status --nosuch
}

@test "S98: status of one child, by its path or its last part" {
	run -0 supervise status web/front
	assert_output "web/front"
	assert_equal "${#lines[@]}" 2
	run -0 supervise status front
	assert_output "web/front"
	run -0 supervise status root
	assert_output "$PID"
}

@test "an ambiguous name lists the candidates, a near miss suggests" {
	run -4 supervise status api
	assert_output "web/api, db/api"
	run -4 supervise status web/apo
	assert_output "did you mean web/api?"
	run -4 supervise pid frnt
	assert_output "did you mean web/front?"
	run -4 supervise status something-else-entirely
	refute_output "did you mean"
}

@test "a pattern means all that match it, in whole paths where it has a slash" {
	run -0 supervise status 'web/*'
	assert_equal "${#lines[@]}" 3
	run -0 supervise pid 'w.[01]'
	assert_equal "${#lines[@]}" 2
	run -0 supervise status '*/api'
	assert_equal "${#lines[@]}" 3
	run -4 supervise status 'nothing*'
	assert_output "nothing* matches nothing"
	run -4 supervise status 'web*/x'
}

@test "status is true while children restart" {
	supervise restart -q web/front
	kill -s KILL "$(pid_of web/api)"
	wait_record event=started child=web/front run=3
	supervise wait -t 60 quiet
	local pids
	pids=$(all_pids)
	while read -r name pid; do
		assert_equal "$(child_pid "$name")" "$pid"
		is_alive "$pid"
	done <<<"$pids"
	assert_equal "$(wc -l <<<"$pids")" 6
	run -0 supervise status web/api
	[[ ${lines[1]} =~ web/api\ +up\ +[0-9]+\ +[0-9a-z.]+\ +1\ +killed ]]
}

@test "status fits a narrow terminal" {
	COLUMNS=40 run -0 script -qec "stty cols 40; $SUPERVISE status" /dev/null
	local line
	for line in "${lines[@]}"; do
		line=${line%$'\r'}
		line=$(sed 's/\x1b\[[0-9;]*m//g' < <(echo "$line"))
		[[ ${#line} -le 40 ]] || fail "${#line} columns: $line"
	done
	assert_output "front"
}

@test "S194: a restarting child has no pid, then the new one; its name stays" {
	supervise down
	wait_tree
	conf <<<'worker x { backoff 60s..60s; exec ${WORKER} }'
	start_tree_ready
	kill -s KILL "$(pid_of x)"
	eventually is_state restarting x
	run -1 supervise pid x
	run -3 supervise status x
	assert_output "restarting"
}

# ---------------------------------------------------------------- tree

@test "tree draws supervisors with strategy and budget, children with state" {
	export LC_ALL=C.UTF-8
	kill -s KILL "$(pid_of web/api)"
	wait_record event=started child=web/front run=2
	run -0 supervise tree
	[[ ${lines[0]} == "root  rest_for_one, 0/7 in 5s"* ]]
	[[ ${lines[1]} == "├── web  one_for_all, 1/3 in 5s"* ]]
	[[ ${lines[2]} == "│   ├── api  up "*", pid $(pid_of web/api), 1 restart, last killed"* ]]
	[[ ${lines[3]} == "│   └── front  up "* ]]
	[[ ${lines[9]} == "└── migrate  down, last exit:0"* ]]
	assert_equal "${#lines[@]}" 10
}

@test "tree draws in ASCII where the locale is not UTF-8" {
	LC_ALL=C supervise tree >drawing
	LC_ALL=C run ! grep '[^ -~]' drawing
	run -0 cat drawing
	assert_output "web  one_for_all"
}

# ---------------------------------------------------------------- pid, spec, count

@test "pid prints the process of a worker; 1 when there is none" {
	run -0 supervise pid web/front
	assert_equal "$output" "$(child_pid web/front)"
	assert_equal "$(supervise pid root)" "$PID"
	run -1 supervise pid web
	run -1 supervise pid migrate
	run -4 supervise pid nobody
	run -2 supervise pid
}

@test "S100: spec prints the file's grammar, which reads back the same" {
	local name
	run -0 supervise spec web/front
	assert_output "'say=two words'"
	for name in root web db; do
		supervise spec "$name" >first.conf
		run -0 supervise -f first.conf check
		supervise -f first.conf check -p >second.conf
		diff first.conf second.conf
	done
	run -4 supervise spec nobody
}

@test "S99: count tells OTP's four numbers" {
	run -0 supervise count
	assert_equal "$(tr -s ' ' <<<"$output")" "specs 3
active 2
supervisors 2
workers 1"
	run -0 supervise count db
	assert_equal "$(tr -s ' ' <<<"$output")" "specs 4
active 4
supervisors 0
workers 4"
	supervise stop -q db/api
	run -0 supervise count --json db
	jq -e '.specs == 4 and .active == 3 and .workers == 4' <<<"$output"
	run -1 supervise count migrate
}

@test "a long specification is printed whole" {
	local long
	long=$(printf 'x%.0s' {1..5000})
	supervise add -q root "worker long { exec $WORKER; env WORD=$long }"
	run -0 supervise spec long
	assert_output "$long"
}

@test "S124, S125: of a dynamic supervisor every child is counted, by name" {
	supervise add -q root 'supervisor pool { strategy dynamic }'
	supervise add -q pool "worker a { exec $WORKER }"
	supervise add -q pool "worker b { exec $WORKER }"
	run -0 supervise count --json pool
	jq -e '.specs == 2 and .active == 2 and .workers == 2' <<<"$output"
	run -0 supervise pid 'pool/*'
	assert_equal "${#lines[@]}" 2
}

# ---------------------------------------------------------------- for programs

@test "--json prints an object a line, integers as numbers" {
	local words
	while read -r -a words; do
		run -0 supervise --json "${words[@]}"
		assert_json_lines <<<"$output"
	done <<-'END'
		status
		status web/api
		pid web/api
		count
		why web/api
		list
		stop web/api
		start web/api
	END
	run -0 supervise --json status web/api
	jq -e '(.pid | type == "number") and (.run | type == "number")' <<<"$output"
}

@test "list names label, pid, file and state" {
	run -0 supervise list
	[[ $(grep -F "$DIR/supervise.conf" <<<"$output") =~ \ $PID\ +up\  ]]
	supervise list --json >said
	jq -es "any(.file == \"$DIR/supervise.conf\" and .pid == $PID and .state == \"up\")" said
}

@test "a closed pipe and a full disk" {
	supervise status | true
	local said=0
	supervise status >/dev/full || said=$?
	assert_status 1 "$said"
}

# ---------------------------------------------------------------- events

@test "events follow, each with its number, one above the last" {
	supervise events --json -n 6 >followed 3>&- &
	local follower=$!
	eventually made_events
	wait "$follower"
	jq -es 'length == 6 and ([.[].seq] | . == [range(.[0]; .[0] + 6)])' followed
	jq -es 'any(.[]; .event == "started" and .child == "web/front" and (.pid | type == "number"))' followed
}

made_events() {
	supervise restart -q web/front
	[[ $(wc -l <followed) -eq 6 ]]
}

@test "events -n 0 ends at once; events end with the tree" {
	run -0 supervise events -n 0
	supervise events >followed 3>&- &
	local follower=$!
	eventually has_event
	stop_tree
	wait "$follower"
	tail -n 1 followed | grep -q 'event=ended .*supervisor=root'
}

has_event() {
	supervise restart -q web/front
	[[ -s followed ]]
}

@test "events are what the records tell" {
	supervise events >followed 3>&- &
	local follower=$!
	eventually has_event
	supervise restart -q web/api
	eventually grep -q "event=started.*pid=$(pid_of web/api)" followed
	kill "$follower"
	wait "$follower" || true
	# The same lines without the numbers.
	local line
	while read -r line; do
		grep -qxF "$line" records || fail "not in the records: $line"
	done < <(sed 's/ seq=[0-9]*//' followed)
}
