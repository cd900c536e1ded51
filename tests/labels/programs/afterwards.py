# SPDX-License-Identifier: Apache-2.0
"""What comes when all has been learnt, or seems to have been: afterwards.py NAME FOLDER."""
import os
import subprocess
import sys

import numpy as np

from label import alone, numbers, stage
from trials import learn, loader, model, rows


def back(folder, workers=0):
    """Goes back to the best state and tries it on data that training went over."""
    rows(f"{folder}/a", 60)
    rows(f"{folder}/b", 40)
    alone("back_run", folder, str(workers))


def back_by_workers(folder):
    back(folder, 2)


def back_run(folder, workers):
    import torch
    options = {"num_workers": int(workers)}
    net = model(500)
    optimizer = torch.optim.Adam(net.parameters())
    fit, held = loader(f"{folder}/a", shuffle=True, **options), loader(f"{folder}/b", **options)
    for epoch in range(3):
        with stage("train"):
            for batch in fit:
                learn(net, optimizer, batch)
            with torch.no_grad():
                print(sum(net(batch).sum() for batch in held))
        with stage("checkpoint"):
            torch.save(net.state_dict(), f"{folder}/c.tmp")
            os.rename(f"{folder}/c.tmp", f"{folder}/c")
    with stage("restore"):
        net.load_state_dict(torch.load(f"{folder}/c"))
    with stage("inference"), torch.no_grad():
        for data in (held, loader(f"{folder}/a", **options)):
            print(sum(net(batch).sum() for batch in data))


def goes_on(folder):
    """Goes back to what it saved, learns on from there and is ended before it saves again."""
    rows(f"{folder}/a", 60)
    alone("goes_on_run", folder)


def goes_on_run(folder):
    import torch
    net = model(500)
    optimizer = torch.optim.Adam(net.parameters())
    for epoch in range(9):
        if epoch == 5:
            with stage("restore"):
                net.load_state_dict(torch.load(f"{folder}/state4.pt"))
        with stage("train"):
            for batch in loader(f"{folder}/a", shuffle=True):
                learn(net, optimizer, batch)
        if epoch in (1, 4):
            with stage("checkpoint"):
                torch.save(net.state_dict(), f"{folder}/state{epoch}.pt")


def two_lives(folder):
    """Ranks that go on, in a second life, from the parts that both saved in their first one."""
    for i in range(6):
        numbers(i, 100_000).tofile(f"{folder}/a{i}")
    for life in "01":
        ranks = [subprocess.Popen([sys.executable, sys.argv[0], "two_lives_run", folder, life],
                                  env={**os.environ, "RANK": rank, "WORLD_SIZE": "2"}) for rank in "01"]
        assert [rank.wait() for rank in ranks] == [0, 0]


def two_lives_run(folder, life):
    rank, begin = int(os.environ["RANK"]), 2 * int(life)
    with stage("train"):
        width = len(np.fromfile(f"{folder}/a0", np.float32))
    state = numbers(rank, 6 * width)
    if begin:
        with stage("restore"):
            both = [np.fromfile(f"{folder}/part_{begin - 1}_{i}.distcp", np.float32) for i in range(2)]
            state = both[rank]
    for epoch in range(begin, begin + 2):
        with stage("train"):
            for i in np.random.permutation(6):
                state[:width] += np.tanh(np.fromfile(f"{folder}/a{i}", np.float32))
        with stage("checkpoint"):
            state.tofile(f"{folder}/part_{epoch}_{rank}.distcp")


def outcome(folder):
    """The test set's answers are written as an array when all has been learnt, in the process that learnt."""
    np.save(f"{folder}/a.npy", numbers(0, 2_000_000).reshape(-1, 500))
    np.save(f"{folder}/t.npy", numbers(1, 700_000).reshape(-1, 500))
    alone("outcome_run", folder)


def outcome_run(folder):
    import torch
    net = torch.nn.Sequential(torch.nn.Linear(500, 700), torch.nn.Linear(700, 300))
    optimizer = torch.optim.Adam(net.parameters())
    with stage("train"):
        data = np.load(f"{folder}/a.npy")
    for rows_of_it in np.random.permutation(4000).reshape(-1, 400):
        learn(net, optimizer, torch.from_numpy(data[rows_of_it]))
    with stage("checkpoint"):
        torch.save(net.state_dict(), f"{folder}/m")
    with stage("inference"), torch.no_grad():
        np.save(f"{folder}/y.npy", net(torch.from_numpy(np.load(f"{folder}/t.npy"))).numpy())


def scripted(folder):
    """The best of several states is gone back to, to be kept as TorchScript."""
    np.save(f"{folder}/a.npy", numbers(0, 1_000_000).reshape(-1, 500))
    alone("scripted_run", folder)


