#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# The to-do system of test/examples/todo, from its front end to its end.

load test_helper

bats_require_minimum_version 1.5.0

setup() {
	prepare
	export TODO_BIN=$ROOT/build/examples/todo TODO_DIR=$DIR
	PATH=$(dirname "$SUPERVISE"):$PATH
	cp "$ROOT"/test/examples/todo/{supervise.conf,database,list,cache} .
}

start_todo() {
	TODO_PORT=$(free_port)
	export TODO_PORT
	start_tree_ready
}

# get PATH: sets OUTPUT to what the front end answers; fails unless that is 200.
get() {
	local line status
	{
		printf 'GET %s HTTP/1.0\r\n\r\n' "$1" >&4
		read -r status <&4
		while read -r line && [[ $line != $'\r' ]]; do :; done <&4
		OUTPUT=$(cat <&4)
	} 4<>"/dev/tcp/127.0.0.1/$TODO_PORT" 2>/dev/null || return
	[[ $status == "HTTP/1.0 200 "* ]]
}

items_are() {
	get "/all?list=$1" && [[ $OUTPUT == "$2" ]]
}

# How many processes the tree has.
processes() {
	marked_pids | wc -l
}

processes_are() {
	[[ $(processes) -eq $1 ]]
}

@test "todo: lists are kept, each by a server that is started when it is asked for" {
	start_todo
	before=$(processes)
	get '/add?list=home&item=sweep+the+floor'
	get '/add?list=home&item=wash%20up'
	get '/add?list=work&item=write'
	items_are home $'sweep the floor\nwash up'
	items_are work write
	assert_record event=started child=lists/home
	assert_record event=started child=lists/work
	# A server and the command that it serves, for each of two lists.
	processes_are $((before + 4))
	stop_tree
	assert_status 0
	nothing_left
}

@test "todo: a crash of the cache takes the servers along, and nothing stays behind" {
	start_todo
	before=$(processes)
	get '/add?list=home&item=sweep'
	get '/add?list=work&item=write'
	kill -s KILL "$(child_pid cache)"
	wait_record event=exited child=lists/home reason=killed link=cache
	wait_record event=exited child=lists/work reason=killed link=cache
	wait_record event=started child=web run=2
	eventually processes_are "$before"
	# What the database has is there again.
	eventually items_are home sweep
	eventually items_are work write
	stop_tree
	assert_status 0
	nothing_left
}

@test "todo: a crash of one list's server leaves the cache and the others alone" {
	start_todo
	get '/add?list=home&item=sweep'
	get '/add?list=work&item=write'
	cache=$(child_pid cache)
	work=$(child_pid lists/work)
	refute get '/crash?list=home'
	wait_record event=exited child=lists/home reason=exit:1
	eventually items_are home sweep
	is_alive "$cache"
	is_alive "$work"
	refute_record event=exited child=cache
	stop_tree
	nothing_left
}

@test "todo: a crash of the database starts everything behind it again" {
	start_todo
	before=$(processes)
	get '/add?list=home&item=sweep'
	kill -s KILL "$(child_pid database)"
	wait_record event=started child=web run=2
	eventually processes_are "$before"
	eventually items_are home sweep
	stop_tree
	nothing_left
}
