#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check: timeout=1800 alone=yes quick=no
#
# 2,000 generated programs through compiler and GPU against the reference
# interpreter. The seed is fixed, so that a failure is the same for everybody; to
# look further: build/gcc/tests/compiler/reference/differential --seed N --time 600

set -eu
: "${BUILD:=build/gcc}"
exec "$BUILD/tests/compiler/reference/differential" --seed 1 --count 2000
