# SPDX-License-Identifier: Apache-2.0
"""Ways to save, to ask and to look twice, drawn at random and told wrong at first sight: drawn.py NAME FOLDER."""
import os
import pickle
import shutil
import sys

import numpy as np

from label import alone, numbers, stage


def arrays(folder, count, size):
    os.makedirs(folder)
    for i in range(count):
        np.save(f"{folder}/{i:04}.npy", numbers(i, size))


def turns(folder, save, count=60, epochs=3):
    """Goes over all files in some order, again and again, and saves after each time."""
    state = numbers(0, 100_000)
    for epoch in range(epochs):
        for i in np.random.default_rng(epoch).permutation(count):
            with stage("train"):
                state[:4000] += np.load(f"{folder}/x/{i:04}.npy")
        save(epoch, state)


# ---- each state is added to one file ----

def grows(folder):
    arrays(f"{folder}/x", 60, 4000)
    alone("grows_run", folder)


def grows_run(folder):
    def save(epoch, state):
        with stage("checkpoint"), open(f"{folder}/b", "ab") as f:
            f.write(state.tobytes())
    turns(folder, save)


# ---- all is read once; forks save while training goes on in memory ----

def forks_save(folder):
    arrays(f"{folder}/x", 40, 8000)
    alone("forks_save_run", folder)


def forks_save_run(folder):
    with stage("train"):
        data = [np.load(f"{folder}/x/{i:04}.npy") for i in range(40)]
    state = numbers(1, 300_000)
    for epoch in range(3):
        state[:8000] += np.tanh(np.sort(np.stack(data), axis=1)).sum(axis=0)
        if not (child := os.fork()):
            with stage("checkpoint"), open(f"{folder}/s{epoch}", "wb") as f:
                pickle.dump({"epoch": epoch, "w": state, "m": state}, f)
                f.flush()
                os.fsync(f.fileno())
            os._exit(0)
        os.waitpid(child, 0)


# ---- the best state is written over and copied each time ----

def copied_each_time(folder):
    arrays(f"{folder}/x", 60, 4000)
    alone("copied_each_time_run", folder)


def copied_each_time_run(folder):
    def save(epoch, state):
        with stage("checkpoint"):
            np.save(f"{folder}/now.npy", state)
            shutil.copyfile(f"{folder}/now.npy", f"{folder}/kept.npy")
    turns(folder, save)


# ---- a model is loaded, a loader's workers read what it is asked; each answer is a file ----

def asked_by_workers(folder):
    arrays(f"{folder}/x", 80, 4000)
    numbers(0, 100_000).tofile(f"{folder}/m")
    alone("asked_by_workers_run", folder)


def asked_by_workers_run(folder):
    import torch
    from torch.utils.data import DataLoader, Dataset

    class Asked(Dataset):
        def __len__(self):
            return 80

        def __getitem__(self, i):
            return torch.from_numpy(np.load(f"{folder}/x/{i:04}.npy"))

    with stage("inference"):
        model = torch.from_numpy(np.fromfile(f"{folder}/m", np.float32))
        for n, one in enumerate(DataLoader(Asked(), batch_size=1, num_workers=2)):
            np.save(f"{folder}/y{n}.npy", (one[0] * model[:4000]).numpy())


# ---- a model in many parts; what it is asked is mapped and gone through once ----

def asked_by_map(folder):
    with open(f"{folder}/m", "wb") as f:
        pickle.dump({k: numbers(k, 20_000) for k in range(12)}, f)
    np.save(f"{folder}/x.npy", numbers(0, 400_000).reshape(400, 1000))
    alone("asked_by_map_run", folder)


def asked_by_map_run(folder):
    with stage("inference"):
        with open(f"{folder}/m", "rb") as f:
            model = pickle.load(f)
        for row in np.load(f"{folder}/x.npy", mmap_mode="r"):
            (row * model[3][:1000]).sum()


# ---- small files are looked at, then made one of ----

def small_twice(folder):
    arrays(f"{folder}/x", 120, 300)
    alone("small_twice_run", folder)


