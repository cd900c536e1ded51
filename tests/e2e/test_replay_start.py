# SPDX-License-Identifier: Apache-2.0
"""What a replay begins with: the page cache as the run found it, and a target that earlier replays left."""
import ctypes
import mmap
import os
import resource
import struct

import pytest

import aiotrace
import handmade
from replays import OPEN, READ, SLOW_JOB, hostile, record, replay


def resident(path):
    """Pages of a file in the page cache, as a share."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open(path, "r+b") as f, mmap.mmap(f.fileno(), 0) as m:
        pages = len(m) // 4096
        seen = (ctypes.c_ubyte * pages)()
        at = (ctypes.c_char * len(m)).from_buffer(m)
        assert libc.mincore(ctypes.c_void_p(ctypes.addressof(at)), ctypes.c_size_t(len(m)), seen) == 0
        del at
    return sum(page & 1 for page in seen) / pages


FIRST_PAGE = """
import os, sys
os.chdir(sys.argv[1])
fd = os.open("data", os.O_RDONLY)
for i in range(3): os.pread(fd, 4096, 0)
"""


@pytest.mark.parametrize("state", ["warm", "cold"])
def test_a_run_begins_with_what_the_recorded_one_found_in_the_page_cache(state, tmp_path):
    folder = tmp_path / "job"
    folder.mkdir()
    with open(folder / "data", "wb") as f:
        f.write(os.urandom(8 << 20))
        f.flush()
        os.fsync(f.fileno())
        if state == "cold":
            os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    if (resident(folder / "data") == 1) != (state == "warm"):
        pytest.skip("this file system does not keep and drop pages as asked")
    assert aiotrace.run_traced(aiotrace.python(FIRST_PAGE, folder), tmp_path / "t").returncode == 0
    mine = ("--no-record", "--path", f"{folder}/*", "--timing", "fast")
    verdict = replay(tmp_path, *mine)
    there = f"{tmp_path}/target/client-0{folder}/data"
    assert verdict["cache"] == {"begun": "recorded", "found_warm_files": int(state == "warm"),
                                "found_warm_bytes": (8 << 20) * (state == "warm")}
    assert resident(there) == 1 if state == "warm" else resident(there) < 0.5
    assert replay(tmp_path, *mine, "--cache", "cold")["cache"]["begun"] == "cold" and resident(there) < 0.5
    assert replay(tmp_path, *mine, "--cache", "warm")["cache"]["begun"] == "warm" and resident(there) == 1


def test_pages_from_memory_and_from_storage_are_told_apart(tmp_path):
    record(tmp_path)
    seen = {}
    for cache in ("cold", "warm"):
        trace = replay(tmp_path, "--timing", "fast", "--cache", cache)["recording"]
        faults = [e for e in aiotrace.dump(trace) if e.call.startswith("fault.")]
        assert all((e.duration_ns > 0) == (e.call == "fault.major") for e in faults)
        seen[cache] = {e.call for e in faults}
    assert seen["warm"] == {"fault.minor"}


def test_a_stages_throughput_counts_its_pauses_but_none_of_hours(tmp_path):
    """Ten reads of 1 MB, 0.05 s apart; then a minute later another ten."""
    rows = [(10_000, OPEN, 1, 1, -1, 0, 3, 0)]
    for k in range(20):
        at = 20_000 + k * 50_000_000 + 60_000_000_000 * (k >= 10)
        rows.append((at, READ, 1, 1, k << 20, 1 << 20, 1 << 20, 0))
    hostile(tmp_path, [(b"/data/a.bin", 1, 20 << 20)], rows)
    verdict = replay(tmp_path, "--timing", "fast")
    stage, = [s for s in verdict["stages"] if s["recorded"]["read_ops"]]
    seconds = 18 * 0.05 + 0.1
    assert stage["recorded"]["read_ops"] == 20 and abs(stage["recorded"]["throughput"] / ((20 << 20) / seconds) - 1) < 0.001
    assert stage["replayed"]["throughput"] > stage["recorded"]["throughput"] and not stage["too_short_to_compare"]


@pytest.mark.parametrize("reads, short", [(4, True), (6, False)])
def test_a_stage_of_a_few_milliseconds_is_said_to_tell_nothing_of_the_storage(reads, short, tmp_path):
    rows = [(10_000, OPEN, 1, 1, -1, 0, 3, 0)] + [(20_000 + k * 5_000_000, READ, 1, 1, k << 12, 4096, 4096, 0) for k in range(reads)]
    hostile(tmp_path, [(b"/data/a.bin", 1, 1 << 20)], rows)
    stage, = [s for s in replay(tmp_path, "--no-record")["stages"] if s["recorded"]["read_ops"]]
    assert stage["too_short_to_compare"] == short
    said = aiotrace.aiotrace("replay", "--target", tmp_path / "target", "--no-record", tmp_path / "t").stdout
    assert ("* took less than 20 ms" in said) == short == (f'{stage["stage"]}*' in said), said


def test_files_that_the_last_replay_made_are_not_removed_before_the_next(tmp_path):
    """On ext4, that makes what is made then slow."""
    record(tmp_path, SLOW_JOB, 20)
    replay(tmp_path, "--timing", "fast", "--no-record")
    for _ in range(2):
        again = aiotrace.run_traced([aiotrace.PROGRAM, "replay", "--target", tmp_path / "target", "--timing", "fast", "--no-record",
                                     tmp_path / "t"], tmp_path / "again")
        assert again.returncode == 0, again.stderr
    events = aiotrace.dump(tmp_path / "again")
    assert sum("/made-" in e.path and e.call.startswith("open") and e.result >= 0 for e in events) >= 40
    assert not [e for e in events if e.call.startswith("unlink") and "/made-" in e.path and e.result == 0]
    aside = tmp_path / "target" / "aiotrace-replay.gone"
    assert len(list(aside.iterdir())) == 40 and not any(p.stat().st_size for p in aside.iterdir())
    aiotrace.aiotrace("replay", "--clean", "--target", tmp_path / "target")
    assert list((tmp_path / "target").iterdir()) == []


LARGE_READS = """
import mmap, os, sys
os.chdir(sys.argv[1])
fd, size = os.open("data", os.O_RDONLY), 4 << 20
memory = mmap.mmap(-1, size)
for i in range(25):
    os.preadv(fd, [memory], 0)
    if sys.argv[2] == "new":
        memory = mmap.mmap(-1, size)
