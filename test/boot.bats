#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# How a tree starts: in which order, what a start may say, what a failure does.

load test_helper

@test "S15: children start in list order, each when the one before is ready" {
	conf <<-'END'
		worker a { ready fd 3; exec ${WORKER} log=log sleep=60 say=ready ready=3 }
		worker b { ready fd 3; exec ${WORKER} log=log sleep=30 say=ready ready=3 }
		worker c { ready fd 3; exec ${WORKER} log=log say=ready ready=3 }
	END
	start_tree_ready
	assert_log <<-'END'
		start a 1
		ready a 1
		start b 1
		ready b 1
		start c 1
		ready c 1
	END
	assert_story <<-'END'
		starting root
		starting a
		started a
		starting b
		started b
		starting c
		started c
		started root
	END
}

@test "S15: a supervisor has started when the last of its children has" {
	conf <<-'END'
		supervisor s {
		    worker a { exec ${WORKER} }
		    supervisor t { worker b { exec ${WORKER} } }
		}
		worker c { exec ${WORKER} }
	END
	start_tree_ready
	assert_story <<-'END'
		starting root
		starting s
		started s/a
		starting s/t
		started s/t/b
		started s/t
		started s
		started c
		started root
	END
}

@test "S16: a start succeeds, is not needed, or fails" {
	conf <<-'END'
		worker fine     { ready fd 3; exec ${WORKER} ready=3 }
		worker unneeded { ready fd 3; exec ${WORKER} exit=0 }
		worker broken   { ready fd 3; exec ${WORKER} exit=3 }
	END
	start_tree
	wait_tree
	assert_status 1
	assert_record event=started child=fine
	assert_record event=ignored child=unneeded reason=exit:0
	assert_record event=start_failed child=broken reason=exit:3
}

@test "S17: a start that says ignore lets the boot go on, and is not retried" {
	conf <<-'END'
		worker a { exec ${WORKER} }
		worker b { ready fd 3; exec ${WORKER} log=log exit=0 }
		worker c { exec ${WORKER} }
	END
	start_tree_ready
	assert_story started ignored <<-'END'
		started a
		ignored b exit:0
		started c
		started root
	END
	kill -s KILL "$(child_pid c)"
	wait_record event=started child=c run=2
	stop_tree
	assert_status 0
	assert_log <<<"start b 1"
	refute_record event=removed
}

@test "S17: a temporary child whose start says ignore is no longer a child" {
	conf <<-'END'
		worker a { restart temporary; ready fd 3; exec ${WORKER} exit=0 }
	END
	start_tree_ready
	assert_story ignored removed started <<-'END'
		ignored a exit:0
		removed a
		started root
	END
}

@test "S18: when a child fails at boot those before it are stopped in reverse" {
	conf <<-'END'
		max_restarts 100
		worker a { exec ${WORKER} }
		worker b { exec ${WORKER} }
		worker c { exec ./nosuch }
		worker d { exec ${WORKER} log=log }
	END
	start_tree
	wait_tree
	assert_status 1
	assert_story <<-'END'
		starting root
		started a
		started b
		start_failed c start:ENOENT
		report c start:ENOENT
		stopping b
		exited b shutdown
		stopping a
		exited a shutdown
		ended root shutdown:failed_to_start_child
		start_failed root shutdown:failed_to_start_child
	END
	assert_record event=report supervisor=root child=c context=start_error
	refute [ -e log ]
}

@test "S18: those before it are stopped by their own rules" {
	conf <<-'END'
		worker a { shutdown brutal_kill; exec ${WORKER} }
		worker b { shutdown 100ms; ready fd 3; exec ${WORKER} ignore=TERM ready=3 }
		worker c { stop_signal USR1; exec ${WORKER} }
		worker d { ready fd 3; exec ${WORKER} exit=1 }
	END
	start_tree
	wait_tree
	assert_story stopping killing exited <<-'END'
		exited d exit:1
		stopping c
		exited c shutdown
		stopping b
		killing b
		exited b killed
		killing a
		exited a killed
	END
}

@test "S19: a nested boot that fails is a failed start for the supervisor above" {
	conf <<-'END'
		worker a { exec ${WORKER} }
		supervisor s {
		    worker b { exec ${WORKER} }
		    worker c { exec ./nosuch }
		}
		worker d { exec ${WORKER} log=log }
	END
	start_tree
	wait_tree
	assert_status 1
	assert_story <<-'END'
		starting root
		started a
		starting s
		started s/b
		start_failed s/c start:ENOENT
		report s/c start:ENOENT
		stopping s/b
		exited s/b shutdown
		ended s shutdown:failed_to_start_child
		start_failed s shutdown:failed_to_start_child
		report s shutdown:failed_to_start_child
		stopping a
		exited a shutdown
		ended root shutdown:failed_to_start_child
		start_failed root shutdown:failed_to_start_child
	END
	refute [ -e log ]
}

@test "S21: a death during the boot is dealt with after the boot" {
	conf <<-'END'
		worker a { exec ${WORKER} }
		worker b { ready fd 3; exec ${WORKER} wait=go ready=3 }
	END
	start_tree
	wait_record event=starting child=b
	kill -s KILL "$(child_pid a)"
	wait_record event=exited child=a
	refute_record event=restarting
	touch go
	wait_record event=started child=a run=2
	assert_story <<-'END'
		starting root
		started a
		starting b
		exited a killed
		started b
		started root
		report a killed
		restarting a
		started a
	END
}

@test "S22: a supervisor without children stays up" {
	conf <<-'END'
		supervisor empty { }
		worker a { exec ${WORKER} }
	END
	start_tree_ready
	assert_record event=started supervisor=empty
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=a run=2
	refute_record event=ended
	stop_tree
	assert_status 0
	assert_record event=ended supervisor=empty reason=shutdown
}

@test "S22: a root without children stays up until it is stopped" {
	conf <<<"strategy one_for_all"
	start_tree_ready
	stop_tree
	assert_status 0
}

@test "S23: a supervisor does not end because its children are gone" {
	conf <<-'END'
		worker a { restart temporary; exec ${WORKER} exit=0 }
		supervisor s { worker b { restart transient; exec ${WORKER} exit=0 } }
	END
	start_tree
	wait_record event=removed child=a
	wait_record event=exited child=s/b
	stop_tree
	assert_status 0
	assert_story signal ended <<-'END'
		signal
		ended s shutdown
		ended root shutdown
	END
}
