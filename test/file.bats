#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# supervise.conf as a user writes it: includes, specifications, arrays,
# variables, and the mistakes of all of these.

load test_helper

# What a worker of the tree is called with, one word a line: arguments NAME
arguments() {
	tr '\0' '\n' <"/proc/$(child_pid "$1")/cmdline" | tail -n +2
}

# mistake TEXT...: check finds the file wrong and says all of this.
mistake() {
	local text
	run -2 supervise check
	for text; do
		assert_output "$text"
	done
}

@test "S7: what is not said of a child has its default" {
	conf <<-'END'
		worker a { exec true }
		supervisor s { worker b { exec true } }
	END
	run -0 supervise check
	[[ $output =~ a\ +permanent,\ shutdown\ 5s: ]]
	[[ $output =~ s\ +one_for_one,\ 3\ restarts\ in\ 5\ s ]]
	refute_output "significant"
}

@test "S8: a name is there once in a supervisor, and may be there in another" {
	conf <<-'END'
		worker a { exec ${WORKER} log=log }
		supervisor s { worker a { exec ${WORKER} log=log } }
	END
	start_tree_ready
	assert_record event=started child=a
	assert_record event=started child=s/a
	stop_tree
	rm -f log
	conf <<-'END'
		worker a { exec ${WORKER} log=log }
		supervisor a { }
	END
	run -2 supervise run
	assert_output 'supervise.conf:2:12: a second child is named "a"'
	assert_output "supervise.conf:1"
	refute [ -e log ]
}

@test "S10: shutdown is a duration, infinity or brutal_kill, for supervisors too" {
	local value
	for value in 0 1 500ms 5s 2m infinity brutal_kill; do
		conf <<-END
			worker a { exec true; shutdown $value }
			supervisor s { shutdown $value; worker b { exec true } }
		END
		run -0 supervise check
	done
	for value in -1 forever 5parsecs ''; do
		conf <<<"worker a { exec true; shutdown $value }"
		mistake "supervise.conf:1:" "shutdown"
	done
}

@test "D3: an unknown word is a mistake, with a caret and a suggestion" {
	conf <<-'END'
		worker a {
		    exec true
		    restrat permanent
		}
	END
	run -2 supervise check
	assert_equal "$output" './supervise.conf:3:5: "restrat" is no directive, did you mean "restart"?
        restrat permanent
        ^^^^^^^'
}

@test "all mistakes of a file are named in one run" {
	conf <<-'END'
		strategy one_for_al
		worker a { exec true; shutdown soon }
		worker b { }
		supervisor s { max_restarts many; worker c { exec true } }
	END
	mistake "supervise.conf:1:10:" 'did you mean "one_for_all"' \
		"supervise.conf:2:32:" "supervise.conf:3:8:" "exec or shell" \
		"supervise.conf:4:29:"
}

