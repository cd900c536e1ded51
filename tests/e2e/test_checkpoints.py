# SPDX-License-Identifier: Apache-2.0
"""Checkpoints and restores: their parts, times, rules, and whether training went on."""
import json
import os
import re
import sys

import pytest

import aiotrace
from handmade import MS, Process

# Who saves beside the main thread takes long: a main thread that a busy machine keeps from beginning
# to wait does so for little of it.
SAVE = """
import json, os, sys, threading, time
folder, how = sys.argv[1], sys.argv[2]
def save(number):
    path = f"{folder}/ckpt-{number:04}.pt"
    with open(path + ".tmp", "wb", buffering=0) as f:
        for _ in range(7):
            f.write(bytes(2_000_000))
            if how != "main": time.sleep(0.04)
        for _ in range(5): f.write(bytes(1001))
        os.fsync(f.fileno())
    os.rename(path + ".tmp", path)
for i in range(3):
    if how == "main": save(i)
    else:
        thread = threading.Thread(target=save, args=(i,)); thread.start()
        if how == "joined": thread.join()
    end = time.perf_counter() + 0.4
    while time.perf_counter() < end or how == "beside" and thread.is_alive(): sum(range(10000))
    if how == "beside": thread.join()
"""


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    def run(how):
        folder = tmp_path_factory.mktemp(how).resolve()
        done = aiotrace.run_traced(aiotrace.python(SAVE, folder, how), folder / "t")
        assert done.returncode == 0, done.stderr
        return folder
    return run


@pytest.mark.parametrize("how,mode", [("main", "synchronous"), ("joined", "synchronous"), ("beside", "background")])
def test_who_saves_and_who_waits(saved, how, mode):
    folder = saved(how)
    saves = aiotrace.report(folder / "t")["checkpoints"]
    assert [s["mode"] for s in saves] == [mode] * 3
    if mode == "synchronous":
        assert all(s["stalled_s"] == s["duration_s"] for s in saves)


def test_a_save_s_times_are_those_of_its_calls(saved):
    folder = saved("main")
    events = [e for e in aiotrace.dump(folder / "t") if "ckpt-0001.pt" in e.path]
    save = aiotrace.report(folder / "t")["checkpoints"][1]
    for key, calls in (("write_s", ("write",)), ("sync_s", ("fsync",)), ("rename_s", ("rename",))):
        of_it = [e for e in events if e.call in calls]
        assert of_it and save[key] == pytest.approx(sum(e.duration_ns for e in of_it) / 1e9, rel=1e-6)
    assert (save["ops"], save["syncs"], save["renames"], save["ops_below_64k"]) == (12, 1, 1, 5)
    bytes_of_it = 7 * 2_000_000 + 5 * 1001
    offsets = [2_000_000 * i for i in range(8)] + [14_000_000 + 1001 * i for i in range(1, 5)]
    assert save["ops_unaligned"] == sum(o % 4096 != 0 for o in offsets)
    assert save["bytes"] == bytes_of_it and save["parameters_estimate"] == bytes_of_it // 14
    assert save["parameters_if_weights_only"] == bytes_of_it // 2
    assert save["needed_bandwidth"] == pytest.approx(bytes_of_it / (0.05 * save["interval_s"]))
    assert save["within_share"] == (save["share_of_interval"] <= 0.05)
    (part,) = save["parts"]
    assert part["path"] == f"{folder}/ckpt-0001.pt" and part["bytes"] == bytes_of_it


