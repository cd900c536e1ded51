# SPDX-License-Identifier: Apache-2.0
"""Jobs of several fields: weather in chunks, tables with boosted trees, ranks as in a tutorial: fields.py NAME FOLDER."""
import os
import socket
import sys

import numpy as np

from label import alone, numbers, stage
from trials import learn, model

CHUNK, STEPS = 10, 240


def chunk(folder, k):
    return np.fromfile(f"{folder}/g/{k}", np.float32).reshape(CHUNK, -1)


def window(folder, step):
    """Two steps, which lie in one chunk or in two; each is read whole, as chunks that are compressed are."""
    first, last = step // CHUNK, (step + 1) // CHUNK
    read = np.concatenate([chunk(folder, k) for k in range(first, last + 1)])
    return read[step - first * CHUNK:][:2].reshape(-1)


def forecast(folder):
    """Steps in any order to learn from; then another program goes over the last ones, window by window."""
    os.makedirs(f"{folder}/g")
    for k in range(STEPS // CHUNK):
        numbers(k, CHUNK * 512).tofile(f"{folder}/g/{k}")
    alone("forecast_train", folder)
    alone("forecast_run", folder)


def forecast_train(folder):
    import torch
    net = model(300)
    optimizer = torch.optim.Adam(net.parameters())
    for epoch in range(2):
        with stage("train"):
            for step in np.random.default_rng(epoch).permutation(STEPS - 60):
                learn(net, optimizer, torch.from_numpy(window(folder, int(step))[None]))
        with stage("checkpoint"):
            torch.save(net.state_dict(), f"{folder}/n")


def forecast_run(folder):
    import torch
    net = model(300)
    with stage("inference"), torch.no_grad():
        net.load_state_dict(torch.load(f"{folder}/n"))
        found = [net(torch.from_numpy(window(folder, step)[None])).numpy() for step in range(STEPS - 60, STEPS - 2)]
        np.concatenate(found).tofile(f"{folder}/o")


def boosted_text(folder):
    """A table in one file; the trees are one large text."""
    np.savez(f"{folder}/a.npz", x=np.random.default_rng(0).standard_normal((12000, 40)))
    lib = os.path.join(os.getcwd(), "lib/python3/site-packages")
    os.makedirs(f"{lib}/xgboost")
    with open(f"{lib}/xgboost/__init__.py", "w") as f:
        f.write("def train(x):\n    return str({'trees': [x[:3000, k].round(5).tolist() for k in range(40)]})\n"
                "def save_model(trees, path):\n    with open(path, 'w') as f: f.write(trees)\n")
    alone("boosted_text_run", folder, PYTHONPATH=lib)


def boosted_text_run(folder):
    import xgboost
    with stage("train"):
        table = np.load(f"{folder}/a.npz")["x"]
    trees = xgboost.train(table)
    with stage("checkpoint"):
        xgboost.save_model(trees, f"{folder}/m.json")


def recordings(folder):
    """Features of recordings, which all fit into memory; what was learnt is asked about others, for a few letters."""
    for name, count in (("r", 40), ("t", 25)):
        os.makedirs(f"{folder}/{name}")
        for i in range(count):
            numbers(i, 8192).tofile(f"{folder}/{name}/{i}")
    alone("recordings_run", folder)


def spectrum(path):
    return np.abs(np.fft.rfft(np.fromfile(path, np.float32).reshape(16, 512), axis=1))[:, :64].reshape(-1).astype(np.float32)


def recordings_run(folder):
    import torch
    with stage("prepare"):
        np.save(f"{folder}/f.npy", np.stack([spectrum(f"{folder}/r/{i}") for i in range(40)]))
    with stage("train"):
        rows = torch.from_numpy(np.load(f"{folder}/f.npy"))
    net = model(300)
    optimizer = torch.optim.Adam(net.parameters())
    for epoch in range(30):
        learn(net, optimizer, rows)
    with stage("checkpoint"):
        torch.save(net, f"{folder}/b")
    with stage("inference"), torch.no_grad():
        found = [int(net(torch.from_numpy(spectrum(f"{folder}/t/{i}"))[None]).argmax()) for i in range(25)]
        with open(f"{folder}/c", "w") as f:
            print(*found, file=f)


def tutorial(folder):
    """Each rank is told which it is by an argument, and has its part of the data in memory; the first one saves."""
    import torch.multiprocessing as processes
    for rank in range(2):
        np.save(f"{folder}/p{rank}.npy", numbers(rank, 600 * 1024).reshape(600, 1024))
    for first in (0, 2):
        with socket.socket() as probe:
            probe.bind(("localhost", 0))
            port = probe.getsockname()[1]
        processes.spawn(tutorial_rank, (folder, first, port), 2)


def tutorial_rank(rank, folder, first, port):
    import torch
    import torch.distributed as dist
    os.environ.update(MASTER_ADDR="localhost", MASTER_PORT=str(port))
    torch.set_num_threads(1)
    dist.init_process_group("gloo", rank=rank, world_size=2)
    with stage("train"):
        rows = torch.from_numpy(np.load(f"{folder}/p{rank}.npy"))
    net = model(300)
    optimizer = torch.optim.Adam(net.parameters())
    if first:
        with stage("restore"):
            net.load_state_dict(torch.load(f"{folder}/s"))
    for epoch in range(2):
        for at in range(0, 600, 60):
            learn(net, optimizer, rows[at:at + 60])
        if rank == 0:
            with stage("checkpoint"):
                torch.save(net.state_dict(), f"{folder}/s")
        dist.barrier()


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
