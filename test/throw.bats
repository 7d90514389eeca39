#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# Throws: a worker ends itself for a reason of its own, and what catches that.

load test_helper
load control_helper

# What a worker does that throws the value in its first run, at once or when
# there is a file `go`, and then does nothing else.
throws() {
	echo "shell '[ \"\$SUPERVISE_RUN\" != 1 ] || $SUPERVISE throw \"$1\"; exec sleep 1000'"
}

throws_at_go() {
	echo "shell 'until [ -e go ]; do sleep 0.01; done; [ \"\$SUPERVISE_RUN\" != 1 ] || $SUPERVISE throw \"$1\"; exec sleep 1000'"
}

# ---------------------------------------------------------------- the end

@test "L9: it ends the worker with reason throw:VALUE, an abnormal end that counts" {
	conf <<-END
		supervisor s {
		    worker a { restart transient; $(throws full) }
		    worker b { exec sleep 1000 }
		}
	END
	start_tree_ready
	wait_record event=started child=s/a run=2
	assert_record event=stopping child=s/a run=1 signal=TERM
	assert_record event=exited child=s/a run=1 reason=throw:full
	assert_record event=report child=s/a context=child_terminated reason=throw:full
	assert_record event=restarting supervisor=s child=s/a restarts=1
	assert_equal "$(count_records event=exited)" 1
	assert_equal "$(causes a)" "1 itself - throw:full"
}

