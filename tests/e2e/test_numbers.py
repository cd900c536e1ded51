# SPDX-License-Identifier: Apache-2.0
"""What the report says of a run, computed again from the run's own operations as `dump` has them."""
import csv
import math
from collections import Counter, defaultdict

import pytest

import aiotrace

SILENT = ("runtime", "ipc")
TRAINS = """
import os, random, sys, threading, time
from torch.utils.data import DataLoader, Dataset
folder = sys.argv[1]
class Files(Dataset):
    def __len__(self): return 60
    def __getitem__(self, i):
        with open(f"{folder}/{i:02}.jpg", "rb", buffering=0) as f: return len(f.read())
def save(number):
    with open(f"{folder}/ckpt{number}.pt.tmp", "wb") as f:
        for i in range(40): f.write(os.urandom(random.choice((20, 5000, 300000))))
        os.fsync(f.fileno())
    os.rename(f"{folder}/ckpt{number}.pt.tmp", f"{folder}/ckpt{number}.pt")
for i in range(60):
    with open(f"{folder}/{i:02}.jpg", "wb") as f: f.write(os.urandom(20000 + 700 * i))
for epoch in range(3):
    for batch in DataLoader(Files(), batch_size=4, shuffle=True, num_workers=2): time.sleep(0.003)
    threading.Thread(target=save, args=(epoch,)).start()
"""


GOES_BACK = """
import os, random, sys
folder = sys.argv[1]
def read(files):
    for i in files:
        with open(f"{folder}/{i:02}.jpg", "rb", buffering=0) as f:
            f.read(4096)
            f.seek(random.choice((4096, 5000, 2048)))
            f.read()
for i in range(60):
    with open(f"{folder}/{i:02}.jpg", "wb") as f: f.write(os.urandom(20000 + 700 * i))
for epoch in range(3):
    read(random.sample(range(40), 40))
    read(range(40, 50))
    with open(f"{folder}/best", "wb") as f: f.write(os.urandom(3000000))
with open(f"{folder}/best", "rb") as f: f.read()
read(range(30, 60))
"""


def trains(folder):
    return aiotrace.python(TRAINS, folder)


def goes_back(folder):
    return aiotrace.python(GOES_BACK, folder)


def in_flight(folder):
    return ["fio", "--name=job", f"--directory={folder}", "--ioengine=libaio", "--iodepth=16", "--rw=randrw", "--bsrange=4k-64k", "--size=48m",
            "--nrfiles=3", "--numjobs=2", "--thinktime=3ms", "--thinktime_blocks=200"]


def with_holes(folder):
    return ["fio", "--name=job", f"--directory={folder}", "--rw=read:12k", "--bs=4k", "--size=16m", "--numjobs=3", "--thread", "--rate_iops=4000"]


RUNS = {"a training run": trains, "a run that tries what it learnt": goes_back, "operations in flight": in_flight, "threads that stride": with_holes}


