#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# Where the output of children goes: prefixes, files, and that nothing is lost.

load test_helper
load control_helper

# start_into REDIRECTIONS...: `supervise run` in the background, its standard
# output and error elsewhere than usual.
start_into() {
	local words
	command_words
	eval '"${words[@]}"' "run $* </dev/null 3>&- &"
	PID=$!
}

# numbered [DIRECTIVE]: a child that writes numbered lines until it is enough,
# then `done`; how many is in the file `count`.
numbered() {
	conf <<-END
		max_restarts 1000
		worker a {
		    restart temporary
		    ${1-}
		    shell 'n=0; until [ -e enough ]; do seq -f "line %.0f" \$((n + 1)) \$((n + 50000)); n=\$((n + 50000)); done; echo \$n >count; echo done; exec sleep 1000'
		}
	END
}

# all_there PREFIX: each line is in the file `out` once, in order.
all_there() {
	eventually grep -q "^$1done" out
	seq -f "$1line %.0f" "$(<count)" | diff -q - <(grep line out)
}

# kill_loggers: ten, one after the other, while lines come.
kill_loggers() {
	local n=0 pid last=
	while [[ $n -lt 10 ]]; do
		pid=$(logger_pid) || continue
		if [[ $pid != "$last" ]] && kill -s KILL "$pid"; then
			last=$pid n=$((n + 1))
		fi
		sleep 0.005
	done
	touch enough
}

@test "log prefix: whole lines behind the name, padded, each stream on its own" {
	conf <<-'END'
		worker a { restart temporary; shell 'echo one; echo wrong >&2; printf half' }
		supervisor web { worker front { restart temporary; shell 'echo two' } }
	END
	start_tree
	wait_record event=removed child=a
	wait_record event=removed child=web/front
	sort out >sorted
	assert_file sorted 'a         | half' 'a         | one' 'web/front | two'
	grep -qxF 'a         | wrong' records
}

@test "log prefix: what runs beside a worker writes where it does" {
	conf <<-'END'
		worker a {
			before  echo before
			ready   check sh -c 'echo check; exit 0'
			restart temporary
			exec    sh -c 'until test -e go; do sleep 0.01; done'
			after   echo after
		}
	END
	start_tree_ready
	touch go
	wait_record event=removed child=a
	sort out >sorted
	assert_file sorted 'a | after' 'a | before' 'a | check'
}

@test "log prefix: bytes pass as they are" {
	printf 'nul\0byte\nno utf-8 \377\200\n\n\r\ttab\n' >bytes
	conf <<<'worker a { restart temporary; exec cat bytes }'
	start_tree
	wait_record event=removed child=a
	sed 's/^/a | /' bytes | cmp - out
}

@test "log prefix: a line of 16 KiB is one, a longer one comes in parts" {
	head -c 16384 /dev/zero | tr '\0' x >line
	conf <<-'END'
		worker a { restart temporary; shell 'cat line; echo; cat line line; printf xyz' }
	END
	start_tree
	wait_record event=removed child=a
	assert_equal "$(cut -c 1-5 out)" $'a | x\na | x\na + x\na + x'
	assert_equal "$(awk '{ print length($3) }' out)" $'16384\n16384\n16384\n3'
}

@test "log prefix: a line of 100 MB passes" {
	conf <<-'END'
		worker a { restart temporary; shell 'head -c 100000000 /dev/zero | tr "\0" x; echo' }
	END
	start_tree
	wait_record event=removed child=a
	assert_equal "$(cut -c 5- out | tr -d '\n' | wc -c)" 100000000
}

@test "run --timestamps: the time before each line" {
	conf <<<"worker a { restart temporary; shell 'echo one; echo two' }"
	start_tree --timestamps
	wait_record event=removed child=a
	assert_equal "$(grep -cE '^20[0-9-]+T[0-9:.]+Z a \| (one|two)$' out)" 2
}

@test "run --log-format json: each line with name, stream and time" {
	conf <<-'END'
		worker a { restart temporary; shell 'printf "q\"\\ \t\000\377é\n"; echo wrong >&2' }
	END
	start_tree --log-format json
	eventually grep -q '"event":"removed"' records
	sed 's/"time":"[^"]*Z",//' out >line
	assert_file line '{"event":"output","child":"a","stream":"stdout","text":"q\"\\ \t\u0000\ufffdé"}'
	grep -q '"event":"output","child":"a","stream":"stderr","text":"wrong"}$' records
	refute grep -v '^{.*}$' out records
}

@test "run --log-format json: a longer line says that there is more of it" {
	conf <<-'END'
		worker a { restart temporary; shell 'head -c 20000 /dev/zero' }
	END
	start_tree --log-format json
	eventually grep -q '"event":"removed"' records
	assert_equal "$(grep -c '"more":true}$' out)" 1
	assert_equal "$(grep -o 'u0000' out | wc -l)" 20000
}

