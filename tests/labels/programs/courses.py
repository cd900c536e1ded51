# SPDX-License-Identifier: Apache-2.0
"""Several states in one process, and data that it makes for itself, under names that say nothing: courses.py NAME FOLDER."""
import os
import pickle
import random
import sys

import numpy as np

from label import alone, numbers, stage
from trials import learn, loader, model, rows


def folds(folder, workers=0, kept="f{}"):
    """Each part is held out once: what is learnt from the others is tried on it, then the next one is begun."""
    rows(f"{folder}/x", 75)
    alone("folds_run", folder, str(workers), kept)


def folds_by_workers(folder):
    folds(folder, 2)


def folds_over(folder):
    """The best state of each part takes the place of the one before."""
    folds(folder, 0, "best")


def folds_run(folder, workers, kept):
    import torch
    from torch.utils.data import Subset
    parts = np.array_split(np.random.default_rng(0).permutation(75), 5)
    data = loader(f"{folder}/x").dataset

    def some(indices, **options):
        return torch.utils.data.DataLoader(Subset(data, list(indices)), 8, num_workers=int(workers), **options)

    for k, held in enumerate(parts):
        net = model(500)
        optimizer = torch.optim.Adam(net.parameters())
        with stage("train"):
            for _ in range(3):
                for batch in some(np.setdiff1d(np.arange(75), held), shuffle=True):
                    learn(net, optimizer, batch)
        with stage("checkpoint"):
            torch.save(net.state_dict(), f"{folder}/{kept.format(k)}")
        with stage("restore"):
            net.load_state_dict(torch.load(f"{folder}/{kept.format(k)}"))
        with stage("inference"), torch.no_grad():
            print(sum(net(batch).sum() for batch in some(held)))


def trials_of_one_set(folder):
    """Settings are tried one after the other, each on a set that none learns from."""
    rows(f"{folder}/a", 40)
    rows(f"{folder}/b", 20)
    alone("trials_of_one_set_run", folder)


def trials_of_one_set_run(folder):
    import torch
    for k in range(4):
        net = model(400 + 100 * k)
        optimizer = torch.optim.Adam(net.parameters())
        with stage("train"):
            for _ in range(3):
                for batch in loader(f"{folder}/a", shuffle=True):
                    learn(net, optimizer, batch)
        with stage("checkpoint"):
            torch.save(net.state_dict(), f"{folder}/s{k}")
        with stage("restore"):
            net.load_state_dict(torch.load(f"{folder}/s{k}"))
        with stage("inference"), torch.no_grad():
            print(sum(net(batch).sum() for batch in loader(f"{folder}/b")))


def exported(folder):
    """Goes back to one of its states, keeps that in two other ways, and tries it on data that it learnt from."""
    rows(f"{folder}/a", 50)
    rows(f"{folder}/b", 25)
    alone("exported_run", folder)


def exported_run(folder):
    import torch
    net = model(500)
    optimizer = torch.optim.Adam(net.parameters())
    for epoch in range(3):
        with stage("train"):
            for batch in loader(f"{folder}/a", shuffle=True):
                learn(net, optimizer, batch)
            for batch in loader(f"{folder}/b"):
                net(batch)
        with stage("checkpoint"):
            torch.save(net.state_dict(), f"{folder}/e{epoch}")
    with stage("restore"):
        net.load_state_dict(torch.load(f"{folder}/e1"))
    with stage("checkpoint"):
        torch.save(net.half().state_dict(), f"{folder}/h")
        torch.jit.script(net.float()).save(f"{folder}/j")
    with stage("inference"), torch.no_grad():
        print(sum(net(batch).sum() for batch in loader(f"{folder}/b", num_workers=2)))
        print(sum(net(batch).sum() for batch in loader(f"{folder}/a")))


def warm(folder):
    """Goes back to its best state, keeps it under another name and learns on from there."""
    rows(f"{folder}/a", 50)
    alone("warm_run", folder)


def warm_run(folder):
    import torch
    net = model(500)
    optimizer = torch.optim.Adam(net.parameters())
    for epoch in range(8):
        if epoch == 4:
            with stage("restore"):
                net.load_state_dict(torch.load(f"{folder}/e2"))
            with stage("checkpoint"):
                torch.save(net.state_dict(), f"{folder}/best")
        with stage("train"):
            for batch in loader(f"{folder}/a", shuffle=True):
                learn(net, optimizer, batch)
        if epoch < 4 or epoch == 7:
            with stage("checkpoint"):
                torch.save(net.state_dict(), f"{folder}/e{epoch}")


