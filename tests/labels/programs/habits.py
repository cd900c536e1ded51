# SPDX-License-Identifier: Apache-2.0
"""Runs that begin from a model, try settings, lack memory or look again, under names that say nothing: habits.py NAME FOLDER."""
import io
import json
import multiprocessing
import os
import pickle
import random
import shutil
import subprocess
import sys
import tarfile
import threading

import numpy as np

from label import alone, numbers, stage


def noise(folder, count, size):
    os.makedirs(folder)
    for i in range(count):
        with open(f"{folder}/{i}", "wb") as f:
            f.write(random.randbytes(size))


def frozen(folder):
    """A large encoder stays as it is; a head of a few bytes is learnt, and saved each time."""
    os.makedirs(f"{folder}/x")
    for i in range(70):
        numbers(i, 3000).tofile(f"{folder}/x/{i}")
    numbers(0, 600_000).tofile(f"{folder}/encoder")
    alone("frozen_run", folder)


def frozen_run(folder):
    with stage("restore"):
        encoder = np.fromfile(f"{folder}/encoder", np.float32).reshape(200, 3000)
    head = np.zeros((200, 5), np.float32)
    for epoch in range(3):
        for i in np.random.default_rng(epoch).permutation(70):
            with stage("train"):
                x = np.fromfile(f"{folder}/x/{i}", np.float32)
            head[:, 0] += encoder @ x
        with stage("checkpoint"):
            head.tofile(f"{folder}/h{epoch}")


def features_kept(folder):
    """What an encoder makes of each file is kept in memory; once all is read a small head is learnt and saved."""
    import torch
    noise(f"{folder}/x", 90, 12_288)
    torch.save(torch.nn.Linear(3072, 256).state_dict(), f"{folder}/encoder")
    alone("features_kept_run", folder)


def features_kept_run(folder):
    import torch
    encoder, head, features = torch.nn.Linear(3072, 256), torch.nn.Linear(256, 10), []
    with stage("restore"):
        encoder.load_state_dict(torch.load(f"{folder}/encoder"))
    for i in range(90):
        with stage("train"):
            x = np.fromfile(f"{folder}/x/{i}", np.uint8)[:3072].astype(np.float32)
        with torch.no_grad():
            features.append(encoder(torch.from_numpy(x)))
    optimizer = torch.optim.SGD(head.parameters(), lr=0.01)
    for _ in range(20):
        optimizer.zero_grad()
        head(torch.stack(features)).square().mean().backward()
        optimizer.step()
    with stage("checkpoint"):
        torch.save(head.state_dict(), f"{folder}/head")


def search(folder):
    """A program for each setting reads the one table and keeps its state; the best is copied."""
    numbers(0, 300_000).tofile(f"{folder}/table")
    for k in range(6):
        alone("search_try", folder, str(k))
    alone("search_pick", folder)


def search_try(folder, k):
    os.makedirs(f"{folder}/try{k}")
    with stage("train"):
        table = np.fromfile(f"{folder}/table", np.float32)
    state = np.tanh(np.sort(table)[:30_000])
    with stage("checkpoint"):
        state.tofile(f"{folder}/try{k}/best")
    with open(f"{folder}/results.txt", "a") as f:
        f.write(f"{k} {random.random()}\n")


def search_pick(folder):
    with open(f"{folder}/results.txt") as f:
        best = min(f, key=lambda line: float(line.split()[1])).split()[0]
    with stage("checkpoint"):
        shutil.copyfile(f"{folder}/try{best}/best", f"{folder}/best")


def spilled(folder):
    """Answers by a model; what it needs again goes to a file for which there is no memory."""
    numbers(0, 900_000).tofile(f"{folder}/model")
    with open(f"{folder}/asked", "w") as f:
        for _ in range(60):
            f.write("".join(random.choices("abc def", k=150)) + "\n")
    alone("spilled_run", folder)


def spilled_run(folder):
    with stage("inference"):
        model = np.fromfile(f"{folder}/model", np.float32)
        with open(f"{folder}/asked") as f:
            asked = f.readlines()
        with open(f"{folder}/room", "w+b", buffering=0) as room, open(f"{folder}/said", "w") as out:
            for n, line in enumerate(asked):
                os.pwrite(room.fileno(), model[n:n + 4000].tobytes(), n * 16_000)
                for _ in range(3):
                    again = os.pread(room.fileno(), 16_000, random.randrange(n + 1) * 16_000)
                out.write(f"{line[:20]} {len(again)}\n")


def packed(folder):
    """Threads pack pictures and texts; another program looks at what the archives have inside."""
    os.makedirs(f"{folder}/x")
    for i in range(120):
        with open(f"{folder}/x/{i}", "wb") as f:
            f.write(random.randbytes(random.randrange(8_000, 16_000)))
    alone("packed_run", folder)
    alone("packed_look", folder)


def pack(folder, k):
    with stage("prepare"), tarfile.open(f"{folder}/out/{k}", "w") as archive:
        for i in range(k, 120, 4):
            with open(f"{folder}/x/{i}", "rb") as f:
                picture = f.read()
            for kind, data in (("jpg", picture), ("txt", f"picture {i}".encode())):
                member = tarfile.TarInfo(f"{i}.{kind}")
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))