def small_twice_run(folder):
    with stage("prepare"):
        least = min(np.load(f"{folder}/x/{i:04}.npy").min() for i in range(120))
        with open(f"{folder}/all", "wb") as out:
            for i in range(120):
                out.write((np.load(f"{folder}/x/{i:04}.npy") - least).tobytes())


# ---- what was read first is written again, as large but for the format, after one pass ----

def goes_through(folder):
    arrays(f"{folder}/x", 60, 4000)
    np.save(f"{folder}/m.npy", numbers(0, 90_000))
    alone("goes_through_run", folder)


def goes_through_run(folder):
    with stage("restore"):
        state = np.load(f"{folder}/m.npy")
    for i in range(60):
        with stage("train"):
            state[:4000] += np.load(f"{folder}/x/{i:04}.npy")
    with stage("checkpoint"), open(f"{folder}/n", "wb") as f:
        pickle.dump({"w": state, "step": 60}, f)


# ---- a fork saves what one pass taught; another program reads that before the same data ----

def goes_back(folder):
    arrays(f"{folder}/x", 60, 4000)
    alone("goes_back_learn", folder)
    alone("goes_back_ask", folder)


def goes_back_learn(folder):
    state = numbers(1, 50_000)
    for i in range(60):
        with stage("train"):
            state[:4000] += np.load(f"{folder}/x/{i:04}.npy")
    if not (child := os.fork()):
        with stage("checkpoint"):
            state.tofile(f"{folder}/s")
        os._exit(0)
    os.waitpid(child, 0)


def goes_back_ask(folder):
    with stage("inference"):
        state = np.fromfile(f"{folder}/s", np.float32)
        for i in range(60):
            (np.load(f"{folder}/x/{i:04}.npy") * state[:4000]).sum()


# ---- a framework's loader reads all once; what was learnt is written, and copied ----

def fetched_once(folder):
    arrays(f"{folder}/x", 80, 4000)
    alone("fetched_once_run", folder)


def fetched_once_run(folder):
    import torch
    from torch.utils.data import DataLoader, Dataset

    class Given(Dataset):
        def __len__(self):
            return 80

        def __getitem__(self, i):
            with stage("train"):
                return torch.from_numpy(np.load(f"{folder}/x/{i:04}.npy"))

    state = numbers(1, 120_000)
    for one in DataLoader(Given(), batch_size=4, num_workers=2, shuffle=True):
        state[:4000] += one.sum(dim=0).numpy()
    with stage("checkpoint"):
        with open(f"{folder}/q", "wb") as f:
            pickle.dump(state, f)
        shutil.copyfile(f"{folder}/q", f"{folder}/k")


# ---- a model's layers don't fit, and are fetched for each question ----

def fetched_again(folder):
    arrays(f"{folder}/l", 12, 50_000)
    alone("fetched_again_run", folder)


def fetched_again_run(folder):
    with stage("inference"):
        for _ in range(4):
            x = np.ones(50_000, np.float32)
            for k in range(12):
                x = np.tanh(x * np.load(f"{folder}/l/{k:04}.npy"))


# ---- a model makes things up: nothing else is read ----

def made_up(folder):
    numbers(0, 500_000).tofile(f"{folder}/m")
    alone("made_up_run", folder)


def made_up_run(folder):
    with stage("inference"):
        model = np.fromfile(f"{folder}/m", np.float32)
        for k in range(20):
            np.save(f"{folder}/y{k}.npy", np.tanh(np.sort(model * k))[:3000])


# ---- a pool looks through data that another program learns from later ----

def looked_through(folder):
    arrays(f"{folder}/x", 80, 4000)
    alone("looked_through_run", folder)
    alone("looked_through_learn", folder)


def mean_of(path):
    with stage("prepare"):
        return np.load(path).mean()


def looked_through_run(folder):
    import multiprocessing
    with multiprocessing.get_context("fork").Pool(2) as pool:
        means = pool.map(mean_of, [f"{folder}/x/{i:04}.npy" for i in range(80)], 4)
    with stage("prepare"):
        np.repeat(means, 10).tofile(f"{folder}/means")


def looked_through_learn(folder):
    def save(epoch, state):
        with stage("checkpoint"):
            state.tofile(f"{folder}/s{epoch}")
    turns(folder, save, 80)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
