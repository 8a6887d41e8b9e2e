#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Dependencies point down only: who may include what.

A folder may include itself and what MAY grants it. Public headers are all that
others see of a folder that has some (PUBLIC). Each exception carries its reason.
"""

import os
import re
import subprocess
import sys

# Longest prefix wins.
MAY = {
    "include": [],
    "common": ["include"],
    "daemon/compiler": ["include", "common"],
    # struct pxos_kernel is what it launches; of the compiler's code it calls the cost functions.
    "daemon/vgpu/vulkan": ["include", "common", "daemon/compiler"],
    # Only until the daemon stands behind the command line: see guest/cli/backend.h.
    "guest/cli/backend-local": ["include", "common", "guest/cli", "daemon/compiler", "daemon/vgpu/vulkan"],
    # `compile` and `explain` need no GPU and no daemon; the compiler's library is public.
    "guest/cli": ["include", "common", "daemon/compiler"],
    "tests": ["include", "common", "daemon", "guest"],
    "bench": ["include", "common", "daemon", "guest"],
}
PUBLIC = {
    "daemon/compiler": {"pxos_compiler.h"},
    "daemon/vgpu/vulkan": {"gpu.h", "gpu-buffer.h", "gpu-kernel.h", "gpu-launch.h"},
}
# The reference interpreter is written from the language's pages alone; sharing code with the
# compiler would let both be wrong together. Only the program that compares them sees both.
REFERENCE = "tests/compiler/reference"
INCLUDE_PATH = ("", "include", "daemon/compiler")


def tracked(*patterns):
    try:
        out = subprocess.run(["git", "ls-files", "--", *patterns], check=True, capture_output=True, text=True).stdout
        return [name for name in out.split("\n") if name and os.path.exists(name)]
    except (subprocess.CalledProcessError, FileNotFoundError):
        return [os.path.relpath(os.path.join(where, name)) for where, _, names in os.walk(".")
                for name in names if name.endswith((".c", ".h")) and not where.startswith("./build")]


def resolve(source, name):
    for folder in (os.path.dirname(source),) + INCLUDE_PATH:
        path = os.path.normpath(os.path.join(folder, name))
        if os.path.isfile(path):
            return path
    return None


def rule_of(path):
    """The longest prefix of path that MAY knows."""
    best = max((p for p in MAY if path.startswith(p)), key=len, default=None)
    return best


def complaint(source, target):
    rule = rule_of(source)
    if rule is None:
        return f"folder is not in the table of {__file__}"
    folder = os.path.dirname(source)
    if os.path.dirname(target) == folder:
        return None
    if not any(target.startswith(allowed + "/") for allowed in MAY[rule]):
        return f"may include {', '.join(MAY[rule]) or 'nothing'}, not {target}"
    owner = os.path.dirname(target)
    unit_test = os.path.basename(source).startswith("test-")
    if owner in PUBLIC and not unit_test and os.path.basename(target) not in PUBLIC[owner]:
        return f"{target} is private to {owner}"
    if folder == REFERENCE and target.startswith("daemon/compiler/") and "pxos_compiler.h" not in target:
        return f"the reference shares nothing with the compiler, so not {target}"
    return None


def main():
    bad = 0
    for source in tracked("*.c", "*.h"):
        with open(source, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                match = re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line)
                target = match and resolve(source, match.group(1))
                problem = target and complaint(source, target)
                if problem:
                    print(f"{source}:{number}: {problem}")
                    bad = 1
    return bad


if __name__ == "__main__":
    sys.exit(main())
