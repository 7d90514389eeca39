#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# Which ends are followed by a restart: exit reasons and restart types.

load test_helper

# What each kind of end is called, how a worker comes to it, and its class.
ends() {
	cat <<-'END'
		exit0    exit=0       exit:0      normal
		exit75   exit=75      exit:75     normal
		term     signal=TERM  signal:TERM planned
		exit143  exit=143     exit:143    planned
		exit99   exit=99      exit:99     planned
		exit3    exit=3       exit:3      abnormal
		hup      signal=HUP   signal:HUP  abnormal
		segv     signal=SEGV  signal:SEGV abnormal
		kill     signal=KILL  killed      abnormal
	END
}

# A tree in which each kind of end happens once to children of a type.
ends_of_type() {
	local name word _rest
	echo "max_restarts 100"
	while read -r name word _rest; do
		cat <<-END
			worker $name {
			    restart $1
			    normal 75
			    planned 99
			    exec $WORKER run=1 $word end
			}
		END
	done < <(ends)
}

# What the records call the ends, and which of them were followed by a restart.
assert_ends() {
	local name _word reason class
	while read -r name _word reason class; do
		assert_record event=exited "child=$name" run=1 "reason=$reason"
		case " $* " in
		*" $class "*)
			assert_record event=restarting "child=$name"
			assert_record event=started "child=$name" run=2
			;;
		*)
			refute_record event=restarting "child=$name"
			refute_record event=started "child=$name" run=2
			;;
		esac
	done < <(ends)
}

# How many of the ends have one of these classes.
ends_with_class() {
	ends | grep -cE " ($1)\$"
}

start_ends() {
	ends_of_type "$1" >supervise.conf
	start_tree
	eventually has_records 9 event=exited run=1
}

@test "S1: reasons are normal, planned or abnormal, whoever caused the end" {
	conf <<-'END'
		worker by_itself { restart transient; exec ${WORKER} wait=go signal=TERM }
		worker by_others { restart transient; exec ${WORKER} }
		worker abnormal  { restart transient; exec ${WORKER} }
	END
	start_tree_ready
	touch go
	kill -s TERM "$(child_pid by_others)"
	kill -s HUP "$(child_pid abnormal)"
	wait_record event=exited child=by_itself reason=signal:TERM
	wait_record event=exited child=by_others reason=signal:TERM
	wait_record event=exited child=abnormal reason=signal:HUP
	wait_record event=started child=abnormal run=2
	stop_tree
	assert_equal "$(count_records event=restarting)" 1
}

@test "S2: a permanent child is restarted whatever the class of its end (S24)" {
	start_ends permanent
	eventually has_records 9 event=started run=2
	stop_tree
	assert_ends normal planned abnormal
	assert_equal "$(count_records event=report context=child_terminated)" 9
}

@test "S2: a transient child is restarted after abnormal ends only (S25)" {
	start_ends transient
	eventually has_records "$(ends_with_class abnormal)" event=started run=2
	stop_tree
	assert_ends abnormal
}

@test "S2: a temporary child is never restarted (S26)" {
	start_ends temporary
	eventually has_records 9 event=removed
	stop_tree
	assert_ends
}

@test "S3: who is killed by SIGKILL has the reason killed" {
	conf <<<"worker a { restart transient; exec $WORKER }"
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=a run=2
	assert_record event=exited child=a reason=killed
	assert_record event=report context=child_terminated reason=killed
}

@test "S24: a permanent child is restarted and reported even after exit 0" {
	conf <<<"worker a { exec $WORKER run=1 exit=0 end }"
	start_tree
	wait_record event=started child=a run=2
	assert_story exited report restarting <<-'END'
		exited a exit:0
		report a exit:0
		restarting a
	END
	assert_equal "$(field restarts event=restarting)" 1
}

@test "S25: the normal end of a transient child is not reported and not counted" {
	conf <<-'END'
		max_restarts 0
		worker a { restart transient; exec ${WORKER} exit=0 }
		worker b { restart transient; exec ${WORKER} signal=TERM }
	END
	start_tree
	wait_record event=exited child=a
	wait_record event=exited child=b
	stop_tree
	assert_status 0
	refute_record event=report
	refute_record event=removed
	refute_record event=restarting
}

@test "S26: a temporary child is forgotten when it ends, and reported if badly" {
	conf <<-'END'
		max_restarts 0
		worker good { restart temporary; exec ${WORKER} exit=0 }
		worker bad  { restart temporary; exec ${WORKER} exit=3 }
	END
	start_tree
	eventually has_records 2 event=removed
	stop_tree
	assert_status 0
	story_is $'removed good\nreport bad exit:3\nremoved bad' report removed ||
		assert_story report removed <<-'END'
			report bad exit:3
			removed bad
			removed good
		END
}

@test "S27: a death without restart touches no sibling and counts nothing" {
	local strategy
	for strategy in one_for_one one_for_all rest_for_one; do
		cat <<-END
			supervisor $strategy {
			    strategy $strategy
			    max_restarts 0
			    worker a { exec $WORKER log=log }
			    worker b { restart temporary; exec $WORKER exit=3 }
			    worker c { restart transient; exec $WORKER exit=0 }
			    worker d { exec $WORKER log=log }
			}
		END
	done >supervise.conf
	start_tree_ready
	eventually has_records 3 event=exited reason=exit:3
	eventually has_records 3 event=exited reason=exit:0
	refute_record event=stopping
	refute_record event=ended
	stop_tree
	assert_status 0
	refute_record event=restarting
	assert_equal "$(grep -c '^start' log)" 6
}

@test "S28: the end of something that is no child is ignored" {
	conf <<-'END'
		worker a { exec ${WORKER} daemon log=log end }
	END
	start_tree_ready
	wait_log start a
	local pid
	pid=$(awk '{ print $3 }' log)
	refute [ "$pid" = "$(child_pid a)" ]
	kill -s KILL "$pid"
	eventually ended "$pid"
	kill -s HUP "$PID"
	wait_record event=signal signal=HUP
	refute_record event=exited
	stop_tree
	assert_status 0
	assert_story exited ended <<-'END'
		exited a shutdown
		ended root shutdown
	END
}
