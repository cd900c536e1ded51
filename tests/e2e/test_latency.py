# SPDX-License-Identifier: Apache-2.0
"""Latencies by call, size and mount, the slowest operations and stragglers, against the events themselves."""
import math
import os

import pytest

import aiotrace

SIZES = [0, 1, 4096, 1 << 14, 1 << 16, 1 << 18, 1 << 20, 1 << 22, 1 << 24]
SCRIPT = """
import os, random, sys
random.seed(2)
path = sys.argv[1]
fd = os.open(path, os.O_RDWR)
for size in (1, 100, 4095, 4096, 20000, 70000, 300000, 1500000, 5000000):
    for i in range(60): os.pread(fd, size, random.randrange(1000))
    for i in range(20): os.pwrite(fd, bytes(size), 0)
os.pread(fd, 100, 1 << 40)
for i in range(50):
    try: os.stat(path + "x")
    except OSError: pass
os.fsync(fd)
"""


def percentile(values, share):
    values = sorted(values)
    return values[max(1, math.ceil(share * len(values))) - 1]


def within_a_bucket(got, expected):
    return abs(got - expected) <= expected / 32 + 1


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("latency").resolve()
    (folder / "a0001").write_bytes(bytes(8 << 20))
    done = aiotrace.run_traced(aiotrace.python(SCRIPT, folder / "a0001"), folder / "t")
    assert done.returncode == 0, done.stderr
    return folder, aiotrace.report(folder / "t"), aiotrace.dump(folder / "t")


def test_each_call_s_percentiles_are_those_of_its_events(run):
    _, report, events = run
    rows = report["latency"]["calls"]
    assert len(rows) > 5 and rows == sorted(rows, key=lambda r: -r["total_s"])
    for row in rows:
        of_it = [e for e in events if (e.call, e.stage) == (row["call"], row["stage"]) and e.level != "stdio"]
        assert row["ops"] == len(of_it), row
        assert row["failed"] == sum(e.result < 0 for e in of_it), row
        assert row["total_s"] == pytest.approx(sum(e.duration_ns for e in of_it) / 1e9, abs=1e-8), row
        for key, share in (("p50", 0.5), ("p99", 0.99)):
            assert within_a_bucket(row["latency_ns"][key], percentile([e.duration_ns for e in of_it], share)), (row, key)
        assert row["latency_ns"]["max"] == max(e.duration_ns for e in of_it)
    assert next(r for r in rows if r["call"].startswith("stat") and r["stage"] != "runtime")["failed"] == 50


def test_each_size_s_percentiles_are_those_of_its_events(run):
    folder, report, events = run
    ours = [e for e in events if e.path == f"{folder}/a0001" and e.call.startswith(("pread", "pwrite"))]
    stages = {e.stage for e in ours}
    for way in ("read", "write"):
        for least, beyond in zip(SIZES, SIZES[1:]):
            of_it = [e for e in ours if e.call.startswith("p" + way) and least <= e.result < beyond]
            rows = [r for r in report["latency"]["sizes"] if (r["direction"], r["from_bytes"]) == (way, least) and r["stage"] in stages]
            assert sum(r["ops"] for r in rows) == len(of_it), (way, least)
            if len(rows) == 1:
                got = rows[0]["latency_ns"]
                assert got["max"] == max(e.duration_ns for e in of_it)
                assert within_a_bucket(got["p50"], percentile([e.duration_ns for e in of_it], 0.5))


