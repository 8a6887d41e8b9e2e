#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Install the Debian packages that tests/packages lists and that are missing.
#
# Says what it installs and why, before it does. Where it may not install, it
# names the command to run and fails; on a system that is not Debian's it goes
# on, since a missing tool will name itself.
#
# usage: tests/deps.sh [-n]       -n: only say what is missing

set -eu

list=$(dirname "$0")/packages

if ! command -v dpkg-query >/dev/null; then
    echo "tests/deps.sh: no dpkg here; the needed tools are listed in $list, by their Debian names"
    exit 0
fi

missing=
while read -r use package why; do
    case $use in
    '#'* | '') continue ;;
    esac
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || state=none
    if [ "$state" != installed ]; then
        echo "missing: $package ($use: $why)"
        missing="$missing $package"
    fi
done <"$list"

[ -n "$missing" ] || exit 0
[ "${1:-}" != -n ] || exit 1

if [ "$(id -u)" -eq 0 ]; then
    as_root='env'
elif command -v sudo >/dev/null; then
    as_root='sudo env'
else
    echo "tests/deps.sh: packages are missing and this is not root; run: apt-get install$missing" >&2
    exit 1
fi

# A failing update is not the end: what is known already may be enough.
$as_root apt-get update -q || echo 'tests/deps.sh: apt-get update failed; trying with the lists there are' >&2
# shellcheck disable=SC2086 # a list of words
if ! $as_root DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing; then
    echo "tests/deps.sh: could not install; run as root: apt-get install$missing" >&2
    exit 1
fi
