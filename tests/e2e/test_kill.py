# SPDX-License-Identifier: Apache-2.0
"""What was done before a SIGKILL is in the trace."""
import os
import signal
import struct
import subprocess
import sys
import time
from collections import Counter

import pytest

import aiotrace

ENTRY = struct.Struct("QQQ")


def counters(path):
    return list(ENTRY.iter_unpack(path.read_bytes()))


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the program did not get that far"
        time.sleep(0.01)


@pytest.mark.parametrize("least", [50, 9000, 30000])
def test_a_killed_process_tree_keeps_every_operation(least, program, tmp_path, show):
    """Just begun; a buffer was flushed; several were."""
    processes, threads = 4, 3
    data, count = tmp_path / "data", tmp_path / "counters"
    data.write_bytes(bytes(8192))
    count.write_bytes(bytes(ENTRY.size * processes * threads))
    child = subprocess.Popen([program("hammer"), data, count, str(processes), str(threads)],
                             env=aiotrace.traced(tmp_path / "traces"), start_new_session=True)
    try:
        wait_for(lambda: all(done >= least for _, _, done in counters(count)))
    finally:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    # the group is gone when nobody holds its memory any more
    wait_for(lambda: not any(os.path.lexists(f"/proc/{pid}/fd/0") for pid, _, _ in counters(count)))
    truth = {(pid, tid): done for pid, tid, done in counters(count)}
    seen = Counter()
    for event in aiotrace.stream(tmp_path / "traces", check=False):
        if event.call == "pread" and event.path == str(data.resolve()):
            seen[event.pid, event.tid] += 1
    extra = {thread: seen[thread] - done for thread, done in truth.items()}
    show(f"kill -9 of {processes} processes x {threads} threads: {sum(truth.values())} reads done, "
         f"{sum(seen.values())} in the trace")
    assert set(extra.values()) <= {0, 1}, extra
    assert seen.keys() == truth.keys()


def test_killed_processes_are_named_in_info_and_report(program, tmp_path):
    data, count = tmp_path / "data", tmp_path / "counters"
    data.write_bytes(bytes(8192))
    count.write_bytes(bytes(ENTRY.size))
    child = subprocess.Popen([program("hammer"), data, count, "1", "1"], env=aiotrace.traced(tmp_path / "traces"))
    wait_for(lambda: counters(count)[0][2] > 100)
    child.kill()
    child.wait()
    files = aiotrace.report(tmp_path / "traces")["files"]
    assert [f["read_ops"] - counters(count)[0][2] in (0, 1) for f in files if f["path"] == str(data.resolve())] == [True]
    assert str(child.pid) in aiotrace.info(tmp_path / "traces")


@pytest.mark.parametrize("ending", ["os._exit(0)", "os.kill(os.getpid(), 15)", "os.abort()", "sys.exit(3)",
                                    "raise RuntimeError", "os.execv('/bin/true', ['true'])"])
def test_no_way_to_end_loses_an_operation(ending, tmp_path):
    script = f"""
import os, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
for i in range(1000):
    os.pread(fd, 10, i)
{ending}
"""
    data = tmp_path / "data"
    data.write_bytes(bytes(4096))
    aiotrace.run_traced(aiotrace.python(script, data), tmp_path / "traces", cwd=tmp_path)
    ops = [op for op in aiotrace.operations(aiotrace.dump(tmp_path / "traces")) if op.path == str(data.resolve())]
    assert [op.offset for op in ops] == list(range(1000))
