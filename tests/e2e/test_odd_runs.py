# SPDX-License-Identifier: Apache-2.0
"""Runs that are odd: without storage, of one event, with clocks that jump, processes that are missing or thousands. The
report is honest about each: no figure that is none, no empty table without a word."""
import json
import os
import re
import struct

import jsonschema
import pytest

import aiotrace
from handmade import MS, NUMBERS, Process

with open(os.path.join(aiotrace.TOP, "analyzer/report/report.schema.json")) as f:
    CHECK = jsonschema.Draft202012Validator(json.load(f))
HUGE = 1 << 62


def nothing(folder):
    Process(folder).save()


def nothing_at_all(folder):
    Process(folder).save(ended=False)


def one_event(folder):
    Process(folder).read("/disk/a", 0, 4096, stage="train").save()


def one_write(folder):
    Process(folder).write("/disk/a", 0, 4096, stage="checkpoint").save()


def one_event_of_no_time(folder):
    Process(folder).read("/disk/a", 0, 4096, took=0, stage="train").save()


def reads_of_nothing(folder):
    p = Process(folder).open("/disk/a", extent=0)
    for _ in range(50):
        p.add("read", "/disk/a", 0, 4096, 0, stage="train")
    p.save()


def only_failures(folder):
    p = Process(folder)
    for _ in range(50):
        p.add("open64", "/disk/none", result=-2)
        p.add("read", "/disk/none", -1, 4096, -9)
    p.save()


def no_time_passes(folder):
    p = Process(folder)
    for i in range(100):
        p.read("/disk/a", i * 4096, 4096, at=0, took=0, stage="train")
        p.write("/disk/b.pt", i * 4096, 4096, at=0, took=0, stage="checkpoint")
    p.save()


def a_clock_that_jumps_ahead(folder):
    p = Process(folder)
    for i in range(200):
        p.read("/disk/a", i * 4096, 4096, at=i * MS + (3600 * 1000 * MS if i >= 100 else 0), stage="train")
    p.save()


def a_clock_that_jumps_back(folder):
    p = Process(folder)
    for i in range(6000):
        p.read("/disk/a", i * 4096, 4096, at=i * MS + (0 if i >= 3000 else 9000 * MS), stage="train")
        p.write("/disk/b.pt", i * 4096, 4096, at=i * MS + (0 if i >= 3000 else 9000 * MS), stage="checkpoint")
    p.save()


def a_clock_that_is_set(folder):
    Process(folder, clock_set=-7200 * 1000 * MS).read("/disk/a", 0, 4096, stage="train").save()


def times_before_the_start(folder):
    Process(folder, start=5_000_000_000).read("/disk/a", 0, 4096, at=-4_000_000_000, stage="train").read(
        "/disk/a", 4096, 4096, at=10, stage="train").save()


def times_that_cannot_be(folder):
    p = Process(folder)
    for at, took in ((0, 1000), (HUGE, HUGE), (1 << 63, 1), (10, (1 << 64) - 1), (-(1 << 62), 1 << 63), (50, 1000)):
        for stage in ("train", "checkpoint", "restore"):
            p.read("/disk/a", 0, 4096, at=at, took=took, stage=stage)
            p.write("/disk/b.pt", 0, 4096, at=at, took=took, stage=stage)
    p.save()


def a_first_time_that_cannot_be(folder):
    p = Process(folder)
    for at in (-(1 << 62) - (1 << 61) * 3, 0, MS, 2 * MS):
        for stage in ("train", "checkpoint", "restore"):
            p.read("/disk/a", 0, 4096, at=at, stage=stage).write("/disk/b.pt", 0, 4096, at=at + 10, stage=stage)
    p.save()


def a_thread_without_events(folder):
    p = Process(folder).read("/disk/a", 0, 4096, stage="train")
    p.more.append((7, struct.pack("<II", 2, 2) + b"idle"))
    p.save()


def sizes_that_cannot_be(folder):
    p = Process(folder)
    for offset in (0, 1, HUGE, (1 << 63) - 1, -(1 << 63), -2):
        for size in (0, 1, HUGE, (1 << 63) - 1):
            for stage in ("train", "checkpoint", "restore", "ingest"):
                p.read("/disk/a", offset, size, stage=stage).write("/disk/b.pt", offset, size, stage=stage)
    p.save()


def a_missing_parent(folder):
    """Loader workers whose parent left no trace."""
    for pid in (11, 12):
        p = Process(folder, pid=pid, ppid=10, origin=1)
        for i in range(100):
            p.read(f"/disk/{i:03}", 0, 30000, took=MS, stage="train")
        p.save()


