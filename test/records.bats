#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# Records: their fields and the order of these, as text and as JSON.

load test_helper

# fields RECORD-FIELDS...: the names of the fields of the last such record.
fields() {
	records "$@" | tail -n 1 | sed 's/"[^"]*"/x/g' | tr ' ' '\n' |
		sed -n 's/=.*//p' | paste -sd ' '
}

# A tree that makes most of the events there are.
eventful() {
	cat <<-'END'
		max_restarts 5
		worker slow { ready fd 3; shutdown 100ms
		    exec ${WORKER} ignore=TERM daemon end ready=3 }
		worker crash { exec ${WORKER} run=1 signal=SEGV end }
		worker late { backoff 10ms; exec ${WORKER} run=1 exit=3 end }
		worker failing { ready fd 3; exec ${WORKER} run=1 ready=3 exit=3 end run=2 exit=4 end ready=3 }
		worker unneeded { ready fd 3; exec ${WORKER} exit=0 }
		worker gone { restart temporary; exec ${WORKER} exit=0 }
		supervisor s {
		    auto_shutdown any_significant; restart transient
		    worker done { significant; restart transient; exec ${WORKER} exit=0 } }
		supervisor t { restart temporary; max_restarts 0
		    worker bad { exec ${WORKER} exit=9 } }
		worker again { exec ${WORKER} }
	END
}

# Starts it, lets everything happen, and stops it.
play_eventful() {
	eventful >supervise.conf
	start_tree "$@"
	eventually grep -q "removed.*supervisor[^a-z]*t" records
	eventually grep -q "started.*late.*run[^0-9]*2" records
	eventually grep -q "started.*failing.*run[^0-9]*3" records
	eventually grep -q "started.*crash.*run[^0-9]*2" records
	eventually grep -q "ended.*supervisor[^a-z]*s" records
	eventually grep -q "removed.*gone" records
	kill -s USR2 "$PID"
	eventually grep -q "USR2" records
	stop_tree
	assert_status 0
}

@test "the fields of each record stand in their order" {
	play_eventful
	assert_equal "$(fields event=starting child=slow)" "event child pid run"
	assert_equal "$(fields event=starting supervisor=s)" "event supervisor run"
	assert_equal "$(fields event=started child=slow)" "event child pid run"
	assert_equal "$(fields event=started supervisor=s)" "event supervisor run"
	assert_equal "$(fields event=start_failed)" "event child run reason error"
	assert_equal "$(fields event=ignored)" "event child pid run reason"
	assert_equal "$(fields event=exited child=late)" "event child pid run reason ran_ms"
	assert_equal "$(fields event=ended supervisor=s)" "event supervisor run reason"
	assert_equal "$(fields event=removed child=gone)" "event child"
	assert_equal "$(fields event=removed supervisor=t)" "event supervisor"
	assert_equal "$(fields event=restarting child=crash)" \
		"event supervisor child strategy restarts max_restarts max_seconds"
	assert_equal "$(fields event=restarting child=late)" \
		"event supervisor child strategy restarts max_restarts max_seconds delay_ms"
	assert_equal "$(fields event=report)" "event supervisor child context reason"
	assert_equal "$(fields event=gave_up)" \
		"event supervisor child reason restarts max_restarts max_seconds"
	assert_equal "$(fields event=auto_shutdown)" "event supervisor child reason"
	assert_equal "$(fields event=stopping)" "event child pid run signal"
	assert_equal "$(fields event=killing)" "event child pid run signal late"
	assert_equal "$(fields event=leftover)" "event child pid command signal"
	assert_equal "$(fields event=signal)" "event signal from action"
}

@test "every line begins with a time, then the event" {
	play_eventful
	refute grep -vE '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z event=[a-z_]+( |$)' \
		<(grep -v '^\./\|^    ' records)
	sort -c <(grep event= records | cut -d' ' -f1)
	local now last
	now=$(date -u +%s)
	last=$(date -u -d "$(tail -n 1 records | cut -d' ' -f1)" +%s)
	[[ $((now - last)) -le 60 ]]
}

