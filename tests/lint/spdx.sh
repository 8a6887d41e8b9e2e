#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every source says its licence in its first three lines, and the licence is one of LICENSES/.

set -eu
. tests/lint/lib.sh

bad=0
for file in $(sources '*.c' '*.h' '*.sh' '*.py' 'Makefile' '.ci/run'); do
    licence=$(head -n 3 "$file" | sed -n 's/.*SPDX-License-Identifier: *\([A-Za-z0-9.-]*\).*/\1/p')
    case $file in
    kmod/* | guest/driver/* | include/uapi/*) wanted=GPL-2.0-only ;;
    tests/* | bench/* | */test-*.c | .ci/*) wanted=GPL-2.0-or-later ;;
    # Headers and scripts of unit tests: some serve both sides.
    */test-*.h | */test-*.sh) wanted=${licence:-GPL-2.0-or-later} ;;
    *) wanted=LGPL-2.1-or-later ;;
    esac
    if [ "$licence" != "$wanted" ]; then
        echo "$file: licence '${licence:-none}', expected $wanted (see LICENSES/README.md)"
        bad=1
    fi
done
exit $bad
