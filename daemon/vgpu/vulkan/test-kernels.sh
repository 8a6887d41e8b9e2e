#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Make test-kernels.h again: needs glslangValidator (glslang-tools) and python3.
set -eu
cd "$(dirname "$0")"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

one() {
    name=$1
    shift
    glslangValidator -V --target-env vulkan1.1 "$@" -o "$tmp/$name.spv" test-kernels.comp >/dev/null
    spirv-val --target-env vulkan1.1 "$tmp/$name.spv"
    spirv-opt --strip-debug "$tmp/$name.spv" -o "$tmp/$name.spv"
    printf '\nstatic const uint32_t %s_words[] = {\n' "$name"
    od -An -v -tx4 -w32 "$tmp/$name.spv" | sed 's/ \([0-9a-f]\{8\}\)/ 0x\1,/g; s/^ /\t/'
    printf '};\n'
}

{
    echo '/* SPDX-License-Identifier: LGPL-2.1-or-later */'
    echo '/* Made by test-kernels.sh from test-kernels.comp; not to be edited. */'
    echo '/* clang-format off */'
    echo '#include <stdint.h>'
    one scale -DSCALE
    one scale4 -DSCALE -DCOARSEN=4
    one uniform -DSCALE -DUNIFORM
    one chain -DCHAIN
    one spin -DSPIN
} >"$tmp/test-kernels.h"
mv "$tmp/test-kernels.h" test-kernels.h
