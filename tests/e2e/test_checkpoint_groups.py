# SPDX-License-Identifier: Apache-2.0
"""What is one checkpoint and what are two, from when to when, and who holds training up by it."""
import json
import os
import sys

import pytest

import aiotrace


def saves_of(script, folder, *arguments):
    done = aiotrace.run_traced(aiotrace.python(script, folder, *arguments), folder / "t")
    assert done.returncode == 0, done.stderr
    return aiotrace.report(folder / "t")["checkpoints"], done.stdout


def test_saves_of_the_best_and_the_last_state_follow_those_of_the_last_alone(tmp_path):
    """As trainers of detectors save: the interval is that from one save to the next, whatever is in it."""
    saves, out = saves_of("""
import json, sys, time
began = []
for epoch in range(6):
    began.append(time.time())
    for name in ("last", "best")[:1 + (epoch % 2)]:
        with open(f"{sys.argv[1]}/{name}.pt", "wb", buffering=0) as f:
            for _ in range(3): f.write(bytes(1 << 20))
    time.sleep(0.2)
print(json.dumps(began))
""", tmp_path)
    began = json.loads(out)
    assert [s["files"] for s in saves] == [1, 2] * 3
    apart = [b - a for a, b in zip(began, began[1:])]
    assert [s["interval_s"] for s in saves] == pytest.approx([apart[0], *apart], abs=0.05)


REOPENED = """
import ctypes, mmap, sys, time
how = sys.argv[2]
ctypes.CDLL(None).aiotrace_mark(b"checkpoint")
for number in range(3):
    path = f"{sys.argv[1]}/" + ("weights.ckpt" if how == "over" else f"weights-{number}.ckpt")
    with open(path, "wb", buffering=0) as f:
        f.write(bytes(128))
        if how == "mapped": f.truncate(128 + (4 << 20))
        else: f.write(bytes(2 << 20))
    with open(path, "r+b" if how == "mapped" else "wb" if how == "over" else "ab", buffering=0) as f:
        if how == "mapped":
            m = mmap.mmap(f.fileno(), 0)
            for at in range(0, 4 << 20, 4096): m[at] = 1
            m.flush()
        else: f.write(bytes(2 << 20))
    time.sleep(0.3)
"""


@pytest.mark.parametrize("how,count", [("mapped", 3), ("appended", 3), ("over", 6)])
def test_a_file_that_is_opened_again_for_what_it_does_not_yet_have_is_one_save(how, count, tmp_path):
    """But not one that is written over."""
    saves, _ = saves_of(REOPENED, tmp_path, how)
    assert len(saves) == count and {s["files"] for s in saves} == {1}
    if how != "over":
        assert all(s["interval_s"] > 0.3 for s in saves)
    if how == "appended":
        assert {s["bytes"] for s in saves} == {128 + (4 << 20)}


def test_forks_that_train_and_save_hold_training_up(tmp_path):
    """They write one file together, which counts once, as does what one of them writes beside it."""
    for name in range(8):
        (tmp_path / f"part{name}.bin").write_bytes(os.urandom(1 << 18))
    saves, _ = saves_of("""
import multiprocessing, os, sys
def trainer(number, barrier, folder):
    for epoch in range(3):
        for part in range(8):
            with open(f"{folder}/part{part}.bin", "rb", buffering=0) as f: f.read()
        barrier.wait()
        made = f"{folder}/step{epoch}"
        os.makedirs(made, exist_ok=True)
        fd = os.open(f"{made}/state.ckpt", os.O_CREAT | os.O_WRONLY)
        for i in range(4): os.pwrite(fd, bytes(1 << 20), (4 * number + i) << 20)
        os.fsync(fd); os.close(fd)
        if not number:
            with open(f"{made}/about.json", "w") as f: f.write("{}")
        barrier.wait()
context = multiprocessing.get_context("fork")
barrier = context.Barrier(3)
trainers = [context.Process(target=trainer, args=(i, barrier, sys.argv[1])) for i in range(3)]
for t in trainers: t.start()
for t in trainers: t.join()
""", tmp_path)
    assert [(s["mode"], s["writers"], s["files"], s["bytes"]) for s in saves] == [("synchronous", 3, 2, (12 << 20) + 2)] * 3


