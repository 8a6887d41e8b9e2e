#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check: variants=gcc,asan timeout=300
#
# Every mistake gets one clear line, the right exit status, and leaves nothing behind.

set -u
. tests/cli/lib.sh

# The command line.
fails 2 'no command; see pxos-gpu --help'
fails 2 "no command 'rnu'; did you mean run?" rnu add.px
fails 2 "no command 'zzz'; see pxos-gpu --help" zzz
fails 2 'no option --vers; see pxos-gpu --help' --vers
fails 2 'no command; see pxos-gpu --help' --json
fails 2 'options of a command stand behind it: pxos-gpu run' --json run
fails 2 "no command 'rn'; did you mean run?" help rn
fails 2 'run: no program; see pxos-gpu run --help' run
fails 2 'compile: no program' compile
fails 2 'explain: no program' explain
fails 2 "run takes one program, not 'a' and 'b'" run a b
fails 2 'run: no option --jsn; did you mean --json?' run --jsn add.px
fails 2 'run: no option -x; see pxos-gpu run --help' run -x
fails 2 'run: --json takes no value' run --json=yes add.px
fails 2 'run: --gpu needs a value: --gpu SELECTOR' run add.px --gpu
fails 2 'run: -a needs a value: -a NAME=VALUE' run add.px -a
fails 2 "run: --step-budget takes a whole number from 1 to 4294967295, not '0'" run --step-budget 0 add.px
fails 2 "not '-5'" run --slice-us=-5 add.px
fails 2 "not '5x'" run --slice-us 5x add.px
fails 2 "arg takes NAME=VALUE, not 'a'" run add.px -a a
fails 2 "output takes NAME=FILE, not 'c='" run add.px -o c=
fails 2 "argument 'n' is given twice" run add.px -a n=1 -a n=2
fails 2 "output names 'c' twice" run add.px -o c=x -o c=y
fails 2 'standard input can be read only once' run - -a a=@-
fails 2 'standard output can take only one thing' run add.px -o c=- --json
fails 2 'list-gpus takes no program' run -l add.px
fails 2 "emit takes spirv, spvasm or json, not 'asm'" compile --emit asm add.px

# Files that are no programs.
fails 1 'cannot read absent.px: No such file' run absent.px
fails 1 'cannot read .: Is a directory' run .
fails 1 'cannot read .: Is a directory' compile .
head -c 65537 /dev/zero | tr '\0' '#' >large.px
fails 1 'large.px: larger than 64 KiB' run large.px
fails 1 '/dev/zero: larger than 64 KiB' explain /dev/zero
if [ "$(id -u)" -ne 0 ]; then
    cp add.px secret.px
    chmod 0 secret.px
    fails 1 'cannot read secret.px: Permission denied' run secret.px
fi

# Programs that are wrong: the compiler's form, nothing else.
for command in run compile explain; do
    call "$command" bad.px
    [ "$status" -eq 1 ] || fail "$command bad.px: status"
    says "^bad.px:4:5: error: 'LODA' is not an operation; did you mean LOAD?\$" err
    [ ! -s out ] || fail "$command bad.px: prints something"
done
status=0
"$pxos_gpu" compile - <bad.px >out 2>err || status=$?
says '^<stdin>:4:5: error:' err
printf 'GPU_KERNEL k\nGPU_PARAM a int[]\nGPU_THREAD_CODE:\n\033[31mX\007 a -> b\nGPU_END\n' >control.px
call compile control.px
[ "$status" -eq 1 ] || fail 'control characters: status'
if LC_ALL=C grep -q '[[:cntrl:]]' err; then fail 'control characters reach the terminal'; fi

# Arguments.
fails 1 "no argument for 'a' (float\[\]), 'b' (float\[\]), 'c' (float\[\]); give" run -q add.px
fails 1 "no argument for 'data' (float\[\])" run -q double.px
fails 1 "no argument for 'u' (uint), 'b' (u8), 'f' (float)" run -q scalars.px -a out=zeros:1
fails 1 "add.px: no parameter 'm'" run -q add.px -a m=1 -a a=zeros:1 -a b=zeros:1 -a c=zeros:1
fails 1 "no parameter 'dat'; did you mean 'data'?" run -q double.px -a dat=zeros:1
fails 1 "'end' takes no argument, the program makes it itself" run -q chain.px -a data=zeros:1 -a end=zeros:1
fails 1 "argument 'n': 1.5 is not a whole number; the parameter is int" run -q add.px -a a=zeros:1 -a b=zeros:1 \
    -a c=zeros:1 -a n=1.5
fails 1 "argument 'n': 2147483648 does not fit; the parameter is int" run -q add.px -a a=zeros:1 -a b=zeros:1 \
    -a c=zeros:1 -a n=2147483648
fails 1 "argument 'n': the parameter is int, one number, not an array" run -q add.px -a a=zeros:1 -a b=zeros:1 \
    -a c=zeros:1 -a 'n=[1]'
