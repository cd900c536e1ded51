#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run a program once under strace -f and once under aiotrace, and compare what
they say per file: reads, writes and mappings with every offset, size, result.

    compare.py [--from DIR] [--each] -- CMD...   "{}" in CMD is the work folder

Each run gets an empty work folder of the same name, or a copy of DIR. Only
files in it are compared. Exit status 1: they differ.
"""
import argparse
import errno
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
import aiotrace  # noqa: E402
import strace  # noqa: E402



class Run:
    def __init__(self, ops, done):
        self.ops, self.done = ops, done


def prepare(work, source):
    shutil.rmtree(work, ignore_errors=True)
    if source:
        shutil.copytree(source, work, symlinks=True)
    else:
        os.mkdir(work)
    return {os.path.join(folder, name): os.lstat(os.path.join(folder, name)).st_size
            for folder, _, names in os.walk(work) for name in names}


def inside(path, work):
    return path is not None and (path == work or path.startswith(work + "/"))


def by_strace(command, base, source):
    work, log = os.path.join(base, "work"), os.path.join(base, "strace.log")
    sizes = prepare(work, source)
    done = strace.run(command, log, env=aiotrace.clean({"PYTHONDONTWRITEBYTECODE": "1"}), cwd=work,
                      capture_output=True, stdin=subprocess.DEVNULL)
    ops = [op for op in strace.operations(log, work, sizes) if inside(op.path, work)]
    return Run(ops, done)


def by_aiotrace(command, base, source):
    work, traces = os.path.join(base, "work"), os.path.join(base, "traces")
    prepare(work, source)
    done = aiotrace.run_traced(command, traces, {"PYTHONDONTWRITEBYTECODE": "1"}, cwd=work, text=False)
    events = [e for e in aiotrace.dump(traces) if inside(e.path, work)]
    return Run(aiotrace.operations(events), done)


def key(op):
    result = op.result
    if isinstance(result, str) and result[1:].isdigit():  # the csv has the number, strace the name
        result = "-" + errno.errorcode.get(int(result[1:]), result[1:])
    if isinstance(result, str):  # nothing moved: no offset, and no size of a vector that may not be readable
        return op.kind, None, op.size if "v" not in op.call else None, result
    return op.kind, op.offset, op.size, result


def by_file(ops):
    files = defaultdict(Counter)
    for op in ops:
        files[op.path][key(op)] += 1
    return files


def bytes_of(counter, kind):
    return sum(n * k[3] for k, n in counter.items() if k[0] == kind and isinstance(k[3], int))


def count(counter, kind):
    return sum(n for k, n in counter.items() if k[0] == kind)


class Comparison:
    """What both runs say; `missing` and `extra` are (path, key, times)."""

    def __init__(self, base, first, second):
        self.work, self.first, self.second = os.path.join(base, "work"), first, second
        self.truth, self.trace = by_file(first.ops), by_file(second.ops)
        self.missing, self.extra = [], []
        for path in sorted(self.truth.keys() | self.trace.keys()):
            lost = self.truth[path] - self.trace[path]
            self.missing += [(path, k, n) for k, n in lost.items()]
            self.extra += [(path, k, n) for k, n in (self.trace[path] - self.truth[path]).items()]
        self.same_status = first.done.returncode == second.done.returncode
        self.equal = not self.missing and not self.extra and self.same_status and bool(self.first.ops)

    def rows(self, each):
        groups = defaultdict(lambda: [set(), Counter(), Counter()])
        for path in sorted(self.truth.keys() | self.trace.keys()):
            name = os.path.relpath(path, self.work)
            folder, suffix = os.path.dirname(name), os.path.splitext(name)[1]
            siblings = [p for p in self.truth if os.path.dirname(p) == os.path.dirname(path)]
            label = name if each or len(siblings) <= 4 else os.path.join(folder, "*" + suffix)
            groups[label][0].add(path)
            groups[label][1].update(self.truth[path])
            groups[label][2].update(self.trace[path])
        return groups

    def table(self, each=False):
        lines = ["each cell: strace=aiotrace",
                 f"{'file':<32} {'':>5} {'reads':>13} {'bytes read':>21} {'writes':>13} {'bytes written':>21} "
                 f"{'maps':>9} {'offsets':>8}"]

        def line(label, files, truth, trace):
            cells = []
            for kind, width in (("read", 13), ("write", 13)):
                cells += [(count(truth, kind), count(trace, kind), width), (bytes_of(truth, kind), bytes_of(trace, kind), 21)]
            cells.append((count(truth, "map"), count(trace, "map"), 9))
            text = " ".join(f"{f'{a}={b}' if a == b else f'{a}!={b}':>{w}}" for a, b, w in cells)
            same = "same" if truth == trace else "DIFFER"
            return f"{label[-32:]:<32} {f'x{files}':>5} {text} {same:>8}"

        for label, (files, truth, trace) in sorted(self.rows(each).items()):
            lines.append(line(label, len(files), truth, trace))
        everything = [sum((c for c in side.values()), Counter()) for side in (self.truth, self.trace)]
        lines.append(line("total", len(self.truth), *everything))
        return "\n".join(lines)

    def differences(self, most=20):
        lines = []
        for title, rows in (("only strace saw", self.missing), ("only aiotrace saw", self.extra)):
            for path, (kind, offset, size, result), n in rows[:most]:
                lines.append(f"{title}: {n} x {kind} offset {offset} size {size} = {result}  "
                             f"{os.path.relpath(path, self.work)}")
            if len(rows) > most:
                lines.append(f"{title}: {len(rows) - most} more kinds")
        if not self.same_status:
            lines.append(f"exit status: {self.first.done.returncode} under strace, "
                         f"{self.second.done.returncode} under aiotrace")
        if not self.first.ops:
            lines.append("strace saw no operation in the work folder")
        return "\n".join(lines)


def anonymous(run, pattern):
    """Files whose names are made up anew in each run, under one name."""
    return Run([op._replace(path=re.sub(pattern, "*", op.path)) for op in run.ops], run.done)


def compare(command, base, source=None, made_up=None):
    """Both runs, in folders below base. `made_up` matches names that differ from run to run."""
    base = os.path.realpath(base)
    command = [str(c).replace("{}", os.path.join(base, "work")) for c in command]
    runs = [by_strace(command, base, source), by_aiotrace(command, base, source)]
    return Comparison(base, *(anonymous(run, made_up) if made_up else run for run in runs))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="source", metavar="DIR", help="copy DIR into the work folder before each run")
    parser.add_argument("--each", action="store_true", help="a line for every file")
    parser.add_argument("command", nargs="+", metavar="CMD")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="compare.") as base:
        result = compare(options.command, base, options.source)
        print(result.table(options.each))
        print(result.differences() or "no difference")
        if result.first.done.returncode:
            sys.stderr.buffer.write(result.first.done.stderr[-2000:])
    return 0 if result.equal else 1


if __name__ == "__main__":
    sys.exit(main())
