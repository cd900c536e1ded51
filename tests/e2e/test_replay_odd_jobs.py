# SPDX-License-Identifier: Apache-2.0
"""Jobs that are unlike training: whatever the timing, the replay does all that was done, and leaves the files that the
job left."""
import collections
import errno
import json
import os
import re
import subprocess

import pytest

import aiotrace
from odd_jobs import JOBS


def files(top):
    """Sizes by path."""
    found = (os.path.join(at, name) for at, _, names in os.walk(top) for name in names)
    return {os.path.relpath(path, top): os.path.getsize(path) for path in found}


def replay(tmp_path, timing):
    done = aiotrace.aiotrace("replay", "--target", tmp_path / "target", "--timing", timing, "--json", "--no-record", tmp_path / "t")
    return json.loads(done.stdout)


@pytest.mark.parametrize("job", JOBS)
def test_an_odd_job_is_done_again_and_leaves_the_same_files(job, tmp_path):
    folder = tmp_path / "job"
    folder.mkdir()
    (folder / "me").write_text(JOBS[job])
    (folder / "given").write_bytes(bytes(777))
    if job == "renamed unseen":
        for name, size in (("folder/in/f", 888), ("listed/p", 99), ("listed/q", 99), ("cut", 500)):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(bytes(size))
    done = aiotrace.run_traced(aiotrace.python(JOBS[job]), tmp_path / "t", cwd=folder)
    assert done.returncode in (0, -9), done.stderr
    left = files(folder)
    for timing in ("fast", "think", "fast"):
        verdict = replay(tmp_path, timing)
        assert verdict["complete"] and verdict["bytes_done"] == verdict["bytes_planned"], verdict
        assert not verdict["not_failed_as_recorded"] and not verdict["plan"]["contradictions"], verdict
        assert not any("not absolute" in r["why"] for r in verdict["plan"]["not_replayed"]), verdict
        again = files(f"{tmp_path}/target/client-0{folder}")
        unread = {name: left[name] for name in ("me", "given") if name in left}
        assert {**unread, **again} == left, timing


OUTSIDE = r"""
import os,sys
os.symlink(sys.argv[1]+"/set","data"); os.symlink(sys.argv[1]+"/set/1","single")
for i in range(5): assert len(open(f"data/{i}","rb").read())==1000+i
assert len(open("data/deep/x","rb").read())==10; open("single","rb").read(); open("data/made","wb").write(bytes(33)); os.stat("data/made")
os.unlink("data"); os.mkdir("data"); open("data/3","wb").write(bytes(3))
"""


def test_what_only_a_link_leads_to_lies_in_the_target(tmp_path):
    """Nothing says where; the files are the target's own, and the links lead to them."""
    folder, outside = tmp_path / "job", tmp_path / "outside"
    folder.mkdir()
    (outside / "set" / "deep").mkdir(parents=True)
    (outside / "set" / "deep" / "x").write_bytes(bytes(10))
    for i in range(5):
        (outside / "set" / str(i)).write_bytes(bytes(1000 + i))
    done = aiotrace.run_traced(aiotrace.python(OUTSIDE, outside), tmp_path / "t", cwd=folder)
    assert done.returncode == 0, done.stderr
    (outside / "set" / "made").unlink()
    for timing in ("fast", "think"):
        verdict = replay(tmp_path, timing)
        assert verdict["complete"] and verdict["bytes_done"] == verdict["bytes_planned"], verdict
        assert verdict["plan"]["by_kind"]["symlink"] == 2
    there = f"{tmp_path}/target/client-0{folder}"
    assert not os.path.isabs(os.readlink(f"{there}/single")) and os.path.getsize(f"{there}/single") == 1001
    assert os.path.realpath(f"{there}/single").startswith(f"{tmp_path}/target/client-0/")
    assert os.path.getsize(f"{there}/data/3") == 3 and os.listdir(f"{there}/data") == ["3"]
    assert not (outside / "set" / "made").exists()
    aiotrace.aiotrace("replay", "--clean", "--target", tmp_path / "target")
    assert list((tmp_path / "target").iterdir()) == []


def test_what_a_full_trace_lacks_does_not_stop_its_replay(tmp_path):
    """The recording ends in the middle: AIOTRACE_MAX_MB is reached."""
    job = """
import os, random
random.seed(1)
for i in range(60000):
    n = random.randrange(300)
    fd = os.open(f"l{n}", os.O_CREAT | os.O_RDWR)
    os.pwrite(fd, bytes(random.randrange(1, 2000)), random.randrange(20000)); os.pread(fd, random.randrange(5000), random.randrange(20000))
    os.close(fd)
    if i % 5 == 0: os.rename(f"l{n}", f"m{n}")
"""
    (tmp_path / "job").mkdir()
    done = aiotrace.run_traced(aiotrace.python(job), tmp_path / "t", {"AIOTRACE_MAX_MB": "1"}, cwd=tmp_path / "job")
    assert done.returncode == 0, done.stderr
    assert aiotrace.report(tmp_path / "t")["run"]["lost_events"] > 0
    verdict = replay(tmp_path, "fast")
    assert verdict["complete"] and verdict["operations_done"] > 10000, verdict


