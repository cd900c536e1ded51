# SPDX-License-Identifier: Apache-2.0
"""What a job makes durable through memory, or for all files at once, is made durable on the target."""
import collections
import json
import re
import subprocess

import pytest

import aiotrace
from replays import replay

JOB = """
import ctypes, mmap, os
libc = ctypes.CDLL(None, use_errno=True)
for n, mapped in enumerate((4, 4, 9)):
    with open(f"data-{n}", "w+b") as f:
        f.truncate(64 << 10)
        m = mmap.mmap(f.fileno(), mapped * 4096, offset=n * 4096)
        if n == 1: f.close()
        for page in range(mapped):
            m[page * 4096] = n + 1
            m.flush(page * 4096, 4096)
        if n == 2:
            child = os.fork()
            if not child:
                m[5] = 7
                m.flush()
                os._exit(0)
            os.waitpid(child, 0)
        m.close()
folder = os.open(".", os.O_RDONLY)
libc.syncfs(folder)
os.sync()
os.sync()
"""
SYNCS = ("msync", "syncfs", "sync", "fsync", "fdatasync")


def syncs(traces):
    return collections.Counter((e.path.rsplit("/", 1)[-1], e.call) for e in aiotrace.dump(traces) if e.call in SYNCS)


@pytest.fixture
def recorded(tmp_path):
    (tmp_path / "job").mkdir()
    done = aiotrace.run_traced(aiotrace.python(JOB), tmp_path / "t", cwd=tmp_path / "job")
    assert done.returncode == 0, done.stderr
    return tmp_path


def test_each_sync_of_the_job_is_one_of_the_replay(recorded):
    job = syncs(recorded / "t")
    assert job == {("data-0", "msync"): 4, ("data-1", "msync"): 4, ("data-2", "msync"): 9, ("", "msync"): 1, ("job", "syncfs"): 1, ("", "sync"): 2}
    job[("data-2", "msync")] += job.pop(("", "msync"))  # by the child, through its parent's mapping
    verdict = replay(recorded, "--timing", "fast", "-o", recorded / "again")
    assert verdict["complete"] and verdict["operations_done"] == verdict["plan"]["operations"], verdict
    kinds = verdict["plan"]["by_kind"]
    assert (kinds["msync"], kinds["syncfs"], kinds["sync"]) == (18, 1, 2)
    assert syncs(recorded / "again") == job


def test_the_target_is_synced_by_the_pages_and_never_the_whole_machine(recorded):
    subprocess.run(["strace", "-f", "-o", recorded / "calls", "-e", "trace=msync,syncfs,sync", aiotrace.PROGRAM, "replay", "--no-record", "--timing", "fast",
                    "--target", recorded / "target", recorded / "t"], check=True, capture_output=True)
    calls = (recorded / "calls").read_text()
    assert len(re.findall(r" msync\(0x\w+, 4096, MS_SYNC", calls)) == 17, calls
    assert len(re.findall(r" syncfs\(", calls)) == 3 and not re.search(r" sync\(", calls), calls


def test_a_choice_of_files_keeps_what_syncs_them_all(recorded):
    plan = json.loads(aiotrace.aiotrace("replay", "--dry-run", "--json", "--path", "*/data-1", recorded / "t").stdout)
    assert (plan["by_kind"]["msync"], plan["by_kind"]["sync"]) == (4, 2) and "syncfs" not in plan["by_kind"]
