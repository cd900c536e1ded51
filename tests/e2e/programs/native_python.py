# SPDX-License-Identifier: Apache-2.0
"""Python that C calls that Python calls: native_python.py FILE. Prints traceback's
stack of each of its reads, which are of one byte at offset n."""
import ctypes
import json
import os
import sys
import traceback

fd = os.open(sys.argv[1], os.O_RDONLY)
qsort = ctypes.CDLL(None).qsort
compare_type = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
stacks = []


def touch():
    frames = traceback.walk_stack(sys._getframe(0))
    stacks.append([(f.filename, f.name) for f in reversed(traceback.StackSummary.extract(frames, lookup_lines=False))])
    os.pread(fd, 1, len(stacks))


def compare(a, b):
    inner()
    return 0


def inner():
    touch()


def sort():
    qsort((ctypes.c_int * 2)(3, 1), 2, 4, compare_type(compare))


def generate():
    sort()
    yield 1


class Thing:
    def __init__(self):
        list(generate())

    def __lt__(self, other):
        Thing()
        return True


def main():
    touch()
    sort()
    Thing()
    sorted([Thing.__new__(Thing), Thing.__new__(Thing)])
    exec("sort()")


if __name__ == "__main__":
    main()
    print(json.dumps(stacks))