@test "log inherit is the very descriptor, log null is nowhere" {
	cat >outputs <<-'END'
		#!/bin/bash
		out=$(readlink "/proc/$$/fd/1")
		err=$(readlink "/proc/$$/fd/2")
		echo "$out $err" >"$1"
	END
	chmod +x outputs
	conf <<-'END'
		worker a { log inherit; restart temporary; shell './outputs a' }
		worker b { log null; restart temporary; shell './outputs b' }
		worker c { log null; log_stderr inherit; restart temporary; shell './outputs c' }
	END
	start_tree
	wait_record event=removed child=c
	wait_record event=removed child=a
	wait_record event=removed child=b
	assert_file a "$DIR/out $DIR/records"
	assert_file b "/dev/null /dev/null"
	assert_file c "/dev/null $DIR/records"
}

@test "exec: the output is inherited, and there is no logger" {
	start exec -- sh -c 'readlink /proc/$$/fd/1; exec sleep 1000'
	eventually test -s out
	assert_file out "$DIR/out"
	refute logger_pid
}

@test "U8: no line is lost, and none comes twice, when loggers are killed: a file" {
	numbered
	start_tree
	kill_loggers
	all_there 'a | '
}

@test "U8: no line is lost, and none comes twice, when loggers are killed: appending" {
	numbered
	: >out
	start_into '>>out 2>records'
	kill_loggers
	all_there 'a | '
}

@test "U8: no line is lost, and none comes twice, when loggers are killed: a pipe" {
	numbered
	mkfifo pipe
	cat pipe >out 3>&- &
	start_into '>pipe 2>records'
	kill_loggers
	all_there 'a | '
}

@test "U8: no line is lost, and none comes twice, when loggers are killed: log file" {
	numbered 'log file out'
	: >out
	start_into '>other 2>records'
	kill_loggers
	all_there ''
}

@test "no line is lost when children restart, and their last words are first" {
	conf <<-'END'
		max_restarts 1000
		worker a[4] { shell 'seq 1 1000; printf last; exit 1' }
	END
	start_into '>both 2>&1'
	eventually grep -q 'child=a.0 .*run=10 reason' both
	stop_tree
	# Each end stands behind the last word of its run.
	awk '/ event=exited child=a.0 / && /reason=exit:1/ { ends++; early += words < ends }
		/^a.0 [|] last$/ { words++ } END { exit early || ends < 10 }' both
	local lines
	lines=$(grep -c '^a.1 | last$' both)
	[[ $(grep -c '^a.1 | 1000$' both) -ge $lines ]]
	# What was killed at the end may have had less to say.
	[[ $(grep -c '^a.1 | [0-9]' both) -ge $((lines * 1000)) ]]
}

@test "U8: what children had written comes out when the engine is killed with them" {
	conf <<-'END'
		worker a { ready fd 3; shell 'seq -f "run %.0f" 1 5000; printf half; echo >&3; exec sleep 1000' }
	END
	start_tree_ready
	local logger engine
	logger=$(logger_pid)
	eventually grep -q 'run 5000' out
	hold "$logger"
	supervise restart -q a
	runs_again() { [[ $(supervise status --json a) == *'"run":2'* ]]; }
	eventually runs_again
	engine=$(engine_pid)
	kill -s KILL "$engine"
	eventually ended "$engine"
	kill -s CONT "$logger"
	wait_record event=engine_started
	eventually has_records 2 event=started supervisor=root
	stop_tree
	# Of the first run, of the second, and of that of the next engine.
	assert_equal "$(grep -c 'a | run 5000' out)" 3
	assert_equal "$(grep -c 'a | run ' out)" 15000
	assert_equal "$(grep -c 'a | half' out)" 3
	assert_equal "$(logger_pid)" ""
}

@test "U8: the last words come out when the guardian is killed" {
	conf <<-'END'
		worker a { shell 'trap "seq 1 3000; exit" TERM; echo up; sleep 1000 & wait' }
	END
	start_tree_ready
	eventually grep -q up out
	local engine
	engine=$(engine_pid)
	kill -s KILL "$PID"
	wait "$PID" || true
	PID=
	eventually ended "$engine"
	eventually none_marked
	assert_equal "$(grep -c '^a | [0-9]' out)" 3000
}

@test "U8: at the end the logger has its time, whatever else is told of" {
	conf <<<'worker a { exec ${WORKER} }'
	start_tree_ready
	local engine logger
	engine=$(engine_pid)
	logger=$(logger_pid)
	hold "$logger"
	kill -s TERM "$PID"
	eventually ended "$engine"
	# As when a child ends that only the guardian is left to reap.
	kill -s CHLD "$PID"
	eventually idle "$PID"
	kill -s CONT "$logger"
	wait_tree
	assert_record event=ended supervisor=root reason=shutdown
}

