#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# C is laid out as .clang-format says. Mend: clang-format -i FILE

set -eu
. tests/lint/lib.sh
need_version clang-format 14

sources '*.c' '*.h' | xargs clang-format --dry-run -Werror
