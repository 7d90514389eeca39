#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# The examples of supervise-examples(7), taken from the page as they stand
# there, but for the number of a port, and what they promise.
#
# With the plain program only: what is run is the page.

load test_helper
load page_helper

PAGE=supervise-examples.7

bats_require_minimum_version 1.5.0

setup() {
	prepare
	PATH=$PATH:/usr/sbin
	export SUPERVISE_SOCKET=$DIR/sock
	PORT=$(free_port)
	export PORT
	# Asks 200 times a second until `over` is there; ends badly when one
	# request fails.
	cat >hammer.py <<-'END'
		import os, time, urllib.request
		n, begun = 0, time.monotonic()
		while not os.path.exists("over"):
		    with urllib.request.urlopen("http://127.0.0.1:%s/" % os.environ["PORT"], timeout=10) as answer:
		        assert answer.status == 200 and answer.read()
		    n += 1
		    if n == 20:
		        open("going", "w")
		    time.sleep(max(0, begun + n / 200 - time.monotonic()))
		print(n)
	END
}

teardown() {
	local status=0
	finish || status=1
	[[ $DIR == "$BATS_TEST_TMPDIR" ]] || rm -rf "$DIR"
	return $status
}

needs() {
	command -v "$1" >/dev/null || skip "no $1"
}

# example SECTION [FILE]: its file, and the other one that it has.
example() {
	file_of "$1"
	[[ -z ${2-} ]] || block "$1" 2 >"$2"
	sed -i "s/8080/$PORT/" supervise.conf ${2:+"$2"}
}

hammer() {
	rm -f over going
	python3 hammer.py >hammered 2>&1 3>&- &
	HAMMER=$!
	eventually test -e going
}

not_one_failed() {
	touch over
	wait "$HAMMER" || fail "$(cat hammered)"
}

@test "examples: a shell script, cleared up after" {
	example SHELL
	start_tree_ready
	[[ -s spool/now ]]
	type_of SHELL
	[[ ! -e spool ]]
}

@test "examples: a server in Python, and not one request fails" {
	needs python3
	example PYTHON web.py
	start_tree_ready
	hammer
	type_of PYTHON 3
	type_of PYTHON 3
	not_one_failed
	assert_record event=replaced child=web
}

@test "examples: redis, which keeps what it was told" {
	needs redis-server
	example REDIS
	start_tree_ready
	wait_record event=exited child=client reason=exit:0
	type_of REDIS
	wait_record event=started child=cache run=2
	assert_equal "$(redis-cli -s cache.sock get started)" yes
}

@test "examples: nginx, and not one request fails" {
	needs nginx
	needs python3
	example NGINX nginx.conf
	start_tree_ready
	hammer
	supervise restart web
	type_of NGINX 3
	supervise restart web
	type_of NGINX 3
	not_one_failed
	assert_equal "$(count_records event=replaced child=web)" 2
}

@test "examples: postgresql, killed: nothing of it is left, and its data is there" {
	local bin
	for bin in /usr/lib/postgresql/*/bin; do :; done
	[[ -x $bin/initdb ]] || skip "no postgresql"
	export PG_BIN=$bin PG_USER
	PG_USER=$(id -un)
	if [[ $PG_USER == root ]]; then
		# Where another user gets as well.
		PG_USER=postgres
		DIR=$(mktemp -d)
		chown "$PG_USER" "$DIR"
		cd "$DIR" || return
		: >records
	fi
	example POSTGRESQL
	sql() {
		"$bin/psql" -h "$DIR" -U postgres -At -c "$1" postgres
	}
	start_tree_ready
	sql "create table t as select 1 as a"
	others=$(pgrep -P "$(child_pid database)")
	[[ -n $others ]]
	kill -s KILL "$(child_pid database)"
	wait_record event=started child=database run=2
	local pid
	for pid in $others; do
		ended "$pid" || fail "pid $pid is left over"
	done
	assert_equal "$(sql 'select a from t')" 1
	type_of POSTGRESQL
	assert_equal "$(sql 'select a from t')" 1
}
