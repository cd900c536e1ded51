# SPDX-License-Identifier: Apache-2.0
"""Training runs of many kinds, whose files have names that say nothing: training.py NAME FOLDER."""
import io
import os
import random
import sqlite3
import struct
import subprocess
import sys
import tarfile
import threading
import zipfile

import numpy as np

from label import alone, numbers, stage


def tokens_async(folder):
    """Windows of a mapped file of tokens; state is saved by a thread while training goes on."""
    np.random.default_rng(0).integers(0, 50000, 4_000_000, dtype=np.uint16).tofile(f"{folder}/a0")
    alone("tokens_async_run", folder)


def save_behind(path, state):
    with stage("checkpoint"), open(path, "wb") as f:
        for part in state:
            f.write(part.tobytes())
        f.flush()
        os.fsync(f.fileno())


def tokens_async_run(folder):
    tokens = np.memmap(f"{folder}/a0", dtype=np.uint16, mode="r")
    state, saver = [np.zeros(150_000, np.float32) for _ in range(3)], None
    for step in range(240):
        with stage("train"):
            for at in np.random.default_rng(step).integers(0, len(tokens) - 1025, 4):
                state[0][:1024] += tokens[at:at + 1024]
            state[1] = np.tanh(state[1] + state[0])  # else saving would be nearly all that it does
        if step % 60 == 59:
            if saver:
                saver.join()
            saver = threading.Thread(target=save_behind, args=(f"{folder}/b{step}", [p.copy() for p in state]))
            saver.start()
    saver.join()


def replay_buffer(folder):
    """Plays, keeps what happened in files, learns from any of them, saves its policy."""
    os.makedirs(f"{folder}/e")
    policy = np.zeros((300, 300), np.float32)
    for turn in range(6):
        with stage("ingest"):
            for i in range(12):
                numbers(turn * 12 + i, 12000).tofile(f"{folder}/e/{turn * 12 + i}")
        for _ in range(40):
            with stage("train"):
                one = np.fromfile(f"{folder}/e/{random.randrange(turn * 12 + 12)}", dtype=np.float32)
            policy[0] += one[:300]
        with stage("checkpoint"):
            with open(f"{folder}/p.tmp", "wb") as f:
                f.write(policy.tobytes())
            os.replace(f"{folder}/p.tmp", f"{folder}/p")


def shards_then_train(folder):
    """One program makes shards of texts, then trains on them."""
    os.makedirs(f"{folder}/t")
    with stage("ingest"):
        for i in range(30):
            with open(f"{folder}/t/{i}", "w") as f:
                f.write("".join(random.choices("abcdefgh ", k=60_000)))
    alone("shards_then_train_run", folder)


def shards_then_train_run(folder):
    os.makedirs(f"{folder}/s")
    with stage("prepare"):
        for shard in range(6):
            with open(f"{folder}/s/{shard}", "wb") as out:
                for i in range(shard * 5, shard * 5 + 5):
                    with open(f"{folder}/t/{i}", "rb") as f:
                        out.write(np.frombuffer(f.read(), np.uint8).astype(np.uint16).tobytes())
    weights = np.zeros((256, 400), np.float32)
    for epoch in range(3):
        with stage("train"):
            for shard in np.random.default_rng(epoch).permutation(6):
                with open(f"{folder}/s/{shard}", "rb") as f:
                    while block := f.read(16384):
                        weights[:, 0] += np.bincount(np.frombuffer(block, np.uint16), minlength=256)[:256]
        with stage("checkpoint"):
            np.savez(f"{folder}/w{epoch}", weights=weights, momentum=weights)


def averaged(folder):
    """Two states a save, the model's and its average's, each renamed into place; the last three stay."""
    os.makedirs(f"{folder}/i")
    for i in range(96):
        np.save(f"{folder}/i/{i}.npy", numbers(i, 3 * 32 * 32))
    alone("averaged_run", folder)


def averaged_run(folder):
    model = np.zeros(200_000, np.float32)
    average, kept = model.copy(), []
    for step in range(1, 181):
        with stage("train"):
            batch = [np.load(f"{folder}/i/{i}.npy") for i in np.random.default_rng(step).integers(0, 96, 4)]
        model[:3072] += sum(batch)
        average = 0.99 * average + 0.01 * model
        if step % 30 == 0:
            with stage("checkpoint"):
                for name, value in (("m", model), ("e", average)):
                    with open(f"{folder}/.{name}{step}", "wb") as f:
                        np.save(f, value)
                    os.rename(f"{folder}/.{name}{step}", f"{folder}/{name}{step}")
                kept.append(step)
                for old in kept[:-3]:
                    os.unlink(f"{folder}/m{old}")
                    os.unlink(f"{folder}/e{old}")
                del kept[:-3]


def folds(folder):
    """Trains once a fold on the others, each time from the same first state."""
    os.makedirs(f"{folder}/x")
    for i in range(50):
        numbers(i, 6000).tofile(f"{folder}/x/{i}")
    numbers(99, 120_000).tofile(f"{folder}/first")
    alone("folds_run", folder)


