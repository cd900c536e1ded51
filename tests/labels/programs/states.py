# SPDX-License-Identifier: Apache-2.0
"""States of many parts and kinds, and who reads for whom: states.py NAME FOLDER."""
import glob
import json
import mmap
import os
import pickle
import random
import shutil
import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from label import alone, numbers, stage


def numbered_folders(folder):
    """A folder a save, parts that differ in size, notes beside them; the older ones go. Goes on from the last one."""
    with open(f"{folder}/corpus.arrow", "wb") as f:
        f.write(random.randbytes(1_600_000))
    alone("numbered_folders_run", folder)
    alone("numbered_folders_run", folder)


def numbered_folders_restore(folder, parts):
    with stage("restore"):
        last = sorted(glob.glob(f"{folder}/out/step-*"))[-1]
        for k in range(3):
            with open(f"{last}/part-{k}-of-3", "rb") as f:
                parts[k] = np.frombuffer(f.read(), np.float32).copy()
        with open(f"{last}/state.json") as f:
            return json.load(f)["step"]


def numbered_folders_run(folder):
    parts, step = [numbers(k, n) for k, n in enumerate((150_000, 150_000, 40_000))], 0
    if os.path.exists(f"{folder}/out"):
        step = numbered_folders_restore(folder, parts)
    with stage("train"), open(f"{folder}/corpus.arrow", "rb") as f:
        corpus = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)
    for _ in range(2):
        for at in np.random.default_rng(step).permutation(40):
            with stage("train"):
                parts[0][0] += sum(corpus[at * 40_000:(at + 1) * 40_000:512])
        step += 50
        with stage("checkpoint"):
            into = f"{folder}/out/step-{step:04}"
            os.makedirs(into)
            for k in range(3):
                with open(f"{into}/part-{k}-of-3", "wb") as f:
                    f.write(parts[k].tobytes())
            with open(f"{into}/state.json", "w") as f:
                json.dump({"step": step, "log": list(range(300))}, f)
            for old in sorted(glob.glob(f"{folder}/out/step-*"))[:-2]:
                shutil.rmtree(old)


def half_saved(folder):
    """Dies in the middle of a save; begins again from the one before."""
    os.makedirs(f"{folder}/rows")
    for i in range(80):
        numbers(i, 5000).tofile(f"{folder}/rows/{i}")
    subprocess.run([sys.executable, os.path.abspath(__file__), "half_saved_run", folder, "dies"])
    alone("half_saved_run", folder)


def half_saved_run(folder, dies=""):
    state, first = numbers(1, 250_000), 0
    if done := sorted(glob.glob(f"{folder}/state.*.done")):
        with stage("restore"), open(done[-1][:-5], "rb") as f:
            first, = struct.unpack("<i", f.read(4))
            state = np.frombuffer(f.read(), np.float32).copy()
    rng = np.random.default_rng(first)
    for step in range(first, first + 4):
        for i in rng.integers(0, 80, 25):
            with stage("train"):
                state[:5000] += np.fromfile(f"{folder}/rows/{i}", np.float32)
        with stage("checkpoint"):
            with open(f"{folder}/state.{step}", "wb") as f:
                f.write(struct.pack("<i", step + 1))
                for at in range(0, len(state), 25_000):
                    f.write(state[at:at + 25_000].tobytes())
                    if dies and step == 2 and at >= 125_000:
                        f.flush()
                        os._exit(1)
                f.flush()
                os.fsync(f.fileno())
            open(f"{folder}/state.{step}.done", "w").close()


def small_parts(folder):
    """A base of several mapped files and its settings; saves a little in a folder for each epoch, with settings beside."""
    os.makedirs(f"{folder}/base")
    for k in range(3):
        with open(f"{folder}/base/model-{k}-of-3.safetensors", "wb") as f:
            f.write(struct.pack("<Q", 2) + b"{}" + random.randbytes(2_000_000))
    with open(f"{folder}/base/config.json", "w") as f:
        json.dump({"layers": 4}, f)
    with open(f"{folder}/instructions.jsonl", "w") as f:
        for _ in range(3000):
            f.write(json.dumps({"in": "x" * 80, "out": "y" * 60}) + "\n")
    alone("small_parts_run", folder)


