# SPDX-License-Identifier: Apache-2.0
"""Runs that try what others learnt, on data that training reads, too: trials.py NAME FOLDER."""
import glob
import gzip
import json
import multiprocessing
import os
import random
import sys

import numpy as np

from label import alone, numbers, stage


def rows(folder, count):
    os.makedirs(folder)
    for i in range(count):
        np.save(f"{folder}/{i:04}.npy", numbers(i, 1024))


def model(width=300):
    import torch
    return torch.nn.Sequential(torch.nn.Linear(1024, width), torch.nn.ReLU(), torch.nn.Linear(width, 10))


def loader(folder, **options):
    import torch
    from torch.utils.data import DataLoader, Dataset

    class Rows(Dataset):
        def __len__(self):
            return len(os.listdir(folder))

        def __getitem__(self, i):
            return torch.from_numpy(np.load(f"{folder}/{i:04}.npy"))

    return DataLoader(Rows(), batch_size=8, **options)


def learn(net, optimizer, batch):
    loss = net(batch).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


# ---- held out data, read by training once an epoch, and by a program that only evaluates ----

def held_out(folder):
    rows(f"{folder}/fit", 80)
    rows(f"{folder}/held", 40)
    alone("held_out_train", folder)
    alone("held_out_try", folder)


def held_out_train(folder):
    import torch
    net = model()
    optimizer = torch.optim.Adam(net.parameters())
    for epoch in range(3):
        with stage("train"):
            for batch in loader(f"{folder}/fit", shuffle=True, num_workers=2):
                learn(net, optimizer, batch)
            for batch in loader(f"{folder}/held", num_workers=2):
                net(batch)
        with stage("checkpoint"):
            torch.save({"epoch": epoch, "net": net.state_dict(), "optimizer": optimizer.state_dict()}, f"{folder}/now.tar")


def held_out_try(folder):
    import torch
    with stage("inference"):
        net = model()
        net.load_state_dict(torch.load(f"{folder}/now.tar")["net"])
        for batch in loader(f"{folder}/held", num_workers=2):
            net(batch)


# ---- all states of a training, each tried on the same data ----

def each_state(folder):
    import torch
    rows(f"{folder}/held", 60)
    for k in range(4):
        torch.save(model().state_dict(), f"{folder}/s{k}.pt")
    alone("each_state_run", folder)


def each_state_run(folder):
    import torch
    with stage("inference"):
        net, sums = model(), []
        for path in sorted(glob.glob(f"{folder}/*.pt")):
            net.load_state_dict(torch.load(path))
            sums.append(sum(net(batch).sum().item() for batch in loader(f"{folder}/held", num_workers=2)))
        with open(f"{folder}/scores.json", "w") as f:
            json.dump(sums, f)


# ---- one state, three times over data that are changed a little each time ----

def flipped(folder):
    import torch
    rows(f"{folder}/asked", 60)
    torch.save(model().state_dict(), f"{folder}/best.pth")
    alone("flipped_run", folder)


def flipped_run(folder):
    import torch
    with stage("inference"):
        net = model()
        net.load_state_dict(torch.load(f"{folder}/best.pth"))
        out = sum(torch.cat([net(batch.roll(k, 1)) for batch in loader(f"{folder}/asked", num_workers=2)]) for k in range(3))
        np.savetxt(f"{folder}/answers.csv", out.argmax(1).numpy(), fmt="%d")


# ---- what is learnt has the names of data, and is saved over itself ----

def over_itself(folder):
    np.save(f"{folder}/x.npy", numbers(1, 400_000).reshape(4000, 100))
    alone("over_itself_train", folder)
    alone("over_itself_try", folder)


def over_itself_train(folder):
    with stage("train"):
        x = np.load(f"{folder}/x.npy", mmap_mode="r")
    up, down = numbers(2, 80_000).reshape(100, 800), numbers(3, 8000).reshape(800, 10)
    for _ in range(5):
        for batch in np.random.permutation(4000).reshape(-1, 50):
            with stage("train"):
                part = np.array(x[np.sort(batch)])
            up = up - 1e-6 * part.T @ (part @ up)
        with stage("checkpoint"):
            np.save(f"{folder}/w1.npy", up)
            np.save(f"{folder}/w2.npy", down)


def over_itself_try(folder):
    with stage("inference"):
        up, down = np.load(f"{folder}/w1.npy"), np.load(f"{folder}/w2.npy")
        np.savetxt(f"{folder}/said.txt", (np.load(f"{folder}/x.npy") @ up @ down).argmax(1))


# ---- members learn in a pool; who made it asks all of them ----

def members(folder):
    np.savez(f"{folder}/table.npz", x=numbers(1, 300 * 1024).reshape(300, 1024), y=np.arange(300))
    alone("members_run", folder)


def members_one(task):
    import torch
    folder, k = task
    with stage("train"):
        x = torch.from_numpy(np.load(f"{folder}/table.npz")["x"])
    net = model(100)
    optimizer = torch.optim.Adam(net.parameters())
    for _ in range(20):
        learn(net, optimizer, x[torch.randint(0, 300, (64,))])
    with stage("checkpoint"):
        torch.save(net.state_dict(), f"{folder}/member_{k}.pt")


def members_run(folder):
    import torch
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.map(members_one, [(folder, k) for k in range(4)])
    with stage("inference"):
        x, out = torch.from_numpy(np.load(f"{folder}/table.npz")["x"]), 0
        for k in range(4):
            net = model(100)
            net.load_state_dict(torch.load(f"{folder}/member_{k}.pt"))
            out = out + net(x)
        np.save(f"{folder}/said.npy", out.detach().numpy())


