#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# `log to`: what one child writes is what another one reads.

load test_helper
load control_helper

# reader NAME [MORE]: a worker that writes all that it reads into the file
# NAME.got.
reader() {
	echo "worker $1 { ${2:+$2; }exec sh -c 'exec cat >>$1.got' }"
}

# got NAME LINE: it has read that line.
got() {
	grep -qsxF "$2" "$1.got"
}

has_got() {
	eventually got "$@"
}

@test "log to: what one writes another reads, both streams or one, bytes as they are" {
	printf 'nul\0byte\n\377\200\n\n\r\tlast\n' >bytes
	conf <<-END
		$(reader weblog)
		worker web { ready fd 3; shell 'cat bytes; echo >&3; exec sleep 1000'; log to weblog }
		worker api { restart temporary; shell 'echo lost >&2'; log null; log_stderr to weblog }
		worker ui { restart temporary; shell 'echo seen >&2'; log to weblog; log_stderr prefix }
		worker all { restart temporary; shell 'echo >&2; echo both >&2; exec sleep 1000'; log to weblog }
	END
	start_tree_ready
	has_got weblog both
	has_got weblog lost
	eventually grep -qxF 'ui     | seen' records
	head -c "$(wc -c <bytes)" weblog.got | cmp - bytes
	refute got weblog seen
}

@test "log to: a chain, instances, and several who write for one" {
	conf <<-END
		$(reader last)
		supervisor sys { worker middle { exec sed -u s/^/m:/; log to last } }
		worker api[3] { exec sh -c 'echo "\$1"; exec sleep 1000' sh \${instance}; log to apilog.\${instance} }
		worker apilog[3] { exec sed -u s/^/\${instance}:/; log to middle }
	END
	start_tree_ready
	eventually has_lines 3
	sort last.got | diff - <(printf 'm:%d:%d\n' 0 0 1 1 2 2)
}

has_lines() {
	[[ $(wc -l <last.got) -ge $1 ]]
}

@test "log to: nothing is lost when either end restarts, also when it is killed" {
	conf <<-'END'
		max_restarts 1000
		worker reader { shell 'i=0; while [ $i -lt 7 ]; do read -r line; echo "$line" >>got; i=$((i + 1)); done' }
		worker writer {
			shell 'n=$(cat n); echo $((n + 10)) >n; seq $((n + 1)) $((n + 10)); [ $n -lt 490 ] || exec sleep 1000; kill -KILL $$'
			log to reader
		}
	END
	echo 0 >n
	start_tree
	eventually grep -qsx 497 got
	stop_tree
	head -n 497 got | diff - <(seq 497)
}

is_blocked() {
	[[ $(cat "/proc/$1/wchan") == *pipe* ]] || [[ $(cat "/proc/$1/syscall") == 1\ * ]]
}

@test "log to: who is down is waited for, and finds everything" {
	conf <<-END
		$(reader weblog)
		worker web { shell 'seq 1 50000; echo all; exec sleep 1000'; log to weblog }
		worker other { exec sleep 1000; log to weblog }
	END
	start_tree_ready
	has_got weblog all
	supervise stop -q weblog
	supervise restart -q web other
	eventually is_blocked "$(pgrep -P "$(pid_of web)" seq)"
	assert_equal "$(grep -cx all weblog.got)" 1
	supervise start -q weblog
	has_lines_of() { [[ $(grep -cx all weblog.got) -eq $1 ]]; }
	eventually has_lines_of 2
	diff weblog.got <(for i in 1 2; do seq 1 50000; echo all; done)
}

@test "log to: what a run does to its end, as to make it non-blocking, is its own" {
	conf <<-'END'
		worker reader { shell 'if [ ! -e once ]; then : >once; dd iflag=nonblock count=0; exit 1; fi; exec cat >>reader.got' }
		worker a { restart temporary; shell 'dd oflag=nonblock,append conv=notrunc count=0; until [ -e go ]; do sleep 0.01; done'; log to reader; log_stderr null }
		worker b { shell 'seq 1 100000; echo all; exec sleep 1000'; log to reader }
	END
	start_tree_ready
	has_got reader all
	touch go
	diff <(head -n 100000 reader.got) <(seq 1 100000)
	assert_equal "$(count_records event=exited child=reader)" 1
}

@test "log to: at the end who reads finds the end of its input, behind all last words" {
	conf <<-'END'
		worker weblog { shell 'sleep 0.2; cat >got; echo end >>got' }
		worker web[2] { exec sh -c 'trap "seq 1 1000; exit" TERM; : >up.$1; sleep 1000 & wait' sh ${instance}; log to weblog }
	END
	start_tree_ready
	eventually test -e up.0 -a -e up.1
	stop_tree
	assert_status 0
	assert_record event=stopping child=weblog eof=true
	assert_record event=exited child=weblog reason=shutdown
	assert_file got "$(seq 1 1000; seq 1 1000; echo end)"
}

