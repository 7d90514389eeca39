#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# The steps of supervise-tutorial(7), taken from the page as they stand there.
#
# With the plain program only: what is run is the page.

load test_helper
load page_helper

PAGE=supervise-tutorial.7

bats_require_minimum_version 1.5.0

# Starts the file of a step.
begin() {
	file_of "Step $1"
	start_tree_ready
}

@test "tutorial: step 1, a program that crashes" {
	local line
	line=$(block "Step 1" 1)
	[[ $line == '$ supervise exec '* ]]
	eval "run -3 ${line#\$ }"
	assert_equal "$(grep -cx up <<<"$output")" 4
	assert_output 'gave up'
}

@test "tutorial: step 2, the same in a file" {
	begin 2
	type_of "Step 2"
	wait_record event=started child=clock run=2
	run -0 supervise why clock
	assert_output killed
	stop_tree
	assert_status 0
}

@test "tutorial: step 3, what is to end" {
	begin 3
	wait_record event=exited child=setup run=2 reason=exit:0
	assert_record event=exited child=setup run=1 reason=exit:1
	assert_equal "$(count_records event=restarting)" 1
	stop_tree
}

@test "tutorial: step 4, one needs the other" {
	begin 4
	type_of "Step 4"
	wait_record event=started child=web run=2
	wait_record event=started child=cache run=2
	refute_record event=exited child=database
	stop_tree
}

@test "tutorial: step 5, when it has started" {
	begin 5
	assert_story starting started <<-'END'
		starting root
		starting database
		started database
		started web
		started root
	END
	stop_tree
}

@test "tutorial: step 6, somebody above" {
	begin 6
	supervise signal KILL shop/back
	wait_record event=started child=shop/back run=2
	supervise signal KILL shop/back
	wait_record event=gave_up supervisor=shop
	wait_record event=restarting supervisor=root child=shop
	eventually is_up shop/front
	refute_record event=exited child=clock
	# What the page types is that.
	assert_equal "$(block "Step 6" 2 | head -n 2)" "\$ supervise signal KILL shop/back
\$ supervise signal KILL shop/back"
	stop_tree
}

is_up() {
	supervise status "$1" | grep -q ' up '
}

@test "tutorial: step 7, children that come and go" {
	begin 7
	type_of "Step 7"
	assert_output home
	refute_output work
	stop_tree
	assert_status 0
}

@test "tutorial: step 8, what dies together" {
	local add
	begin 8
	add=$(block "Step 8" 2 | head -n 1)
	eval "run -0 ${add#\$ }"
	run -0 supervise signal KILL cache
	wait_record event=exited child=lists/home reason=killed link=cache
	wait_record event=started child=cache run=2
	wait_record event=removed child=lists/home
	stop_tree
	assert_status 0
}

@test "tutorial: step 9, to be told instead" {
	begin 9
	type_of "Step 9"
	eventually grep -q '| heard: event=exit from=lists/home .*reason=killed' out
	refute_record event=exited child=cache
	stop_tree
}

@test "tutorial: step 10, the whole" {
	export TODO_BIN=$ROOT/build/examples/todo TODO_DIR=$DIR TODO_PORT=8080
	# What it does is tried in todo.bats.
	run -0 supervise -f "$ROOT/test/examples/todo/supervise.conf" check
	block "Step 10" 1 | grep -q 'TODO_BIN=.*TODO_DIR=.*TODO_PORT='
}
