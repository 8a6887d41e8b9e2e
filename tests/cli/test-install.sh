#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `make install` gives a program that runs, a library that others can link, and
# manual pages; `make uninstall` leaves nothing.

set -eu
: "${SCRATCH:=$(mktemp -d)}"
root=$SCRATCH/root
make='make --no-print-directory'

$make install DESTDIR="$root" PREFIX=/usr >/dev/null
"$root/usr/bin/pxos-gpu" --version
for file in share/man/man1/pxos-gpu.1 share/man/man1/pxos-gpu-run.1 share/man/man3/pxos_compiler.3 \
    share/man/man7/pxos-primitive.7 share/bash-completion/completions/pxos-gpu share/zsh/site-functions/_pxos-gpu \
    include/pxos_compiler.h lib/pkgconfig/pxos_gpu_compiler.pc; do
    [ -s "$root/usr/$file" ] || { echo "not installed: $file" && exit 1; }
done

# A stranger's program against what is installed, in another language standard.
cat >"$SCRATCH/user.c" <<'PROGRAM'
#include <pxos_compiler.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
	const char *text = "GPU_KERNEL k\nGPU_PARAM a int[]\nGPU_THREAD_CODE:\nTHREAD_ID -> t\n"
			   "STORE t -> a[t]\nGPU_END\n";
	struct pxos_program *program;
	struct pxos_target target;

	pxos_target_init(&target);
	if (pxos_compile(text, strlen(text), &target, &program))
		return 1;
	printf("%s: %zu words\n", program->kernels[0].name, program->kernels[0].n_words);
	pxos_program_free(program);
	return 0;
}
PROGRAM
export PKG_CONFIG_PATH="$root/usr/lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$root"
# shellcheck disable=SC2046 # lists of words
gcc -std=c99 -Wall -Wextra -Wpedantic -Werror $(pkg-config --cflags pxos_gpu_compiler) "$SCRATCH/user.c" \
    -o "$SCRATCH/user" $(pkg-config --libs pxos_gpu_compiler)
LD_LIBRARY_PATH=$root/usr/lib "$SCRATCH/user" | grep '^k: [1-9]'
# The header is for C++ too.
sed 's/%zu/%lu/' "$SCRATCH/user.c" >"$SCRATCH/user.cc"
# shellcheck disable=SC2046 # lists of words
g++ -std=c++11 -Wall -Wextra -Werror $(pkg-config --cflags pxos_gpu_compiler) -c "$SCRATCH/user.cc" -o "$SCRATCH/user.o"

# Nothing is exported that the header does not declare.
nm -D --defined-only "$root/usr/lib/libpxos_gpu_compiler.so.0" | sed -n 's/.* T \([a-z0-9_]*\).*/\1/p' |
    while read -r symbol; do
        grep -q "\b$symbol(" daemon/compiler/pxos_compiler.h || { echo "exported, not declared: $symbol" && exit 1; }
    done

$make uninstall DESTDIR="$root" PREFIX=/usr >/dev/null
left=$(find "$root" ! -type d)
[ -z "$left" ] || { echo "left after uninstall: $left" && exit 1; }