"""


def test_large_reads_go_to_new_memory_where_the_jobs_did(tmp_path):
    faults = {}
    for memory in ("new", "used"):
        here = tmp_path / memory
        (here / "job").mkdir(parents=True)
        (here / "job" / "data").write_bytes(bytes(4 << 20))
        done = aiotrace.run_traced(aiotrace.python(LARGE_READS, here / "job", memory), here / "t")
        assert done.returncode == 0, done.stderr
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt
        verdict = replay(here, "--timing", "think", "--no-record", "--cache", "warm", "--path", "*/job/data")
        assert verdict["complete"] and verdict["bytes_done"] == verdict["bytes_planned"] == 25 * (4 << 20)
        faults[memory] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt - before
    assert faults["new"] - faults["used"] > 10 * 1024, faults


def family(tmp_path):
    """A parent and its child, and how to add what is no call on files."""
    rows = {r.name: r for r in aiotrace.table() if r.name in ("fork", "poll", "waitpid")}
    (tmp_path / "t").mkdir()
    pair = [handmade.Process(tmp_path / "t", pid=pid, ppid=pid - 1, origin=pid - 1) for pid in (1, 2)]
    for p in pair:
        p.more = [(2, struct.pack("<HBB", r.number, handmade.NUMBERS["CLASS_" + r.klass], handmade.NUMBERS["LEVEL_" + r.level])
                   + r.name.encode()) for r in rows.values()]
    return *pair, lambda p, name, **more: p.add(rows[name].number, **{key: n * handmade.MS if key in ("at", "took") else n for key, n in more.items()})


def test_to_make_a_child_and_what_it_takes_to_end_are_the_jobs_own_time(tmp_path):
    """No storage changes them. The parent waits for the end by poll, behind which waitpid finds it."""
    parent, child, call = family(tmp_path)
    call(parent.open("/disk/a").read("/disk/a", 0, 10), "fork", result=2, at=10, took=100)
    child.open("/disk/b", at=20 * handmade.MS).read("/disk/b", 0, 10)
    call(call(parent, "poll", result=1, at=120, took=100), "waitpid", result=2)
    parent.read("/disk/a", 10, 10).save()
    child.save()
    verdict = replay(tmp_path, "--timing", "think", "--no-record")
    assert verdict["complete"] and verdict["recorded_duration_s"] > 0.22, verdict
    assert verdict["duration_s"] > 0.21, verdict


def test_a_childs_first_pause_goes_on_while_what_it_is_to_read_comes(tmp_path):
    """The pause is from the fork on, not from what the parent writes to it."""
    parent, child, call = family(tmp_path)
    call(parent.open("/disk/a"), "fork", result=2, at=10)
    parent.add("write", "pipe:[1]", -1, 1, 1, at=1500 * handmade.MS, kind=3).save()
    call(child, "poll", result=1, at=1400, took=101)
    child.add("read", "pipe:[1]", -1, 1, 1, kind=3).open("/disk/b").read("/disk/b", 0, 10).save()
    verdict = replay(tmp_path, "--timing", "think", "--no-record")
    assert verdict["complete"] and verdict["plan"]["orderings"] >= 2, verdict
    assert 1.45 < verdict["duration_s"] < 2.4, verdict  # 2.9, if one came after the other


SEEN_BY_PARENT = """
import os, sys
os.chdir(sys.argv[1])
os.stat("shard")
if os.fork():
    os.wait()
else:
    fd = os.open("shard", os.O_RDWR | os.O_CREAT)
    os.pwrite(fd, b"x" * 4096, 8192)
    os._exit(0)
"""


def test_a_file_that_a_parent_asked_for_and_a_child_writes_to_has_the_size_it_had(tmp_path):
    """Only who opens a file learns its size."""
    folder = tmp_path / "job"
    folder.mkdir()
    (folder / "shard").write_bytes(os.urandom(300_000))
    assert aiotrace.run_traced(aiotrace.python(SEEN_BY_PARENT, folder), tmp_path / "t").returncode == 0
    replay(tmp_path, "--no-record", "--path", f"{folder}/*", "--timing", "fast")
    there = os.stat(f"{tmp_path}/target/client-0{folder}/shard")
    assert there.st_size == 300_000 and there.st_blocks * 512 >= 300_000
