# SPDX-License-Identifier: Apache-2.0
"""Exports that have every operation have those of dump."""
import collections
import json
import shutil

import pytest

import aiotrace

SCRIPT = """
import mmap, os, sys, threading
fd = os.open(sys.argv[1], os.O_RDONLY)
def work(seed):
    for i in range(500): os.pread(fd, 1 + i % 4096, (i * seed) % 9999)
threads = [threading.Thread(target=work, args=(s,)) for s in (7, 11)]
for t in threads: t.start()
for t in threads: t.join()
with open(fd, "rb") as f, mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ) as m: sum(m[::4096])
if os.fork() == 0:
    open(sys.argv[1] + "'\\\\\\"\\xff", "w").write("a child's own")
    os._exit(0)
os.wait()
"""


@pytest.fixture(scope="module")
def traces(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rows")
    (folder / "data").write_bytes(bytes(20000))
    done = aiotrace.run_traced(aiotrace.python(SCRIPT, folder / "data"), folder / "traces")
    assert done.returncode == 0, done.stderr
    return folder / "traces"


def chrome(*arguments):
    return json.loads(aiotrace.aiotrace("export", "--format", "chrome", *arguments).stdout)["traceEvents"]


def nests(bars):
    """Whether each bar of a track lies in the one around it, as viewers expect."""
    around = []
    for begin, end in sorted(bars, key=lambda bar: (bar[0], -bar[1])):
        while around and around[-1] <= begin:
            around.pop()
        if around and around[-1] < end:
            return False
        around.append(end)
    return True


def ns(us):
    return round(us * 1000)


def test_bars_are_the_operations_of_dump(traces):
    events = chrome(traces)
    rows = list(aiotrace.stream(traces))
    start = min(r.start_ns for r in rows)
    bars = [e for e in events if e["ph"] == "X"]
    shift = start - min(ns(e["ts"]) for e in bars)
    said = [(ns(e["ts"]) + shift, ns(e["dur"]), e["name"], e["tid"], e["cat"], e["args"]["offset"], e["args"]["result"]) for e in bars]
    assert said == [(r.start_ns, r.duration_ns, r.call, r.tid, r.stage, r.offset, r.result) for r in rows]
    assert len(bars) > 1000


def test_bars_of_a_thread_nest_and_each_process_has_a_name(traces):
    events = chrome(traces)
    tracks = collections.defaultdict(list)
    for e in events:
        if e["ph"] == "X":
            tracks[e["pid"], e["tid"]].append((ns(e["ts"]), ns(e["ts"]) + ns(e["dur"])))
    names = {e["pid"]: e["args"]["name"] for e in events if e["ph"] == "M"}
    assert len(tracks) == 4 and all(nests(bars) for bars in tracks.values())
    assert {pid for pid, _ in tracks} == set(names) and len(names) == 2
    assert all(f"pid {tid}:" in names[pid] for pid, tid in tracks if tid in {r.pid for r in aiotrace.stream(traces)})


@pytest.mark.skipif(not shutil.which("fio"), reason="no fio here")
def test_what_is_in_flight_together_is_drawn_beside_the_thread(tmp_path):
    done = aiotrace.run_traced(["fio", "--name=j", "--ioengine=libaio", "--iodepth=8", "--iodepth_batch=4", "--rw=randread", "--size=1m", "--bs=4k",
                                "--thread", f"--directory={tmp_path}"], tmp_path / "traces")
    assert done.returncode == 0, done.stderr
    ends = collections.Counter((e["ph"], e["id"]) for e in chrome(tmp_path / "traces") if e["ph"] in "be")
    begun = [key for key in ends if key[0] == "b"]
    assert len(begun) == 256 and all(ends[key] == ends["e", key[1]] == 1 for key in begun)


def test_csv_is_what_dump_writes(traces, tmp_path):
    aiotrace.aiotrace("export", "--format", "csv", "--stacks", "-o", tmp_path / "rows.csv", traces)
    dumped = aiotrace.aiotrace("dump", "--format", "csv", "--stacks", traces).stdout
    assert (tmp_path / "rows.csv").read_text(errors="surrogateescape") == dumped and dumped.count("\n") > 1000


def test_only_the_operations_asked_for(traces):
    bars = [e for e in chrome("--stacks", "--path", "*/data", traces) if e["ph"] == "X"]
    assert bars and all(e["args"]["path"].endswith("/data") for e in bars)
    assert any(":work" in e["args"].get("stack", "") for e in bars)


@pytest.mark.parametrize("arguments, status, words", [(["--format", "chrome", "-o", "/proc/no-such"], 1, "/proc/no-such: No such file"),
                                                      (["--format", "folded", "--stacks"], 2, "--stacks is for chrome and csv")])
def test_what_cannot_be_is_said(traces, arguments, status, words):
    done = aiotrace.aiotrace("export", *arguments, traces, check=False)
    assert done.returncode == status and words in done.stderr and not done.stdout
