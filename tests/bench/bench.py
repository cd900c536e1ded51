#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What tracing costs, and how fast traces are read: one table. Each figure is
what a traced program adds to the same program untraced, run in turns with it:
the median of the pairs and its spread (the median distance from it).

    python3 bench.py BUILD [--quick] [--only WORD]
"""
import argparse
import os
import random
import shutil
import subprocess
import sys

import entropy
import parts
import peers
from measure import Difference, Figure, Run, Tracer, aiotrace, at_once, folder_bytes, instructions, one_core

EVENTS_A_CYCLE = {"open_read_close": 3, "small_files": 4}

# What, how work.c calls it, and the ns that must and should not be exceeded.
CALLS = (("pread 4 KiB random", "pread_random", (100, 70)),
         ("pread 4 KiB sequential", "pread_sequential", (100, 70)),
         ("pread of 0 bytes", "pread_nothing", (100, 70)),
         ("read 4 KiB sequential", "read", (100, 70)),
         ("write 4 KiB", "write", (100, 70)),
         ("fread 4 KiB", "fread", None),
         ("open+read+close, a cycle", "open_read_close", (500, 300)),
         ("io_uring read 4 KiB, one by one", "uring", None),
         ("io_uring read 4 KiB, 32 a call", "uring_32", None))


class Bench:
    def __init__(self, options):
        self.build, self.quick, self.only = os.path.abspath(options.build), options.quick, options.only
        self.here = os.path.dirname(os.path.abspath(__file__))
        self.place = f"{self.build}/bench/data"
        self.folder = f"{self.place}/trace"
        self.file = f"{self.place}/file"
        self.tracer = aiotrace(self.build)
        self.missed = 0
        os.makedirs(self.place, exist_ok=True)
        Run.program, Run.result = f"{self.build}/bench/measure", f"{self.place}/measured"
        if not os.path.exists(self.file):
            with open(self.file, "wb") as f:
                f.write(os.urandom(1 << 20) * 64)

    def work(self, kind, calls, threads=1, file=None):
        return [f"{self.build}/bench/work", kind, str(calls), str(threads), file or self.file]

    def wants(self, *words):
        return not self.only or any(self.only in word for word in words)

    # ---- the table ----

    def row(self, what, value, spread="", base="", goal=""):
        print(f"{what:<44} {value:>11} {spread:>8} {base:>10}  {goal}", flush=True)

    def title(self, text, value="added", base="untraced"):
        print()
        self.row(text, value, "+-", base, "must / aim")

    def goal(self, value, must, aim, unit="", least=False):
        """A verdict; the value is to be at most, or at least, what must be."""
        met = [(value >= limit if least else value <= limit) for limit in (must, aim)]
        self.missed += not met[0]
        verdict = "aim met" if met[1] else "ok" if met[0] else "MISSED"
        return f"{must:g} / {aim:g}{unit}: {verdict}"

    # ---- what it costs ----

    def call(self, name, kind, calls, limits):
        """One thread and two in turns: the second is compared with the first."""
        if not self.wants(kind, name):
            return
        pairs = 5 if self.quick else 11
        calls = calls // 2 if self.quick else calls
        one, two = Difference.of(self.tracer, [self.work(kind, calls, threads) for threads in (1, 2)],
                                 self.folder, pairs)
        each = calls / 1e9
        for what in ("cpu", "wall"):
            added = one.added(what, each)
            self.row(f"{name}, ns {what}", f"{added.median:.0f}", f"{added.spread:.0f}",
                     f"{one.base(what, each):.0f}", self.goal(added.median, *limits) if limits else "")
        added = two.added("cpu", each * 2)
        self.row("  2 threads, each, ns cpu", f"{added.median:.0f}", f"{added.spread:.0f}",
                 f"{two.base('cpu', each * 2):.0f}")
        self.row("  2 threads, ns wall", f"{two.added('wall', each).median:.0f}",
                 f"{two.added('wall', each).spread:.0f}", f"{two.base('wall', each):.0f}")

    def calls(self):
        self.title("a call, encoding and exit included")
        n = 400000
        for name, kind, limits in CALLS:
            self.call(name, kind, n // 2 if kind == "open_read_close" else n, limits)

    def threads(self):
        """Whether threads slow each other down. Two controls: in a process that has a second thread, which waits, the
        kernel and libc take the longer ways of any such process, but nobody is there to share with; two processes run
        at the same time share the hardware alone. Shorter runs than of calls, and more: the differences are small."""
        if not self.wants("threads", "pread_nothing"):
            return
        self.title("2 threads, preads of 0 bytes, ns cpu")
        calls, pairs = 400000, 9 if self.quick else 25
        rows = {"1 thread": ("1", 1), "1 thread, beside one that waits": ("1+1", 1), "each of 2 threads": ("2", 1),
                "each of 2 processes of 1 thread": ("1", 2)}
        made = {name: Difference(self.tracer, self.work("pread_nothing", calls, threads), self.folder, copies)
                for name, (threads, copies) in rows.items()}
        Difference.in_turns(list(made.values()), pairs)
        added, base = [], []
        for name, found in made.items():
            each = calls / 1e9 * (2 if " of 2 " in name else 1)
            cost = found.added("cpu", each)
            added.append(cost.median)
            base.append(found.base("cpu", each))
            self.row(name, f"{cost.median:.0f}", f"{cost.spread:.0f}", f"{base[-1]:.0f}")
        for of, by, judged in ((2, 0, True), (2, 3, False), (2, 1, True)):
            ratio = added[of] / added[by]
            self.row(f"  2 threads / {('1 thread', '1 beside one that waits', '', '2 processes')[by]}", f"x{ratio:.2f}", "",
                     f"x{base[of] / base[by]:.2f}", self.goal(ratio, 1.15, 1.05) if judged else "")

    def counted(self):
        if not shutil.which("valgrind") or not self.wants("instructions"):
            return
        self.title("instructions a call (callgrind)")
        few, many = 16384, 49152
        for name, kind, _ in CALLS:
            counts = [[instructions(self.work(kind, n), self.folder, tracer) for n in (few, many)]
                      for tracer in (None, self.tracer)]
            if any(None in pair for pair in counts):
                self.row(name, "failed")
                continue
            plain, traced = [(pair[1] - pair[0]) / (many - few) for pair in counts]
            self.row(name, f"{traced - plain:.0f}", "", f"{plain:.0f}")
        self.parts(few, many)

    def parts(self, few, many):
        """Where they are spent, and that a program pays nothing for stacks that are off."""
        off = self.with_stacks("off")
        python = [sys.executable, "-c", "import os, sys\nfd = os.open(sys.argv[2], os.O_RDONLY)\n"
                  "for _ in range(int(sys.argv[1])): os.pread(fd, 0, 0)"]
        programs = {"C": (lambda n: self.work("pread_nothing", n), self.tracer), "C, stacks off": (lambda n: self.work("pread_nothing", n), off),
                    "Python, stacks off": (lambda n: [*python, str(n), self.file], off),
                    "Python": (lambda n: [*python, str(n), self.file], self.tracer)}
        found = {name: parts.a_call(command, few, many, tracer, self.folder, f"{self.place}/callgrind")
                 for name, (command, tracer) in programs.items()}
        if not all(found.values()):
            return
        self.title("of a pread of 0 bytes, the library's own", "C", "Python")
        for part in parts.ORDER:
            self.row(part, f"{found['C'][part]:.0f}", "", f"{found['Python'][part]:.0f}",
                     f"with stacks off {found['C, stacks off'][part]:.0f}, {found['Python, stacks off'][part]:.0f}")

    def start(self):
        if not self.wants("start"):
            return
        self.title("a process that does nothing")
        found, = Difference.of(self.tracer, [["/bin/true"]], self.folder, 21 if self.quick else 51)
        for what in ("wall", "cpu"):
            added = found.added(what, 1e-3)
            self.row(f"/bin/true, ms {what}", f"{added.median:.2f}", f"{added.spread:.2f}",
                     f"{found.base(what, 1e-3):.2f}")

    def sizes(self):
        if not self.wants("sizes"):
            return
        self.title("bytes of trace an event", "bytes", "entropy")
        large = f"{self.place}/large"
        with open(large, "wb") as f:
            f.truncate(100 * 10 ** 9)
        calls = 12 * 8192
        for name, kind, file, limits in (("read 4 KiB sequential", "read", None, (2.5, 2.1)),
                                         ("pread 4 KiB random over 100 GB", "pread_random", large, (6.5, 5.7)),
                                         ("open+read+close", "open_read_close", None, (3, 2.5))):
            found = [self.traced_bytes(kind, n, file) for n in (calls // 4, calls)]
            each = (found[1] - found[0]) / (calls * 3 / 4 * EVENTS_A_CYCLE.get(kind, 1))
            self.row(name, f"{each:.2f}", "", self.entropy(), self.goal(each, *limits))
        os.unlink(large)
        self.small_files()
        self.quantum()

    def small_files(self):
        """Open, read, read, close of files of all sizes, in another order in each
        epoch; their names are told once."""
        folder, files, each = f"{self.place}/small", 4000, EVENTS_A_CYCLE["small_files"]
        if not os.path.exists(folder):
            os.makedirs(f"{folder}.new")
            chance = random.Random(1)
            for i in range(files):
                with open(f"{folder}.new/n{chance.randrange(10 ** 8):08}_{i:05}.JPEG", "wb") as f:
                    f.truncate(chance.randrange(2000, 60000))
            os.rename(f"{folder}.new", folder)
        first, all_four = [self.traced_bytes("small_files", files * epochs, folder) for epochs in (1, 4)]
        again = (all_four - first) / (3 * files * each)
        self.row("open+read+read+close of 4,000 small files", f"{again:.2f}", "", self.entropy(), self.goal(again, 3, 2.5))
        self.row("  in the first epoch, with their names", f"{first / (files * each):.2f}")

    def quantum(self):
        calls = 8192 * 8
        for ns in ("16", "1000"):
            coarse = Tracer("coarse", {**self.tracer.environment, "AIOTRACE_TIME_NS": ns})
            coarse.run(self.work("read", calls), self.folder)
            self.row(f"read 4 KiB sequential, AIOTRACE_TIME_NS={ns}", f"{folder_bytes(self.folder) / calls:.2f}")

    def entropy(self):
        return f"{entropy.of(f'{self.build}/aiotrace', self.folder):.2f}"

    def traced_bytes(self, kind, calls, file):
        self.tracer.run(self.work(kind, calls, 1, file), self.folder)
        return folder_bytes(self.folder)

    def memory(self):
        if not self.wants("memory"):
            return
        self.title("resident memory, MB")
        pairs, added = 5, {}
        for threads in (1, 2, 8):
            found, = Difference.of(self.tracer, [self.work("pread_nothing", 50000, threads)], self.folder, pairs)
            added[threads] = found.added("peak_kb", 1000)
            if threads == 1:
                self.row("a process of 1 thread", f"{added[1].median:.2f}", f"{added[1].spread:.2f}",
                         f"{found.base('peak_kb', 1000):.2f}", self.goal(added[1].median, 6, 3))
        further = (added[8].median - added[2].median) / 6
        self.row("a further thread (2 to 8)", f"{further:.2f}", "", "", self.goal(further, 1, 0.5))

    def loader(self):
        if not self.wants("pytorch"):
            return
        self.title("PyTorch loops, 2 workers, ratio to untraced", "ratio", "s")
        if subprocess.run([sys.executable, "-c", "import torch"], stderr=subprocess.DEVNULL, check=False).returncode:
            self.row("skipped: this Python has no torch", "")
            return
        epochs = "2" if self.quick else "4"
        self.loop("image_folder.py, 4,000 JPEGs", f"{self.here}/sample_loop.py", "images", "1")
        self.loop("reading alone, 4,000 files", f"{self.here}/loader.py", "files", epochs)

    def loop(self, name, script, folder, epochs):
        command = [sys.executable, script, f"{self.place}/{folder}", "4000", epochs]
        Run(command)
        pairs = 4 if self.quick else 16
        walls = [self.one_after_another(command, i % 2 == 1) for i in range(pairs)]
        self.ratio(f"{name}, wall, in turns", walls)
        together = [at_once(command, self.tracer, self.folder, i % 2 == 1) for i in range(pairs)]
        self.ratio(f"{name}, cpu, at the same time", [[float(text.split()[1]) for text in pair] for pair in together])

    def one_after_another(self, command, traced_first):
        walls = {}
        for traced in (traced_first, not traced_first):
            done = self.tracer.run(command, self.folder, wanted_output=True) if traced else Run(command, wanted_output=True)
            walls[traced] = float(done.output.split()[0])
        return walls[False], walls[True]

    def ratio(self, name, pairs):
        """Of pairs of untraced and traced."""
        ratio, plain = Figure([traced / plain for plain, traced in pairs]), Figure([pair[0] for pair in pairs])
        # Twice the standard error of a median, by the spread: 1.25 * 1.48 * spread / sqrt(n).
        error = 2 * 1.86 * ratio.spread / len(pairs) ** 0.5
        noisy = ratio.median - error <= 1.03 < ratio.median
        self.row(name, f"x{ratio.median:.3f}", f"{ratio.spread:.3f}", f"{plain.median:.2f}",
                 f"1.03 / 1: not told, runs differ by x{plain.spread / plain.median:.2f}" if noisy
                 else self.goal(ratio.median, 1.03, 1.0))

    def stacks(self):
        if not self.wants("stacks"):
            return
        self.title("Python stacks, a read in a loader's worker", "ns", "off")
        if subprocess.run([sys.executable, "-c", "import torch"], stderr=subprocess.DEVNULL, check=False).returncode:
            self.row("skipped: this Python has no torch", "")
            return
        command = [sys.executable, f"{self.here}/stacks.py", self.file, "400" if self.quick else "2000"]
        found = {"off": [], "python": [], "both": []}
        for _ in range(3 if self.quick else 7):
            for stacks, list_ in found.items():
                done = self.with_stacks(stacks).run(command, self.folder, wanted_output=True)
                list_.append(list(map(float, done.output.split())))
        for which, what in enumerate(("median", "mean")):
            for stacks in ("python", "both"):
                added = Figure([on[which] - off[which] for on, off in zip(found[stacks], found["off"])])
                self.row(f"AIOTRACE_STACKS={stacks}, {what} added", f"{added.median:.0f}", f"{added.spread:.0f}",
                         f"{Figure([off[which] for off in found['off']]).median:.0f}",
                         "" if which else self.goal(added.median, 250, 150))

    def with_stacks(self, stacks):
        return Tracer(stacks, {**self.tracer.environment, "AIOTRACE_STACKS": stacks})

    def native(self):
        """Native stacks of a C program: traced with them and without, in turns."""
        if not self.wants("native"):
            return
        self.title("native stacks of a C program, ns cpu", "added", "off")
        calls = 200000 if self.quick else 400000
        for name, kind, limits in (("pread 4 KiB random", "pread_random", (20, 20)),
                                   ("pread of 0 bytes", "pread_nothing", (20, 20)),
                                   ("open+read+close, a cycle", "open_read_close", None)):
            n = calls // 2 if kind == "open_read_close" else calls
            added, off = [], []
            for i in range(5 if self.quick else 15):
                pair = {stacks: self.with_stacks(stacks).run(self.work(kind, n), self.folder).cpu * 1e9 / n
                        for stacks in (("off", "native") if i % 2 else ("native", "off"))}
                off.append(pair["off"])
                added.append(pair["native"] - pair["off"])
            found = Figure(added)
            self.row(name, f"{found.median:.0f}", f"{found.spread:.0f}", f"{Figure(off).median:.0f}",
                     self.goal(found.median, *limits) if limits else "")

    # ---- others ----

    def others(self):
        if not self.wants("others"):
            return
        self.title("other tracers, pread 4 KiB random, ns")
        for name, find in peers.ALL.items():
            tracer = find(self.build)
            if not tracer:
                self.row(f"{name}: skipped, not installed", "")
                continue
            calls = (100000 if self.quick else 400000) // tracer.fewer
            try:
                found, = Difference.of(tracer, [self.work("pread_random", calls)], self.folder, 3)
            except (RuntimeError, OSError) as error:
                self.row(f"{name}: failed", "", "", "", str(error)[:60])
                continue
            for what in ("cpu", "wall"):
                added = found.added(what, calls / 1e9)
                self.row(f"{tracer.name}, ns {what}", f"{added.median:.0f}", f"{added.spread:.0f}",
                         f"{found.base(what, calls / 1e9):.0f}",
                         f"{found.bytes / calls:.1f} bytes a call" if what == "cpu" else "")

    # ---- how fast traces are read ----

    def analysis(self):
        if not self.wants("report", "dump"):
            return
        events = 10 ** 7 if self.quick else 10 ** 8
        for of, processes, files in (("4 processes", 4, 4000), ("one process and thread", 1, 4000)):
            self.title(f"analysis of {events / 1e6:g} M events of {of}", "M events/s", "")
            made = self.generated(events, processes, files)
            self.report_of(made, events, (10, 25), (256, 128))
            self.dump_of(made, events)
        self.title(f"analysis of {events / 1e6:g} M events of 200 processes and 100,000 files", "M events/s", "")
        self.report_of(self.generated(events, 200, 100000), events, (5, 15), (512, 256))

    def generated(self, events, processes, files):
        made = f"{self.place}/generated-{events}-{processes}-{files}"
        if not os.path.exists(made):
            Run([f"{self.build}/bench/generate", f"{made}.new", str(events), str(processes), str(files)])
            os.rename(f"{made}.new", made)
        return made

    def report_of(self, made, events, rates, memory):
        program = f"{self.build}/aiotrace"
        runs = [Run(one_core() + [program, "report", "--json", made]) for _ in range(3)]
        rate = Figure([events / 1e6 / run.cpu for run in runs])
        self.row("report, by the CPU time of one core", f"{rate.median:.1f}", f"{rate.spread:.1f}", "",
                 self.goal(rate.median, *rates, least=True))
        runs = [Run([program, "report", "--json", made]) for _ in range(3)]
        rate = Figure([events / 1e6 / run.wall for run in runs])
        self.row(f"report, on {len(os.sched_getaffinity(0))} cores, wall", f"{rate.median:.1f}", f"{rate.spread:.1f}")
        peak = max(run.peak_kb for run in runs) / 1000
        self.row("report, resident memory, MB", f"{peak:.0f}", "", "", self.goal(peak, *memory))

    def dump_of(self, made, events):
        dump = [f"{self.build}/aiotrace", "dump", "--format", "csv", made]
        times = 1 if events > 1e7 else 3
        for what, command, figure in (("by the CPU time of one core", one_core() + dump, "cpu"),
                                      ("on all cores, wall", dump, "wall")):
            rate = Figure([events / 1e6 / getattr(Run(command), figure) for _ in range(times)])
            self.row(f"dump --format csv, {what}", f"{rate.median:.1f}", f"{rate.spread:.1f}", "",
                     self.goal(rate.median, 2, 5, least=True))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--quick", action="store_true", help="about a minute, with more noise")
    parser.add_argument("--only", default="", help="rows whose name contains this")
    bench = Bench(parser.parse_args())
    print(f"aiotrace, {len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}; "
          "untraced and traced in turns, medians")
    for part in (bench.calls, bench.threads, bench.counted, bench.start, bench.sizes, bench.memory, bench.loader, bench.stacks, bench.native, bench.others,
                 bench.analysis):
        part()
    shutil.rmtree(bench.folder, ignore_errors=True)
    print(f"\n{bench.missed} of what must be {'was' if bench.missed == 1 else 'were'} missed"
          if bench.missed else "\nall that must be is met")


if __name__ == "__main__":
    main()