def a_missing_rank(folder):
    for rank in (0, 1, 3):
        p = Process(folder, pid=10 + rank, **{"env.RANK": str(rank), "env.WORLD_SIZE": "4"})
        p.open(f"/disk/step1/rank{rank}.pt", write=True, stage="checkpoint")
        p.write(f"/disk/step1/rank{rank}.pt", 0, 1 << 20, stage="checkpoint").save()


def thousands(folder):
    for pid in range(3000):
        p = Process(folder, pid=100 + pid, ppid=99 + pid if pid % 7 else 100)
        p.read(f"/disk/{pid % 50}", 0, 4096, stage="train").write("/disk/log", 0, 10).save(ended=pid % 2)


def many_that_wait(folder):
    """Shells that wait for one child after the other, gone over at the same time."""
    wait = next(c.number for c in aiotrace.table() if c.name == "wait4")
    for pid in range(16):
        p = Process(folder, pid=100 + pid)
        for child in range(3000):
            p.add(wait, result=1000 + child, aux=1000 + child)
        p.save()


def a_mapped_save(folder):
    """A fault stands for the page that was touched, and may have made room for a folio."""
    call = next(r for r in aiotrace.EVENTS if r.name == "fault.write")
    p = Process(folder).open("/disk/model.pt", write=True, stage="checkpoint")
    p.more.append((2, struct.pack("<HBB", call.number, NUMBERS["CLASS_" + call.klass], NUMBERS["LEVEL_" + call.level]) + call.name.encode()))
    for i in range(4):
        p.add(call.number, "/disk/model.pt", i << 21, 4096, 4096, stage="checkpoint")
    p.save()


def a_journal_apart(folder):
    """A process of few files has the journal of a database that is far along among those of one of many."""
    p = Process(folder, pid=1)
    for i in range(3000):
        p.add("stat64", f"/disk/{i}")
    p.write("/disk/rows", 0, 4096).read("/disk/rows", 0, 4096).save()
    Process(folder, pid=2, ppid=1).write("/disk/rows-journal", 0, 512).save()


