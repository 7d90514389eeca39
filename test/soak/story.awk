# SPDX-License-Identifier: ISC
#
# usage: awk -f test/soak/story.awk SPECS RECORDS
#
# Whether records tell a story that can be true: every run ends once, before
# the next run of its child begins; what a supervisor does, it does in order;
# nobody restarts more often than is allowed. SPECS has a line
# `sup PATH STRATEGY STOP MAX_RESTARTS MAX_SECONDS` for each supervisor and
# `child PATH` for each child in start order.

function wrong(what)
{
	print FILENAME ":" FNR ": " what ": " $0
	bad = 1
}

function parent(path)
{
	return sub(/\/[^\/]*$/, "", path) ? path : "root"
}

# Whether a run of `path`, or of anything below it, lives.
function runs(path,    other)
{
	for (other in pid)
		if (other == path || index(other, path "/") == 1)
			return 1
	return 0
}

# Those of the same supervisor that start after `path` must not run.
function no_later(path, what,    other, mine)
{
	mine = parent(path)
	for (other in place)
		if (parent(other) == mine && place[other] > place[path] &&
		    runs(other))
			wrong(what " while " other " runs")
}

function milliseconds(stamp,    part)
{
	split(substr(stamp, 12), part, /[:Z]/)
	return (part[1] * 3600 + part[2] * 60 + part[3]) * 1000
}

function forget_runs(    path)
{
	for (path in pid)
		delete pid[path]
	for (path in run)
		delete run[path]
	for (path in first)
		delete first[path]
	slaughter = 0
}

FILENAME == ARGV[1] && $1 == "sup" {
	strategy[$2] = $3
	stop[$2] = $4
	max[$2] = $5 + 0
	seconds[$2] = $6
	next
}

FILENAME == ARGV[1] {
	place[$2] = FNR
	next
}

!/ event=/ {
	if (/Assertion|Sanitizer|runtime error/)
		wrong("it broke")
	next
}

{
	delete f
	for (i = 1; i <= NF; i++) {
		at = index($i, "=")
		if (at)
			f[substr($i, 1, at - 1)] = substr($i, at + 1)
	}
	event = f["event"]
	child = f["child"]
	sup = f["supervisor"]
}

event == "engine_started" {
	forget_runs()
}

event == "engine_died" && f["reason"] != "killed" {
	wrong("an engine died by itself")
}

event == "engine_died" && killed !~ /slay:(engine|both)/ {
	wrong("nobody has killed an engine")
}

event == "guardian_died" && killed !~ /slay:(guardian|both)/ {
	wrong("nobody has killed the guardian")
}

event == "error" && f["message"] !~ /gave/ {
	wrong("an error")
}

event == "signal" && /killed/ {
	slaughter = 1
}

event == "starting" && child != "" || event == "started" && child != "" {
	if (child in pid && (event == "starting" || pid[child] != f["pid"]))
		wrong("it runs already")
	if (!(child in pid)) {
		if (child in run && f["run"] + 0 <= run[child] + 0)
			wrong("not the next run")
		if (strategy[parent(child)] != "one_for_one")
			no_later(child, "starts")
	}
	pid[child] = f["pid"]
	run[child] = f["run"]
}

event == "stopping" {
	if (pid[child] != f["pid"] || run[child] != f["run"])
		wrong("it does not run")
	if (!slaughter && stop[parent(child)] == "reverse")
		no_later(child, "is stopped")
}

event == "exited" {
	if (!(child in pid) || pid[child] != f["pid"] || run[child] != f["run"])
		wrong("no such run")
	delete pid[child]
}

event == "starting" && child == "" {
	first[sup] = NR
	nrestarts[sup] = 0
}

event == "restarting" {
	now = milliseconds($1)
	n = 0
	restart[sup, nrestarts[sup]++] = now
	for (i = nrestarts[sup] - 1; i >= 0; i--)
		if (now - restart[sup, i] <= seconds[sup] * 1000 - 2)
			n++
	if (n > max[sup] || f["restarts"] + 0 > max[sup])
		wrong("the " n "th restart of " max[sup])
	if (strategy[sup] != f["strategy"])
		wrong("another strategy")
}

event == "gave_up" && f["restarts"] + 0 != max[sup] + 1 {
	wrong("gave up too early or too late")
}

event == "ended" {
	for (path in pid)
		if (sup == "root" || index(path, sup "/") == 1)
			wrong("ended while " path " runs")
}

END {
	exit bad
}
