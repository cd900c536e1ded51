# SPDX-License-Identifier: Apache-2.0
"""The samples as fio's jobs: fio's own counts are those of the plan, and the README accounts for all else."""
import collections
import json
import os
import re
import shutil
import subprocess
import sys

import pytest

import aiotrace
import handmade
from replays import READS, WRITES

pytestmark = pytest.mark.skipif(not shutil.which("fio"), reason="no fio here")
FIELDS = ("total_ios", "io_bytes", "io_kbytes")


def run_fio(folder, on):
    """fio's counts by job and direction."""
    on.mkdir()
    done = aiotrace.run(["fio", "--output-format=json", folder / "job.fio"], cwd=on)
    assert done.returncode == 0, done.stderr
    jobs = json.loads(done.stdout[done.stdout.index("{"):])["jobs"]
    assert all(j["error"] == 0 for j in jobs)
    return {j["jobname"]: {way: tuple(j[way][f] for f in FIELDS) for way in ("read", "write")} for j in jobs if j["jobname"] != "prepare"}


def logged(log):
    """What a log asks for, counted as fio counts."""
    sums = {"read": [0, 0], "write": [0, 0]}
    for line in log.read_text().splitlines():
        words = line.split()
        if words[2] in sums:
            sums[words[2]][0] += 1
            sums[words[2]][1] += int(words[4])
    return {way: (count, size, size // 1024) for way, (count, size) in sums.items()}


def recorded_bytes(traces, work):
    """What the job moved; of mapped pages, as much as the file has."""
    sums = collections.Counter()
    for e in aiotrace.dump(traces):
        if not e.path.startswith(work):
            continue
        if e.call in READS or e.call in WRITES:
            sums["read" if e.call in READS else "write"] += max(e.result, 0)
        elif e.call.startswith("fault"):
            sums["read"] += max(min(e.size, os.path.getsize(e.path) - e.offset), 0)
    return sums


@pytest.mark.parametrize("name", ["demo", "image_folder", "token_memmap", "checkpoint", "etl", "inference"])
def test_fio_counts_what_the_plan_of_a_sample_has(name, tmp_path):
    work = os.path.realpath(tmp_path) + "/work"
    traces, folder = tmp_path / "t", tmp_path / "fio"
    sample = os.path.join(aiotrace.TOP, "samples", name + ".py")
    done = aiotrace.run_traced([sys.executable, sample, work], traces)
    assert done.returncode == 0, done.stderr
    plan = json.loads(aiotrace.aiotrace("replay", "--dry-run", "--json", "--path", work + "*", traces).stdout)
    aiotrace.aiotrace("export", "--format", "fio", "-o", folder, "--path", work + "*", traces)
    counts = run_fio(folder, tmp_path / "on")
    assert counts == {log.stem: logged(log) for log in folder.glob("thread-*.log")}

    readme = (folder / "README").read_text()
    left = collections.Counter({kind: int(n) for n, kind in re.findall(r"^- (\d+) of ([^:\n]+)$", readme, re.M)})
    exported, planned = map(int, re.match(r"(\d+) of (\d+) operations", readme).groups())
    assert planned == plan["operations"] == sum(plan["by_kind"].values()) == exported + left.total()
    for way in ("read", "write"):
        kinds = [k for k in plan["by_kind"] if k.endswith(way) or k.endswith(way + "v")]
        assert sum(c[way][0] for c in counts.values()) == sum(plan["by_kind"][k] - left[k] for k in kinds), kinds
        assert sum(c[way][1] for c in counts.values()) == recorded_bytes(traces, work)[way]


RENAMES = """
import os, threading
def read(path):
    fd = os.open(path, os.O_RDONLY); n = len(os.read(fd, 1 << 20)); os.close(fd); return n
def found():
    os.rename("given", "x"); assert read("x") == 777
    os.rename("x", "y"); assert read("y") == 777
    os.rename("folder", "other"); assert read("other/in/f") == 888
t = threading.Thread(target=found); t.start(); t.join()
fd = os.open("new.tmp", os.O_CREAT | os.O_WRONLY); os.write(fd, bytes(1000)); os.rename("new.tmp", "new"); os.write(fd, bytes(500)); os.close(fd)
assert read("new") == 1500
fd = os.open("given", os.O_CREAT | os.O_EXCL | os.O_WRONLY); os.write(fd, bytes(100)); os.close(fd)
assert read("given") == 100 and read("y") == 777
"""


def test_what_the_run_renamed_is_read_in_full_from_what_it_found(tmp_path):
    job, traces, folder = tmp_path / "job", tmp_path / "t", tmp_path / "fio"
    (job / "folder" / "in").mkdir(parents=True)
    (job / "given").write_bytes(bytes(777))
    (job / "folder" / "in" / "f").write_bytes(bytes(888))
    done = aiotrace.run_traced(aiotrace.python(RENAMES), traces, cwd=job)
    assert done.returncode == 0, done.stderr
    aiotrace.aiotrace("export", "--format", "fio", "-o", folder, "--path", f"{job}/*", traces)
    counts = run_fio(folder, tmp_path / "on")
    assert sum(c["read"][1] for c in counts.values()) == recorded_bytes(traces, str(job))["read"] == 3 * 777 + 888 + 1500 + 100
    assert sum(c["write"][1] for c in counts.values()) == 1600
    prefix = str(job)[1:].replace("/", "_") + "_"
    sizes = {re.sub(r"\.\d+", "", p.name[len(prefix):]): p.stat().st_size for p in (tmp_path / "on").iterdir()}
    assert sizes == {"given": 777, "folder_in_f": 888, "new.tmp.made": 1500, "new.made": 1500, "given.made": 100}


def test_pages_of_a_thread_that_only_maps_are_read(tmp_path):
    made, folder = tmp_path / "t", tmp_path / "fio"
    made.mkdir()
    run = handmade.Process(made).open("/disk/weights", extent=10 << 12)
    for page in range(10):
        run.add(handmade.FAULT.number, "/disk/weights", page << 12, 4096, 4096)
    run.save()
    aiotrace.aiotrace("export", "--format", "fio", "-o", folder, made)
    assert [c["read"][:2] for c in run_fio(folder, tmp_path / "on").values()] == [(10, 10 << 12)]


def test_a_file_that_is_nearly_all_hole_is_not_written_in_full(tmp_path):
    handmade.Process(tmp_path).read("/disk/holes", 5 << 40, 4096, stage="train").save()
    aiotrace.aiotrace("export", "--format", "fio", "-o", tmp_path / "fio", tmp_path)
    writes = [line.split() for line in (tmp_path / "fio/prepare.log").read_text().splitlines() if " write " in line]
    assert [(int(w[3]), int(w[4])) for w in writes] == [((5 << 40) + 4096 - (1 << 20), 1 << 20)]
    assert "above 1 TiB only the last MiB" in (tmp_path / "fio/README").read_text()


def exported(tmp_path):
    """The job's sections by name, and the README."""
    aiotrace.aiotrace("export", "--format", "fio", "-o", tmp_path / "fio", tmp_path)
    sections = dict(re.findall(r"^\[(\S+)\]\n([^[]*)", (tmp_path / "fio/job.fio").read_text(), re.M))
    return {name: text.split("\n") for name, text in sections.items()}, (tmp_path / "fio/README").read_text()


def opened(run, path, flags, tid):
    run.handle += 1
    return run.add("open64", path, result=3, aux=flags, tid=tid)


def test_a_file_is_used_past_the_page_cache_by_all_jobs_or_by_none(tmp_path):
    """Else the kernel calls the pages that one job has an error, which another's fsync tells."""
    run = handmade.Process(tmp_path)
    opened(run, "/disk/both", os.O_RDWR, 2).write("/disk/both", 0, 4096, tid=2)
    opened(run, "/disk/both", os.O_RDWR | os.O_DIRECT, 3).write("/disk/both", 4096, 4096, tid=3)
    opened(run, "/disk/next", os.O_RDWR | os.O_DIRECT, 3).write("/disk/next", 0, 4096, tid=3)
    opened(run, "/disk/next", os.O_RDWR | os.O_DIRECT, 4).read("/disk/next", 0, 4096, tid=4)
    opened(run, "/disk/alone", os.O_RDONLY | os.O_DIRECT, 5).read("/disk/alone", 0, 4096, tid=5)
    run.save()
    sections, readme = exported(tmp_path)
    assert [n for n in range(4) if "direct=1" in sections[f"thread-{n}"]] == [3], sections
    assert "or one file both ways: 3 operations go through it" in readme


def test_reads_past_the_page_cache_stay_whole_blocks_at_the_end_of_a_file(tmp_path):
    run = handmade.Process(tmp_path)
    opened(run, "/disk/set", os.O_RDONLY | os.O_DIRECT, 1)
    run.read("/disk/set", 0, 4096).add("pread64", "/disk/set", 4096, 4096, 1000).save()
    sections, _ = exported(tmp_path)
    assert "direct=1" in sections["thread-0"]
    assert logged(tmp_path / "fio/thread-0.log")["read"] == (2, 8192, 8)
    assert logged(tmp_path / "fio/prepare.log")["write"][1] == 8192


def test_writes_that_wait_for_the_storage_do_so_in_fio(tmp_path):
    run = handmade.Process(tmp_path)
    for tid, ways in ((2, [os.O_DSYNC]), (3, [os.O_SYNC]), (4, [os.O_SYNC, os.O_DSYNC]), (5, [os.O_SYNC, 0])):
        for i, way in enumerate(ways):
            opened(run, f"/disk/{tid}-{i}", os.O_WRONLY | os.O_CREAT | way, tid).write(f"/disk/{tid}-{i}", 0, 4096, tid=tid)
    run.save()
    sections, readme = exported(tmp_path)
    assert [[line for line in sections[f"thread-{n}"] if "sync=" in line] for n in range(4)] == [["sync=dsync"], ["sync=1"], ["sync=dsync"], []]
    assert "some of a thread's writes: 2 wait otherwise" in readme


MIXED = """
import os, threading
def vectored():
    fd = os.open("v", os.O_CREAT | os.O_RDWR)
    for i in range(9): os.writev(fd, [b"a" * 100, b"b" * (i + 1)]); os.pwritev(fd, [b"c" * 7, b"d"], i * 13)
    os.lseek(fd, 5, 0); os.readv(fd, [bytearray(40), bytearray(3)]); os.preadv(fd, [bytearray(11)], 300); os.fdatasync(fd); os.close(fd)
def stdio():
    with open("s", "wb") as f:
        for i in range(9): f.write(bytes(5000))
    with open("s", "rb") as f:
        while f.read(3000): pass
def append():
    for i in range(5):
        fd = os.open("log", os.O_CREAT | os.O_WRONLY | os.O_APPEND); os.write(fd, bytes(100 + i)); os.fsync(fd); os.close(fd)
def plain():
    fd = os.open("given", os.O_RDONLY)
    for i in range(9): os.pread(fd, 50, i * 77 % 600)
    os.read(fd, 100); os.lseek(fd, 700, 0); os.read(fd, 1000); os.close(fd)
for work in (vectored, stdio, append, plain):
    t = threading.Thread(target=work); t.start(); t.join()
"""
KINDS = {"pread64": "read", "pwrite64": "write", "fsync": "fsync", "fdatasync": "fdatasync"}


def strip(path, prefix):
    """A file's name as the job had it."""
    return re.sub(r"\.\d+(\.made)?$", "", path.rsplit("/", 1)[1]).removeprefix(prefix)


@pytest.mark.skipif(not shutil.which("strace"), reason="no strace here")
@pytest.mark.parametrize("job", ["calls", "io_uring"])
def test_fio_reads_and_writes_where_the_job_did_and_in_its_order(job, program, tmp_path):
    """As the kernel sees it; io_uring's by calls, one after the other."""
    at, folder = tmp_path / "job", tmp_path / "fio"
    at.mkdir()
    (at / "given").write_bytes(bytes(777 if job == "calls" else 4096 * 200))
    command = aiotrace.python(MIXED) if job == "calls" else [program("uring", "-luring", name_as="uring_shared"), "given", "8", "200"]
    done = aiotrace.run_traced(command, tmp_path / "t", cwd=at)
    if done.returncode == 77:
        pytest.skip("no io_uring here")
    assert done.returncode == 0, done.stderr
    aiotrace.aiotrace("export", "--format", "fio", "-o", folder, "--path", f"{at}/*", tmp_path / "t")
    text = (folder / "job.fio").read_text()
    assert ("ioengine=io_uring\niodepth=8\n" in text) == (job == "io_uring")
    (folder / "job.fio").write_text(re.sub(r"ioengine=io_uring\niodepth=\d+", "ioengine=psync", text))
    (tmp_path / "on").mkdir()
    subprocess.run(["strace", "-ff", "-y", "-s", "0", "-e", f"trace={','.join(KINDS)}", "-o", tmp_path / "calls", "fio", folder / "job.fio"],
                   cwd=tmp_path / "on", check=True, capture_output=True)
    did, recorded = collections.defaultdict(list), collections.defaultdict(list)
    prefix = str(at)[1:].replace("/", "_") + "_"
    for log in tmp_path.glob("calls.*"):
        for call, path, rest in re.findall(rf"^(\w+)\(\d+<({tmp_path}/on/[^>]*)>(.*)", log.read_text(), re.M):
            size, offset = map(int, rest.split(" = ")[0].rstrip(") ").split(", ")[-2:]) if "64" in call else (0, 0)
            did[int(log.suffix[1:])].append((KINDS[call], strip(path, prefix), offset, size))
    for e in aiotrace.dump(tmp_path / "t"):
        kind = {**dict.fromkeys((*READS, "stdio.read"), "read"), **dict.fromkeys((*WRITES, "stdio.write"), "write"), **KINDS}.get(e.call)
        if kind and e.path.startswith(f"{at}/") and e.level in ("fd", "uring", "meta") and (e.result or "sync" in kind):
            recorded[e.tid].append((kind, e.path.rsplit("/", 1)[1], max(e.offset, 0), e.result))
    assert sorted(recorded.values()) == sorted(did[tid] for tid in sorted(did)[1:])  # the first one writes the files
