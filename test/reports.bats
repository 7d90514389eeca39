#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# OTP's supervisor reports and progress reports, as records.

load test_helper

@test "S164: there are four contexts, each with supervisor, child and reason" {
	conf <<-'END'
		max_restarts 1
		worker slow    { ready fd 3; exec ${WORKER} on=TERM:exit=3 ready=3 }
		worker victim  { exec ${WORKER} }
		worker vanish  { exec ./vanishing }
	END
	printf '#!/bin/sh\nexec "$WORKER"\n' >vanishing
	chmod +x vanishing
	start_tree_ready
	local pid
	pid=$(child_pid vanish)
	rm vanishing
	kill -s SEGV "$pid"
	wait_tree
	assert_status 1
	assert_record event=report supervisor=root child=vanish \
		context=child_terminated reason=signal:SEGV
	assert_record event=report supervisor=root child=vanish \
		context=start_error reason=start:ENOENT
	assert_record event=report supervisor=root child=vanish \
		context=shutdown reason=reached_max_restart_intensity
	assert_record event=report supervisor=root child=slow \
		context=shutdown_error reason=exit:3
}

@test "S165: ends that need no restart and clean stops make no report" {
	conf <<-'END'
		auto_shutdown any_significant
		worker normal  { exec true; restart transient }
		worker planned { exec ${WORKER} signal=TERM; restart transient }
		worker once    { exec true; restart temporary }
		worker steady  { exec ${WORKER} }
		worker last    { exec ${WORKER} wait=go exit=0; restart transient; significant }
	END
	start_tree_ready
	wait_record event=exited child=normal
	wait_record event=exited child=planned
	wait_record event=removed child=once
	touch go
	wait_tree
	assert_status 0
	assert_record event=auto_shutdown child=last
	assert_record event=exited child=steady reason=shutdown
	assert_record event=ended supervisor=root
	refute_record event=report
}

@test "S166: one progress record for each start, at boot and at restarts" {
	conf <<-'END'
		worker a { exec ${WORKER} }
		supervisor s { worker b { exec ${WORKER} } }
	END
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=a run=2
	stop_tree
	assert_story started <<-'END'
		started a
		started s/b
		started s
		started root
		started a
	END
}

@test "L10 S49: what catch restarts or escalates is reported, what it stops is not" {
	conf <<-'END'
		worker a { restart temporary; catch exit:3 restart; exec ${WORKER} run=1 exit=3 end }
		worker b { catch exit:4 stop; exec ${WORKER} exit=4 }
		supervisor s { restart temporary; worker c { catch exit:5 escalate; exec ${WORKER} exit=5 } }
		worker other { exec ${WORKER} }
	END
	start_tree_ready
	wait_record event=started child=a run=2
	wait_record event=caught child=b action=stop
	wait_record event=removed supervisor=s
	assert_record event=report supervisor=root child=a context=child_terminated reason=exit:3
	assert_record event=report supervisor=s child=s/c context=child_terminated reason=exit:5
	assert_record event=report supervisor=s child=s/c context=shutdown reason=exit:5
	refute_record event=report child=b
	stop_tree
}

@test "S167: a report follows the event it tells, before the action it leads to" {
	conf <<-'END'
		strategy one_for_all
		max_restarts 1
		worker a { ready fd 3; exec ${WORKER} on=TERM:exit=3 ready=3 }
		worker b { exec ${WORKER} }
	END
	start_tree_ready
	kill -s SEGV "$(child_pid b)"
	wait_record event=started child=b run=2
	kill -s SEGV "$(child_pid b)"
	wait_tree
	assert_story exited report restarting stopping started gave_up ended <<-'END'
		started a
		started b
		started root
		exited b signal:SEGV
		report b signal:SEGV
		restarting b
		stopping a
		exited a exit:3
		report a exit:3
		started a
		started b
		exited b signal:SEGV
		report b signal:SEGV
		report b reached_max_restart_intensity
		gave_up b signal:SEGV
		stopping a
		exited a exit:3
		report a exit:3
		ended root shutdown
	END
}
