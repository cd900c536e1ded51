# SPDX-License-Identifier: Apache-2.0
"""The cmocka programs of this folder, each of their tests by its name."""
import functools
import glob
import os
import re

import pytest

import aiotrace

HERE = os.path.dirname(os.path.abspath(__file__))
BINARIES = os.environ.get("AIOTRACE_UNIT") or os.path.join(aiotrace.BUILD, "unit")
PROGRAMS = sorted(os.path.basename(p)[:-2] for p in glob.glob(os.path.join(HERE, "test_*.c")))


def names(program):
    with open(os.path.join(HERE, program + ".c")) as f:
        return re.findall(r"cmocka_unit_test\w*\(\s*(\w+)", f.read())


@functools.lru_cache(None)
def outcome(program):
    # test_NAME/… in the messages of cmocka: one line a test
    done = aiotrace.run([os.path.join(BINARIES, program)], cwd=aiotrace.TOP)
    text = done.stdout + done.stderr
    return done.returncode, set(re.findall(r"\[\s+OK \] (\w+)", text)), text


@pytest.mark.parametrize("program,name", [(p, n) for p in PROGRAMS for n in names(p)])
def test_unit(program, name):
    _, passed, text = outcome(program)
    assert name in passed, text[-3000:]


@pytest.mark.parametrize("program", PROGRAMS)
def test_unit_program_ends_well(program):
    status, passed, text = outcome(program)
    assert status == 0 and passed, text[-3000:]
