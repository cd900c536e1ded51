#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the telling of page faults costs: the same work with and without the
library, in turns. Prints the median of each and what a fault, a call of mmap, a
switch of threads or a thread costs more. Not a test: numbers need a quiet machine.

    python3 tests/bench/mapped.py [ROUNDS]
"""
import os
import statistics
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIBRARY = os.path.join(os.environ.get("AIOTRACE_BUILD") or os.path.join(TOP, "build"), "libaiotrace.so")

# name: what one operation is
WAYS = {
    "minor": "a fault of a mapped file, from the page cache",
    "anonymous": "a fault of memory of one's own, while no file is mapped",
    "beside": "the same while a file is mapped",
    "allocate": "a pair of mmap and munmap without a file",
    "map": "a pair of mmap and munmap of a file, one page touched",
    "thread": "a thread made and joined, while no file is mapped",
    "thread_beside": "the same while a file is mapped",
    "switch": "a switch to another thread and back, while no file is mapped",
    "switch_beside": "the same while a file is mapped",
}


def once(binary, way, data, folder, traced):
    env = {k: v for k, v in os.environ.items() if not k.startswith("AIOTRACE_")}
    if traced:
        env.update(LD_PRELOAD=LIBRARY, AIOTRACE_DIR=os.path.join(folder, "traces"))
    return float(subprocess.run([binary, way, data], env=env, check=True, capture_output=True, text=True).stdout)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with tempfile.TemporaryDirectory() as folder:
        binary, data = os.path.join(folder, "mapped"), os.path.join(folder, "data")
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mapped.c")
        subprocess.run([os.environ.get("CC", "cc"), "-O2", "-D_GNU_SOURCE", "-o", binary, source, "-pthread"], check=True)
        with open(data, "wb") as f:
            f.write(os.urandom(16 << 20))
        print(f"{'ns an operation':16}{'without':>10}{'with':>10}{'more':>10}")
        for way, what in WAYS.items():
            pairs = [(once(binary, way, data, folder, False), once(binary, way, data, folder, True)) for _ in range(rounds)]
            without, traced = (statistics.median(side) for side in zip(*pairs))
            more = statistics.median(b - a for a, b in pairs)
            print(f"{way:16}{without:10.0f}{traced:10.0f}{more:10.0f}  {what}")


if __name__ == "__main__":
    main()