SAVER = """
import ctypes, multiprocessing, os, sys, time
def saver(pipe, folder):
    ctypes.CDLL(None).aiotrace_mark(b"checkpoint")
    for i in iter(pipe.recv, None):
        with open(f"{folder}/step{i}.ckpt", "wb", buffering=0) as f:
            for _ in range(8): f.write(bytes(1 << 20)); time.sleep(0.01)
            os.fsync(f.fileno())
        pipe.send(i)
if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    helper = context.Process(target=saver, args=(theirs, sys.argv[1]))
    helper.start()
    ctypes.CDLL(None).aiotrace_mark(b"train")
    for i in range(3):
        ours.send(i)
        for epoch in range(3):
            for part in range(8):
                with open(f"{sys.argv[1]}/part{part}.bin", "rb", buffering=0) as f: f.read()
                end = time.perf_counter() + 0.02
                while time.perf_counter() < end: sum(range(1000))
        ours.recv()
    ours.send(None)
    helper.join()
"""


@pytest.mark.parametrize("rank", [{}, {"RANK": "0", "WORLD_SIZE": "1"}])
def test_a_process_that_is_spawned_to_save_does_so_in_the_background(rank, tmp_path):
    """Its main thread is none that would train; it has its parent's variables."""
    (tmp_path / "saver.py").write_text(SAVER)
    for name in range(8):
        (tmp_path / f"part{name}.bin").write_bytes(os.urandom(1 << 18))
    done = aiotrace.run_traced([sys.executable, tmp_path / "saver.py", tmp_path], tmp_path / "t", rank)
    assert done.returncode == 0, done.stderr
    saves = aiotrace.report(tmp_path / "t")["checkpoints"]
    assert [(s["mode"], s["bytes"]) for s in saves] == [("background", 8 << 20)] * 3, saves


def test_a_checkpoint_in_several_folders_is_one(tmp_path):
    """Indices in it are written again as it grows, one is named at random each time, and a note outside
    says which is the latest: the checkpoint has the name of its folder, which it gets in the end."""
    saves, _ = saves_of("""
import ctypes, os, random, sys, time
ctypes.CDLL(None).aiotrace_mark(b"checkpoint")
def write(path, size, mode="wb"):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, mode, buffering=0) as f: f.write(bytes(size))
for step in range(3):
    folder = f"{sys.argv[1]}/step{step}.partial"
    write(f"{folder}/about", 100)
    for part in range(4):
        write(f"{folder}/arrays/d/" + "".join(random.choices("abcdefgh", k=16)), 1 << 20)
        write(f"{folder}/arrays/index", 100 + part)
    write(f"{folder}/about", 120)
    os.rename(folder, f"{sys.argv[1]}/step{step}")
    write(f"{sys.argv[1]}/latest.txt", 5)
    time.sleep(0.3)
""", tmp_path)
    assert [(os.path.basename(s["path"].rstrip("/")), s["files"], s["renames"]) for s in saves] == [
        (f"step{step}", 7, 1) for step in range(3)], saves
    assert all(0.3 < s["interval_s"] < 0.6 for s in saves)


def test_folders_of_ranks_are_one_checkpoint_and_those_of_trials_are_many(tmp_path):
    script = """
import ctypes, os, sys, time
ctypes.CDLL(None).aiotrace_mark(b"checkpoint")
for step in range(3):
    children = []
    for i in range(2):
        child = os.fork()
        if not child:
            folder = f"{sys.argv[1]}/step{step}/part{i}"
            os.makedirs(folder, exist_ok=True)
            ranked = dict(os.environ, RANK=str(i), WORLD_SIZE="2") if sys.argv[2] else os.environ
            os.execve(sys.executable, [sys.executable, "-c",
                "import sys, time; f = open(sys.argv[1], 'wb', buffering=0); f.write(bytes(1 << 20)); time.sleep(0.2)",
                f"{folder}/state.ckpt"], ranked)
        children.append(child)
    for child in children: os.waitpid(child, 0)
"""
    for ranked, count in (("yes", 3), ("", 6)):
        folder = tmp_path / (ranked or "no")
        folder.mkdir()
        saves, _ = saves_of(script, folder, ranked)
        assert len(saves) == count and {s["writers"] for s in saves} == {6 // count}, saves
