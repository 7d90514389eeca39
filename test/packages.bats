#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# What leaves the tree: what is installed, the manual in HTML, the tarball of
# the source, the packages of Debian. Each is made, and used from where it is.
#
# With the plain program only: what is made and installed is that.

# The whole program is built.
BATS_TEST_TIMEOUT=300

load test_helper

setup() {
	prepare
	[[ $SUPERVISE -ef $ROOT/build/supervise ]] ||
		skip "once, of the program that users get"
	unset MAKEFLAGS MFLAGS MAKELEVEL BATS_LIB_PATH
}

# make_of FOLDER TARGET...
make_of() {
	make -s --no-print-directory -C "$@" 3>&-
}

needs() {
	command -v "$1" >/dev/null || skip "no $1"
}

# The files below a folder, one a line.
files() {
	(cd "$1" && find . -type f -o -type l | sort)
}

# assert_runs ROOT: the program below a root keeps a worker.
assert_runs() {
	SUPERVISE=$1/usr/bin/supervise
	echo 'worker w { exec sleep 1000 }' | conf
	start_tree_ready
	run -0 supervise status w
	[[ $output =~ 'w '+'up ' ]] || fail "$output"
	stop_tree
	assert_status 0
}

# assert_pages ROOT: each page is found by name, by what finds it on a system.
assert_pages() {
	local page name section manual n=0
	for page in "$ROOT"/man/*.[1-8]; do
		page=${page##*/}
		section=${page##*.}
		name=${page%.*}
		for manual in mman man; do
			command -v $manual >/dev/null || continue
			# mandoc misses a list of pages, and says so.
			run -0 --separate-stderr $manual -M "$1/usr/share/man" \
				-w "$section" "$name"
			[[ $output == "$1/usr/share/man/man$section/$page"?(.gz) ]] ||
				fail "$manual $section $name: $output"
			n=$((n + 1))
		done
	done
	[[ $n -ge 8 ]]
	mman -M "$1/usr/share/man" supervise | grep -q "keep a tree of programs running"
}

# assert_library ROOT: bats finds its library below a root.
assert_library() {
	cat <<-'END' | sed 's/@case/@test/' >library.bats
		bats_load_library supervise
		setup() {
			supervise_up
		}
		teardown() {
			supervise_down
		}
		@case "killed" {
			crash w
			assert_restarted w 1
		}
	END
	run -0 env -i HOME="$DIR" TMPDIR="$DIR" TEST_TREE="$DIR" \
		BATS_LIB_PATH="$1/usr/lib/bats" \
		PATH="$1/usr/bin:${PATH//"$BATS_LIBEXEC:"/}" \
		bats --formatter tap library.bats 3>&-
	assert_output "ok 1 killed"
}

@test "install: all of it works from where it is, and uninstall removes it" {
	make_of "$ROOT" install DESTDIR="$DIR/root" PREFIX=/usr
	assert_runs "$DIR/root"
	assert_pages "$DIR/root"
	assert_library "$DIR/root"

	local share=$DIR/root/usr/share
	bash --norc -c '. "$1" && complete -p supervise' - \
		"$share/bash-completion/completions/supervise"
	if command -v zsh >/dev/null; then
		run -0 zsh -f -c 'fpath=("$1"); autoload -Uz _supervise
			_supervise 2>/dev/null; whence -v _supervise' - "$share/zsh/site-functions"
		assert_output "_supervise is a shell function from $share"
	fi
	if command -v fish >/dev/null; then
		run -0 env HOME="$DIR" XDG_DATA_DIRS="$share" PATH="$DIR/root/usr/bin:$PATH" \
			fish -c 'complete -C "supervise stat"'
		assert_output status
	fi

	make_of "$ROOT" uninstall DESTDIR="$DIR/root" PREFIX=/usr
	assert_equal "$(files root)" ""
	make_of "$ROOT" uninstall DESTDIR="$DIR/root" PREFIX=/usr
}

@test "install: somewhere else, by PREFIX" {
	make_of "$ROOT" install PREFIX="$DIR/opt"
	run -0 "$DIR/opt/bin/supervise" --version
	[[ -s opt/lib/bats/supervise/load.bash && -s opt/share/man/man1/supervise.1 ]]
	make_of "$ROOT" uninstall PREFIX="$DIR/opt"
	assert_equal "$(files opt)" ""
}

