#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check: variants=gcc,asan timeout=300
#
# `pxos-gpu run`: every form of argument and of output.

set -u
. tests/cli/lib.sh

# Arguments: JSON, files, generators.
ok 'c float[3]: 11 22 33' run -q add.px --arg 'a=[1,2,3]' --arg 'b=[10, 20, 30]' --arg c=zeros:3
ok 'c float[3]: 11 22 32' run -q add.px -a 'a=[1,2,3]' '-ab=[10,20,30]' --arg=c=range:30:33 -a n=2
ok 'data float[4]: 0 2 4 6' run -q double.px -a data=range:4
ok 'data float[3]: -6 -4 -2' run -q double.px -a data=range:-3:0
ok 'data float[0]:' run -q double.px -a 'data=[]'
ok 'data float[6]: 1 inf -inf nan -0 3e-45' run -q double.px -a 'data=[0.5,"inf","-inf","nan",-0.0,1.4e-45]'
ok 'data float[3]: inf -inf nan' run -q double.px -a 'data=[Infinity,-Infinity,NaN]'
ok 'data float[2]: 2 4' run -q -a 'data=[1,2]' -- double.px
ok 'data float[3]: 0 2 4' run -q double.px -a 'data={"range":[0,3]}'
ok 'data float[2]: 0 0' run -q double.px -a 'data={"zeros":2}'

printf '\000\000\200\077\000\000\000\100' >two.raw
ok 'data float[2]: 2 4' run -q double.px -a data=@two.raw
ok 'data float[2]: 2 4' run -q double.px -a data=@two.raw:float
cp two.raw 'odd:name'
ok 'data float[2]: 2 4' run -q double.px -a data=@odd:name
ok 'data float[2]: 2 4' run -q double.px -a data=@odd:name:raw
echo ' [1, 2] ' >two.json
ok 'data float[2]: 2 4' run -q double.px -a data=@two.json
cp two.json two.txt
ok 'data float[2]: 2 4' run -q double.px -a data=@two.txt:json
printf 'abc\377' >bytes.raw
ok 'into u8[4]: 97 98 99 255' run -q copy-u8.px -a from=@bytes.raw -a into=zeros:4
ok 'into u8[4]: 97 98 99 255' run -q copy-u8.px -a from=@bytes.raw:char -a into=zeros:4
ok 'into u8[3]: 1 2 255' run -q copy-u8.px -a 'from=[1,2,255]' -a into=zeros:3

# Random numbers are the same for the same seed, and others for another.
call run -q double.px -a data=random:5
cp out random
ok "$(cat random)" run -q double.px -a data=random:5:0
call run -q double.px -a data=random:5:1
if cmp -s out random; then fail 'random: the same for another seed'; fi

# Scalars.
ok 'out int[3]: -7 4294967 255
real float[3]: 0.5 0 0' run -q scalars.px -a out=zeros:3 -a i=-7 -a u=4294967 -a b=255 -a f=.5
ok 'out int[3]: -1 -1 16
real float[3]: 5 0 0' run -q scalars.px -a out=zeros:3 -a i=0xffffffff -a u=0xffffffff -a b=0x10 -a f=5
ok 'out int[3]: 3 1000 0
real float[3]: -inf 0 0' run -q scalars.px -a out=zeros:3 -a i=3.0 -a u=1e3 -a b=0 -a f=-inf

# An int left over takes the length of the first array; with two left over, none does.
ok 'c float[4]: 0 2 4 6' run -q add.px -a a=range:4 -a b=range:4 -a c=zeros:4
ok 'c float[4]: 0 2 0 0' run -q add.px -a a=range:4 -a b=range:4 -a c=zeros:4 -a n=2
fails 1 "no argument for 'm' (int), 'k' (int)" run -q matmul.px -a a=zeros:4 -a b=zeros:4

# Several kernels; implicit outputs; a matrix product's is rows times columns.
ok 'middle int[4]: 6 7 8 9
end int[4]: 60 70 80 90' run -q chain.px -a 'data=[5,6,7,8]'
ok 'c float[6]: 10 13 28 40 46 67' run -q matmul.px -a a=range:9 -a b=range:6 -a m=3 -a k=3
ok 'c float[0]:' run -q matmul.px -a a=range:9 -a b=range:6 -a m=-3 -a k=3

