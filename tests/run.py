#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the tests: `make check` and `make check-quick`.

A test is an executable. Exit status 0: passed; 77: skipped, the last line it
printed being the reason; anything else, or running out of time: failed. Tests
are found by where they lie (see stages()), so that adding one needs no edit here:

    FOLDER/test-NOUN.c              a unit test, run in the gcc and the asan build
    tests/lint/NAME.{sh,py}         a lint
    tests/AREA/test-NOUN.{sh,py}    anything else

A comment `check: KEY=VALUE …` within the first 30 lines of a source sets
    timeout=SECONDS      (default 120)
    quick=no             leave it out of `make check-quick`
    variants=gcc,asan    builds to run it in (scripts: gcc; unit tests: gcc,asan)
    alone=yes            run nothing beside it

Tests run in the root of the tree and get BUILD (the build's folder), SCRATCH (an
empty folder of their own, removed if they pass) and JOBS. Logs are kept in build/check/.
"""

import argparse
import concurrent.futures
import os
import re
import shutil
import signal
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LOGS = os.path.join(ROOT, "build", "check")
JOBS = len(os.sched_getaffinity(0))
SKIPPED = 77
UNIT_FOLDERS = ("common", "daemon/compiler", "daemon/vgpu/vulkan", "guest/cli", "tests/compiler/reference")
SCRIPT_STAGES = ("tests/compiler", "tests/fuzz", "tests/cli", "tests/docs", "tests/layers", "tests/platform")
LOG_LINES_SHOWN = 60


class Test:
    def __init__(self, name, command, variant="gcc", **options):
        self.name = name
        self.command = command
        self.variant = variant
        self.timeout = int(options.get("timeout", 120))
        self.quick = options.get("quick", "yes") != "no"
        self.alone = options.get("alone", "no") == "yes"
        self.status = None
        self.reason = ""
        self.seconds = 0.0

    @property
    def log(self):
        return os.path.join(LOGS, self.name.replace("/", ".") + ".log")


def options_of(source):
    """The `check:` comment of a test's source."""
    options = {}
    with open(os.path.join(ROOT, source), encoding="utf-8") as file:
        for _, line in zip(range(30), file):
            match = re.match(r"\s*[#*/]+\s*check:\s*(.*)", line)
            if match:
                options.update(re.findall(r"(\w+)=(\S+)", match.group(1)))
    return options


def found(folder, pattern):
    """Sources under folder whose name matches, in a stable order."""
    result = []
    for where, folders, files in os.walk(os.path.join(ROOT, folder)):
        folders.sort()
        for name in sorted(files):
            if re.fullmatch(pattern, name):
                result.append(os.path.relpath(os.path.join(where, name), ROOT))
    return result


def builds(variants):
    make = ["make", f"-j{JOBS}", "--no-print-directory"]
    return [Test(f"build/{v}", make + [f"VARIANT={v}", "tests"], v, timeout=900, alone="yes") for v in variants]


def lints():
    return [Test(os.path.splitext(source)[0].replace("tests/", "", 1), [source], **options_of(source))
            for source in found("tests/lint", r"(?!lib\.)[a-z-]+\.(sh|py)")]


def unit_tests(variants):
    tests = []
    for source in (s for folder in UNIT_FOLDERS for s in found(folder, r"test-[\w-]+\.c")):
        options = options_of(source)
        for variant in options.pop("variants", "gcc,asan").split(","):
            if variant in variants:
                program = f"build/{variant}/{os.path.splitext(source)[0]}"
                tests.append(Test(f"unit/{variant}/{os.path.splitext(source)[0]}", [program], variant, **options))
    return tests


def scripts(folder, variants):
    tests = []
    for source in found(folder, r"test-[\w-]+\.(sh|py)"):
        options = options_of(source)
        wanted = options.pop("variants", "gcc").split(",")
        for variant in wanted:
            if variant in variants:
                name = os.path.splitext(source)[0].replace("tests/", "", 1)
                tests.append(Test(name if len(wanted) == 1 else f"{name}/{variant}", [source], variant, **options))
    return tests


def stages(quick):
    variants = ["gcc"] if quick else ["gcc", "clang", "asan"]
    result = [builds(variants), lints(), unit_tests(variants)]
    result += [scripts(folder, variants) for folder in SCRIPT_STAGES]
    return [[t for t in stage if t.quick or not quick] for stage in result]


