# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Sourced by the tests of the command line. They run the real program, in a folder
# of their own, and compare what it prints, where, and how it exits.

: "${BUILD:=$PWD/build/gcc}"
# A test called by hand gets a scratch folder of its own.
if [ -z "${SCRATCH:-}" ]; then
    SCRATCH=$(mktemp -d)
    trap 'rm -rf "$SCRATCH"' EXIT
fi
pxos_gpu=$BUILD/pxos-gpu
failures=0
status=0
cd "$SCRATCH" || exit 1

fail() {
    echo "FAIL: $*"
    echo "  status $status"
    sed 's/^/  stdout: /' out | head -n 20
    sed 's/^/  stderr: /' err | head -n 20
    failures=$((failures + 1))
}

# Call the program, keep its answer in out, err and $status.
call() {
    status=0
    "$pxos_gpu" "$@" >out 2>err </dev/null || status=$?
}

# ok TEXT ARGUMENT…: exits 0 and prints exactly TEXT.
ok() {
    expected=$1
    shift
    call "$@"
    if [ "$status" -ne 0 ]; then
        fail "pxos-gpu $*: exit status"
    elif [ "$(cat out)" != "$expected" ]; then
        fail "pxos-gpu $*: expected on stdout: $expected"
    fi
}

# fails STATUS PATTERN ARGUMENT…: exits so, with one line that holds PATTERN, and prints nothing.
fails() {
    wanted=$1
    pattern=$2
    shift 2
    call "$@"
    judge_failure "$wanted" "$pattern" "pxos-gpu $*"
}

judge_failure() { # STATUS PATTERN WHAT
    if [ "$status" -ne "$1" ]; then
        fail "$3: exit status, expected $1"
    elif [ "$(grep -c . err)" -ne 1 ]; then
        fail "$3: expected one line on stderr"
    elif ! grep -q -e "$2" err; then
        fail "$3: expected on stderr: $2"
    elif [ -s out ]; then
        fail "$3: expected nothing on stdout"
    fi
}

# says PATTERN FILE: FILE, out or err of the last run, has a line with PATTERN.
says() {
    grep -q -e "$1" "$2" || fail "expected in $2: $1"
}

done_testing() {
    if [ "$failures" -gt 0 ]; then
        echo "$failures failures"
        exit 1
    fi
    exit 0
}

# ------------------------------------------------------------------- programs

cat >add.px <<'PROGRAM'
GPU_KERNEL vector_add
GPU_PARAM a float[]
GPU_PARAM b float[]
GPU_PARAM c float[]
GPU_PARAM n int
GPU_THREAD_CODE:
    THREAD_ID → tid
    COMPARE tid < n → in_bounds
    IF in_bounds:
        LOAD a[tid] → x
        LOAD b[tid] → y
        ADD x y → sum
        STORE sum → c[tid]
    ENDIF
GPU_END
PROGRAM

cat >double.px <<'PROGRAM'
GPU_KERNEL double
GPU_PARAM data float[]
GPU_THREAD_CODE:
    THREAD_ID -> t
    LOAD data[t] -> x
    MUL x 2.0 -> y
    STORE y -> data[t]
GPU_END
PROGRAM

# One of each scalar type, told apart by where it is stored.
cat >scalars.px <<'PROGRAM'
GPU_KERNEL scalars
GPU_PARAM out int[]
GPU_PARAM i int
GPU_PARAM u uint
GPU_PARAM b u8
GPU_PARAM f float
GPU_THREAD_CODE:
    STORE i -> out[0]
    STORE u -> out[1]
    STORE b -> out[2]
    STORE f -> real[0]
GPU_END
GPU_LAUNCH scalars BLOCKS 1 THREADS 1
PROGRAM

cat >copy-u8.px <<'PROGRAM'
GPU_KERNEL copy
GPU_PARAM from u8[]
GPU_PARAM into char[]
GPU_THREAD_CODE:
    THREAD_ID -> t
    LOAD from[t] -> x
    STORE x -> into[t]
GPU_END
PROGRAM

# What one kernel makes the next one reads.
cat >chain.px <<'PROGRAM'
GPU_KERNEL first
GPU_PARAM data int[]
GPU_THREAD_CODE:
    THREAD_ID -> t
    LOAD data[t] -> x
    ADD x 1 -> y
    STORE y -> middle[t]
GPU_END
GPU_KERNEL second
GPU_PARAM middle int[]
GPU_PARAM n int
GPU_THREAD_CODE:
    THREAD_ID -> t
    IF t < n:
        LOAD middle[t] -> x
        MUL x 10 -> y
        STORE y -> end[t]
    ENDIF
GPU_END
GPU_LAUNCH first BLOCKS 1 THREADS 4
GPU_SYNC
GPU_LAUNCH second BLOCKS 1 THREADS 4
PROGRAM

cat >matmul.px <<'PROGRAM'
GPU_KERNEL product
GPU_PARAM a float[]
GPU_PARAM b float[]
GPU_PARAM m int
GPU_PARAM k int
GPU_THREAD_CODE:
    PARALLEL_MATMUL a b -> c ROWS m COLS 2 INNER k
GPU_END
PROGRAM

cat >bad.px <<'PROGRAM'
GPU_KERNEL bad
GPU_PARAM a int[]
GPU_THREAD_CODE:
    LODA a[0] -> x
GPU_END
PROGRAM

cat >warned.px <<'PROGRAM'
GPU_KERNEL warned
GPU_PARAM a int[]
GPU_THREAD_CODE:
    THREAD_ID -> t
    IF t < 2:
        STORE t -> a[t]
GPU_END
PROGRAM

cat >endless.px <<'PROGRAM'
GPU_KERNEL endless
GPU_PARAM a int[]
GPU_THREAD_CODE:
    LOAD a[0] -> n
    LOOP n -> i:
        LOOP n -> j:
            ADD i j -> x
            STORE x -> a[1]
        ENDLOOP
    ENDLOOP
GPU_END
PROGRAM
