# SPDX-License-Identifier: Apache-2.0
"""Jobs as many have them, in formats that are read in ways of their own: ordinary.py NAME FOLDER."""
import glob
import io
import json
import os
import pickle
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import urllib.request

import numpy as np

from label import alone, numbers, stage
from trials import learn, loader, model, rows

WIDTH = 1024


def batches(samples, count, **options):
    from torch.utils.data import DataLoader, Dataset

    class Samples(Dataset):
        def __len__(self):
            return count

        def __getitem__(self, i):
            return samples(i)

    return DataLoader(Samples(), batch_size=16, **options)


def fit(folder, data, held=None, epochs=3, each=True):
    """Learns from data and saves at each epoch's end, or at the last one's."""
    import torch
    net = model(500)
    optimizer = torch.optim.Adam(net.parameters())
    for epoch in range(epochs):
        with stage("train"):
            for batch in data():
                learn(net, optimizer, batch)
            with torch.no_grad():
                print(sum(float(net(batch).sum()) for batch in held()) if held else "")
        if each or epoch == epochs - 1:
            with stage("checkpoint"):
                torch.save({"net": net.state_dict(), "optimizer": optimizer.state_dict()}, f"{folder}/k.pt")
    return net


def go_back(folder, net):
    import torch
    with stage("restore"):
        net.load_state_dict(torch.load(f"{folder}/k.pt")["net"])


