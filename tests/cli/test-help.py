#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Manual pages, completions and --help name the same commands and options."""

import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(os.environ.get("BUILD", os.path.join(ROOT, "build", "gcc")), "pxos-gpu")
MAN = os.path.join(ROOT, "guest", "cli", "man")
COMMANDS = ("run", "compile", "explain")
problems = []


def check(condition, text):
    if not condition:
        problems.append(text)


def call(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=True).stdout


def options_of_help(text):
    """{(letter or None, name, value or None)} of the option table."""
    found = set()
    for line in text.split("\n"):
        match = re.match(r"  (?:-(.),|   ) --([a-z-]+)(?: ([A-Z][^ ]*))?(?:\s|$)", line)
        if match:
            found.add(match.groups())
    return found


def options_of_man(name):
    """The same of a manual page, whose option heads all have one form."""
    found = set()
    with open(os.path.join(MAN, name), encoding="utf-8") as file:
        text = re.sub(r"\\f.|", "", file.read()).replace("\\-", "-")
    for line in re.findall(r"^\.TP\n(-.*)$", text, re.M):
        match = re.fullmatch(r"(?:-(.), )?--([a-z-]+)(?: (.*))?", line)
        check(match, f"{name}: an option's head that is not understood: {line}")
        if match:
            found.add(match.groups())
    return found


def same_options(command):
    text = call(*([command] if command else []), "--help")
    name = f"pxos-gpu-{command}.1" if command else "pxos-gpu.1"
    of_help, of_man = options_of_help(text), options_of_man(name)
    check(of_help, f"{command}: no options in --help")
    for option in sorted(of_help ^ of_man, key=str):
        where = "--help" if option in of_help else "the manual page"
        check(False, f"{name}: {option} only in {where}")
    if command:
        check(text == call("help", command), f"help {command} is not {command} --help")
        check(re.search(r"^  %s " % command, call("--help"), re.M), f"--help does not list {command}")


def bash_completes(*words):
    script = ('source guest/cli/completion/pxos-gpu.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
              '_pxos_gpu; printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "-c", script, "bash", PROGRAM, *words], capture_output=True, text=True,
                          check=True, cwd=ROOT)
    return set(done.stdout.split())


def completions():
    check(bash_completes("") >= {*COMMANDS, "help"}, "bash: commands")
    check(bash_completes("help", "") == set(COMMANDS), "bash: help COMMAND")
    check(bash_completes("compile", "--emit", "sp") == {"spirv", "spvasm"}, "bash: --emit")
    for command in COMMANDS:
        wanted = {"--" + name for _, name, _ in options_of_help(call("help", command))}
        check(bash_completes(command, "-") == wanted, f"bash: options of {command}")
    with open(os.path.join(ROOT, "guest/cli/completion/_pxos-gpu"), encoding="utf-8") as file:
        zsh = file.read()
    for command in COMMANDS:
        check(f"'{command}[" in zsh, f"zsh: no command {command}")


def manual_pages_are_clean():
    pages = [os.path.join(MAN, name) for name in sorted(os.listdir(MAN))]
    pages.append(os.path.join(ROOT, "daemon/compiler/man/pxos_compiler.3"))
    for page in pages:
        done = subprocess.run(["man", "-l", "--warnings=w", "-E", "UTF-8", page], capture_output=True, text=True,
                              check=False, env={**os.environ, "MANPAGER": "cat", "PAGER": "cat"})
        check(done.returncode == 0 and not done.stderr, f"{page}: {done.stderr.strip()}")
        for section, name in re.findall(r"^\.BR ([a-z_-]+) \((\d)\)", open(page, encoding="utf-8").read(), re.M):
            check(any(os.path.basename(p) == f"{section}.{name}" for p in pages), f"{page}: no page {section}({name})")


def main():
    check(re.fullmatch(r"pxos-gpu \d+\.\d+\.\d+\n", call("--version")), "--version")
    for command in (None, *COMMANDS):
        same_options(command)
    completions()
    manual_pages_are_clean()
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
