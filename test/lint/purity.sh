#!/bin/bash
# SPDX-License-Identifier: ISC
#
# base, core and conf make no system call and print nothing: whatever their
# objects ask of others is in these layers themselves or in pure-symbols.

. "$(dirname "$0")/common.bash"

# Not the objects of the program, which the linker has yet to compile.
objects=build/strict-gcc/obj
silent make -s -j"$jobs" strict-gcc || exit 1

# Names that a hardened build gives to functions: __snprintf_chk is snprintf.
plain_names() {
	sed -E 's/^__(.*)_chk$/\1/; s/^__isoc(99|23)_//'
}

# $1: what to take of nm, other arguments: layers
symbols() {
	local kind=$1 layer
	shift
	for layer; do
		find "$objects/lib/$layer" -name '*.o' 2>/dev/null |
			while read -r object; do
				# An object whose source is gone counts no more.
				source=${object#"$objects"/}
				[[ -f ${source%.o}.c ]] && echo "$object"
			done
	done | xargs -r nm "$kind" | awk 'NF >= 2 { print $NF }' | sort -u
}

status=0
for layer in base core conf; do
	allowed=$(grep -v '^#' test/lint/pure-symbols)
	found=$(comm -23 <(symbols -u "$layer") \
		<(symbols --defined-only base "$layer") |
		plain_names | grep -vxF -e "$allowed")
	for symbol in $found; do
		echo "lib/$layer uses $symbol"
		status=1
	done
done
exit $status
