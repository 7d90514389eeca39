#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# What stands below EXAMPLES in the manual, and the files elsewhere in it, taken
# from the pages and done. The programs that it names do here what is said of
# them there.
#
# With the plain program only: what is run is the manual.

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

# started NUMBER [HEADING]: the block is run, below EXAMPLES unless it is named;
# each program that it wants is there.
started() {
	file_of_block "$@"
	start_tree_ready
}

# What it has elsewhere on the system is in here.
file_of_block() {
	block "${2-EXAMPLES}" "$1" |
		sed "s|/var/lib/crawl|$DIR|; s|/run/db|$DIR/db|g" | conf
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

@test "supervise(1): two at once, and both anew when one crashes" {
	PAGE=supervise.1
	program web <<-'END'
		echo "web $*" >>runs
		[ "$(grep -c web runs)" -eq 2 ] || exec sleep 1000
	END
	program work <<-'END'
		until grep -q web runs; do sleep 0.01; done
		echo work >>runs
		[ "$(grep -c work runs)" -eq 2 ]
	END
	one_line 3
	assert_status 0
	assert_equal "$(sort runs | uniq -c | xargs)" "2 web -p 80 2 work"
}

@test "supervise(1): the tests of a project, with what they need" {
	PAGE=supervise.1
	conf <<<'worker db { exec sleep 1000 }'
	program make <<<'echo "$*" >made; exit 3'
	one_line 5
	assert_status 3
	assert_file made test
	eventually none_marked
}

@test "supervise(1): the entry point of a container" {
	PAGE=supervise.1
	program server <<<'exit 0'
	local words
	mapfile -t words < <(line EXAMPLES 4 | sed 's/^ENTRYPOINT //' | jq -r '.[]')
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
	one_line 6
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
	one_line 7
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
	one_line 8
	assert_status 0
	assert_file sent sent sent
}

@test "supervise(1): nobody waits for a server that has crashed" {
	PAGE=supervise.1
	conf <<<'worker web { exec sleep 1000 }'
	start_tree_ready
	program curl <<<'echo "$*"'
	one_line 9
	assert_status 0
	assert_output "-s http://localhost:8080/"
	program curl <<<'supervise signal KILL web; exec sleep 1000'
	cp "$SUPERVISE" ./supervise
	one_line 9
	assert_status 125
	assert_output killed
}

@test "supervise(1): the lock of a build is removed" {
	PAGE=supervise.1
	program build <<<': >lock; [ "$1" = all ] && exit 3'
	one_line 10
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

has_lines() {
	[[ -e $2 && $(wc -l <"$2") -eq $1 ]]
}

@test "supervise.conf(5): a small tree, and what a crash in it restarts" {
	PAGE=supervise.conf.5
	local name
	for name in redis-server nginx api; do
		program $name <<<'echo "$@" >>"said.${0##*/}"; exec sleep 1000'
	done
	started 1 DESCRIPTION
	eventually has_lines 2 said.redis-server
	assert_file <(sort said.redis-server) "--port 6379 --dir /srv/shop" \
		"--port 6380 --dir /srv/shop"
	supervise signal KILL api.2
	for name in api.0 api.1 api.2 api.3 front; do
		wait_record event=started child=web/$name run=2
	done
	refute_record event=started child=cache run=2
	stop_tree
	assert_record event=stopping child=web/front signal=QUIT
}

@test "supervise.conf(5): what catches the ends of a worker" {
	PAGE=supervise.conf.5
	program keep-core <<<'echo "$SUPERVISE_REASON" >kept'
	program mail <<-'END'
		case $SUPERVISE_RUN in
		1) exit 71 ;;
		2) kill -s SEGV $$ ;;
		3) exit 78 ;;
		esac
	END
	started 1 "DIRECTIVES OF ALL CHILDREN"
	wait_record event=caught child=mail reason=exit:78 action=stop
	assert_record event=caught child=mail reason=exit:71 action=restart
	assert_file kept signal:SEGV
	eventually is_down mail
}

is_down() {
	supervise status "$1" | grep -q ' down '
}

@test "supervise.conf(5): what comes before and after a run" {
	PAGE=supervise.conf.5
	program dbd <<-'END'
		[ ! -e "$3" ] || exit 9
		: >"$3"
		exec sleep 1000
	END
	started 1 "DIRECTIVES OF WORKERS"
	eventually test -e db/lock
	supervise signal KILL db
	wait_record event=started child=db run=2
	eventually test -e db/lock
	assert_equal "$(stat -c %a db)" 700
	stop_tree
	[[ ! -e db/lock ]]
	refute_record event=exited child=db reason=exit:9
}

@test "supervise.conf(5): a supervisor that prints its children" {
	PAGE=supervise.conf.5
	program redis-server <<<'exec sleep 1000'
	program shards <<<'[ "$*" = "--host db3" ] && echo "worker a = redis(7001); worker b = redis(7002)"'
	started 1 "SUPERVISORS THAT PRINT THEIR CHILDREN"
	supervise signal KILL a
	wait_record event=started child=shards/b run=2
	stop_tree
	program shards <<<'exit 75'
	: >records
	started 1 "SUPERVISORS THAT PRINT THEIR CHILDREN"
	refute_record event=started child=shards/a
}

@test "supervise.conf(5): a worker that reads what another one writes" {
	PAGE=supervise.conf.5
	program s6-log <<<'while read -r line; do echo "$* $line" >>said; done'
	program web <<<'echo a request; exec sleep 1000'
	started 1 OUTPUT
	eventually test -s said
	assert_file said "n10 s1000000 /var/log/web a request"
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
	run -0 eval "$(line DESCRIPTION 1 | sed "s|/run/supervise/shop.sock|$SUPERVISE_SOCKET|")"
	assert_equal "$(cut -d ' ' -f 1,2 <<<"$output" | xargs)" \
		"event=status supervisor=root event=status child=cache event=status supervisor=jobs event=status child=jobs/mail event=ok"
}

@test "the manual has no examples but those that are tried" {
	assert_examples supervise.1 10 2
	assert_examples supervise.conf.5 0 5
	# Beside these one with an identity, of which identity.bats has all, one
	# of the mailbox, in mailbox.bats, and the grammar.
	assert_equal "$(grep -c '^\.Bd -literal' "$ROOT/man/supervise.conf.5")" 15
	assert_examples supervise-control.7 0 2
	# The first is a story that is told, of a group restart.
	assert_examples supervise-records.7 1 1
	assert_examples supervise-bats.7 1 3
}
