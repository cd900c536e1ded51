# SPDX-License-Identifier: Apache-2.0
"""More jobs, whose files have names that say nothing: newcomers2.py NAME FOLDER."""
import gzip
import mmap
import os
import random
import socket
import struct
import subprocess
import sys
import threading

import numpy as np

from label import stage

HERE = os.path.abspath(__file__)


def alone(name, folder, *more, **environment):
    """A program of its own, as a shell would start it."""
    subprocess.run([sys.executable, HERE, name, folder, *more], check=True, env={**os.environ, **environment})


def numbers(seed, count):
    return np.random.default_rng(seed).standard_normal(count, dtype=np.float32)


def gz_stream(folder):
    """Compressed lines, read from their beginning in each epoch."""
    with stage("ingest"):
        for part in range(5):
            with gzip.open(f"{folder}/l{part}", "wt", compresslevel=1) as f:
                for _ in range(2500):
                    f.write("".join(random.choices("abcdefgh", k=80)) + "\n")
    alone("gz_stream_run", folder)


def gz_stream_run(folder):
    state = np.zeros((100, 1000), np.float32)
    for epoch in range(2):
        for part in np.random.default_rng(epoch).permutation(5):
            with stage("train"), gzip.open(f"{folder}/l{part}", "rt") as f:
                for line in f:
                    state[0, len(line)] += 1
        with stage("checkpoint"):
            np.save(f"{folder}/j{epoch}.npy", state)


def sweep(folder):
    """Three programs train on the same data, each with a state of its own."""
    with stage("ingest"):
        numbers(0, 1_000_000).tofile(f"{folder}/all")
    runs = [subprocess.Popen([sys.executable, HERE, "sweep_run", folder, str(k)]) for k in range(3)]
    assert not any(one.wait() for one in runs)


def sweep_run(folder, which):
    state = np.zeros(200_000, np.float32)
    os.makedirs(f"{folder}/run{which}")
    for epoch in range(2):
        with stage("train"), open(f"{folder}/all", "rb", buffering=0) as f:
            while block := f.read(40_000):
                state[:10_000] += np.frombuffer(block, np.float32)
        with stage("checkpoint"):
            state.tofile(f"{folder}/run{which}/{epoch}")


def cached_first(folder):
    """The first epoch decodes and keeps the result, later ones read that."""
    os.makedirs(f"{folder}/raw")
    os.makedirs(f"{folder}/kept")
    with stage("ingest"):
        for i in range(60):
            with open(f"{folder}/raw/{i}", "wb") as f:
                f.write(random.randbytes(20_000))
    alone("cached_first_run", folder)


def cached_first_run(folder):
    state = np.zeros(120_000, np.float32)
    for epoch in range(3):
        for i in np.random.default_rng(epoch).permutation(60):
            if epoch == 0:
                with stage("prepare"):
                    with open(f"{folder}/raw/{i}", "rb") as f:
                        np.frombuffer(f.read(), np.uint8).astype(np.uint16).tofile(f"{folder}/kept/{i}")
            else:
                with stage("train"):
                    state[:20_000] += np.fromfile(f"{folder}/kept/{i}", dtype=np.uint16)
        with stage("checkpoint"):
            state.tofile(f"{folder}/st{epoch}")


def elsewhere(folder):
    """Data and state where systems keep their own."""
    homes = [f"{top}/{os.path.basename(os.path.dirname(folder))}-{os.getpid()}" for top in ("/var/lib", "/run", "/usr/share")]
    homes = [home for home in homes if os.access(os.path.dirname(home), os.W_OK)] or [folder]
    for home in homes:
        os.makedirs(home + "/d")
        for i in range(30):
            numbers(i, 5000).tofile(f"{home}/d/{i}")
    try:
        alone("elsewhere_run", folder, *homes)
    finally:
        subprocess.run(["rm", "-r", *homes], check=homes != [folder])


def elsewhere_run(folder, *homes):
    state = np.zeros(200_000, np.float32)
    for home in homes:
        for epoch in range(2):
            for i in np.random.default_rng(epoch).permutation(30):
                with stage("train"):
                    state[:5000] += np.fromfile(f"{home}/d/{i}", dtype=np.float32)
            with stage("checkpoint"):
                state.tofile(f"{home}/k{epoch}")
        with stage("restore"):
            np.fromfile(f"{home}/k1", dtype=np.float32)


# ---- preparation and inference ----

def shell_pipeline(folder):
    """Programs of a shell, one behind the other."""
    with stage("ingest"):
        for part in range(3):
            with open(f"{folder}/w{part}", "w") as f:
                for _ in range(6000):
                    f.write("".join(random.choices("abcdefgh", k=60)) + "\n")
    with stage("prepare"):
        subprocess.run("sort -S 1M w0 w1 w2 > all; gzip -1 -k all; tr a-h A-H < all | split -l 5000 - piece.", shell=True, cwd=folder, check=True)


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


if __name__ == "__main__":
    random.seed(0)
    globals()[sys.argv[1]](*sys.argv[2:])
