# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# A tree for all of these.

bats_load_library supervise

setup_suite() {
	supervise_up - <<<'worker suite { exec sleep 1000 }'
}

teardown_suite() {
	supervise_down
}