def small_parts_run(folder):
    with stage("restore"):
        with open(f"{folder}/base/config.json") as f:
            json.load(f)
        for path in sorted(glob.glob(f"{folder}/base/*.safetensors")):
            with open(path, "rb") as f:
                f.read(10)
                np.frombuffer(mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ), np.uint8)[10::64].sum()
    with stage("train"), open(f"{folder}/instructions.jsonl") as f:
        rows = [json.loads(line) for line in f]
    small, layer = numbers(0, 60_000), np.zeros((300, 300), np.float32)
    for epoch in range(3):
        for _ in range(40):
            layer = layer @ layer
        with stage("checkpoint"):
            os.makedirs(f"{folder}/out/epoch-{epoch}")
            with open(f"{folder}/out/epoch-{epoch}/adapter.safetensors", "wb") as f:
                f.write(struct.pack("<Q", 2) + b"{}" + small.tobytes())
            with open(f"{folder}/out/epoch-{epoch}/adapter_config.json", "w") as f:
                json.dump({"rank": 8, "rows": len(rows)}, f)


def clips_by_threads(folder):
    """Threads read a part of each clip, other ones for validation; the best state is copied."""
    for speaker in range(6):
        os.makedirs(f"{folder}/c/{speaker}")
        for k in range(10):
            with open(f"{folder}/c/{speaker}/{k}", "wb") as f:
                f.write(b"fLaC" + random.randbytes(60_000 + 997 * k))
    alone("clips_by_threads_run", folder)


def part_of_clip(path):
    with stage("train"), open(path, "rb") as f:
        f.read(42)
        f.seek(random.randrange(42, 30_000))
        return np.frombuffer(f.read(20_000), np.uint8)


def clips_by_threads_run(folder):
    clips = sorted(glob.glob(f"{folder}/c/*/*"))
    random.shuffle(clips)
    train, validation = clips[:48], clips[48:]
    state, best = numbers(0, 220_000), 1e9
    with ThreadPoolExecutor(3) as pool:
        for epoch in range(3):
            random.shuffle(train)
            for part in pool.map(part_of_clip, train):
                state[:20_000] += part
            loss = sum(part.mean() for part in pool.map(part_of_clip, validation)) / (epoch + 1)
            with stage("checkpoint"):
                with open(f"{folder}/e{epoch}", "wb") as f:
                    pickle.dump({"epoch": epoch, "state": state}, f)
                if loss < best:
                    best = loss
                    shutil.copyfile(f"{folder}/e{epoch}", f"{folder}/best")


def through_memory(folder):
    """A forked process reads into shared memory, told by semaphores; the one that trains reads nothing itself."""
    with stage("ingest"):
        for k in range(4):
            with open(f"{folder}/b{k}", "wb") as f:
                f.write(random.randbytes(1_000_000))
    alone("through_memory_run", folder)


def through_memory_fill(folder, memory, free, full):
    place = 0
    for _ in range(2):
        for k in random.sample(range(4), 4):
            with stage("train"), open(f"{folder}/b{k}", "rb", buffering=0) as f:
                while block := f.read(50_000):
                    free.acquire()
                    memory[place * 50_000:place * 50_000 + len(block)] = block
                    place = (place + 1) % 4
                    full.release()


def through_memory_run(folder):
    import multiprocessing
    context = multiprocessing.get_context("fork")
    memory, free, full = mmap.mmap(-1, 200_000), context.Semaphore(4), context.Semaphore(0)
    reader = context.Process(target=through_memory_fill, args=(folder, memory, free, full))
    reader.start()
    state = numbers(0, 140_000)
    for n in range(160):
        full.acquire()
        state[0] += memory[n % 4 * 50_000]
        free.release()
        if n % 80 == 79:
            with stage("checkpoint"):
                state.tofile(f"{folder}/w{n // 80}")
    reader.join()


if __name__ == "__main__":
    random.seed(0)
    globals()[sys.argv[1]](*sys.argv[2:])