@test "an include reads another file as if it stood there" {
	mkdir conf.d
	conf conf.d/b.conf <<<"worker b { exec $WORKER }"
	conf conf.d/a.conf <<<"worker a { exec $WORKER }; include ../c.part"
	conf c.part <<<"worker c { exec $WORKER }"
	conf <<-'END'
		worker first { exec ${WORKER} }
		include conf.d/*.conf nothing/*.conf
		worker last { exec ${WORKER} }
	END
	start_tree_ready
	assert_story started <<-'END'
		started first
		started a
		started c
		started b
		started last
		started root
	END
}

@test "an include may stand in a supervisor" {
	conf part.conf <<<"strategy rest_for_one; worker a { exec $WORKER }"
	conf <<<"supervisor s { include part.conf }"
	start_tree_ready
	assert_record event=started child=s/a
}

@test "a mistake in an included file has its place there" {
	conf part.conf <<-'END'

		worker a { exec true; cwdd /tmp }
	END
	conf <<<"include part.conf"
	mistake "part.conf:2:23:" 'did you mean "cwd"'
}

@test "files that include each other are a mistake" {
	conf one.conf <<<"include two.conf"
	conf two.conf <<<"include one.conf"
	conf <<<"include one.conf"
	mistake "includes itself"
	conf <<<"include supervise.conf"
	mistake "supervise.conf:1:9:" "includes itself"
}

@test "a file that is to be included and is not there is a mistake" {
	conf <<<"include nosuch.conf"
	mistake "supervise.conf:1:9:" "nosuch.conf"
}

@test "a spec makes children; its body may be overridden" {
	conf <<-'END'
		spec server(port, name=web) {
		    exec ${WORKER} print=${name}-${port}
		    restart transient
		    shutdown 10s
		}
		worker one = server(80)
		worker two = server(81, files) { shutdown 1s }
	END
	start_tree_ready
	assert_equal "$(arguments one)" "print=web-80"
	assert_equal "$(arguments two)" "print=files-81"
	run -0 supervise check
	[[ $output =~ one\ +transient,\ shutdown\ 10s ]]
	[[ $output =~ two\ +transient,\ shutdown\ 1s ]]
}

@test "a spec may be that of a supervisor" {
	conf <<-'END'
		spec pair(what) {
		    strategy one_for_all
		    worker a { exec ${WORKER} print=${what} }
		    worker b { exec ${WORKER} }
		}
		supervisor one = pair(x)
		supervisor two = pair(y)
	END
	start_tree_ready
	assert_equal "$(arguments two/a)" "print=y"
	kill -s KILL "$(child_pid one/a)"
	wait_record event=started child=one/b run=2
	refute_record event=started child=two/b run=2
}

@test "mistakes with specs are named" {
	conf <<<"worker a = nosuch(1)"
	mistake "supervise.conf:1:12:" "nosuch"
	conf <<-'END'
		spec s(x) { exec true ${x} }
		worker a = s()
	END
	mistake "supervise.conf:2:"
	conf <<-'END'
		spec s(x) { exec true ${x} }
		worker a = s(1, 2)
	END
	mistake "supervise.conf:2:"
	conf <<-'END'
		spec s() { worker inner = s() }
		supervisor a = s()
	END
	mistake "spec \"s\" uses itself"
}

@test "an array makes so many of a kind, each with its number" {
	conf <<<"worker api[3] { exec $WORKER print=\${instance} }"
	start_tree_ready
	assert_story started <<-'END'
		started api.0
		started api.1
		started api.2
		started root
	END
	assert_equal "$(arguments api.2)" "print=2"
	kill -s KILL "$(child_pid api.1)"
	wait_record event=started child=api.1 run=2
	assert_equal "$(arguments api.1)" "print=1"
}

@test "an array of supervisors, of a spec, and one that is too long" {
	conf <<-'END'
		spec shard(of) { worker w { exec ${WORKER} print=${instance}/${of} } }
		supervisor shard[2] = shard(2)
	END
	start_tree_ready
	assert_equal "$(arguments shard.1/w)" "print=1/2"
	conf <<<"worker a[99999999] { exec true }"
	mistake "supervise.conf:1:"
	conf <<<"worker a[x] { exec true }"
	mistake "supervise.conf:1:"
}

@test "\${NAME} is a parameter, a variable that was set, or of the environment" {
	UNDER=(env OUTSIDE=environment BOTH=environment)
	conf <<-'END'
		set BOTH set
		set inner "with ${BOTH} inside"
		spec s(BOTH) { exec ${WORKER} print=${BOTH} }
		worker a { exec ${WORKER} print=${OUTSIDE} print=${BOTH} "print=${inner}" }
		worker b = s(parameter)
		worker c { exec ${WORKER} print=${NOT_THERE_AT_ALL:-default} 'print=${BOTH}' print=$BOTH }
	END
	start_tree_ready
	assert_equal "$(arguments a)" "print=environment
print=set
print=with set inside"
	assert_equal "$(arguments b)" "print=parameter"
	assert_equal "$(arguments c)" "print=default
print=\${BOTH}
print=\$BOTH"
}

@test "what is replaced stays one word" {
	UNDER=(env "WORDS=two words; exec rm")
	conf <<<'worker a { exec ${WORKER} print=${WORDS} }'
	start_tree_ready
	assert_equal "$(arguments a)" "print=two words; exec rm"
}

@test "an undefined variable is a mistake" {
	conf <<<'worker a { exec ${NOT_THERE_AT_ALL} }'
	mistake "supervise.conf:1:17:" "NOT_THERE_AT_ALL"
}

@test "words are quoted as in sh; statements end at ; } and newlines" {
	conf <<-'END'
		worker a { exec ${WORKER} 'print=a;b' "print=\"c\" {d}" print=e\ f print=g#h \
		    print=i } # a comment
		worker b { exec ${WORKER}; restart transient }
	END
	start_tree_ready
	assert_equal "$(arguments a)" 'print=a;b
print="c" {d}
print=e f
print=g#h
print=i'
}

@test "shell is exec of /bin/sh -c" {
	conf <<-'END'
		worker a { shell 'exec "$WORKER" print="$SUPERVISE_NAME"' }
		worker b { shell "${WORKER} exit=3 || exec ${WORKER} print=$SUPERVISE_NAME" }
	END
	start_tree_ready
	eventually becomes a print=a
	eventually becomes b print=b
}

# becomes NAME ARGUMENTS
becomes() {
	[[ $(arguments "$1") == "$2" ]]
}

@test "mistakes in the form of the file are named" {
	conf <<<"worker a { exec true"
	mistake "supervise.conf:1:10:" "never closed"
	conf <<<"worker a { exec true } }"
	mistake "supervise.conf:1:24:"
	conf <<<"worker a { exec 'true }"
	mistake "supervise.conf:1:17:"
	conf <<<"worker 9/x { exec true }"
	mistake "supervise.conf:1:8:"
	conf <<<'worker a { exec "${X" }'
	mistake "supervise.conf:1:"
	printf 'worker a { exec tr\0ue }\n' >supervise.conf
	mistake "supervise.conf:1:"
}

@test "a limit that can never be reached, and one that trips at once, are named" {
	conf <<-'END'
		max_restarts 5
		max_seconds 1
		worker a { exec true; backoff 1s }
	END
	run -0 supervise check
	assert_output "supervise.conf:3:23: warning: max_restarts 5 in max_seconds 1 can never be reached"
	conf <<-'END'
		max_restarts 0
		worker a { exec true }
	END
	run -0 supervise check
	assert_output "supervise.conf:1:1: warning: max_restarts 0 trips at once"
}

@test "a file that root would run and others may write is named" {
	[[ $(id -u) -eq 0 ]] || skip "needs root"
	conf <<<"worker a { exec true }"
	chmod 666 supervise.conf
	run -0 supervise check
	assert_output "warning: writable by everybody"
	chmod 644 supervise.conf
	run -0 supervise check
	refute_output "warning"
	chown nobody supervise.conf
	run -0 supervise check
	assert_output "warning: not owned by root"
}

@test "an empty file is an empty tree" {
	conf </dev/null
	start_tree_ready
	stop_tree
	assert_status 0
}

@test "a file of many children starts and stops" {
	conf <<<"worker w[200] { exec $WORKER }; stop together"
	start_tree_ready
	assert_equal "$(count_records event=started)" 201
	stop_tree
	assert_status 0
}
