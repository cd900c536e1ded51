# SPDX-License-Identifier: Apache-2.0
"""Where models come from and where they go: models.py NAME FOLDER."""
import glob
import json
import multiprocessing
import os
import pickle
import random
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np

from label import alone, numbers, stage


def arrays(folder, name, count, length):
    os.makedirs(f"{folder}/{name}")
    for i in range(count):
        numbers(i, length).tofile(f"{folder}/{name}/{i}")


def federated(folder):
    """A model goes to clients, which learn from what they have and send it back."""
    for client in range(2):
        arrays(folder, f"c{client}", 10, 15_000)
    alone("federated_run", folder)


def federated_run(folder):
    model = np.zeros(150_000, np.float32)
    for turn in range(3):
        with stage("checkpoint"):
            np.save(f"{folder}/global{turn}.npy", model)
        for client in range(2):
            alone("federated_client", folder, str(client), str(turn))
        with stage("restore"):
            model = np.mean([np.load(f"{folder}/c{client}/update{turn}.npy") for client in range(2)], 0)


def federated_client(folder, client, turn):
    with stage("restore"):
        model = np.load(f"{folder}/global{turn}.npy")
    for epoch in range(2):
        for i in np.random.default_rng(epoch).permutation(10):
            with stage("train"):
                model[:15_000] += np.fromfile(f"{folder}/c{client}/{i}", np.float32)
    with stage("checkpoint"):
        np.save(f"{folder}/c{client}/update{turn}.npy", model)


def mean_of_last(folder):
    """Another program makes one state of the last ones."""
    arrays(folder, "x", 40, 8000)
    alone("mean_of_last_train", folder)
    alone("mean_of_last_run", folder)


def mean_of_last_train(folder):
    state = np.zeros(150_000, np.float32)
    for epoch in range(5):
        for i in np.random.default_rng(epoch).permutation(40):
            with stage("train"):
                state[:8000] += np.fromfile(f"{folder}/x/{i}", np.float32)
        with stage("checkpoint"), open(f"{folder}/e{epoch}", "wb") as f:
            pickle.dump(state, f)


def mean_of_last_run(folder):
    states = []
    with stage("restore"):
        for epoch in range(2, 5):
            with open(f"{folder}/e{epoch}", "rb") as f:
                states.append(pickle.load(f))
    with stage("checkpoint"), open(f"{folder}/mean", "wb") as f:
        pickle.dump(np.mean(states, 0), f)


def last_and_best(folder):
    """The kernel copies what was saved; a second program goes on from it, and copies, too."""
    arrays(folder, "x", 40, 8000)
    alone("last_and_best_run", folder, "0")
    alone("last_and_best_run", folder, "3")


def last_and_best_run(folder, first):
    import torch
    net = torch.nn.Linear(8000, 20)
    if first != "0":
        with stage("restore"):
            net.load_state_dict(torch.load(f"{folder}/last.pth.tar"))
    for epoch in range(int(first), int(first) + 3):
        for i in np.random.default_rng(epoch).permutation(40):
            with stage("train"):
                x = torch.from_numpy(np.fromfile(f"{folder}/x/{i}", np.float32))
            net(x).sum().backward()
        with stage("checkpoint"):
            torch.save(net.state_dict(), f"{folder}/last.pth.tar")
            shutil.copyfile(f"{folder}/last.pth.tar", f"{folder}/best.pth.tar")


def stream_ranks(folder):
    """One program makes shards of one size, of which two ranks read all once; the first saves."""
    os.makedirs(f"{folder}/s")
    with open(f"{folder}/text", "w") as f:
        f.write("".join(random.choices("abcdefgh ", k=2_000_000)))
    alone("stream_ranks_prepare", folder)
    ranks = [subprocess.Popen([sys.executable, os.path.abspath(sys.argv[0]), "stream_ranks_run", folder],
                              env={**os.environ, "RANK": str(rank), "WORLD_SIZE": "2"}) for rank in range(2)]
    assert not any(rank.wait() for rank in ranks)


