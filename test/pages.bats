#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# What stands below EXAMPLES in the manual, taken from the pages and done. The
# programs that it names do here what is said of them there.

load test_helper
load page_helper

setup() {
	prepare
	export SUPERVISE_SOCKET=$DIR/sock PATH=$DIR:$PATH
}

# program NAME: a script from standard input.
program() {
	{
		echo "#!/bin/sh"
		cat
	} >"$1"
	chmod +x "$1"
}

# one_line NUMBER: does what a line of EXAMPLES says; its status is in `status`.
one_line() {
	local text
	text=$(line EXAMPLES "$1")
	[[ $text == supervise\ * ]] || fail "no command: $text"
	run eval "$text"
}

# The lines and blocks below EXAMPLES of a page.
assert_examples() {
	awk '/^\.Sh/ { here = $0 == ".Sh EXAMPLES" }
		here && /^\.Dl/ { l++ }
		here && /^\.Bd/ { b++ }
		END { print l + 0, b + 0 }' "$ROOT/man/$1" >examples
	assert_file examples "$2 $3"
}

# The file of the block is run; each program that it wants is there.
started() {
	file_of_block "$1"
	start_tree_ready
}

file_of_block() {
	block EXAMPLES "$1" | sed "s|/var/lib/crawl|$DIR|" | conf
	[[ -s supervise.conf ]]
}

@test "supervise(1): a server is restarted, not more than ten times" {
	PAGE=supervise.1
	program server <<-'END'
		echo "$@" >>runs
		exit 3
	END
	one_line 2
	assert_status 3
	assert_equal "$(sort runs | uniq -c | xargs)" "11 --port 8080"
}

@test "supervise(1): the entry point of a container" {
	PAGE=supervise.1
	program server <<<'exit 0'
	local words
	mapfile -t words < <(line EXAMPLES 3 | sed 's/^ENTRYPOINT //' | jq -r '.[]')
	assert_equal "${words[0]} ${words[-1]}" "supervise /app/server"
	run "${words[@]:0:${#words[@]}-1}" ./server
	assert_status 0
}

@test "supervise(1): in the background, with a file" {
	PAGE=supervise.1
	conf shop.conf <<-'END'
		worker web { exec sleep 1000 }
		worker api { exec sleep 1000 }
	END
	unset SUPERVISE_SOCKET
	export XDG_RUNTIME_DIR=$DIR
	type_of EXAMPLES 1
	eventually none_marked
	one_line 4
	assert_status 0
}

@test "supervise(1), supervise-records(7): failed starts are found in the records" {
	PAGE=supervise.1
	conf <<-'END'
		worker said    { shell "echo no record >&2; echo >&3; sleep 1000"; ready fd 3 }
		worker missing { exec ./missing }
	END
	one_line 1
	assert_status 1
	one_line 5
	assert_status 1
	grep -q "no record" records.json
	PAGE=supervise-records.7
	run -0 eval "$(line EXAMPLES 1)"
	assert_equal "$(jq -r '.child // .supervisor' <<<"$output" | xargs)" "missing root"
}

@test "supervise(1): what could not be sent is sent once more" {
	PAGE=supervise.1
	program send <<-'END'
		echo sent >>sent
		[ "$(wc -l <sent)" -eq 2 ] || exit 75
	END
	one_line 6
	assert_status 0
	assert_file sent sent sent
}

@test "supervise(1): nobody waits for a server that has crashed" {
	PAGE=supervise.1
	conf <<<'worker web { exec sleep 1000 }'
	start_tree_ready
	program curl <<<'echo "$*"'
	one_line 7
	assert_status 0
	assert_output "-s http://localhost:8080/"
	program curl <<<'supervise signal KILL web; exec sleep 1000'
	cp "$SUPERVISE" ./supervise
	one_line 7
	assert_status 125
	assert_output killed
}