has_fives() {
	[[ $(grep -cx 5 b.log) -ge 2 ]]
}

@test "a reader that stops stops nobody but those who write for it" {
	conf <<-'END'
		max_restarts 1000
		worker a { shell 'exec yes' }
		worker b { log file b.log; shell 'for i in 1 2 3 4 5; do echo $i; done; exec sleep 1000' }
		worker c { log null; shell 'exec sleep 1000' }
	END
	mkfifo pipe
	# Opens it and reads nothing.
	bash -c 'exec 4<pipe; exec sleep 1000' 3>&- &
	local reader=$! pid
	start_into '>pipe 2>records'
	wait_record event=started supervisor=root
	pid=$(supervise pid a)
	eventually idle "$pid"
	eventually grep -qx 5 b.log
	supervise restart -q b
	supervise restart -q a
	eventually has_records 2 event=started child=a
	eventually has_fives
	kill -s KILL "$reader"
	eventually ended "$reader"
	stop_tree
	assert_status 0
}

@test "reload: who waits for a reader that has stopped goes on in a file" {
	conf <<<'worker a { shell "seq 1 300000; echo done; exec sleep 1000" }'
	mkfifo pipe
	bash -c 'exec 4<pipe; exec sleep 1000' 3>&- &
	local reader=$!
	start_into '>pipe 2>records'
	wait_record event=started supervisor=root
	eventually idle "$(supervise pid a)"
	conf <<<'worker a { log file a.log; log_stderr prefix; shell "seq 1 300000; echo done; exec sleep 1000" }'
	supervise reload
	eventually grep -qx 'done' a.log
	kill -s KILL "$reader"
	eventually ended "$reader"
	stop_tree
	assert_status 0
}

@test "reload: from prefix to null and back, beside who has the old pipe" {
	conf <<<'worker a { shell "(trap \"\" TERM; exec setsid sleep 2) & echo one; exec sleep 1000" }'
	start_tree
	eventually grep -q 'a | one' out
	conf <<<'worker a { log null; shell "exec sleep 1000" }'
	supervise reload
	conf <<<'worker a { shell "seq 1 30000; echo two; exec sleep 1000" }'
	supervise reload
	eventually grep -q 'a | two' out
	assert_equal "$(grep -c 'a | [0-9]' out)" 30000
}

@test "log file: a new one has the mode of the old one, and is no link that somebody has planted" {
	conf <<-'END'
		worker a { log file logs/a.log max 4K; restart temporary; shell 'until [ -e go ]; do sleep 0.01; done; seq 1 3000' }
	END
	mkdir logs
	echo precious >precious
	ln -s ../precious logs/a.log.new
	: >logs/a.log
	chmod 600 logs/a.log
	start_tree_ready
	touch go
	wait_record event=removed child=a
	stop_tree
	assert_equal "$(<precious)" precious
	assert_equal "$(stat -c %a:%F logs/a.log)" "600:regular file"
	[[ -s logs/a.log.1 ]]
}

@test "log file: rotated when it is full, the youngest are kept, no line is lost" {
	conf <<-'END'
		worker a { log file a.log max 4K keep 3; restart temporary; shell 'seq 1 3000' }
	END
	start_tree
	wait_record event=removed child=a
	assert_equal "$(echo a.log*)" "a.log a.log.1 a.log.2 a.log.3"
	local file
	for file in a.log*; do
		[[ $(wc -c <"$file") -le 4096 ]]
	done
	cat a.log.3 a.log.2 a.log.1 a.log >all
	seq "$(head -n 1 all)" 3000 | diff - all
	[[ $(wc -l <all) -gt 2400 ]]
}

@test "log file: timestamps, and both streams" {
	conf <<-'END'
		worker a { log file a.log timestamps; log_stderr file a.log; restart temporary; shell 'echo out; echo err >&2' }
	END
	start_tree
	wait_record event=removed child=a
	grep -qE '^20[0-9-]+T[0-9:.]+Z out$' a.log
	grep -qx err a.log
}

@test "U11: USR1 opens log files anew" {
	conf <<-'END'
		worker a { log file a.log; shell 'for i in 1 2; do echo $i; until [ -e go ]; do sleep 0.02; done; done; exec sleep 1000' }
	END
	start_tree
	eventually grep -qx 1 a.log
	mv a.log old
	kill -s USR1 "$PID"
	wait_record event=signal signal=USR1
	eventually test -e a.log
	touch go
	eventually grep -qx 2 a.log
	assert_file old 1
}

has_said() {
	[[ $(wc -l <said) -ge $1 ]]
}