@test "log to: while somebody may still write, a stop is by the signal as ever" {
	conf <<-END
		worker web { exec sleep 1000; log to weblog }
		$(reader weblog)
	END
	start_tree_ready
	supervise restart -q weblog
	assert_record event=stopping child=weblog signal=TERM
	eventually is_state up weblog
	stop_tree
	assert_equal "$(count_records event=stopping child=weblog signal=TERM)" 2
	assert_status 0
}

@test "reload: who logs elsewhere restarts, and who is logged to first; to whom nobody logs any more waits" {
	conf <<-END
		$(reader a)
		$(reader b 'restart transient')
		worker web { shell 'echo up; exec sleep 1000'; log to a }
		worker other { exec sleep 1000; log to a; log_stderr prefix }
	END
	start_tree_ready
	has_got a up
	wait_record event=exited child=b
	conf <<-END
		$(reader a)
		worker b { restart transient; exec sh -c 'cat >>b.got; echo end >>b.got' }
		worker web { shell 'echo moved; exec sleep 1000'; log to b }
		worker other { exec sleep 1000; log to a; log_stderr prefix }
	END
	supervise reload -q
	assert_equal "$(count_records event=started child=a)" 1
	supervise start -q b
	has_got b moved
	conf <<-END
		$(reader a)
		worker b { restart transient; exec sh -c 'cat >>b.got; echo end >>b.got' }
		worker web { shell 'echo back; exec sleep 1000'; log to a }
		worker other { exec sleep 1000; log to a; log_stderr prefix }
	END
	run -0 supervise reload --dry-run
	assert_output "restart  web"
	refute grep -q "restart  b" <<<"$output"
	refute grep -q other <<<"$output"
	supervise reload -q
	has_got a back
	assert_equal "$(count_records event=started child=other)" 1
	# Nor with its next run: an end of input would be its end, again and again.
	supervise restart b
	supervise status b | grep -q up
	assert_equal "$(readlink "/proc/$(supervise pid b)/fd/0" | cut -d: -f1)" pipe
	refute grep -q end b.got
}

@test "reload: who comes in the place of a reader goes on where that has stopped" {
	conf <<-END
		worker weblog { restart temporary; shell 'read -r line; echo "\$line" >got; exec sleep 1000' }
		worker web { shell 'seq 1 5; exec sleep 1000'; log to weblog }
	END
	start_tree_ready
	eventually grep -qsx 1 got
	conf <<-END
		worker weblog { restart temporary; shell 'cat >got' }
		worker web { shell 'seq 1 5; exec sleep 1000'; log to weblog }
	END
	supervise reload -q
	eventually grep -qx 5 got
	assert_file got 2 3 4 5
	assert_equal "$(count_records event=started child=web)" 1
	conf <<-END
		worker web { shell 'seq 1 5; exec sleep 1000'; log to weblog }
	END
	run -2 supervise reload
	assert_output '"weblog" is no child that web can log to'
	assert_equal "$(state_of weblog)" up
}

@test "add: who is added logs to whom there is; stdin pipe is for those to come" {
	conf <<-END
		$(reader poollog 'stdin pipe')
		$(reader idle 'restart temporary')
		worker null { exec sleep 1000 }
		worker own { exec sleep 1000; stdin null }
		supervisor pool { strategy dynamic }
	END
	start_tree_ready
	wait_record event=removed child=idle
	supervise add -q pool 'worker x { shell "echo x; exec sleep 1000"; log to poollog }'
	has_got poollog x
	run -4 supervise add pool 'worker y { exec true; log to nosuch }'
	assert_output 'log to: nothing is called nosuch'
	run -4 supervise add pool 'worker y { exec true; log to own }'
	assert_output 'log to: own has a standard input of its own'
	run -4 supervise add pool 'worker y { exec true; log to pool }'
	assert_output 'log to: pool is a supervisor'
	supervise add -q pool 'worker z { exec sleep 1000; log to null }'
	wait_record event=warning
	grep -q 'message="null reads what is logged to it from its next start on"' records
}

@test "delete: who has nobody to log to any more is seen from its next start on" {
	conf <<-END
		worker web { shell 'echo up; exec sleep 1000'; log to weblog }
		$(reader weblog)
	END
	start_tree_ready
	has_got weblog up
	supervise stop -q weblog
	supervise delete -q weblog
	assert_equal "$(state_of web)" up
	supervise restart -q web
	eventually grep -qxF 'web    | up' out
}

@test "delete: a reload that brings the reader back gives it what its writers still write to" {
	conf <<-END
		worker web { shell 'echo one; while ! [ -e go ]; do sleep 0.05; done; echo two; exec sleep 1000'; log to weblog }
		$(reader weblog)
	END
	start_tree_ready
	has_got weblog one
	supervise stop -q weblog
	supervise delete -q weblog
	supervise reload -q
	touch go
	has_got weblog two
	refute_record event=started child=web run=2
}

@test "check -p and spec print whom a child logs to" {
	conf <<-END
		$(reader weblog 'stdin pipe')
		worker web { exec sleep 1000; log to weblog; log_stderr file x }
	END
	run -0 supervise check -p
	assert_output 'to weblog'
	start_tree_ready
	run -0 supervise spec web
	assert_output 'to weblog'
	run -0 supervise spec weblog
	assert_output 'pipe'
}