@test "reasons are exit, signal, killed, shutdown and the others" {
	play_eventful
	assert_record event=exited child=crash reason=signal:SEGV
	assert_record event=exited child=late reason=exit:3
	assert_record event=exited child=again reason=shutdown
	assert_record event=exited child=slow reason=killed
	assert_record event=ended supervisor=t reason=shutdown
}

@test "a core that was dumped is told" {
	[[ $(cat /proc/sys/kernel/core_pattern) == core ]] || skip "no plain core files here"
	ulimit -c unlimited
	UNDER=(env ASAN_OPTIONS=disable_coredump=0)
	conf <<<"worker a { restart temporary; exec $WORKER signal=QUIT }"
	start_tree
	wait_record event=removed child=a
	assert_record event=exited child=a reason=signal:QUIT core=true
	assert_equal "$(fields event=exited)" "event child pid run reason core ran_ms"
}

@test "ran_ms is how long it lived" {
	conf <<<"worker a { restart temporary; exec $WORKER sleep=500 exit=0 }"
	start_tree
	wait_record event=removed child=a
	local ran
	ran=$(field ran_ms event=exited child=a)
	[[ $ran -ge 300 && $ran -lt 30000 ]]
}

@test "JSON has the same fields in the same order, numbers as numbers" {
	play_eventful --log-format json
	grep '^{' records >json
	[[ $(grep -cv '^{' records) -le 9 ]] # warnings about the file
	jq -es 'length > 20 and all(.[]; has("time") and has("event"))' json
	jq -es 'all(.[] | select(has("pid")); .pid | type == "number")' json
	jq -es 'any(.[]; .event == "restarting" and .child == "late" and .delay_ms >= 8)' json
	jq -es '[.[] | select(.event == "started" and .child == "crash") | .run] == [1, 2]' json
	jq -es 'any(.[]; .event == "exited" and .child == "crash" and .reason == "signal:SEGV")' json
	assert_equal "$(jq -rs '[.[] | select(.event == "gave_up")][0] | keys_unsorted | join(" ")' json)" \
		"time event supervisor child reason restarts max_restarts max_seconds"
	assert_equal "$(jq -rs '[.[] | select(.event == "leftover")][0] | keys_unsorted | join(" ")' json)" \
		"time event child pid command signal"
}

@test "values that need it are quoted, in both forms" {
	conf <<-'END'
		worker a { restart temporary
		    cwd "/no \"such\" folder\\"
		    exec true }
	END
	start_tree
	wait_tree
	grep -qF 'error="cannot change to folder /no \"such\" folder\\: No such file' records
	start_tree --log-format json
	wait_tree
	assert_equal "$(grep '^{' records | jq -r 'select(.event == "start_failed" and .child) | .error')" \
		'cannot change to folder /no "such" folder\: No such file or directory'
}

@test "what a stray process is called cannot forge a record" {
	conf <<-'END'
		worker a { ready fd 3
		    shell 'setsid "$WORKER" "print=x
		2000-01-01T00:00:00.000Z event=forged" ready=3 & exec "$WORKER"' }
	END
	start_tree_ready
	stop_tree
	assert_record event=leftover child=a
	refute grep -q '^2000' records
}

@test "the story of a crash is told in OTP's order" {
	conf <<-'END'
		supervisor web {
		    strategy one_for_all
		    worker api { exec ${WORKER} }
		    worker front { stop_signal QUIT; exec ${WORKER} }
		}
	END
	start_tree_ready
	kill -s SEGV "$(child_pid web/api)"
	wait_record event=started child=web/front run=2
	assert_story <<-'END'
		starting root
		starting web
		started web/api
		started web/front
		started web
		started root
		exited web/api signal:SEGV
		report web/api signal:SEGV
		restarting web/api
		stopping web/front
		exited web/front shutdown
		started web/api
		started web/front
	END
	assert_record event=stopping child=web/front signal=QUIT
}
