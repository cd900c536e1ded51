# SPDX-License-Identifier: Apache-2.0
"""The truth: what each part of a labelled program is for, by aiotrace's marks."""
import contextlib
import ctypes

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
