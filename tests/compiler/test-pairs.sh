#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check: timeout=300 variants=gcc,clang,asan
#
# The compiler's golden pairs: a source, and beside it what must come of it.
#
#   spirv/NAME.px  spirv/NAME.spvasm      each kernel's module, disassembled
#                  spirv/NAME+WORDS.spvasm    … for a target of these words, joined by +
#                  spirv/NAME.opcodes         how many of each instruction, if it is too long
#   rules/RULE.px  rules/RULE.err         diagnostics; the file is called after the rule
#   rules/RULE-VARIANT.px, .err           in another of its guises
#
# Words of a target are target.c's; a source in rules/ may begin with `# target: WORD…`.
#
# usage: test-pairs.sh [--update] [NAME.px...]
# --update writes what comes out to where it was expected, and shows the difference;
# each file of what is expected must exist, if empty.

set -eu
cd "$(dirname "$0")"
tool=${BUILD:-../../build/gcc}/tests/compiler/compile-tool
scratch=${SCRATCH:-$(mktemp -d)}
bad=0 update=0 total=0
if [ "${1:-}" = --update ]; then
    update=1
    shift
fi
[ $# -gt 0 ] || set -- spirv/*.px rules/*.px

differs() { # EXPECTED FOUND
    total=$((total + 1))
    if ! diff -uN "$1" "$2"; then
        bad=1
        [ $update = 0 ] || cp "$2" "$1"
    fi
}

compile() { # SOURCE WORD…: messages to $scratch/err, modules to $scratch/m.N.spv
    source=$1 status=0
    shift
    rm -f "$scratch"/m.*.spv
    "$tool" "$source" "$scratch/m" "$@" >"$scratch/err" || status=$?
    [ $status -le 1 ] || exit $status
}

disassemble() { # WORD…
    compile "$source" "$@"
    if [ $status = 1 ]; then
        cat "$scratch/err"
        bad=1
        return
    fi
    for module in "$scratch"/m.*.spv; do
        spirv-val --target-env vulkan1.1 "$module" || bad=1
        spirv-dis --no-color --no-header "$module"
    done
}

for source; do
    name=${source%.px}
    case $name in
    spirv/*)
        for expected in "$name".* "$name"+*; do
            words=${expected#"$name"}
            words=$(echo "${words%.*}" | tr + ' ')
            # shellcheck disable=SC2086 # a list of words
            case $expected in
            *.spvasm) disassemble $words >"$scratch/found" ;;
            *.opcodes) disassemble $words | grep -o '\bOp[A-Z][A-Za-z]*' | sort | uniq -c >"$scratch/found" ;;
            *) continue ;;
            esac
            differs "$expected" "$scratch/found"
        done
        ;;
    rules/*)
        # shellcheck disable=SC2046 # a list of words
        compile "$source" $(sed -n '1s/^# target: //p' "$source")
        differs "$name.err" "$scratch/err"
        ;;
    esac
done

# Each rule has a source that breaks it.
for rule in $(grep -o '"[a-z-]*")' ../../daemon/compiler/rules.h | tr -d '")'); do
    grep -qs "\[$rule\]" "rules/$rule.err" "rules/$rule"-*.err || {
        echo "rules/: nothing breaks $rule"
        bad=1
    }
done
echo "$total pairs"
[ $update = 1 ] || exit $bad
