#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# Places in which supervise must work: without rights, without files to write,
# without /proc, as PID 1, with closed or full descriptors.

load test_helper

# A tree that restarts a child and clears up a daemon of it, from start to
# end. What is seen is asked of its records and its log.
try_everything() {
	conf <<-'END'
		worker a { ready fd 3; exec ${WORKER} log=log \
		    fork say=up end daemon say=up end say=up ready=3 run=1 wait=go signal=SEGV end }
		supervisor s { strategy one_for_all
		    worker b { exec ${WORKER} }
		    worker c { exec ${WORKER} } }
	END
	chmod 644 supervise.conf
	start_tree_ready
	eventually all_up 3
	touch go
	wait_record event=started child=a run=2
	eventually all_up 6
	kill -s TERM "${1:-$PID}"
	wait_tree
	assert_status 0
	assert_record event=exited child=s/c reason=shutdown
	assert_record event=ended supervisor=root reason=shutdown
	refute_record event=engine_died
	eventually none_marked
}

all_up() {
	[[ $(grep -c '^up' log) -ge $1 ]]
}

@test "as whoever runs the tests" {
	try_everything
}

@test "U16: as nobody" {
	needs_root
	open_to_everybody
	UNDER=(setpriv --reuid nobody --regid nogroup --clear-groups)
	try_everything
}

@test "U16: as nobody, and never able to gain a right" {
	needs_root
	open_to_everybody
	UNDER=(setpriv --reuid nobody --regid nogroup --clear-groups --no-new-privs
		--bounding-set=-all --inh-caps=-all)
	try_everything
}

@test "U16: on a read-only file system" {
	needs_root
	conf <<-'END'
		worker a { exec ${WORKER} run=1 signal=SEGV end }
		worker b { exec ${WORKER} daemon end }
	END
	cat >read_only <<-'END'
		#!/bin/sh -e
		mount --rbind / /mnt
		mount -o remount,bind,ro /mnt
		for dir in /tmp /run /dev/shm "$PWD"; do
			mount --bind "$dir" "/mnt$dir" || continue
			mount -o remount,bind,ro "/mnt$dir"
		done
		exec chroot /mnt sh -c 'cd "$1" && shift && ! touch probe 2>/dev/null && exec "$@"' \
			sh "$PWD" "$@"
	END
	chmod +x read_only
	UNDER=(unshare -m ./read_only)
	start_tree
	wait_record event=started child=a run=2
	stop_tree
	assert_status 0
	grep -q 'event=warning message="no control socket.*Read-only file system' records
	assert_equal "$(grep -c event=warning records)" 1
}

@test "as PID 1 of its own namespace" {
	needs_root
	UNDER=(unshare --pid --fork --mount-proc)
	conf <<-'END'
		worker a { exec ${WORKER} log=log daemon log=log end run=1 wait=go signal=SEGV end }
		worker b { exec ${WORKER} }
	END
	start_tree_ready
	local first
	first=$(pgrep -P "$PID")
	grep -qE "^NSpid:.*[[:blank:]]1\$" "/proc/$first/status"
	eventually has_lines 2 log
	touch go
	wait_record event=started child=a run=2
	assert_record event=leftover child=a
	kill -s TERM "$first"
	wait_tree
	assert_status 0
	assert_record event=ended supervisor=root reason=shutdown
}

has_lines() {
	[[ -e $2 && $(wc -l <"$2") -ge $1 ]]
}

@test "as PID 1 it reaps orphans that are nobody's" {
	needs_root
	UNDER=(unshare --pid --fork --mount-proc)
	start exec -- sh -c '(setsid sh -c "echo \$\$ >orphan; exec sleep 0.1" &)
		until [ -s orphan ] && [ ! -e "/proc/$(cat orphan)" ]; do sleep 0.01; done
		exec "$WORKER" log=log'
	wait_log start sh
	kill -s TERM "$(pgrep -P "$PID")"
	wait_tree
	assert_status 143
}

@test "as PID 1, killed from outside: nothing is left" {
	needs_root
	UNDER=(unshare --pid --fork --mount-proc)
	conf <<-'END'
		worker a { exec ${WORKER} ignore=TERM fork ignore=TERM log=log end daemon ignore=TERM log=log end }
	END
	start_tree_ready
	eventually has_lines 2 log
	kill -s KILL "$(pgrep -P "$PID")"
	eventually none_marked
	PID=
}

@test "as PID 1, when its engine is killed" {
	needs_root
	UNDER=(unshare --pid --fork --mount-proc)
	conf <<-'END'
		worker a { exec ${WORKER} fork log=log end daemon log=log end }
	END
	start_tree_ready
	eventually has_lines 2 log
	local first
	first=$(pgrep -P "$PID")
	kill -s KILL "$(engine_pid "$first")"
	wait_record event=engine_started
	eventually has_lines 4 log
	assert_equal "$(pgrep -fc "^$WORKER fork log=log")" 3
	kill -s TERM "$first"
	wait_tree
	assert_status 0
}

