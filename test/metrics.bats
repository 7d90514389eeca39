#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# `supervise metrics`: what is counted of a tree, as OpenMetrics text.

load test_helper
load control_helper

# value METRIC [LABEL="VALUE"]...: the value of that sample in the last output.
value() {
	local sample label
	sample=$(grep -E "^$1(\{| )" <<<"$output")
	for label in "${@:2}"; do
		sample=$(grep -F "$label" <<<"$sample")
	done
	echo "${sample##* }"
}

shop() {
	conf <<-'END'
		max_restarts 20
		supervisor web {
		    worker api   { exec ${WORKER} run=1 exit=3 end run=2 signal=SEGV end run=3 exit=0 end }
		    worker front { exec ${WORKER} }
		}
		worker throws { exec sh -c '[ $SUPERVISE_RUN != 1 ] || supervise throw full; exec sleep 1000' }
		worker never { restart temporary; exec ${WORKER} exit=0 }
	END
	PATH=$(dirname "$SUPERVISE"):$PATH
}

has_run() {
	[[ $(supervise status --json "$1" | jq .run) -ge $2 ]]
}

@test "metrics: starts, restarts and ends by reason outlive the runs that they count" {
	shop
	start_tree_ready
	eventually has_run web/api 4
	eventually has_run throws 2
	supervise wait quiet
	run -0 supervise metrics
	assert_equal "$(value supervise_child_starts_total 'child="web/api"')" 4
	assert_equal "$(value supervise_child_restarts_total 'child="web/api"')" 3
	for end in exit signal normal; do
		assert_equal "$(value supervise_child_ends_total 'child="web/api"' "reason=\"$end\"")" 1
	done
	assert_equal "$(value supervise_child_ends_total 'child="web/api"' 'reason="killed"')" 0
	assert_equal "$(value supervise_child_ends_total 'child="throws"' 'reason="throw"')" 1
	assert_equal "$(value supervise_supervisor_counted_restarts_total 'supervisor="web"')" 3
	assert_equal "$(value supervise_supervisor_budget_limit 'supervisor="web"')" 3
	assert_equal "$(value supervise_child_up 'child="web/front"')" 1
	assert_equal "$(value supervise_child_ready 'child="web/front"')" 1
	assert_equal "$(value supervise_child_processes 'child="web/front"')" 1
	[[ $(value supervise_child_resident_memory_bytes 'child="web/front"') -gt 4096 ]]

	supervise restart -q web/front
	run -0 supervise metrics
	assert_equal "$(value supervise_child_ends_total 'child="web/front"' 'reason="shutdown"')" 1
	assert_equal "$(value supervise_child_restarts_total 'child="web/front"')" 0
}

@test "metrics: what is down has no start time and no memory; giving up is counted" {
	conf <<-'END'
		max_restarts 9
		supervisor s { max_restarts 1
		    worker bad { exec ${WORKER} run=1 exit=9 end run=2 exit=9 end } }
		worker api { exec ${WORKER} }
	END
	start_tree_ready
	wait_record event=gave_up supervisor=s
	eventually has_run s 2
	supervise wait quiet
	supervise stop -q api
	run -0 supervise metrics
	assert_equal "$(value supervise_supervisor_gave_up_total 'supervisor="s"')" 1
	assert_equal "$(value supervise_supervisor_ends_total 'supervisor="s"' 'reason="intensity"')" 1
	assert_equal "$(value supervise_supervisor_starts_total 'supervisor="s"')" 2
	assert_equal "$(value supervise_child_up 'child="api"')" 0
	assert_equal "$(value supervise_child_start_time_seconds 'child="api"')" ""
	assert_equal "$(value supervise_child_resident_memory_bytes 'child="api"')" ""
}

@test "metrics: a start time stays the same, and is that of the run" {
	shop
	start_tree_ready
	run -0 supervise metrics
	local at before now
	before=$(value supervise_child_start_time_seconds 'child="web/front"')
	now=$(date +%s)
	[[ ${before%.*} -le $now && ${before%.*} -gt $((now - 60)) ]]
	for at in 1 2 3; do
		run -0 supervise metrics
		assert_equal "$(value supervise_child_start_time_seconds 'child="web/front"')" "$before"
	done
}

