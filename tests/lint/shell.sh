#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Shell scripts are POSIX and without shellcheck's complaints.

set -eu
. tests/lint/lib.sh
need shellcheck

scripts=$(sources '*.sh' '.ci/run')
# shellcheck disable=SC2086 # a list of words
shellcheck -x $scripts
for script in $scripts; do
    case $script in
    */lib.sh) continue ;;
    esac
    if ! head -n 1 "$script" | grep -q '^#!/bin/sh$'; then
        echo "$script: begins with something else than #!/bin/sh"
        exit 1
    fi
done
