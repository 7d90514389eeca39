#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# Who a worker is and what it sees: user, groups, environment, root folder,
# /tmp, standard input.

load test_helper

# told FILE: waits for what a worker has written to FILE.tmp and moved.
told() {
	eventually test -e "$1"
}

# one DIRECTIVES [SCRIPT]: a worker that says what it is in the file `said`.
one() {
	chmod 777 .
	cat >supervise.conf <<-END
		worker w {
		    $1
		    shell '(${2:-id}) >said.tmp 2>&1; mv said.tmp said; exec sleep 1000'
		}
	END
	rm -f said
	start_tree
	told said
}

# refused TEXT: the tree does not start, for that reason.
refused() {
	start_tree
	wait_tree
	assert_status 1
	grep -F "error=\"$1" records || fail "no such error: $1"
	assert_record event=start_failed child=w
}

@test "user: the user, the group and the groups of that user, and what login sets" {
	needs_root
	one "user nobody" 'id -u; id -g; id -G; echo $HOME $USER $LOGNAME $SHELL'
	{
		id -u nobody
		id -g nobody
		id -G nobody
		getent passwd nobody | awk -F: '{ print $6, $1, $1, $7 }'
	} >expected
	diff expected said
}

@test "user: the groups that name the user in /etc/group are his" {
	needs_root
	unshare -m true || skip "cannot mount here"
	printf 'root:x:0:0::/root:/bin/sh\nwww:x:777:778::/srv/www:\n' >passwd
	printf 'a:x:1001:other,www\nb:x:1002:wwww\nbad\nc:x:1003:www\nwww:x:778:www\n' >group
	# In place of those of this machine, for this tree alone.
	cat >with_accounts <<-'END'
		#!/bin/sh
		mount --bind passwd /etc/passwd && mount --bind group /etc/group || exit 1
		exec "$@"
	END
	chmod +x with_accounts
	UNDER=(unshare -m ./with_accounts)
	one "user www" 'id -u; id -g; id -G; echo $HOME $USER $SHELL'
	printf '777\n778\n778 1001 1003\n/srv/www www /bin/sh\n' >expected
	diff expected said
}

@test "user: a number needs no entry" {
	needs_root
	one "user 54321" 'id -u; id -g; id -G; echo $HOME $USER'
	diff said <(printf '54321\n54321\n54321\n/ 54321\n')
}

@test "user: env says otherwise" {
	needs_root
	one "user nobody; env HOME=/srv" 'echo $HOME $USER'
	assert_equal "$(cat said)" "/srv nobody"
}

@test "group and groups: instead of those of the user" {
	needs_root
	one "user nobody; group daemon; groups 7 bin 54322" 'id -u; id -gn; id -G'
	diff said <(printf '%s\ndaemon\n1 2 7 54322\n' "$(id -u nobody)")
	stop_tree
	one "groups" 'id -u; id -G'
	diff said <(printf '0\n0\n')
}

@test "U5: user, group: a name that nobody has is a failed start" {
	conf <<<'worker w { user nosuch; exec sleep 1000 }'
	refused "user: nobody here is called nosuch"
	assert_record event=start_failed reason=start:ENOENT
	conf <<<'worker w { group nosuch; exec sleep 1000 }'
	refused "group: no group here is called nosuch"
	conf <<<'worker w { groups 0 nosuch; exec sleep 1000 }'
	refused "groups: no group here is called nosuch"
}

@test "U5: who is not root can only be himself" {
	needs_root
	as_other
	one "user 54321" 'id -u; echo $HOME'
	diff said <(printf '54321\n/\n')
	stop_tree
	conf <<<'worker w { user root; exec sleep 1000 }'
	refused "user: cannot become root: Operation not permitted"
	conf <<<'worker w { group 0; exec sleep 1000 }'
	refused "group: cannot be set to 0: Operation not permitted"
	conf <<<'worker w { groups; exec sleep 1000 }'
	refused "groups: cannot be set: Operation not permitted"
}

@test "user: the command before a start and the one after a run are the user's" {
	needs_root
	chmod 777 .
	conf <<-'END'
		worker w {
		    user nobody
		    restart temporary
		    before sh -c 'id -un >before'
		    exec true
		    after sh -c 'id -un >after.tmp; mv after.tmp after'
		}
	END
	start_tree
	told after
	assert_equal "$(cat before after)" $'nobody\nnobody'
}

@test "U8: a worker that is another user ends with the engine" {
	needs_root
	one "user nobody; capabilities kill" "echo \$\$"
	local worker engine
	worker=$(<said) engine=$(engine_pid)
	kill -s STOP "$PID" # who would kill what is left
	kill -s KILL "$engine"
	eventually ended "$worker"
	kill -s CONT "$PID"
}

@test "env_file: variables of files, read at each start; env counts more" {
	cat >a.env <<-'END'
		# a comment
		; another one

		ONE=1
		TWO="2 \"two\" \$x"
		THREE='3 # \three'
		FOUR= four words are these
		FIVE=5
		EMPTY=
	END
	sed -i '/THREE/s/$/  /' a.env
	echo 'FIVE=five' >b.env
	one "env_file a.env; env_file none optional; env_file b.env; env FOUR=4" \
		'printf "%s|" "$ONE" "$TWO" "$THREE" "$FOUR" "$FIVE" "${EMPTY-unset}"'
	assert_equal "$(cat said)" "1|2 \"two\" \$x|3 # \\three|4|five||"
	echo 'FIVE=fifth' >b.env
	rm said
	kill -s KILL "$(child_pid w)"
	told said
	assert_equal "$(cat said)" "1|2 \"two\" \$x|3 # \\three|4|fifth||"
}

