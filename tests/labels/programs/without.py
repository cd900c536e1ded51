# SPDX-License-Identifier: Apache-2.0
"""What was learnt is tried without being read back, or by who only tries it: without.py NAME FOLDER."""
import sys

import numpy as np

from label import alone, stage
from ordinary import fit
from trials import learn, loader, model, rows


def total(net, batches):
    import torch
    with torch.no_grad():
        return sum(float(net(batch).sum()) for batch in batches)


# ---- once more over what validation used, when the last state has been saved ----

def tried_again(folder):
    rows(f"{folder}/a", 90)
    rows(f"{folder}/b", 40)
    alone("tried_again_run", folder)


def tried_again_run(folder):
    net = fit(folder, lambda: loader(f"{folder}/a", shuffle=True, num_workers=2), lambda: loader(f"{folder}/b", num_workers=2))
    with stage("inference"):
        print(total(net, loader(f"{folder}/b", num_workers=2)))


# ---- each state is validated when it has been saved, the last one, too: that is part of learning ----

def saved_first(folder):
    rows(f"{folder}/a", 90)
    rows(f"{folder}/b", 40)
    alone("saved_first_run", folder)


def saved_first_run(folder):
    import torch
    net = model(500)
    optimizer = torch.optim.Adam(net.parameters())
    for epoch in range(3):
        with stage("train"):
            for batch in loader(f"{folder}/a", shuffle=True):
                learn(net, optimizer, batch)
        with stage("checkpoint"):
            torch.save(net.state_dict(), f"{folder}/k{epoch}.pt")
        with stage("train"):
            print(total(net, loader(f"{folder}/b")))


# ---- after all epochs, what was never read before; nothing is written of that ----

def tried_anew(folder):
    rows(f"{folder}/a", 90)
    rows(f"{folder}/b", 40)
    alone("tried_anew_run", folder)


def tried_anew_run(folder):
    net = fit(folder, lambda: loader(f"{folder}/a", shuffle=True, num_workers=2))
    with stage("inference"):
        print(total(net, loader(f"{folder}/b", num_workers=2)))


# ---- cross-validation: each model by what it did not see, while it is at hand ----

def folds_at_hand(folder):
    rows(f"{folder}/a", 100)
    alone("folds_at_hand_run", folder)


def folds_at_hand_run(folder):
    import torch
    from torch.utils.data import DataLoader, Subset
    with stage("train"):
        data = loader(f"{folder}/a").dataset
    order = np.random.permutation(100)
    for k in range(4):
        net = model(500)
        optimizer = torch.optim.Adam(net.parameters())
        for _ in range(3):
            with stage("train"):
                for batch in DataLoader(Subset(data, np.delete(order, np.s_[k::4])), batch_size=15, shuffle=True):
                    learn(net, optimizer, batch)
        with stage("checkpoint"):
            torch.save(net.state_dict(), f"{folder}/k{k}.pt")
        with stage("inference"):
            print(total(net, DataLoader(Subset(data, order[k::4]), batch_size=15)))


# ---- a program of its own validates the whole state that training saved ----

def validated(folder):
    rows(f"{folder}/a", 90)
    rows(f"{folder}/b", 40)
    alone("validated_learn", folder)
    alone("validated_try", folder)


def validate(net, batches):
    print(total(net, batches))


def validated_learn(folder):
    fit(folder, lambda: loader(f"{folder}/a", shuffle=True, num_workers=2), lambda: loader(f"{folder}/b", num_workers=2))


def validated_try(folder):
    import torch
    net = model(500)
    with stage("inference"):
        net.load_state_dict(torch.load(f"{folder}/k.pt")["net"])
        validate(net, loader(f"{folder}/b", num_workers=2))


# ---- who goes on learning is called resume(): its data are no state ----

def resumed(folder):
    rows(f"{folder}/a", 90)
    alone("resume", folder)


def resume(folder):
    with stage("train"):
        data = [np.load(f"{folder}/a/{i:04}.npy") for i in range(90)]
    net = model(500)
    import torch
    optimizer = torch.optim.Adam(net.parameters())
    for epoch in range(2):
        for k in np.random.permutation(90):
            learn(net, optimizer, torch.from_numpy(data[k])[None])
        with stage("checkpoint"):
            torch.save(net.state_dict(), f"{folder}/k{epoch}.pt")


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