# without_proc [OPTION...]: what starts next finds no /proc; the options are
# unshare's.
without_proc() {
	needs_root
	! is_sanitized || skip "the sanitizers need /proc"
	cat >no_proc <<-'END'
		#!/bin/sh -e
		mount -t tmpfs none /proc
		exec "$@"
	END
	chmod +x no_proc
	UNDER=(unshare -m "$@" ./no_proc)
}

@test "without /proc" {
	without_proc
	conf <<-'END'
		worker a { shutdown 500ms; exec ${WORKER} log=log fork log=log end run=1 wait=go signal=SEGV end }
		worker b { exec ${WORKER} }
	END
	start_tree_ready
	eventually has_lines 2 log
	touch go
	wait_record event=started child=a run=2
	stop_tree
	assert_status 0
	assert_record event=ended supervisor=root reason=shutdown
}

@test "U11: without /proc a deaf process does not hold up the end, and all is told" {
	without_proc
	conf <<-'END'
		worker a { shutdown 500ms; exec ${WORKER} daemon ignore=TERM log=log end }
		worker b { shutdown infinity; ready fd 3; exec ${WORKER} log=log on=TERM:say=asked ready=3 }
	END
	start -S ./sock run
	wait_record event=started supervisor=root
	eventually has_lines 2 log
	records event=warning | grep -q 'cannot listen at .*/sock: /proc is not mounted'
	records event=warning | grep -q 'no list of children in /proc'
	kill -s TERM "$PID"
	wait_log asked b
	kill -s TERM "$PID"
	wait_tree
	assert_status 0
	grep -q 'action="everything is killed"' records
}

@test "without /proc, as PID 1, when the engine is killed: nothing is left" {
	without_proc --pid --fork
	conf <<-'END'
		worker a { exec ${WORKER} daemon log=log end }
	END
	start_tree_ready
	eventually has_lines 1 log
	local first
	first=$(pgrep -P "$PID")
	kill -s KILL "$(engine_pid "$first")"
	wait_record event=engine_started
	eventually has_lines 2 log
	assert_equal "$(pgrep -fc "^$WORKER daemon log=log")" 2
	kill -s TERM "$first"
	wait_tree
	assert_status 0
}

@test "in a PID namespace with the /proc of another one: strangers are left alone" {
	needs_root
	UNDER=(unshare --pid --fork)
	run -5 supervise exec -r temporary -- sh -c 'exit 5'
	conf <<'END'
worker a { exec ${WORKER} daemon log=log end }
END
	start_tree_ready
	eventually has_lines 1 log
	records event=warning | grep -q 'no list of children in /proc'
	kill -s TERM "$(pgrep -P "$PID")"
	wait_tree
	assert_status 0
}

@test "under nohup" {
	UNDER=(nohup)
	try_everything
}

@test "with standard input, output and error closed" {
	conf <<-'END'
		worker a { log inherit; exec ${WORKER} dump=a run=1 wait=go signal=SEGV end dump=again }
	END
	local words
	command_words
	"${words[@]}" run <&- >&- 2>&- 3>&- &
	PID=$!
	eventually test -e a
	touch go
	eventually test -e again
	assert_equal "$(grep -c '^fd' a)" 3
	assert_equal "$(grep -c '^fd [012] /dev/null' a)" 3
	stop_tree
	assert_status 0
}

@test "exec with standard input, output and error closed" {
	local words
	command_words
	"${words[@]}" exec -- "$WORKER" dump=a exit=0 <&- >&- 2>&- 3>&- &
	PID=$!
	wait_tree
	assert_status 0
	assert_equal "$(grep -c '^fd' a)" 3
}

@test "with only standard error closed records go nowhere else" {
	conf <<<"worker a { log inherit; exec $WORKER dump=a }"
	local words
	command_words
	"${words[@]}" run >out 2>&- </dev/null 3>&- &
	PID=$!
	eventually test -e a
	stop_tree
	assert_status 0
	[[ ! -s out ]]
	grep -qx "fd 2 /dev/null" a
}

@test "with ulimit -n 64, and more children than that" {
	UNDER=(prlimit --nofile=64:64)
	conf <<-'END'
		max_restarts 100
		worker a[20] { log inherit; exec ${WORKER} run=1 exit=3 end }
	END
	start_tree
	eventually has_records 20 event=started run=2
	stop_tree
	assert_status 0
}

@test "with ulimit -n 64, when descriptors run out: a failed start, tried again" {
	UNDER=(prlimit --nofile=64:64)
	conf <<-'END'
		worker a[100] { exec ${WORKER} }
	END
	start_tree
	wait_tree
	assert_status 1
	assert_record event=start_failed reason=start:EMFILE
	refute_record event=engine_died
	eventually none_marked
}

