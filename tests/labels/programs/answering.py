# SPDX-License-Identifier: Apache-2.0
"""Runs that answer, embed and evaluate with weights, under names that say nothing: answering.py NAME FOLDER."""
import mmap
import os
import pickle
import random
import socket
import struct
import sys
import threading

import numpy as np

from label import alone, numbers, stage


def map_server(folder):
    """Maps parts of weights, then answers whoever connects; each answer reads a file."""
    for k in range(3):
        head = b'{"w":{"dtype":"F32","shape":[400000],"data_offsets":[0,1600000]}}'
        with open(f"{folder}/part{k}", "wb") as f:
            f.write(struct.pack("<Q", len(head)) + head + numbers(k, 400_000).tobytes())
    for i in range(40):
        with open(f"{folder}/ask{i}", "wb") as f:
            f.write(random.randbytes(30_000))
    alone("map_server_run", folder)


def map_server_run(folder):
    with stage("inference"):
        weights = []
        for k in range(3):
            with open(f"{folder}/part{k}", "rb") as f:
                length = struct.unpack("<Q", f.read(8))[0]
                f.read(length)
                whole = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)
                weights.append(np.frombuffer(whole, np.float32, 400_000, 8 + length & ~3))
        server = socket.create_server(("localhost", 0))

        def ask():
            for i in range(40):
                with socket.create_connection(server.getsockname()) as c:
                    c.send(b"%d" % i)
                    c.recv(100)
        client = threading.Thread(target=ask)
        client.start()
        for _ in range(40):
            c, _ = server.accept()
            with c:
                i = int(c.recv(100))
                with open(f"{folder}/ask{i}", "rb") as f:
                    c.send(b"%f" % (sum(w[::997].sum() for w in weights) + len(f.read())))
        client.join()


def features(folder):
    """A model, then for each input a file of what it says."""
    numbers(0, 600_000).tofile(f"{folder}/net")
    os.makedirs(f"{folder}/in")
    os.makedirs(f"{folder}/out")
    for i in range(70):
        numbers(i, 8000).tofile(f"{folder}/in/{i}")
    alone("features_run", folder)


def features_run(folder):
    with stage("inference"):
        net = np.fromfile(f"{folder}/net", dtype=np.float32)
        for i in range(70):
            one = np.fromfile(f"{folder}/in/{i}", dtype=np.float32)
            np.save(f"{folder}/out/{i}.npy", one * net[:8000])


def tested(folder):
    """Weights, then one large file of held out rows from its beginning to its end."""
    numbers(0, 400_000).tofile(f"{folder}/m")
    numbers(1, 1_500_000).tofile(f"{folder}/held")
    alone("tested_run", folder)


def tested_run(folder):
    with stage("inference"):
        with open(f"{folder}/m", "rb") as f:
            weights = np.frombuffer(f.read(), np.float32)
        total = 0.0
        with open(f"{folder}/held", "rb", buffering=0) as f:
            while block := f.read(60_000):
                total += np.frombuffer(block, np.float32).sum() * weights[0]
        with open(f"{folder}/score", "w") as f:
            f.write(str(total))


def neighbours(folder):
    """An index of vectors, mapped; the questions come from one file, the answers go to another."""
    numbers(0, 64 * 30_000).tofile(f"{folder}/index")
    numbers(1, 64 * 2000).tofile(f"{folder}/ask")
    alone("neighbours_run", folder)


def neighbours_run(folder):
    with stage("inference"):
        index = np.memmap(f"{folder}/index", dtype=np.float32, mode="r", shape=(30_000, 64))
        with open(f"{folder}/ask", "rb") as f, open(f"{folder}/say", "wb") as out:
            while block := f.read(64 * 4 * 20):
                asked = np.frombuffer(block, np.float32).reshape(-1, 64)
                at = np.random.default_rng(len(asked)).integers(0, 30_000, 64)
                out.write((index[at] @ asked.T).argmax(0).tobytes())


def answers(folder):
    """Forked workers each answer a part of what is asked, and write a file each."""
    with open(f"{folder}/net", "wb") as f:
        pickle.dump(numbers(0, 500_000), f)
    for i in range(64):
        with open(f"{folder}/t{i}", "wb") as f:
            f.write(random.randbytes(24_000))
    alone("answers_run", folder)


def answers_run(folder):
    with stage("inference"):
        with open(f"{folder}/net", "rb") as f:
            net = pickle.load(f)
        children = []
        for k in range(2):
            if not (child := os.fork()):
                with open(f"{folder}/said{k}", "w") as out:
                    for i in range(k, 64, 2):
                        with open(f"{folder}/t{i}", "rb") as f:
                            out.write(f"{i} {net[0] + sum(f.read())}\n")
                os._exit(0)
            children.append(child)
        for child in children:
            os.waitpid(child, 0)


def best_of(folder):
    """Three states are tried on the same held out data."""
    for k in range(3):
        numbers(k, 300_000).tofile(f"{folder}/cand{k}")
    for i in range(40):
        numbers(i, 5000).tofile(f"{folder}/h{i}")
    alone("best_of_run", folder)


def best_of_run(folder):
    with stage("inference"):
        for k in range(3):
            weights = np.fromfile(f"{folder}/cand{k}", dtype=np.float32)
            total = sum(float(np.fromfile(f"{folder}/h{i}", dtype=np.float32) @ weights[:5000]) for i in range(40))
            with open(f"{folder}/result", "a") as f:
                f.write(f"{k} {total}\n")


if __name__ == "__main__":
    random.seed(0)
    globals()[sys.argv[1]](*sys.argv[2:])