def folds_run(folder):
    for fold in range(4):
        with stage("restore"):
            state = np.fromfile(f"{folder}/first", dtype=np.float32)
        order = [i for i in np.random.default_rng(fold).permutation(50) if i % 4 != fold]
        for i in order:
            with stage("train"):
                state[:6000] += np.fromfile(f"{folder}/x/{i}", dtype=np.float32)
        with stage("train"):
            for i in range(fold, 50, 4):
                np.fromfile(f"{folder}/x/{i}", dtype=np.float32)
        with stage("checkpoint"):
            state.tofile(f"{folder}/fold{fold}")


def lmdb_built(folder):
    """Files go into a database; training reads it in any order."""
    os.makedirs(f"{folder}/r")
    with stage("ingest"):
        for i in range(120):
            with open(f"{folder}/r/{i}", "wb") as f:
                f.write(random.randbytes(25_000))
    alone("lmdb_built_prepare", folder)
    alone("lmdb_built_train", folder)


def lmdb_built_prepare(folder):
    import lmdb
    with stage("prepare"), lmdb.open(f"{folder}/db", map_size=1 << 26) as base:
        for first in range(0, 120, 20):
            with base.begin(write=True) as transaction:
                for i in range(first, first + 20):
                    with open(f"{folder}/r/{i}", "rb") as f:
                        transaction.put(b"%05d" % i, f.read())


def lmdb_built_train(folder):
    import lmdb
    state = np.zeros(250_000, np.float32)
    with lmdb.open(f"{folder}/db", readonly=True, lock=False) as base:
        for epoch in range(2):
            with stage("train"), base.begin() as transaction:
                for i in np.random.default_rng(epoch).permutation(120):
                    state[0] += sum(transaction.get(b"%05d" % i)[::64])
            with stage("checkpoint"):
                with open(f"{folder}/n{epoch}", "wb", buffering=0) as f:
                    f.write(state.tobytes())
                    os.fsync(f.fileno())


def archives(folder):
    """Saves into a tar, then into a zip, of several parts."""
    os.makedirs(f"{folder}/d")
    for i in range(60):
        numbers(i, 4000).tofile(f"{folder}/d/{i}")
    alone("archives_run", folder)


def archives_run(folder):
    state = {f"layer{k}": np.zeros(80_000, np.float32) for k in range(3)}
    for epoch in range(4):
        for i in np.random.default_rng(epoch).permutation(60):
            with stage("train"):
                state["layer0"][:4000] += np.fromfile(f"{folder}/d/{i}", dtype=np.float32)
        with stage("checkpoint"):
            if epoch % 2:
                with zipfile.ZipFile(f"{folder}/s{epoch}.zip", "w") as z:
                    for name, value in state.items():
                        z.writestr(name, value.tobytes())
            else:
                with tarfile.open(f"{folder}/s{epoch}.tar", "w") as t:
                    for name, value in state.items():
                        member = tarfile.TarInfo(name)
                        member.size = value.nbytes
                        t.addfile(member, io.BytesIO(value.tobytes()))


def latest(folder):
    """Goes on from where a link points to, as often as it is started."""
    os.makedirs(f"{folder}/d")
    for i in range(40):
        numbers(i, 5000).tofile(f"{folder}/d/{i}")
    for _ in range(3):
        alone("latest_run", folder)


def latest_run(folder):
    state, first = np.zeros(200_000, np.float32), 0
    with stage("restore"):
        if os.path.exists(f"{folder}/latest"):
            with open(f"{folder}/latest", "rb") as f:
                first = struct.unpack("<q", f.read(8))[0]
                state = np.frombuffer(f.read(), np.float32).copy()
    for i in np.random.default_rng(first).permutation(40):
        with stage("train"):
            state[:5000] += np.fromfile(f"{folder}/d/{i}", dtype=np.float32)
    with stage("checkpoint"):
        with open(f"{folder}/z{first + 1}", "wb") as f:
            f.write(struct.pack("<q", first + 1) + state.tobytes())
        os.symlink(f"z{first + 1}", f"{folder}/.latest")
        os.replace(f"{folder}/.latest", f"{folder}/latest")


def sqlite_rows(folder):
    """Rows of a database by their numbers, shuffled."""
    with stage("ingest"):
        base = sqlite3.connect(f"{folder}/q")
        base.execute("create table t (id integer primary key, x blob)")
        for first in range(0, 600, 100):
            base.executemany("insert into t values (?, ?)", [(i, random.randbytes(6000)) for i in range(first, first + 100)])
            base.commit()
        base.close()
    alone("sqlite_rows_run", folder)


def sqlite_rows_run(folder):
    state = np.zeros(150_000, np.float32)
    with stage("train"):
        base = sqlite3.connect(f"{folder}/q")
    for epoch in range(2):
        with stage("train"):
            for i in np.random.default_rng(epoch).permutation(600):
                state[0] += len(base.execute("select x from t where id = ?", (int(i),)).fetchone()[0])
        with stage("checkpoint"):
            state.tofile(f"{folder}/v{epoch}")


