# SPDX-License-Identifier: Apache-2.0
"""Prepare raw data: JSON lines become one token file, many small files become
tar shards.

The trace shows: files read once from front to back, fewer bytes written than
read, in and out by the same process, and the CPU busy in between.

    python3 etl.py [FOLDER]
"""
import json
import os
import random
import sys
import tarfile
import tempfile

import numpy as np


def make_raw(folder, files=4, lines=800, images=64):
    words = random.Random(0)
    os.makedirs(f"{folder}/images", exist_ok=True)
    for i in range(files):
        with open(f"{folder}/part{i}.jsonl", "w") as f:
            for n in range(lines):
                text = " ".join(f"word{words.randrange(400)}" for _ in range(40))
                f.write(json.dumps({"id": n, "text": text}) + "\n")
    for i in range(images):
        with open(f"{folder}/images/{i:05}.raw", "wb") as f:
            f.write(words.randbytes(12_000))


def tokenise(raw, path):
    vocabulary = {}
    with open(path, "wb") as out:
        for name in sorted(n for n in os.listdir(raw) if n.endswith(".jsonl")):
            with open(f"{raw}/{name}") as f:
                for line in f:
                    tokens = [vocabulary.setdefault(w, len(vocabulary)) for w in json.loads(line)["text"].split()]
                    out.write(np.array(tokens, dtype=np.uint16).tobytes())
    return len(vocabulary)


def undated(entry):
    entry.mtime = 0  # the same input makes the same shard
    return entry


def shard(images, folder, each=32):
    names = sorted(os.listdir(images))
    for start in range(0, len(names), each):
        with tarfile.open(f"{folder}/shard{start // each:03}.tar", "w") as tar:
            for name in names[start:start + each]:
                tar.add(f"{images}/{name}", arcname=name, filter=undated)
    return -(-len(names) // each)


def main(raw, ready):
    os.makedirs(ready, exist_ok=True)
    print(f"{tokenise(raw, ready + '/tokens.bin')} words, {shard(raw + '/images', ready)} shards")


if __name__ == "__main__":
    folder = sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp()
    make_raw(f"{folder}/raw")
    main(f"{folder}/raw", f"{folder}/ready")
