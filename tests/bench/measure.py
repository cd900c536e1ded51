# SPDX-License-Identifier: Apache-2.0
"""Runs programs in turns, untraced and traced, and takes the medians of what
each pair differs by: what else the machine does then meets both alike."""
import os
import re
import shutil
import statistics
import subprocess


class Run:
    """One process that has ended, or several copies run at the same time: seconds
    of wall, of CPU of all, peak KB, their output."""

    program = "measure"  # built from measure.c
    result = "measured"  # the file it writes

    def __init__(self, command, environment=None, wanted_output=False, copies=1):
        variables = [f"{name}={value}" for name, value in (environment or {}).items()]
        done = subprocess.run([self.program, self.result, str(copies), *variables, "--", *command], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE if wanted_output else subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: exit status {done.returncode}")
        self.output = done.stdout
        with open(self.result) as f:
            wall, cpu, self.peak_kb = map(int, f.read().split())
        self.wall, self.cpu = wall / 1e9, cpu / 1e9


class Figure:
    """The median of several, and how far the middle half lies from it."""

    def __init__(self, values):
        self.median = statistics.median(values)
        self.spread = statistics.median(abs(v - self.median) for v in values)


class Tracer:
    """How to run a command under a tracer that writes into a folder."""

    def __init__(self, name, environment, prefix=(), fewer=1):
        self.name, self.environment, self.prefix, self.fewer = name, environment, list(prefix), fewer

    def run(self, command, folder, **options):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        environment = {k: v.replace("{}", folder) for k, v in self.environment.items()}
        prefix = [word.replace("{}", folder) for word in self.prefix]
        return Run(prefix + command, environment, **options)


def at_once(command, tracer, folder, traced_first):
    """What a command prints untraced and traced, both running at the same time: what else the machine does, and how fast
    it happens to be, meets them alike to a hundredth, where runs in turns differ by a tenth."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    traced = {**os.environ, **{k: v.replace("{}", folder) for k, v in tracer.environment.items()}}
    started = {env is traced: subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                               stderr=subprocess.DEVNULL, text=True)
               for env in ((traced, None) if traced_first else (None, traced))}
    return [started[which].communicate()[0] for which in (False, True)]


def aiotrace(build):
    return Tracer("aiotrace", {"LD_PRELOAD": f"{build}/libaiotrace.so", "AIOTRACE_DIR": "{}"})


def folder_bytes(folder):
    return sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(folder) for name in names)


class Difference:
    """What a tracer adds to a command, by pairs of runs. Several are measured in
    turns, so that they can be compared."""

    def __init__(self, tracer, command, folder, copies=1):
        self.tracer, self.command, self.folder, self.copies = tracer, command, folder, copies
        self.plain, self.traced = [], []
        tracer.run(command, folder)  # brings files and libraries into the page cache

    def pair(self, traced_first):
        for traced in (traced_first, not traced_first):
            if traced:
                self.traced.append(self.tracer.run(self.command, self.folder, copies=self.copies))
            else:
                self.plain.append(Run(self.command, copies=self.copies))
        self.bytes = folder_bytes(self.folder)

    @classmethod
    def of(cls, tracer, commands, folder, pairs):
        return cls.in_turns([cls(tracer, command, folder) for command in commands], pairs)

    @staticmethod
    def in_turns(found, pairs):
        for i in range(pairs):
            for one in found:
                one.pair(i % 2 == 1)
        return found

    def added(self, what, per=1):
        return Figure([(getattr(t, what) - getattr(p, what)) / per for p, t in zip(self.plain, self.traced)])

    def base(self, what, per=1):
        return statistics.median(getattr(p, what) for p in self.plain) / per


def instructions(command, folder, tracer=None):
    """Counted by callgrind, which runs one thread at a time and is exact."""
    counter = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"] + command
    environment = dict(os.environ)
    if tracer:
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        environment.update({k: v.replace("{}", folder) for k, v in tracer.environment.items()})
    done = subprocess.run(counter, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, check=False)
    found = re.search(r"Collected : (\d+)", done.stderr)
    return int(found.group(1)) if found else None


def one_core():
    """What to put before a command so that it has one core to itself."""
    return ["taskset", "-c", str(max(os.sched_getaffinity(0)))]
