#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run a program once under strace -f and once under aiotrace, and compare what
they say per file: reads, writes and mappings with every offset, size, result.

    compare.py [--from DIR] [--each] [--same-run] -- CMD...   "{}" in CMD is the work folder

Each run gets an empty work folder of the same name, or a copy of DIR. Only
files in it are compared. With --same-run there is one run, which both watch:
for programs whose names, order or processes are never the same twice. Exit
status 1: they differ.
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

MAPPED = "mapped: what is read and written through a mapping are page faults, no calls"


class Run:
    def __init__(self, ops, done, rings=()):
        self.ops, self.done, self.rings = ops, done, rings


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


def seen_by_strace(log, work, sizes, done):
    ops = strace.operations(log, work, sizes)
    return Run([op for op in ops if inside(op.path, work)], done, [op for op in ops if op.kind == "ring"])


def seen_by_aiotrace(traces, work, done):
    events = [e for e in aiotrace.dump(traces) if inside(e.path, work)]
    return Run(aiotrace.operations(events), done)


def by_strace(command, base, source, extra=None, timeout=120, variables=None):
    work, log = os.path.join(base, "work"), os.path.join(base, "strace.log")
    sizes = prepare(work, source)
    done = strace.run(command, log, variables, env=aiotrace.clean(extra), cwd=work, capture_output=True,
                      stdin=subprocess.DEVNULL, timeout=timeout)
    return seen_by_strace(log, work, sizes, done)


def by_aiotrace(command, base, source, extra=None, timeout=120):
    work, traces = os.path.join(base, "work"), os.path.join(base, "traces")
    prepare(work, source)
    done = aiotrace.run_traced(command, traces, extra, cwd=work, text=False, timeout=timeout)
    return seen_by_aiotrace(traces, work, done)


def by_both(command, base, source, extra, timeout):
    work, traces = os.path.join(base, "work"), os.path.join(base, "traces")
    first = by_strace(command, base, source, extra, timeout, {"LD_PRELOAD": aiotrace.LIBRARY, "AIOTRACE_DIR": traces})
    return first, seen_by_aiotrace(traces, work, first.done)


def key(op):
    result = op.result
    if isinstance(result, str):  # the csv has the number, strace the name, which may be one of two
        number = int(result[1:]) if result[1:].isdigit() else getattr(errno, result[1:], 0)
        result = "-" + errno.errorcode.get(number, result[1:])
    if isinstance(result, str):  # nothing moved: no offset, and no size of a vector that may not be readable
        return op.kind, None, op.size if "v" not in op.call else None, result
    return op.kind, op.offset, op.size, result


def by_file(ops, same_run):
    """Processes have the same number on both sides only where there was one run."""
    files = defaultdict(Counter)
    for op in ops:
        files[op.path][(*key(op), op.pid if same_run else None)] += 1
    return files


def bytes_of(counter, kind):
    return sum(n * k[3] for k, n in counter.items() if k[0] == kind and isinstance(k[3], int))


def count(counter, kind):
    return sum(n for k, n in counter.items() if k[0] == kind)


class Comparison:
    """What both runs say; `missing` and `extra` are (path, key, times)."""

    def __init__(self, base, first, second, same_run=False):
        self.work, self.first, self.second = os.path.join(base, "work"), first, second
        self.truth, self.trace = by_file(first.ops, same_run), by_file(second.ops, same_run)
        self.missing, self.extra = [], []
        for path in sorted(self.truth.keys() | self.trace.keys()):
            self.missing += [(path, k, n) for k, n in (self.truth[path] - self.trace[path]).items()]
            self.extra += [(path, k, n) for k, n in (self.trace[path] - self.truth[path]).items()]
        self.same_status = first.done.returncode == second.done.returncode
        self.equal = not self.missing and not self.extra and self.same_status and bool(self.first.ops)

    def labels(self, paths, each=False):
        """{path: name}; one name for all of a kind where a folder has more than four files."""
        folders = Counter(map(os.path.dirname, paths))
        names = {path: os.path.relpath(path, self.work) for path in paths}
        return {path: name if each or folders[os.path.dirname(path)] <= 4
                else os.path.join(os.path.dirname(name), "*" + os.path.splitext(name)[1]) for path, name in names.items()}

    def rows(self, each):
        groups = defaultdict(lambda: [set(), Counter(), Counter()])
        for path, label in sorted(self.labels(self.truth.keys() | self.trace.keys(), each).items()):
            groups[label][0].add(path)
            groups[label][1].update(self.truth[path])
            groups[label][2].update(self.trace[path])
        return groups

    def apart(self):
        """What no comparison of system calls can show, as lines: why, then which files."""
        mapped = {path: [(n, n * k[2]) for k, n in counter.items() if k[0] == "map" and k[3] == 0]
                  for path, counter in self.truth.items()}
        groups = defaultdict(list)
        for path, label in sorted(self.labels([path for path, maps in mapped.items() if maps]).items()):
            groups[label].append(mapped[path])
        lines = [MAPPED] if groups else []
        for label, files in groups.items():
            operations, size = map(sum, zip(*(m for maps in files for m in maps)))
            lines.append(f"    {label} x{len(files)}: {operations} mappings, {size} bytes")
        rings = Counter()
        for op in self.first.rings:
            rings[op.call, op.pid] += op.size
        return lines + [f"{call}: {n} operations of process {pid}, which do not say their files"
                        for (call, pid), n in sorted(rings.items())]

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
        everything = [sum(side.values(), Counter()) for side in (self.truth, self.trace)]
        lines.append(line("total", len(self.truth), *everything))
        return "\n".join(lines)

    def differences(self, most=20):
        lines = []
        for title, rows in (("only strace saw", self.missing), ("only aiotrace saw", self.extra)):
            for path, (kind, offset, size, result, pid), n in rows[:most]:
                lines.append(f"{title}: {n} x {kind} offset {offset} size {size} = {result}  "
                             f"{os.path.relpath(path, self.work)}{f'  in process {pid}' if pid else ''}")
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
    return Run([op._replace(path=re.sub(pattern, "*", op.path)) for op in run.ops], run.done, run.rings)


def compare(command, base, source=None, made_up=None, same_run=False, extra=None, timeout=120):
    """The runs, in folders below base. `made_up` matches names that differ from
    run to run; `extra` joins the environment."""
    base = os.path.realpath(base)
    command = [str(c).replace("{}", os.path.join(base, "work")) for c in command]
    rest = source, {"PYTHONDONTWRITEBYTECODE": "1", **(extra or {})}, timeout
    if same_run:
        return Comparison(base, *by_both(command, base, *rest), same_run=True)
    runs = [by_strace(command, base, *rest), by_aiotrace(command, base, *rest)]
    return Comparison(base, *(anonymous(run, made_up) if made_up else run for run in runs))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="source", metavar="DIR", help="copy DIR into the work folder before each run")
    parser.add_argument("--each", action="store_true", help="a line for every file")
    parser.add_argument("--same-run", action="store_true", help="one run, under strace and aiotrace at once")
    parser.add_argument("command", nargs="+", metavar="CMD")
    options = parser.parse_args()
    command = [os.path.abspath(c) if os.sep in c and os.path.exists(c) else c for c in options.command]
    with tempfile.TemporaryDirectory(prefix="compare.") as base:
        result = compare(command, base, options.source, same_run=options.same_run, timeout=None)
        print(result.table(options.each))
        print(result.differences() or "no difference")
        if result.first.done.returncode:
            sys.stderr.buffer.write(result.first.done.stderr[-2000:])
    return 0 if result.equal else 1


if __name__ == "__main__":
    sys.exit(main())
