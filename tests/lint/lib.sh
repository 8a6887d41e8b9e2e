# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Sourced by the lints: which files there are, and how to skip.

# Tracked files that match the patterns; in a tarball, all files. What an editor
# or a colleague has lying about untracked is nobody's business here.
sources() {
    if git rev-parse --git-dir >/dev/null 2>&1; then
        git ls-files -- "$@" | while read -r file; do
            if [ -f "$file" ]; then echo "$file"; fi
        done
    else
        for pattern in "$@"; do
            find . -path ./build -prune -o -type f -path "*/${pattern#\*}" -print
        done | sed 's|^\./||' | sort -u
    fi
}

skip() {
    echo "$*"
    exit 77
}

need() {
    command -v "$1" >/dev/null || skip "no $1 here"
}

# Formatters and analysers change their mind from release to release. One release
# judges, the one of the build machine; elsewhere there is nothing to mend.
need_version() { # TOOL MAJOR
    need "$1"
    found=$("$1" --version | sed -n 's/.*version[: ]*\([0-9]*\)\..*/\1/p' | head -n 1)
    [ "$found" = "$2" ] || skip "$1 $2 (Debian 12) judges; here is ${found:-an unknown version}"
}
