# SPDX-License-Identifier: Apache-2.0
"""Whether a read was served from the page cache: the truth is the kernel's, asked
by the program itself before each read."""
import csv
import json
import os
import subprocess
import sys
from collections import defaultdict, namedtuple

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


@pytest.fixture
def busy():
    """As many others as there are processors want them all the time."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in os.sched_getaffinity(0)]
    yield
    for other in others:
        other.kill()
        other.wait()


def answers(traces, path, call="pread"):
    dump = aiotrace.aiotrace("dump", "--format", "csv", "--path", path, traces).stdout
    return [row for row in csv.DictReader(dump.splitlines()) if row["call"].startswith(call)]


Mix = namedtuple("Mix", "reads size threads heat")


def share_right(cold_warm, big, traces, mix, *more, extra=None):
    """Of the reads that the program made, and how many of them were cold."""
    done = aiotrace.run_traced([cold_warm, big, *mix, *more], traces, extra)
    if done.returncode == 77:
        pytest.skip("no cachestat in this kernel")
    assert done.returncode == 0, done.stderr
    made, seen = defaultdict(list), defaultdict(list)
    for line in done.stdout.splitlines():
        thread, *truth = map(int, line.split())
        made[thread].append(tuple(truth))
    for row in answers(traces, big):
        seen[int(row["tid"])].append(row)
    right = cold = 0
    for thread, truth in made.items():
        rows = seen[thread]
        assert [(int(r["offset"]), int(r["size"])) for r in rows] == [(at, size) for at, size, _ in truth]
        right += sum(r["cache"] == ("hit" if cached else "storage") for r, (_, _, cached) in zip(rows, truth))
        cold += sum(not cached for _, _, cached in truth)
    return right / (mix.reads * mix.threads), cold


MIXES = [Mix(6000, 0, 1, "mixed"), Mix(1500, 4096, 4, "mixed"), Mix(150, MB, 1, "mixed"), Mix(100, MB, 4, "mixed"),
         Mix(6000, 4096, 4, "warm"), Mix(200, MB, 4, "warm"), Mix(2000, 4096, 1, "cold")]


def said(mix):
    size = f"{mix.size // 1024} KiB" if mix.size else "several sizes"
    return f"{mix.heat}-{size}-{mix.threads} thread{'s' * (mix.threads > 1)}"


@pytest.mark.parametrize("mix", MIXES, ids=said)
def test_cold_and_warm_reads_are_told_apart_on_a_busy_machine(big, program, tmp_path, show, busy, mix):
    right, cold = share_right(program("cold_warm"), big, tmp_path / "t", mix)
    reads = mix.reads * mix.threads
    show(f"page cache or storage, {said(mix)}: {100 * right:.2f} % of {reads} reads right, {cold} of them cold")
    assert right >= 0.99
    assert {"mixed": reads // 10 < cold < reads - reads // 10, "warm": cold < reads // 100, "cold": cold > reads // 2}[mix.heat]
    cache = aiotrace.report(tmp_path / "t")["cache"]
    assert cache["confidence"] > 0.97 and cache["hit_ops"] + cache["storage_ops"] >= reads
    text = aiotrace.aiotrace("report", tmp_path / "t").stdout
    assert "Page cache" in text


def test_cold_and_warm_reads_are_told_apart_where_the_kernel_tells_no_switches(big, program, tmp_path, show, busy):
    right, cold = share_right(program("cold_warm"), big, tmp_path / "t", MIXES[0],
                              extra={"GLIBC_TUNABLES": "glibc.pthread.rseq=0"})
    show(f"page cache or storage, without rseq: {100 * right:.2f} % of {MIXES[0].reads} reads right, {cold} of them cold")
    assert right >= 0.99


def test_a_kernel_that_stops_telling_of_switches_is_found_out(big, program, tmp_path, show):
    mix = Mix(1500, 4096, 2, "mixed")
    right, cold = share_right(program("cold_warm"), big, tmp_path / "t", mix, "untold")
    show(f"page cache or storage, rseq unregistered: {100 * right:.2f} % of 3000 reads right, {cold} of them cold")
    assert right >= 0.99 and cold > 300


def test_streams_and_copies_in_the_kernel_are_told_apart_too(big, tmp_path):
    script = """
import ctypes, os, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
if sys.argv[2] == "cold":
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
else:
    while os.read(fd, 1 << 20): pass
os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_RANDOM)
out = os.open("/dev/null", os.O_WRONLY)
for i in range(200): os.sendfile(out, fd, i * 65536, 8192)
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
stream = ctypes.c_void_p(libc.fopen(sys.argv[1].encode(), b"r"))
os.posix_fadvise(libc.fileno(stream), 0, 0, os.POSIX_FADV_RANDOM)
data = ctypes.create_string_buffer(4096)
for i in range(200):
    libc.fseek(stream, ctypes.c_long(i * 65536 + 16384), 0)
    libc.fread(data, 1, 4096, stream)
"""
    for heat, wanted in (("warm", "hit"), ("cold", "storage")):
        done = aiotrace.run_traced(aiotrace.python(script, big, heat), tmp_path / heat)
        assert done.returncode == 0, done.stderr
        for call in ("sendfile", "stdio.read"):
            rows = [r for r in answers(tmp_path / heat, big, call) if int(r["result"]) > 0 and r["call"] != "sendfile.out"]
            assert len(rows) >= 200 and sum(r["cache"] == wanted for r in rows) >= 0.99 * len(rows), call


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


def test_reading_ahead_of_a_reader_is_its_storage_where_it_waits(big, tmp_path, show, busy):
    """Whether it waited, its own count of switches tells. The bytes come from storage
    whoever asked for them first."""
    script = """
