# SPDX-License-Identifier: Apache-2.0
"""Times that the first pass leaves undecoded, where a block says that its events are in order: the report is
the same to the byte as of a trace that does not say so."""
import json
import os
import shutil

import pytest

import aiotrace
import format  # pylint: disable=redefined-builtin

# Files that are read, written, appended to, renamed and removed, early, late and all along.
JOB = """
import os, random, sys
random.seed(1)
os.chdir(sys.argv[1])
for i in range(200):
    with open(f"{i}.jpg", "wb", buffering=0) as f: f.write(bytes(5000))
log = os.open("train.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
for epoch in range(24):
    for i in random.sample(range(200), 200):
        with open(f"{i}.jpg", "rb", buffering=0) as f:
            while f.read(2000): pass
        os.write(log, b"step\\n")
    if epoch % 8 == 7:
        with open("model.tmp", "wb", buffering=0) as f:
            for piece in range(64): f.write(bytes(32768))
            os.fsync(f.fileno())
        os.rename("model.tmp", f"model-{epoch}.pt")
    if epoch == 12:
        for i in range(50): open(f"part-{i}", "wb", buffering=0).write(bytes(100))
        for i in range(50): os.unlink(f"part-{i}")
with open("model-15.pt", "rb", buffering=0) as f:
    while f.read(65536): pass
"""


def largest(folder):
    return max((os.path.join(at, name) for at, _, names in os.walk(folder) for name in names), key=os.path.getsize)


@pytest.fixture(name="trace", scope="module")
def traced(tmp_path_factory):
    """The job's trace, of one thread that is never in two calls at once."""
    folder = tmp_path_factory.mktemp("spared")
    (folder / "data").mkdir()
    done = aiotrace.run_traced(aiotrace.python(JOB, folder / "data"), folder / "t")
    assert done.returncode == 0, done.stderr
    return largest(folder / "t")


def report(trace, folder, flags=None):
    """--json of the trace alone, under one path, so that the answers can be compared."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with open(trace, "rb") as f:
        data = f.read()
    (folder / "a.aiot").write_bytes(data if flags is None else format.with_flags(data, flags))
    done = aiotrace.aiotrace("report", "--json", folder)
    return done.stdout


def test_a_thread_alone_says_that_its_events_are_in_order(trace):
    with open(trace, "rb") as f:
        events = [b for b in format.blocks(f.read()) if b.type == 2]
    assert len(events) >= 4 and sum(b.flags == format.IN_ORDER for b in events) >= len(events) - 1


def test_a_report_is_the_same_with_times_spared_and_without(trace, tmp_path):
    assert report(trace, tmp_path / "a") == report(trace, tmp_path / "a", lambda b: 0)


def test_it_is_the_same_where_some_blocks_say_it(trace, tmp_path):
    for some in (lambda b: b.sequence // 8192 % 2, lambda b: b.sequence // 8192 % 3 == 0):
        assert report(trace, tmp_path / "a") == report(trace, tmp_path / "a", lambda b, some=some: int(bool(some(b))))


def test_blocks_that_say_so_and_are_not_are_read_all_the_same(program, tmp_path):
    (tmp_path / "in").write_bytes(bytes(9000))
    assert aiotrace.run_traced([program("stream_again"), tmp_path / "in", "12000"], tmp_path / "t").returncode == 0
    trace = largest(tmp_path / "t")
    with open(trace, "rb") as f:
        events = [b for b in format.blocks(f.read()) if b.type == 2]
    assert len(events) >= 4 and not any(b.flags for b in events[:-1])
    honest, lying = (json.loads(report(trace, tmp_path / "a", flags))["files"] for flags in (None, lambda b: 1))
    assert [f["path"] for f in honest if f["read_bytes"] >= 12000 * 9000] == [str(tmp_path / "in")]
    assert honest == lying