def test_a_restore_s_fan_out_counts_all_its_readers(tmp_path):
    """Four ranks read the whole checkpoint each: 4 bytes for each byte saved."""
    path = tmp_path / "model-step100.pt"
    path.write_bytes(os.urandom(3_000_000))
    script = """
import os, sys
children = []
for rank in range(4):
    child = os.fork()
    if not child:
        with open(sys.argv[1], "rb", buffering=0) as f:
            while f.read(1 << 20): pass
        os._exit(0)
    children.append(child)
for child in children: os.waitpid(child, 0)
with open(sys.argv[2], "wb") as f: f.write(bytes(1 << 21)); f.flush(); os.fsync(f.fileno())
"""
    done = aiotrace.run_traced(aiotrace.python(script, path, tmp_path / "model-step200.pt"), tmp_path / "t")
    assert done.returncode == 0, done.stderr
    restores = [r for r in aiotrace.report(tmp_path / "t")["restores"] if r["path"] == str(path.resolve())]
    assert sum(r["readers"] for r in restores) == 4
    assert sum(r["fan_out"] for r in restores) == pytest.approx(4)
    assert {p["bytes"] for r in restores for p in r["parts"]} == {3_000_000}


CHILDREN = """
import json, mmap, os, sys, time
folder, how, took = sys.argv[1], sys.argv[2], []
for number in range(3):
    time.sleep(0.2)
    begin, child = time.time(), os.fork()
    if not child:
        with open(f"{folder}/ckpt_{number}.pt", "wb", buffering=0) as f:
            for _ in range(8): f.write(bytes(1 << 20))
        with open(f"{folder}/ckpt_{number}.pt.json", "wb", buffering=0) as f: f.write(b"{}")
        os._exit(0)
    os.waitpid(child, 0)
    took.append(time.time() - begin)
print(json.dumps(took))
"""


def test_saves_of_children_that_follow_each_other_are_saves_of_their_own(tmp_path):
    """As in background savers that fork for each save, however short the time between."""
    done = aiotrace.run_traced(aiotrace.python(CHILDREN, tmp_path, ""), tmp_path / "t")
    assert done.returncode == 0, done.stderr
    saves = aiotrace.report(tmp_path / "t")["checkpoints"]
    assert [(s["writers"], s["bytes"] >> 20) for s in saves] == [(1, 8)] * 3, saves
    for save, took in zip(saves, json.loads(done.stdout)):
        assert save["duration_s"] < took and 0.2 < save["interval_s"]


def test_pages_of_a_mapped_save_are_no_tiny_writes(tmp_path):
    script = """
import mmap, os, sys
for number in range(2):
    with open(f"{sys.argv[1]}/step_{number}.ckpt", "wb+") as f:
        f.truncate(8 << 20)
        m = mmap.mmap(f.fileno(), 8 << 20)
        for page in range(2048): m[page << 12] = 1
        m.flush()
"""
    done = aiotrace.run_traced(aiotrace.python(script, tmp_path), tmp_path / "t")
    assert done.returncode == 0, done.stderr
    report = aiotrace.report(tmp_path / "t")
    assert not {f["id"] for f in report["findings"]} & {"tiny_saves", "no_sync"}
    assert all(s["ops_below_64k"] == 0 for s in report["checkpoints"])


def test_a_save_that_a_kill_cuts_short_is_unfinished(tmp_path):
    """And no save that somebody forgot to sync."""
    script = """
import os, sys
for number in range(3):
    with open(f"{sys.argv[1]}/step_{number}.pt", "wb", buffering=0) as f:
        for part in range(4): f.write(bytes(1 << 20))
        if number == 2: os.kill(os.getpid(), 9)
        os.fsync(f.fileno())
"""
    assert aiotrace.run_traced(aiotrace.python(script, tmp_path), tmp_path / "t").returncode == -9
    report = aiotrace.report(tmp_path / "t")
    assert [c["unfinished"] for c in report["checkpoints"]] == [False, False, True]
    assert "no_sync" not in {f["id"] for f in report["findings"]}
    text = aiotrace.aiotrace("report", tmp_path / "t").stdout
    assert re.findall(r"(unfinished|waited for)  .*step_(\d)", text) == [("waited for", "0"), ("waited for", "1"), ("unfinished", "2")]