def stream_ranks_prepare(folder):
    with stage("prepare"), open(f"{folder}/text", "rb") as f:
        for shard in range(8):
            tokens = np.frombuffer(f.read(300_000), np.uint8).astype(np.uint16)
            with open(f"{folder}/s/{shard:06}.bin", "wb") as out:
                out.write(np.zeros(256, np.int32).tobytes())
                out.write(tokens.tobytes())


def stream_ranks_run(folder):
    rank, state, step = int(os.environ["RANK"]), np.zeros(200_000, np.float32), 0
    for path in sorted(glob.glob(f"{folder}/s/*.bin")):
        with stage("train"), open(path, "rb") as f:
            f.seek(1024)
            tokens = np.frombuffer(f.read(), np.uint16)
        for at in range(rank * 8192, len(tokens) - 8192, 2 * 8192):
            state[:8192] += tokens[at:at + 8192]
            step += 1
            if step % 25 == 0 and rank == 0:
                with stage("checkpoint"), open(f"{folder}/state{step:06}.pt", "wb") as f:
                    f.write(state.tobytes())


def forks_share(folder):
    """Two forks read each other file once, of which the first saves."""
    arrays(folder, "x", 24, 20_000)
    alone("forks_share_run", folder)


def forks_share_rank(folder, rank):
    state = np.zeros(200_000, np.float32)
    for k, i in enumerate(np.random.default_rng(0).permutation(24)[rank::2]):
        with stage("train"):
            state[:20_000] += np.fromfile(f"{folder}/x/{i}", np.float32)
        if rank == 0 and k % 6 == 5:
            with stage("checkpoint"), open(f"{folder}/model{k}.ckpt", "wb") as f:
                f.write(state.tobytes())


def forks_share_run(folder):
    context = multiprocessing.get_context("fork")
    ranks = [context.Process(target=forks_share_rank, args=(folder, rank)) for rank in range(2)]
    for rank in ranks:
        rank.start()
    for rank in ranks:
        rank.join()


def fetched_then_used(folder):
    """A hub's files get their names when they are there, and are used by links."""
    import http.server
    arrays(folder, "q", 40, 2000)
    os.makedirs(f"{folder}/origin")
    for name, size in (("model", 3_000_000), ("words", 50_000)):
        with open(f"{folder}/origin/{name}", "wb") as f:
            f.write(random.randbytes(size))

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("localhost", 0), lambda *a: Quiet(*a, directory=f"{folder}/origin"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    alone("fetched_then_used_run", folder, str(server.server_port))
    server.shutdown()


def fetched_then_used_run(folder, port):
    import urllib.request
    os.makedirs(f"{folder}/hub/blobs")
    os.makedirs(f"{folder}/hub/now")
    with stage("ingest"):
        for k, name in enumerate(("model", "words")):
            part = f"{folder}/hub/blobs/{k}.part"
            with urllib.request.urlopen(f"http://localhost:{port}/{name}") as answer, open(part, "wb") as f:
                shutil.copyfileobj(answer, f)
            os.rename(part, part[:-5])
            os.symlink(f"../blobs/{k}", f"{folder}/hub/now/{name}")
    with stage("inference"):
        for name in ("words", "model"):
            with open(f"{folder}/hub/now/{name}", "rb") as f:
                f.read()
        for i in range(40):
            np.fromfile(f"{folder}/q/{i}", np.float32)


def pool_of_models(folder):
    """Each process of a pool loads the model, then answers."""
    np.save(f"{folder}/net.npy", numbers(0, 500_000))
    arrays(folder, "q", 60, 2000)
    alone("pool_of_models_run", folder)


def pool_of_models_begin(folder):
    with stage("inference"):
        np.load(f"{folder}/net.npy")


def pool_of_models_one(path):
    with stage("inference"):
        x = np.fromfile(path, np.float32)
        with open(path + ".out", "w") as f:
            f.write(str(x.mean()))


def pool_of_models_run(folder):
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context, initializer=pool_of_models_begin, initargs=(folder,)) as pool:
        list(pool.map(pool_of_models_one, [f"{folder}/q/{i}" for i in range(60)]))


