#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check: timeout=300 alone=yes
#
# The worst texts we know keep within the bounds of time and memory (worst.c), and
# the modules that come of them are valid.

set -eu
"$BUILD/tests/compiler/worst"
"$BUILD/tests/compiler/worst" "$SCRATCH"
for module in "$SCRATCH"/*.spv; do
    spirv-val --target-env vulkan1.1 "$module"
done
