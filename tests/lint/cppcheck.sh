#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check: timeout=600 quick=no
#
# Cppcheck. Its results are kept in build/cache/cppcheck, by content.

set -eu
. tests/lint/lib.sh
need cppcheck
cppcheck --version | grep -q ' 2\.10' ||
    skip "cppcheck 2.10 (Debian 12) judges; here is $(cppcheck --version)"

mkdir -p build/cache/cppcheck
# What is left out, and why:
#   missingInclude*     system headers are not looked into
#   unusedFunction      libraries have functions for others
#   unmatchedSuppression, normalCheckLevel*   about cppcheck, not about the code
#   constParameter, constVariable…  clang-tidy and -Wwrite-strings cover the useful part
#   variableScope       a function's variables may stand at its top, as in the kernel
#   assertWithSideEffect  tests switch NDEBUG off, and only they call in asserts
#   shadowVariable      -Wshadow knows better
#   unknownMacro        macros of system headers, which it does not read
#   unreadVariable      does not know cleanup attributes
sources '*.c' | xargs cppcheck -q -j "${JOBS:-2}" --std=c11 --enable=warning,style,performance,portability \
    --cppcheck-build-dir=build/cache/cppcheck --inline-suppr --error-exitcode=1 \
    --suppress=missingInclude --suppress=missingIncludeSystem --suppress=unusedFunction \
    --suppress=unmatchedSuppression --suppress=unknownMacro --suppress=constParameter --suppress=constVariable \
    --suppress=assertWithSideEffect --suppress=shadowVariable --suppress=variableScope --suppress=unreadVariable \
    -D__linux__ -D_GNU_SOURCE -DPXOS_HAVE_SPIRV_TOOLS=1 -DPXOS_VERSION='"0"' \
    -I. -Iinclude -Idaemon/compiler
