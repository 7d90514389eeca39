#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# In containers that have nothing but the static program: under runc, in
# namespaces of unshare(1), and as nobody in bwrap(1) with all read-only.
#
# With the plain program only: what is run there is the static one.

load test_helper

STATIC=$ROOT/build/static/supervise

setup() {
	[[ -x $STATIC ]] || skip "no build/static/supervise: make static"
	prepare
	BOX=
}

teardown() {
	[[ -z $BOX ]] || runc delete --force "$BOX" >/dev/null 2>&1
	finish
}

# An image with the program and its file from standard input, and no more.
image() {
	mkdir -p rootfs/{etc,run,proc,dev,sys}
	cp "$STATIC" rootfs/supervise
	cat >rootfs/etc/supervise.conf
}

# box [WORD...]: starts it under runc, read-only but for /run.
box() {
	[[ $EUID -eq 0 ]] || skip "runc needs root here"
	command -v runc >/dev/null || skip "no runc"
	runc spec
	printf '%s\n' "$@" | jq -R . | jq -s . >words
	jq --slurpfile words words '.process.terminal = false | .process.args = $words[0] |
		.process.env = ["TEST_TREE='"$DIR"'"] | .root.readonly = true |
		.mounts += [{destination: "/run", type: "tmpfs", source: "tmpfs",
			options: ["nosuid", "nodev", "mode=755"]}]' \
		<config.json >config.new
	mv config.new config.json
	BOX=box-$$-$BATS_TEST_NUMBER
	runc run "$BOX" >out 2>records </dev/null 3>&- &
	PID=$!
	eventually box_began
	! grep -q 'level=error' records || skip "runc cannot run here: $(tail -n 1 records)"
}

box_began() {
	box_state running || ended "$PID"
}

box_state() {
	[[ $(runc state "$BOX" 2>/dev/null | jq -r .status) == "$1" ]]
}

inside() {
	runc exec "$BOX" /supervise "$@" 3>&-
}

@test "the examples are right" {
	image <"$ROOT/test/container/supervise.conf"
	run -0 supervise -f "$ROOT/test/container/supervise.conf" check
	assert_output "stop takes at most      8s, shared out: all need 10s"
	run -0 python3 -c 'import sys; sys.path.append("/usr/lib/python3/dist-packages")
try:
	import yaml
except ImportError:
	sys.exit(0)
list(yaml.safe_load_all(open(sys.argv[1])))' "$ROOT/test/container/kubernetes.yaml"
	if command -v systemd-analyze >/dev/null; then
		sed "s|/usr/local/bin/supervise|$SUPERVISE|" "$ROOT/test/container/shop.service" >shop.service
		run systemd-analyze verify ./shop.service
		refute_output "Unknown"
		refute_output "shop.service:"
	fi
}

@test "runc: the tree of the example is up, healthy, and stops in time" {
	image <"$ROOT/test/container/supervise.conf"
	box /supervise run
	wait_record event=started supervisor=root
	run -0 inside healthy
	assert_equal "$output" "healthy: 2 up"
	run -0 inside status
	assert_output "cache"
	runc kill "$BOX" KILL 2>/dev/null || true
	wait_tree
	assert_status 137
	BOX=
}

@test "runc: TERM to PID 1 stops all" {
	image <"$ROOT/test/container/supervise.conf"
	box /supervise run
	wait_record event=started supervisor=root
	runc kill "$BOX" TERM
	wait_tree
	assert_status 0
	assert_record event=exited child=cache reason=shutdown
	assert_record event=ended supervisor=root reason=shutdown
	BOX=
}

@test "runc: a crash restarts, one too many ends the container with 1" {
	image <<'END'
max_restarts 1
worker a { exec /supervise try --catch exit:nothing nothing -- /nowhere }
END
	box /supervise run
	wait_tree
	assert_status 1
	assert_record event=gave_up supervisor=root restarts=2
	BOX=
}

@test "runc: exec and tini are PID 1, and end with the command's status" {
	image <<<'worker a { exec /supervise }'
	box /supervise exec -r temporary -- /supervise check -f /nowhere
	wait_tree
	assert_status 2
	BOX=
	rm config.json
	mv rootfs/supervise rootfs/tini
	box /tini -- /tini -s -- /nowhere
	wait_tree
	assert_status 127
	grep -q "exec /nowhere failed" records
	BOX=
}

@test "unshare: PID 1 in an empty root, without /proc, /dev and anything to write" {
	needs_root
	image <<'END'
worker a { exec /supervise monitor 1 }
worker b { restart transient; exec /supervise help }
END
	SUPERVISE=/supervise
	rmdir rootfs/{dev,sys,proc,run}
	UNDER=(unshare --pid --fork env -C "$DIR" chroot rootfs)
	start -f /etc/supervise.conf run
	wait_record event=started supervisor=root
	wait_record event=exited child=b reason=exit:0
	kill -s TERM "$(pgrep -P "$PID")"
	wait_tree
	assert_status 0
}

@test "bwrap: as nobody, all of it read-only" {
	command -v bwrap >/dev/null || skip "no bwrap"
	image <"$ROOT/test/container/supervise.conf"
	chmod -R a+rX .
	local box=(bwrap --unshare-all --uid 65534 --gid 65534 --ro-bind rootfs /
		--proc /proc --dev /dev --remount-ro / --chdir / --as-pid-1)
	"${box[@]}" /supervise help >/dev/null 2>err || skip "bwrap cannot run here: $(tail -n 1 err)"
	"${box[@]}" /supervise run >out 2>records </dev/null 3>&- &
	PID=$!
	wait_record event=started supervisor=root
	records event=warning | grep -q "no control socket, everything else works"
	kill -s TERM "$(pgrep -P "$PID")"
	wait_tree
	assert_status 0
}