@pytest.fixture(scope="module", params=RUNS)
def run(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run").resolve()
    done = aiotrace.run_traced(RUNS[request.param](folder), folder / "t", cwd=folder)
    assert done.returncode == 0, done.stderr
    classes = aiotrace.classes()
    events = [(classes.get(e.call), e) for e in aiotrace.dump(folder / "t") if e.level != "stdio"]
    by_stage = defaultdict(list)
    for kind, e in events:
        if kind in ("read", "write"):
            by_stage[e.stage].append((kind, e))
    return aiotrace.report(folder / "t"), events, by_stage


def test_what_was_learnt_is_tried_on_files_that_training_read(tmp_path):
    done = aiotrace.run_traced(goes_back(tmp_path), tmp_path / "t", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    events = list(csv.DictReader(aiotrace.aiotrace("dump", "--format", "csv", tmp_path / "t").stdout.splitlines()))
    data = [e for e in events if e["path"].endswith(".jpg") and e["stage"] != "ingest"]
    again = next(i for i, e in enumerate(events) if e["path"].endswith("/best") and e["stage"] == "restore")
    assert {(e["stage"], events.index(e) > again) for e in data} == {("train", False), ("inference", True)}
    report = aiotrace.report(tmp_path / "t")
    assert [(epoch["files"], epoch["read_ops"]) for epoch in report["epochs"]] == [(50, 100)] * 3  # the third read of a file is of nothing
    stages = {stage["stage"]: stage for stage in report["stages"]}
    assert any("learnt from" in why for why in stages["inference"]["why"])
    assert stages["inference"]["confidence"] < 0.61 and stages["train"]["confidence"] == pytest.approx(0.95)
    for name in ("train", "inference"):
        kinds, last = Counter(), {}
        for e in data:
            if e["call"] == "read" and e["handle"]:
                offset, end = int(e["offset"]), last.get(e["handle"], 0)
                if e["stage"] == name:
                    kinds["consecutive" if offset == end else "sequential" if offset > end else "random"] += 1
                last[e["handle"]] = offset + int(e["result"])
        for kind, count in kinds.items():
            assert stages[name]["pattern"][kind] == pytest.approx(count / sum(kinds.values()), abs=1e-4), (name, kinds)


def moved(ops, way):
    return [max(0, e.result) for kind, e in ops if kind == way]


def rank(values, share):
    return sorted(values)[max(1, math.ceil(share * len(values))) - 1]


def test_operations_bytes_and_sizes_are_those_of_the_stage_s_events(run):
    report, _, by_stage = run
    for stage in report["stages"]:
        ops = by_stage[stage["stage"]]
        for way in ("read", "write"):
            sizes = moved(ops, way)
            assert (stage[way + "_ops"], stage[way + "_bytes"]) == (len(sizes), sum(sizes)), (stage["stage"], way)
            assert sum(step["ops"] for step in stage[way + "_size"]["histogram"]) == len(sizes)
            for name, value in (("p50", 0.5), ("p99", 0.99)):
                if sizes:
                    assert stage[way + "_size"][name] == pytest.approx(rank(sizes, value), rel=1 / 64, abs=1)
            if sizes:
                assert (stage[way + "_size"]["min"], stage[way + "_size"]["max"]) == (min(sizes), max(sizes))


def test_latencies_are_percentiles_of_the_events_durations(run):
    report, events, by_stage = run
    for stage in report["stages"]:
        times = [e.duration_ns for _, e in by_stage[stage["stage"]]]
        if times:
            got = stage["latency_ns"]
            assert got["max"] == max(times)
            assert got["p50"] == pytest.approx(rank(times, 0.5), rel=1 / 64, abs=1)
            assert got["p99"] == pytest.approx(rank(times, 0.99), rel=1 / 64, abs=1)
    calls = defaultdict(list)
    for kind, e in events:
        if kind not in ("wait", "proc"):
            calls[e.stage, e.call].append(e)
    for row in report["latency"]["calls"]:
        of_it = calls[row["stage"], row["call"]]
        assert (row["ops"], row["failed"]) == (len(of_it), sum(e.result < 0 for e in of_it)), row
        assert row["total_s"] == pytest.approx(sum(e.duration_ns for e in of_it) / 1e9, abs=1e-8)
    assert {key for key in calls if key[0] not in SILENT} <= {(r["stage"], r["call"]) for r in report["latency"]["calls"]}


def test_bursts_by_window_and_times_between_operations_are_those_of_their_starts(run):
    report, _, by_stage = run
    for stage in report["stages"]:
        starts = [e.start_ns for _, e in by_stage[stage["stage"]]]
        if stage["stage"] in SILENT or len(starts) < 3:
            continue
        gaps = [b - a for a, b in zip(starts, starts[1:])]
        mean = sum(gaps) / len(gaps)
        assert stage["burstiness"]["cv2"] == pytest.approx(sum((g - mean) ** 2 for g in gaps) / (len(gaps) - 1) / mean ** 2, rel=1e-4)
        for window in stage["burstiness"]["windows"]:
            counts = Counter((start - starts[0]) // round(window["window_s"] * 1e9) for start in starts)
            windows = max(counts) + 1
            each = len(starts) / windows
            spread = sum(n * n for n in counts.values()) - windows * each * each
            assert window["idc"] == pytest.approx(spread / (windows - 1) / each if windows > 1 else 0, rel=1e-4, abs=1e-6)
            assert window["peak_to_mean"] == pytest.approx(max(counts.values()) / each, rel=1e-4)
            assert window["duty_cycle"] == pytest.approx(len(counts) / windows, rel=1e-4)


def test_time_in_flight_is_that_of_the_events(run):
    report, _, by_stage = run
    for stage in report["stages"]:
        ops = by_stage[stage["stage"]]
        if stage["stage"] in SILENT or not ops:
            continue
        edges = sorted([(e.start_ns, 1) for _, e in ops] + [(e.start_ns + e.duration_ns, -1) for _, e in ops])
        time, depth, at = Counter(), 0, edges[0][0]
        for when, step in edges:
            time[depth] += when - at
            depth, at = depth + step, when
        assert stage["bandwidth"]["busy_s"] == pytest.approx((sum(time.values()) - time[0]) / 1e9, abs=1e-8)
        got = {t["in_flight"]: t["share"] for t in stage["concurrency"]["time"]}
        for under_way in range(16):
            assert got.get(under_way, 0) == pytest.approx(time[under_way] / sum(time.values()), abs=0.001)


def test_files_processes_and_saves_add_up_to_the_events(run):
    report, _, by_stage = run
    files, processes, saved = defaultdict(Counter), defaultdict(Counter), 0
    for stage, ops in by_stage.items():
        for kind, e in ops:
            for sums in ([files[e.path]] if e.path else []) + ([processes[e.pid]] if stage not in SILENT else []):
                sums[kind + "_ops"] += 1
                sums[kind + "_bytes"] += max(0, e.result)
            saved += max(0, e.result) if stage == "checkpoint" and kind == "write" else 0
    keys = ("read_ops", "write_ops", "read_bytes", "write_bytes")
    for f in report["files"]:
        assert [f[key] for key in keys] == [files[f["path"]][key] for key in keys], f["path"]
    for p in report["run"]["processes"]:
        assert [p[key] for key in keys] == [processes[p["pid"]][key] for key in keys], p["pid"]
    assert sum(save["bytes"] for save in report["checkpoints"]) == saved
    for save in report["checkpoints"]:
        assert sum(part["bytes"] for part in save["parts"]) == save["bytes"]
        assert save["bandwidth"] * save["duration_s"] == pytest.approx(save["bytes"], rel=1e-6)
