#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `make coverage`: which lines of daemon/compiler the compiler's own tests reach.
#
# Unit tests, pairs, worst texts and the replay of the fuzzing corpus are run in a
# build of their own, build/coverage. Fails if less than LEAST percent is reached;
# lines that were not are marked ##### in build/coverage/gcov/*.gcov.

set -eu
: "${LEAST:=95}"
B=build/coverage
units=$(echo daemon/compiler/test-*.c | sed "s|\([^ ]*\)\.c|$B/\1|g")
programs="$B/tests/compiler/compile-tool $B/tests/compiler/worst $B/tests/fuzz/replay"

# shellcheck disable=SC2086 # lists of words
make -j"$(nproc)" --no-print-directory VARIANT=gcc B=$B WERROR= CFLAGS='-O1 -g --coverage' \
    LDFLAGS=--coverage $units $programs
find $B -name '*.gcda' -delete
for unit in $units; do
    "$unit"
done
BUILD=$PWD/$B tests/compiler/test-pairs.sh
BUILD=$PWD/$B tests/fuzz/test-replay.sh
$B/tests/compiler/worst $B

mkdir -p $B/gcov
for source in daemon/compiler/*.c; do
    case $source in */test-*) continue ;; esac
    gcov -o "$B/${source%.c}.o" "$source" | grep -A 1 "^File '$source'"
    mv "$(basename "$source").gcov" $B/gcov/
done | awk -v least="$LEAST" '
    /^File/ { file = $2; gsub("\047", "", file) }
    /^Lines executed/ {
        split($0, part, /[:% ]+/)
        printf "%6.1f %%  %4d lines  %s\n", part[3], part[5], file
        reached += part[3] / 100 * part[5]
        lines += part[5]
    }
    END {
        printf "%6.1f %%  %4d lines  in all\n", 100 * reached / lines, lines
        exit 100 * reached / lines < least
    }'
rm -f ./*.gcov
