#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What is left over.

load two_workers

@test "fails: left by the test" {
	sleep 1001 3>&- &
	echo "it is $!"
}

@test "fails: left by a child" {
	supervise add root 'worker c { shell "setsid sleep 1002 & exec sleep 1000" }'
	supervise_eventually pgrep -f "^sleep 1002"
}

@test "fails: does not stop" {
	supervise add root - <<-'END'
		worker deaf {
		    shell     "trap '' TERM; echo >&3; while :; do sleep 1; done"
		    ready     fd 3
		    shutdown  infinity
		}
	END
	# For teardown.
	export SUPERVISE_TIMEOUT=1
}

# Descriptors of bats would be held by it, and bats would wait for that.
@test "passes: a tree that nobody stops does not hold bats up" {
	exec 7>&1
	# As in a test without teardown.
	teardown() {
		supervise pid root >>"$LEFT"
	}
}
