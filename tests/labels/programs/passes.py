# SPDX-License-Identifier: Apache-2.0
"""Who goes over data more than once, for what: passes.py NAME FOLDER."""
import hashlib
import io
import json
import multiprocessing
import os
import pickle
import random
import shutil
import sys
import tarfile

import numpy as np

from label import alone, numbers, stage


def arrays(folder, count, length):
    os.makedirs(f"{folder}/x")
    for i in range(count):
        numbers(i, length).tofile(f"{folder}/x/{i}")


def texts(folder, count):
    os.makedirs(f"{folder}/t")
    for i in range(count):
        with open(f"{folder}/t/{i}.txt", "w") as f:
            f.write(" ".join("".join(random.choices("abcdefgh", k=4)) for _ in range(8000)))


def mapped_cache(folder):
    """Makes an array through memory, then learns from it."""
    arrays(folder, 40, 20_000)
    alone("mapped_cache_run", folder)


def mapped_cache_run(folder):
    with stage("prepare"):
        cache = np.lib.format.open_memmap(f"{folder}/cache.npy", mode="w+", dtype=np.float32, shape=(40, 20_000))
        for i in range(40):
            cache[i] = np.fromfile(f"{folder}/x/{i}", np.float32) * 2
        cache.flush()
        del cache
    state = np.zeros((400, 400), np.float32)
    for epoch in range(3):
        with stage("train"):
            cache = np.load(f"{folder}/cache.npy", mmap_mode="r")
            for i in np.random.default_rng(epoch).permutation(40):
                state[0] += cache[i][:400]
        with stage("checkpoint"):
            np.save(f"{folder}/w{epoch}.npy", state)


def parts(folder):
    """A part of each file, from anywhere in it, twice."""
    arrays(folder, 20, 100_000)
    alone("parts_run", folder)


def parts_run(folder):
    state = np.zeros((300, 300), np.float32)
    for epoch in range(2):
        for i in np.random.default_rng(epoch).permutation(20):
            with stage("train"):
                at = int(np.random.default_rng(epoch * 20 + i).integers(0, 75_000))
                state[0] += np.fromfile(f"{folder}/x/{i}", np.float32, 20_000, offset=4 * at)[:300]
        with stage("checkpoint"):
            state.tofile(f"{folder}/s{epoch}")


def excerpts(folder):
    """Forked readers get excerpts of a few long files, asked for through a queue."""
    arrays(folder, 5, 500_000)
    alone("excerpts_run", folder)


def excerpts_reader(folder, asked, read):
    while (wanted := asked.get()) is not None:
        with stage("train"), open(f"{folder}/x/{wanted[0]}", "rb", buffering=0) as f:
            f.seek(wanted[1])
            read.put(f.read(80_000)[:100])


def excerpts_run(folder):
    context = multiprocessing.get_context("fork")
    asked, read = context.Queue(), context.Queue()
    readers = [context.Process(target=excerpts_reader, args=(folder, asked, read)) for _ in range(2)]
    for reader in readers:
        reader.start()
    state = np.zeros(120_000, np.float32)
    for step in range(60):
        asked.put((random.randrange(5), random.randrange(1_900_000)))
        state[:100] += np.frombuffer(read.get(), np.uint8)
        if step % 20 == 19:
            with stage("checkpoint"):
                np.savez(f"{folder}/step{step}.npz", state=state)
    for _ in readers:
        asked.put(None)
    for reader in readers:
        reader.join()


def counted(folder):
    """Counts words twice, each time for a table of the same size."""
    texts(folder, 24)
    alone("counted_run", folder)


def counted_run(folder):
    with stage("prepare"):
        for k in range(2):
            table = np.zeros(65536, np.float32)
            for i in range(24):
                with open(f"{folder}/t/{i}.txt") as f:
                    for word in f.read().split():
                        table[hash((word, k)) % 65536] += 1
            table.tofile(f"{folder}/table{k}")


def unique(folder):
    """Knows all pages before it writes those that differ."""
    os.makedirs(f"{folder}/p")
    for i in range(60):
        with open(f"{folder}/p/{i}.html", "wb") as f:
            f.write(b"%d" % (i % 40) * 20_000)
    alone("unique_run", folder)


def unique_run(folder):
    os.makedirs(f"{folder}/u")
    with stage("prepare"):
        seen = {}
        for name in sorted(os.listdir(f"{folder}/p")):
            with open(f"{folder}/p/{name}", "rb") as f:
                seen.setdefault(hashlib.md5(f.read()).digest(), name)
        for name in seen.values():
            with open(f"{folder}/p/{name}", "rb") as f, open(f"{folder}/u/{name}", "wb") as out:
                out.write(f.read().replace(b"1", b""))


def standardised(folder):
    """The mean of all, then all without it into one database."""
    arrays(folder, 40, 10_000)
    alone("standardised_run", folder)


def standardised_run(folder):
    import lmdb
    with stage("prepare"):
        mean = np.mean([np.fromfile(f"{folder}/x/{i}", np.float32).mean() for i in range(40)])
        with lmdb.open(f"{folder}/d", map_size=1 << 26) as base, base.begin(write=True) as transaction:
            for i in range(40):
                transaction.put(b"%05d" % i, (np.fromfile(f"{folder}/x/{i}", np.float32) - mean).tobytes())


def clusters(folder):
    """Behind a header, in order, again and again; what came of it is saved at the end."""
    np.save(f"{folder}/points.npy", numbers(0, 1_000_000))
    alone("clusters_run", folder)


