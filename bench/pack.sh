#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Pack what a machine without compilers needs to run the benchmarks into FOLDER:
# programs, shaders, primitives, run-all, and the Vulkan loader for machines that
# have a driver only.
#
#	pack.sh FOLDER [BUILT]
#
# BUILT is build/gcc/bench. On the other machine: FOLDER/run-all
set -eu

here=$(cd "$(dirname "$0")" && pwd)
if [ $# -lt 1 ] || [ $# -gt 2 ]; then
    sed -n '8s/^#[[:space:]]*/usage: /p' "$0" >&2
    exit 2
fi
to=$1
built=${2:-$here/../build/${VARIANT:-gcc}/bench}

mkdir -p "$to/lib"
for program in compile compile-ours compile-glslang launch gpu; do
    if [ ! -x "$built/$program" ]; then
        echo "$built/$program: not built" >&2
        exit 2
    fi
    # Names stay: the instruction counter looks for one.
    strip --strip-debug -o "$to/$program" "$built/$program"
done
for data in spv primitives golden golden-glsl; do
    rm -rf "${to:?}/$data"
    cp -r "$built/$data" "$to/"
done
cp "$here/run.sh" "$to/run-all"

# Libraries beyond the C library that a small system may lack.
for library in libvulkan.so.1 libmd.so.0; do
    path=$(ldconfig -p | sed -n "s/.*$library.*x86-64.* => //p" | head -n 1)
    [ -z "$path" ] || cp -L "$path" "$to/lib/$library"
done
du -sh "$to"
