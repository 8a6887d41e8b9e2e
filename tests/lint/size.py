#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""No source longer than 600 lines, no C function longer than 120.

A function that is one flat switch or table may be longer: it says so in the
comment before it, in a line that begins with "Long:" and gives the reason.
"""

import os
import re
import subprocess
import sys

FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 120


def tracked(*patterns):
    out = subprocess.run(["git", "ls-files", "--", *patterns], check=True, capture_output=True, text=True).stdout
    return [name for name in out.split("\n") if name and os.path.exists(name)]


def functions(lines):
    """(first line, last line, name) of each; relies on the layout that clang-format enforces."""
    start = None
    for number, line in enumerate(lines):
        if line == "{":
            start = number
            while start > 0 and re.match(r"\s|[^\s/*}#].*[^;}/]$", lines[start - 1]) and lines[start - 1].strip():
                start -= 1
        elif line == "}" and start is not None:
            match = re.search(r"(\w+)\(", " ".join(lines[start:number]))
            yield start, number, match.group(1) if match else "?"
            start = None


def excused(lines, start):
    comment = []
    while start > 0 and lines[start - 1].lstrip().startswith(("*", "/*")):
        start -= 1
        comment.append(lines[start])
    return any(re.search(r"[\s*]Long: \w", line) for line in comment)


def main():
    try:
        names = tracked("*.c", "*.h", "*.sh", "*.py")
    except (subprocess.CalledProcessError, FileNotFoundError):
        print("not a git checkout: which files are ours is not known")
        return 77
    bad = 0
    for name in names:
        with open(name, encoding="utf-8") as file:
            lines = file.read().split("\n")
        if len(lines) - 1 > FILE_LINES_MAX:
            print(f"{name}: {len(lines) - 1} lines, more than {FILE_LINES_MAX}; is it one noun, or two?")
            bad = 1
        if not name.endswith((".c", ".h")):
            continue
        for start, end, function in functions(lines):
            length = end - start + 1
            if length > FUNCTION_LINES_MAX and not excused(lines, start):
                print(f"{name}:{start + 1}: {function}() has {length} lines, more than {FUNCTION_LINES_MAX}")
                bad = 1
    return bad


if __name__ == "__main__":
    sys.exit(main())
