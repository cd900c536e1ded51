# SPDX-License-Identifier: Apache-2.0
"""Recordings that contradict themselves: a replay ends, stays in its target, and can be cleaned up after to the last name."""
import json
import os
import random
import subprocess

import pytest

import aiotrace
import format as trace_format

NUMBERS = {c.name: c.number for c in aiotrace.table()}
OPEN, OPENED, READ, WRITE = "open64", "opendir", "pread", "pwrite"
ON_NAMES = ("rename", "renameat2", "link", "symlink", "unlink", "mkdir", "rmdir", "stat", "readlink", "truncate")
ON_FILES = ("ftruncate", "fallocate", "close")
CLASS = {OPEN: 1, OPENED: 1, READ: 3, WRITE: 4}
FLAGS = (os.O_RDONLY, os.O_RDWR, os.O_CREAT | os.O_WRONLY, os.O_CREAT | os.O_EXCL | os.O_RDWR, os.O_DIRECTORY, os.O_TMPFILE | os.O_RDWR)


def an_event(lot, call, names):
    """File, handle, offset, size, result, aux."""
    one, other, handle = lot.randrange(names) + 1, lot.randrange(names) + 1, lot.randrange(1, 6)
    if call in (OPEN, OPENED):
        return one, handle, -1, 0, lot.choice((3, 4, -2, -17, -21)), lot.choice(FLAGS)
    if call in (READ, WRITE):
        size = lot.choice((1, 500, 9000))
        return one, handle, lot.choice((0, 100, 4096)), size, size, 0
    if call == "fallocate":
        return one, handle, lot.choice((0, 4096)), lot.choice((4096, 100000)), 0, lot.choice((0, 1, 3, 8, 16, 32))
    if call in ON_FILES:
        return one, handle, -1, lot.choice((0, 100, 70000)), 0, 0
    return one, 0, -1, lot.choice((0, 1, 2)) if call == "renameat2" else 100, lot.choice((0, 0, 0, -2, -17, -39)), other


def draw(folder, seed):
    lot = random.Random(seed)
    paths = [b"/w" + b"".join(b"/" + lot.choice((b"a", b"b", b"c", b"d")) for _ in range(lot.randrange(1, 4)))
             for _ in range(lot.choice((4, 8, 16)))]
    calls = (OPEN, OPENED, READ, WRITE, *ON_NAMES, *ON_FILES)
    write(folder, [(path, lot.choice((1, 1, 2)), lot.choice((-1, 0, 10, 5000))) for path in paths],
          [(call, *an_event(lot, call, len(paths))) for call in lot.choices(calls, k=lot.choice((5, 30, 150)))])


def write(folder, files, events):
    records = [trace_format.call_record(NUMBERS[call], CLASS.get(call, 0), 1 if call in (READ, WRITE) else 0, call)
               for call in (OPEN, OPENED, READ, WRITE, *ON_NAMES, *ON_FILES)]
    records += [trace_format.file_record(i + 1, path, kind, size) for i, (path, kind, size) in enumerate(files)]
    rows = [(10_000 + 1000 * i, NUMBERS[call], file, handle, offset, size, result, aux)
            for i, (call, file, handle, offset, size, result, aux) in enumerate(events)]
    folder.mkdir()
    (folder / "host.7.0.aiot").write_bytes(
        trace_format.header(7) + trace_format.definitions(records) + trace_format.raw_events(rows))


def replayed(tmp_path, *options):
    done = aiotrace.aiotrace("replay", "--target", tmp_path / "target", "--no-record", "--json", "--timing", "fast", *options,
                             tmp_path / "t", check=False, timeout=60)
    assert done.returncode in (0, 1), done
    return done


@pytest.mark.parametrize("seed", range(0, 120, 40))
def test_what_contradictory_runs_leave_goes_with_clean(seed, tmp_path):
    for each in range(seed, seed + 40):
        here = tmp_path / str(each)
        here.mkdir()
        draw(here / "t", each)
        for _ in range(1 + each % 2):
            replayed(here)
        aiotrace.aiotrace("replay", "--clean", "--target", here / "target")
        assert sorted(os.listdir(here)) == ["t", "target"] and not os.listdir(here / "target"), (each, list((here / "target").rglob("*")))


