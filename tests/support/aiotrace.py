# SPDX-License-Identifier: Apache-2.0
"""Runs programs under the tracer and asks the aiotrace program about them."""
import csv
import ctypes
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import namedtuple

from strace import Op

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("AIOTRACE_BUILD") or os.path.join(TOP, "build")
LIBRARY = os.path.join(BUILD, "libaiotrace.so")
PROGRAM = os.environ.get("AIOTRACE_PROGRAM") or os.path.join(BUILD, "aiotrace")

Row = namedtuple("Row", "number name klass level")


def table():
    """The rows of calls.def that the library interposes."""
    return rows(r"^AIOT_(?:CALL|FOREIGN)\(\s*(\d+),\s*(\w+),\s*(\w+),\s*(\w+)")


def rows(pattern):
    with open(os.path.join(TOP, "include/aiotrace/calls.def")) as f:
        return [Row(int(number), *rest) for number, *rest in re.findall(pattern, f.read(), re.M)]


def hooks():
    """The functions that the library interposes and that are no events."""
    with open(os.path.join(TOP, "include/aiotrace/calls.def")) as f:
        return re.findall(r"^AIOT_HOOK\(\s*(\w+)", f.read(), re.M)


def classes():
    """The class of every event by its name in the output, in lower case."""
    with open(os.path.join(TOP, "include/aiotrace/calls.def")) as f:
        made = re.findall(r'^AIOT_EVENT\(\s*\d+,\s*\w+,\s*"([^"]+)",\s*(\w+)', f.read(), re.M)
    return {name: klass.lower() for name, klass in [*made, *((r.name, r.klass) for r in table())]}


EVENTS = rows(r"^AIOT_EVENT\(\s*(\d+),\s*\w+,\s*\"([\w.]+)\",\s*(\w+),\s*(\w+)")
KINDS = {r.name: r.klass.lower() for r in table() + EVENTS
         if r.klass in ("READ", "WRITE", "MAP") and not 550 <= r.number < 560}  # sockets' own


def clean(extra=None):
    """The environment without what the tracer reads, then what the test wants."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("AIOTRACE_") and k != "LD_PRELOAD"}
    env.update(extra or {})
    return env


def traced(directory, extra=None):
    return clean({"LD_PRELOAD": LIBRARY, "AIOTRACE_DIR": str(directory), **(extra or {})})


def run(command, env=None, timeout=120, **options):
    options = {"capture_output": True, "text": True, "timeout": timeout, "stdin": subprocess.DEVNULL, **options}
    if options["text"]:
        options["errors"] = "surrogateescape"
    return subprocess.run([str(c) for c in command], env=clean() if env is None else env, **options)


def run_traced(command, directory, extra=None, **options):
    return run(command, env=traced(directory, extra), **options)


def python(script, *arguments):
    return [sys.executable, "-c", script, *arguments]


def aiotrace(*arguments, check=True, **options):
    done = run([PROGRAM, *arguments], **options)
    if check and done.returncode != 0:
        raise AssertionError(f"aiotrace {' '.join(map(str, arguments))}: status {done.returncode}\n{done.stderr}")
    return done


NUMBERS = ("start_ns", "duration_ns", "pid", "tid", "offset", "size", "result", "errno")
Event = namedtuple("Event", NUMBERS + ("host", "call", "stage", "path", "level"))


def number(text):
    return int(text) if text not in ("", None) else 0


def parse(lines):
    csv.field_size_limit(1 << 30)
    for r in csv.DictReader(lines):
        yield Event(*(number(r[n]) for n in NUMBERS), r["host"], r["call"], r["stage"], r["path"], r["level"])


def stream(*traces, check=True):
    """Every event of the traces, in the order of the program."""
    with tempfile.TemporaryFile("w+") as errors:
        with subprocess.Popen([PROGRAM, "dump", "--format", "csv", *map(str, traces)], env=clean(), text=True,
                              stdout=subprocess.PIPE, stderr=errors, errors="surrogateescape") as child:
            yield from parse(child.stdout)
        if check and child.returncode != 0:
            errors.seek(0)
            raise AssertionError(f"aiotrace dump: status {child.returncode}\n{errors.read()}")


def dump(*traces, check=True):
    """Every event of the traces, in the order in which they started."""
    return sorted(stream(*traces, check=check), key=lambda e: e.start_ns)


def report(*traces):
    return json.loads(aiotrace("report", "--json", *traces).stdout)


def info(*traces):
    return aiotrace("info", *traces).stdout


def operations(events):
    """Reads, writes and mappings as the strace side states them."""
    ops = []
    for e in events:
        kind = KINDS.get(e.call)
        if kind is None or (kind != "map" and e.level != "fd"):
            continue
        result = f"-{e.errno}" if e.result < 0 else 0 if kind == "map" else e.result
        ops.append(Op(kind, e.path, e.offset, e.size, result, e.call, e.pid, e.tid))
    return ops


def faults_are_told():
    """Whether this machine lets a process see its own page faults."""
    libc = ctypes.CDLL(None, use_errno=True)
    attributes = (ctypes.c_uint64 * 16)(1 | 128 << 32, 2, 1, 0, 0, 1 << 5 | 1 << 6)
    fd = libc.syscall({"x86_64": 298, "aarch64": 241}[os.uname().machine], attributes, 0, -1, -1, 8)
    if fd >= 0:
        os.close(fd)
    return fd >= 0
