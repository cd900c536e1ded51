# SPDX-License-Identifier: Apache-2.0
"""One snippet a call: it prints the rows it expects, and the trace has them."""
import os
import subprocess

import pytest

import aiotrace

HERE = os.path.dirname(os.path.abspath(__file__))
BINARIES = os.path.join(aiotrace.BUILD, "snippets")
CALLS = [row.name for row in aiotrace.table()]
HOOKS = aiotrace.hooks()
SNIPPETS = sorted(name[:-2] for name in os.listdir(HERE) if name.endswith(".c") and name != "snippet.c")


def test_every_call_of_the_table_has_a_snippet():
    assert sorted({*CALLS, *HOOKS} - set(SNIPPETS)) == []


def test_every_snippet_stands_for_a_call_of_the_table():
    assert sorted(set(SNIPPETS) - {*CALLS, *HOOKS}) == []


def fresh(folder):
    folder.mkdir(exist_ok=True)
    subprocess.run(["find", str(folder), "-mindepth", "1", "-delete"], check=True)
    return folder


def says(expected, number):
    return expected == "*" or (expected == "+" and number > 0) or expected == str(number)


def plainly(path):
    """What was not opened may stand there as the program said it, with .."""
    return os.path.normpath(path) if "/.." in path else path


def matches(line, event, work):
    call, path, offset, size, result, error = line.split("\t")
    place = path if path in ("", "*") else os.path.normpath(os.path.join(work, path))
    return (call == event.call and place in ("*", plainly(event.path)) and says(offset, event.offset) and
            says(size, event.size) and says(result, event.result) and says(error, event.errno))


def show(event, work):
    path = os.path.relpath(event.path, work) if event.path.startswith(str(work)) else event.path
    return "\t".join(map(str, (event.call, path, event.offset, event.size, event.result, event.errno)))


@pytest.mark.parametrize("call", SNIPPETS)
def test_the_trace_says_what_the_snippet_did(call, tmp_path):
    base = tmp_path.resolve()
    command = [os.path.join(BINARIES, call)]
    fresh(base / "here")
    plain = aiotrace.run(command, cwd=base / "here")
    if plain.returncode == 77:
        pytest.skip("this system does not have it")
    assert plain.returncode == 0, plain.stderr
    work = fresh(base / "here")
    traced = aiotrace.run_traced(command, base / "traces", cwd=work)
    assert (traced.stdout, traced.stderr, traced.returncode) == (plain.stdout, plain.stderr, plain.returncode)

    expected = traced.stdout.splitlines()
    watched = {line.split("\t")[0] for line in expected}
    assert call in HOOKS or call in watched
    assert watched
    got = [e for e in aiotrace.dump(base / "traces") if e.call in watched]
    same = len(expected) == len(got) and all(matches(*pair, str(work)) for pair in zip(expected, got))
    assert same, "\n".join(["expected (call, path, offset, size, result, errno):", *expected,
                            "in the trace:", *(show(e, work) for e in got)])
