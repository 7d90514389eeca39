# SPDX-License-Identifier: ISC
#
# usage: awk -f test/soak/answers.awk CLAIMS EVENTS
#
# Whether what was answered is what happened. CLAIMS has lines
# `pid CHILD PID RUN TIME`, a process that was told to whom asked at that time,
# and `end CHILD RUN REASON`, an end that `why` told; EVENTS what `events`
# printed until everything ended. Prints what is wrong.

function claim(key, time)
{
	if (!(key in asked) || asked[key] < time)
		asked[key] = time
}

FILENAME == ARGV[1] {
	if ($1 == "pid")
		claim($2 " " $3 " " $4, $5)
	else if ($1 == "end")
		told[$2 " " $3 " " $4] = 1
	next
}
{
	delete f
	for (i = 1; i <= NF; i++) {
		at = index($i, "=")
		if (at)
			f[substr($i, 1, at - 1)] = substr($i, at + 1)
	}
	if (seq != "" && f["event"] != "lost" && f["seq"] != seq + 1)
		print "number " f["seq"] " behind " seq
	if (f["event"] == "lost" && f["seq"] != seq + f["count"])
		print "number " f["seq"] " behind " seq " and " f["count"] " lost"
	if (f["event"] == "lost")
		lost = 1
	seq = f["seq"]
	if (f["event"] == "exited" || f["event"] == "ended") {
		name = f["event"] == "exited" ? f["child"] : f["supervisor"]
		ends[name " " f["run"] " " f["reason"]] = 1
		key = name " " f["pid"] " " f["run"]
		if (key in asked && $1 < asked[key])
			print "told after its end at " $1 ", asked at " asked[key] ": " key
		gone[key] = 1
	}
	if (f["event"] == "start_failed")
		ends[(f["child"] != "" ? f["child"] : f["supervisor"]) " " f["run"] " " f["reason"]] = 1
	if (f["event"] == "starting" || f["event"] == "started")
		began[f["child"] " " f["pid"] " " f["run"]] = 1
}
END {
	if (lost)
		exit
	for (key in asked)
		if (!(key in gone))
			print "never ended, though everything did: " key
	for (key in told)
		if (!(key in ends))
			print "such an end is in no record: " key
}
