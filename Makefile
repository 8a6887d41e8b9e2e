# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Front door of the tree; `make help` says what there is.
#
# One makefile, no recursion: each folder is a component (table below), whose
# sources are found by wildcard, so that adding a file needs no edit here:
#
#   test-NOUN.c        a unit test, a program of its own
#   has `int main`     a program
#   all others         go into the component's static library
#
# Everything is built under build/VARIANT, VARIANT being gcc (what is
# installed), clang (a second opinion on the code) or asan (gcc with address and
# undefined-behaviour sanitizers). The three live side by side.

MAKEFLAGS += -rR
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

VERSION := 0.1.0
VARIANT ?= gcc
B := build/$(VARIANT)

# ------------------------------------------------------------------- variants

# -D_FORTIFY_SOURCE and the sanitizers get in each other's way, hence not both.
HARDEN := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
ifeq ($(VARIANT),gcc)
CC := gcc
else ifeq ($(VARIANT),clang)
CC := clang
else ifeq ($(VARIANT),asan)
CC := gcc
HARDEN := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
else
$(error VARIANT is gcc, clang or asan, not '$(VARIANT)')
endif

PKG_CONFIG ?= pkg-config
AR ?= ar
ifeq ($(origin AR),default)
AR := ar
endif

# ---------------------------------------------------------------------- flags

# CFLAGS, CPPFLAGS and LDFLAGS are the caller's; ours stand before them.
CFLAGS ?= -O2 -g
WERROR ?= -Werror

WARN := -Wall -Wextra $(WERROR) -Wshadow -Wmissing-prototypes -Wstrict-prototypes \
	-Wold-style-definition -Wvla -Wformat-security -Wwrite-strings -Wundef

ARCH := $(shell uname -m)
ifeq ($(ARCH),x86_64)
HARDEN += -fcf-protection
endif
HARDEN += -fstack-protector-strong -fstack-clash-protection

# Contraction is off because C floats here stand for GPU floats, bit for bit.
# All objects are position independent: the same ones go into programs (PIE) and
# into the shared library.
OUR_CFLAGS := -std=gnu11 $(WARN) -fPIC -ffp-contract=off -ffunction-sections \
	-fdata-sections $(HARDEN)

# libSPIRV-Tools is wanted for `compile --emit spvasm` and for validating in
# tests; it is a static C++ library in Debian. Without it both say so.
HAVE_SPIRV_TOOLS := $(shell $(PKG_CONFIG) --exists SPIRV-Tools && echo 1 || echo 0)
JSON_CFLAGS := $(shell $(PKG_CONFIG) --cflags-only-I json-c 2>/dev/null)

OUR_CPPFLAGS := -D_GNU_SOURCE= -I. -Iinclude -Idaemon/compiler $(JSON_CFLAGS) \
	-DPXOS_VERSION='"$(VERSION)"' -DPXOS_HAVE_SPIRV_TOOLS=$(HAVE_SPIRV_TOOLS)

OUR_LDFLAGS := $(filter -fsanitize%,$(HARDEN)) -Wl,-z,relro,-z,now -Wl,--gc-sections -Wl,--as-needed
LDLIBS := -ljson-c -lmd -lm -lpthread -ldl
ifeq ($(HAVE_SPIRV_TOOLS),1)
LDLIBS := -lSPIRV-Tools -lstdc++ $(LDLIBS)
endif