def environment(test, scratch):
    build = os.path.join(ROOT, "build", test.variant)
    env = dict(os.environ)
    env.update(
        BUILD=build, SCRATCH=scratch, JOBS=str(JOBS), LC_ALL="C.UTF-8", TMPDIR=scratch,
        # Drivers keep compiled shaders; not in the home of whoever runs the tests.
        MESA_SHADER_CACHE_DIR=os.path.join(ROOT, "build", "cache", "shaders"),
        ASAN_OPTIONS="detect_leaks=1:allocator_may_return_null=1",
        LSAN_OPTIONS="suppressions=" + os.path.join(ROOT, "tests", "leaks.supp") + ":print_suppressions=0",
        UBSAN_OPTIONS="print_stacktrace=1")
    env.pop("MAKEFLAGS", None)
    env.pop("MFLAGS", None)
    return env


def run(test):
    scratch = os.path.join(LOGS, "scratch", test.name.replace("/", "."))
    shutil.rmtree(scratch, ignore_errors=True)
    os.makedirs(scratch)
    start = time.monotonic()
    with open(test.log, "wb") as log:
        try:
            child = subprocess.Popen(test.command, cwd=ROOT, env=environment(test, scratch), stdin=subprocess.DEVNULL,
                                     stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        except OSError as error:
            test.status, test.reason = "failed", f"cannot run {test.command[0]}: {error.strerror}"
            return test
        try:
            code = child.wait(test.timeout)
        except subprocess.TimeoutExpired:
            # First ask: a test may have things to unmount.
            os.killpg(child.pid, signal.SIGTERM)
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                pass
            code = None
        finally:
            try:
                os.killpg(child.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            child.wait()
    test.seconds = time.monotonic() - start
    if code == 0:
        test.status = "passed"
    elif code == SKIPPED:
        test.status, test.reason = "skipped", (log_tail(test, 1) or ["no reason given"])[0]
    elif code is None:
        test.status, test.reason = "failed", f"not done after {test.timeout} s"
    else:
        test.status = "failed"
        test.reason = f"exit status {code}" if code > 0 else f"killed by {signal.Signals(-code).name}"
    if test.status != "failed":
        shutil.rmtree(scratch, ignore_errors=True)
    return test


def log_tail(test, lines):
    with open(test.log, encoding="utf-8", errors="replace") as log:
        return [line.rstrip("\n") for line in log][-lines:]


def report(test, number, total):
    mark = {"passed": "ok  ", "failed": "FAIL", "skipped": "skip"}[test.status]
    print(f"[{number:3}/{total}] {mark} {test.name} ({test.seconds:.1f} s)", flush=True)
    if test.status == "failed":
        print(f"--- {test.reason}; the end of {os.path.relpath(test.log, ROOT)}:")
        for line in log_tail(test, LOG_LINES_SHOWN):
            print("    " + line)
        print("---", flush=True)


def run_all(todo):
    """Stage after stage; inside one, as many at a time as there are CPUs."""
    total, number = sum(len(stage) for stage in todo), 0
    for stage in todo:
        for test in (t for t in stage if t.alone):
            number += 1
            report(run(test), number, total)
        with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
            for future in concurrent.futures.as_completed([pool.submit(run, t) for t in stage if not t.alone]):
                number += 1
                report(future.result(), number, total)


def summary(tests):
    def having(status):
        return [t for t in tests if t.status == status]

    for test in having("skipped"):
        print(f"skipped {test.name}: {test.reason}")
    for test in having("failed"):
        print(f"failed {test.name}: {test.reason}; log in {os.path.relpath(test.log, ROOT)}")
    line = f"{len(having('passed'))} passed, {len(having('failed'))} failed"
    if having("skipped"):
        line += f", {len(having('skipped'))} skipped"
    print(line)
    return 1 if having("failed") or not having("passed") else 0


def main():
    parser = argparse.ArgumentParser(description="Run the tests.")
    parser.add_argument("--quick", action="store_true", help="gcc build only, no slow tests")
    parser.add_argument("--list", action="store_true", help="name the tests, run none")
    parser.add_argument("only", nargs="*", help="run only tests whose name holds one of these (builds always run)")
    arguments = parser.parse_args()

    todo = stages(arguments.quick)
    if arguments.only:
        todo = [[t for t in stage if t.name.startswith("build/") or any(o in t.name for o in arguments.only)]
                for stage in todo]
    if arguments.list:
        print("\n".join(t.name for stage in todo for t in stage))
        return 0
    os.makedirs(LOGS, exist_ok=True)
    start = time.monotonic()
    run_all(todo)
    print(f"took {time.monotonic() - start:.0f} s")
    return summary([t for stage in todo for t in stage])


if __name__ == "__main__":
    sys.exit(main())
