#!/bin/bash
# SPDX-License-Identifier: ISC
#
# No file names a path of its author's own machine, and relative ones
# stay inside the tree.

. "$(dirname "$0")/common.bash"


status=0
while IFS=: read -r file line path; do
	echo "$file:$line: names $path"
	status=1
done < <(tree_files | grep -vE '^test/(fuzz/corpus|golden)/' |
	xargs grep -nHIoE "(^|[[:space:]=\"'(])/(home|root|work|Users|export|data|ws|workspace)/[[:alnum:]_./-]+" |
	grep -v ':/*[^:]*/home/somebody' |
	sed -E "s/:[[:space:]=\"'(]?\//:\//")

while IFS=: read -r file line path; do
	[[ -e $(dirname "$file")/$path || -e $path ]] && continue
	echo "$file:$line: $path leads out of the tree"
	status=1
done < <(tree_files '*.md' 'man/*' 'lib/*' 'cmd/*' | xargs grep -nHIoE '\.\./[[:alnum:]_./-]+')
exit $status
