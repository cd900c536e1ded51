# SPDX-License-Identifier: Apache-2.0
"""The truth: what each part of a labelled program is for, by aiotrace's marks; and what such programs share."""
import contextlib
import ctypes
import os
import subprocess
import sys

_begin = getattr(ctypes.CDLL(None), "aiotrace_begin", bool)
_end = getattr(ctypes.CDLL(None), "aiotrace_end", bool)


@contextlib.contextmanager
def stage(name):
    _begin(name.encode())
    try:
        yield
    finally:
        _end()


def marked(name, function):
    def call(*arguments, **named):
        with stage(name):
            return function(*arguments, **named)
    return call


def alone(name, folder, *more, **environment):
    """A part as a program of its own, as a shell would start it."""
    subprocess.run([sys.executable, os.path.abspath(sys.argv[0]), name, folder, *more], check=True, env={**os.environ, **environment})


def numbers(seed, count):
    import numpy as np
    return np.random.default_rng(seed).standard_normal(count, dtype=np.float32)