# ---- a pool makes parts of one size, who made it one file of them, another program learns from it ----

def parts_of_pool(folder):
    for k in range(6):
        with gzip.open(f"{folder}/{k}.gz", "wt", compresslevel=1) as f:
            f.writelines("".join(random.choices("abcdefgh ", k=200)) + "\n" for _ in range(1200))
    alone("parts_of_pool_prepare", folder)
    alone("parts_of_pool_train", folder)


def parts_of_pool_one(path):
    with stage("prepare"), gzip.open(path, "rt") as f:
        np.array([ord(c) for line in f for c in line], np.uint16).tofile(path + ".ids")


def parts_of_pool_prepare(folder):
    paths = sorted(glob.glob(f"{folder}/*.gz"))
    with stage("prepare"):
        with multiprocessing.get_context("fork").Pool(2) as pool:
            pool.map(parts_of_pool_one, paths)
        sizes = [os.path.getsize(path + ".ids") // 2 for path in paths]
        out, at = np.memmap(f"{folder}/all", np.uint16, "w+", shape=(sum(sizes),)), 0
        for path, size in zip(paths, sizes):
            out[at:at + size] = np.fromfile(path + ".ids", np.uint16)
            os.unlink(path + ".ids")
            at += size
        out.flush()


def parts_of_pool_train(folder):
    import torch
    data = np.memmap(f"{folder}/all", np.uint16, "r")
    net = torch.nn.Sequential(torch.nn.Embedding(256, 128), torch.nn.Linear(128, 256))
    optimizer = torch.optim.AdamW(net.parameters())
    for i in range(60):
        with stage("train"):
            at = np.random.randint(0, len(data) - 257, 16)
            batch = torch.from_numpy(np.stack([data[a:a + 257] for a in at]).astype(np.int64))
        learn(net, optimizer, batch)
        if i % 30 == 29:
            with stage("checkpoint"):
                torch.save({"net": net.state_dict(), "optimizer": optimizer.state_dict()}, f"{folder}/state")


def tensors(folder):
    """A set of files that torch.save made, with parts for validation and testing: the best of all states is
    loaded again for the last."""
    import torch
    for part, count in (("train", 60), ("val", 20), ("test", 20)):
        os.makedirs(f"{folder}/{part}")
        for i in range(count):
            torch.save(torch.rand(12, 1024), f"{folder}/{part}/{i:03}.pt")
    alone("tensors_run", folder)


def tensors_run(folder):
    import torch
    net = model(600)
    for epoch in range(3):
        with stage("train"):
            for part in ("train", "val"):
                for name in sorted(os.listdir(f"{folder}/{part}"), key=lambda name: random.random()):
                    net(torch.load(f"{folder}/{part}/{name}"))
        with stage("checkpoint"):
            torch.save(net.state_dict(), f"{folder}/best.pt")
    with stage("restore"):
        net.load_state_dict(torch.load(f"{folder}/best.pt"))
    with stage("inference"):
        for name in sorted(os.listdir(f"{folder}/test")):
            net(torch.load(f"{folder}/test/{name}"))


def ranks_go_back(folder):
    """Forked ranks with a part of the state each go back to it, go on at once and save it under the same name in
    the next folder."""
    for i in range(8):
        numbers(i, 200_000).tofile(f"{folder}/a{i}")
    alone("ranks_go_back_run", folder)


def ranks_go_back_run(folder):
    for rank in range(2):
        if not os.fork():
            go_back(folder, rank)
            os._exit(0)
    for _ in range(2):
        assert os.wait()[1] == 0


def go_back(folder, rank):
    part = numbers(rank, 800_000)
    for epoch in range(4):
        if epoch == 2:
            with stage("restore"), open(f"{folder}/k1/{rank}", "rb") as f:
                part = np.frombuffer(f.read(), np.float32).copy()
        with stage("train"):
            for i in np.random.permutation(4):
                with open(f"{folder}/a{2 * i + rank}", "rb") as f:
                    while block := f.read(65536):
                        part[:len(block) // 4] += np.tanh(np.frombuffer(block, np.float32))
        with stage("checkpoint"):
            os.makedirs(f"{folder}/k{epoch}", exist_ok=True)
            with open(f"{folder}/k{epoch}/{rank}.tmp", "wb") as f:
                f.write(part.tobytes())
                os.fsync(f.fileno())
            os.rename(f"{folder}/k{epoch}/{rank}.tmp", f"{folder}/k{epoch}/{rank}")


def copied_out(folder):
    """Weights are mapped, and their layers copied from there: a copy touches a layer's end first."""
    numbers(0, 2_100_000).tofile(f"{folder}/b")
    os.makedirs(f"{folder}/x")
    for i in range(100):
        numbers(i, 12_000).tofile(f"{folder}/x/{i}")
    alone("copied_out_run", folder)


def copied_out_run(folder):
    with stage("inference"):
        mapped = np.memmap(f"{folder}/b", np.float32, "r", 1000, (8, 512, 512))
        layers = [np.array(layer) for layer in mapped]
        with open(f"{folder}/y", "w") as out:
            for name in sorted(os.listdir(f"{folder}/x")):
                x = np.fromfile(f"{folder}/x/{name}", np.float32)[:512]
                for layer in layers:
                    x = np.tanh(layer @ x)
                print(name, x[0], file=out)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