@test "log file: a full disk is told once, and what was lost when there is room" {
	ln -s /dev/full a.log
	conf <<-'END'
		worker a { log file a.log; shell 'until [ -e go ]; do echo x; echo x >>said; sleep 0.01; done; echo last; exec sleep 1000' }
	END
	start_tree
	wait_record event=warning
	# More than one write has failed.
	eventually has_said 10
	ln -sf real a.log
	kill -s USR1 "$PID"
	eventually test -s real
	touch go
	wait_record event=lost file=a.log
	eventually grep -qx last real
	assert_equal "$(count_records event=warning)" 1
	grep -q 'message="cannot write to a.log: No space left on device"' records
}

@test "log file: what could not be written is told at the very end, too" {
	ln -s /dev/full a.log
	conf <<-'END'
		worker a { log file a.log; shell 'seq 1 30; : >said; exec sleep 1000' }
		worker b { log file no/b.log; shell 'trap "echo last; exit" TERM; : >up; sleep 1000 & wait' }
	END
	start_tree
	eventually test -e said -a -e up
	wait_record event=warning
	stop_tree
	assert_status 0
	assert_record event=lost count=30 file=a.log
	assert_record event=lost count=1 file=no/b.log
	# When all others have been told.
	assert_equal "$(grep -n 'event=lost' records | cut -d: -f1 | tr '\n' ' ')" \
		"$(($(wc -l <records) - 1)) $(wc -l <records) "
}

@test "log file: one that cannot be opened does not keep the child from running" {
	conf <<<"worker a { log file no/such/a.log; shell 'echo x; exec sleep 1000' }"
	start_tree_ready
	wait_record event=warning
	grep -q 'cannot write to no/such/a.log: No such file or directory' records
	assert_equal "$(state_of a)" up
}

@test "reload: lines go elsewhere without a restart; what needs another descriptor restarts" {
	local body='shell "while sleep 0.02; do echo x; done"'
	conf <<<"worker a { $body }"
	start_tree_ready
	eventually grep -qx 'a | x' out
	conf <<<"worker a { log file a.log; $body }"
	supervise reload -q
	eventually grep -qx x a.log
	conf <<<"worker a { log file b.log; $body }"
	supervise reload -q
	eventually grep -qx x b.log
	assert_equal "$(count_records event=started child=a)" 1
	conf <<<"worker a { log null; $body }"
	supervise reload -q
	eventually has_records 2 event=started child=a
}

@test "U13: the report of giving up has the last lines of the child" {
	conf <<-'END'
		worker a { shell 'seq -f "step %.0f" 1 12; printf "\033[31mpanic: no db" >&2; exit 3' }
	END
	start_tree
	wait_tree
	assert_status 1
	sed -n '/gave up/,$p' records >report
	assert_equal "$(grep -c '^    | ' report)" 10
	grep -qxF '    | step 12' report
	grep -qxF '    |  [31mpanic: no db' report
	refute grep -qF '| step 3' report
}

@test "logs and why: the last ten lines, also of a child that has ended" {
	conf <<-'END'
		worker a { restart temporary; ready after 1ms; shell 'seq 1 20; exec sleep 1000' }
		worker b { log file b.log; restart transient; shell 'echo from b' }
		worker c { log inherit; shell 'echo from c; exec sleep 1000' }
	END
	start_tree_ready
	wait_record event=exited child=b
	eventually grep -qx 'a | 20' out
	run -0 supervise logs
	assert_equal "$output" "$(seq -f 'a | %.0f' 11 20; echo 'b | from b')"
	run -0 supervise logs -n 2 a
	assert_equal "$output" $'a | 19\na | 20'
	run -0 supervise logs --json -n 1 a
	[[ $output == '{"event":"output","child":"a","at":"20'*'Z","stream":"stdout","text":"20","left":0}' ]]
	run -0 supervise why b
	assert_output "    | from b"
	run -4 supervise logs nosuch
	run -2 supervise logs -n 11
}

@test "log file: two that write to one file rotate it alike" {
	conf <<-'END'
		worker a { log file x.log max 8K keep 3; exec true }
		worker b { log file x.log max 8K keep 3 timestamps; exec true }
		worker c[2] { log file y.log max 8K; exec true }
		worker d { log file z.log; exec true }
	END
	run -0 supervise check
	echo 'worker e { log_stderr file x.log timestamps; exec true }' >>supervise.conf
	run -2 supervise check
	assert_output "supervise.conf:5:12: the file \"x.log\" has no max here and max 8K keep 3 at ./supervise.conf:1, expected the same"
	sed -i '$d' supervise.conf
	echo 'worker f { log file y.log max 8K keep 9; exec true }' >>supervise.conf
	run -2 supervise check
	assert_output "has max 8K keep 9 here and max 8K keep 5 at"
	sed -i '$d' supervise.conf
	echo 'worker g { log file z.log; log_stderr file z.log max 1M; exec true }' >>supervise.conf
	run -2 supervise check
	assert_output "has max 1M keep 5 here and no max at ./supervise.conf:4"
}
