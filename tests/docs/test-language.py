#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# check: timeout=300
"""docs/language.md says what is so: its examples run, its tables are complete, its limits are the code's."""

import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
import examples

PAGE = "docs/language.md"
DETAILS = "docs/language-details.md"
DESIGN = "docs/design.md"
MANUAL = "daemon/compiler/man/pxos-primitive.7"
SKIPPED = 77

# Numbers in running text: (page, what stands there, the macro it must equal).
QUOTES = (
    (DETAILS, r"Names are at most (\d+) bytes", "PXOS_NAME_BYTES_MAX"),
    (DETAILS, r"blocks of (\d+) threads", "PXOS_BLOCK_THREADS_DEFAULT"),
    (DETAILS, r"blocks × threads is at most (2\^\d+-1)", "PXOS_LAUNCH_THREADS_MAX"),
    (PAGE, r"in blocks of (\d+); the last block may be partial", "PXOS_BLOCK_THREADS_DEFAULT"),
    (PAGE, r"Up to (\d+) are shown", "PXOS_DIAGNOSTICS_MAX"),
    (MANUAL, r"in blocks of (\d+)\.", "PXOS_BLOCK_THREADS_DEFAULT"),
)

# Steps in running text, and where the code has them: (what stands there, file, what stands there).
COSTS = (
    (r"in shared memory (\d+) steps", "daemon/compiler/traits.c", r"WEIGHT_SHARED (\d+)"),
    (r"float DIV (\d+)", "daemon/compiler/traits.c", r"WEIGHT_FLOAT_DIV (\d+)"),
    (r"float MOD (\d+)", "daemon/compiler/traits.c", r"WEIGHT_FLOAT_MOD (\d+)"),
    (r"integer DIV and MOD by a number (\d+)", "daemon/compiler/traits.c", r"WEIGHT_LITERAL_DIV (\d+)"),
    (r"ATOMIC_ADD on a float array (\d+)", "daemon/compiler/traits.c", r"WEIGHT_SWAP (\d+)"),
    (r"but `/` and `%` (\d+)", "daemon/compiler/traits.c", r"WEIGHT_INDEX_DIV (\d+)"),
    (r"by a number (\d+)\. ", "daemon/compiler/traits.c", r"WEIGHT_LITERAL_DIV (\d+)"),
    (r"PARALLEL_MATMUL costs (\d+) steps", "daemon/compiler/traits.c", r"WEIGHT_MATMUL_STEP (\d+)"),
    (r"at most (\d+) operations", "daemon/compiler/emit.h", r"COARSEN_OPS_MAX (\d+)"),
    (r"\| discrete \| 2\^(\d+) ", "daemon/vgpu/vulkan/gpu-plan.c", r"GPU_TYPE_DISCRETE\] = \{ UINT64_C\(1\) << (\d+)"),
    (r"\| integrated \| 2\^(\d+) ", "daemon/vgpu/vulkan/gpu-plan.c",
     r"GPU_TYPE_INTEGRATED\] = \{ UINT64_C\(1\) << (\d+)"),
    (r"\| software \(CPU\) \| 2\^(\d+) ", "daemon/vgpu/vulkan/gpu-plan.c",
     r"GPU_TYPE_CPU\] = \{ UINT64_C\(1\) << (\d+)"),
    (r"\| other \| 2\^(\d+) ", "daemon/vgpu/vulkan/gpu-plan.c", r"GPU_TYPE_OTHER\] = \{ UINT64_C\(1\) << (\d+)"),
    (r"and at most 2\^(\d+) steps", "daemon/vgpu/vulkan/gpu-plan.c",
     r"PLAN_THREAD_BUDGET_MAX \(UINT32_C\(1\) << (\d+)\)"),
)

problems = []


def problem(text):
    problems.append(text)
    print(text)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def unwrapped(page):
    """The page with its line ends taken for spaces: a quote may run over two lines."""
    return re.sub(r"\s*\n\s*", " ", page)


def rows_of(page, section, first):
    """(match, cells) of the section's table rows whose first cell matches."""
    text = page.split(f"\n## {section}\n")[1].split("\n## ")[0]
    for line in text.split("\n"):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        match = re.fullmatch(first, cells[0]) if cells else None
        if match:
            yield match, cells


def limits():
    found = {}
    for name, value in re.findall(r"^#define (PXOS_\w+) (\([^)]*\)|\w+)", read("include/pxos/limits.h"), re.M):
        numbers = [int(number.rstrip("uU"), 0) for number in re.findall(r"\w+", value)]
        found[name] = numbers[0] << numbers[1] if "<<" in value else numbers[0]
    return found