# What a run used is still counted when the next one has begun.
@test "metrics: processor time is that of the whole group, and of runs that ended" {
	local burn='i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done'
	conf <<-END
		worker api { exec sh -c '($burn); (exec sleep 1000) & sleep 1000' }
	END
	start_tree_ready
	burnt() {
		output=$(supervise metrics)
		[[ $(value supervise_child_cpu_seconds_total) != 0.0[0-4]* ]]
	}
	both_sleep() {
		output=$(supervise metrics)
		[[ $(value supervise_child_processes) -eq 3 ]]
	}
	eventually burnt
	eventually both_sleep
	supervise stop -q api
	burnt
	assert_equal "$(value supervise_child_processes)" ""
}

@test "metrics: the text is OpenMetrics, by the parser of Prometheus" {
	/usr/bin/python3 -c 'import prometheus_client.openmetrics.parser' 2>/dev/null ||
		skip "needs python3-prometheus-client"
	shop
	start_tree_ready
	eventually has_run web/api 4
	supervise metrics >text
	assert_equal "$(tail -n 1 text)" "# EOF"
	run -0 /usr/bin/python3 - <<-'END'
		from prometheus_client.openmetrics.parser import text_string_to_metric_families
		for family in text_string_to_metric_families(open("text").read()):
		    assert family.documentation and family.type in ("counter", "gauge"), family
		    assert family.samples, family
		    assert family.name.endswith("_" + family.unit if family.unit else ""), family
		    for sample in family.samples:
		        assert sample.labels["tree"] and sample.timestamp is None, sample
		    print(family.name)
	END
	assert_output supervise_child_cpu_seconds
	assert_output supervise_supervisor_gave_up
	assert_output supervise_engine_records_lost
}

# A label's value may have anything in it: that of `tree` is a path here.
@test "metrics: values of labels are escaped" {
	conf <<<'worker api { exec ${WORKER} }'
	start -S $'./a"b\\c\nd' run
	wait_record event=started supervisor=root
	run -0 supervise -S $'./a"b\\c\nd' metrics
	assert_output 'a\"b\\c\nd",child="api"} 1'
}

@test "metrics: -o replaces a file whole, or leaves it as it was" {
	conf <<<'worker api { exec ${WORKER} }'
	start_tree_ready
	echo old >api.prom
	run -0 supervise metrics -o api.prom
	assert_equal "$output" ""
	assert_equal "$(tail -n 1 api.prom)" "# EOF"
	assert_equal "$(stat -c %a api.prom)" 644
	stop_tree
	run -5 supervise metrics -o api.prom
	grep -q 'child="api"' api.prom
	run -1 supervise metrics -o nowhere/api.prom
	assert_output "cannot write nowhere/api.prom"
	run -2 supervise metrics api
	assert_equal "$(echo api.prom*)" "api.prom"
}

@test "metrics: --json prints the records" {
	conf <<<'worker api { exec ${WORKER} run=1 exit=3 end }'
	start_tree_ready
	eventually has_run api 2
	supervise wait quiet
	supervise metrics --json >json
	assert_equal "$(jq -c 'select(.event == "tally")' json)" \
		'{"event":"tally","child":"api","reason":"exit","count":1}'
	assert_equal "$(jq -r 'select(.event == "metrics" and .child == "api") | keys_unsorted | join(" ")' json)" \
		"event child state pid run started_ms restarts cpu_ms"
	assert_equal "$(jq -r 'select(.supervisor == "root") | keys_unsorted | join(" ")' json)" \
		"event supervisor state run started_ms restarts counted used max_restarts max_seconds gave_up"
	assert_equal "$(jq -r 'select(.event == "engine") | keys_unsorted | join(" ")' json)" \
		"event pid started_ms events records lost clients"
}
