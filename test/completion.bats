#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# Completion in bash, zsh and fish: what each offers for a line that is typed
# up to its end, `supervise status web/`. All three must offer the same.
#
# With the plain program only: what is run is the shells.

load test_helper
load control_helper

setup() {
	prepare
	mkdir bin
	ln -s "$SUPERVISE" bin/supervise
	PATH=$DIR/bin:$PATH
	conf <<-'END'
		supervisor web {
			worker api   { exec ${WORKER} }
			worker front { exec ${WORKER} }
		}
		worker cache { exec ${WORKER} }
	END
}

in_bash() {
	bash --norc -c '
		source "$1"
		read -r -a COMP_WORDS <<<"$2"
		[[ $2 != *" " ]] || COMP_WORDS+=("")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_supervise
		printf "%s\n" "${COMPREPLY[@]}"
	' - "$ROOT/cmd/completion/supervise.bash" "$1"
}

# What zsh would do with the words is done by functions of the same names.
in_zsh() {
	zsh -f -c '
		zmodload zsh/parameter
		compadd() { print -l -- ${argv:#--} }
		_describe() { print -l -- ${${(P)2}%%:*} }
		_files() { print -l -- * }
		_command_names() { print -l -- ${(k)commands} }
		complete_it() { source $1 }
		words=(${(z)2})
		[[ $2 != *" " ]] || words+=("")
		CURRENT=$#words PREFIX=$words[-1]
		complete_it $1 | grep -e "^$PREFIX"
	' - "$ROOT/cmd/completion/_supervise" "$1"
}

in_fish() {
	HOME=$DIR fish --no-config -c '
		source $argv[1]
		complete -C $argv[2]
	' "$ROOT/cmd/completion/supervise.fish" "$1" | cut -f1
}

# offers LINE: what each shell offers, in `offered`, sorted, one a line.
offers() {
	local shell
	offered=
	for shell in bash zsh fish; do
		"in_$shell" "$1" </dev/null | sed 's/ *$//' | sort -u >"offer.$shell"
	done
	diff offer.bash offer.zsh || fail "zsh differs from bash for '$1'"
	diff offer.bash offer.fish || fail "fish differs from bash for '$1'"
	offered=$(tr '\n' ' ' <offer.bash)
}

@test "commands are completed" {
	offers "supervise sta"
	assert_equal "$offered" "start status "
	offers "supervise -L x re"
	assert_equal "$offered" "receive reload replace restart "
	offers "supervise help wh"
	assert_equal "$offered" "why "
}

@test "names of running children are completed" {
	start_tree_ready
	offers "supervise status we"
	assert_equal "$offered" "web web/api web/front "
	offers "supervise restart --no-wait web/a"
	assert_equal "$offered" "web/api "
	offers "supervise wait ready ca"
	assert_equal "$offered" "cache "
	offers "supervise call ca"
	assert_equal "$offered" "cache "
	offers "supervise monitor --any web/f"
	assert_equal "$offered" "web/front "
	offers "supervise signal HUP ca"
	assert_equal "$offered" "cache "
}

@test "the words of wait, of signal and of receive are completed" {
	offers "supervise wait re"
	assert_equal "$offered" "ready "
	offers "supervise signal US"
	assert_equal "$offered" "USR1 USR2 "
	offers "supervise signal "
	assert_equal "$offered" "CONT HUP INT KILL QUIT STOP TERM USR1 USR2 WINCH "
	offers "supervise receive -t 5s from re"
	assert_equal "$offered" "reason "
	offers "supervise exec -r t"
	assert_equal "$offered" "temporary transient "
	offers "supervise exec --strategy one"
	assert_equal "$offered" "one_for_all one_for_one "
}

@test "names of the file are completed where it need not run" {
	offers "supervise with ca"
	assert_equal "$offered" "cache "
	mkdir -p elsewhere
	cd elsewhere
	offers "supervise with -f ../supervise.conf api "
	assert_equal "$offered" "api cache front web "
	offers "supervise with -f ../supervise.conf api -- supervis"
	[[ " $offered" == *" supervise "* ]] || fail "a program is not offered, but: $offered"
}

@test "names are completed by their last part where that is unique" {
	start_tree_ready
	supervise add -q root "supervisor other { worker api { exec $WORKER } }"
	supervise add -q root "worker apart { exec $WORKER }"
	offers "supervise why fr"
	assert_equal "$offered" "front "
	offers "supervise why ap"
	assert_equal "$offered" "apart "
	offers "supervise why "
	assert_equal "$offered" "apart cache other other/api root web web/api web/front "
}

@test "options are those of the command" {
	local shell
	for shell in bash zsh fish; do
		run -0 "in_$shell" "supervise stop --"
		assert_output "--keep"
		assert_output "--no-wait"
		refute_output "--dry-run"
		run -0 "in_$shell" "supervise try --"
		assert_output "--catch"
		assert_output "--after"
		run -0 "in_$shell" "supervise monitor --"
		assert_output "--any"
		run -0 "in_$shell" "supervise reload --"
		assert_output "--dry-run"
		refute_output "--no-wait"
	done
}

@test "another tree's children are completed behind its label" {
	local label="complete-$$-$BATS_TEST_NUMBER"
	start -L "$label" run
	wait_record event=started supervisor=root
	mkdir -p elsewhere
	cd elsewhere
	offers "supervise -L $label status we"
	assert_equal "$offered" "web web/api web/front "
	run -0 in_bash "supervise -L complete-$$"
	assert_output "$label"
}
