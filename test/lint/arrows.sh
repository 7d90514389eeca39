#!/bin/bash
# SPDX-License-Identifier: ISC
#
# The layers: base <- core, conf, os <- log, control <- engine <- cmd. An
# include that goes against the arrows, or names no layer, is refused.

. "$(dirname "$0")/common.bash"

declare -A sees=(
	[base]="base"
	[core]="base core"
	[conf]="base conf"
	[os]="base os"
	[log]="base core conf os log"
	[control]="base core conf os control"
	[engine]="base core conf os log control engine"
	[cmd]="base core conf os log control engine cmd"
)

status=0
while IFS=: read -r file line text; do
	layer=${file#lib/}
	layer=${layer%%/*}
	if [[ -z ${sees[$layer]-} ]]; then
		echo "$file: '$layer' is no layer of the design"
		status=1
		continue
	fi
	header=${text#*\"}
	header=${header%%\"*}
	target=${header%%/*}
	if [[ $header != */* ]]; then
		echo "$file:$line: \"$header\" names no layer"
		status=1
	elif [[ " ${sees[$layer]} " != *" $target "* ]]; then
		echo "$file:$line: $layer must not see $target (\"$header\")"
		status=1
	fi
done < <(tree_files 'lib/*.[ch]' 'cmd/*.[ch]' |
	xargs grep -nHE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"')
exit $status
