#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# Supervisors that end with their significant children.

load test_helper

@test "S83: it is for a significant child that ends and is not restarted" {
	local line
	while read -r line; do
		conf <<-END
			auto_shutdown any_significant
			worker a { exec $WORKER }
			worker b { significant; $line }
		END
		start_tree
		wait_tree
		assert_record event=auto_shutdown supervisor=root child=b
		assert_record event=exited child=a reason=shutdown
		assert_record event=ended supervisor=root reason=shutdown
		refute_record event=restarting
	done <<-END
		restart transient; exec $WORKER exit=0
		restart transient; exec $WORKER signal=TERM
		restart transient; planned 9; exec $WORKER exit=9
		restart temporary; exec $WORKER exit=0
		restart temporary; exec $WORKER exit=3
	END
}

@test "S83: children that are not significant do not matter" {
	conf <<-'END'
		auto_shutdown any_significant
		worker a { significant; restart transient; exec ${WORKER} }
		worker b { restart transient; exec ${WORKER} exit=0 }
		worker c { restart temporary; exec ${WORKER} exit=3 }
	END
	start_tree_ready
	wait_record event=exited child=b
	wait_record event=removed child=c
	refute_record event=auto_shutdown
	stop_tree
	assert_status 0
}

@test "S84: any_significant stops everything in order and ends with shutdown" {
	conf <<-'END'
		auto_shutdown any_significant
		worker a { exec ${WORKER} }
		worker b { significant; restart transient; ready fd 3; exec ${WORKER} ready=3 exit=0 }
		worker c { significant; restart transient; exec ${WORKER} }
		worker d { exec ${WORKER} }
	END
	start_tree
	wait_tree
	assert_status 0
	assert_story exited auto_shutdown stopping ended <<-'END'
		exited b exit:0
		auto_shutdown b exit:0
		stopping d
		exited d shutdown
		stopping c
		exited c shutdown
		stopping a
		exited a shutdown
		ended root shutdown
	END
}

@test "S85: all_significant waits for the last that is active" {
	conf <<-'END'
		auto_shutdown all_significant
		worker a { significant; restart transient; exec ${WORKER} exit=0 }
		worker b { significant; restart transient; exec ${WORKER} wait=go exit=0 }
		worker c { exec ${WORKER} }
	END
	start_tree_ready
	wait_record event=exited child=a
	refute_record event=auto_shutdown
	touch go
	wait_tree
	assert_status 0
	assert_record event=auto_shutdown child=b
}

@test "S85: one that waits for its restart is active" {
	conf <<-'END'
		auto_shutdown all_significant
		worker a { significant; restart transient; backoff 30s; exec ${WORKER} exit=3 }
		worker b { significant; restart transient; exec ${WORKER} wait=go exit=0 }
		worker c { exec ${WORKER} }
	END
	start_tree_ready
	wait_record event=restarting child=a
	touch go
	wait_record event=exited child=b
	kill -s KILL "$(child_pid c)"
	wait_record event=started child=c run=2
	refute_record event=auto_shutdown
	stop_tree
	assert_status 0
}

@test "S86: the abnormal end of a significant transient child is a restart" {
	conf <<-'END'
		auto_shutdown any_significant
		worker a { significant; restart transient; exec ${WORKER} run=1 exit=3 end wait=go exit=0 }
	END
	start_tree
	wait_record event=started child=a run=2
	refute_record event=auto_shutdown
	touch go
	wait_tree
	assert_status 0
	assert_record event=auto_shutdown child=a reason=exit:0
}

@test "S87: deaths caused by a group restart never trigger it" {
	conf <<-'END'
		strategy one_for_all
		auto_shutdown any_significant
		worker a { exec ${WORKER} }
		worker b { significant; restart transient; exec ${WORKER} }
		worker c { significant; restart temporary; exec ${WORKER} }
	END
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=b run=2
	refute_record event=auto_shutdown
	stop_tree
	assert_status 0
}

@test "S88: one that said ignore is not active, and its ignoring ends nothing" {
	conf <<-'END'
		auto_shutdown all_significant
		worker a { significant; restart transient; ready fd 3; exec ${WORKER} exit=0 }
		worker b { significant; restart transient; exec ${WORKER} wait=go exit=0 }
	END
	start_tree_ready
	assert_record event=ignored child=a
	refute_record event=auto_shutdown
	touch go
	wait_tree
	assert_record event=auto_shutdown child=b
}

@test "S89: a finished one that a group restart brought back is active again" {
	conf <<-'END'
		strategy one_for_all
		auto_shutdown all_significant
		worker a { significant; restart transient
		    exec ${WORKER} run=1 exit=0 end wait=last exit=0 }
		worker b { significant; restart transient
		    exec ${WORKER} run=2 wait=first exit=0 end }
		worker c { exec ${WORKER} }
	END
	start_tree_ready
	wait_record event=exited child=a
	kill -s KILL "$(child_pid c)"
	wait_record event=started child=c run=2
	touch first
	wait_record event=exited child=b run=2
	refute_record event=auto_shutdown
	touch last
	wait_tree
	assert_status 0
	assert_record event=auto_shutdown child=a
}

@test "S90: the supervisor above goes the same way if this one is significant" {
	conf <<-'END'
		auto_shutdown any_significant
		worker a { exec ${WORKER} }
		supervisor s {
		    significant
		    restart transient
		    auto_shutdown any_significant
		    worker b { significant; restart transient; exec ${WORKER} exit=0 }
		}
	END
	start_tree
	wait_tree
	assert_status 0
	assert_story auto_shutdown ended <<-'END'
		auto_shutdown s/b exit:0
		ended s shutdown
		auto_shutdown s shutdown
		ended root shutdown
	END
}

@test "S90: a permanent supervisor is restarted after its auto_shutdown" {
	conf <<-'END'
		supervisor s {
		    auto_shutdown any_significant
		    worker b { significant; restart transient; exec ${WORKER} run=1 exit=0 end }
		}
	END
	start_tree
	wait_record event=started supervisor=s run=2
	assert_record event=restarting supervisor=root child=s restarts=1
	stop_tree
	assert_status 0
}

@test "S14: auto_shutdown is refused where the strategy is dynamic (S11)" {
	conf <<-'END'
		supervisor s {
		    strategy dynamic
		    auto_shutdown any_significant
		    worker a { exec true }
		}
	END
	run -2 supervise check
	assert_output "auto_shutdown"
	assert_output "dynamic"
}

@test "S11: significant is refused under never, and for a permanent child" {
	conf <<-'END'
		worker a { significant; restart transient; exec true }
	END
	run -2 supervise check
	assert_output "supervise.conf:1:"
	assert_output "significant"
	conf <<-'END'
		auto_shutdown any_significant
		worker a { significant; exec true }
	END
	run -2 supervise check
	assert_output "supervise.conf:2:"
	assert_output "permanent"
}
