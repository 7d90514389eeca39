#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# The manual pages and the tables in the code name the same things.
#
# With the plain program only: it is read, not run.

load test_helper
load page_helper

PAGE=supervise-semantics.7

# What a page has as items of a kind, one a line: items PAGE MACRO [SECTION]
items() {
	awk -v macro="$2" -v section="${3-}" '
		/^\.Sh/ { here = section == "" || $0 == ".Sh " section }
		here && $1 == ".It" && $2 == macro { print $3 }
	' "$ROOT/man/$1" | sort -u
}

same_lines() {
	diff <(sort -u <<<"$1") <(sort -u <<<"$2") ||
		fail "what the code has (<) is not what the page has (>)"
}

@test "every command is in supervise(1), and the other way round" {
	run -0 supervise help --commands
	same_lines "$output" "$(items supervise.1 Ic COMMANDS)"
}

@test "every directive is in supervise.conf(5), and the other way round" {
	run -0 supervise help --directives
	same_lines "$output" "$(items supervise.conf.5 Ic)"
}

@test "every record is in supervise-records(7), and the other way round" {
	run -0 supervise help --records
	same_lines "$output" "$(items supervise-records.7 Sy)"
}

@test "every default in supervise.conf(5) is the one that check -p knows" {
	conf <<-'END'
		worker w { exec true }
		supervisor s { worker w { exec true } }
	END
	run -0 supervise check -p
	refute_output "max_restarts"
	conf <<-'END'
		strategy one_for_one
		max_restarts 3
		max_seconds 5
		auto_shutdown never
		stop reverse
		worker w {
		    exec true
		    restart permanent
		    shutdown 5s
		    significant no
		    stop_signal TERM
		    ready exec
		    start_timeout infinity
		}
		supervisor s { shutdown infinity; worker w { exec true } }
	END
	local plain=$output
	run -0 supervise check -p
	assert_equal "$output" "$plain"
}

@test "every example file in supervise.conf(5) and README passes check" {
	# One file a block; mdoc writes a backslash as \e.
	awk '
		/^\.Ed/ { out = "" }
		out { gsub(/\\e/, "\\"); print > out }
		/^\.Bd -literal -offset indent/ { out = "example." ++n ".conf" }
	' "$ROOT/man/supervise.conf.5"
	awk '/^    \$ supervise run/ { exit }
		out { print }
		/^    \$ cat supervise.conf/ { out = 1 }
	' "$ROOT/README.md" >example.readme.conf
	cp "$ROOT/supervise.conf" example.demonstration.conf
	local file n=0
	for file in example.*.conf; do
		run supervise -f "$file" check
		assert_status 0
		n=$((n + 1))
	done
	[[ $n -ge 7 ]]
}

# Prints the records whose fields are not those of the page, in its order.
against_page() {
	awk '
		NR == FNR {
			if ($1 == ".It" && $2 == "Sy") {
				page[$3] = ""
				for (i = 5; i <= NF; i++)
					if ($i != "|")
						page[$3] = page[$3] " " $i
			}
			next
		}
		{
			gsub(/"([^"\\]|\\.)*"/, "text")
			sub(/^event=/, "", $2)
			n = split(page[$2], known)
			k = 1
			for (i = 3; i <= NF; i++) {
				sub(/=.*/, "", $i)
				while (k <= n && known[k] != $i)
					k++
				if (k > n) {
					print FNR ": " $2 ": " $i
					break
				}
			}
		}' "$ROOT/man/supervise-records.7" "$1"
}

@test "the fields of records are those of supervise-records(7), in its order" {
	conf <<-'END'
		auto_shutdown any_significant
		worker not_needed { exec ${WORKER} exit=75; ready fd 3; ignore 75; start_timeout 5s }
		worker stubborn   { ready fd 3; exec ${WORKER} ignore=TERM ready=3; shutdown 1500ms }
		supervisor pool   { strategy dynamic; worker once { exec true; restart temporary } }
		supervisor pair {
			strategy one_for_all
			max_restarts 2
			worker a { exec ${WORKER} daemon end sleep=100 signal=SEGV; backoff 10ms }
			worker b { ready fd 3; exec ${WORKER} on=TERM:exit=3 ready=3 }
		}
		worker last { shell "sleep 1"; restart transient; significant }
	END
	start_tree
	wait_tree
	local event
	for event in starting started ignored exited report restarting stopping \
		killing leftover gave_up auto_shutdown ended removed; do
		assert_record "event=$event"
	done
	run against_page records
	assert_equal "$output" ""
}

@test "supervise-semantics(7): a group restart starts what was stopped" {
	file_of STRATEGIES
	start_tree_ready
	type_of STRATEGIES
	assert_output up
	refute_record event=exited child=web/cache
	stop_tree
}

@test "supervise-semantics(7): the fourth end ends two supervisors" {
	file_of "GIVING UP AND ESCALATION"
	start_tree
	wait_tree
	assert_equal "$STATUS" 1
	assert_equal "$(count_records event=exited child=web/api)" 4
	assert_record event=gave_up supervisor=root
}

@test "supervise-semantics(7): a link ends one, and is told to another" {
	file_of LINKS
	# The watcher says `supervise`, as a reader would.
	PATH=${SUPERVISE%/*}:$PATH start_tree_ready
	type_of LINKS
	assert_output "ended by a link"
	eventually grep -qxF "watcher | exit db signal:SEGV" out
	assert_record event=exited child=api reason=signal:SEGV link=db
	refute_record event=exited child=watcher
	stop_tree
}

@test "supervise-semantics(7): lines of a child are tried before those above" {
	file_of CATCHING
	start_tree_ready
	wait_record event=caught child=web/api reason=exit:78 action=stop
	wait_record event=started child=web/front run=2
	refute_record event=started child=web/api run=2
	stop_tree
}

@test "supervise-semantics(7) has no example but those that are tried here" {
	assert_equal "$(grep -c '^\.Bd' "$ROOT/man/supervise-semantics.7")" 6
	refute grep -q '^\.Dl' "$ROOT/man/supervise-semantics.7"
}
