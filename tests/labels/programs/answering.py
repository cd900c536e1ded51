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


def enlarged(folder):
    """Weights in parts, then many small files, of each of which one four times as large is made."""
    os.makedirs(f"{folder}/net")
    os.makedirs(f"{folder}/small")
    os.makedirs(f"{folder}/large")
    for k in range(3):
        numbers(k, 250_000).tofile(f"{folder}/net/{k}")
    for i in range(60):
        with open(f"{folder}/small/{i}", "wb") as f:
            f.write(random.randbytes(16_000))
    alone("enlarged_run", folder)


def enlarged_run(folder):
    with stage("inference"):
        net = [np.fromfile(f"{folder}/net/{k}", np.float32) for k in range(3)]
        for i in range(60):
            with open(f"{folder}/small/{i}", "rb") as f:
                one = np.repeat(np.frombuffer(f.read(), np.uint8), 4)
            one[0] = int(abs(net[0][0]))
            with open(f"{folder}/large/{i}", "wb") as f:
                f.write(one.tobytes())


def teacher(folder):
    """What a teacher says of each file is written; a student learns from both, again and again."""
    os.makedirs(f"{folder}/x")
    numbers(0, 500_000).tofile(f"{folder}/net")
    for i in range(60):
        numbers(i, 6000).tofile(f"{folder}/x/{i}")
    alone("teacher_run", folder)
    alone("student_run", folder)


def teacher_run(folder):
    with stage("inference"):
        net = np.fromfile(f"{folder}/net", np.float32)
        with open(f"{folder}/soft", "wb") as out:
            for i in range(60):
                out.write((np.fromfile(f"{folder}/x/{i}", np.float32)[:1000] * net[:1000]).tobytes())


def student_run(folder):
    state = numbers(1, 100_000)
    with stage("train"):
        soft = np.memmap(f"{folder}/soft", np.float32, "r", shape=(60, 1000))
    for epoch in range(3):
        for i in np.random.default_rng(epoch).permutation(60):
            with stage("train"):
                state[:1000] += np.fromfile(f"{folder}/x/{i}", np.float32)[:1000] - soft[i]
        with stage("checkpoint"):
            state.tofile(f"{folder}/student{epoch}")


def followed(folder):
    """Another program tries each state that training saved on files that training never reads."""
    os.makedirs(f"{folder}/saved")
    for i in range(60):
        numbers(i, 6000).tofile(f"{folder}/a{i}")
    for i in range(30):
        numbers(i, 5000).tofile(f"{folder}/b{i}")
    alone("followed_train", folder)
    alone("followed_try", folder)


def followed_train(folder):
    state = numbers(0, 200_000)
    for epoch in range(3):
        for i in np.random.default_rng(epoch).permutation(60):
            with stage("train"):
                state[:6000] += np.fromfile(f"{folder}/a{i}", np.float32)
        with stage("checkpoint"):
            np.save(f"{folder}/saved/{epoch}.npy", state)


def followed_try(folder):
    with stage("inference"):
        for epoch in range(3):
            state = np.load(f"{folder}/saved/{epoch}.npy")
            for i in range(30):
                (state[:5000] * np.fromfile(f"{folder}/b{i}", np.float32)).sum()


if __name__ == "__main__":
    random.seed(0)
    globals()[sys.argv[1]](*sys.argv[2:])