import os, resource, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
waits = lambda: resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw
while True:
    before = waits()
    if not os.read(fd, 131072): break
    print(waits() > before)
"""
    done = aiotrace.run_traced(aiotrace.python(script, big), tmp_path / "t")
    assert done.returncode == 0, done.stderr
    cache = aiotrace.report(tmp_path / "t")["cache"]
    assert 95 * MB < cache["kernel_storage_read_bytes"] < 130 * MB
    waited = [line == "True" for line in done.stdout.splitlines()]
    rows = answers(tmp_path / "t", big, "read")[:len(waited)]
    right = sum((row["cache"] == "storage") == yes for row, yes in zip(rows, waited))
    show(f"sequential and cold: {sum(waited)} of {len(rows)} reads waited, {100 * right / len(rows):.2f} % were told so")
    assert len(rows) == len(waited) and any(waited)
    assert right >= 0.99 * len(rows)


def test_small_files_that_workers_read_shuffled_are_told_apart(big, tmp_path, show, busy):
    """Every other one is cold: not all of its pages in memory, or waited for."""
    script = """
import ctypes, multiprocessing, os, random, resource, sys
libc, folder = ctypes.CDLL(None), sys.argv[1]
def cold(fd):
    size = os.fstat(fd).st_size
    ask, pages = (ctypes.c_ulonglong * 2)(0, size), (ctypes.c_ulonglong * 5)()
    if libc.syscall(451, fd, ask, pages, 0): os._exit(77)
    return pages[0] < (size + 4095) // 4096
def worker(names):
    waits = lambda: resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw
    with open(f"{folder}.{os.getpid()}", "w") as said:
        for name in names:
            with open(name, "rb") as f:
                absent, before = cold(f.fileno()), waits()
                f.read()
                print(name, absent or waits() > before, file=said)
names = [f"{folder}/{i}" for i in range(600)]
for i, name in enumerate(names):
    fd = os.open(name, os.O_RDONLY)
    if i % 2: os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    else: os.read(fd, 1 << 20)
    os.close(fd)
random.Random(1).shuffle(names)
workers = [multiprocessing.get_context("fork").Process(target=worker, args=(names[i::2],)) for i in range(2)]
for w in workers: w.start()
for w in workers: w.join()
sys.exit(max(w.exitcode for w in workers))
"""
    folder = big.parent / "files"
    folder.mkdir()
    for i in range(600):
        (folder / str(i)).write_bytes(os.urandom(3000 + i * 300))
    os.sync()
    done = aiotrace.run_traced(aiotrace.python(script, folder), tmp_path / "t")
    if done.returncode == 77:
        pytest.skip("no cachestat in this kernel")
    assert done.returncode == 0, done.stderr
    said = [line.rsplit(" ", 1) for made in big.parent.glob("files.*") for line in made.read_text().splitlines()]
    truth = {name: word == "True" for name, word in said}
    workers = {made.suffix[1:] for made in big.parent.glob("files.*")}
    rows = [r for r in answers(tmp_path / "t", f"{folder}/*", "read") if int(r["result"]) > 0 and r["pid"] in workers]
    right = sum((r["cache"] == "storage") == truth[r["path"]] for r in rows)
    show(f"small files, shuffled, two workers: {100 * right / len(rows):.2f} % of {len(rows)} reads right, {sum(truth.values())} cold")
    assert len(rows) == len(truth) == 600 and sum(truth.values()) >= 200
    assert right >= 0.99 * len(rows)


@pytest.mark.parametrize("engine", ["libaio", "io_uring", "posixaio"])
@pytest.mark.parametrize("direct", [1, 0])
def test_reads_that_nobody_waits_for_are_storage_s_if_direct_and_else_unknown(engine, direct, tmp_path):
    """Their latency tells of their queue."""
    done = aiotrace.run_traced(["fio", "--name=job", f"--filename={tmp_path / 'blob'}", "--size=4m", "--bs=16k", "--rw=randrw", "--rwmixread=70",
                                f"--ioengine={engine}", f"--direct={direct}", "--iodepth=4", "--output-format=json"], tmp_path / "t",
                               cwd=tmp_path)
    if done.returncode:
        pytest.skip(f"fio can't: {done.stderr or done.stdout}")
    reads = json.loads(done.stdout[done.stdout.index("{"):])["jobs"][0]["read"]["total_ios"]
    seen = answers(tmp_path / "t", tmp_path / "blob", {"libaio": "libaio.read", "io_uring": "io_uring.read", "posixaio": "aio_read"}[engine])
    asked = [row for row in seen if int(row["result"]) > 0]
    assert len(asked) == reads > 100 and {row["cache"] for row in asked} == {"storage" if direct else "unknown"}
    key = "storage_ops" if direct else "unknown_ops"
    assert max(s["cache"][key] for s in aiotrace.report(tmp_path / "t")["stages"]) == reads
    assert "Page cache" in aiotrace.aiotrace("report", tmp_path / "t").stdout