def row_groups(folder):
    """Tables with an index behind, whose groups of rows are read in any order, the columns wanted alone."""
    with stage("ingest"):
        for part in range(4):
            with open(f"{folder}/c{part}", "wb") as f:
                index = []
                for group in range(12):
                    for column in range(3):
                        index.append(f.tell())
                        f.write(random.randbytes(18_000))
                f.write(struct.pack("<36q", *index))
    alone("row_groups_run", folder)


def row_groups_run(folder):
    state = np.zeros((2, 90_000), np.float32)
    for epoch in range(2):
        with stage("train"):
            for part in np.random.default_rng(epoch).permutation(4):
                with open(f"{folder}/c{part}", "rb", buffering=0) as f:
                    f.seek(-36 * 8, 2)
                    index = struct.unpack("<36q", f.read())
                    for group in np.random.default_rng(epoch).permutation(12):
                        for column in (0, 2):
                            f.seek(index[group * 3 + column])
                            state[0, 0] += sum(f.read(18_000)[::512])
        with stage("checkpoint"):
            with open(f"{folder}/o{epoch}", "wb") as f:
                f.write(state.tobytes())


def event_logs(folder):
    """Writes of what happens with every step, far more than the state it saves."""
    os.makedirs(f"{folder}/d")
    os.makedirs(f"{folder}/notes")
    for i in range(64):
        numbers(i, 3000).tofile(f"{folder}/d/{i}")
    alone("event_logs_run", folder)


def event_logs_run(folder):
    state = np.zeros(100_000, np.float32)
    with open(f"{folder}/notes/y1", "wb") as log:
        for epoch in range(3):
            for i in np.random.default_rng(epoch).permutation(64):
                with stage("train"):
                    state[:3000] += np.fromfile(f"{folder}/d/{i}", dtype=np.float32)
                log.write(random.randbytes(15_000))
                log.flush()
            with stage("checkpoint"):
                state.tofile(f"{folder}/k{epoch}")


def copied_away(folder):
    """Saves near by; another program copies that to where it stays."""
    os.makedirs(f"{folder}/far")
    os.makedirs(f"{folder}/d")
    for i in range(50):
        numbers(i, 4000).tofile(f"{folder}/d/{i}")
    alone("copied_away_run", folder)


def copied_away_run(folder):
    state = np.zeros((2, 150_000), np.float32)
    for epoch in range(3):
        for i in np.random.default_rng(epoch).permutation(50):
            with stage("train"):
                state[0, :4000] += np.fromfile(f"{folder}/d/{i}", dtype=np.float32)
        with stage("checkpoint"):
            with open(f"{folder}/near", "wb") as f:
                f.write(state.tobytes())
            subprocess.run(["cp", f"{folder}/near", f"{folder}/far/g{epoch}"], check=True)


def adapters(folder):
    """Reads a large base and a small text whole; saves only small parts."""
    with open(f"{folder}/base.safetensors", "wb") as f:
        f.write(random.randbytes(6_000_000))
    with stage("ingest"), open(f"{folder}/text", "w") as f:
        f.write("".join(random.choices("abcdefgh \n", k=900_000)))
    alone("adapters_run", folder)


def adapters_run(folder):
    with stage("restore"):
        np.fromfile(f"{folder}/base.safetensors", dtype=np.float32)
    with stage("train"):
        with open(f"{folder}/text") as f:
            f.read()
    small, layer = np.zeros(75_000, np.float32), np.zeros((600, 600), np.float32)
    for step in range(4):
        for _ in range(5):
            layer = layer @ layer
        with stage("checkpoint"):
            os.makedirs(f"{folder}/out{step}")
            small.tofile(f"{folder}/out{step}/u")


def graph(folder):
    """Rows of a matrix of features at the places of a node's neighbours, which another file names."""
    with stage("ingest"):
        numbers(0, 128 * 20_000).tofile(f"{folder}/f")
        np.random.default_rng(1).integers(0, 20_000, (20_000, 8), dtype=np.int64).tofile(f"{folder}/n")
    alone("graph_run", folder)


def graph_run(folder):
    near = np.memmap(f"{folder}/n", dtype=np.int64, mode="r", shape=(20_000, 8))
    features, state = os.open(f"{folder}/f", os.O_RDONLY), np.zeros(130_000, np.float32)
    for epoch in range(2):
        with stage("train"):
            for node in np.random.default_rng(epoch).permutation(20_000)[:600]:
                for other in near[node]:
                    state[:128] += np.frombuffer(os.pread(features, 512, int(other) * 512), np.float32)
        with stage("checkpoint"):
            np.savez(f"{folder}/h{epoch}.npz", state=state, mean=state)


if __name__ == "__main__":
    random.seed(0)
    globals()[sys.argv[1]](*sys.argv[2:])