@test "env_file: none of the names that supervise sets" {
	printf "SUPERVISE_NAME=other\nNOTIFY_SOCKET=other\n" >a.env
	one "env_file a.env" 'env | grep SUPERVISE_NAME'
	assert_equal "$(cat said)" "SUPERVISE_NAME=w"
}

@test "U5: env_file: what is wrong is told with file and line" {
	conf <<<'worker w { env_file a.env; exec sleep 1000 }'
	refused "env_file: cannot read a.env: No such file or directory"
	mkdir a.env
	refused "env_file: cannot read a.env: Is a directory"
	rmdir a.env
	mkfifo a.env
	refused "env_file: cannot read a.env: it is no file"
	rm a.env
	printf 'A=1\n\nB = 2\n' >a.env
	refused "env_file: a.env:3: this is no line NAME=VALUE"
	echo '1A=1' >a.env
	refused "env_file: a.env:1: this is no line NAME=VALUE"
	echo 'A="1' >a.env
	refused "env_file: a.env:1: the quotes do not end where the value ends"
	echo "A='1' 2" >a.env
	refused "env_file: a.env:1: the quotes do not end where the value ends"
	printf 'A=1\nB\0=1\n' >a.env
	refused "env_file: a.env:2: a NUL byte is in this line"
	{ echo A=1; printf 'B=%070000d\n' 1; } >a.env
	refused "env_file: a.env:2: this line is longer than 64 KiB"
	seq -f 'A%g=1' 2000 >a.env
	refused "env_file: a.env:1025: this is more than fits"
}

@test "env_clear: nothing of ours but what is named" {
	UNDER=(env GIVEN=1 KEPT=2 KEPTTOO=3)
	one "env_clear PATH KEPT; env OWN=3" 'env | cut -d= -f1 | grep -vE "^(PWD|_|SHLVL|OLDPWD)$" | sort'
	diff said <(printf '%s\n' KEPT OWN PATH SUPERVISE_ID SUPERVISE_NAME SUPERVISE_RUN SUPERVISE_SOCKET)
	stop_tree
	one "env_clear" 'env | grep -cE "^(PATH|KEPT)="'
	assert_equal "$(cat said)" 0
}

@test "chroot: the program and the folder are inside" {
	needs_root
	mkdir -p root/dir
	ldd /bin/sh | grep -o '/[^ ]*' | xargs cp --parents -Lt root
	cp --parents -L /bin/sh root
	conf <<-'END'
		worker w {
		    chroot root
		    shell 'pwd >/said; echo * >>/said; echo >/done; read x </fifo'
		}
	END
	mkfifo root/fifo
	start_tree
	told root/done
	assert_equal "$(head -n 1 root/said)" /
	grep -w dir root/said
	stop_tree
	sed -i 's/chroot root/&; cwd dir/' supervise.conf
	rm root/done
	start_tree
	told root/done
	assert_equal "$(head -n 1 root/said)" /dir
}

@test "U5: chroot: what is not inside is not found" {
	needs_root
	conf <<<'worker w { chroot root; exec true }'
	refused "chroot: cannot change the root to root: No such file or directory"
	mkdir root
	refused "command not found: true (PATH="
	as_other
	refused "chroot: cannot change the root to root: Operation not permitted"
}

@test "private_tmp: empty, its own, and gone with it" {
	needs_root
	unshare -m true || skip "cannot mount here"
	local name=supervise-test-$$
	one "private_tmp; user nobody" "ls -A /tmp /var/tmp; echo >/tmp/$name && echo made"
	diff said <(printf '/tmp:\n\n/var/tmp:\nmade\n')
	[[ ! -e /tmp/$name ]]
	stop_tree
	one "private_tmp" "ls -A /tmp"
	assert_equal "$(cat said)" ""
}

@test "U5: private_tmp: who may not mount is told so" {
	needs_root
	as_other
	conf <<<'worker w { private_tmp; exec sleep 1000 }'
	refused "private_tmp: cannot separate the mounts: Operation not permitted"
}

@test "stdin: nothing, a file, or that of supervise" {
	echo "of a file" >input
	one "stdin file input" 'cat'
	assert_equal "$(cat said)" "of a file"
	stop_tree
	one "stdin null" 'cat; echo end'
	assert_equal "$(cat said)" "end"
	stop_tree
	UNDER=(sh -c 'exec "$@" <input' -)
	one "stdin inherit" 'cat'
	assert_equal "$(cat said)" "of a file"
	stop_tree
	one "" 'cat; echo end'
	assert_equal "$(cat said)" "end"
}

@test "stdin: a named pipe that nobody writes to holds nobody up" {
	mkfifo input
	one "stdin file input" 'echo started'
	stop_tree
	conf <<<'worker w { stdin file nosuch; exec sleep 1000 }'
	refused "stdin: cannot open nosuch: No such file or directory"
}
