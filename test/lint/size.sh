#!/bin/bash
# SPDX-License-Identifier: ISC
#
# A file has at most 500 lines and a function at most 70.

. "$(dirname "$0")/common.bash"

c_files | xargs awk '
	FNR == 1 { start = 0 }
	FNR == 501 { print FILENAME ":501: longer than 500 lines"; bad = 1 }
	/^{$/ { start = FNR }
	/^}$/ {
		if (start && FNR - start - 1 > 70) {
			printf "%s:%d: a function of %d lines\n",
			    FILENAME, start, FNR - start - 1
			bad = 1
		}
		start = 0
	}
	END { exit bad }'
