#!/bin/bash
# SPDX-License-Identifier: ISC
#
# The scenarios made from OTP's and Elixir's tests, test/otp/suite, and their
# table, test/otp/SUITE.md: each scenario stands in the table, says which
# sentences it is about and has its trace, made of the steps it has now; each
# test that the table names is there, and names the sentence it is named for.

. "$(dirname "$0")/common.bash"

table=test/otp/SUITE.md
suite=test/otp/suite
status=0
found() {
	echo "$1: $2"
	status=1
}

# What the table says between backquotes, once each.
# shellcheck disable=SC2016 # a pattern
mapfile -t quoted < <(grep '^|' $table | grep -oE '`[^`]+`' | tr -d '`' | sort -u)
declare -A in_table=() is_sentence=()
for text in "${quoted[@]}"; do
	in_table[$text]=1
done
while read -r id _; do
	is_sentence[$id]=1
done < <(grep -E '^[SUD][1-9]' test/sentences.txt)

# The steps of a scenario, and those of a trace but for the boot and the stop
# that every scenario ends with; words by single blanks.
scenario_steps() {
	awk '{ sub(/(^|[ \t])#.*/, ""); $1 = $1 }
		run && NF; $0 == "run" { run = 1 }' "$1"
}

trace_steps() {
	sed -nE 's/^step [1-9][0-9]* //p' "$1"
}

while read -r file; do
	name=${file##*/}
	name=${name%.scenario}
	[[ -n ${in_table[$name.scenario]-} ]] || found "$file" "is not in $table"
	grep -qx "scenario $name" "$file" || found "$file" "has another title"
	ids=$(sed -nE '/^# ([SUD][1-9][0-9]*(, |,?$))+/p' "$file" |
		grep -oE '[SUD][1-9][0-9]*')
	[[ -n $ids ]] || found "$file" "names no sentence"
	for id in $ids; do
		[[ -n ${is_sentence[$id]-} ]] ||
			found "$file" "names $id, which is no sentence"
	done
	trace=$suite/$name.trace
	[[ -f $trace ]] || { found "$file" "has no trace"; continue; }
	grep -q '^end ' "$trace" || found "$trace" "has no end"
	steps=$(scenario_steps "$file")
	traced=$(trace_steps "$trace")
	[[ $traced == "$steps"?($'\n'stop) || $traced$steps == stop ]] ||
		found "$trace" "is not of the steps of $file"
done < <(tree_files "$suite/*.scenario")

while read -r trace; do
	[[ -f ${trace%.trace}.scenario ]] || found "$trace" "has no scenario"
done < <(tree_files "$suite/*.trace")

while read -r file id; do
	case $file in
	*.scenario) file=$suite/$file ;;
	test/*) ;;
	*) continue ;;
	esac
	[[ -f $file ]] || { found "$table" "$file is not there"; continue; }
	[[ -z $id ]] || grep -qE "^@test .*\b$id\b" "$file" ||
		found "$table" "$file has no test of $id"
done < <(printf "%s\n" "${quoted[@]}")
exit $status
