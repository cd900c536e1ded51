# SPDX-License-Identifier: Apache-2.0
"""Parts of a job that are started one by one, each a run of its own: separate.py NAME FOLDER."""
import sys

import numpy as np

from label import stage
from trials import learn, loader, model, rows

WIDTH = 300


def put(folder):
    with stage("ingest"):
        rows(f"{folder}/a", 60)
        rows(f"{folder}/b", 20)


def fit(folder):
    import torch
    net = model(WIDTH)
    optimizer = torch.optim.Adam(net.parameters())
    for epoch in range(2):
        with stage("train"):
            for batch in loader(f"{folder}/a", shuffle=True):
                learn(net, optimizer, batch)
        with stage("checkpoint"), open(f"{folder}/k", "wb") as file:
            for tensor in net.state_dict().values():
                file.write(tensor.numpy().tobytes())


def ask(folder):
    import torch
    with stage("inference"), torch.no_grad():
        net = model(WIDTH)
        with open(f"{folder}/k", "rb") as file:
            for tensor in net.state_dict().values():
                tensor.copy_(torch.frombuffer(bytearray(file.read(4 * tensor.numel())), dtype=torch.float32).reshape(tensor.shape))
        answers = torch.cat([net(batch) for batch in loader(f"{folder}/b")])
        with open(f"{folder}/c", "wb") as file:
            np.save(file, answers.numpy())


if __name__ == "__main__":
    {"put": put, "fit": fit, "ask": ask}[sys.argv[1]](sys.argv[2])
