#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check: timeout=300 variants=gcc
#
# Bounds, proven from outside: an independent reader of SPIR-V (check-bounds.py, which
# knows nothing of the compiler) must find every access in every module of the golden
# pairs, the golden programs and the benchmarks behind a comparison with its array's
# length, and no barrier where threads may part. Accesses of the tiled matrix product
# are marked there as read by hand.
#
# usage: test-bounds.sh [NAME.px...]

set -eu
cd "$(dirname "$0")"
tool=${BUILD:-../../build/gcc}/tests/compiler/compile-tool
scratch=${SCRATCH:-$(mktemp -d)}
bad=0 total=0
[ $# -gt 0 ] || set -- spirv/*.px golden/*.px ../../bench/primitives/*.px

# Which bindings are bytes: those of u8 arrays, in the order of declarations.
byte_bindings() { # SOURCE
    tr 'a-z\r' 'A-Z ' <"$1" | awk '
        $1 == "GPU_PARAM" && $3 ~ /(\[\]|\*)/ {
            if ($3 ~ /^(U8|CHAR)/) printf "%s%d", n++ ? "," : "", i
            i++
        }
        $1 == "GPU_END" { exit }'
}

for source in "$@"; do
    for words in "" all; do
        rm -f "$scratch"/m.*
        # shellcheck disable=SC2086 # no word, or one
        "$tool" "$source" "$scratch/m" $words >"$scratch/out" 2>&1 || continue
        bytes=$(byte_bindings "$source")
        for module in "$scratch"/m.*.spv; do
            [ -f "$module" ] || continue
            total=$((total + 1))
            if ! python3 check-bounds.py ${bytes:+"--bytes=$bytes"} "$module" >"$scratch/out"; then
                echo "$source${words:+ ($words)}:"
                grep -v '^[^ ]*: [0-9]* chains' "$scratch/out" || cat "$scratch/out"
                bad=$((bad + 1))
            fi
        done
    done
done
echo "$total modules, $bad not proven"
[ "$total" -gt 100 ] || [ $# -lt 10 ] || bad=$((bad + 1))
[ "$bad" -eq 0 ]