def test_sizes_of_mapped_saves_are_said_to_be_lower_bounds(tmp_path):
    if not aiotrace.faults_are_told():
        pytest.skip("perf_event_open is refused on this machine")
    script = """
import mmap, os, sys, time
for number in range(2):
    with open(f"{sys.argv[1]}/step_{number}.ckpt", "wb+") as f:
        if number:
            f.write(bytes(4 << 20))
        else:
            f.truncate(8 << 20)
            m = mmap.mmap(f.fileno(), 8 << 20)
            m[:] = bytes(8 << 20)
            m.close()
        os.fsync(f.fileno())
    time.sleep(0.1)
"""
    done = aiotrace.run_traced(aiotrace.python(script, tmp_path), tmp_path / "t")
    assert done.returncode == 0, done.stderr
    mapped, written = aiotrace.report(tmp_path / "t")["checkpoints"]
    assert 0 < mapped["mapped_bytes"] == mapped["bytes"] <= 8 << 20
    assert (written["mapped_bytes"], written["bytes"]) == (0, 4 << 20)
    lines = aiotrace.aiotrace("report", tmp_path / "t").stdout.splitlines()
    rows = [line for line in lines if re.search(r" s .* waited for .*step_[01]", line)]
    assert ["+" in row for row in rows] == [True, False], rows
    assert [line for line in lines if line.startswith("+ at least: written through mappings")]
    assert "at least: written through mappings" in aiotrace.aiotrace("plan", tmp_path / "t").stdout


AGAIN = """
import sys, time
path, times, loads = sys.argv[1], int(sys.argv[2]), sys.argv[3]
if loads:
    f = open(path, "rb", buffering=0)
    f.read()
for i in range(times):
    with open(path, "wb", buffering=0) as out:
        for _ in range(4): out.write(bytes(500_000))
    time.sleep(0.1)
if loads:
    f.close()
"""


def test_saves_of_programs_that_follow_each_other_are_no_ranks_saves(tmp_path):
    """And who keeps a state open is done restoring when it is read."""
    (tmp_path / "again.py").write_text(AGAIN)
    one = f'{sys.executable} {tmp_path}/again.py {tmp_path}/model.ckpt 3'
    done = aiotrace.run_traced(["sh", "-c", f"{one} '' && {one} loads"], tmp_path / "t")
    assert done.returncode == 0, done.stderr
    report = aiotrace.report(tmp_path / "t")
    assert [(s["bytes"], s["writers"]) for s in report["checkpoints"]] == [(2_000_000, 1)] * 6
    (restore,) = report["restores"]
    assert restore["bytes"] == 2_000_000 and restore["duration_s"] < 0.2


