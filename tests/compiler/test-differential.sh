#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check: timeout=1800 quick=no alone=yes
#
# 2,000 generated programs through compiler and GPU against the reference
# interpreter. The seeds are fixed, so that a failure is the same for everybody; to
# look further: build/gcc/tests/compiler/reference/differential --seed N --time 600

set -eu
: "${BUILD:=build/gcc}" "${JOBS:=2}"
: "${SCRATCH:=$(mktemp -d)}"
programs=2000

# A slice of the seeds for each CPU: most of the time goes into a driver's compiler.
each=$(((programs + JOBS - 1) / JOBS))
job=0
pids=
while [ $((job * each)) -lt "$programs" ]; do
    first=$((1 + job * each))
    count=$((programs - job * each < each ? programs - job * each : each))
    "$BUILD/tests/compiler/reference/differential" --seed "$first" --count "$count" >"$SCRATCH/$job.log" 2>&1 &
    pids="$pids $!"
    job=$((job + 1))
done

bad=0
for pid in $pids; do
    wait "$pid" || bad=1
done
cat "$SCRATCH"/*.log
exit $bad