def told(folder):
    """Makes numbers of a text, learns from them and goes back to what it saved to tell something."""
    random.seed(0)
    with open(f"{folder}/t", "w") as f:
        f.write("".join(random.choices("abcdefgh ", k=1_600_000)))
    alone("told_run", folder)


def told_run(folder):
    import torch
    with stage("prepare"):
        with open(f"{folder}/t", "rb") as f:
            text = np.frombuffer(f.read(), np.uint8).astype(np.uint16)
        text[:1_400_000].tofile(f"{folder}/u")
        text[1_400_000:].tofile(f"{folder}/v")
    net = torch.nn.Linear(64, 400)
    optimizer = torch.optim.Adam(net.parameters())
    for step in range(300):
        with stage("train"):
            tokens = np.memmap(f"{folder}/{'uv'[step % 10 == 9]}", np.uint16, "r")
            rows_of_it = [tokens[i:i + 64] for i in np.random.randint(0, len(tokens) - 64, 16)]
            batch = torch.from_numpy(np.stack(rows_of_it).astype(np.float32))
        learn(net, optimizer, batch)
        if step % 100 == 99:
            with stage("checkpoint"):
                torch.save({"net": net.state_dict(), "optimizer": optimizer.state_dict()}, f"{folder}/w")
    with stage("restore"):
        net.load_state_dict(torch.load(f"{folder}/w")["net"])
    with stage("inference"), open(f"{folder}/y", "w") as f:
        for _ in range(500):
            f.write(f"{net(torch.randn(64)).argmax().item()} ")


def layers_each_time(folder):
    """All is in memory; each epoch's layers go into a file of HDF5, and the last one is read back."""
    with open(f"{folder}/d", "wb") as f:
        np.savez(f, x=numbers(0, 1_000_000).reshape(-1, 500))
    alone("layers_each_time_run", folder)


def layers_each_time_run(folder):
    import h5py
    with stage("train"):
        x = np.load(f"{folder}/d")["x"]
    layers = [numbers(k, 150_000).reshape(500, 300) for k in range(2)]
    for epoch in range(4):
        for layer in layers:
            layer += np.tanh(x.T @ (x @ layer)) / 1000
        with stage("checkpoint"), h5py.File(f"{folder}/w{epoch}", "w") as f:
            for k, layer in enumerate(layers):
                f.create_group(f"g{k}")["w"] = layer
    with stage("restore"), h5py.File(f"{folder}/w3") as f:
        layers = [f[f"g{k}/w"][:] for k in range(2)]


def fitted(folder):
    """A table of text, then a library's trees that are pickled; another program asks them about another table."""
    for name, count in (("p", 3000), ("q", 2000)):
        np.savetxt(f"{folder}/{name}", np.random.default_rng(0).standard_normal((count, 20)), fmt="%.4f")
    lib = os.path.join(os.getcwd(), "lib")
    os.makedirs(f"{lib}/sklearn/ensemble")
    for part in ("", "ensemble/"):
        with open(f"{lib}/sklearn/{part}__init__.py", "w") as f:
            f.write("def trees(x):\n    return [x[:100] * k for k in range(40)]\n")
    alone("fitted_run", folder, PYTHONPATH=lib)
    alone("fitted_use", folder, PYTHONPATH=lib)


def fitted_run(folder):
    import sklearn.ensemble
    with stage("train"):
        table = np.loadtxt(f"{folder}/p")
    trees = sklearn.ensemble.trees(table)
    with stage("checkpoint"), open(f"{folder}/r", "wb") as f:
        pickle.dump(trees, f)


def fitted_use(folder):
    with stage("inference"):
        with open(f"{folder}/r", "rb") as f:
            trees = pickle.load(f)
        table = np.loadtxt(f"{folder}/q")
        np.savetxt(f"{folder}/s", table * trees[1][0], fmt="%.4f")


def parts_each_time(folder):
    """All parts are read whole in their order, for each state that is learnt."""
    for i in range(5):
        np.savez(f"{folder}/part{i}.npz", x=numbers(i, 180_000).reshape(-1, 600))
    alone("parts_each_time_run", folder)


def parts_each_time_run(folder):
    import torch
    for turn in range(5):
        net = torch.nn.Linear(600, 120)
        optimizer = torch.optim.Adam(net.parameters())
        with stage("train"):
            parts = [torch.from_numpy(np.load(f"{folder}/part{i}.npz")["x"]) for i in range(5)]
        for part in parts:
            learn(net, optimizer, part)
        with stage("checkpoint"):
            torch.save(net.state_dict(), f"{folder}/turn{turn}.pt")