def test_what_calls_were_flagged_with_is_asked_for_again(tmp_path):
    folder = tmp_path / "job"
    folder.mkdir()
    job = JOBS["flags"] + JOBS["allocated"]
    assert aiotrace.run_traced(aiotrace.python(job), tmp_path / "t", cwd=folder).returncode == 0
    subprocess.run(["strace", "-f", "-o", tmp_path / "calls", "-e", "trace=pwritev2,preadv2,fallocate", aiotrace.PROGRAM, "replay", "--no-record",
                    "--timing", "fast", "--target", tmp_path / "target", tmp_path / "t"], check=True, capture_output=True)
    calls = (tmp_path / "calls").read_text()
    asked = [flag for flag in re.findall(r"(RWF_\w+|FALLOC_\w+(?:\|FALLOC_\w+)*|fallocate\(\d+, 0, 100, 65436)", calls)]
    assert collections.Counter(asked) == {
        "RWF_DSYNC": 8, "RWF_SYNC": 1, "RWF_APPEND": 1, "RWF_NOWAIT": 1, "FALLOC_FL_KEEP_SIZE": 2,
        "FALLOC_FL_KEEP_SIZE|FALLOC_FL_PUNCH_HOLE": 1, asked[-1]: 1}, calls
    assert asked[-1].startswith("fallocate(")


def test_flags_of_io_uring_operations_are_asked_for_again(program, tmp_path):
    """What is appended, and lies behind what was there, shows in the file's size."""
    binary = program("uring_flags", "-luring")
    done = aiotrace.run_traced([binary, tmp_path / "file"], tmp_path / "t")
    if done.returncode == 77:
        pytest.skip(f"no io_uring here, or not with flags: {done.stderr}")
    assert done.returncode == 0, done.stderr
    traces, kinds = tmp_path / "t", []
    for again in ("first", "second"):
        done = aiotrace.aiotrace("replay", "--json", "--timing", "fast", "--target", tmp_path / again, "-o", tmp_path / f"{again}.t", traces)
        verdict = json.loads(done.stdout)
        assert verdict["complete"] and verdict["bytes_done"] == verdict["bytes_planned"] == 24 * 4096, verdict
        assert verdict["plan"]["flags_left_out"] == {"operations": 0, "flags": []}
        kinds.append(verdict["plan"]["by_kind"])
        file, = (os.path.join(at, name) for at, _, names in os.walk(tmp_path / again) for name in names if name == "file")
        assert os.path.getsize(file) == 18 * 4096
        traces = verdict["recording"]
    assert kinds[0] == kinds[1] and kinds[0]["fdatasync"] == kinds[0]["fallocate"] == kinds[0]["ftruncate"] == 1


@pytest.mark.parametrize("timing", ["original", "think", "fast"])
def test_what_is_linked_in_io_uring_comes_one_after_the_other(timing, program, tmp_path):
    """What is read had to be written first."""
    folder = tmp_path / "job"
    folder.mkdir()
    done = aiotrace.run_traced([program("uring_links", "-luring"), folder], tmp_path / "t")
    if done.returncode == 77:
        pytest.skip("no io_uring here")
    assert done.returncode == 0, done.stderr
    verdict = replay(tmp_path, timing)
    assert verdict["complete"] and verdict["bytes_done"] == verdict["bytes_planned"] == 4 * 25 * 2 * 65536, verdict


def test_names_that_io_uring_makes_moves_and_removes_are_the_same_again(program, tmp_path):
    folder = tmp_path / "job"
    folder.mkdir()
    done = aiotrace.run_traced([program("uring_names", "-luring"), folder], tmp_path / "t")
    if done.returncode == 77 or f" {-errno.EINVAL}\n" in done.stdout:
        pytest.skip("no io_uring here, or not with names")
    assert done.returncode == 0, done.stderr
    events = [e for e in aiotrace.stream(tmp_path / "t") if e.level == "uring"]
    assert [f"{e.call.split('.')[1]} {-e.errno}" for e in events] == done.stdout.splitlines()
    assert [os.path.relpath(e.path, folder) for e in events] == ["d", "a", "b", "d/moved", "d/lead", "d/lead", "d/gone", "d/gone", "in", "b"]
    verdict = replay(tmp_path, "fast")
    assert verdict["complete"] and not verdict["not_failed_as_recorded"], verdict
    assert files(f"{tmp_path}/target/client-0{folder}") == files(folder)
