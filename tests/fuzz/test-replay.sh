#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check: variants=asan timeout=600
#
# Every program in the tree, good and bad, and what fuzzing has found, through the
# fuzzing target, in the sanitizer build.

set -eu
: "${BUILD:=build/asan}"
find tests bench -name '*.px' -o -path 'tests/fuzz/corpus/compile/*' -type f | sort |
    xargs "$BUILD/tests/fuzz/replay" compile >"${SCRATCH:-/tmp}/replay.log" || {
    tail -n 1 "${SCRATCH:-/tmp}/replay.log"
    exit 1
}
wc -l <"${SCRATCH:-/tmp}/replay.log" | sed 's/$/ inputs/'
