#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check: timeout=1800 quick=no alone=yes
#
# Debian 13 (trixie): build there, with its gcc, and run unit tests, golden programs
# and the command line on its Mesa's lavapipe.
#
# The root is made once by debootstrap from the mirror that this machine uses, and
# kept in build/cache under a name made of what is in it. It is not written to
# afterwards: the tree is built in a folder of its own that is mounted into the root.
# All mounting is done in a mount namespace, so that nothing is left mounted however
# this ends.

set -eu
: "${JOBS:=2}"
: "${SCRATCH:=$PWD/build/check/scratch/trixie-by-hand}"
suite=trixie
cache=build/cache

skip() {
    echo "$*"
    exit 77
}

if [ "${1:-}" != --inside ]; then
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || skip 'needs root, or sudo without a password, for debootstrap'
        exec sudo -n env JOBS="$JOBS" SCRATCH="$SCRATCH" "$0"
    fi
    command -v debootstrap >/dev/null || skip 'no debootstrap here'
    unshare -m true 2>/dev/null || skip 'no right to make a mount namespace here'
    exec unshare -m --propagation private "$0" --inside
fi

packages=$(awk '$1 == "build" || $1 == "test" { print $2 }' tests/packages)
key=$(echo "$suite $(uname -m) $packages" | sha256sum | cut -c1-16)
root=$cache/$suite-$key

# The first Debian archive of apt's configuration, in either of its two forms.
mirror() {
    cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
        sed -n -e 's/^URIs: *\([^ ]*\).*/\1/p' -e 's/^deb *\(\[[^]]*\] *\)\{0,1\}\([^ ]*\).*/\2/p' |
        grep '/debian/*$' | head -n 1
}

make_root() {
    partial=$root.partial
    from=$(mirror)
    rm -rf "$partial" "$cache/$suite"-*
    mkdir -p "$cache"
    debootstrap --variant=minbase "$suite" "$partial" "${from:-http://deb.debian.org/debian}" || {
        rm -rf "$partial"
        return 1
    }
    # No daemon is to start in there, and no disk to be waited for.
    printf '#!/bin/sh\nexit 101\n' >"$partial/usr/sbin/policy-rc.d"
    chmod +x "$partial/usr/sbin/policy-rc.d"
    echo force-unsafe-io >"$partial/etc/dpkg/dpkg.cfg.d/test"
    mount -t proc proc "$partial/proc"
    # shellcheck disable=SC2086 # a list of words
    DEBIAN_FRONTEND=noninteractive chroot "$partial" \
        sh -c 'apt-get update -q && apt-get install -q -y --no-install-recommends "$@"' sh $packages || return 1
    umount "$partial/proc"
    rm -rf "$partial/var/cache/apt/archives" "$partial/var/lib/apt/lists"
    mkdir -p "$partial/var/cache/apt/archives/partial" "$partial/var/lib/apt/lists/partial"
    mv "$partial" "$root"
}

if [ ! -d "$root" ]; then
    make_root || {
        echo 'could not make the root'
        exit 1
    }
fi

tree=$SCRATCH/tree
mkdir -p "$tree"
tar -c --exclude=./build --exclude=./.git . | tar -x -C "$tree" --no-same-owner
mount --bind "$tree" "$root/mnt"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs tmpfs "$root/tmp"

# shellcheck disable=SC2016 # expanded inside
chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LC_ALL=C.UTF-8 sh -euc '
    cd /mnt
    gcc --version | head -n 1
    make -j"$1" all
    build/gcc/pxos-gpu run --list-gpus
    tests/run.py --quick unit/gcc cli/test-golden cli/test-run cli/test-errors cli/test-compile
' sh "$JOBS" || status=$?

umount "$root/tmp" "$root/sys" "$root/proc" "$root/mnt"
exit "${status:-0}"
