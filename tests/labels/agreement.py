# SPDX-License-Identifier: Apache-2.0
"""How far aiotrace's judgement agrees with a program's own marks: the same
trace, dumped with marks and without, compared event by event."""
import csv
import os
import re
import sys
from collections import Counter, namedtuple

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
import aiotrace  # noqa: E402

HEAD = f"{'marks hidden':<24} {'bytes':>8} {'of MB':>8} {'ops':>9} {'of':>6}  stages"
SIX = ("ingest", "prepare", "train", "checkpoint", "restore", "inference")
CLASSES = aiotrace.classes()
MODULES = [os.path.join(aiotrace.TOP, folder) for folder in ("tests", "samples")]  # Python looks for them there
Difference = namedtuple("Difference", "path call truth judged")


def rows(traces, *options):
    done = aiotrace.aiotrace("dump", "--format", "csv", *options, traces)
    return csv.DictReader(done.stdout.splitlines())


class Agreement:
    """Operations and bytes that the program marked as one of the six stages."""

    def __init__(self, traces, temporary, directory):
        """What Python itself does in folders for temporary files and in the working directory is left out."""
        probe = re.compile(re.escape(str(temporary)) + "/[a-z0-9_]{8}$")  # tempfile asks so whether it can write
        modules = (*MODULES, str(directory))
        self.ops = self.right_ops = self.bytes = self.right_bytes = 0
        self.differences, self.stages = Counter(), Counter()
        for said, judged in zip(rows(traces), rows(traces, "--ignore-marks"), strict=True):
            path = said["path"]
            storage = path and not path.startswith(modules) and not probe.match(path)
            if said["stage"] in SIX and said["level"] != "stdio" and storage:
                self.add(said, judged["stage"])

    def add(self, said, judged):
        data = CLASSES.get(said["call"]) in ("read", "write")
        moved = max(int(said["result"]), 0) if data else 0
        right = judged == said["stage"]
        self.ops += 1
        self.right_ops += right
        self.bytes += moved
        self.right_bytes += moved * right
        self.stages[said["stage"]] += moved
        if not right:
            self.differences[Difference(said["path"], said["call"], said["stage"], judged)] += 1

    def shares(self):
        return self.right_bytes / (self.bytes or 1), self.right_ops / (self.ops or 1)

    def line(self, name):
        of_bytes, of_ops = self.shares()
        stages = " ".join(s for s in SIX if self.stages[s])
        return f"{name:<24} {100 * of_bytes:6.2f} % {self.bytes / 1e6:8.2f} {100 * of_ops:7.2f} % {self.ops:6}  {stages}"

    def wrong(self, most=12):
        return "\n".join(f"  {n:5} {d.call} {d.path}: {d.truth}, judged {d.judged}" for d, n in self.differences.most_common(most))
