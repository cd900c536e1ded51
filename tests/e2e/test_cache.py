# SPDX-License-Identifier: Apache-2.0
"""Whether a read was served from the page cache: the truth is the kernel's, asked
by the program itself before each read."""
import csv
import os
import subprocess

import pytest

import aiotrace

MB = 1 << 20


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    path = tmp_path_factory.mktemp("big") / "big"
    with open(path, "wb") as f:
        for _ in range(96):
            f.write(os.urandom(MB))
        os.fsync(f.fileno())
    kind = subprocess.run(["stat", "-f", "-c", "%T", path], capture_output=True, text=True).stdout.strip()
    if kind in ("tmpfs", "overlayfs"):
        pytest.skip(f"{kind}: needs a file system on a device")
    return path


def answers(traces, path, call="pread"):
    dump = aiotrace.aiotrace("dump", "--format", "csv", "--path", path, traces).stdout
    return [row for row in csv.DictReader(dump.splitlines()) if row["call"].startswith(call)]


def cold_warm(program, big, traces, reads):
    done = aiotrace.run_traced([program("cold_warm"), big, reads], traces)
    if done.returncode == 77:
        pytest.skip("no cachestat in this kernel")
    assert done.returncode == 0, done.stderr
    return [tuple(map(int, line.split())) for line in done.stdout.splitlines()]


def test_reads_of_a_cold_and_warm_mix_are_told_apart(big, program, tmp_path, show):
    truth = cold_warm(program, big, tmp_path / "t", 6000)
    rows = answers(tmp_path / "t", big)
    assert [(int(r["offset"]), int(r["size"])) for r in rows] == [(at, size) for at, size, _ in truth]
    right = sum(r["cache"] == ("hit" if cached else "storage") for r, (_, _, cached) in zip(rows, truth))
    cold = sum(not cached for _, _, cached in truth)
    show(f"page cache or storage: {100 * right / len(truth):.2f} % of {len(truth)} reads right, {cold} of them cold")
    assert 300 < cold < len(truth) - 300
    assert right >= 0.99 * len(truth)
    cache = aiotrace.report(tmp_path / "t")["cache"]
    assert cache["confidence"] > 0.95 and cache["hit_ops"] + cache["storage_ops"] >= len(truth)
    assert abs(cache["storage_ops"] - cold) <= 0.01 * len(truth) + 20
    assert "Page cache" in aiotrace.aiotrace("report", tmp_path / "t").stdout


def test_a_warm_file_is_all_hits_and_a_cold_one_none(big, tmp_path):
    script = """
import os, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
if sys.argv[2] == "cold":
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_RANDOM)
else:
    os.system("cat %s >/dev/null" % sys.argv[1])
for i in range(500): os.pread(fd, 8192, i * 7919 % 12000 * 8192)
"""
    for heat, wanted in (("warm", "hit"), ("cold", "storage")):
        done = aiotrace.run_traced(aiotrace.python(script, big, heat), tmp_path / heat)
        assert done.returncode == 0, done.stderr
        rows = answers(tmp_path / heat, big)
        assert len(rows) == 500 and sum(r["cache"] == wanted for r in rows) >= 495


def test_past_the_cache_is_never_a_hit(big, tmp_path):
    script = """
import mmap, os, sys
fd = os.open(sys.argv[1], os.O_RDONLY | os.O_DIRECT)
page = mmap.mmap(-1, 65536)
for i in range(100): os.preadv(fd, [page], i % 10 * 65536)
"""
    done = aiotrace.run_traced(aiotrace.python(script, big), tmp_path / "t")
    if "Invalid argument" in done.stderr:
        pytest.skip("no O_DIRECT here")
    assert done.returncode == 0, done.stderr
    assert {r["cache"] for r in answers(tmp_path / "t", big)} == {"storage"}


def test_memory_is_hits_and_proc_is_no_question(tmp_path):
    name = f"/dev/shm/aiotrace-cache-{os.getpid()}"
    script = "import os, sys\nfor n in sys.argv[1:]: os.pread(os.open(n, os.O_RDONLY), 100, 0)"
    with open(name, "wb") as f:
        f.write(bytes(5000))
    try:
        aiotrace.run_traced(aiotrace.python(script, name, "/proc/cpuinfo"), tmp_path / "t")
    finally:
        os.unlink(name)
    assert [r["cache"] for r in answers(tmp_path / "t", name)] == ["hit"]
    assert [r["cache"] for r in answers(tmp_path / "t", "/proc/cpuinfo")] == [""]


def test_sequential_reading_counts_what_it_waited_for(big, tmp_path, show):
    """Read-ahead: the bytes come from storage whoever asked for them first."""
    script = """
import os, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
while os.read(fd, 131072): pass
"""
    done = aiotrace.run_traced(aiotrace.python(script, big), tmp_path / "t")
    assert done.returncode == 0, done.stderr
    cache = aiotrace.report(tmp_path / "t")["cache"]
    assert 95 * MB < cache["kernel_storage_read_bytes"] < 130 * MB
    rows = answers(tmp_path / "t", big, "read")
    waited = [int(r["duration_ns"]) for r in rows if r["cache"] == "storage"]
    hits = [int(r["duration_ns"]) for r in rows if r["cache"] == "hit"]
    show(f"sequential and cold: {len(waited)} of {len(rows)} reads waited, {sum(waited) / 1e6:.0f} ms; "
         f"hits took {sum(hits) / 1e6:.0f} ms")
    assert waited and sum(waited) > sum(hits)