def test_what_others_put_beside_it_stays(tmp_path):
    """The recording says that making the folder failed: here it is made, and renamed with what is in it."""
    write(tmp_path / "t", [(b"/w/a", 1, -1), (b"/w/b", 1, -1), (b"/w/a/in", 1, -1)],
          [("unlink", 1, 0, -1, 0, -2, 0), ("mkdir", 1, 0, -1, 0, -13, 0), (OPEN, 3, 1, -1, 0, 3, os.O_CREAT | os.O_RDWR),
           (WRITE, 3, 1, 0, 100, 100, 0), ("rename", 1, 0, -1, 0, 0, 2)])
    replayed(tmp_path)
    root = tmp_path / "target" / "client-0"
    (root / "w" / "b").mkdir(exist_ok=True)
    (root / "w" / "b" / "mine").write_text("kept")
    replayed(tmp_path)
    aiotrace.aiotrace("replay", "--clean", "--target", tmp_path / "target")
    assert [str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()] in (["w/b/mine"], ["w/a/mine"])


@pytest.mark.parametrize("events", [
    [("mkdir", 1, 0, -1, 0, 0, 0), ("mkdir", 2, 0, -1, 0, 0, 0), ("rename", 1, 0, -1, 0, 0, 2), ("stat", 2, 0, -1, 0, 0, 0)],
    [("mkdir", 1, 0, -1, 0, 0, 0), ("mkdir", 2, 0, -1, 0, 0, 0), ("rename", 2, 0, -1, 0, 0, 1)],
    [("symlink", 1, 0, -1, 0, 0, 2), (OPEN, 2, 1, -1, 0, 3, 0), ("stat", 2, 0, -1, 0, 0, 0)],
], ids=["into itself", "over what it lies in", "a link into itself"])
def test_what_no_system_does_ends_and_is_told(events, tmp_path):
    write(tmp_path / "t", [(b"/w/a", 1, -1), (b"/w/a/b", 1, -1)], events)
    done = replayed(tmp_path, "--dry-run")
    refused = {r["why"].split(":")[0]: r["events"] for r in json.loads(done.stdout)["not_replayed"]}
    assert refused.get("renames of a folder into itself or over what it lies in", 0) == (events[0][0] == "mkdir")
    replayed(tmp_path)


def test_a_name_that_is_renamed_to_itself_stays(tmp_path):
    job = "import os, sys\nos.chdir(sys.argv[1])\nopen('a', 'w').write('x' * 99)\nos.rename('a', 'a')\nopen('a').read()\nos.remove('a')"
    assert aiotrace.run_traced(aiotrace.python(job, tmp_path), tmp_path / "t").returncode == 0
    verdict = json.loads(replayed(tmp_path, "--path", f"{tmp_path}/a").stdout)
    assert verdict["complete"] and verdict["plan"]["by_kind"]["rename"] == 1, verdict


def test_room_that_a_file_keeps_behind_its_end_is_needed_too(tmp_path):
    """Kept, and kept again, partly written, then cut off."""
    write(tmp_path / "t", [(b"/w/log", 1, -1)],
          [(OPEN, 1, 1, -1, 0, 3, os.O_CREAT | os.O_EXCL | os.O_RDWR), ("fallocate", 1, 1, 0, 1 << 20, 0, 1),
           ("fallocate", 1, 1, 0, 1 << 20, 0, 1), (WRITE, 1, 1, 0, 9000, 9000, 0), ("fallocate", 1, 1, 1 << 20, 1 << 20, 0, 1),
           ("ftruncate", 1, 1, -1, 0, 0, 0), ("fallocate", 1, 1, 0, 1 << 40, -28, 1)])
    plan = json.loads(replayed(tmp_path, "--dry-run").stdout)
    assert plan["space_bytes"] == 2 << 20 and plan["by_kind"]["fallocate"] == 3, plan
    write(tmp_path / "u", [(b"/w/log", 1, -1)],
          [(OPEN, 1, 1, -1, 0, 3, os.O_CREAT | os.O_EXCL | os.O_RDWR), (WRITE, 1, 1, 0, 1 << 30, 4096, 0), (WRITE, 1, 1, 4096, 1 << 30, -28, 0)])
    plan = json.loads(aiotrace.aiotrace("replay", "--dry-run", "--json", tmp_path / "u").stdout)
    assert plan["space_bytes"] == (1 << 30) + 4096, plan
    write(tmp_path / "v", [(b"/w/log", 1, 1 << 50)], [(OPEN, 1, 1, -1, 0, 3, 0)])
    for _ in range(2):
        done = aiotrace.aiotrace("replay", "--target", tmp_path / "small", "--no-record", tmp_path / "v", check=False)
        assert done.returncode == 1 and "the replay needs" in done.stderr and not os.listdir(tmp_path / "small"), done
    strace = ["strace", "-f", "-qq", "-e", "trace=fallocate", aiotrace.PROGRAM, "replay", "--target", tmp_path / "target", "--no-record",
              tmp_path / "t"]
    done = subprocess.run(strace, env=aiotrace.clean(), capture_output=True, text=True, timeout=60)
    assert done.stderr.count("fallocate(") == 3, done.stderr
