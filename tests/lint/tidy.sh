#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check: timeout=1500 quick=no alone=yes
#
# Clang-tidy, by .clang-tidy. A file that passed is not looked at again while its
# preprocessed text and the settings stay the same (build/cache/tidy).

set -eu
. tests/lint/lib.sh
need_version clang-tidy 14

mkdir -p build/cache/tidy

with_flags() { # TOOL ARGUMENT…
    # shellcheck disable=SC2046 # a list of words
    "$@" -std=gnu11 -D_GNU_SOURCE= -DPXOS_HAVE_SPIRV_TOOLS=1 '-DPXOS_VERSION="0"' -I. -Iinclude -Idaemon/compiler \
        $(pkg-config --cflags-only-I json-c)
}

one() {
    key=$(with_flags clang -E "$1" | cat - .clang-tidy | sha256sum | cut -d' ' -f1)
    [ ! -e "build/cache/tidy/$key" ] || return 0
    with_flags clang-tidy --quiet "$1" -- 2>/dev/null
    : >"build/cache/tidy/$key"
}

if [ "${1:-}" = --one ]; then
    one "$2"
else
    sources '*.c' | xargs -n 1 -P "${JOBS:-2}" "$0" --one
fi
