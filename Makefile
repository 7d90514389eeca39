# SPDX-License-Identifier: ISC
#
# The one makefile of the tree. `make help` lists what it does.
#
# The program comes out at build/supervise. Every other variant of the build
# (sanitizers, another compiler, fuzzing) has a folder of its own below build/
# and is made by the same rules, the define VARIANT below.

VERSION = 0.1.0
PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/bin
MANDIR  ?= $(PREFIX)/share/man
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR  ?= $(PREFIX)/share/zsh/site-functions
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d
BATSDIR ?= $(PREFIX)/lib/bats
B       := build

# make V=1 shows the commands whole.
Q   := $(if $(V),,@)
say  = $(if $(V)$(findstring s,$(firstword -$(MAKEFLAGS))),@:,@printf '%-4s %s\n' $(1) $@)

ifeq ($(origin CC),default)
CC := gcc
endif
CLANG ?= clang
# Small before fast: what takes time is the kernel's. gcc before 12 has no -Oz.
CFLAGS ?= $(if $(shell $(CC) -Oz -E -x c /dev/null 2>/dev/null),-Oz,-Os) -g

# How long one run of the long tests takes; test/run asks for less.
SIM_SCENARIOS ?= 100000
FUZZ_SECONDS  ?= 60
SOAK_SECONDS  ?= 600

# ---------------------------------------------------------------- flags

comma := ,
define newline


endef

PKG_CONFIG ?= pkg-config
BSD_CFLAGS := $(shell $(PKG_CONFIG) --cflags libbsd-overlay 2>/dev/null)
BSD_LIBS   := $(shell $(PKG_CONFIG) --libs libbsd-overlay 2>/dev/null)

# A handful of its functions is wanted: to load the whole library, and one
# that it needs, would be a fifth of the time that a command takes.
BSD_ARCHIVE := $(filter /%,$(shell $(CC) -print-file-name=libbsd.a))
$(B)/supervise $(B)/supervise-top: BSD_LIBS := $(or $(BSD_ARCHIVE),$(BSD_LIBS))

# For `supervise top` alone, which is a program of its own: where curses is
# missing all the rest is built.
CURSES_LIBS   := $(shell $(PKG_CONFIG) --libs ncursesw 2>/dev/null)
CURSES_CFLAGS := $(filter -I%,$(shell $(PKG_CONFIG) --cflags ncursesw 2>/dev/null))

CPPFLAGS_ALL = -std=c11 -D_GNU_SOURCE -Ilib -I. $(BSD_CFLAGS) $(CURSES_CFLAGS) \
	-DSUPERVISE_VERSION='"$(VERSION)"' $(CPPFLAGS)

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wpointer-arith -Wwrite-strings \
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wredundant-decls -Wundef -Wformat=2 -Wswitch-enum -Wvla -Wconversion \
	-Wsign-conversion -Wnull-dereference -Wdouble-promotion \
	-Wunused-macros -Wdate-time
WARN_GCC   := $(WARN) -Wimplicit-fallthrough=5 -Wlogical-op \
	-Wduplicated-cond -Wduplicated-branches
WARN_CLANG := $(WARN)

# -fcf-protection exists on x86 alone. What would clear every variable costs
# more code than any other of these, and hides what valgrind would find.
HARDEN := -D_FORTIFY_SOURCE=3 -fstack-protector-strong \
	$(if $(filter x86_64% i%86%,$(shell $(CC) -dumpmachine 2>/dev/null)),-fcf-protection=return)

FAMILY := $(if $(findstring clang,$(shell $(CC) --version 2>/dev/null)),CLANG,GCC)
SECTIONS := -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables
LINK     := -pie -Wl,-z,relro,-z,now,-z,noexecstack,--gc-sections,--as-needed \
	-Wl,-z,pack-relative-relocs,-z,noseparate-code

# What keeps the program small: the whole of it is optimised at once,
# calls into libraries need no stubs since all are bound at the start,
# relative relocations take a bit each instead of 24 bytes, and code and
# constants are mapped as one, which each command feels; passes are off that
# make more code than they save, and tables are not aligned for a speed
# that nobody needs. Test programs are linked without all that: the code is in
# the objects as well.
SMALL_GCC   := -flto=auto -ffat-lto-objects -fno-plt \
	-fno-ipa-sra -fno-tree-dominator-opts -fno-thread-jumps \
	-fno-caller-saves -fno-move-loop-invariants -fno-if-conversion \
	-fno-optimize-sibling-calls \
	$(if $(filter x86_64% i%86%,$(shell $(CC) -dumpmachine 2>/dev/null)),-malign-data=abi)