@test "supervise(1): the lock of a build is removed" {
	PAGE=supervise.1
	program build <<<': >lock; [ "$1" = all ] && exit 3'
	one_line 8
	assert_status 3
	[[ ! -e lock ]]
}

@test "supervise(1): a core dump is kept" {
	PAGE=supervise.1
	program server <<<'echo $$ >core.1; ulimit -c 0; kill -s SEGV $$'
	run eval "$(block EXAMPLES 2 | sed 's/^\$ //')"
	assert_status 139
	local kept=(crash.*)
	assert_file "${kept[0]}" "${kept[0]#crash.}"
}

@test "supervise.conf(5): an exporter is restarted with its server" {
	PAGE=supervise.conf.5
	program nginx <<<'exec sleep 1000'
	program nginx-exporter <<<'exec sleep 1000'
	started 1
	supervise signal KILL server
	wait_record event=started child=exporter run=2
}

@test "supervise.conf(5): a migration with something to do, and with nothing" {
	PAGE=supervise.conf.5
	program app <<<'echo "$PORT $LOG" >app.log; exec sleep 1000'
	program migrate <<<'exit 0'
	started 2
	wait_record event=exited child=migrate reason=exit:0
	eventually test -s app.log
	assert_file app.log "8080 info"
	stop_tree
	program migrate <<<'exit 75'
	: >records
	started 2
	assert_record event=started child=app
}

@test "supervise.conf(5): a container ends with its main program, but not by a crash" {
	PAGE=supervise.conf.5
	program helper <<<'exec sleep 1000'
	program main <<<'[ "$SUPERVISE_RUN" -gt 1 ] || exit 1'
	file_of_block 3
	start_tree
	wait_tree
	assert_status 0
	assert_record event=started child=main run=2
}

@test "supervise.conf(5): eight of a kind" {
	PAGE=supervise.conf.5
	local site
	program crawl <<<'exec sleep 1000'
	for site in news wiki; do
		mkdir $site.example.org
		program $site.example.org/crawl <<-'END'
			echo "$@" >args
			exec sleep 1000
		END
	done
	started 4
	assert_equal "$(records event=started | grep -c child=crawlers/)" 8
	eventually test -s news.example.org/args -a -s wiki.example.org/args
	assert_file news.example.org/args "--depth 3 https://news.example.org/"
	assert_file wiki.example.org/args "--depth 5 https://wiki.example.org/"
}

@test "supervise.conf(5): a worker for each file, whenever the file is read" {
	PAGE=supervise.conf.5
	program node <<<'exec sleep 1000'
	: >a.js
	: >b.js
	started 5
	assert_record event=started child=apps/a.js
	assert_record event=started child=apps/b.js
	: >c.js
	supervise reload
	assert_record event=started child=apps/c.js
	supervise status b.js
}

without_numbers() {
	sed 's/=[0-9][0-9]*/=N/g'
}

# spoken NUMBER: the commands of a block, and what is answered, but for numbers.
spoken() {
	local commands
	commands=$(block EXAMPLES "$1" | sed -n '/^event=/!{s/^\$ //;p;}')
	run -0 eval "$commands"
	assert_equal "$(without_numbers <<<"$output")" \
		"$(block EXAMPLES "$1" | grep '^event=' | without_numbers)"
}

@test "supervise-control(7): a question and a request, from a shell" {
	command -v socat >/dev/null || skip "no socat"
	PAGE=supervise-control.7
	program mail <<<'exec sleep 1000'
	conf <<-'END'
		worker cache { exec sleep 1000 }
		supervisor jobs { strategy dynamic }
	END
	start_tree_ready
	spoken 1
	spoken 2
}

@test "the manual has no examples but those that are tried" {
	assert_examples supervise.1 8 2
	assert_examples supervise.conf.5 0 5
	assert_examples supervise-control.7 0 2
	# The first is a story that is told, of a group restart.
	assert_examples supervise-records.7 1 1
	assert_examples supervise-bats.7 1 3
}
