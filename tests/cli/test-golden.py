#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# check: variants=gcc,asan timeout=600
"""Run the golden programs, tests/compiler/golden/*.json, through the command line.

Each gives a program, its arguments and what its arrays must hold afterwards. Floats
are compared as float32, bit for bit, except that a subnormal may be flushed to
zero, that its decimal may mean a neighbour of it, and that one NaN is as good as another.
"""

import glob
import json
import math
import os
import struct
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.environ.get("GOLDEN", os.path.join(ROOT, "tests", "compiler", "golden"))
PROGRAM = os.path.join(os.environ.get("BUILD", os.path.join(ROOT, "build", "gcc")), "pxos-gpu")
SMALLEST_NORMAL = 2.0 ** -126
SMALLEST = 2.0 ** -149


def real(value):
    return float(value)  # numbers, and "inf", "-inf", "nan"


def bits(value):
    return struct.pack("<f", value)


def same(got, expected, is_float):
    if not is_float:
        return got == expected
    got, expected = real(got), real(expected)
    if math.isnan(expected):
        return math.isnan(got)
    if abs(expected) < SMALLEST_NORMAL:
        return got == 0 or abs(got - expected) <= SMALLEST
    return bits(got) == bits(expected)


def is_float_array(values):
    return any(isinstance(v, (float, str)) for v in values)


def compare(got, expected):
    """Complaints about one array."""
    if len(got) != len(expected):
        return [f"{len(got)} elements, expected {len(expected)}"]
    is_float = is_float_array(expected)
    return [f"[{i}] is {g}, expected {e}" for i, (g, e) in enumerate(zip(got, expected)) if not same(g, e, is_float)]


def run(path):
    """Complaints about one golden program."""
    with open(path, encoding="utf-8") as file:
        test = json.load(file)
    program = os.path.join(FOLDER, test["program"])
    done = subprocess.run([PROGRAM, "run", "-q", program, "--args", path, "--json"], capture_output=True, text=True,
                          timeout=300, check=False)
    if done.returncode != 0:
        return [f"exit status {done.returncode}: {done.stderr.strip()}"]
    complaints = []
    outputs = json.loads(done.stdout)["outputs"]
    for name, expected in test["expect"].items():
        if name not in outputs:
            complaints.append(f"{name}: is no output")
            continue
        complaints += [f"{name}{c}" for c in compare(outputs[name], expected)[:10]]
    wanted = test.get("warnings", [])
    given = [line for line in done.stderr.split("\n") if ": warning: " in line]
    complaints += [f"no warning '{w}'" for w in wanted if not any(w in line for line in given)]
    complaints += [f"unexpected: {line}" for line in given if not any(w in line for w in wanted)]
    return complaints


def main():
    tests = sorted(glob.glob(os.path.join(FOLDER, "*.json")))
    bad = 0
    for path in tests:
        complaints = run(path)
        print(f"{'FAIL' if complaints else 'ok'}: {os.path.basename(path)}")
        for complaint in complaints:
            print(f"  {complaint}")
        bad += bool(complaints)
    print(f"{len(tests) - bad} of {len(tests)} golden programs")
    return 1 if bad or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