def test_the_slowest_operations_are_the_slowest(run):
    folder, report, events = run
    for stage in {e["stage"] for e in report["slowest"]}:
        got = [o for o in report["slowest"] if o["stage"] == stage]
        classes = aiotrace.classes()
        all_of_it = sorted((e for e in events if e.stage == stage and e.level != "stdio"
                            and classes.get(e.call) not in ("wait", "proc")), key=lambda e: -e.duration_ns)
        assert [o["duration_s"] for o in got] == pytest.approx([e.duration_ns / 1e9 for e in all_of_it[:16]], abs=1e-8)
        first, event = got[0], all_of_it[0]
        assert (first["call"], first["path"] or "", first["pid"], first["size"]) == (event.call, event.path, event.pid, event.size)
    text = aiotrace.aiotrace("report", folder / "t").stdout
    slowest = max((o for o in report["slowest"]), key=lambda o: o["duration_s"])
    assert "Slowest operations" in text and os.path.basename(slowest["path"] or "") in text
    assert "Time in calls" in text


def test_a_worker_that_is_slower_than_the_others_is_named(program, tmp_path):
    """Only one of four children gets the slow storage."""
    (tmp_path / "data").write_bytes(bytes(40000))
    script = """
import os, sys
ends = []
for child in range(4):
    back, to = os.pipe()
    if not os.fork():
        size = 40000 if child == 2 else 39999
        for i in range(120):
            fd = os.open(sys.argv[1], os.O_RDONLY); os.read(fd, size); os.close(fd)
        os.write(to, str(os.getpid()).encode())
        os._exit(0)
    os.close(to); ends.append(back)
pids = [os.read(end, 100).decode() for end in ends]
for end in ends: os.wait()
print(pids[2])
"""
    library = program("slow_read", "-shared", "-fPIC", name_as="slow_read.so")
    done = aiotrace.run_traced(aiotrace.python(script, tmp_path / "data"), tmp_path / "t",
                               {"LD_PRELOAD": f"{aiotrace.LIBRARY} {library}", "SLOW_BYTES": "40000", "SLOW_US": "10000"})
    assert done.returncode == 0, done.stderr
    report = aiotrace.report(tmp_path / "t")
    slowest, = [s for s in report["stragglers"] if s["storage_s_per_op"] > 0.009 / 4]
    assert slowest["pid"] == int(done.stdout) and slowest["role"] == "loader worker"
    assert slowest["compared"] == 4 and slowest["storage_s"] > 1.2
    assert slowest["storage_s_per_op"] > 2 * slowest["median_s_per_op"]
    finding = next(f for f in report["findings"] if f["id"] == "slow_worker")
    assert f"pid {int(done.stdout)}" in finding["evidence"]
    assert "Slower than others" in aiotrace.aiotrace("report", tmp_path / "t").stdout


def test_who_writes_checkpoints_for_all_is_not_slower_at_reading(program, tmp_path):
    """One rank saves, slowly, what all train on: its reads are as fast as theirs."""
    (tmp_path / "data").mkdir()
    for i in range(40):
        (tmp_path / f"data/{i:02}").write_bytes(bytes(20000))
    script = """
import os, random, subprocess, sys
if "RANK" not in os.environ:
    ranks = [subprocess.Popen([sys.executable, "-c", open("rank.py").read()], env={**os.environ, "RANK": str(r), "WORLD_SIZE": "3"})
             for r in range(3)]
    sys.exit(max(rank.wait() for rank in ranks))
for epoch in range(4):
    for name in random.sample(os.listdir("data"), 40):
        with open("data/" + name, "rb") as f: f.read()
    if os.environ["RANK"] == "0":
        with open(f"model_{epoch}.pt", "wb", buffering=0) as f:
            for i in range(30): f.write(bytes(1 << 20))
            os.fsync(f.fileno())
"""
    (tmp_path / "rank.py").write_text(script)
    done = aiotrace.run_traced(aiotrace.python(script), tmp_path / "t", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    report = aiotrace.report(tmp_path / "t")
    assert {s["stage"] for s in report["stages"] if s["write_bytes"] > 50 << 20} == {"checkpoint"}
    assert not [s for s in report["stragglers"] if s["rank"] == 0]
    assert all(e["share"] < 0.5 for e in report["stall"]["epochs"] if e["share"] is not None), report["stall"]["epochs"]