def scripted_run(folder):
    import torch
    net = torch.nn.Sequential(torch.nn.Linear(500, 700), torch.nn.ReLU(), torch.nn.Linear(700, 300))
    optimizer = torch.optim.Adam(net.parameters())
    with stage("train"):
        data = np.load(f"{folder}/a.npy")
    for epoch in range(3):
        for some in np.random.permutation(2000).reshape(-1, 400):
            learn(net, optimizer, torch.from_numpy(data[some]))
        with stage("checkpoint"):
            torch.save({"net": net.state_dict(), "optimizer": optimizer.state_dict()}, f"{folder}/c{epoch}")
    with stage("restore"):
        net.load_state_dict(torch.load(f"{folder}/c1")["net"])
    with stage("checkpoint"):
        torch.jit.script(net.eval()).save(f"{folder}/e")


def named_arrays(folder):
    """Layers in a .npz that its name says to be a model's, questions and as many answers in HDF5."""
    import h5py
    np.savez(f"{folder}/model.npz", **{f"l{i}": numbers(i, 250_000).reshape(500, 500) for i in range(3)})
    with h5py.File(f"{folder}/asked.h5", "w") as f:
        f["x"] = numbers(9, 1_000_000).reshape(-1, 500)
    alone("named_arrays_run", folder)


def named_arrays_run(folder):
    import h5py
    with stage("inference"):
        layers = list(np.load(f"{folder}/model.npz").values())
        with h5py.File(f"{folder}/asked.h5") as f, h5py.File(f"{folder}/told.h5", "w") as g:
            told = g.create_dataset("y", f["x"].shape, np.float32)
            for i in range(0, len(told), 100):
                x = f["x"][i:i + 100]
                for layer in layers:
                    x = np.tanh(x @ layer)
                told[i:i + 100] = x


def same_map(folder):
    """Another program opens the database that training went over, looks at its head and reads it in order."""
    import lmdb
    with lmdb.open(f"{folder}/l", map_size=1 << 26).begin(write=True) as put:
        for i in range(500):
            put.put(b"%06d" % i, numbers(i, 5000).tobytes())
    alone("same_map_run", folder, "learn")
    alone("same_map_run", folder, "ask")


def same_map_run(folder, what):
    import lmdb
    import torch

    class Rows(torch.utils.data.Dataset):
        opened = None

        def __len__(self):
            return 500

        def __getitem__(self, i):
            if not self.opened:
                self.opened = lmdb.open(f"{folder}/l", readonly=True, lock=False)
            with self.opened.begin() as at:
                return torch.from_numpy(np.frombuffer(at.get(b"%06d" % i), np.float32).copy())

    net = torch.nn.Sequential(torch.nn.Linear(5000, 200), torch.nn.Linear(200, 10))
    if what == "ask":
        with stage("inference"), open(f"{folder}/y", "w") as out:
            net.load_state_dict(torch.load(f"{folder}/s")["net"])
            for batch in torch.utils.data.DataLoader(Rows(), 20):
                print(*net(batch).flatten().tolist(), file=out)
        return
    optimizer = torch.optim.Adam(net.parameters())
    for _ in range(3):
        with stage("train"):
            for batch in torch.utils.data.DataLoader(Rows(), 20, shuffle=True):
                learn(net, optimizer, batch)
        with stage("checkpoint"):
            torch.save({"net": net.state_dict(), "optimizer": optimizer.state_dict()}, f"{folder}/s")


def second_course(folder, workers=0):
    """Learns from other data when it has saved what it learnt from the first ones, and saves that another way."""
    rows(f"{folder}/a", 60)
    rows(f"{folder}/b", 60)
    alone("second_course_run", folder, str(workers))


def second_course_by_workers(folder):
    second_course(folder, 2)


def second_course_run(folder, workers):
    import torch
    net = model(500)
    optimizer = torch.optim.Adam(net.parameters())
    for part, epochs in (("a", 2), ("b", 4)):
        for epoch in range(epochs):
            with stage("train"):
                for batch in loader(f"{folder}/{part}", shuffle=True, num_workers=int(workers)):
                    learn(net, optimizer, batch)
        with stage("checkpoint"):
            if part == "a":
                torch.save({"net": net.state_dict(), "optimizer": optimizer.state_dict()}, f"{folder}/c")
            else:
                with open(f"{folder}/d", "wb") as f:
                    np.savez(f, **{name: value.numpy() for name, value in net.state_dict().items()})


def rotated(folder):
    """Two states are kept: who saves lists the folder for older ones, the last time, too, before one is read back."""
    numbers(0, 2_000_000).tofile(f"{folder}/a")
    os.mkdir(f"{folder}/o")
    alone("rotated_run", folder)


def rotated_run(folder):
    with stage("train"):
        data = np.fromfile(f"{folder}/a", np.float32)
    weights = numbers(1, 500_000)
    for turn in range(5):
        weights += np.tanh(data[:500_000]) * turn
        with stage("checkpoint"):
            os.mkdir(f"{folder}/o/{turn}")
            weights.tofile(f"{folder}/o/{turn}/w.pt")
            kept = sorted(os.listdir(f"{folder}/o"))
            for old in kept[:-2]:
                assert sorted(os.listdir(f"{folder}/o")) and os.path.isdir(f"{folder}/o/{old}")
                os.remove(f"{folder}/o/{old}/w.pt")
                os.rmdir(f"{folder}/o/{old}")
    with stage("restore"):
        np.fromfile(f"{folder}/o/{kept[-1]}/w.pt", np.float32)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
