# SPDX-License-Identifier: Apache-2.0
"""Memory-mapped files: each page fault of theirs is in the trace, with its file
and page. The truth is the kernel's count of the very thread that faulted."""
import json
import os
import shutil
import subprocess
import sys
from collections import Counter

import pytest

import aiotrace

PAGE = os.sysconf("SC_PAGESIZE")
BYTES = 16 << 20
FAULTS = ("fault.major", "fault.minor")


pytestmark = pytest.mark.skipif(not aiotrace.faults_are_told(), reason="perf_event_open is refused on this machine")


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "original"
    path.write_bytes(os.urandom(BYTES))
    return path


@pytest.fixture
def data(original, tmp_path):
    """A file that is on storage, so that the page cache can let go of it."""
    path = tmp_path / "tokens.bin"
    path.write_bytes(original.read_bytes())
    fd = os.open(path, os.O_RDONLY)
    os.fsync(fd)
    os.close(fd)
    return path


class Traced:
    """A program of programs/mapped.c run in one way, and its trace."""

    def __init__(self, program, way, data, traces, before=()):
        self.done = aiotrace.run_traced([*before, program("mapped"), way, data], traces, timeout=100)
        if "is in memory" in self.done.stderr:
            pytest.skip("this file system keeps files in memory")
        assert self.done.returncode == 0, self.done.stderr
        self.threads = [tuple(map(int, line.split())) for line in self.done.stdout.splitlines()]
        self.major, self.minor, self.storage = map(sum, zip(*self.threads)) if self.threads else (0, 0, 0)
        self.events = [e for e in aiotrace.dump(traces) if e.call.startswith("fault.")]
        self.calls = Counter(e.call for e in self.events)
        self.report = aiotrace.report(traces)
        self.mapped = self.report["run"]["mapped"]

    def file(self, path):
        return next(f for f in self.report["files"] if f["path"] == str(path))


@pytest.fixture
def traced(program, data, tmp_path):
    return lambda way, before=(): Traced(program, way, data, tmp_path / "traces", before)


def about(counted, told):
    """A thread's own first use of its memory may be in the count: a page or two."""
    return told <= counted <= told + 2


def test_cold_random_reads_are_the_pages_faulted(traced, data):
    t = traced("random")
    assert t.calls == {"fault.major": t.major} and t.major == BYTES // PAGE
    assert sorted(e.offset for e in t.events) == list(range(0, BYTES, PAGE))
    assert {(e.path, e.size, e.result, e.level) for e in t.events} == {(str(data), PAGE, PAGE, "mmap")}
    assert all(e.duration_ns > 0 for e in t.events)
    assert t.storage == BYTES and abs(t.mapped["storage_read_bytes"] - BYTES) < BYTES / 100
    assert t.mapped["lost_faults"] == 0 and t.report["run"]["lost_events"] == 0


