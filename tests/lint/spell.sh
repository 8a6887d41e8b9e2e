#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Words as codespell knows them. Ours that it takes for mistakes are in tests/lint/words; programs
# that misspell on purpose are left out.

set -eu
. tests/lint/lib.sh
need codespell

sources '*' | grep -v -e '^LICENSES/' -e '^tests/.*corpus/' -e '^tests/compiler/rules/' -e '\.json$' |
    xargs codespell --ignore-words tests/lint/words