# --args: an object, a golden test, standard input; --arg goes before it.
echo '{"a": [1, 2], "b": {"range": [5, 7]}, "c": {"zeros": 2}, "n": 2}' >args.json
ok 'c float[2]: 6 8' run -q add.px --args args.json
ok 'c float[2]: 6 0' run -q add.px --args args.json --arg n=1
ok 'c float[2]: 6 0' run -q add.px --arg n=1 --args args.json
echo '{"program": "add.px", "arguments": {"a": [1], "b": [2], "c": [0]}, "expect": {"c": [3]}}' >golden.json
ok 'c float[1]: 3' run -q add.px --args golden.json
status=0
"$pxos_gpu" run -q add.px --args - >out 2>err <args.json || status=$?
[ "$status:$(cat out)" = '0:c float[2]: 6 8' ] || fail 'arguments from standard input'
status=0
"$pxos_gpu" run -q - -a 'data=[1]' >out 2>err <double.px || status=$?
[ "$status:$(cat out)" = '0:data float[1]: 2' ] || fail 'program from standard input'
status=0
"$pxos_gpu" run -q double.px -a data=@- >out 2>err <two.raw || status=$?
[ "$status:$(cat out)" = '0:data float[2]: 2 4' ] || fail 'an array from standard input'

# Long arrays: rows with an index, whole where no terminal is.
call run -q double.px -a data=range:1000
says '^data float\[1000\]:$' out
says '^  \[  0\] 0 2 4 6' out
says ' 1998$' out
if grep -q '…' out; then fail 'abbreviated though not on a terminal'; fi

# Files: raw, JSON, several; what was there stays if one cannot be written.
ok 'c float[3] → sum.raw' run -q add.px -a a=range:3 -a b=range:3 -a c=zeros:3 -o c=sum.raw
ok 'data float[3]: 0 4 8' run -q double.px -a data=@sum.raw
ok 'c float[3] → sum.json' run -q add.px -a a=range:3 -a b=range:3 -a c=zeros:3 -o c=sum.json
[ "$(cat sum.json)" = '[0, 2, 4]' ] || fail 'JSON file'
ok 'c float[3] → sum.x' run -q add.px -a a=range:3 -a b=range:3 -a c=zeros:3 -o c=sum.x:json
cmp -s sum.x sum.json || fail 'format asked for'
ok '[0, 2, 4]' run -q add.px -a a=range:3 -a b=range:3 -a c=zeros:3 -o c=-:json
ok 'middle int[4] → m.raw
end int[4] → e.raw' run -q chain.px -a 'data=[5,6,7,8]' -o middle=m.raw -o end=e.raw
fails 1 'cannot write /dev/full: No space left' run -q chain.px -a 'data=[1,1,1,1]' -o middle=m.raw -o end=/dev/full
[ "$(od -An -td4 m.raw | tr -s ' ')" = ' 6 7 8 9' ] || fail 'a file changed though another could not be written'
[ "$(find . -name '.*.*' -type f | wc -l)" -eq 0 ] || fail 'temporary files are left'

# JSON for programs.
call run -q chain.px -a 'data=[5,6,7,8]' --json --time
python3 - <<'PYTHON' || fail 'JSON'
import json
result = json.load(open("out"))
assert result["outputs"] == {"middle": [6, 7, 8, 9], "end": [60, 70, 80, 90]}, result
assert result["elapsed_ms"] > 0 and isinstance(result["gpu"], str) and isinstance(result["software"], bool)
assert set(result["times_ms"]) == {"open", "compile", "pipeline", "upload", "run", "gpu", "download"}
assert result["slices"] >= 2
PYTHON
call run -q double.px --json -a 'data=[0.05,"inf","-inf","nan",-0.0,16777216,1.4e-45]'
python3 - <<'PYTHON' || fail 'JSON floats'
import json, math
text = open("out").read()
data = json.loads(text)["outputs"]["data"]
assert data[:4] == [0.1, "inf", "-inf", "nan"], data
assert data[4] == 0 and math.copysign(1, data[4]) == -1 and data[5] == 33554432, data
assert data[6] in (3e-45, 0), data
PYTHON

# Options that change how, not what.
ok 'data float[4]: 0 2 4 6' run -q double.px -a data=range:4 --slice-us 100 --gpu auto
ok 'data float[4]: 0 2 4 6' run -q double.px -a data=range:4 --gpu 0 --step-budget 100000000 --all
call run double.px -a data=range:4 --time
says '^time: open .* ms, compile .* download .* ms$' err
call run --list-gpus
[ "$status" -eq 0 ] || fail 'list of GPUs'
says '^INDEX  NAME' out
cp out list
call --list-gpus
cmp -s out list || fail 'list of GPUs, with run and without'
call run --list-gpus --json
python3 -c 'import json; assert json.load(open("out"))["gpus"][0]["index"] == 0' || fail 'list of GPUs as JSON'
if python3 -c 'import json, sys; sys.exit(not json.load(open("out"))["gpus"][0]["software"])'; then
    call run double.px -a data=range:4 --gpu 0
    says 'note: running in software on the CPU' err
fi

# Warnings name the place; the run goes on.
call run -q warned.px -a a=zeros:3
[ "$status:$(cat out)" = '0:a int[3]: 0 1 0' ] || fail 'a program with a warning'
says '^warned.px:5:5: warning: IF closed at GPU_END' err

done_testing