COMPILE = $(CC) $(OUR_CPPFLAGS) $(CPPFLAGS) $(OUR_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
LINK = $(CC) -pie $(OUR_LDFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o %.a,$^) $(LDLIBS)
LINK_SHARED = $(CC) -shared $(OUR_LDFLAGS) $(CFLAGS) $(LDFLAGS) -Wl,-soname,$(soname) \
	-Wl,--version-script,$(filter %.map,$^) -o $@ $(filter %.o %.a,$^) -lm

# V=1 shows commands.
ifeq ($(V),1)
quiet = $(3)
else
quiet = @printf '  %-7s %s\n' '$(1)' '$(2)'; $(3)
endif

# ----------------------------------------------------------------- components

# $(call component,NAME,FOLDER,COMPONENTS IT MAY USE, nearest first)
define component
$(1)_src := $(sort $(wildcard $(2)/*.c))
$(1)_test_src := $$(filter $(2)/test-%.c,$$($(1)_src))
$(1)_main_src := $$(filter-out $$($(1)_test_src),$$(shell grep -l '^int main' /dev/null $$($(1)_src)))
$(1)_obj := $$(patsubst %.c,$(B)/%.o,$$(filter-out $$($(1)_test_src) $$($(1)_main_src),$$($(1)_src)))
$(1)_lib := $$(if $$($(1)_obj),$(B)/lib$(1).a)
$(1)_libs := $$($(1)_lib) $(foreach c,$(3),$$($(c)_lib))
$(1)_tests := $$(patsubst %.c,$(B)/%,$$($(1)_test_src))
$(1)_programs := $$(patsubst %.c,$(B)/%,$$($(1)_main_src))

libs += $$($(1)_lib)
tests += $$($(1)_tests)
objects += $$(patsubst %.c,$(B)/%.o,$$($(1)_src))

$(B)/lib$(1).a: $(B)/lib$(1).list $$($(1)_obj)
$(B)/lib$(1).list: wanted = $$($(1)_obj)
$$($(1)_tests) $$($(1)_programs): $(B)/%: $(B)/%.o $$($(1)_libs)
	$$(call quiet,LINK,$$@,$$(LINK))
endef

$(eval $(call component,common,common,))
$(eval $(call component,compiler,daemon/compiler,common))
$(eval $(call component,vulkan,daemon/vgpu/vulkan,compiler common))
$(eval $(call component,cli,guest/cli,vulkan compiler common))
$(eval $(call component,compiletests,tests/compiler,compiler common))
$(eval $(call component,reference,tests/compiler/reference,vulkan compiler common))
$(eval $(call component,fuzz,tests/fuzz,compiletests cli vulkan compiler common))
$(eval $(call component,bench,bench,vulkan compiler common))
-include bench/bench.mk
-include tests/compiler/tests.mk tests/fuzz/fuzz.mk

programs := $(if $(wildcard guest/cli/main.c),$(B)/pxos-gpu)
soname := libpxos_gpu_compiler.so.0
solibs := $(if $(compiler_obj),$(B)/$(soname))

all: $(libs) $(programs) $(solibs)
tests: all $(tests) $(compiletests_programs) $(reference_programs) $(fuzz_programs) $(bench_programs)

# Files that change only when what they say changes: the objects of a library
# and the flags of everything, so that a removed source or another flag counts.
write_if_changed = @mkdir -p $(@D); printf '%s\n' '$(subst ','\'',$(1))' >$@.new; \
	if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

$(B)/%.list: FORCE
	$(call write_if_changed,$(wanted))
$(B)/flags: FORCE
	$(call write_if_changed,$(CC) $(OUR_CPPFLAGS) $(CPPFLAGS) $(OUR_CFLAGS) $(CFLAGS))
FORCE:

$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(call quiet,CC,$@,$(COMPILE))

$(B)/%.a:
	$(call quiet,AR,$@,rm -f $@ && $(AR) rcsD $@ $(filter %.o,$^))

$(B)/pxos-gpu: $(B)/guest/cli/main.o $(cli_libs)
	$(call quiet,LINK,$@,$(LINK))

# Only what pxos_compiler.h declares is visible, under a version of its own.
$(B)/$(soname): daemon/compiler/libpxos_gpu_compiler.map $(compiler_obj) $(common_lib)
	$(call quiet,LINK,$@,$(LINK_SHARED))
	@ln -sf $(soname) $(B)/libpxos_gpu_compiler.so

-include $(objects:.o=.d)

# -------------------------------------------------------------------- targets

help:
	@echo 'make                  build libraries and pxos-gpu into build/gcc'
	@echo 'make tests            build the unit tests, reference, fuzzers and benchmarks too'
	@echo 'make check            every test; installs the Debian packages it needs (root or sudo)'
	@echo 'make check-quick      the part of check that fits between two edits'
	@echo 'make bench            measure; figures go to standard output'
	@echo 'make fuzz             fuzz the compiler for FUZZ_SECONDS'
	@echo 'make coverage         what the compiler'"'"'s tests reach'
	@echo 'make install          into DESTDIR, PREFIX ($(PREFIX)), LIBDIR, MANDIR, ...'
	@echo 'make uninstall        remove what install put there'
	@echo 'make clean            remove build/, the downloaded caches in build/cache excepted'
	@echo 'make distclean        remove build/ whole'
	@echo
	@echo 'VARIANT=gcc|clang|asan   which build, in build/VARIANT (now $(VARIANT))'
	@echo 'V=1                      show commands'
	@echo 'WERROR=                  warnings do not stop the build (for packagers)'
	@echo 'CHECK="NAME ..."         run only the tests whose name holds NAME'

check:
	tests/deps.sh
	tests/run.py $(CHECK)

check-quick:
	tests/run.py --quick $(CHECK)

bench: all $(bench_programs) bench-data
	bench/run.sh $(B)/bench

clean:
	rm -rf build/gcc build/clang build/asan build/check

distclean:
	rm -rf build

# -------------------------------------------------------------------- install

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man
BASHCOMPDIR ?= $(DATADIR)/bash-completion/completions
ZSHCOMPDIR ?= $(DATADIR)/zsh/site-functions

man_pages := $(wildcard guest/cli/man/*.[1-9] daemon/compiler/man/*.[1-9])
man_dir = $(MANDIR)/man$(subst .,,$(suffix $(1)))

install: all
	install -Dm755 $(B)/pxos-gpu $(DESTDIR)$(BINDIR)/pxos-gpu
	install -Dm644 $(B)/$(soname) $(DESTDIR)$(LIBDIR)/$(soname)
	ln -sf $(soname) $(DESTDIR)$(LIBDIR)/libpxos_gpu_compiler.so
	install -Dm644 daemon/compiler/pxos_compiler.h $(DESTDIR)$(INCLUDEDIR)/pxos_compiler.h
	install -Dm644 include/pxos/limits.h $(DESTDIR)$(INCLUDEDIR)/pxos/limits.h
	install -d $(DESTDIR)$(LIBDIR)/pkgconfig
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
		-e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' -e 's|@VERSION@|$(VERSION)|' \
		daemon/compiler/pxos_gpu_compiler.pc.in \
		>$(DESTDIR)$(LIBDIR)/pkgconfig/pxos_gpu_compiler.pc
	install -Dm644 guest/cli/completion/pxos-gpu.bash $(DESTDIR)$(BASHCOMPDIR)/pxos-gpu
	install -Dm644 guest/cli/completion/_pxos-gpu $(DESTDIR)$(ZSHCOMPDIR)/_pxos-gpu
	$(foreach m,$(man_pages),install -Dm644 $(m) $(DESTDIR)$(call man_dir,$(m))/$(notdir $(m));)

uninstall:
	rm -f $(DESTDIR)$(BINDIR)/pxos-gpu $(DESTDIR)$(LIBDIR)/$(soname) \
		$(DESTDIR)$(LIBDIR)/libpxos_gpu_compiler.so \
		$(DESTDIR)$(INCLUDEDIR)/pxos_compiler.h $(DESTDIR)$(INCLUDEDIR)/pxos/limits.h \
		$(DESTDIR)$(LIBDIR)/pkgconfig/pxos_gpu_compiler.pc \
		$(DESTDIR)$(BASHCOMPDIR)/pxos-gpu $(DESTDIR)$(ZSHCOMPDIR)/_pxos-gpu \
		$(foreach m,$(man_pages),$(DESTDIR)$(call man_dir,$(m))/$(notdir $(m)))

.PHONY: all tests help check check-quick bench clean distclean install uninstall FORCE
