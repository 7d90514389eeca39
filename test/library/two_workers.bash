# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# Two workers in each test.

bats_load_library supervise

setup() {
	supervise_up - <<-'END'
		worker a { exec sleep 1000 }
		worker b { shell "echo words of b; exec sleep 1000" }
	END
}

teardown() {
	supervise_down
}