def encoded(folder):
    """A table of text, an array of its bytes and what is learnt from that: together as large as the text."""
    with open(f"{folder}/a.jsonl", "w") as f:
        for i in range(5000):
            f.write('{"q": "' + "abcdefg "[i % 8] * 166 + '"}\n')
    alone("encoded_run", folder)


def encoded_run(folder):
    import torch
    with stage("prepare"):
        with open(f"{folder}/a.jsonl") as f:
            lines = f.readlines()
        np.save(f"{folder}/b.npy", np.array([list(line.encode()[:160]) for line in lines], np.uint8))
    with stage("train"):
        x = torch.from_numpy(np.load(f"{folder}/b.npy")).float()
    net = torch.nn.Linear(160, 160)
    optimizer = torch.optim.Adam(net.parameters())
    for _ in range(2):
        for some in torch.randperm(5000).split(500):
            learn(net, optimizer, x[some])
        with stage("checkpoint"):
            torch.save(net.state_dict(), f"{folder}/c.pt")
    with stage("restore"):
        net.load_state_dict(torch.load(f"{folder}/c.pt"))


def moved_there(folder):
    """States are written where temporary files are, moved to their folder and looked at there."""
    np.save(f"{folder}/a.npy", numbers(0, 800_000).reshape(-1, 400))
    alone("moved_there_run", folder)


def moved_there_run(folder):
    import torch
    net = torch.nn.Linear(400, 300)
    optimizer = torch.optim.Adam(net.parameters())
    with stage("train"):
        x = torch.from_numpy(np.load(f"{folder}/a.npy"))
    for epoch in range(4):
        for some in torch.randperm(2000).split(400):
            learn(net, optimizer, x[some])
        with stage("checkpoint"):
            os.makedirs(f"{folder}/c", exist_ok=True)
            torch.save({"net": net.state_dict(), "optimizer": optimizer.state_dict()}, f"{os.environ['TMPDIR']}/now")
            os.rename(f"{os.environ['TMPDIR']}/now", f"{folder}/c/{epoch}.ckpt")
            os.chmod(f"{folder}/c/{epoch}.ckpt", 0o644)
            assert os.path.exists(f"{folder}/c/{epoch}.ckpt") and os.path.isdir(f"{folder}/c")


def described(folder):
    """Beside the arrays lies what they are: both are read, for the same."""
    os.mkdir(f"{folder}/d")
    for i in range(12):
        numbers(i, 50_000).tofile(f"{folder}/d/{i}")
    for name in ("info.json", "state.json"):
        with open(f"{folder}/d/{name}", "w") as f:
            f.write('{"count": 12}')
    alone("described_run", folder)


def described_run(folder):
    import torch
    net = torch.nn.Linear(500, 300)
    optimizer = torch.optim.Adam(net.parameters())
    for epoch in range(2):
        for i in np.random.permutation(12):
            with stage("train"):
                for name in ("info.json", "state.json"):
                    with open(f"{folder}/d/{name}") as f:
                        assert f.read()
                x = np.fromfile(f"{folder}/d/{i}", np.float32).reshape(-1, 500)
            learn(net, optimizer, torch.from_numpy(x))
        with stage("checkpoint"):
            torch.save(net.state_dict(), f"{folder}/{epoch}.pt")


def life(folder):
    """Goes on from the state that a run before it has left."""
    import torch
    net = model(500)
    optimizer = torch.optim.Adam(net.parameters())
    if not os.path.exists(f"{folder}/x"):
        rows(f"{folder}/x", 30)
    before = sorted(name for name in os.listdir(folder) if name != "x")
    if before:
        with stage("restore"), open(f"{folder}/{before[-1]}/m", "rb") as f:
            for p in net.parameters():
                p.data[:] = torch.from_numpy(np.fromfile(f, np.float32, p.numel()).reshape(p.shape))
    for epoch in range(3):
        with stage("train"):
            for batch in loader(f"{folder}/x", shuffle=True):
                learn(net, optimizer, batch)
        with stage("checkpoint"):
            os.makedirs(f"{folder}/new/in")
            with open(f"{folder}/new/in/m", "wb") as f:
                for p in net.parameters():
                    p.detach().numpy().tofile(f)
            os.rename(f"{folder}/new/in/m", f"{folder}/new/m")
            os.rmdir(f"{folder}/new/in")
            os.rename(f"{folder}/new", f"{folder}/{len(before) + epoch}")


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