fails 1 "argument 'data': the parameter is float\[\], an array; give" run -q double.px -a data=5
fails 1 "argument 'data': 'abc' is neither a number nor an array" run -q double.px -a data=abc
fails 1 "argument 'data': 1e999 does not fit" run -q double.px -a data=1e999
fails 1 "element 1: \"x\" is not a number" run -q double.px -a 'data=[1,"x"]'
fails 1 'element 2: \[ 3 \] is not a number' run -q double.px -a 'data=[1,2,[3]]'
fails 1 'element 0: 1e39 does not fit; the parameter is float\[\]' run -q double.px -a 'data=[1e39]'
fails 1 'element 0: 256 does not fit; the parameter is u8\[\]' run -q copy-u8.px -a 'from=[256]' -a into=zeros:1
fails 1 'element 256: 256 does not fit' run -q copy-u8.px -a from=range:300 -a into=zeros:1
fails 1 'element 0: 0.5 is not a whole number' run -q copy-u8.px -a 'from=[0.5]' -a into=zeros:1
fails 1 "argument 'data': not JSON at character" run -q double.px -a 'data=[1,2'
fails 1 'not JSON at character 4: something follows' run -q double.px -a 'data=[1]x'
fails 1 'an object is {"zeros": N}' run -q double.px -a 'data={"ones":3}'
fails 1 'an object is {"zeros": N}' run -q double.px -a 'data={"zeros":"x"}'
fails 1 "argument 'data': a length of -1 is none" run -q double.px -a data=zeros:-1
fails 1 "argument 'data': 'x' is not N" run -q double.px -a data=range:x
fails 1 "'1:2:3' is not N or FROM:TO" run -q double.px -a data=range:1:2:3
fails 1 'more than an array may have' run -q double.px -a data=zeros:99999999999
fails 1 "cannot read absent: No such file" run -q double.px -a data=@absent
fails 1 "'flot' is no type" run -q double.px -a data=@absent:flot
fails 1 'cannot read .: Is a directory' run -q double.px -a data=@.
printf 'abcde' >five
fails 1 "argument 'data': 5 bytes are no whole number of float elements" run -q double.px -a data=@five
fails 1 'the file is said to hold u8, the parameter is float' run -q double.px -a data=@five:u8
echo '[1, 2' >broken.json
fails 1 'broken.json: not JSON at byte' run -q double.px -a data=@broken.json
fails 1 'broken.json: not JSON at byte' run -q double.px --args broken.json
echo '[1, 2]' >list.json
fails 1 'list.json: not an object of arguments' run -q double.px --args list.json

# Outputs.
fails 1 "no output 'd'" run -q add.px -a a=zeros:1 -a b=zeros:1 -a c=zeros:1 -o d=x
fails 1 "the program stores nothing to 'a'" run -q add.px -a a=zeros:1 -a b=zeros:1 -a c=zeros:1 -o a=x
fails 1 'cannot write no/folder: No such file' run -q double.px -a data=zeros:1 -o data=no/folder
fails 1 'cannot write /dev/full: No space left' run -q double.px -a data=zeros:1 -o data=/dev/full
fails 1 'cannot write .: Is a directory' run -q double.px -a data=zeros:1 -o data=.
fails 1 'cannot write /dev/full: No space left' compile add.px -o /dev/full
[ ! -e x ] || fail 'a refused output left a file'

# Standard output that takes nothing.
for sink in full closed; do
    for what in 'run -q double.px -a data=zeros:1' 'compile add.px --emit json' 'explain add.px' '--help'; do
        status=0
        : >out
        # shellcheck disable=SC2086 # a list of words
        if [ "$sink" = full ]; then
            "$pxos_gpu" $what >/dev/full 2>err || status=$?
        else
            "$pxos_gpu" $what >&- 2>err || status=$?
        fi
        judge_failure 1 'cannot write to standard output' "$what, standard output $sink"
    done
done

# The GPU.
fails 1 "no GPU matches 'no such GPU'" run -q double.px -a data=zeros:1 --gpu 'no such GPU'
fails 1 "no GPU matches 'no such GPU'" compile double.px --gpu 'no such GPU'
fails 1 'endless.px: step budget exceeded in kernel endless, line [56]' run -q endless.px -a 'a=[2147483647,0]'
fails 1 'more than this GPU' run -q double.px -a data=zeros:4294967295

status=0
VK_DRIVER_FILES=/none VK_ICD_FILENAMES=/none "$pxos_gpu" run -q double.px -a data=zeros:1 >out 2>err || status=$?
judge_failure 1 'no Vulkan driver' 'no driver'

# Out of memory. The sanitizers take address space by the terabyte: no limit for them.
case $BUILD in
*/asan) ;;
*)
    status=0
    (
        # shellcheck disable=SC3045 # dash has it, and so has bash
        ulimit -v 1000000
        "$pxos_gpu" run -q double.px -a data=random:2000000000
    ) >out 2>err || status=$?
    judge_failure 1 'out of memory' 'out of memory'
    ;;
esac

# No Vulkan loader: an empty file stands where it was, for this process only.
loader=$(ldconfig -p 2>/dev/null | sed -n 's/.*libvulkan\.so\.1 .*=> //p' | head -n 1)
if [ -n "$loader" ] && unshare -rm true 2>/dev/null; then
    status=0
    : >nothing
    # shellcheck disable=SC2016 # expanded inside
    unshare -rm sh -c 'mount --bind nothing "$1" && exec "$2" run -q double.px -a data=zeros:1' \
        sh "$loader" "$pxos_gpu" >out 2>err || status=$?
    judge_failure 1 'no Vulkan loader' 'no loader'
else
    echo 'not tried: no Vulkan loader (no right to mount here)'
fi

done_testing
