#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# Restarts that are delayed.

load test_helper

# The delays of a child's restarts, in the order of the records; 0: none.
delays() {
	records event=restarting "child=$1" |
		sed -E 's/.* delay_ms=([0-9]+).*/\1/; t; s/.*/0/'
}

# within_a_fifth EXPECTED VALUE
within_a_fifth() {
	[[ $2 -ge $(($1 - $1 / 5)) && $2 -le $(($1 + $1 / 5)) ]] ||
		fail "$2 is not within a fifth of $1"
}

@test "without backoff a restart is not delayed" {
	conf <<<"worker a { exec $WORKER run=1-3 exit=1 end }"
	start_tree
	wait_record event=started child=a run=4
	assert_equal "$(delays a | sort -u)" 0
}

@test "backoff doubles from the smaller time to the larger one, by a fifth at random" {
	conf <<-'END'
		max_restarts 100
		worker a { backoff 50ms..400ms; exec ${WORKER} run=1-6 exit=1 end }
	END
	start_tree
	wait_record event=started child=a run=7
	local expected=(50 100 200 400 400 400) actual i
	mapfile -t actual < <(delays a)
	for i in "${!expected[@]}"; do
		within_a_fifth "${expected[i]}" "${actual[i]}"
	done
}

@test "a delayed restart happens when its delay is over, not before" {
	conf <<<"worker a { backoff 400ms; exec $WORKER run=1 exit=1 end }"
	start_tree
	wait_record event=started child=a run=2
	local delay waited
	delay=$(delays a)
	waited=$(records child=a | awk '
		/event=(restarting|started)/ {
			split($1, t, /[T:Z]/)
			now = (t[2] * 3600 + t[3] * 60 + t[4]) * 1000
			if (/event=started/ && /run=2/)
				printf "%d\n", now - then
			then = now
		}')
	[[ $waited -ge $((delay - 1)) ]] || fail "$waited ms, not $delay"
}

@test "a failure counts for the restart frequency however long its delay is" {
	conf <<-'END'
		max_restarts 2
		max_seconds 60
		worker a { backoff 50ms..100ms; exec ${WORKER} exit=1 }
	END
	start_tree
	wait_tree
	assert_status 1
	assert_equal "$(count_records event=restarting)" 2
	assert_record event=gave_up restarts=3
}

@test "backoff starts over after the child has lived for max_seconds" {
	conf <<-'END'
		max_restarts 100
		max_seconds 1
		worker a { backoff 50ms..10s; exec ${WORKER} run=1-3 exit=1 end run=4 sleep=1100 exit=1 end }
	END
	start_tree
	wait_record event=started child=a run=5
	local actual
	mapfile -t actual < <(delays a)
	within_a_fifth 200 "${actual[2]}"
	within_a_fifth 50 "${actual[3]}"
}

@test "a delay in a group holds the whole group, once it is stopped" {
	conf <<-'END'
		strategy one_for_all
		worker a { backoff 300ms; exec ${WORKER} run=1 wait=go exit=1 end }
		worker b { exec ${WORKER} }
	END
	start_tree_ready
	touch go
	wait_record event=exited child=b
	refute_record event=started child=b run=2
	wait_record event=started child=b run=2
	assert_story exited restarting stopping started <<-'END'
		started a
		started b
		started root
		exited a exit:1
		restarting a
		stopping b
		exited b shutdown
		started a
		started b
	END
}

@test "failed starts are delayed as well" {
	conf <<-'END'
		max_restarts 100
		worker a { backoff 50ms..200ms; ready fd 3
		    exec ${WORKER} run=2-4 exit=1 end ready=3 run=1 exit=1 end }
	END
	start_tree
	wait_record event=started child=a run=5
	local actual
	mapfile -t actual < <(delays a)
	within_a_fifth 50 "${actual[0]}"
	within_a_fifth 100 "${actual[1]}"
	within_a_fifth 200 "${actual[2]}"
	within_a_fifth 200 "${actual[3]}"
}

@test "a stop does not wait for a delay" {
	conf <<<"worker a { backoff 1h; exec $WORKER exit=1 }"
	start_tree
	wait_record event=restarting child=a
	stop_tree
	assert_status 0
	refute_record event=started child=a run=2
}

@test "a delayed child does not keep a sibling from its restart" {
	conf <<-'END'
		worker a { backoff 1h; exec ${WORKER} exit=1 }
		worker b { exec ${WORKER} }
	END
	start_tree
	wait_record event=restarting child=a
	kill -s KILL "$(child_pid b)"
	wait_record event=started child=b run=2
}