def clusters_run(folder):
    centres = np.zeros((1000, 100), np.float32)
    for _ in range(4):
        with stage("train"), open(f"{folder}/points.npy", "rb") as f:
            f.seek(128)
            while block := f.read(200_000):
                centres[:100] += np.frombuffer(block, np.float32).reshape(-1, 100)[:100]
    with stage("checkpoint"):
        np.save(f"{folder}/centres.npy", centres)


def latents(folder):
    """Keeps what it made of each picture as tensors, under names of states."""
    arrays(folder, 50, 6000)
    alone("latents_make", folder)
    alone("latents_run", folder)


def latents_make(folder):
    import torch
    os.makedirs(f"{folder}/l")
    with stage("prepare"):
        for i in range(50):
            torch.save(torch.from_numpy(np.fromfile(f"{folder}/x/{i}", np.float32))[::2].clone(), f"{folder}/l/{i}.pt")


def latents_run(folder):
    import torch
    from torch.utils.data import DataLoader

    class Latents:
        def __len__(self):
            return 50

        def __getitem__(self, i):
            return torch.load(f"{folder}/l/{i}.pt")

    net = torch.nn.Linear(3000, 60)
    for epoch in range(2):
        with stage("train"):
            for batch in DataLoader(Latents(), batch_size=5, shuffle=True):
                net(batch).sum().backward()
        with stage("checkpoint"):
            torch.save(net.state_dict(), f"{folder}/net{epoch}.pt")


def mixture(folder):
    """Three streams in turns, once; saves more than it has read since the last time."""
    for k in range(3):
        with open(f"{folder}/{k}.jsonl", "w") as f:
            f.write(('{"t": "' + "z" * 390 + '"}\n') * 2500)
    alone("mixture_run", folder)


def mixture_run(folder):
    state = np.zeros(150_000, np.float32)
    with stage("train"):
        streams = [open(f"{folder}/{k}.jsonl") for k in range(3)]
    for step in range(1, 301):
        with stage("train"):
            for _ in range(8):
                state[0] += len(random.choices(streams, [5, 3, 2])[0].readline())
        if step % 60 == 0:
            with stage("checkpoint"), open(f"{folder}/it{step:06}", "wb") as f:
                f.write(state.tobytes())
                f.write(state.tobytes())


def unpacked(folder):
    """Copies an archive near by, then unpacks it."""
    with tarfile.open(f"{folder}/far.tar", "w") as archive:
        for i in range(50):
            member = tarfile.TarInfo(f"s/{i}")
            member.size = 40_000
            archive.addfile(member, io.BytesIO(random.randbytes(40_000)))
    alone("unpacked_run", folder)


def unpacked_run(folder):
    os.makedirs(f"{folder}/near")
    with stage("ingest"):
        shutil.copyfile(f"{folder}/far.tar", f"{folder}/near/far.tar")
    with stage("prepare"), tarfile.open(f"{folder}/near/far.tar") as archive:
        archive.extractall(f"{folder}/near")


def one_each(folder):
    """A program for each file, one after the other."""
    arrays(folder, 12, 30_000)
    os.makedirs(f"{folder}/y")
    for i in range(12):
        alone("one_each_run", folder, str(i))


def one_each_run(folder, i):
    with stage("prepare"):
        np.fromfile(f"{folder}/x/{i}", np.float32)[::2].tofile(f"{folder}/y/{i}")


def capitals(block):
    return "".join(line.upper() for line in block)


def lines_by_pool(folder):
    """Reads text, has others work on it, and writes text."""
    with open(f"{folder}/raw.txt", "w") as f:
        for _ in range(12_000):
            f.write("".join(random.choices("abcdef ", k=120)) + "\n")
    alone("lines_by_pool_run", folder)


def lines_by_pool_run(folder):
    with stage("prepare"), multiprocessing.get_context("fork").Pool(2) as pool:
        with open(f"{folder}/raw.txt") as f, open(f"{folder}/out.txt", "w") as out:
            out.writelines(pool.imap(capitals, iter(lambda: f.readlines(65536), [])))


def verified(folder):
    """Copies a folder, then reads the copies once, to see that they are whole."""
    arrays(folder, 30, 20_000)
    alone("verified_run", folder)


def verified_run(folder):
    with stage("ingest"):
        shutil.copytree(f"{folder}/x", f"{folder}/y")
        for i in np.random.default_rng(0).permutation(30):
            with open(f"{folder}/y/{i}", "rb") as f:
                hashlib.sha256(f.read())


def boosted(folder):
    """Reads a table once; its model, in text, has more trees each time."""
    np.savetxt(f"{folder}/table.csv", np.random.default_rng(0).standard_normal((2000, 20)), delimiter=",")
    alone("boosted_run", folder)


def boosted_run(folder):
    with stage("train"):
        table = np.loadtxt(f"{folder}/table.csv", delimiter=",")
    trees = []
    for turn in range(100):
        np.sort(table, axis=0)
        trees.append(np.random.default_rng(turn).standard_normal(200).tolist())
        if turn % 20 == 19:
            with stage("checkpoint"), open(f"{folder}/model{turn}.json", "w") as f:
                json.dump(trees, f)


def head(folder):
    """Small states to one name as often as they are better, from a table that is read once."""
    np.savez(f"{folder}/table.npz", x=numbers(0, 400_000))
    alone("head_run", folder)


def head_run(folder):
    with stage("train"):
        table = np.load(f"{folder}/table.npz")["x"]
    for turn in range(5):
        np.sort(table)
        with stage("checkpoint"), open(f"{folder}/best", "wb") as f:
            pickle.dump(np.full(20_000, turn, np.float32), f)


if __name__ == "__main__":
    random.seed(0)
    globals()[sys.argv[1]](*sys.argv[2:])