def parts_tried(folder):
    """Each sample has its part read whole; what validation used is tried again by the state that is read back."""
    with stage("ingest"):
        for name, count in (("a", 120), ("b", 24)):
            os.mkdir(f"{folder}/{name}")
            for part in range(4):
                with open(f"{folder}/{name}/{part}", "wb") as file:
                    np.savez(file, x=numbers(part, count // 4 * WIDTH).reshape(-1, WIDTH))
    alone("parts_tried_run", folder)


def parts_tried_run(folder):
    import torch

    def of(name, count, shuffle):
        def sample(i):
            with open(f"{folder}/{name}/{i % 4}", "rb") as file:
                return torch.from_numpy(np.load(file)["x"][i // 4])
        return batches(sample, count, shuffle=shuffle, num_workers=2)

    net = fit(folder, lambda: of("a", 120, True), lambda: of("b", 24, False), each=False)
    go_back(folder, net)
    with stage("inference"), torch.no_grad():
        print(sum(float(net(batch).sum()) for batch in of("b", 24, False)))


def pickled_sets(folder):
    """Data that are kept in memory, pickled, in a folder that says so: no state that training begins from."""
    with stage("ingest"):
        for name, count in (("dataset", 100), ("test", 10)):
            os.mkdir(f"{folder}/{name}")
            for part in range(8):
                with open(f"{folder}/{name}/part{part}.pkl", "wb") as file:
                    pickle.dump([row.copy() for row in numbers(part, count * WIDTH).reshape(-1, WIDTH)], file)
    alone("pickled_sets_run", folder)


def pickled_sets_run(folder):
    def of(name):
        kept = []
        for path in sorted(glob.glob(f"{folder}/{name}/*")):
            with open(path, "rb") as file:
                kept.extend(pickle.load(file))
        return kept

    with stage("train"):
        data, held = of("dataset"), of("test")
    fit(folder, lambda: batches(data.__getitem__, len(data), shuffle=True), lambda: batches(held.__getitem__, len(held)))


def centred(folder):
    """All is read, and then written anew by the same names, as large: what came last is no copy."""
    with stage("ingest"):
        os.mkdir(f"{folder}/a")
        for i in range(200):
            numbers(i, WIDTH).tofile(f"{folder}/a/{i:03}")
    alone("centred_run", folder)


def centred_run(folder):
    with stage("prepare"):
        every = [np.fromfile(path, np.float32) for path in sorted(glob.glob(f"{folder}/a/*"))]
        mean = np.mean(every, axis=0)
        os.mkdir(f"{folder}/b")
        for i, row in enumerate(every):
            (row - mean).tofile(f"{folder}/b/{i:03}")


def rows_of_database(folder):
    """A database's empty journal is read first; the rows that are asked for last were read when they came."""
    import torch

    def of(name, count, shuffle):
        def sample(i):
            return torch.from_numpy(np.frombuffer(base.execute("select x from s where id=?", (i,)).fetchone()[0], np.float32).copy())
        base = sqlite3.connect(f"file:{folder}/{name}?mode=ro", uri=True)
        return batches(sample, count, shuffle=shuffle)

    with stage("ingest"):
        for name, count in (("a", 400), ("b", 80)):
            base = sqlite3.connect(f"{folder}/{name}")
            base.execute("create table s (id integer primary key, x blob)")
            base.executemany("insert into s values (?, ?)", [(i, numbers(i, WIDTH).tobytes()) for i in range(count)])
            base.commit()
            base.close()
    with stage("train"):
        data = of("a", 400, True)
    net = fit(folder, lambda: data, each=False)
    go_back(folder, net)
    with stage("inference"), torch.no_grad():
        print(sum(float(net(batch).sum()) for batch in of("b", 80, False)))


def listed(folder):
    """Folders of databases that workers read are listed for that, not for making them."""
    import lmdb
    import torch
    with stage("ingest"):
        os.mkdir(f"{folder}/a")
        with lmdb.open(f"{folder}/a/db", map_size=1 << 26) as base, base.begin(write=True) as change:
            for i in range(400):
                change.put(b"%08d" % i, numbers(i, WIDTH).tobytes())

    def of():
        found = [path for path in glob.glob(f"{folder}/a/**/*", recursive=True) if os.path.isfile(path)]
        held = {}

        def sample(i):
            if "base" not in held:
                held["base"] = lmdb.open(os.path.dirname(found[0]), readonly=True, lock=False).begin()
            return torch.from_numpy(np.frombuffer(held["base"].get(b"%08d" % i), np.float32).copy())
        return batches(sample, 400, shuffle=True, num_workers=2)

    fit(folder, of, epochs=2)


def predicted(folder):
    """When all is learnt and saved, predict() reads what was not read before."""
    rows(f"{folder}/a", 80)
    rows(f"{folder}/b", 40)
    alone("predicted_run", folder)


def predict(folder, net):
    import torch
    with stage("inference"), torch.no_grad():
        print(sum(float(net(batch).sum()) for batch in loader(f"{folder}/b")))


def predicted_run(folder):
    predict(folder, fit(folder, lambda: loader(f"{folder}/a", shuffle=True)))


def last_of_all(folder):
    """What validation used is gone over once more, by the state at hand, when that was saved: for a table."""
    rows(f"{folder}/a", 160)
    rows(f"{folder}/b", 60)
    alone("last_of_all_run", folder)


def last_of_all_run(folder):
    import torch
    net = fit(folder, lambda: loader(f"{folder}/a", shuffle=True), lambda: loader(f"{folder}/b"), each=False)
    with stage("inference"), torch.no_grad():
        found = torch.cat([net(batch) for batch in loader(f"{folder}/b")])
        np.savetxt(f"{folder}/c", found.numpy())


def best_of_all(folder):
    """Learns on after the best state, which it saves alone, and writes a table of how it went."""
    import torch
    rows(f"{folder}/a", 80)
    rows(f"{folder}/b", 30)
    net, went = model(500), []
    optimizer = torch.optim.Adam(net.parameters())
    for epoch in range(4):
        with stage("train"):
            for batch in loader(f"{folder}/a", shuffle=True):
                learn(net, optimizer, batch)
                went.append(float(net(batch).sum()))
            with torch.no_grad():
                went.extend(float(x) for batch in loader(f"{folder}/b") for x in net(batch).flatten())
        if epoch == 2:
            with stage("checkpoint"):
                torch.save(net.state_dict(), f"{folder}/k.pt")
    np.savetxt(f"{folder}/c", went)


def found_lines(folder):
    """Lines are found first and then read one by one, by who goes back to a state and writes a table."""
    with stage("ingest"):
        for name, count in (("a", 300), ("b", 80)):
            with open(f"{folder}/{name}", "w") as file:
                file.writelines(" ".join(f"{x:.3f}" for x in numbers(i, WIDTH)) + "\n" for i in range(count))
    alone("found_lines_run", folder)
    alone("found_lines_table", folder)


def lines(path, **options):
    import torch
    file, at = open(path, "rb"), [0]
    for line in file:
        at.append(at[-1] + len(line))

    def sample(i):
        file.seek(at[i])
        return torch.tensor([float(x) for x in file.readline().split()])
    return batches(sample, len(at) - 1, **options)


def found_lines_run(folder):
    with stage("train"):
        data = lines(f"{folder}/a", shuffle=True)
    fit(folder, lambda: data)


def found_lines_table(folder):
    import torch
    net = model(500)
    with stage("inference"), torch.no_grad():
        net.load_state_dict(torch.load(f"{folder}/k.pt")["net"])
        np.savetxt(f"{folder}/c.csv", torch.cat([net(batch) for batch in lines(f"{folder}/b")]).numpy())


def parts_asked(folder):
    """Each question has its part read whole, from the first one to the last, again and again; little is answered."""
    for name, count in (("a", 60), ("b", 40)):
        os.mkdir(f"{folder}/{name}")
        for part in range(4):
            with open(f"{folder}/{name}/{part}", "wb") as file:
                np.savez(file, x=numbers(part, count // 4 * WIDTH).reshape(-1, WIDTH))
    alone("parts_asked_learn", folder)
    alone("parts_asked_try", folder)


def of_parts(folder, count, **options):
    import torch

    def sample(i):
        with open(f"{folder}/{i % 4}", "rb") as file:
            return torch.from_numpy(np.load(file)["x"][i // 4])
    return batches(sample, count, **options)


def parts_asked_learn(folder):
    fit(folder, lambda: of_parts(f"{folder}/a", 60, shuffle=True))


def parts_asked_try(folder):
    import torch
    net = model(500)
    with stage("inference"), torch.no_grad():
        net.load_state_dict(torch.load(f"{folder}/k.pt")["net"])
        print(sum(float(net(batch).sum()) for batch in of_parts(f"{folder}/b", 40)))


def archives_fetched(folder):
    """Archives come by the network, each is unpacked when it is there, and goes."""
    os.mkdir(f"{folder}/far")
    for i in range(3):
        with tarfile.open(f"{folder}/far/{i}.tar", "w") as archive:
            for k in range(30):
                member = tarfile.TarInfo(f"{i}/{k}")
                member.size = 20_000
                archive.addfile(member, io.BytesIO(np.random.default_rng(30 * i + k).bytes(20_000)))
    alone("archives_fetched_run", folder)


def archives_fetched_run(folder):
    apart = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    with subprocess.Popen([sys.executable, "-u", "-m", "http.server", "-b", "127.0.0.1", "-d", f"{folder}/far", "0"],
                          env=apart, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        port = server.stdout.readline().split("port ")[1].split()[0]
        for i in range(3):
            with stage("ingest"), urllib.request.urlopen(f"http://127.0.0.1:{port}/{i}.tar") as answer, open(f"{folder}/{i}.tar", "wb") as file:
                shutil.copyfileobj(answer, file)
            with stage("prepare"):
                with tarfile.open(f"{folder}/{i}.tar") as archive:
                    archive.extractall(folder)
                os.remove(f"{folder}/{i}.tar")
        server.terminate()


def stumps(folder):
    """Trees that a table says are little, and text; another program asks them."""
    with stage("ingest"):
        for name, count in (("a", 8000), ("b", 2000)):
            np.savetxt(f"{folder}/{name}.csv", numbers(count, 12 * count).reshape(-1, 12), "%.4f", ",")
    alone("fit_stumps", folder)
    alone("ask_stumps", folder)


def fit_stumps(folder):
    with stage("train"):
        data = np.loadtxt(f"{folder}/a.csv", delimiter=",")
    trees = []
    for k in range(120):
        where = float(np.median(data[:, k % 11]) + k / 100)
        below = data[:, k % 11] < where
        trees.append([k % 11, where, float(data[below, 11].mean()), float(data[~below, 11].mean())])
    with stage("checkpoint"), open(f"{folder}/model.json", "w") as file:
        json.dump(trees, file)


def ask_stumps(folder):
    with stage("inference"):
        with open(f"{folder}/model.json") as file:
            trees = json.load(file)
        data = np.loadtxt(f"{folder}/b.csv", delimiter=",")
        np.savetxt(f"{folder}/c.csv", sum(np.where(data[:, j] < at, low, high) for j, at, low, high in trees))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