def packed_run(folder):
    os.makedirs(f"{folder}/out")
    threads = [threading.Thread(target=pack, args=(folder, k)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def packed_look(folder):
    sizes = []
    with stage("prepare"):
        for k in range(4):
            with tarfile.open(f"{folder}/out/{k}") as archive:
                sizes += [member.size for member in archive]
    with open(f"{folder}/sizes.json", "w") as f:
        json.dump(sizes, f)


def binned(folder):
    """A table of text becomes one of small numbers, by columns; each tree is made of those, and each state has more trees."""
    np.savetxt(f"{folder}/raw.csv", np.random.default_rng(0).standard_normal((4000, 30)), delimiter=",")  # opens it twice
    alone("binned_run", folder)


def binned_run(folder):
    with stage("prepare"):
        (np.loadtxt(f"{folder}/raw.csv", delimiter=",") * 10).astype(np.int16).T.tofile(f"{folder}/bins")
    trees = []
    for turn in range(12):
        with open(f"{folder}/bins", "rb") as f:
            for column in range(30):
                with stage("train"):
                    f.seek(column * 8000)
                    values = np.frombuffer(f.read(8000), np.int16)
        trees.append(values.astype(np.float32))
        if turn % 4 == 3:
            with stage("checkpoint"), open(f"{folder}/forest{turn}", "wb") as f:
                pickle.dump(trees, f)


def answers_by_batch(folder):
    """A loader's workers read what is asked; what a model says of each batch is kept as tensors."""
    import torch
    os.makedirs(f"{folder}/asked")
    os.makedirs(f"{folder}/said")
    for i in range(64):
        numbers(i, 3000).tofile(f"{folder}/asked/{i}")
    torch.save(torch.nn.Linear(3000, 400).state_dict(), f"{folder}/model")
    alone("answers_by_batch_run", folder)


def answers_by_batch_run(folder):
    import torch
    from torch.utils.data import DataLoader, Dataset

    class Asked(Dataset):
        def __len__(self):
            return 64

        def __getitem__(self, i):
            return torch.from_numpy(np.fromfile(f"{folder}/asked/{i}", np.float32))

    with stage("inference"), torch.no_grad():
        model = torch.nn.Linear(3000, 400)
        model.load_state_dict(torch.load(f"{folder}/model"))
        for n, batch in enumerate(DataLoader(Asked(), batch_size=8, num_workers=2)):
            torch.save(model(batch), f"{folder}/said/{n}.pt")


def parts_by_memory(folder):
    """Forks of a pool write their rows of one array through memory, one after the other."""
    os.makedirs(f"{folder}/x")
    for i in range(32):
        with open(f"{folder}/x/{i}", "w") as f:
            f.write("".join(random.choices("abcdef ", k=50_000)))
    alone("parts_by_memory_run", folder)


def fill_part(folder, k):
    with stage("prepare"):
        out = np.memmap(f"{folder}/rows", np.uint16, "r+", shape=(32, 50_000))
        for i in range(k, 32, 2):
            with open(f"{folder}/x/{i}", "rb") as f:
                out[i] = np.frombuffer(f.read(), np.uint8)
        out.flush()


def parts_by_memory_run(folder):
    with stage("prepare"):
        np.memmap(f"{folder}/rows", np.uint16, "w+", shape=(32, 50_000)).flush()
        for k in range(2):
            fork = multiprocessing.get_context("fork").Process(target=fill_part, args=(folder, k))
            fork.start()
            fork.join()


def decoded(folder):
    """A program for each file decodes it into a pipe; what comes of that is written."""
    noise(f"{folder}/x", 40, 50_000)
    alone("decoded_run", folder)


def decoded_run(folder):
    os.makedirs(f"{folder}/y")
    with stage("prepare"):
        for i in range(40):
            sound = subprocess.run(["cat", f"{folder}/x/{i}"], stdout=subprocess.PIPE, check=True).stdout
            with open(f"{folder}/y/{i}", "wb") as f:
                f.write(sound[::2])


def normalised(folder):
    """A pool makes features of sounds; their mean is known when all are read, then each is read and written again."""
    noise(f"{folder}/x", 40, 40_000)
    alone("normalised_run", folder)


def features_of(folder, i):
    with stage("prepare"):
        np.save(f"{folder}/y/{i}.npy", np.fromfile(f"{folder}/x/{i}", np.int16).reshape(-1, 4).mean(axis=1))


def normalised_run(folder):
    os.makedirs(f"{folder}/y")
    with stage("prepare"):
        with multiprocessing.get_context("fork").Pool(2) as pool:
            pool.starmap(features_of, [(folder, i) for i in range(40)])
        mean = np.mean([np.load(f"{folder}/y/{i}.npy").mean() for i in range(40)])
        for i in range(40):
            np.save(f"{folder}/y/{i}.npy", np.load(f"{folder}/y/{i}.npy") - mean)


if __name__ == "__main__":
    random.seed(0)
    globals()[sys.argv[1]](*sys.argv[2:])
