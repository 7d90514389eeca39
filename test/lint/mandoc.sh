#!/bin/bash
# SPDX-License-Identifier: ISC
#
# The manual pages are sound mdoc, and those they refer to as ours exist.

. "$(dirname "$0")/common.bash"

mapfile -t pages < <(tree_files 'man/*.[157]')
[[ ${#pages[@]} -gt 0 ]] || { echo "man/: no pages"; exit 1; }

# Whether sh(1) is there to be referred to depends on the machine.
status=0
mandoc -Tlint -W style "${pages[@]}" 2>&1 |
	grep -vE 'referenced manual not found|outdated mandoc.db' && status=1

while read -r name section; do
	[[ -f man/$name.$section ]] || {
		echo "man/: $name($section) does not exist"
		status=1
	}
done < <(sed -nE 's/^\.Xr (supervise[^ ]*) ([0-9]).*/\1 \2/p' "${pages[@]}" | sort -u)
exit $status
