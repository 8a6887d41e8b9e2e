#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check: variants=gcc,asan timeout=300
#
# `pxos-gpu compile` and `explain`: what they write is what other tools understand.

set -u
. tests/cli/lib.sh

valid() { # FILE
    if command -v spirv-val >/dev/null; then
        spirv-val --target-env vulkan1.1 "$1" || fail "$1: not valid SPIR-V"
    fi
}

# Checking only.
ok '' compile add.px
[ ! -s err ] || fail 'a valid program is complained about'
call compile warned.px
[ "$status" -eq 0 ] || fail 'a warning is no error'
says '^warned.px:5:5: warning: ' err

# SPIR-V: into a file, onto standard output, the same; the format by the file's name.
ok '' compile add.px -o add.spv
valid add.spv
"$pxos_gpu" compile add.px --emit spirv >piped.spv || fail 'SPIR-V on standard output'
cmp add.spv piped.spv || fail 'the same module twice'
call compile add.px -o - --emit spirv
cmp add.spv out || fail 'a dash is standard output'
ok '' compile add.px -o add.spvasm
says 'OpEntryPoint GLCompute' add.spvasm
says '^; kernel vector_add' add.spvasm
call compile add.px -e spvasm
cmp out add.spvasm || fail 'text by option and by name'
if command -v spirv-as >/dev/null; then
    spirv-as --target-env vulkan1.1 --preserve-numeric-ids add.spvasm -o again.spv || fail 'text does not assemble'
    valid again.spv
fi
ok '' compile add.px -o add.json
call compile add.px --emit json
cmp out add.json || fail 'JSON by option and by name'

# Several kernels: SPIR-V takes one, text all.
fails 1 'chain.px has 2 kernels, a SPIR-V file takes one; name it with --kernel' compile chain.px -o chain.spv
[ ! -e chain.spv ] || fail 'a refused file was written'
ok '' compile chain.px -o second.spv --kernel second
valid second.spv
fails 1 "chain.px: no kernel 'secnd'; did you mean second?" compile chain.px -o x.spv -k secnd
call compile chain.px -e spvasm
says '^; kernel first' out
says '^; kernel second' out

# What a failure leaves: the old file.
echo old >kept.spv
fails 1 'bad.px:4:5: error' compile bad.px -o kept.spv
[ "$(cat kept.spv)" = old ] || fail 'a failure changed a file'

# For the GPU at hand.
ok '' compile add.px -o gpu.spv --gpu auto
valid gpu.spv

# JSON, also of what does not compile.
call compile bad.px --emit json
[ "$status" -eq 1 ] || fail 'status of a bad program'
cp out bad.json
call compile chain.px --emit json
cp out chain.json
call explain chain.px --json
cp out explained.json
python3 - <<'PYTHON' || fail 'JSON'
import json, struct
bad = json.load(open("bad.json"))
first = bad["diagnostics"][0]
assert bad["n_errors"] == 1 and bad["kernels"] == [], bad
assert (first["severity"], first["line"], first["column"], first["rule"]) == ("error", 4, 5, "unknown-operation"), first
chain = json.load(open("chain.json"))
first, second = chain["kernels"]
assert first["arrays"][0]["name"] == "data" and first["arrays"][1]["implicit"], first
assert first["arrays"][1]["uses"] == ["write", "own-element"], first["arrays"]
assert second["scalars"] == [{"name": "n", "type": "int", "line": 11}], second["scalars"]
assert [l["kernel"] for l in chain["launches"]] == ["first", "second"] and chain["launches"][0]["sync"]
assert {(r["name"], r["type"], r["kernel"]) for r in chain["registers"]} >= {("x", "int", "first"), ("t", "int", "second")}
words = struct.unpack(f"<{len(second['spirv'])}I", open("second.spv", "rb").read())
assert list(words) == second["spirv"], "spirv of JSON and file differ"
explained = json.load(open("explained.json"))
assert "spirv" not in explained["kernels"][0]
for kernel in chain["kernels"]:
    del kernel["spirv"]
assert explained["kernels"] == chain["kernels"]
loops = json.load(open("add.json"))["kernels"][0]["loops"]
assert loops == []
PYTHON

# In words.
call explain chain.px
[ "$status" -eq 0 ] || fail 'explain'
says '^kernel first, line 1$' out
says '^    middle  int\[\]    written, each thread its own element; implicit output$' out
says '^    t int, x int, y int$' out
says '^  steps a thread: [0-9]*$' out
says '^  repeatable: ' out
says '^  coarsened: 4 elements a thread: \|^  not coarsened: ' out
says '^  blocks do not communicate' out
says '^  first: 1 blocks of 4 threads, line 20, then sync$' out
call explain endless.px
says '^  steps a thread: [0-9]* + count@5 × ([0-9]* + count@6 × [0-9]*)$' out
says 'checked against the step budget' out
says '^  endless: a thread for each element of a, in blocks of 256$' out
call explain add.px --gpu auto
[ "$status" -eq 0 ] || fail 'explain for a GPU'

done_testing
