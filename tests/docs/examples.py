# SPDX-License-Identifier: GPL-2.0-or-later
"""Examples of a page: programs, and the commands that run them with what they print.

A program is a fenced block ```px whose first line is a comment with its file name; a
fenced block ```console holds commands, each behind "$ ", and under each what it prints:

    ```px
    # double.px
    GPU_KERNEL double
    ...
    ```

    ```console
    $ pxos-gpu run double.px --arg x='[1, 2]'
    y float[2]: 2 4
    ```

Standard output and standard error count, less the notes that depend on the machine.
Floats may differ a little: GPUs are allowed to.
"""

import re
import subprocess

# What a page cannot know: which GPU there is.
NOTE = re.compile(r"pxos-gpu: .*\brunning in software on the CPU\b")
# An array as `run` prints it, or one of its rows. Integers must match exactly.
FLOATS = re.compile(r"\w+ float\[\d+\]:")


class Example:
    def __init__(self, line, command):
        self.line = line  # of the page
        self.command = command
        self.expected = []


def blocks(page):
    """(line of the fence, its word, lines) of each fenced block."""
    word, start, lines = None, 0, []
    for number, line in enumerate(page.split("\n"), 1):
        if word is None and line.startswith("```"):
            word, start, lines = line[3:].strip(), number, []
        elif word is not None and line == "```":
            yield start, word, lines
            word = None
        elif word is not None:
            lines.append(line)


def programs(page):
    """Name to text. Names are unique on a page, so that no example runs another's program."""
    found = {}
    for line, word, lines in blocks(page):
        if word != "px":
            continue
        match = re.fullmatch(r"# ([\w-]+\.px)", lines[0] if lines else "")
        if not match:
            raise ValueError(f"line {line}: a px block begins with a comment, its file's name")
        if match.group(1) in found:
            raise ValueError(f"line {line}: {match.group(1)} is there twice")
        found[match.group(1)] = "\n".join(lines) + "\n"
    return found


def commands(page):
    found = []
    for start, word, lines in blocks(page):
        if word != "console":
            continue
        for number, line in enumerate(lines, start + 1):
            if line.startswith("$ "):
                found.append(Example(number, line[2:]))
            elif not found or found[-1].line < start:
                raise ValueError(f"line {number}: output before the first command")
            else:
                found[-1].expected.append(line)
    return found


def run(example, folder, environment):
    """What the command prints, line by line."""
    done = subprocess.run(["sh", "-c", example.command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=100, check=False)
    lines = done.stdout.decode("utf-8", "replace").split("\n")
    if lines[-1] == "":
        lines.pop()
    return [line for line in lines if not NOTE.match(line)]


def close(a, b):
    """The same float, as far as GPUs agree: SIN, COS and TAN are bounded by 2^-11 only."""
    try:
        x, y = float(a), float(b)
    except ValueError:
        return a == b
    if x != x or y != y:
        return x != x and y != y
    return x == y or abs(x - y) <= max(2 ** -11, 1e-5 * abs(x))


def same(expected, printed):
    if len(expected) != len(printed):
        return False
    for one, other in zip(expected, printed):
        if one == other:
            continue
        if not FLOATS.match(one) or one.count(" ") != other.count(" "):
            return False
        if not all(close(a, b) for a, b in zip(one.split(" "), other.split(" "))):
            return False
    return True
