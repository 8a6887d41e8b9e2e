#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Run all benchmarks and print their tables; what `make bench` calls. Packed with
# its programs by pack.sh it is called run-all, and finds them beside itself.
#
#	run.sh [--results FILE] [--no-compile] [--no-gpu] [--gpu N] [FOLDER]
#
# FOLDER holds programs and data as built (build/gcc/bench). --results keeps what
# was printed in FILE as well. Status: 0, or 1 if a target was missed or a result
# was wrong, 2 if something could not be run.
set -u

usage() {
    sed -n '4,11s/^#[[:space:]]\{0,1\}//p' "$0" >&2
    exit 2
}

here=$(cd "$(dirname "$0")" && pwd)
folder=$here
[ -x "$folder/gpu" ] || folder=$here/../build/${VARIANT:-gcc}/bench
results=
compile=yes
gpu=yes
device=

while [ $# -gt 0 ]; do
    case $1 in
    --results)
        [ $# -gt 1 ] || usage
        results=$2
        shift
        ;;
    --no-compile) compile=no ;;
    --no-gpu) gpu=no ;;
    --gpu)
        [ $# -gt 1 ] || usage
        device=$2
        shift
        ;;
    -*) usage ;;
    *) folder=$1 ;;
    esac
    shift
done

if [ ! -x "$folder/gpu" ] || [ ! -d "$folder/spv" ]; then
    echo "$folder: not built; run make bench" >&2
    exit 2
fi

# A packed folder brings the few libraries that a machine with a driver may lack.
for library in "$here"/lib/*; do
    if [ -e "$library" ] && ! ldconfig -p 2>/dev/null | grep -qF "$(basename "$library")"; then
        LD_LIBRARY_PATH=$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
        export LD_LIBRARY_PATH
        break
    fi
done

status=0
out=$(mktemp) || exit 2
trap 'rm -f "$out"' EXIT

# Tables go to the terminal as they come, and into $out; a pipe would hide the status.
run() {
    "$@" >"$out.one"
    r=$?
    cat "$out.one"
    cat "$out.one" >>"$out"
    rm -f "$out.one"
    echo
    echo >>"$out"
    if [ $r -gt 1 ]; then
        echo "$(basename "$1"): could not be run (status $r)" | tee -a "$out"
        status=2
    elif [ $r -eq 1 ] && [ $status -eq 0 ]; then
        status=1
    fi
}

if [ $compile = yes ]; then
    if command -v valgrind >/dev/null; then
        run "$folder/compile" --instructions "$folder"
    else
        run "$folder/compile" "$folder"
    fi
fi
if [ $gpu = yes ]; then
    run "$folder/launch" ${device:+--gpu "$device"} "$folder"
    run "$folder/gpu" ${device:+--gpu "$device"} "$folder"
fi

count() {
    grep -o "$1" "$out" | wc -l
}

summary="Targets: $(count ' pass ') met, $(count ' MISS ') missed; wrong results: $(count 'WRONG:')."
echo "$summary"

if [ -n "$results" ]; then
    {
        echo '# Last figures'
        echo
        echo 'Printed by bench/run.sh; what they mean stands in bench/README.md.'
        echo
        cat "$out"
        echo "$summary"
    } >"$results"
fi
exit $status
