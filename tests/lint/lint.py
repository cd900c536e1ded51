#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The rules of the house that no compiler checks. Prints file:line: what is
wrong; exit status 1 if anything is."""
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOST_LINES = 450
# Of the analyzer, in the order in which data flows: each knows itself and those before it.
ROOMS = ("base", "read", "measure", "stage", "analysis", "finding", "report", "dump")
# Of the library, those that know little.
LEAVES = {"base": ("base",), "encode": ("base", "encode")}
FORBIDDEN = re.compile(r"/(?:wor[k]|hom[e])/|\b(?:TOD[O]|FIXM[E]|XX[X])\b")
problems = []


def complain(path, line, text):
    problems.append(f"{path}:{line}: {text}")


def read(path):
    with open(os.path.join(TOP, path), errors="surrogateescape") as f:
        return f.read()


def tracked():
    done = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=TOP, stdout=subprocess.PIPE, text=True, check=True)
    return [p for p in done.stdout.splitlines() if os.path.exists(os.path.join(TOP, p))]


def check_sources(files):
    for path in files:
        if path == "LICENSE" or path.endswith((".aiot", ".live")):
            continue
        lines = read(path).splitlines()
        if not path.endswith(".md") and os.path.basename(path) not in (".gitignore", ".clang-format") \
                and not any("SPDX-License-Identifier: Apache-2.0" in line for line in lines[:2]):
            complain(path, 1, "no SPDX line")
        if len(lines) > MOST_LINES and not path.endswith(("calls.def", ".schema.json")):  # tables, however long
            complain(path, len(lines), f"more than {MOST_LINES} lines: make two rooms of it")
        for number, line in enumerate(lines, 1):
            if FORBIDDEN.search(line):
                complain(path, number, f"left in the tree: {line.strip()}")
            if line.rstrip() != line:
                complain(path, number, "blanks at the end")


def check_dependencies(files):
    """include <- preload, include <- analyzer, and nothing else."""
    roots = {"preload": ("preload", "include"), "analyzer": ("analyzer", "include"), "include": ("include",)}
    for path in files:
        house = path.split("/")[0]
        if house not in roots or not path.endswith((".c", ".h", ".def", ".S")):
            continue
        for number, line in enumerate(read(path).splitlines(), 1):
            m = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if not m:
                continue
            here = os.path.join(os.path.dirname(path), m.group(1))
            places = [os.path.normpath(here)] + [os.path.join(root, m.group(1)) for root in roots[house]]
            if not any(p in files and p.split("/")[0] in (house, "include") for p in places):
                complain(path, number, f'"{m.group(1)}" is not in {" or ".join(roots[house])}')


def known_rooms(path):
    """What a file of a room may include; None where any may."""
    house, _, rest = path.partition("/")
    room = rest.split("/")[0]
    if house == "analyzer" and room in ROOMS:
        return ROOMS[:ROOMS.index(room) + 1]
    return LEAVES.get(room) if house == "preload" else None


def check_rooms(files):
    for path in files:
        known = known_rooms(path)
        if not known or not path.endswith((".c", ".h", ".def")):
            continue
        for number, line in enumerate(read(path).splitlines(), 1):
            m = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if m and m.group(1).split("/")[0] not in known + ("aiotrace",):
                complain(path, number, f'"{m.group(1)}" is not in {", ".join(known)}')


def check_snippets(files):
    table = "include/aiotrace/calls.def"
    rows = re.findall(r"^AIOT_(?:CALL|FOREIGN)\(\s*(\d+),\s*(\w+)", read(table), re.M)
    hooks = re.findall(r"^AIOT_HOOK\(\s*(\w+)", read(table), re.M)
    for name in [name for _, name in rows] + hooks:
        if f"tests/snippets/{name}.c" not in files:
            complain(table, 1, f"{name} has no tests/snippets/{name}.c")
    events = re.findall(r"^AIOT_EVENT\(\s*(\d+),\s*(\w+)", read(table), re.M)
    ids = [int(n) for n, _ in rows + events]
    for n in sorted({n for n in ids if ids.count(n) > 1}):
        complain(table, 1, f"id {n} is used twice")


def check_tests(files):
    for path in sorted(p for p in files if p.startswith("tests/") and p.endswith(".py")):
        seen = set()
        for number, line in enumerate(read(path).splitlines(), 1):
            test = re.match(r"def (test_\w+)", line)
            if test and test[1] in seen:
                complain(path, number, f"{test[1]} hides the one before it, which never runs")
            seen.add(test and test[1])


def names(pattern, text):
    return set(re.findall(pattern, text))


def check_documents(files):
    readme, makefile = read("README.md"), read("Makefile")
    code = "".join(read(p) for p in files if p.startswith(("preload/", "analyzer/")))
    said, used = names(r"`(AIOTRACE_[A-Z_]+)", readme), names(r'"(AIOTRACE_[A-Z_]+)"', code)
    for name in sorted(used - said):
        complain("README.md", 1, f"{name} is read by the code and not described")
    for name in sorted(said - used):
        complain("README.md", 1, f"{name} is described and not read by the code")
    verbs = {os.path.basename(p)[5:-2] for p in files if p.startswith("analyzer/verb_") and p.endswith(".c")}
    told = set(re.findall(r"^\| `aiotrace (\w+)", readme, re.M))
    for verb in sorted(verbs ^ told):
        complain("README.md", 1, f"the verb {verb} is in {'the code' if verb in verbs else 'the README'} alone")
    for target in sorted(names(r"`make ([a-z]+)", readme)):
        if not re.search(rf"^(?:[a-z -]* )?{target}(?: [a-z -]*)?:", makefile, re.M):
            complain("README.md", 1, f"make {target} does not exist")
    for path in sorted(names(r"\]\(([\w./-]+)\)", readme)):
        if not os.path.exists(os.path.join(TOP, path)):
            complain("README.md", 1, f"{path} does not exist")


def enumeration(header, name):
    body = re.search(rf"enum {name} \{{(.*?)\}};", header, re.S).group(1)
    pairs = re.findall(r"AIOT_[A-Z]+_(\w+)\s*=\s*(\d+)", body)
    return [(int(value), word.lower().replace("_", " ")) for word, value in pairs]


def check_format():
    """FORMAT.md and format.h give the same numbers the same names."""
    header, text = read("include/aiotrace/format.h"), read("include/aiotrace/FORMAT.md")
    path = "include/aiotrace/FORMAT.md"
    for name, start in (("aiot_class", "Classes: "), ("aiot_level", "Levels: ")):
        sentence = re.search(re.escape(start) + r"([^.]*)\.", text).group(1)
        said = {int(n): word for n, word in re.findall(r"(\d+) (\w+)", sentence)}
        for value, word in enumeration(header, name):
            if not said.get(value, "").startswith(word[:4]):
                complain(path, 1, f"{name} {value} is {word} in format.h and {said.get(value)} here")
    line = next(part for part in text.splitlines() if "| column |" in part)
    said = {int(n): word for n, word in re.findall(r"(\d+) ([a-z]+)", line.split("|")[4])}
    if said != dict(enumeration(header, "aiot_column")):
        complain(path, 1, "the columns are not those of format.h")
    said = {int(n): w for n, w in re.findall(r"^\| (\d+) ([a-z ]+) \|", text[text.index("### Definitions"):], re.M)}
    if said != dict(enumeration(header, "aiot_definition_kind")):
        complain(path, 1, f"the definition kinds are not those of format.h: {said}")
    version = re.search(r"#define AIOT_VERSION\s+(\d+)u", header).group(1)
    last = re.findall(r"^\| (\d+) \|", text[text.index("## Versions"):], re.M)[-1]
    if version != last or f"version {version}" not in text.splitlines()[0]:
        complain(path, 1, f"format.h is at version {version}, the table at {last}")


def main():
    files = tracked()
    check_sources(files)
    check_dependencies(set(files))
    check_rooms(files)
    check_snippets(files)
    check_tests(set(files))
    check_documents(files)
    check_format()
    print("\n".join(problems) if problems else "the house: in order")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