def check_limits(page):
    wanted = limits()
    shown = {match.group(1): cells[1] for match, cells in rows_of(page, "Limits", r"`(PXOS_\w+)`")}
    for name, value in wanted.items():
        if name not in shown:
            problem(f"{PAGE}: limit {name} is missing from the table")
        elif shown[name] != str(value):
            problem(f"{PAGE}: {name} is {shown[name]} in the table, {value} in limits.h")
    for name in shown.keys() - wanted.keys():
        problem(f"{PAGE}: limits.h has no {name}")
    for path, pattern, name in QUOTES:
        match = re.search(pattern, unwrapped(read(path)))
        if not match:
            problem(f"{path}: no longer says '{pattern}'; mend {__file__}")
            continue
        said = match.group(1)
        power = re.fullmatch(r"2\^(\d+)-1", said)
        if (2 ** int(power.group(1)) - 1 if power else int(said)) != wanted[name]:
            problem(f"{path}: says {said} for {name}, limits.h {wanted[name]}")


def check_costs(page):
    for said, path, written in COSTS:
        here, there = re.search(said, unwrapped(page)), re.search(written, read(path))
        if not here or not there:
            problem(f"{PAGE if not here else path}: no longer says '{said if not here else written}'; mend {__file__}")
        elif here.group(1) != there.group(1):
            problem(f"{PAGE}: says {here.group(1)} where {path} has {there.group(1)} ({written})")


def check_operations(page, programs):
    operations = dict((name, weight) for name, weight in
                      re.findall(r'\bOP\(\w+, "(\w+)", \w+, (\d+)\)', read("daemon/compiler/ops.h")))
    rows = {match.group(1): cells for match, cells in
            rows_of(page, "Operations at a glance", r"`([A-Z_]+)\b.*")}
    used = set()
    for text in programs.values():
        code = re.sub(r"#.*", "", text)
        used.update(line.split()[0].rstrip(":") for line in code.split("\n") if line.strip())
    manual = set(re.findall(r"[A-Z_]+", read(MANUAL)))
    for name, weight in operations.items():
        if name not in manual:
            problem(f"{MANUAL}: {name} is missing")
        if name not in used:
            problem(f"{PAGE}: no example uses {name}")
        if name not in rows:
            problem(f"{PAGE}: {name} is missing from the table of operations")
        elif rows[name][2] != weight:
            problem(f"{PAGE}: {name} weighs {rows[name][2]} steps in the table, {weight} in ops.h")
    for name in rows.keys() - operations.keys():
        problem(f"{PAGE}: there is no operation {name}")


def check_rules(page):
    rules = set(re.findall(r'RULE\(\w+, "([\w-]+)"\)', read("daemon/compiler/rules.h")))
    shown = {match.group(1) for match, _ in rows_of(page, "Diagnostics", r"`([a-z-]+)`")}
    for name in rules - shown:
        problem(f"{PAGE}: rule {name} is missing from the table of diagnostics")
    for name in shown - rules:
        problem(f"{PAGE}: there is no rule {name}")


def check_links(path):
    for target in re.findall(r"\]\(([^)#:]+)\)", read(path)):
        if not os.path.exists(os.path.join(os.path.dirname(path), target)):
            problem(f"{path}: link to {target}, which is not there")


def no_device(environment):
    """Why there is no GPU, in one line; None if there is one."""
    done = subprocess.run(["pxos-gpu", "run", "--list-gpus"], env=environment, capture_output=True, text=True,
                          check=False)
    if done.returncode == 0:
        return None
    if done.returncode != 1:
        problem(f"pxos-gpu run --list-gpus ended with {done.returncode}:\n{done.stderr}")
    return done.stderr.strip().split("\n")[-1]


def check_examples(page, programs, environment):
    folder = os.environ["SCRATCH"]
    for name, text in programs.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    run = examples.commands(page)
    for example in run:
        printed = examples.run(example, folder, environment)
        if not examples.same(example.expected, printed):
            problem(f"{PAGE}:{example.line}: $ {example.command}")
            print("    the page:\n      " + "\n      ".join(example.expected))
            print("    printed:\n      " + "\n      ".join(printed))
    for name in programs:
        if not any(name in example.command.split() for example in run):
            problem(f"{PAGE}: {name} is never run")
    print(f"{len(run)} commands on {len(programs)} programs")


def main():
    page = read(PAGE)
    programs = examples.programs(page)
    check_limits(page)
    check_costs(page)
    check_operations(page, programs)
    check_rules(page)
    for path in (PAGE, DETAILS, DESIGN):
        check_links(path)
    build = os.path.abspath(os.environ.get("BUILD", "build/gcc"))
    environment = dict(os.environ, PATH=build + ":" + os.environ["PATH"])
    if not os.path.exists(os.path.join(build, "pxos-gpu")):
        problem(f"{build}/pxos-gpu is not built")
        return 1
    reason = no_device(environment)
    if reason is None:
        check_examples(page, programs, environment)
    if problems:
        print(f"{len(problems)} problems")
        return 1
    if reason is not None:
        print(f"examples not run: {reason}")
        return SKIPPED
    return 0


if __name__ == "__main__":
    sys.exit(main())