def uneven_pool(folder):
    """One process of a pool answers nearly all, the other hardly anything."""
    np.save(f"{folder}/net.npy", numbers(0, 500_000))
    arrays(folder, "q", 60, 2000)
    alone("uneven_pool_run", folder)


def uneven_pool_run(folder):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=uneven_pool_worker, args=(folder, *part)) for part in [(0, 57), (57, 60)]]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0


def uneven_pool_worker(folder, first, end):
    pool_of_models_begin(folder)
    for i in range(first, end):
        pool_of_models_one(f"{folder}/q/{i}")


def retrieval(folder):
    """Builds an index through memory; another program looks up what it names."""
    os.makedirs(f"{folder}/k")
    for i in range(120):
        with open(f"{folder}/k/{i}.md", "w") as f:
            f.write("".join(random.choices("abc \n", k=9000)))
    alone("retrieval_build", folder)
    alone("retrieval_run", folder)


def retrieval_build(folder):
    with stage("prepare"):
        index, places = np.memmap(f"{folder}/index", np.float32, "w+", shape=(120, 4096)), []
        with open(f"{folder}/store", "w") as out:
            for i in range(120):
                with open(f"{folder}/k/{i}.md") as f:
                    text = f.read()
                places.append(out.tell())
                out.write(text)
                index[i] = np.resize(np.frombuffer(text.encode(), np.uint8), 4096)
        index.flush()
        np.save(f"{folder}/places.npy", np.array(places))


def retrieval_run(folder):
    with stage("inference"):
        places = np.load(f"{folder}/places.npy")
        index = np.array(np.memmap(f"{folder}/index", np.float32, "r", shape=(120, 4096)))
        with open(f"{folder}/store", "rb") as store:
            for question in range(60):
                for found in np.argsort(index @ numbers(question, 4096))[:3]:
                    store.seek(places[found])
                    store.read(9000)


def segments(folder):
    """Appends what comes in to segments, and begins a new one where one is full."""
    with stage("ingest"):
        number = 0
        for _ in range(6):
            with open(f"{folder}/{number:08}", "ab") as f:
                for i in range(60):
                    f.write(random.randbytes(12_000))
                    f.flush()
                    if i % 20 == 0:
                        os.fsync(f.fileno())
            number += 720_000


def experts(folder):
    """Threads save parts of a state into a folder of its own; two of these are kept."""
    np.random.default_rng(0).integers(0, 1000, 1_000_000, dtype=np.uint16).tofile(f"{folder}/tokens")
    alone("experts_run", folder, "1")
    alone("experts_run", folder, "61")


def experts_run(folder, first):
    parts = [np.zeros(90_000, np.float32) for _ in range(4)]
    with stage("restore"):
        if os.path.exists(f"{folder}/c"):
            last = sorted(os.listdir(f"{folder}/c"))[-1]
            with open(f"{folder}/c/{last}/manifest.json") as f:
                json.load(f)
            parts = [np.fromfile(f"{folder}/c/{last}/e{k}", np.float32) for k in range(4)]
    with stage("train"):
        tokens = np.memmap(f"{folder}/tokens", np.uint16, "r")
    for step in range(int(first), int(first) + 60):
        at = random.randrange(990_000)
        with stage("train"):
            parts[step % 4][:1000] += tokens[at:at + 1000]
        if step % 20 == 0:
            experts_save(f"{folder}/c", f"{step:06}", parts)


def experts_save(folder, name, parts):
    def save(k):
        with stage("checkpoint"):
            parts[k].tofile(f"{folder}/{name}/e{k}")

    with stage("checkpoint"):
        os.makedirs(f"{folder}/{name}")
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(save, range(4)))
        with open(f"{folder}/{name}/manifest.json", "w") as f:
            json.dump(name, f)
        for old in sorted(os.listdir(folder))[:-2]:
            shutil.rmtree(f"{folder}/{old}")


if __name__ == "__main__":
    random.seed(0)
    globals()[sys.argv[1]](*sys.argv[2:])
