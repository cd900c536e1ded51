# SPDX-License-Identifier: Apache-2.0
"""Memory that several threads of a job are in stays theirs in a replay until all are done with it."""
import pytest

import aiotrace
from replays import replay

PAGES = 16384
JOB = f"""
import mmap, threading
f = open("data", "rb")
def touch(m, part):
    for page in range(part * 16, {PAGES}, 48): m[page * 4096]
for _ in range(5):
    with mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ) as one, mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ) as other:
        one.madvise(mmap.MADV_RANDOM), other.madvise(mmap.MADV_RANDOM)
        threads = [threading.Thread(target=touch, args=(other, part)) for part in range(3)]
        for t in threads: t.start()
        one.close()  # of the two, the one that nobody is in
        for t in threads: t.join()
"""


@pytest.fixture
def recorded(tmp_path):
    (tmp_path / "job").mkdir()
    (tmp_path / "job/data").write_bytes(bytes(PAGES * 4096))
    done = aiotrace.run_traced(aiotrace.python(JOB), tmp_path / "t", cwd=tmp_path / "job")
    assert done.returncode == 0, done.stderr
    return tmp_path


@pytest.mark.parametrize("timing", ["fast", "think"])
def test_no_thread_loses_the_memory_it_is_in(recorded, timing):
    faults = sum(e.call.startswith("fault") for e in aiotrace.stream(recorded / "t"))
    if not faults:
        pytest.skip("the kernel tells no faults here")
    verdict = replay(recorded, "--timing", timing)
    assert verdict["complete"] and verdict["operations_done"] == verdict["plan"]["operations"], verdict
    assert verdict["plan"]["by_kind"]["munmap"] == 10 and faults > PAGES // 16