@test "with ulimit -n 64 soft, the hard limit is used, and put back for children" {
	UNDER=(prlimit --nofile=64:4096)
	conf <<-'END'
		worker a[100] { exec ${WORKER} dump=${instance} }
	END
	start_tree_ready
	eventually test -e 99
	grep -qx "limit nofile 64 4096" 99
	stop_tree
	assert_status 0
}

@test "a reader of records that is gone ends nothing" {
	conf <<-'END'
		max_restarts 100
		worker a { exec ${WORKER} log=log run=1-9 exit=3 end }
	END
	mkfifo pipe
	local words
	command_words
	"${words[@]}" run >out 2>pipe </dev/null 3>&- &
	PID=$!
	head -n 1 pipe >/dev/null
	wait_log start a 10
	stop_tree
	assert_status 0
}

@test "a reader of records that does not read blocks nothing; what is lost is counted" {
	conf <<-'END'
		max_restarts 1000000
		worker a { exec ${WORKER} log=log run=1-600 exit=3 end }
		worker b { exec ${WORKER} log=log }
	END
	mkfifo pipe
	local words
	command_words
	exec 6<>pipe
	"${words[@]}" run >out 2>pipe </dev/null 3>&- 6>&- &
	PID=$!
	# Some 250 kB of records: the pipe and supervise keep 64 kB each.
	eventually_within 40 log_has start a 601
	kill -s KILL "$(awk '$2 == "b" { print $3 }' log)"
	wait_log start b 2
	# Now they are read, and what comes from now on is not lost.
	cat <&6 >records 3>&- &
	local reader=$!
	exec 6>&-
	wait_record event=lost
	stop_tree
	assert_status 0
	wait_record event=ended supervisor=root
	kill -s KILL "$reader"
	wait "$reader" 2>/dev/null || true
	[[ $(field count event=lost) -gt 100 ]]
	# Every line is a whole one.
	refute grep -vE '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{12}Z event=[a-z_]+' records
}

@test "a stop does not wait for a reader that never reads" {
	conf <<-'END'
		max_restarts 1000000
		worker a { exec ${WORKER} log=log run=1-400 exit=3 end }
	END
	mkfifo pipe
	local words
	command_words
	exec 6<>pipe
	"${words[@]}" run >out 2>pipe </dev/null 3>&- 6>&- &
	PID=$!
	eventually_within 120 log_has start a 401
	kill -s TERM "$PID"
	eventually_within 8 ended "$PID"
	wait_tree
	assert_status 0
	exec 6>&-
}

@test "the file /dev/full for standard error ends nothing" {
	conf <<<"worker a { exec $WORKER log=log run=1 exit=3 end }"
	local words
	command_words
	"${words[@]}" run >out 2>/dev/full </dev/null 3>&- &
	PID=$!
	wait_log start a 2
	stop_tree
	assert_status 0
}

@test "in a folder that is gone" {
	conf <<-'END'
		worker a { exec ${WORKER} run=1 signal=SEGV end }
	END
	mkdir gone
	local words
	command_words
	(cd gone && rmdir ../gone && exec "${words[@]}" -f "$DIR/supervise.conf" run \
		>../out 2>"$DIR/records" </dev/null 3>&-) &
	PID=$!
	wait_record event=started child=a run=2
	stop_tree
	assert_status 0
}

@test "without any environment" {
	conf <<<"worker a { exec $WORKER dump=a }"
	env -i "$SUPERVISE" run >out 2>records </dev/null 3>&- &
	PID=$!
	wait_record event=started supervisor=root
	eventually test -e a
	assert_equal "$(grep '^env' a | cut -d= -f1 | sort | tr '\n' ' ')" \
		"env SUPERVISE_ID env SUPERVISE_NAME env SUPERVISE_RUN env SUPERVISE_SOCKET "
	stop_tree
	assert_status 0
}

@test "too few descriptors: the limit is named" {
	UNDER=(prlimit --nofile=8:8)
	run -1 supervise run
	assert_output "supervise: too few descriptors: ulimit -n is 8, at least 32 are needed"
	run -125 supervise exec true
	assert_output "supervise: too few descriptors: ulimit -n is 8, at least 32 are needed"
	UNDER=(prlimit --nofile=32:32)
	run -0 supervise exec true
}

@test "ready fd above the limit: the limit is named" {
	UNDER=(prlimit --nofile=100:100)
	conf <<<'worker a { exec true; ready fd 200 }'
	run -1 supervise run
	assert_output "the number of \`ready fd\` must be below ulimit -n"
}

@test "a file that is none, and one in a folder without permission" {
	mkfifo pipe
	run -2 supervise -f pipe check
	assert_output "pipe: cannot be read (it is no regular file)"
	open_to_everybody
	SUPERVISE=$DIR/supervise
	mkdir -m 755 open && cd open
	conf <<<'worker a { exec true }'
	chmod 700 .
	UNDER=(setpriv --reuid 54321 --regid 54321 --clear-groups)
	run -2 supervise check
	cd ..
	assert_output "./supervise.conf: cannot be read (permission denied)"
}
