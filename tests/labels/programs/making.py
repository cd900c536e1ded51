# SPDX-License-Identifier: Apache-2.0
"""Data that are made of others, for those who learn from them: making.py NAME FOLDER."""
import glob
import gzip
import hashlib
import io
import json
import os
import pickle
import random
import sys
import tarfile

import numpy as np

from label import alone, numbers, stage


def characters(folder):
    """A text with the name of a note becomes tokens; batches come from mappings that are made anew each time."""
    with stage("ingest"), open(f"{folder}/input.txt", "w") as f:
        for _ in range(20_000):
            f.write("".join(random.choices("etaoin shrdlu", k=60)) + "\n")
    alone("characters_prepare", folder)
    alone("characters_train", folder)


def characters_prepare(folder):
    with stage("prepare"):
        with open(f"{folder}/input.txt") as f:
            text = f.read()
        ids = np.frombuffer(text.encode(), np.uint8).astype(np.uint16)
        ids[:len(ids) * 9 // 10].tofile(f"{folder}/train.bin")
        ids[len(ids) * 9 // 10:].tofile(f"{folder}/val.bin")
        with open(f"{folder}/meta.pkl", "wb") as f:
            pickle.dump({"vocabulary": sorted(set(text))}, f)


def characters_batch(folder, split):
    with stage("train"):
        ids = np.memmap(f"{folder}/{split}.bin", dtype=np.uint16, mode="r")
        return np.stack([ids[i:i + 256].astype(np.int64) for i in np.random.randint(0, len(ids) - 257, 8)])


def characters_train(folder):
    state = {"embedding": numbers(0, 200_000), "layers": numbers(1, 300_000)}
    with stage("train"), open(f"{folder}/meta.pkl", "rb") as f:
        pickle.load(f)
    for step in range(150):
        if step % 50 == 0:
            for split in ("train", "val"):
                for _ in range(10):
                    characters_batch(folder, split)
            if step:
                with stage("checkpoint"), open(f"{folder}/ckpt.pt", "wb") as f:
                    pickle.dump({"model": state, "step": step}, f)
        state["embedding"][:256] += characters_batch(folder, "train").mean(0)


def in_place(folder):
    """Each file is written over with what was made of it, then trained on."""
    os.makedirs(f"{folder}/w")
    for i in range(50):
        numbers(i, 8000).tofile(f"{folder}/w/{i}")
    alone("in_place_prepare", folder)
    alone("in_place_train", folder)


def in_place_prepare(folder):
    with stage("prepare"):
        for path in sorted(glob.glob(f"{folder}/w/*")):
            with open(path, "r+b") as f:
                one = np.frombuffer(f.read(), np.float32)
                f.seek(0)
                f.write((one / np.abs(one).max()).tobytes())


def in_place_train(folder):
    state = numbers(0, 120_000)
    for epoch in range(2):
        for i in np.random.default_rng(epoch).permutation(50):
            with stage("train"):
                state[:8000] += np.fromfile(f"{folder}/w/{i}", np.float32)
        with stage("checkpoint"), open(f"{folder}/final.{epoch}", "wb") as f:
            np.lib.format.write_array(f, state)


def duplicates(folder):
    """All is read and hashed; what is there only once is read again and written."""
    os.makedirs(f"{folder}/crawl")
    for i in range(100):
        with open(f"{folder}/crawl/{i:04}", "wb") as f:
            f.write(random.Random(i % 70).randbytes(15_000))
    alone("duplicates_run", folder)


def duplicates_run(folder):
    with stage("prepare"):
        seen = {}
        for path in sorted(glob.glob(f"{folder}/crawl/*")):
            with open(path, "rb") as f:
                seen.setdefault(hashlib.sha1(f.read()).hexdigest(), path)
        with gzip.open(f"{folder}/clean", "wb", compresslevel=1) as out:
            for path in seen.values():
                with open(path, "rb") as f:
                    out.write(f.read())


def captions(folder):
    """Pictures, and lines of text under the same names, go into archives."""
    os.makedirs(f"{folder}/i")
    for i in range(80):
        with open(f"{folder}/i/{i}.jpg", "wb") as f:
            f.write(random.randbytes(20_000))
        with open(f"{folder}/i/{i}.txt", "w") as f:
            f.write(f"a picture of {i}")
    alone("captions_run", folder)


def captions_run(folder):
    with stage("prepare"):
        for shard in range(4):
            with tarfile.open(f"{folder}/s{shard}", "w") as out:
                for i in range(shard * 20, shard * 20 + 20):
                    for kind in ("jpg", "txt"):
                        with open(f"{folder}/i/{i}.{kind}", "rb") as f:
                            content = f.read()
                        member = tarfile.TarInfo(f"{i}.{kind}")
                        member.size = len(content)
                        out.addfile(member, io.BytesIO(content))


def offsets(folder):
    """A small index of where lines begin is made by one program; another reads lines by it, in any order."""
    with stage("ingest"), open(f"{folder}/lines", "w") as f:
        for i in range(4000):
            f.write(json.dumps({"id": i, "text": "".join(random.choices("abcdef ", k=random.randrange(50, 400)))}) + "\n")
    alone("offsets_prepare", folder)
    alone("offsets_train", folder)


def offsets_prepare(folder):
    with stage("prepare"):
        begins, at = [], 0
        with open(f"{folder}/lines", "rb") as f:
            for line in f:
                begins.append(at)
                at += len(line)
        np.array(begins).tofile(f"{folder}/begins")


def offsets_train(folder):
    state = numbers(0, 150_000)
    with stage("train"):
        begins = np.fromfile(f"{folder}/begins", np.int64)
        lines = open(f"{folder}/lines", "rb")
    for epoch in range(2):
        with stage("train"):
            for i in np.random.default_rng(epoch).permutation(len(begins)):
                lines.seek(begins[i])
                state[0] += len(json.loads(lines.readline())["text"])
        with stage("checkpoint"):
            np.save(f"{folder}/s{epoch}.npy", state)


def reviews(folder):
    """Many small texts whose names say notes, in two folders."""
    for part in ("good", "bad"):
        os.makedirs(f"{folder}/{part}")
        with stage("ingest"):
            for i in range(50):
                with open(f"{folder}/{part}/{i}_7.txt", "w") as f:
                    f.write("".join(random.choices("abcdefgh ", k=random.randrange(800, 4000))))
    alone("reviews_run", folder)


def reviews_run(folder):
    state = numbers(0, 150_000)
    paths = glob.glob(f"{folder}/*/*.txt")
    for epoch in range(3):
        random.shuffle(paths)
        for path in paths:
            with stage("train"), open(path) as f:
                state[len(f.read()) % 1000] += 1
        with stage("checkpoint"):
            np.savez_compressed(f"{folder}/c{epoch}", state=state)


if __name__ == "__main__":
    random.seed(0)
    globals()[sys.argv[1]](*sys.argv[2:])