def test_latencies_fit_into_the_time_of_the_program(traced, data):
    t = traced("random")
    spans = sorted((e.start_ns, e.start_ns + e.duration_ns) for e in t.events)
    assert all(end <= start for (_, end), (start, _) in zip(spans, spans[1:])), "one thread, one fault at a time"
    latency = t.file(data)["mapped"]["major_latency_ns"]
    durations = sorted(e.duration_ns for e in t.events)
    assert latency["max"] == durations[-1]
    assert durations[len(durations) // 2] * 0.8 <= latency["p50"] <= durations[len(durations) // 2] * 1.25


def test_read_ahead_is_in_the_bytes_from_storage(traced, data):
    t = traced("sequential")
    assert about(t.major, t.calls["fault.major"]) and about(t.minor, t.calls["fault.minor"])
    assert t.calls["fault.major"] < BYTES // PAGE // 4
    assert t.storage == BYTES and abs(t.mapped["storage_read_bytes"] - BYTES) < BYTES / 100


def test_the_report_counts_faults_as_reads(traced, data):
    t = traced("random")
    file = t.file(data)
    assert (file["read_ops"], file["read_bytes"], file["write_ops"]) == (t.major, t.major * PAGE, 0)
    assert (file["mapped"]["major"], file["mapped"]["minor"], file["mapped"]["bytes_faulted"]) == (t.major, 0, BYTES)
    stage = next(s for s in t.report["stages"] if s["stage"] == file["stage"])
    assert stage["mapped"]["major"] == t.major and stage["read_bytes"] == BYTES
    assert t.mapped["mappings"] == 1 and t.mapped["bytes"] == BYTES and t.mapped["unseen"] == 0
    assert (t.report["run"]["coverage"]["read"] or 0) <= 1.01, "faults are no reads that the kernel counts in rchar"


def test_threads_that_fault_side_by_side(traced):
    t = traced("threads")
    assert len(t.threads) == 4
    assert t.calls == {"fault.major": t.major} and t.major == BYTES // PAGE
    by_thread = Counter(e.tid for e in t.events)
    assert sorted(by_thread.values()) == sorted(major for major, _, _ in t.threads)
    assert len({e.offset for e in t.events}) == BYTES // PAGE


@pytest.mark.parametrize("user", ["of_these_tests", "plain"])
def test_a_thread_that_was_there_before_the_mapping_and_makes_no_call(traced, program, user):
    """Nobody empties its ring meanwhile, which has to be as large as a user may have."""
    t = traced("early", before=(program("refuse"), "plain") if user == "plain" else ())
    assert t.calls == {"fault.major": t.major} and t.major == BYTES // PAGE
    assert {e.tid for e in t.events} != {e.pid for e in t.events}


def test_forked_children_fault_on_what_the_parent_mapped(traced, data):
    t = traced("fork")
    assert t.calls["fault.major"] == t.major == BYTES // PAGE
    assert sorted(Counter(e.pid for e in t.events).values()) == sorted(major for major, _, _ in t.threads)
    assert {e.path for e in t.events} == {str(data)}


def test_a_file_that_was_empty_is_written(traced, data):
    t = traced("write")
    assert about(t.minor, t.calls["fault.write"]) and t.calls["fault.minor"] == 0
    assert t.file(data)["write_bytes"] == t.calls["fault.write"] * PAGE
    assert t.file(data)["read_bytes"] <= 2 * PAGE


def test_a_bus_error_is_the_programs_own(traced):
    t = traced("truncated")
    assert t.done.stderr == "bus\n"
    assert t.calls["fault.major"] == t.major == BYTES // PAGE // 2


def test_mappings_that_are_cut_moved_and_laid_over(traced):
    t = traced("pieces")
    quarter = BYTES // 4
    expected = [*range(0, quarter, PAGE), *range(3 * quarter, BYTES, PAGE)]
    assert sorted(e.offset for e in t.events) == expected
    assert t.calls == {"fault.major": t.major} and t.major == len(expected)


def test_ten_thousand_mappings(traced):
    t = traced("many")
    assert t.mapped["mappings"] == 10000
    assert about(t.minor + t.major, len(t.events)) and len(t.events) == 3334


def test_mapping_again_and_again_beside_memory_of_ones_own(traced, data):
    t = traced("churn")
    assert about(t.minor + t.major, len(t.events)) and {e.path for e in t.events} == {str(data)}
    assert t.mapped["mappings"] == 50


def test_unmapping_while_others_fault(traced, data):
    t = traced("fight")
    assert {e.path for e in t.events} == {str(data)}
    assert all(0 <= e.offset < BYTES and e.offset % PAGE == 0 for e in t.events)
    # Some may be told as one for several, where there are too many.
    told, counted = sum(e.result // PAGE for e in t.events), t.major + t.minor
    assert 0.9 * counted - 100 <= told + t.mapped["lost_faults"] <= 1.1 * counted


def mappings_of(traces):
    """Of each thread, between a mapping and its end: pages told as faults."""
    threads = {}
    for e in sorted(aiotrace.dump(traces), key=lambda e: e.start_ns):
        told = threads.setdefault(e.tid, [])
        if e.call.startswith("mmap"):
            told.append(0)
        elif e.call.startswith("fault.") and told:
            told[-1] += e.result // PAGE
    return [told for told in threads.values() if len(told) >= 200]


def test_no_mapping_goes_by_unseen_while_rings_are_changed(program, data, tmp_path):
    """Who opens another ring for a thread may be kept from a processor while that thread runs on."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(6)]
    try:
        t = Traced(program, "fight", data, tmp_path / "traces")
    finally:
        for one in busy:
            one.kill()
            one.wait()
    threads = mappings_of(tmp_path / "traces")
    assert len(threads) == 4
    if max(e.result for e in t.events) <= 64 * PAGE:  # else one fault may stand for all of a mapping
        assert all(told for thread in threads for told in thread)


QUARTER = BYTES // 4


@pytest.mark.parametrize("how", ["populate", "lock", "lock2", "lock_all", "lock_future", "advise", "number", "twice"])
def test_what_is_brought_in_on_request_is_told_once(traced, data, tmp_path, how):
    t = traced(f"asked {how}")
    asked = [e for e in aiotrace.dump(tmp_path / "traces") if e.call.startswith("populate.")]
    begin, size = (0, BYTES) if how == "lock_all" else (QUARTER, QUARTER)
    assert [(e.call, e.path, e.offset, e.size, e.result, e.level) for e in asked] == \
        [("populate.read", str(data), begin, size, size, "mmap")]
    assert asked[0].duration_ns > 0 and t.threads[0][2] >= size
    assert t.threads[1][0] == 0 and about(t.threads[1][1], 0)
    assert not t.events, "what is there is touched without faults"
    mapped = t.file(data)["mapped"]
    assert (mapped["populated"], mapped["bytes_populated"], mapped["bytes_faulted"]) == (1, size, 0)
    assert t.file(data)["read_bytes"] == size and abs(t.mapped["storage_read_bytes"] - t.storage) < t.storage / 100
    assert "asked for" in aiotrace.aiotrace("report", tmp_path / "traces").stdout


def test_what_is_only_promised_comes_by_faults(traced, data):
    t = traced("asked on_fault")
    assert t.threads[0][2] == 0 and t.calls["fault.major"] == t.threads[1][0] > 0
    assert t.file(data)["mapped"]["populated"] == 0


def test_read_ahead_on_request_is_told_with_its_range(traced, data, tmp_path):
    t = traced("asked ahead")
    ahead = [e for e in aiotrace.dump(tmp_path / "traces") if e.call == "populate.ahead"]
    assert [(e.path, e.offset, e.size, e.result) for e in ahead] == [(str(data), QUARTER, QUARTER, 0)]
    assert about(t.threads[1][0] + t.threads[1][1], len(t.events)) and t.threads[0][2] > 0
    assert t.file(data)["read_bytes"] == len(t.events) * PAGE


@pytest.mark.parametrize("how", ["fail", "kill"])
def test_where_the_kernel_refuses_the_report_says_so(traced, program, data, tmp_path, how):
    t = traced("random", before=(program("refuse"), how))
    assert t.events == [] and t.major == BYTES // PAGE
    assert (t.mapped["unseen"], t.mapped["unseen_bytes"]) == (1, BYTES)
    assert "perf_event_paranoid" in t.mapped["advice"]
    text = aiotrace.aiotrace("report", tmp_path / "traces").stdout
    missing = text[text.index("\nMissing\n"):]
    assert "Reads of mapped files are not seen in 1 process, of 1 mapping of 16.8 MB" in missing
    assert "perf_event_paranoid=2" in missing
    assert "perf_event_open is refused" in aiotrace.info(tmp_path / "traces")


def test_a_process_without_such_files_asks_for_nothing(program, tmp_path):
    traces = tmp_path / "traces"
    log = tmp_path / "calls"
    done = aiotrace.run(["strace", "-f", "-o", log, "-E", f"LD_PRELOAD={aiotrace.LIBRARY}", "-E",
                         f"AIOTRACE_DIR={traces}", *aiotrace.python("import mmap, ctypes, threading\n"
                         "m = mmap.mmap(-1, 1 << 20); m[:] = bytes(1 << 20)\n"
                         "t = threading.Thread(target=print); t.start(); t.join()")])
    assert done.returncode == 0, done.stderr
    assert "perf_event_open" not in log.read_text()


PROLOGUE = """
import mmap, os, resource, sys
import numpy as np
path = sys.argv[1]
def cold(path):
    fd = os.open(path, os.O_RDONLY); os.fsync(fd); os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED); os.close(fd)
class faults:
    def __enter__(self): self.before = resource.getrusage(resource.RUSAGE_THREAD)
    def __exit__(self, *why):
        now = resource.getrusage(resource.RUSAGE_THREAD)
        print(now.ru_majflt - self.before.ru_majflt, now.ru_minflt - self.before.ru_minflt)
"""

READERS = {
    "memmap_random": ("numpy", """
a = np.memmap(path, np.uint8, "r"); cold(path); a._mmap.madvise(mmap.MADV_RANDOM)
at = np.random.default_rng(1).permutation(len(a) // 4096) * 4096; out = np.zeros(len(at), np.uint8); out[:] = 1
with faults(): np.take(a, at, out=out, mode="clip")
""", True),
    "memmap_in_workers": ("torch", """
import torch
from torch.utils.data import DataLoader, Dataset
class Tokens(Dataset):
    def __init__(self): self.a = np.memmap(path, np.uint16, "r")
    def __len__(self): return 2000
    def __getitem__(self, i): return torch.from_numpy(self.a[i * 4096:i * 4096 + 512].astype(np.int64))
if __name__ == "__main__":
    cold(path)
    for batch in DataLoader(Tokens(), batch_size=16, shuffle=True, num_workers=2): batch.sum()
""", False),
    "lmdb": ("lmdb", """
import lmdb
folder = path + ".lmdb"
env = lmdb.open(folder, map_size=1 << 28)
with env.begin(write=True) as t:
    for i in range(2000): t.put(b"%08d" % i, os.urandom(3000))
env.close(); cold(folder + "/data.mdb")
env = lmdb.open(folder, readonly=True, lock=False, readahead=False)
with env.begin() as t: sum(len(t.get(b"%08d" % i)) for i in range(2000))
""", False),
    "safetensors": ("numpy", """
import json, struct
head = json.dumps({"w": {"dtype": "F32", "shape": [1 << 20], "data_offsets": [0, 4 << 20]}}).encode()
with open(path, "wb") as f: f.write(struct.pack("<Q", len(head)) + head + os.urandom(4 << 20))
cold(path)
with open(path, "rb") as f:
    n, = struct.unpack("<Q", f.read(8)); about = json.loads(f.read(n))
    with mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as m:
        w = np.frombuffer(m, np.uint8, 4 << 20, 8 + n); x = w.copy(); del w
""", False),
    "torch_from_file": ("torch", """
import torch
cold(path); n = os.path.getsize(path) // 4
t = torch.from_file(path, size=n, dtype=torch.int32); int(t[::1024].sum())
u = torch.UntypedStorage.from_file(path, False, n * 4) if hasattr(torch, "UntypedStorage") and hasattr(torch.UntypedStorage, "from_file") else None
""", False),
}


@pytest.mark.parametrize("name", READERS)
def test_what_reads_by_mapping(name, data, tmp_path):
    module, script, exact = READERS[name]
    pytest.importorskip(module)
    source = tmp_path / "reader.py"
    source.write_text(PROLOGUE + script)
    done = aiotrace.run_traced([sys.executable, source, data], tmp_path / "traces", {"OMP_NUM_THREADS": "2"},
                               timeout=100)
    assert done.returncode == 0, done.stderr
    events = [e for e in aiotrace.dump(tmp_path / "traces") if e.call.startswith("fault.")]
    assert events and all(e.path.startswith(str(data)) for e in events), {e.path for e in events}
    if exact:
        major, minor = map(int, done.stdout.split())
        assert Counter(e.call for e in events) == {"fault.major": major} and major == BYTES // PAGE
        assert about(minor, 0)
    report = aiotrace.report(tmp_path / "traces")
    assert report["run"]["lost_events"] == 0
    mapped = [f for f in report["files"] if f["mapped"]]
    assert sum(f["mapped"]["major"] + f["mapped"]["minor"] + f["mapped"]["written"] for f in mapped) == len(events)


@pytest.mark.skipif(not shutil.which("fio"), reason="no fio here")
@pytest.mark.parametrize("rw", ["randread", "randwrite", "randrw"])
def test_fio_s_mapped_blocks_are_the_faults(rw, tmp_path):
    """Its random order has each block once, and it asks for no read-ahead."""
    job = ["fio", "--name=job", f"--directory={tmp_path}", "--size=4m", f"--bs={PAGE}", f"--rw={rw}", "--ioengine=mmap",
           "--output-format=json"]
    aiotrace.run([*job, "--create_only=1"])
    done = aiotrace.run_traced(job, tmp_path / "traces")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout[done.stdout.index("{"):])["jobs"][0]
    blocks = said["read"]["total_ios"] + said["write"]["total_ios"]
    if said["majf"] < blocks:  # fio had them dropped first
        pytest.skip("this file system keeps files in memory")
    events = [e for e in aiotrace.dump(tmp_path / "traces") if e.path.endswith("/job.0.0") and e.call == "fault.major"]
    assert sorted(e.offset for e in events) == list(range(0, 4 << 20, PAGE)) and blocks == len(events)
    assert sum(e.result for e in events) == said["read"]["io_bytes"] + said["write"]["io_bytes"]


def test_hdf5_reads_are_calls(tmp_path, data):
    pytest.importorskip("h5py")
    script = """
import h5py, numpy as np, sys
with h5py.File(sys.argv[1] + ".h5", "w") as f: f["x"] = np.arange(1 << 20)
with h5py.File(sys.argv[1] + ".h5", "r") as f: f["x"][::1000].sum()
"""
    done = aiotrace.run_traced(aiotrace.python(script, str(data)), tmp_path / "traces")
    assert done.returncode == 0, done.stderr
    events = [e for e in aiotrace.dump(tmp_path / "traces") if e.path.endswith(".h5")]
    assert not [e for e in events if e.level == "mmap"]
    assert sum(e.result for e in events if "read" in e.call and e.result > 0) > 7 << 20


def test_a_killed_process_leaves_its_faults(data, tmp_path):
    script = """
import mmap, os, signal, sys, time
f = open(sys.argv[1], "rb"); m = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ)
for at in range(0, len(m), 4096): m[at]
time.sleep(0.05); open("/dev/null").close(); os.kill(os.getpid(), signal.SIGKILL)
"""
    aiotrace.run_traced(aiotrace.python(script, str(data)), tmp_path / "traces")
    pages = {e.offset for e in aiotrace.dump(tmp_path / "traces") if e.call in FAULTS and e.path == str(data)}
    assert len(pages) >= BYTES // (2 << 20), "one fault brings in 2 MiB at most"


def test_the_report_says_that_more_is_read_than_faults_tell(data, tmp_path):
    """And gives no latency of pages that were in memory."""
    script = "import mmap, sys\nwith open(sys.argv[1], 'rb') as f: m = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ)\nlen(m[:])"
    data.read_bytes()
    done = aiotrace.run_traced(aiotrace.python(script, data), tmp_path / "t", {"AIOTRACE_MARK": "train"})
    assert done.returncode == 0, done.stderr
    text = aiotrace.aiotrace("report", "--stage", "train", tmp_path / "t").stdout
    assert "mapped: 0 faults from storage" in text and "read: one can bring in more pages" in text
    assert " 0 ns" not in text and "0 B/s" not in text


@pytest.mark.parametrize("way, by_call", [("r+", False), ("r", True), ("r+", True)])
def test_what_is_written_through_mappings_unseen_is_said_to_be_missing(way, by_call, data, tmp_path):
    """Pages that were in the file before are touched once each; the kernel counts those that this makes dirty."""
    script = """
import mmap, os, sys
access = mmap.ACCESS_WRITE if sys.argv[2] == "r+" else mmap.ACCESS_READ
with open(sys.argv[1], "r+b") as f, mmap.mmap(f.fileno(), 0, access=access) as m:
    for page in range(0, len(m), 4096):
        if access == mmap.ACCESS_WRITE and not int(sys.argv[3]):
            m[page] = 7
        else:
            m[page]
    if int(sys.argv[3]):
        for at in range(0, len(m), 8192):
            os.pwrite(f.fileno(), bytes(300), at)
"""
    done = aiotrace.run_traced(aiotrace.python(script, data, way, int(by_call)), tmp_path / "t")
    assert done.returncode == 0, done.stderr
    report = aiotrace.report(tmp_path / "t")
    if report["cache"]["kernel_storage_written_bytes"] < BYTES / 2:
        pytest.skip("this file system keeps files in memory")
    missing = {m["cause"]: m["bytes"] for m in report["run"]["coverage"]["missing"]}
    assert ("mapped_writes" in missing) == (not by_call)
    assert ("incomplete" in {f["id"] for f in report["findings"]}) == (not by_call)
    if not by_call:
        assert BYTES / 2 < missing["mapped_writes"] <= BYTES
