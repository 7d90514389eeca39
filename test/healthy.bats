#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# `supervise healthy`, as the probes of container managers ask.

load test_helper
load control_helper

# expect STATUS LINE [NAME...]
expect() {
	local line=$2
	run "-$1" supervise healthy "${@:3}"
	assert_equal "$output" "$line"
}

@test "all is up, or has done its work, or was stopped by request" {
	conf <<-'END'
		worker a { exec ${WORKER} }
		supervisor s { worker b[2] { exec ${WORKER} } }
		worker migrate { restart transient; exec ${WORKER} exit=0 }
	END
	start_tree_ready
	supervise wait quiet
	expect 0 "healthy: 3 up"
	expect 0 "healthy: 1 up" a
	expect 0 "healthy: 2 up" s
	expect 0 "healthy: 3 up" a 's/*'
	expect 0 "healthy: 1 up" '[am]*'
	expect 1 "migrate is down after exit:0" migrate
	expect 1 "migrate is down after exit:0" a migrate
	supervise stop a
	expect 0 "healthy: 2 up"
	expect 1 "a is down after shutdown" a
	supervise stop s
	expect 1 "s is down after shutdown" s
	run -0 supervise healthy -q
	assert_equal "$output" ""
	run -0 supervise healthy --json
	assert_output '"event":"health","healthy":true,"up":0'
}

@test "not before the start of all is complete, and says who is missing" {
	conf <<-'END'
		worker a { exec ${WORKER} }
		worker slow { ready fd 3; exec ${WORKER} wait=go ready=3 }
		worker b { exec ${WORKER} }
	END
	start_tree
	wait_record event=starting child=slow
	expect 1 "slow is starting"
	expect 1 "slow is starting" slow
	expect 0 "healthy: 1 up" a
	expect 1 "b is down" b
	run -1 supervise healthy --json
	assert_output '"event":"health","healthy":false,"up":1,"child":"slow","state":"starting"'
	touch go
	wait_record event=started supervisor=root
	expect 0 "healthy: 3 up"
}

@test "what it says of itself stands beside it" {
	conf <<-'END'
		worker slow { ready notify; exec sh -c 'systemd-notify --status="half way"; exec sleep 1000' }
	END
	start_tree
	says_it() { [[ $(supervise healthy) == "slow is starting (half way)" ]]; }
	eventually says_it
}

@test "a crash, until it is up again; and how many are like it" {
	conf <<-'END'
		max_restarts 100
		spec w { backoff 50s; exec ${WORKER} run=1 wait=go exit=3 end }
		supervisor s { max_restarts 100; worker w[3] = w() }
		worker a { exec ${WORKER} }
	END
	start_tree_ready
	expect 0 "healthy: 4 up"
	touch go
	wait_record event=exited child=s/w.0
	wait_record event=exited child=s/w.1
	wait_record event=exited child=s/w.2
	run -1 supervise healthy
	[[ $output =~ ^"s/w.0 is restarting after exit:3, starts in "[0-9.]+m?s", and 2 more"$ ]]
	run -1 supervise healthy s
	assert_output "and 2 more"
	run -1 supervise healthy s/w.1
	refute_output more
	expect 0 "healthy: 1 up" a
}

@test "not while everything stops" {
	conf <<-'END'
		worker a { shutdown infinity; ready fd 3; exec ${WORKER} log=log on=TERM:say=asked ready=3 }
		worker b { exec ${WORKER} }
	END
	start_tree_ready
	kill -s TERM "$PID"
	wait_log asked a
	expect 1 "a is stopping"
	expect 1 "b is down after shutdown" b
	kill -s TERM "$PID"
	wait_tree
}

@test "whatever else is wrong is 1, and is said" {
	conf <<<'worker a { exec ${WORKER} }'
	run -1 supervise healthy
	assert_output "no supervisor"
	start_tree_ready
	run -1 supervise healthy b
	assert_output "nothing is called b"
	run -1 supervise healthy 'x*'
	assert_output "matches nothing"
	run -1 supervise healthy --nosuch
	run -1 supervise healthy -t never
	assert_output "-t never"
	hold "$(engine_pid)"
	run -1 supervise healthy -t 100ms
	assert_output "not within the time limit"
	kill -s CONT "$(engine_pid)"
	expect 0 "healthy: 1 up"
}

@test "healthy: what a reload could not start is not well" {
	conf <<<'worker a { exec sleep 1000 }; worker b { exec sleep 1000 }'
	start_tree_ready
	conf <<<'worker a { exec sleep 1000 }; worker b { exec nosuch 1000 }'
	run -1 supervise reload
	run -1 supervise healthy
	assert_equal "$output" "b is down after start:ENOENT"
	run -1 supervise healthy root
	conf <<<'worker a { exec sleep 1000 }; worker b { exec sleep 2000 }'
	run -0 supervise reload
	run -0 supervise healthy
}
