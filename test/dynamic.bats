#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# Supervisors whose children come and go.

load test_helper

@test "S110: children in the file of a dynamic supervisor start with it" {
	conf <<-'END'
		supervisor pool {
		    strategy dynamic
		    worker a { exec ${WORKER} }
		    worker b { exec ${WORKER} }
		}
		supervisor empty { strategy dynamic }
	END
	start_tree_ready
	assert_story started <<-'END'
		started pool/a
		started pool/b
		started pool
		started empty
		started root
	END
}

@test "S112: children of a dynamic supervisor have names, each once (D6)" {
	conf <<-'END'
		supervisor pool {
		    strategy dynamic
		    worker a { exec true }
		    worker a { exec true }
		}
	END
	run -2 supervise check
	assert_output "supervise.conf:4:"
	conf <<-'END'
		supervisor pool { strategy dynamic; worker a[3] { exec ${WORKER} } }
	END
	start_tree_ready
	assert_record event=started child=pool/a.0
	assert_record event=started child=pool/a.2
}

@test "S113: max_children is held against the children of the file" {
	conf <<-'END'
		supervisor pool {
		    strategy dynamic
		    max_children 2
		    worker a[3] { exec true }
		}
	END
	run -2 supervise check
	assert_output "max_children"
	conf <<-'END'
		supervisor pool { strategy dynamic; max_children 0 }
	END
	run -0 supervise check
}

@test "S115: a child that ends and is not restarted vanishes, also a transient one" {
	conf <<-'END'
		strategy dynamic
		worker a { restart transient; exec ${WORKER} exit=0 }
		worker b { restart temporary; exec ${WORKER} exit=3 }
		worker c { exec ${WORKER} }
	END
	start_tree_ready
	wait_record event=removed child=a
	wait_record event=removed child=b
	stop_tree
	assert_status 0
	assert_equal "$(count_records event=started child=a)" 1
}

@test "S116: others are started again, and nobody else is touched" {
	conf <<-'END'
		strategy dynamic
		worker a { exec ${WORKER} }
		worker b { restart transient; exec ${WORKER} }
	END
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=a run=2
	kill -s KILL "$(child_pid b)"
	wait_record event=started child=b run=2
	assert_record event=restarting strategy=dynamic child=b restarts=2
	refute_record event=stopping
}

@test "S117: there is one count for all children; beyond it all stop" {
	conf <<-'END'
		supervisor pool {
		    strategy dynamic
		    max_restarts 1
		    worker a { exec ${WORKER} }
		    worker b { exec ${WORKER} }
		    worker c { exec ${WORKER} }
		}
		max_restarts 0
	END
	start_tree_ready
	kill -s KILL "$(child_pid pool/a)"
	wait_record event=started child=pool/a run=2
	kill -s KILL "$(child_pid pool/b)"
	wait_tree
	assert_status 1
	assert_record event=gave_up supervisor=pool child=pool/b restarts=2
	assert_record event=exited child=pool/a run=2 reason=shutdown
	assert_record event=exited child=pool/c reason=shutdown
	assert_record event=ended supervisor=pool reason=shutdown
}

@test "S118: a failed restart is tried again at once" {
	conf <<-'END'
		strategy dynamic
		max_restarts 5
		worker a { ready fd 3; exec ${WORKER} run=2-3 exit=1 end ready=3 }
		worker b { exec ${WORKER} }
	END
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=a run=4
	assert_equal "$(field restarts event=restarting)" 3
	refute_record event=removed
}

@test "S121: a restart that says ignore removes the child" {
	conf <<-'END'
		strategy dynamic
		worker a { ready fd 3; exec ${WORKER} run=2 exit=0 end ready=3 }
	END
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	wait_record event=ignored child=a run=2
	wait_record event=removed child=a
}

@test "S122: all are signalled at once and awaited together" {
	conf <<-'END'
		strategy dynamic
		worker a { shutdown infinity; ready fd 3; exec ${WORKER} on=TERM:say=asked log=log ready=3 }
		worker b { shutdown infinity; ready fd 3; exec ${WORKER} on=TERM:say=asked log=log ready=3 }
		worker c { shutdown 100ms; ready fd 3; exec ${WORKER} ignore=TERM ready=3 }
		worker d { shutdown brutal_kill; exec ${WORKER} }
	END
	start_tree_ready
	kill -s TERM "$PID"
	wait_log asked a
	wait_log asked b
	wait_record event=exited child=d reason=killed
	wait_record event=exited child=c reason=killed
	kill -s KILL "$(child_pid a)" "$(child_pid b)"
	wait_tree
	assert_status 0
}

@test "S123: what did not stop cleanly is reported when all are gone" {
	conf <<-'END'
		strategy dynamic
		worker a { ready fd 3; exec ${WORKER} on=TERM:exit=3 ready=3 }
		worker b { shutdown 100ms; ready fd 3; exec ${WORKER} ignore=TERM ready=3 }
		worker c { exec ${WORKER} }
		worker d { shutdown 200ms; ready fd 3; exec ${WORKER} ignore=TERM ready=3 }
	END
	start_tree_ready
	stop_tree
	assert_equal "$(story exited report ended | tail -n 4)" "report a exit:3
report b killed
report d killed
ended root shutdown"
	assert_equal "$(count_records event=report context=shutdown_error)" 3
}

@test "S126: a restarted dynamic supervisor has the children of the file again" {
	conf <<-'END'
		supervisor pool {
		    strategy dynamic
		    max_restarts 0
		    worker a { restart temporary; exec ${WORKER} run=1 exit=0 end }
		    worker b { exec ${WORKER} }
		}
	END
	start_tree_ready
	wait_record event=removed child=pool/a
	kill -s KILL "$(child_pid pool/b)"
	wait_record event=started supervisor=pool run=2
	assert_record event=started child=pool/a run=2
	assert_record event=started child=pool/b run=2
}

@test "S127: three restarts in five seconds are the default of dynamic ones too" {
	conf <<-'END'
		strategy dynamic
		worker a { exec ${WORKER} exit=3 }
	END
	start_tree
	wait_tree
	assert_status 1
	assert_record event=gave_up restarts=4 max_restarts=3 max_seconds=5
}

@test "D1: a start that takes time holds up nobody else under dynamic" {
	conf <<-'END'
		strategy dynamic
		worker a { ready fd 3; exec ${WORKER} log=log run=2 wait=go end ready=3 }
		worker b { exec ${WORKER} }
	END
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	wait_log start a 2
	kill -s KILL "$(child_pid b)"
	wait_record event=started child=b run=2
	refute_record event=started child=a run=2
	touch go
	wait_record event=started child=a run=2
}
