# SPDX-License-Identifier: Apache-2.0
"""What happened when: against the times at which the program says that it turned to something else."""
import json

import pytest

import aiotrace
from handmade import MS, Process

SCRIPT = """
import ctypes, json, os, sys, time
mark = ctypes.CDLL(None).aiotrace_mark
folder, times = sys.argv[1], []
def turn(stage):
    mark(stage)
    times.append([stage.decode(), time.time()])
def busy(seconds, work):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        work()
        time.sleep(0.002)
def put(name, bytes):
    with open(f"{folder}/{name}", "ab", buffering=0) as f: f.write(bytes)
def get(name):
    with open(f"{folder}/{name}", "rb", buffering=0) as f: f.read()
turn(b"ingest"); busy(0.3, lambda: put("raw", bytes(10000)))
turn(b"train"); busy(0.3, lambda: get("raw"))
for i in range(6):
    turn(b"checkpoint"); put(f"saved{i}", bytes(50000))
    turn(b"train"); busy(0.15, lambda: get("raw"))
turn(b"restore"); get("saved0")
turn(b"other"); time.sleep(0.4)
turn(b"inference"); busy(0.2, lambda: get("raw"))
print(json.dumps(times))
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    folder = tmp_path_factory.mktemp("phases")
    done = aiotrace.run_traced(aiotrace.python(SCRIPT, folder), folder / "t")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), aiotrace.report(folder / "t"), aiotrace.aiotrace("report", folder / "t").stdout


def stages(phase):
    return [s["stage"] for s in phase["stages"]]


def test_phases_follow_each_other_and_hold_all_that_was_moved(seen):
    _, report, _ = seen
    phases = report["phases"]
    assert all(p["from_s"] < p["to_s"] for p in phases)
    assert all(a["to_s"] <= b["from_s"] for a, b in zip(phases, phases[1:]))
    for stage in report["stages"]:
        parts = [s for p in phases for s in p["stages"] if s["stage"] == stage["stage"]]
        if stage["stage"] not in ("runtime", "ipc", "other"):
            for key in ("read_ops", "write_ops", "read_bytes", "write_bytes"):
                assert sum(s[key] for s in parts) == pytest.approx(stage[key], rel=0.001, abs=len(parts) / 2), (stage["stage"], key)


def test_a_phase_is_when_the_program_was_in_it(seen):
    times, report, _ = seen
    since = {stage: at - report["run"]["start_ns"] / 1e9 for stage, at in reversed(times)}
    phases, slack = report["phases"], 0.02 + report["run"]["duration_s"] / 50
    for stage in ("ingest", "restore", "inference"):
        first = next(p for p in phases if stage in stages(p))
        assert first["from_s"] == pytest.approx(since[stage], abs=slack), stage
    assert stages(phases[0]) == ["ingest"] and stages(phases[-1]) == ["inference"]
    assert phases[-1]["from_s"] - phases[-2]["to_s"] > 0.3  # the pause is none


def test_saves_in_a_rhythm_are_one_phase_with_the_training_between(seen):
    _, report, _ = seen
    both = [p for p in report["phases"] if {"train", "checkpoint"} <= set(stages(p))]
    assert 1 <= len(both) <= 2 and both[-1]["to_s"] - both[0]["from_s"] > 0.7


def test_marks_are_told_with_their_times_and_drawn(seen):
    times, report, text = seen
    assert [m["stage"] for m in report["marks"]] == [stage for stage, _ in times]
    for mark, (_, at) in zip(report["marks"], times):
        assert mark["at_s"] == pytest.approx(at - report["run"]["start_ns"] / 1e9, abs=0.05)
    row = next(line for line in text.splitlines() if line.startswith("marks "))
    drawn = row.split("|")[1].strip()
    assert [c for c in "itcrf" if c in drawn] == list("itcrf") and drawn.index("i") < drawn.index("t") < drawn.index("f")
    assert "\nPhases\n" in text


def test_without_io_there_are_no_phases_and_no_marks(tmp_path):
    aiotrace.run_traced(["true"], tmp_path / "t")
    report = aiotrace.report(tmp_path / "t")
    assert report["phases"] == report["marks"] == []


def shared_file(folder, passes):
    """Two workers go through one file of records, a half of them each; both open it, and read its header, each time."""
    for worker in range(2):
        p = Process(folder, pid=10 + worker)
        for number in range(passes):
            start = number * 1500 * MS + worker * 20 * MS
            p.open("/disk/data.h5", at=start, extent=64 << 16, stage="train")
            for header in (8, 512):
                p.read("/disk/data.h5", 0, header, stage="train")
            for i in range(32):
                record = (i * 2 + worker) * 29 % 64
                p.read("/disk/data.h5", 4096 + (record << 16), 1 << 16, took=2 * MS, gap=30 * MS, stage="train")
            p.add("close", "/disk/data.h5", stage="train")
        p.save()


@pytest.mark.parametrize("passes", [1, 3])
def test_headers_that_are_read_again_begin_no_epochs(passes, tmp_path):
    shared_file(tmp_path, passes)
    report = aiotrace.report(tmp_path)
    assert [e["read_bytes"] for e in report["epochs"]] == [(64 << 16) + 2 * 520] * passes
    assert all(e["duration_s"] > 0.9 for e in report["epochs"])
