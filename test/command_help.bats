#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# supervise help, --version, and what is said to wrong words.
#
# With the plain program only: it prints constant text.

load test_helper

@test "help lists the commands, examples first, in less than 25 lines" {
	run -0 supervise help
	[[ ${#lines[@]} -lt 25 ]]
	assert_output "supervise run"
	local command
	for command in $(supervise help --commands); do
		grep -qw "$command" <<<"$output" || fail "no $command"
	done
}

@test "help COMMAND shows examples first, in less than 25 lines" {
	local command
	for command in $(supervise help --commands); do
		run -0 --keep-empty-lines supervise help "$command"
		[[ ${#lines[@]} -le 25 ]] || fail "help $command: ${#lines[@]} lines"
		[[ ${lines[0]} == "supervise $command"* ]]
		[[ ${lines[3]} == "  supervise "* ]] ||
			fail "help $command does not begin with an example: $output"
	done
}

@test "-h and --help of a command are its help" {
	local command
	for command in run exec check; do
		run -0 supervise help "$command"
		local expected=$output
		run -0 supervise "$command" --help
		assert_equal "$output" "$expected"
		run -0 supervise "$command" -h
		assert_equal "$output" "$expected"
	done
	run -0 supervise --help
	assert_output "usage: supervise"
}

@test "help goes to standard output, mistakes to standard error" {
	run -0 --separate-stderr supervise help
	# shellcheck disable=SC2154 # run sets it
	assert_equal "$stderr" ""
	run -2 --separate-stderr supervise nosuch
	assert_equal "$output" ""
}

@test "--version says the version" {
	run -0 supervise --version
	[[ $output =~ ^supervise\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
	local version=$output
	run -0 supervise -V
	assert_equal "$output" "$version"
}

@test "a word that is nearly a command gets a suggestion" {
	run -2 supervise chexk
	assert_output "no command chexk, did you mean check?"
	run -2 supervise help exce
	assert_output "no command exce, did you mean exec?"
	run -2 supervise rnu
	assert_output "did you mean run?"
}

@test "a word that is nothing like one gets none" {
	run -2 supervise frobnicate
	assert_output "no command frobnicate"
	refute_output "did you mean"
}

@test "an option that is nearly one gets a suggestion" {
	run -2 supervise --verison
	assert_output "unknown option --verison, did you mean --version?"
	run -2 supervise run --fiel x
	assert_output "did you mean --file?"
	run -2 supervise check -z
	assert_output "unknown option -z"
}

@test "an option that a command has no use for is refused" {
	local words
	conf <<<"worker a { exec $WORKER }"
	for words in "check -L x" "check -S x" "check --json" "list -f x" "list -L x" \
		"list -S x" "list -q" "run --json" "status --log-format json" "tree -q" \
		"why -q a" "count -q" "spec -q a" "events -q" "wait -q quiet" "wait --json quiet" \
		"down -q" \
		"down --json" "-q help" "-f x help run" "--json help"; do
		# shellcheck disable=SC2086 # words
		run -2 supervise $words
		[[ $output == *" takes no -"* ]] || fail "$words: $output"
	done
	run -125 supervise exec -f supervise.conf -- true
	assert_output "exec takes no -f"
	run -2 supervise check -S x
	assert_output "check takes no -S SOCKET: it asks no supervisor that runs"
	run -125 supervise --json exec -- true
	assert_output "exec takes no --json"
	run -2 supervise -L a -S b status
	assert_output "status takes no -L beside -S"
}

@test "the options that a command takes are in its help, and are taken" {
	conf <<<"worker a { exec $WORKER }"
	start_tree_ready
	local command option
	for command in status tree why pid spec count start stop restart reload; do
		for option in -q --json; do
			run supervise help "$command"
			[[ ${lines[0]} == *"[$option]"* ]] || continue
			run supervise "$command" "$option" a
			refute_output "takes no $option"
		done
	done
	run -0 supervise status --help -q
	run -0 supervise check -q
	assert_equal "$output" ""
	run -0 supervise check -p -q
	assert_output "worker a"
	stop_tree
}

@test "without a command, or with words too many, the usage is wrong" {
	run -2 supervise
	assert_output "no command given"
	run -2 supervise run now
	assert_output "now"
	run -2 supervise check now
	run -2 supervise -f
	assert_output "needs an argument"
	run -2 supervise --log-format xml run
	assert_output "expected text or json"
}

@test "what cannot be printed is no success" {
	local words
	for words in help "help run" "run --help" --version check; do
		echo 'worker a { exec true }' >supervise.conf
		# shellcheck disable=SC2086 # words
		run -1 bash -c '"$@" >/dev/full' - "$SUPERVISE" $words
		assert_output "supervise: cannot write to standard output: No space left on device"
	done
}
