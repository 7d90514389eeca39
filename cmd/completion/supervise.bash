# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# supervise(1) for bash: commands, options and the names of running children.
# What a command takes is read from its synopsis when it is asked for.

# The paths of the children, and their last parts where these are unique and
# something is typed.
_supervise_children() {
	supervise "${where[@]}" status 2>/dev/null | awk -v typed="$1" '
		NR > 1 { print part = $1; if (sub(/.*\//, "", part)) last[part]; n[part]++ }
		END { if (typed != "") for (part in last) if (n[part] == 1) print part }'
}

# Those of the file, which may not run: by their last parts.
_supervise_planned() {
	supervise check "${file[@]}" 2>/dev/null |
		sed -nE 's/^[^[:alnum:]_]*(──|--) ([^ ]+) .*/\2/p'
}

# Whatever kind of word $1 is, those that there are.
_supervise_words() {
	case $1 in
	command) supervise help --commands ;;
	format) printf '%s\n' text json ;;
	label) supervise list 2>/dev/null | sed '1d; s/ .*//' ;;
	strategy) printf '%s\n' one_for_one one_for_all rest_for_one ;;
	restart) printf '%s\n' permanent transient temporary ;;
	signal) printf '%s\n' HUP INT QUIT KILL USR1 USR2 TERM CONT STOP WINCH ;;
	state) printf '%s\n' ready up down quiet ;;
	field) printf '%s\n' count event from name pid reason signal ;;
	planned) _supervise_planned ;;
	child) _supervise_children "$cur" ;;
	option) grep -o '\[-[^] ]*' <<<"$synopsis" | tr -d '[' ;;
	esac
}

# The kind of the word number $1, from 0, that a command with $synopsis takes.
_supervise_kind() {
	case $synopsis in
	*'[NAME ...] -- COMMAND'*) if [[ -z $dashes ]]; then echo planned; else echo program; fi ;;
	*'NAME -- COMMAND'*) if [[ $1 -eq 0 ]]; then echo child; else echo program; fi ;;
	*'-- COMMAND'*) echo program ;;
	'[COMMAND]') echo command ;;
	*'SIGNAL NAME'*) if [[ $1 -eq 0 ]]; then echo signal; else echo child; fi ;;
	*'ready|'*) if [[ $1 -eq 0 ]]; then echo state; else echo child; fi ;;
	*FIELD*) echo field ;;
	*SUPERVISOR* | *NAME*) echo child ;;
	esac
}

_supervise() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local command='' dashes='' kind='' n=0 i word synopsis='[-f FILE] [-L LABEL] [-S SOCKET]'
	local -a where=() file=()

	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		case $word in
		-f | --file | -L | --label | -S | --socket)
			where+=("$word" "${COMP_WORDS[++i]}")
			[[ $word != @(-f|--file) ]] || file=("${where[@]: -2}")
			;;
		--) dashes=yes ;;
		-*) ;;
		*) if [[ -z $command ]]; then command=$word; else ((n++)); fi ;;
		esac
	done
	[[ -z $command ]] ||
		synopsis=$(supervise help --synopses | sed -n "s/^$command\t\(.*\)\t.*/\1/p")
	case $prev in
	-f | --file | -S | --socket | -o) kind='file' ;;
	-L | --label) kind=label ;;
	--log-format) kind=format ;;
	--strategy) kind=strategy ;;
	-r) kind=restart ;;
	*)
		if [[ $cur == -* ]]; then
			kind=option
		elif [[ -z $command ]]; then
			kind='command'
		else
			kind=$(_supervise_kind "$n")
		fi
		;;
	esac
	case $kind in
	file)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		;;
	program) mapfile -t COMPREPLY < <(compgen -c -- "$cur") ;;
	*) mapfile -t COMPREPLY < <(compgen -W "$(_supervise_words "$kind")" -- "$cur") ;;
	esac
}

complete -F _supervise supervise
