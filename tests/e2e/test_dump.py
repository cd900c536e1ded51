# SPDX-License-Identifier: Apache-2.0
"""What dump writes on all cores is what it writes on one."""
import hashlib
import os
import subprocess

import pytest

import aiotrace

SCRIPT = """
import os, sys, threading
fd = os.open(sys.argv[1], os.O_RDONLY)
def work(seed):
    for i in range(20000): os.pread(fd, 1 + i % 4096, (i * seed) % 9999)
threads = [threading.Thread(target=work, args=(s,)) for s in (7, 11)]
for t in threads: t.start()
for t in threads: t.join()
"""


@pytest.fixture(scope="module")
def trace(tmp_path_factory):
    """More events than dump has in hand at a time, of two threads, of a path that fills much of a line."""
    folder = tmp_path_factory.mktemp("dump").resolve()
    deep = folder.joinpath(*["d" * 200] * 4)
    deep.mkdir(parents=True)
    (deep / "data").write_bytes(bytes(20000))
    done = aiotrace.run_traced(aiotrace.python(SCRIPT, deep / "data"), folder / "traces")
    assert done.returncode == 0, done.stderr
    return folder / "traces"


def digest(trace, cores, *options):
    with subprocess.Popen([aiotrace.PROGRAM, "dump", *options, trace], env=aiotrace.clean(), stdout=subprocess.PIPE,
                          preexec_fn=lambda: os.sched_setaffinity(0, cores)) as child:
        text = child.stdout.read()
    assert child.returncode == 0
    return hashlib.sha256(text).hexdigest(), text.count(b"\n")


@pytest.mark.parametrize("form", ["text", "csv", "jsonl"])
def test_the_number_of_cores_changes_nothing(trace, form):
    cores = os.sched_getaffinity(0)
    (one, lines), (many, _) = (digest(trace, c, "--format", form, "--stacks") for c in ({min(cores)}, cores))
    assert one == many and lines > 40000


def test_rows_of_all_threads_stand_in_order_of_start(trace):
    starts = [e.start_ns for e in aiotrace.stream(trace)]
    assert len(starts) > 40000 and starts == sorted(starts)


def test_a_filter_that_leaves_little_out_of_much_finds_it(trace):
    done = aiotrace.aiotrace("dump", "--format", "csv", "--path", "*/nothing-like-it", trace)
    assert len(done.stdout.splitlines()) == 1