# The targets of the links of a page.
links() {
	grep -oE 'href="[^"]*"' "$1" | sed 's/^href="//; s/"$//' | sort -u
}

@test "html: every link of every page leads somewhere" {
	needs mandoc
	"$ROOT/man/html" html
	cd html || return
	local page link file n=0
	local -A text=()
	for page in *.html; do
		text[$page]=$(<"$page")
	done
	for page in *.html; do
		while read -r link; do
			n=$((n + 1))
			case $link in
			https://manpages.debian.org/supervise*)
				fail "$page: $link is one of ours"
				;;
			https://manpages.debian.org/*.[1-8])
				continue
				;;
			esac
			file=${link%%#*}
			[[ -s ${file:-$page} ]] || fail "$page: $link: no $file"
			[[ $link != *#* ]] ||
				[[ ${text[${file:-$page}]} == *"id=\"${link#*#}\""* ]] ||
				fail "$page: $link: no such place"
		done < <(links "$page")
		refute grep -F 'class="Xr">' "$page"
	done
	[[ $n -gt 100 ]]
	# Each page is in the index, and has its style.
	for page in "$ROOT"/man/*.[1-8]; do
		page=${page##*/}.html
		links index.html | grep -qxF "$page" || fail "$page is not in the index"
		links "$page" | grep -qxF style.css
	done
	grep -q 'href="supervise.conf.5.html"' supervise.1.html
	grep -q 'href="supervise.conf.5.html#NOTIFICATIONS"' supervise-records.7.html
}

@test "dist: builds without git, runs, and is packed again as it was" {
	make_of "$ROOT" dist
	local packed=("$ROOT"/build/supervise-*.tar.gz)
	tar -xzf "${packed[-1]}"
	local tree
	tree=$(echo "$DIR"/supervise-*)
	[[ ! -e $tree/.git && -x $tree/.ci/run && -s $tree/LICENSE ]]
	# That it is small is not looked at here.
	make_of "$tree" -j2 CFLAGS=-O1 SMALL_GCC= SMALL_CLANG= install \
		DESTDIR="$DIR/root" PREFIX=/usr
	assert_runs "$DIR/root"
	make_of "$tree" dist
	cmp "${packed[-1]}" "$tree"/build/supervise-*.tar.gz
}

debs() {
	needs dpkg-gencontrol
	make -s --no-print-directory -C "$ROOT" deb 3>&- >/dev/null
	cp "$ROOT"/build/deb/*.deb .
}

@test "deb: packages are what install installs, and always the same" {
	debs
	make_of "$ROOT" install DESTDIR="$DIR/root" PREFIX=/usr \
		ZSHDIR=/usr/share/zsh/vendor-completions
	local package
	for package in *.deb; do
		dpkg-deb -x "$package" both
		sha256sum "$package"
	done >first
	assert_equal "$(files both | grep -v ' */share/doc/' | sed 's/\.gz$//')" \
		"$(files root)"
	debs
	sha256sum -c first
}

@test "deb: lintian finds no error" {
	needs lintian
	debs
	run -0 lintian --allow-root --fail-on error ./*.deb
}

@test "deb: installed in a folder, used, and purged" {
	needs_root
	debs
	mkdir -p root/var/lib/dpkg/{info,updates}
	: >root/var/lib/dpkg/status
	# What they depend on is not in there.
	local words=(dpkg --root="$DIR/root" --log=/dev/null --force-depends)
	"${words[@]}" --install ./*.deb
	run -0 dpkg-query --admindir=root/var/lib/dpkg -W -f '${Package} ${Status}\n'
	assert_output "supervise install ok installed"
	assert_output "supervise-bats install ok installed"
	assert_runs "$DIR/root"
	assert_pages "$DIR/root"
	assert_library "$DIR/root"
	# The lists of files and their sums are right.
	run -0 dpkg --root="$DIR/root" --verify
	assert_equal "$output" ""

	"${words[@]}" --purge supervise-bats supervise
	[[ ! -e root/usr ]] || fail "left: $(files root/usr)"
	run -0 dpkg-query --admindir=root/var/lib/dpkg -W -f '${Package}\n'
	assert_equal "$output" ""
}
