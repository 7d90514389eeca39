#!/bin/bash
# SPDX-License-Identifier: ISC
#
# Every sentence of test/sentences.txt that needs a test has one that names it:
# `@test "S12: …"` in a test/*.bats, or S12 in a C file of a test. And no test
# names one that the list does not have.

. "$(dirname "$0")/common.bash"

named() {
	{
		tree_files 'test/*.bats' | xargs -r grep -h '^@test'
		tree_files 'test/*.c' | xargs -r cat
	} | grep -oE '\b[SULD][1-9][0-9]*\b' | sort -u
}

status=0
while read -r id; do
	echo "$id has no test"
	status=1
done < <(comm -23 <(awk '/^[SULD][0-9]+$/ { print $1 }' test/sentences.txt | sort) \
	<(named))
while read -r id; do
	echo "$id is named by a test, but test/sentences.txt does not have it"
	status=1
done < <(comm -13 <(awk '/^[SULD][0-9]/ { print $1 }' test/sentences.txt | sort) \
	<(named))
exit $status