@test "L9: whatever tells of a reason tells this one, with blanks in it" {
	conf <<-END
		worker a { shell 'until [ -e go ]; do sleep 0.01; done
		    [ "\$SUPERVISE_RUN" != 1 ] || $SUPERVISE throw "disk ä=1 \\"full\\""
		    echo "\$SUPERVISE_LAST_REASON" >last; exec sleep 1000' }
		worker b { restart temporary; trap_exits; link a; exec sh -c 'exec $SUPERVISE receive reason >mail' }
		worker c { exec sleep 1000 }
	END
	start_tree_ready
	local reason='throw:disk ä=1 "full"' written='reason="throw:disk ä=1 \"full\""'
	supervise events --json >followed 3>&- &
	local follower=$!
	eventually has_event
	talk "$(socket_path)" <<<"monitor a" >down 3>&- &
	eventually grep -q event=monitor down
	touch go
	wait_record event=started child=a run=2
	grep -F 'event=exited child=a ' records | grep -F " $written "
	eventually grep -qE 'event=down name=a pid=[0-9]+ ' down
	grep -qF " $written" down
	eventually grep -q '"event":"exited".*"child":"a"' followed
	kill "$follower"
	jq -es --arg r "$reason" 'any(.[]; .event == "exited" and .child == "a" and .reason == $r)' followed
	eventually test -s mail
	assert_file mail "$reason"
	eventually test -s last
	assert_file last "$reason"
	assert_equal "$(supervise status --json a | jq -r .reason)" "$reason"
	assert_equal "$(causes a)" "1 itself - $reason"
	run -0 supervise status a
	assert_output "$reason"
	run -0 supervise why a
	assert_output 'run 1 threw disk ä=1 "full"'
	run -0 supervise tree
	assert_output "last $reason"
}

has_event() {
	supervise restart -q c
	[[ -s followed ]]
}

@test "L9 U4: it is ended as by a stop, and whatever it does about that changes nothing" {
	conf <<-END
		worker hard { shutdown 200ms; stop_signal USR1
		    shell 'trap "" USR1; [ "\$SUPERVISE_RUN" != 1 ] || $SUPERVISE throw hard; exec sleep 1000' }
		worker soft { normal 7; restart transient
		    shell 'trap "exit 7" TERM; [ "\$SUPERVISE_RUN" != 1 ] || $SUPERVISE throw soft; sleep 1000 & wait' }
	END
	start_tree_ready
	wait_record event=started child=hard run=2
	wait_record event=started child=soft run=2
	assert_record event=stopping child=hard run=1 signal=USR1
	assert_record event=killing child=hard run=1 late=true
	assert_record event=exited child=hard run=1 reason=throw:hard
	assert_record event=exited child=soft run=1 reason=throw:soft
}

@test "L9 L2: what is linked to it ends for the same reason" {
	conf <<-END
		worker a { $(throws_at_go full) }
		worker b { exec sleep 1000; link a }
	END
	start_tree_ready
	touch go
	wait_record event=started child=b run=2
	assert_record event=exited child=b run=1 reason=throw:full link=a
	assert_equal "$(causes b)" "1 link a throw:full"
	run -0 supervise why b
	assert_output "because a threw full"
}

@test "L9 L8: a call of it dies with that reason" {
	conf <<<"worker a { $(throws_at_go full) }"
	start_tree_ready
	run -125 supervise call a -- sh -c 'touch go; exec sleep 1000'
	assert_output "a has ended: throw:full"
}

@test "L9: before it is ready it is its start that fails" {
	conf <<-END
		worker a { ready fd 3; shell '[ "\$SUPERVISE_RUN" != 2 ] || $SUPERVISE throw early
		    echo >&3; exec sleep 1000' }
		worker b { ready fd 3; catch throw:no* ignore; $(throws not) }
	END
	start_tree_ready
	assert_record event=start_failed child=b run=1 reason=throw:not
	assert_record event=ignored child=b
	kill -s KILL "$(pid_of a)"
	wait_record event=started child=a run=3
	assert_record event=start_failed child=a run=2 reason=throw:early
}

@test "L9 U13: nothing catches it until the tree gives up, which says what was thrown" {
	conf <<<"max_restarts 1; worker a { shell '$SUPERVISE throw \"disk full\"' }"
	start_tree
	wait_tree
	assert_status 1
	assert_equal "$(grep -c 'event=exited .* reason="throw:disk full"' records)" 2
	grep -qxF "supervise: gave up: a threw disk full" records
	grep -qF "a \`catch\` line" records
}

@test "L9 U12: exec ends with 1 when its command has thrown last, run with that of auto_shutdown" {
	start -S "$DIR/sock" exec -m 1 -- sh -c "$SUPERVISE throw full"
	wait_tree
	assert_status 1
	conf <<<"auto_shutdown any_significant; worker a { restart temporary; significant; $(throws full) }"
	start_tree
	wait_tree
	assert_status 1
	assert_record event=auto_shutdown child=a reason=throw:full
}

@test "L9: two hundred values, and each end keeps its own" {
	conf <<-END
		max_restarts 100000
		worker a { shell '[ "\$SUPERVISE_RUN" -gt 200 ] || $SUPERVISE throw "value \$SUPERVISE_RUN"; exec sleep 1000' }
		worker b { restart transient; catch throw:* stop; shell '$SUPERVISE throw "of b"' }
		supervisor s { auto_shutdown any_significant; restart transient
		    worker c { restart temporary; significant; shell '$SUPERVISE throw "of c"' } }
	END
	start_tree
	DEADLINE_S=120 wait_record event=started child=a run=201
	wait_record event=caught child=b
	local expected='' run
	for ((run = 200; run > 190; run--)); do
		expected+="$run itself - throw:value $run"$'\n'
	done
	assert_equal "$(causes a)"$'\n' "$expected"
	assert_equal "$(causes b)" "1 itself - throw:of b"
	assert_equal "$(supervise status --json a b | jq -r .reason)" $'throw:value 200\nthrow:of b'
}

# ---------------------------------------------------------------- what catches it

@test "L9 L10: its own lines, then those of each supervisor above; the first that matches decides" {
	conf <<-END
		catch throw:disk* ignore
		catch throw:* restart
		supervisor s {
		    catch throw:full stop
		    supervisor t {
		        worker own   { restart temporary; catch throw:x,full restart; $(throws full) }
		        worker above { $(throws full) }
		        worker far   { catch throw:ful restart; $(throws disk3) }
		        worker last  { restart temporary; catch exit:* stop; $(throws other) }
		    }
		}
	END
	start_tree
	wait_record event=started child=s/t/own run=2
	wait_record event=started child=s/t/last run=2
	wait_record event=caught child=s/t/above
	wait_record event=caught child=s/t/far
	assert_record event=caught child=s/t/own reason=throw:full action=restart
	assert_record event=caught child=s/t/above reason=throw:full action=stop
	assert_record event=caught child=s/t/far reason=throw:disk3 action=ignore
	assert_record event=ignored child=s/t/far
	assert_record event=caught child=s/t/last reason=throw:other action=restart
	assert_equal "$(count_records event=caught)" 4
	eventually is_state down above
	eventually is_state down far
	assert_equal "$(count_records event=restarting)" 2
	refute_record event=report child=s/t/above
}

@test "L9 L10: escalate, the supervisor gives up now, and the next one decides about that" {
	conf <<-END
		supervisor s {
		    restart temporary
		    worker a { catch throw:full escalate; $(throws_at_go full) }
		    worker b { exec sleep 1000 }
		}
		worker c { exec sleep 1000 }
	END
	start_tree_ready
	touch go
	wait_record event=removed supervisor=s
	assert_record event=gave_up supervisor=s child=s/a reason=throw:full escalated=true
	assert_record event=exited child=s/b reason=shutdown
	is_state up c
}

@test "L9 L10 L11: catch run, and after, have it in their environment" {
	conf <<-END
		catch throw:* run sh -c 'echo "catch \$SUPERVISE_REASON" >>said'
		worker a { restart temporary; $(throws "two words"); after sh -c 'echo "after \$SUPERVISE_REASON" >>said' }
		worker b { exec sleep 1000 }
	END
	start_tree_ready
	wait_record event=removed child=a
	eventually has_lines 2 said
	assert_file said "catch throw:two words" "after throw:two words"
}

has_lines() {
	[[ $(wc -l 2>/dev/null <"$2") -ge $1 ]]
}

# ---------------------------------------------------------------- who may throw

@test "L9: what descends from the worker throws for it, whatever its group and session" {
	conf <<-END
		max_restarts 9
		worker job { restart temporary; exec bash -c 'set -m; $SUPERVISE throw job; sleep 1000' }
		worker session { restart temporary; exec sh -c 'setsid -w $SUPERVISE throw session; sleep 1000' }
		worker tried { restart temporary; exec $SUPERVISE try -- $SUPERVISE throw tried }
		worker b { exec sleep 1000 }
	END
	start_tree_ready
	local child
	for child in job session tried; do
		wait_record event=exited "child=$child"
		assert_record event=exited "child=$child" "reason=throw:$child"
	done
}

@test "L9: a value is 1 to 64 bytes of UTF-8 without control characters" {
	local long
	long=$(printf '%064d' 0)
	# shellcheck disable=SC2016 # said by the worker
	local loop='until [ -e go ]; do sleep 0.01; done; '
	conf <<<"worker a { restart temporary; shell '$loop$SUPERVISE throw -- \"-$long\"; echo \$? >err; $SUPERVISE throw $long' }; worker b { exec sleep 1000 }"
	start_tree_ready
	touch go
	wait_record event=exited child=a "reason=throw:$long"
	assert_file err 2
	local value
	for value in '' "0$long" $'a\nb' $'\x7f' $'\e[31m' $'a\x85' $'\xc2\x85'; do
		run -2 env SUPERVISE_NAME=b SUPERVISE_RUN=1 "$SUPERVISE" throw "$value"
		assert_output "VALUE: "
		assert_output "usage: supervise throw VALUE"
	done
	run -2 supervise throw
	run -2 supervise throw a b
	# The engine looks for itself.
	for value in "''" "0$long" $'a\xffb' $'a\xc2\x85b'; do
		run -0 talk "$(socket_path)" <<<"throw b 1 $value"
		assert_output "event=error code=usage"
	done
	run -0 talk "$(socket_path)" <<<"throw b 1"
	assert_output "throw takes: NAME RUN VALUE"
	is_state up b
}

@test "L9: outside of a worker nothing is thrown" {
	conf <<<'worker a { exec sleep 1000 }'
	start_tree_ready
	run -2 env -u SUPERVISE_NAME -u SUPERVISE_RUN -u SUPERVISE_SOCKET "$SUPERVISE" throw full
	assert_output "this is not in a worker: SUPERVISE_NAME is not set"
	run -2 env -u SUPERVISE_SOCKET SUPERVISE_NAME=a SUPERVISE_RUN=1 "$SUPERVISE" throw full
	assert_output "SUPERVISE_SOCKET is not set"
	run -2 env -u SUPERVISE_NAME "$SUPERVISE" try -- "$SUPERVISE" throw full
	assert_output "SUPERVISE_NAME is not set"
	# A command without a socket.
	run -2 supervise exec -r temporary -- "$SUPERVISE" throw full
	assert_output "SUPERVISE_SOCKET is not set"
}

# forge NAME RUN: a stranger throws in that name.
forge() {
	env SUPERVISE_SOCKET="$(socket_path)" SUPERVISE_NAME="$1" SUPERVISE_RUN="$2" "$SUPERVISE" throw full
}

@test "L9: a stranger cannot throw, nor one child for another" {
	conf <<-END
		worker a { exec sleep 1000 }
		supervisor s { worker b { shell 'until [ -e go ]; do sleep 0.01; done
		    SUPERVISE_NAME=a $SUPERVISE throw full 2>err; echo \$? >>err; exec sleep 1000' } }
	END
	start_tree_ready
	run -1 forge a 1
	assert_output "only a can throw for itself"
	run -1 forge a 2
	assert_output "run 2 of a is not there"
	run -1 forge s 1
	assert_output "run 1 of s is not there"
	run -4 forge x 1
	run -2 forge '*' 1
	touch go
	eventually has_lines 2 err
	assert_file err "supervise: only a can throw for itself" 1
	assert_equal "$(count_records event=exited)" 0
}

@test "L9: an older run, a command around a run, and one that is stopping throw nothing" {
	conf <<-END
		worker a { shutdown 60s; before sh -c '$SUPERVISE throw before 2>before; true'
		    shell 'trap "$SUPERVISE throw late 2>late; exit 0" TERM
		    until [ -e go ]; do sleep 0.01; done; SUPERVISE_RUN=9 $SUPERVISE throw old 2>old; touch said
		    sleep 1000 & wait'
		    after sh -c '$SUPERVISE throw after 2>after; true' }
	END
	start_tree_ready
	touch go
	eventually test -e said
	supervise stop a
	assert_file before "supervise: run 1 of a is not there"
	assert_file old "supervise: run 9 of a is not there"
	assert_file late "supervise: run 1 of a is ended already"
	assert_file after "supervise: run 1 of a is not there"
	assert_record event=exited child=a reason=shutdown
}

@test "L9: of two throws the first counts" {
	conf <<-END
		worker a { restart temporary; shutdown 60s
		    shell 'trap "$SUPERVISE throw second 2>err; exit 3" TERM; $SUPERVISE throw first; sleep 1000 & wait' }
		worker b { exec sleep 1000 }
	END
	start_tree_ready
	wait_record event=exited child=a
	assert_record event=exited child=a reason=throw:first
	assert_file err "supervise: run 1 of a is ended already"
}
