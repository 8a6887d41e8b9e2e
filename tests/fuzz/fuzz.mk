# SPDX-License-Identifier: GPL-2.0-or-later
#
# Fuzzing. Included by the Makefile.
#
#   make fuzz          an hour of FUZZ_TARGET; what it finds lies in build/fuzz/TARGET-*
#                      (crash-…, slow-unit-…), new inputs in build/fuzz/corpus/TARGET
#   make fuzz-merge    take from those what reaches new code, and drop what no longer
#                      does, into tests/fuzz/corpus/TARGET, which `make check` replays
#
# Some findings need a file of their own in tests/: name it after what it shows.

FUZZ_TARGET ?= compile
FUZZ_SECONDS ?= 3600
FUZZ_CC ?= clang

fuzz_flags := -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
fuzz_binary := build/fuzz/$(FUZZ_TARGET)
fuzz_found := build/fuzz/corpus/$(FUZZ_TARGET)
fuzz_kept := tests/fuzz/corpus/$(FUZZ_TARGET)
fuzz_sources := $(filter-out $(compiler_test_src),$(compiler_src)) common/nearest.c \
	tests/fuzz/fuzz-entry.c tests/fuzz/fuzz-$(FUZZ_TARGET).c

$(fuzz_binary): $(fuzz_sources) $(wildcard daemon/compiler/*.h tests/fuzz/*.h) tests/fuzz/fuzz.mk
	@mkdir -p $(@D) $(fuzz_found)
	$(call quiet,FUZZ,$@,$(FUZZ_CC) $(OUR_CPPFLAGS) -std=gnu11 -ffp-contract=off $(fuzz_flags) \
		-DFUZZ_TARGET=fuzz_$(FUZZ_TARGET) -o $@ $(fuzz_sources) $(LDLIBS))

fuzz: $(fuzz_binary)
	nice -n 19 $(fuzz_binary) -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -timeout=10 \
		-dict=tests/fuzz/$(FUZZ_TARGET).dict -artifact_prefix=build/fuzz/$(FUZZ_TARGET)- \
		$(fuzz_found) $(fuzz_kept)

fuzz-merge: $(fuzz_binary)
	rm -rf build/fuzz/merged
	mkdir -p build/fuzz/merged
	$(fuzz_binary) -set_cover_merge=1 -max_len=1500 build/fuzz/merged $(fuzz_kept) $(fuzz_found)
	rm -rf $(fuzz_kept)
	mv build/fuzz/merged $(fuzz_kept)

.PHONY: fuzz fuzz-merge
