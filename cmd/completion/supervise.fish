# SPDX-License-Identifier: ISC
#
# supervise(1) for fish: commands, options and the names of running children.
# What a command takes is read from its synopsis when it is asked for.

# Sets command, where and file, dashes if there are any, and n, how many words
# came behind the command: what was typed before the cursor.
function __supervise_read --no-scope-shadowing
	set -l take 0
	for word in (commandline -opc)[2..-1]
		if test $take = 1
			set -a where $word
			contains -- $where[-2] -f --file; and set file $where[-2..-1]
			set take 0
		else if contains -- $word -f --file -L --label -S --socket
			set -a where $word
			set take 1
		else if test "$word" = --
			set dashes yes
		else if string match -q -- '-*' $word
			continue
		else if test -z "$command"
			set command $word
		else
			set n (math $n + 1)
		end
	end
end

# What can stand at the cursor, each with its description.
function __supervise_words
	set -l where
	set -l file
	set -l dashes
	set -l command
	set -l n 0
	__supervise_read
	set -l tab \t
	if test -z "$command"
		supervise help --synopses | string replace -r "$tab.*$tab" $tab
		return
	end
	set -l synopsis (supervise help --synopses | string match -rg "^$command$tab(.*)$tab")
	if string match -q -- '-*' (commandline -ct)
		string match -arg '\[(-[^] ]+)' -- $synopsis
		return
	end
	switch $synopsis
		case '*[NAME ...] -- COMMAND*'
			if test -z "$dashes"
				__supervise_planned
			else
				__fish_complete_command
			end
		case '*NAME -- COMMAND*'
			if test $n = 0
				__supervise_children
			else
				__fish_complete_command
			end
		case '*-- COMMAND*'
			__fish_complete_command
		case '[COMMAND]'
			supervise help --commands
		case '*SIGNAL NAME*'
			if test $n = 0
				string split ' ' 'HUP INT QUIT KILL USR1 USR2 TERM CONT STOP WINCH'
			else
				__supervise_children
			end
		case '*FIELD*'
			string split ' ' 'count event from name pid reason signal'
		case '*ready|*'
			if test $n = 0
				string split ' ' 'ready up down quiet'
			else
				__supervise_children
			end
		case '*SUPERVISOR*' '*NAME*'
			__supervise_children
	end
end

# Those of the file, which may not run: by their last parts.
function __supervise_planned --no-scope-shadowing
	supervise check $file 2>/dev/null | sed -nE 's/^[^[:alnum:]_]*(──|--) ([^ ]+) .*/\2/p'
end

# The paths of the children, and their last parts where these are unique and
# something is typed.
function __supervise_children --no-scope-shadowing
	set -l typed (commandline -ct)
	supervise $where status 2>/dev/null | awk -v "typed=$typed" '
		NR > 1 { print part = $1; if (sub(/.*\//, "", part)) last[part]; n[part]++ }
		END { if (typed != "") for (part in last) if (n[part] == 1) print part }'
end

complete -c supervise -f -a '(__supervise_words)'
complete -c supervise -s f -l file -r -F -d 'the file'
complete -c supervise -s L -l label -x -a '(supervise list 2>/dev/null | sed "1d; s/ .*//")' -d 'the label of the supervisor'
complete -c supervise -s S -l socket -r -F -d 'its socket'
complete -c supervise -n '__fish_seen_subcommand_from top' -s b -d 'print tables'
complete -c supervise -n '__fish_seen_subcommand_from top' -s d -x -d 'how often to look'
complete -c supervise -n '__fish_seen_subcommand_from top' -s n -x -d 'so many tables'
complete -c supervise -n '__fish_seen_subcommand_from metrics' -s o -r -F -d 'the file to replace'
complete -c supervise -n '__fish_seen_subcommand_from exec' -s r -x -a 'permanent transient temporary' -d 'when it is restarted'
complete -c supervise -n '__fish_seen_subcommand_from exec' -l strategy -x -a 'one_for_one one_for_all rest_for_one' -d 'what an end means for the others'
complete -c supervise -l log-format -x -a 'text json' -d 'the form of records'