SMALL_CLANG := -fno-plt

# _FORTIFY_SOURCE would hide calls from --wrap: it does not belong here.
SANITIZE := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=all

# ---------------------------------------------------------------- sources

# KNF puts the name of a function at the start of a line, so this is exact.
paren  := (
with    = $(if $(2),$(shell grep -l '^$(1)$(paren)' $(2)))
without = $(filter-out $(call with,$(1),$(2)),$(2))

LIB_SRC    := $(sort $(wildcard lib/*/*.c))
CMD_SRC    := $(sort $(wildcard cmd/*.c))
TOP_SRC    := $(sort $(wildcard cmd/top/*.c))
UNIT_SRC   := $(sort $(wildcard test/unit/*.c))
SIM_SRC    := $(sort $(wildcard test/sim/*.c))
BENCH_SRC  := $(sort $(wildcard test/bench/*.c))
FUZZ_SRC   := $(sort $(wildcard test/fuzz/*.c))
HELPER_SRC := $(sort $(wildcard test/helpers/*.c))
EXAMPLE_SRC := $(sort $(wildcard test/examples/*/*.c))
OTP_SRC    := $(sort $(wildcard test/otp/*.c))
MUSL_SRC   := $(sort $(wildcard cmd/musl/*.c))
ALL_SRC    := $(LIB_SRC) $(CMD_SRC) $(if $(CURSES_LIBS),$(TOP_SRC)) \
	$(UNIT_SRC) $(SIM_SRC) $(BENCH_SRC) \
	$(FUZZ_SRC) $(HELPER_SRC) $(EXAMPLE_SRC) $(OTP_SRC)

UNIT_MAIN  := $(call with,main,$(UNIT_SRC))
FAULT_MAIN := $(filter test/unit/fault_%,$(UNIT_MAIN))
BENCH_MAIN := $(call with,main,$(BENCH_SRC))
FUZZ_MAIN  := $(filter %_fuzz.c,$(FUZZ_SRC))
OTP_MAIN   := $(call with,main,$(OTP_SRC))

# What several test programs share: test sources with no entry of their own.
SHARED_SRC := $(call without,main,$(UNIT_SRC) $(SIM_SRC) $(BENCH_SRC)) \
	$(filter-out $(FUZZ_MAIN),$(FUZZ_SRC))
OTP_SHARED_SRC := $(filter-out $(OTP_MAIN),$(OTP_SRC))

FAULT_WRAPS := $(wildcard test/unit/fault.wraps)
WRAP := $(addprefix -Wl$(comma)--wrap=,$(if $(FAULT_WRAPS),$(shell \
	grep -v '^#' $(FAULT_WRAPS))))

# ---------------------------------------------------------------- targets

UNIT       = $(patsubst test/unit/%.c,$(1)/unit/%,$(filter-out $(FAULT_MAIN),$(UNIT_MAIN)))
FAULT      = $(patsubst test/unit/%.c,$(1)/unit/%,$(FAULT_MAIN))
SIM        = $(1)/sim/sim
BENCH      = $(patsubst test/bench/%.c,$(1)/bench/%,$(BENCH_MAIN))
HELPERS    = $(patsubst test/helpers/%.c,$(1)/helpers/%,$(HELPER_SRC))
EXAMPLES   = $(patsubst test/examples/%.c,$(1)/examples/%,$(call with,main,$(EXAMPLE_SRC)))
FUZZ       = $(patsubst test/fuzz/%.c,$(1)/%,$(FUZZ_MAIN))
PLAY       = $(patsubst test/otp/play_%.c,$(1)/play-%,$(OTP_MAIN))

.PHONY: all
all: ## build the program, build/supervise, and build/supervise-top
all: $(B)/supervise $(if $(CURSES_LIBS),$(B)/supervise-top,no-curses)

.PHONY: no-curses
no-curses:
	@echo 'no ncursesw here (libncurses-dev): built without supervise top'

.PHONY: static
static: ## build the program for an image without libraries, build/static/supervise
	@test/install-deps build static
	@$(MAKE) --no-print-directory $(B)/static/supervise

.PHONY: run
run: ## install what the build needs, build, run the demonstration
	@test/install-deps build
	@$(MAKE) --no-print-directory all
	@# Giving up, status 1, is how the demonstration ends.
	$(B)/supervise -f supervise.conf run; [ $$? -le 1 ]

.PHONY: test
test: ## install the test tools, build all variants, run every test
	@test/install-deps build test
	@test/run

.PHONY: lint
lint: ## run the checks in test/lint
	@test/lint/run

.PHONY: format
format: ## bring all C files into the form of .clang-format
	clang-format -i $(ALL_SRC) $(wildcard lib/*/*.h cmd/*.h cmd/*/*.h cmd/*/*/*.h test/*/*.h)

.PHONY: sim
sim: ## run SIM_SCENARIOS (100000) random scenarios of the core
sim: $(call SIM,$(B))
	$(B)/sim/sim $(SIM_SCENARIOS)

.PHONY: play
play: ## build what plays scenarios of supervision
play: $(B)/supervise $(call PLAY,$(B))

.PHONY: otp
otp: ## play the scenarios of SEEDS (FROM-TO) on a real Erlang VM too
otp: play
	@test/install-deps otp
	@test/otp/otp $(SEEDS)

.PHONY: otp-live
otp-live: ## the same with the program itself and real processes
otp-live: play
	@test/install-deps otp
	@test/otp/live $(SEEDS)

.PHONY: fuzz
fuzz: ## run every fuzzer for FUZZ_SECONDS (60)
fuzz: fuzz-programs
	@FUZZ_SECONDS=$(FUZZ_SECONDS) test/fuzz/run

.PHONY: soak
soak: ## kill parts of a real tree at random for SOAK_SECONDS (600), fail all calls, look for all leaks
soak: all helpers asan $(B)/fault/unit/fault_engine
	@FAULT_WAYS=all $(B)/fault/unit/fault_engine
	@grep -L '^# With the plain program only: ' test/*.bats | \
		LEAKS=all BUILD=$(B)/asan xargs bats
	@SOAK_SECONDS=$(SOAK_SECONDS) test/soak/run

.PHONY: bench bench-deps
bench: ## measure against the bare loop and other supervisors
bench: all bench-programs $(B)/static/supervise
	@test/bench/run
bench-deps: ## install the supervisors that bench compares with
	@test/install-deps build static bench

.PHONY: coverage
coverage: ## say which lines the unit tests and the simulator reach
coverage: $(call UNIT,$(B)/coverage) $(call SIM,$(B)/coverage)
	@test/install-deps coverage
	@test/coverage $(B)/coverage

# What is installed: programs, and files as SOURCE:TARGET.
PROGRAMS  := $(B)/supervise $(if $(CURSES_LIBS),$(B)/supervise-top)
INSTALLED := $(foreach page,$(sort $(wildcard man/*.[1-8])),\
		$(page):$(MANDIR)/man$(subst .,,$(suffix $(page)))/$(notdir $(page))) \
	cmd/completion/supervise.bash:$(BASHDIR)/supervise \
	cmd/completion/_supervise:$(ZSHDIR)/_supervise \
	cmd/completion/supervise.fish:$(FISHDIR)/supervise.fish \
	cmd/bats/load.bash:$(BATSDIR)/supervise/load.bash

.PHONY: install uninstall
install: ## install program, manual, completion and the library for bats below DESTDIR and PREFIX
install: all
	install -d $(sort $(addprefix $(DESTDIR),$(BINDIR) \
		$(foreach file,$(INSTALLED),$(dir $(lastword $(subst :, ,$(file)))))))
	install -m 755 -s --strip-program=$(or $(STRIP),strip) $(PROGRAMS) $(DESTDIR)$(BINDIR)
	$(foreach file,$(INSTALLED),install -m 644 $(subst :, $(DESTDIR),$(file))$(newline)	)

uninstall: ## remove what install put there
	rm -f $(addprefix $(DESTDIR),$(BINDIR)/supervise $(BINDIR)/supervise-top \
		$(foreach file,$(INSTALLED),$(lastword $(subst :, ,$(file)))))
	[ ! -d $(DESTDIR)$(BATSDIR)/supervise ] || rmdir $(DESTDIR)$(BATSDIR)/supervise

# The files that are committed or, in an unpacked tarball, all of them; their
# time is that of the commit or as it was.
.PHONY: dist
dist: ## pack the source, build/supervise-VERSION.tar.gz
	@mkdir -p $(B)
	@if git ls-files --error-unmatch Makefile >/dev/null 2>&1; then \
		git ls-files -z; \
	else \
		find . -path ./$(B) -prune -o ! -type d -printf '%P\0'; \
	fi | LC_ALL=C sort -z | tar --null -T - --owner=0 --group=0 --numeric-owner --mode=go=rX \
		$(patsubst %,--mtime=@%,$(shell git log -1 --format=%ct -- Makefile 2>/dev/null)) \
		--transform 's,^,supervise-$(VERSION)/,' -c | \
		gzip -9n >$(B)/supervise-$(VERSION).tar.gz
	@echo $(B)/supervise-$(VERSION).tar.gz

.PHONY: html
html: ## make build/html of the manual, to be read from its index.html
	@man/html $(B)/html
	@echo $(B)/html/index.html

.PHONY: deb
deb: ## make the Debian packages, build/deb/*.deb
deb: all
	@MAKE='$(MAKE)' cmd/debian/build $(VERSION) $(B)/deb

.PHONY: clean
clean: ## remove build/
	rm -rf $(B)

.PHONY: help
help: ## print this list
	@sed -n 's/^\([a-z-]*\): ## \(.*\)/\1\t\2/p' $(firstword $(MAKEFILE_LIST)) | \
		expand -t 14

# Parts of the build by name, for test/run.
.PHONY: unit unit-asan fault helpers asan sim-asan play-asan bench-programs \
	fuzz-programs
unit: $(call UNIT,$(B))
unit-asan: $(call UNIT,$(B)/asan) $(call FAULT,$(B)/asan)
fault: $(call FAULT,$(B)/fault)
helpers: $(call HELPERS,$(B)) $(call EXAMPLES,$(B))
asan: $(B)/asan/supervise $(if $(CURSES_LIBS),$(B)/asan/supervise-top)
sim-asan: $(call SIM,$(B)/asan)
play-asan: $(B)/asan/supervise $(call PLAY,$(B)/asan)
bench-programs: $(call BENCH,$(B))
fuzz-programs: $(call FUZZ,$(B)/fuzz)

# Every object of the tree, with warnings as errors.
.PHONY: strict-gcc strict-clang
strict-gcc: $(ALL_SRC:%.c=$(B)/strict-gcc/obj/%.o)
strict-clang: $(ALL_SRC:%.c=$(B)/strict-clang/obj/%.o)

# ---------------------------------------------------------------- rules

# $(call VARIANT,folder,compiler,compiler flags,linker flags)
define VARIANT
$(1)/obj/%.o: %.c $(1)/flags
	@mkdir -p $$(@D)
	$$(call say,CC)
	$$(Q)$(2) $$(CPPFLAGS_ALL) -MMD -MP $$(filter-out $$(UNWANTED),$(3)) -c -o $$@ $$<

# Optimised with nothing else, it would lose what only its assembler calls.
$(1)/obj/test/bench/%_static.o: UNWANTED = -flto%

# Rewritten, and with it everything rebuilt, when a flag has changed.
$(1)/flags: FORCE
	@mkdir -p $(1)
	@$$(call update,$(subst $(comma),;,$(2) $$(CPPFLAGS_ALL) $(3) $(4)))

# The same for the archive when a source has come or gone.
$(1)/sources: FORCE
	@mkdir -p $(1)
	@$$(call update,$(LIB_SRC) $(SHARED_SRC) $(OTP_SHARED_SRC))

$(1)/libsupervise.a: $(LIB_SRC:%.c=$(1)/obj/%.o) $(1)/sources
	@rm -f $$@
	$$(call say,AR)
	$$(Q)$$(AR) rcs $$@ $(LIB_SRC:%.c=$(1)/obj/%.o)

$(1)/libtest.a: $(SHARED_SRC:%.c=$(1)/obj/%.o) $(1)/sources
	@rm -f $$@
	$$(call say,AR)
	$$(Q)$$(AR) rcs $$@ $(SHARED_SRC:%.c=$(1)/obj/%.o)

$(1)/libotp.a: $(OTP_SHARED_SRC:%.c=$(1)/obj/%.o) $(1)/sources
	@rm -f $$@
	$$(call say,AR)
	$$(Q)$$(AR) rcs $$@ $(OTP_SHARED_SRC:%.c=$(1)/obj/%.o)

$(1)/supervise: $(CMD_SRC:%.c=$(1)/obj/%.o) $(1)/libsupervise.a
	$$(call say,LD)
	$$(Q)$(2) $(3) $(4) -o $$@ $$^ $$(BSD_LIBS)

# What it shares with the commands.
$(1)/supervise-top: $(TOP_SRC:%.c=$(1)/obj/%.o) $(1)/obj/cmd/words.o $(1)/libsupervise.a
	$$(call say,LD)
	$$(Q)$(2) $(3) $(4) -o $$@ $$^ $$(BSD_LIBS) $(CURSES_LIBS)

$(call FAULT,$(1)): $(1)/unit/%: $(1)/obj/test/unit/%.o $(1)/libtest.a $(1)/libsupervise.a $(FAULT_WRAPS)
	@mkdir -p $$(@D)
	$$(call say,LD)
	$$(Q)$(2) $(3) -fno-lto $(4) $(WRAP) -o $$@ $$(filter %.o %.a,$$^) $(BSD_LIBS)

$(call UNIT,$(1)): $(1)/unit/%: $(1)/obj/test/unit/%.o $(1)/libtest.a $(1)/libsupervise.a
	@mkdir -p $$(@D)
	$$(call say,LD)
	$$(Q)$(2) $(3) -fno-lto $(4) -o $$@ $$(filter %.o,$$^) $$(filter %.a,$$^) $(BSD_LIBS)

# What of another program is tested without its screen.
$(1)/unit/top_model: $(addprefix $(1)/obj/cmd/top/,model.o ring.o)

$(1)/sim/sim: $(SIM_SRC:%.c=$(1)/obj/%.o) $(1)/libsupervise.a
	@mkdir -p $$(@D)
	$$(call say,LD)
	$$(Q)$(2) $(3) -fno-lto $(4) -o $$@ $$^ $(BSD_LIBS)

$(call PLAY,$(1)): $(1)/play-%: $(1)/obj/test/otp/play_%.o $(1)/libotp.a $(1)/libsupervise.a
	$$(call say,LD)
	$$(Q)$(2) $(3) -fno-lto $(4) -o $$@ $$^ $(BSD_LIBS)

$(1)/bench/%_static: $(1)/obj/test/bench/%_static.o
	@mkdir -p $$(@D)
	$$(call say,LD)
	$$(Q)$(2) $(3) -fno-lto $(filter-out -pie,$(4)) -static -nostartfiles -o $$@ $$^

$(1)/bench/%: $(1)/obj/test/bench/%.o $(1)/libtest.a $(1)/libsupervise.a
	@mkdir -p $$(@D)
	$$(call say,LD)
	$$(Q)$(2) $(3) -fno-lto $(4) -o $$@ $$^ $(BSD_LIBS)

$(1)/helpers/%: $(1)/obj/test/helpers/%.o
	@mkdir -p $$(@D)
	$$(call say,LD)
	$$(Q)$(2) $(3) -fno-lto $(4) -o $$@ $$^

$(1)/examples/todo/%: $(1)/obj/test/examples/todo/%.o $(1)/obj/test/examples/todo/line.o
	@mkdir -p $$(@D)
	$$(call say,LD)
	$$(Q)$(2) $(3) -fno-lto $(4) -o $$@ $$^

$(1)/%_fuzz: $(1)/obj/test/fuzz/%_fuzz.o $(1)/libtest.a $(1)/libsupervise.a
	$$(call say,LD)
	$$(Q)$(2) $(3) -fno-lto $(4) -fsanitize=fuzzer -o $$@ $$^ $(BSD_LIBS)
endef

# Writes the text into the target unless that is what it holds already.
update = echo '$(subst ','\'',$(1))' | cmp -s - $@ || \
	echo '$(subst ','\'',$(1))' >$@

# $(call RELEASE,GCC or CLANG)
RELEASE = $(HARDEN) $(WARN_$(1)) $(SECTIONS) -fPIE

$(eval $(call VARIANT,$(B),$$(CC),$(call RELEASE,$(FAMILY)) $(SMALL_$(FAMILY)) $$(CFLAGS),$(LINK) $$(LDFLAGS)))
# What every row of an answer, and every line of a child, goes through is fast
# before it is small.
HOT := base/record base/record_parse base/table control/answer control/buffer \
	control/session engine/node engine/query engine/view \
	log/line log/source
$(HOT:%=$(B)/obj/lib/%.o) $(B)/obj/cmd/rows.o: private CFLAGS += -O2 \
	-fno-align-functions -fno-align-loops -fno-align-jumps -fno-align-labels

# Without libraries, and small: musl, and what of libbsd's archive is wanted. At
# a fixed address it needs no relocation, and its processes share all but what
# they write. The kernel's headers are shown to it without those of the
# machine's own C library beside them.
STATIC      := $(B)/static
MUSL_GCC    ?= musl-gcc
MUSL_CFLAGS := $(HARDEN) -Wall -Wextra -Wno-overflow $(SECTIONS) -fno-pie $(SMALL_GCC) \
	-isystem cmd/musl -include cmd/musl/missing.h -idirafter $(STATIC)/include
MUSL_LINK   := -static -no-pie -Wl,-z,noexecstack,--gc-sections,-z,norelro \
	-Wl,-z,noseparate-code,--build-id=none
$(eval $(call VARIANT,$(STATIC),$$(MUSL_GCC),$(MUSL_CFLAGS) $$(CFLAGS),$(MUSL_LINK) $$(LDFLAGS)))
$(STATIC)/supervise: BSD_LIBS := $(BSD_ARCHIVE)
$(STATIC)/supervise: $(MUSL_SRC:%.c=$(STATIC)/obj/%.o)
$(LIB_SRC:%.c=$(STATIC)/obj/%.o) $(CMD_SRC:%.c=$(STATIC)/obj/%.o) \
	$(MUSL_SRC:%.c=$(STATIC)/obj/%.o): | $(STATIC)/include/linux
$(STATIC)/include/linux:
	@mkdir -p $(@D)
	@for dir in linux asm asm-generic; do \
		ln -sfn "$$($(CC) -E -x c -include linux/types.h /dev/null | \
			sed -n "s|.*\"\(/.*/$$dir\)/[a-z_]*.h\".*|\1|p" | head -n 1)" \
			$(@D)/$$dir; \
	done
# gcc's would be loaded anew, page by page, with every process; clang's never is.
# What is linked where it will be starts in two thirds of the time.
SANITIZER_GCC := -static-libasan -static-libubsan -no-pie
$(eval $(call VARIANT,$(B)/asan,$$(CC),$(WARN_$(FAMILY)) $(SANITIZE),$(SANITIZER_$(FAMILY)) $$(LDFLAGS)))
$(eval $(call VARIANT,$(B)/fault,$$(CC),$(WARN_$(FAMILY)) -O1 -g,$$(LDFLAGS)))
$(eval $(call VARIANT,$(B)/coverage,gcc,-O0 -g --coverage,$$(LDFLAGS)))
$(eval $(call VARIANT,$(B)/fuzz,$$(CLANG),$(WARN_CLANG) -fsanitize=fuzzer-no-link $(SANITIZE),$$(LDFLAGS)))
$(eval $(call VARIANT,$(B)/strict-gcc,gcc,$(call RELEASE,GCC) -O2 -Werror,$(LINK)))
$(eval $(call VARIANT,$(B)/strict-clang,$$(CLANG),$(call RELEASE,CLANG) -O2 -Werror,$(LINK)))

.PHONY: FORCE
FORCE:

.SECONDARY:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

-include $(foreach v,$(B) $(wildcard $(B)/*/obj),$(ALL_SRC:%.c=$(patsubst %/obj,%,$(v))/obj/%.d))
