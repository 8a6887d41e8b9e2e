#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What is different where a person looks on: abbreviated arrays, progress, no binary."""

import os
import pty
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(os.environ.get("BUILD", os.path.join(ROOT, "build", "gcc")), "pxos-gpu")

DOUBLE = """GPU_KERNEL double
GPU_PARAM data float[]
GPU_THREAD_CODE:
    THREAD_ID -> t
    LOAD data[t] -> x
    MUL x 2.0 -> y
    STORE y -> data[t]
GPU_END
"""

# Some seconds in software: long enough for a progress line.
LONG = """GPU_KERNEL long
GPU_PARAM data int[]
GPU_THREAD_CODE:
    THREAD_ID -> t
    SET 1 -> x
    LOOP 2000 -> i:
        MUL x 3 -> x
        ADD x t -> x
    ENDLOOP
    STORE x -> data[t % 16]
GPU_END
""" + "GPU_LAUNCH long BLOCKS 2048 THREADS 256\n" * 6


def on_terminal(*arguments):
    """Exit status and everything that the terminal got."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(PROGRAM, [PROGRAM, *arguments])
    output = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # the child closed its side
            break
        if not piece:
            break
        output += piece
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), output.decode("utf-8", "replace").replace("\r\n", "\n")


def main():
    folder = os.environ.get("SCRATCH") or tempfile.mkdtemp()
    double, long = os.path.join(folder, "double.px"), os.path.join(folder, "long.px")
    with open(double, "w", encoding="utf-8") as file:
        file.write(DOUBLE)
    with open(long, "w", encoding="utf-8") as file:
        file.write(LONG)

    code, text = on_terminal("run", "-q", double, "-a", "data=range:1000")
    assert code == 0 and "… 968 more (--all shows them) …" in text and " 1998\n" in text, text
    assert "[ 24]" not in text and len(text) < 2000, text
    code, text = on_terminal("run", "-q", double, "-a", "data=range:1000", "--all")
    assert code == 0 and "more (--all" not in text and " 1000 1002 " in text.replace("\n", " "), text

    for arguments in (["--emit", "spirv"], ["-o", "-"]):
        code, text = on_terminal("compile", double, *arguments)
        assert code == 2 and "SPIR-V is binary, this is a terminal" in text, text
    code, text = on_terminal("compile", double)
    assert code == 0 and text == "", text

    code, text = on_terminal("run", long, "-a", "data=zeros:16")
    assert code == 0, text
    if "running " in text.replace("running in software", ""):
        assert text.split("\r\033[K")[-1].startswith("data int[16]:"), text
    else:
        print("too fast here for a progress line")
    code, text = on_terminal("run", "-q", long, "-a", "data=zeros:16")
    assert code == 0 and "running" not in text, text
    return 0


if __name__ == "__main__":
    sys.exit(main())