def test_saves_under_one_name_for_the_time_of_writing_have_the_names_they_got(tmp_path):
    """Each is written as model.tmp, synced by another descriptor, and renamed; the last two to the same name."""
    script = """
import os, time
for name in ("1", "2", "3", "3"):
    with open("model.tmp", "wb", buffering=0) as f:
        for _ in range(5): f.write(bytes(1_000_000))
    fd = os.open("model.tmp", os.O_RDONLY); os.fsync(fd); os.close(fd)
    os.replace("model.tmp", f"model_{name}.pt")
    time.sleep(0.1)
"""
    done = aiotrace.run_traced(aiotrace.python(script), tmp_path / "t", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    saves = aiotrace.report(tmp_path / "t")["checkpoints"]
    assert [(os.path.basename(s["path"]), s["bytes"], s["syncs"], s["renames"]) for s in saves] == \
        [(f"model_{name}.pt", 5_000_000, 1, 1) for name in ("1", "2", "3", "3")]


MOVED_BY_OTHERS = """
import os, subprocess, sys, time
for i in range(3):
    path = f"{sys.argv[1]}/epoch{i}.pth"
    with open(path + ".incomplete", "wb", buffering=0) as f:
        for _ in range(8): f.write(bytes(1 << 20))
        os.fsync(f.fileno())
    subprocess.run(["mv", path + ".incomplete", path], check=True)
    time.sleep(0.2)
"""


def test_a_save_has_the_name_that_another_process_gave_it(tmp_path):
    done = aiotrace.run_traced(aiotrace.python(MOVED_BY_OTHERS, tmp_path), tmp_path / "t")
    assert done.returncode == 0, done.stderr
    assert [os.path.basename(c["path"]) for c in aiotrace.report(tmp_path / "t")["checkpoints"]] == [f"epoch{i}.pth" for i in range(3)]


@pytest.mark.parametrize("joined", [True, False])
def test_in_a_run_of_hours_too_a_save_by_a_thread_that_is_joined_is_waited_for(joined, tmp_path):
    """Six seconds each ten minutes; else the main thread waits for its next batch, for less."""
    p = Process(tmp_path)
    for number in range(30):
        for step in range(600):
            p.add("sem_wait", took=100 * MS, gap=900 * MS)
            if step % 10 == 0:
                p.read("/disk/data.bin", (number * 60 + step // 10) << 20, 1 << 20, stage="train")
        begin, path = p.now, f"/disk/step{number}.pt"
        if joined:
            p.add("sem_wait", took=6100 * MS)
        p.now = begin
        p.open(path, write=True, stage="checkpoint", tid=2)
        for piece in range(60):
            p.write(path, piece << 24, 1 << 24, took=100 * MS, gap=0, stage="checkpoint", tid=2)
        p.add("close", path, stage="checkpoint", tid=2)
        p.now = begin + 6200 * MS
    p.save()
    saves = aiotrace.report(tmp_path)["checkpoints"]
    assert [s["mode"] for s in saves] == ["synchronous" if joined else "background"] * 30, saves[0]


FOLDERS = """
import os, sys, time
for i in range(3):
    made = os.path.join(sys.argv[1], ".tmp-step%d" % i if sys.argv[2] == "each" else ".tmp")
    os.makedirs(made)
    for part in ("model", "optimizer"):
        with open(os.path.join(made, part + ".bin"), "wb", buffering=0) as f:
            for _ in range(4): f.write(bytes(1 << 20))
            os.fsync(f.fileno())
    os.rename(made, os.path.join(sys.argv[1], "step%d" % i))
    time.sleep(0.2)
"""


@pytest.mark.parametrize("names", ["each", "one"])
def test_a_save_in_a_folder_that_is_renamed_has_its_name(names, tmp_path):
    """Also where all had one name, each until it was complete: the rename is part of the save."""
    done = aiotrace.run_traced(aiotrace.python(FOLDERS, tmp_path, names), tmp_path / "t")
    assert done.returncode == 0, done.stderr
    saves = aiotrace.report(tmp_path / "t")["checkpoints"]
    assert [os.path.basename(c["path"].rstrip("/")) for c in saves] == [f"step{i}" for i in range(3)]
    took = [e.duration_ns / 1e9 for e in aiotrace.dump(tmp_path / "t") if e.call == "rename"]
    assert [c["renames"] for c in saves] == [1] * 3 and [c["rename_s"] for c in saves] == pytest.approx(took)


def test_a_name_that_each_save_is_written_under_is_whose_mv_comes_next(tmp_path):
    script = """
import os, subprocess, sys
for i in range(3):
    path = os.path.join(sys.argv[1], "latest.incomplete")
    with open(path, "wb", buffering=0) as f:
        for _ in range(4): f.write(bytes(1 << 20))
        os.fsync(f.fileno())
    subprocess.run(["mv", path, os.path.join(sys.argv[1], "step%d.ckpt" % i)], check=True)
"""
    done = aiotrace.run_traced(aiotrace.python(script, tmp_path), tmp_path / "t")
    assert done.returncode == 0, done.stderr
    saves = aiotrace.report(tmp_path / "t")["checkpoints"]
    assert [os.path.basename(c["path"]) for c in saves] == [f"step{i}.ckpt" for i in range(3)]
    took = [e.duration_ns / 1e9 for e in aiotrace.dump(tmp_path / "t") if e.call.startswith("rename") and not e.errno]
    assert len(took) == 3 and [c["rename_s"] for c in saves] == pytest.approx(took)