def a_damaged_block(folder):
    p = Process(folder)
    for i in range(9000):
        p.read("/disk/a", i * 4096, 4096, stage="train")
    data = bytearray(p.data())
    data[len(data) // 2] ^= 1
    p.path.write_bytes(data)


def only_damage(folder):
    p = Process(folder)
    for i in range(3000):
        p.read("/disk/a", i * 4096, 4096, stage="train")
    data = p.data()
    p.path.write_bytes(data[:128] + bytes(len(data) - 128))


def no_clues(folder):
    """Events whose file and call nothing defines."""
    p = Process(folder)
    for i in range(50):
        p.add(60_000, None, 0, 100, 100)
    p.save()


# name: (how it is made, what the text has to say)
ODD = {
    "nothing": (nothing, ["No data was read from or written to storage", "Stages"]),
    "nothing at all": (nothing_at_all, ["No data was read", "killed or still running"]),
    "one event": (one_event, ["Most reading is train"]),
    "one write": (one_write, ["Checkpoints"]),
    "one event of no time": (one_event_of_no_time, ["train"]),
    "reads of nothing": (reads_of_nothing, ["train"]),
    "only failures": (only_failures, ["No data was read", "failed"]),
    "no time passes": (no_time_passes, ["train"]),
    "a clock that jumps ahead": (a_clock_that_jumps_ahead, ["train"]),
    "a clock that jumps back": (a_clock_that_jumps_back, ["train", "times go back \\d+ times?"]),
    "a clock that is set": (a_clock_that_is_set, ["clock was set back by 2 h while pid 1 ran"]),
    "times before the start": (times_before_the_start, ["train"]),
    "times that cannot be": (times_that_cannot_be, ["train"]),
    "a first time that cannot be": (a_first_time_that_cannot_be, ["train"]),
    "a thread without events": (a_thread_without_events, ["train"]),
    "sizes that cannot be": (sizes_that_cannot_be, ["train"]),
    "a missing parent": (a_missing_parent, ["2 forked processes are without the trace of their parent, the first of them pid 11 of pid 10"]),
    "a missing rank": (a_missing_rank, ["3 of 4 ranks have a trace here; rank 2 is the first without"]),
    "thousands": (thousands, ["3000 processes", "--json lists all", "1500 processes were killed or still running"]),
    "many that wait": (many_that_wait, ["16 processes"]),
    "a mapped save": (a_mapped_save, ["mapped: at least 16.4 kB written by 4 faults"]),
    "a journal apart": (a_journal_apart, ["2 processes"]),
    "a damaged block": (a_damaged_block, ["damaged place", "events are missing|events were lost"]),
    "only damage": (only_damage, ["damaged place"]),
    "no clues": (no_clues, ["No data was read"]),
}


def numbers(value):
    if isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from numbers(part)
    elif isinstance(value, float):
        yield value


def empty_tables(text):
    """Titles that are followed by nothing, or by a table's head alone."""
    for part in text.split("\n\n")[1:]:
        lines = [line for line in part.splitlines() if line.strip()]
        if len(lines) < 2 or (len(lines) == 2 and re.fullmatch(r"[a-z0-9/ ]+", lines[1])):
            yield part


@pytest.mark.parametrize("name", ODD)
def test_an_odd_run_s_report_is_honest(name, tmp_path):
    make, words = ODD[name]
    make(tmp_path)
    done = aiotrace.aiotrace("report", "--json", tmp_path, check=False)
    assert done.returncode in (0, 1), done.stderr
    text = aiotrace.aiotrace("report", tmp_path, check=False)
    assert text.returncode == done.returncode
    if done.returncode:
        assert done.stderr
        return
    report = json.loads(done.stdout)
    errors = [f"{error.json_path}: {error.message[:200]}" for error in CHECK.iter_errors(report)]
    assert not errors, errors[:5]
    assert all(abs(number) < 1e30 for number in numbers(report))
    assert not re.search(r"\b-?(nan|inf)\b", text.stdout.lower()), text.stdout
    assert not list(empty_tables(text.stdout)), text.stdout
    for word in words:
        assert re.search(word, text.stdout), (word, text.stdout[:6000])
    for verb in (["plan"], ["dump", "--format", "csv"], ["info"], ["compare", tmp_path]):
        assert aiotrace.aiotrace(*verb, tmp_path, check=False).returncode in (0, 1), verb


def test_what_no_number_of_json_holds_is_the_largest_one(tmp_path):
    p, largest = Process(tmp_path).open("/disk/a", extent=0, stage="train"), (1 << 63) - 1
    for i in range(6):
        p.read("/disk/a", i, HUGE >> 1, took=1 << 63, at=i, stage="train")
    p.now = p.start + 9
    p.save()
    report = aiotrace.report(tmp_path)
    train = next(s for s in report["stages"] if s["stage"] == "train")
    assert train["read_bytes"] == train["latency_ns"]["max"] == largest
    assert all(s["read_bytes"] >= 0 for phase in report["phases"] for s in phase["stages"])


def test_a_report_fits_its_width_whatever_the_run(tmp_path):
    for name in ("thousands", "sizes that cannot be", "a missing rank"):
        folder = tmp_path / name.replace(" ", "")
        folder.mkdir()
        ODD[name][0](folder)
        lines = aiotrace.aiotrace("report", folder).stdout.splitlines()
        assert not [line for line in lines if len(line) > 100], [line for line in lines if len(line) > 100][:5]


def test_what_the_library_writes_in_a_child_is_not_missing_in_its_parent(tmp_path):
    """A shell waits for a program whose threads fill their buffers; its count takes in what the library did there."""
    script = """
import os, sys, threading
def work(number):
    fd = os.open(f"{sys.argv[1]}/{number}", os.O_WRONLY | os.O_CREAT)
    for _ in range(1500): os.write(fd, bytes(100))
threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
for t in threads: t.start()
for t in threads: t.join()
"""
    done = aiotrace.run_traced(["/bin/sh", "-c", '"$@"; true', "sh", *aiotrace.python(script, tmp_path)], tmp_path / "traces")
    assert done.returncode == 0, done.stderr
    coverage = aiotrace.report(tmp_path / "traces")["run"]["coverage"]
    assert coverage["seen_write_bytes"] >= 600000 and 0.98 < coverage["write"] < 1.02, coverage


def test_what_the_library_writes_in_a_child_that_is_killed_is_not_missing_in_its_parent(tmp_path):
    """As workers of a fork server are: the count of their buffers' zeroes is to outlive them."""
    script = """
import os, signal, sys
child = os.fork()
if child == 0:
    fd = os.open(sys.argv[1] + "/data", os.O_WRONLY | os.O_CREAT)
    for _ in range(1500): os.write(fd, bytes(100))
    os.kill(os.getpid(), signal.SIGKILL)
os.wait()
"""
    done = aiotrace.run_traced(aiotrace.python(script, tmp_path), tmp_path / "traces")
    assert done.returncode == 0, done.stderr
    coverage = aiotrace.report(tmp_path / "traces")["run"]["coverage"]
    assert coverage["seen_write_bytes"] >= 150000 and 0.98 < coverage["write"] < 1.02, coverage
