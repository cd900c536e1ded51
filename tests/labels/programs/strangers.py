# SPDX-License-Identifier: Apache-2.0
"""Programs of other habits: strangers.py NAME FOLDER."""
import gzip
import hashlib
import http.server
import json
import mmap
import os
import pickle
import random
import shutil
import struct
import subprocess
import sys
import threading
import urllib.request

import numpy as np

from label import alone, stage

HERE = os.path.abspath(__file__)


# ---- as nanoGPT does: one script prepares, one trains, one samples ----

def gpt_prepare(folder):
    with stage("prepare"):
        with open(f"{folder}/input.txt") as f:
            text = f.read()
        letters = sorted(set(text))
        number = {c: i for i, c in enumerate(letters)}
        ids = np.array([number[c] for c in text], dtype=np.uint16)
        ids[:len(ids) * 9 // 10].tofile(f"{folder}/train.bin")
        ids[len(ids) * 9 // 10:].tofile(f"{folder}/val.bin")
        with open(f"{folder}/meta.pkl", "wb") as f:
            pickle.dump({"letters": letters}, f)


def gpt_train(folder):
    import torch
    with stage("train"):
        with open(f"{folder}/meta.pkl", "rb") as f:
            vocabulary = len(pickle.load(f)["letters"])
    model = torch.nn.Sequential(torch.nn.Embedding(vocabulary, 64), torch.nn.Linear(64, 256), torch.nn.Linear(256, vocabulary))
    optimizer = torch.optim.AdamW(model.parameters())
    for step in range(60):
        for split in ("train", "val") if step % 20 == 0 else ("train",):
            with stage("train"):
                data = np.memmap(f"{folder}/{split}.bin", dtype=np.uint16, mode="r")
                at = np.random.randint(0, len(data) - 65, 8)
                x = torch.from_numpy(np.stack([data[i:i + 64] for i in at]).astype(np.int64))
        loss = torch.nn.functional.cross_entropy(model(x).flatten(0, 1), x.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 20 == 19:
            with stage("checkpoint"):
                torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step}, f"{folder}/ckpt.pt")


def gpt_sample(folder):
    import torch
    with stage("inference"):
        torch.load(f"{folder}/ckpt.pt")
        with open(f"{folder}/meta.pkl", "rb") as f:
            pickle.load(f)


def gpt(folder):
    with open(f"{folder}/input.txt", "w") as f:
        f.write("".join(random.choices("abcdefghij \n", k=1_500_000)))
    for name in ("gpt_prepare", "gpt_train", "gpt_sample"):
        alone(name, folder)


# ---- an evaluation of a checkpoint that has its optimizer with it ----

def evaluate_only(folder):
    import torch
    from torch.utils.data import DataLoader, Dataset
    for i in range(80):
        np.random.default_rng(i).standard_normal(1024, dtype=np.float32).tofile(f"{folder}/v{i}")
    model = torch.nn.Linear(1024, 100)
    torch.save({"model": model.state_dict(), "more": torch.zeros(100_000)}, f"{folder}/final")
    alone("evaluate_only_run", folder)


def evaluate_only_run(folder):
    import torch
    from torch.utils.data import DataLoader, Dataset

    class Held(Dataset):
        def __len__(self):
            return 80

        def __getitem__(self, i):
            return torch.from_numpy(np.fromfile(f"{folder}/v{i}", dtype=np.float32))

    with stage("inference"):
        model = torch.nn.Linear(1024, 100)
        model.load_state_dict(torch.load(f"{folder}/final")["model"])
        sums = [model(batch).sum().item() for batch in DataLoader(Held(), batch_size=8, num_workers=2)]
        with open(f"{folder}/metrics.json", "w") as f:
            json.dump(sums, f)


# ---- preparation that goes over its data twice, or in any order ----

def normalise(folder):
    rows = f"{folder}/rows"
    with stage("ingest"), open(rows, "wb") as f:
        for i in range(200):
            f.write(np.random.default_rng(i).standard_normal(2048, dtype=np.float32).tobytes())
    alone("normalise_run", folder)


def normalise_run(folder):
    with stage("prepare"):
        total, count = 0.0, 0
        with open(f"{folder}/rows", "rb") as f:
            while block := f.read(8192):
                row = np.frombuffer(block, np.float32)
                total, count = total + row.sum(), count + len(row)
        with open(f"{folder}/rows", "rb") as f, open(f"{folder}/rows.norm", "wb") as out:
            while block := f.read(8192):
                out.write((np.frombuffer(block, np.float32) - total / count).astype(np.float16).tobytes())


def shuffle(folder):
    with open(f"{folder}/ordered", "wb") as f:
        f.write(random.randbytes(3_000_000))
    alone("shuffle_run", folder)


def shuffle_run(folder):
    with stage("prepare"), open(f"{folder}/ordered", "rb", buffering=0) as f, open(f"{folder}/shuffled", "wb") as out:
        for i in random.sample(range(1000), 1000):
            f.seek(3000 * i)
            out.write(f.read(3000))


def unzip(folder):
    with stage("ingest"):
        for i in range(6):
            with gzip.open(f"{folder}/part{i}.gz", "wt", compresslevel=1) as f:
                for n in range(1500):
                    f.write(json.dumps({"n": n, "text": random.choices("abcdefgh", k=40)}) + "\n")
    alone("unzip_run", folder)


def unzip_run(folder):
    import multiprocessing
    with stage("prepare"), multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.map(unzip_one, [f"{folder}/part{i}.gz" for i in range(6)])


def unzip_one(path):
    with stage("prepare"), gzip.open(path, "rt") as f, open(path[:-3] + ".ids", "wb") as out:
        for line in f:
            out.write(bytes(ord(c) for c in json.loads(line)["text"]))


def parallel_parse(folder):
    """A pool reads, the parent writes."""
    os.makedirs(f"{folder}/docs")
    with stage("ingest"):
        for i in range(60):
            with open(f"{folder}/docs/{i}.xml", "w") as f:
                f.write("".join(random.choices("<a>b c</a>", k=30_000)))
    alone("parallel_parse_run", folder)


def parse_one(path):
    with open(path) as f:
        return f.read().replace("<", "").encode()


def parallel_parse_run(folder):
    import multiprocessing
    with stage("prepare"):
        with multiprocessing.get_context("fork").Pool(2) as pool, open(f"{folder}/parsed", "wb") as out:
            for block in pool.imap(parse_one, [f"{folder}/docs/{i}.xml" for i in range(60)]):
                out.write(block)


# ---- data that arrive over a network, and are checked ----

def fetch(folder):
    os.makedirs(f"{folder}/remote")
    for i in range(8):
        with open(f"{folder}/remote/f{i}", "wb") as f:
            f.write(random.randbytes(300_000))
    alone("fetch_run", folder)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


def fetch_run(folder):
    remote = http.server.ThreadingHTTPServer(("localhost", 0), lambda *a: Quiet(*a, directory=f"{folder}/remote"))
    threading.Thread(target=remote.serve_forever, daemon=True).start()
    os.makedirs(f"{folder}/local")
    with stage("ingest"):
        for i in range(8):
            with urllib.request.urlopen(f"http://localhost:{remote.server_port}/f{i}") as answer, open(f"{folder}/local/f{i}.part", "wb") as f:
                shutil.copyfileobj(answer, f)
            os.rename(f"{folder}/local/f{i}.part", f"{folder}/local/f{i}")
        for i in range(8):
            with open(f"{folder}/local/f{i}", "rb") as f:
                hashlib.file_digest(f, "sha256")
    remote.shutdown()


# ---- training with habits of its own ----

def staged(folder):
    """Copies its data to a folder near by, then trains; uploads its checkpoints."""
    os.makedirs(f"{folder}/far/data")
    for i in range(50):
        np.random.default_rng(i).standard_normal(4096, dtype=np.float32).tofile(f"{folder}/far/data/{i}.f32")
    alone("staged_run", folder)


def staged_run(folder):
    with stage("ingest"):
        shutil.copytree(f"{folder}/far/data", f"{folder}/near")
    weights = np.zeros((600, 600), np.float32)
    for epoch in range(3):
        for i in np.random.default_rng(epoch).permutation(50):
            with stage("train"):
                weights[:, 0] += np.fromfile(f"{folder}/near/{i}.f32", dtype=np.float32)[:600]
        with stage("checkpoint"):
            with open(f"{folder}/state-{epoch}.pkl", "wb") as f:
                pickle.dump({"epoch": epoch, "weights": weights}, f)
            shutil.copy(f"{folder}/state-{epoch}.pkl", f"{folder}/far/")


def steps(folder):
    """Saves every few steps within an epoch and keeps two; goes on from the last."""
    os.makedirs(f"{folder}/d")
    for i in range(120):
        np.random.default_rng(i).standard_normal(3000, dtype=np.float32).tofile(f"{folder}/d/{i:05}")
    alone("steps_run", folder)
    alone("steps_run", folder)


def steps_run(folder):
    state, first = np.zeros((3, 100_000), np.float32), 0
    with stage("restore"):
        kept = sorted(n for n in os.listdir(folder) if n.startswith("k"))
        if kept:
            with open(f"{folder}/{kept[-1]}", "rb") as f:
                first = struct.unpack("<q", f.read(8))[0]
                state = np.frombuffer(f.read(), np.float32).reshape(3, -1).copy()
    for step in range(first, first + 60):
        with stage("train"):
            state[0, :3000] += np.fromfile(f"{folder}/d/{step:05}", dtype=np.float32)
        if step % 15 == 14:
            with stage("checkpoint"):
                with open(f"{folder}/.tmp", "wb") as f:
                    f.write(struct.pack("<q", step + 1))
                    f.write(state.tobytes())
                os.rename(f"{folder}/.tmp", f"{folder}/k{step:05}")
                for old in sorted(n for n in os.listdir(folder) if n.startswith("k"))[:-2]:
                    os.unlink(f"{folder}/{old}")


def ranks_by_hand(folder):
    """Two ranks, each with its part of the data and of the state; a manifest."""
    for i in range(40):
        np.random.default_rng(i).standard_normal(4000, dtype=np.float32).tofile(f"{folder}/x{i}")
    ranks = [subprocess.Popen([sys.executable, HERE, "rank", folder], env={**os.environ, "RANK": str(r), "WORLD_SIZE": "2"}) for r in range(2)]
    assert not any(rank.wait() for rank in ranks)


def rank(folder):
    number = int(os.environ["RANK"])
    state = np.zeros((2, 120_000), np.float32)
    for epoch in range(2):
        for i in np.random.default_rng(epoch).permutation(20):
            with stage("train"):
                state[0, :4000] += np.fromfile(f"{folder}/x{2 * i + number}", dtype=np.float32)
        with stage("checkpoint"):
            os.makedirs(f"{folder}/save{epoch}", exist_ok=True)
            state.tofile(f"{folder}/save{epoch}/__{number}_0.distcp")
            if number == 0:
                with open(f"{folder}/save{epoch}/.metadata.tmp", "wb") as f:
                    pickle.dump({"parts": 2}, f)
                os.rename(f"{folder}/save{epoch}/.metadata.tmp", f"{folder}/save{epoch}/.metadata")
    with stage("restore"):
        np.fromfile(f"{folder}/save{epoch}/__{number}_0.distcp", dtype=np.float32)


def table(folder):
    """Reads one table of text in every epoch; writes curves for people."""
    with stage("ingest"):
        np.savetxt(f"{folder}/train.csv", np.random.default_rng(0).standard_normal((1500, 20)), delimiter=",")
    weights = np.zeros((400, 400))
    for epoch in range(4):
        with stage("train"):
            rows = np.loadtxt(f"{folder}/train.csv", delimiter=",")
        weights[:20, 0] += rows.mean(axis=0)
        with open(f"{folder}/curve.csv", "a") as f:
            f.write(f"{epoch},{weights.sum()}\n")
        with stage("checkpoint"):
            np.save(f"{folder}/w{epoch}.npy", weights)


# ---- serving ----

def serve(folder):
    """Two forked servers map one file of weights and answer with what files say."""
    np.zeros((1000, 1000), np.float32).tofile(f"{folder}/weights")
    for i in range(60):
        with open(f"{folder}/q{i}.jpg", "wb") as f:
            f.write(random.randbytes(20_000))
    alone("serve_run", folder)


def serve_run(folder):
    with stage("inference"):
        with open(f"{folder}/weights", "rb") as f:
            mapped = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)
        children = []
        for k in range(2):
            if not (child := os.fork()):
                weights = np.frombuffer(mapped, np.float32)
                for i in range(k, 60, 2):
                    with open(f"{folder}/q{i}.jpg", "rb") as f:
                        weights[::512].sum() + len(f.read())
                os._exit(0)
            children.append(child)
        for child in children:
            os.waitpid(child, 0)


def embed(folder):
    """Loads a model, reads everything once, writes a large table of features."""
    import torch
    torch.save(torch.nn.Linear(2000, 500).state_dict(), f"{folder}/encoder.pt")
    for i in range(60):
        np.random.default_rng(i).standard_normal(2000, dtype=np.float32).tofile(f"{folder}/item{i}")
    alone("embed_run", folder)


def embed_run(folder):
    import torch
    with stage("inference"):
        model = torch.nn.Linear(2000, 500)
        model.load_state_dict(torch.load(f"{folder}/encoder.pt"))
        with torch.no_grad():
            rows = [model(torch.from_numpy(np.fromfile(f"{folder}/item{i}", dtype=np.float32))).numpy() for i in range(60)]
        np.save(f"{folder}/features.npy", np.stack(rows))


if __name__ == "__main__":
    random.seed(0)
    globals()[sys.argv[1]](sys.argv[2])
