# SPDX-License-Identifier: Apache-2.0
"""Training loops of PyTorch over data of several formats: loops.py NAME FOLDER."""
import copy
import json
import os
import random
import shutil
import sys
import tarfile
import threading
import time

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, IterableDataset

from label import stage

WIDTH = 2048


def make_model():
    return torch.nn.Sequential(torch.nn.Linear(WIDTH, 64), torch.nn.ReLU(), torch.nn.Linear(64, 4))


def step(model, optimizer, batch):
    loss = model(batch).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def fit(folder, data, epochs=2, workers=0, save=None, **options):
    model = make_model()
    optimizer = torch.optim.AdamW(model.parameters())
    for epoch in range(epochs):
        with stage("train"):
            for batch in DataLoader(data, batch_size=8, num_workers=workers, **options):
                step(model, optimizer, batch)
        if save:
            with stage("checkpoint"):
                save(folder, epoch, model, optimizer)
    return model, optimizer


def state_of(epoch, model, optimizer):
    return {"epoch": epoch, "model": model.state_dict(), "optimizer": optimizer.state_dict()}


def save_neutral(folder, epoch, model, optimizer):
    torch.save(state_of(epoch, model, optimizer), f"{folder}/b{epoch:04}")


def save_atomic(folder, epoch, model, optimizer):
    with open(f"{folder}/state.new", "wb") as f:
        torch.save(state_of(epoch, model, optimizer), f)
        f.flush()
        os.fsync(f.fileno())
    os.replace(f"{folder}/state.new", f"{folder}/state")


def save_best(folder, epoch, model, optimizer):
    """As the ImageNet example of PyTorch does."""
    torch.save(state_of(epoch, model, optimizer), f"{folder}/checkpoint.pth.tar")
    if epoch % 2 == 0:
        shutil.copyfile(f"{folder}/checkpoint.pth.tar", f"{folder}/model_best.pth.tar")


def save_kept(folder, epoch, model, optimizer, keep=2):
    os.makedirs(f"{folder}/out", exist_ok=True)
    torch.save(state_of(epoch, model, optimizer), f"{folder}/out/step_{epoch:06}.bin")
    for old in sorted(os.listdir(f"{folder}/out"))[:-keep]:
        os.remove(f"{folder}/out/{old}")


class Files(Dataset):
    def __init__(self, folder):
        self.paths = [f"{folder}/{name}" for name in sorted(os.listdir(folder))]

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, i):
        with open(self.paths[i], "rb") as f:
            return torch.frombuffer(bytearray(f.read()), dtype=torch.float32)


def make_files(folder, count=64, name="a{:04}"):
    os.makedirs(folder, exist_ok=True)
    with stage("ingest"):
        for i in range(count):
            with open(f"{folder}/{name.format(i)}", "wb") as f:
                f.write(np.random.default_rng(i).standard_normal(WIDTH, dtype=np.float32).tobytes())


def neutral_files(folder, workers=0):
    make_files(f"{folder}/things")
    with stage("train"):
        data = Files(f"{folder}/things")
    fit(folder, data, 3, workers, save_neutral, shuffle=True)


def neutral_files_2(folder):
    neutral_files(folder, 2)


class Blob(Dataset):
    """Random crops of one mapped file."""

    def __init__(self, path):
        self.path = path

    def __len__(self):
        return 160

    def __getitem__(self, i):
        data = np.memmap(self.path, dtype=np.float32, mode="r")
        at = random.randrange(len(data) - WIDTH)
        return torch.from_numpy(np.array(data[at:at + WIDTH]))


def make_blob(path, rows=600):
    with stage("ingest"), open(path, "wb") as f:
        for i in range(rows):
            f.write(np.random.default_rng(i).standard_normal(WIDTH, dtype=np.float32).tobytes())


def blob_memmap(folder, workers=0):
    make_blob(f"{folder}/blob.bin")
    fit(folder, Blob(f"{folder}/blob.bin"), 2, workers, save_atomic)


def blob_memmap_2(folder):
    blob_memmap(folder, 2)


class Npy(Blob):
    def __getitem__(self, i):
        return torch.from_numpy(np.array(np.load(self.path, mmap_mode="r")[random.randrange(600)]))


def npy_memmap(folder, workers=2):
    with stage("ingest"):
        np.save(f"{folder}/train.npy", np.random.default_rng(0).standard_normal((600, WIDTH), dtype=np.float32))
    fit(folder, Npy(f"{folder}/train.npy"), 2, workers, save_best)


class Shards(IterableDataset):
    def __init__(self, paths):
        self.paths = paths

    def __iter__(self):
        info = torch.utils.data.get_worker_info()
        paths = self.paths[info.id::info.num_workers] if info else list(self.paths)
        random.shuffle(paths)
        for path in paths:
            with tarfile.open(path, "r|") as tar:
                for member in tar:
                    yield torch.frombuffer(bytearray(tar.extractfile(member).read()), dtype=torch.float32)


def make_shards(folder, count=6, name="shard-{:06}.tar"):
    make_files(f"{folder}/raw", 8 * count)
    os.makedirs(f"{folder}/shards")
    with stage("prepare"):
        for i in range(count):
            with tarfile.open(f"{folder}/shards/{name.format(i)}", "w") as tar:
                for k in range(8):
                    tar.add(f"{folder}/raw/a{8 * i + k:04}", arcname=f"{k}.f32")
    return [f"{folder}/shards/{name.format(i)}" for i in range(count)]


def webdataset(folder, workers=2, epochs=2):
    fit(folder, Shards(make_shards(folder)), epochs, workers, save_best)


def webdataset_0(folder):
    webdataset(folder, 0)


def one_epoch_of_shards(folder):
    """No file is ever read twice."""
    paths = make_shards(folder, name="p{:02}")
    if not os.fork():
        fit(folder, Shards(paths), 1, 0, save_neutral)
        os._exit(0)
    os.wait()


class Hdf5(Dataset):
    def __init__(self, path):
        self.path, self.file = path, None

    def __len__(self):
        return 160

    def __getitem__(self, i):
        import h5py
        self.file = self.file or h5py.File(self.path, "r")
        return torch.from_numpy(self.file["x"][i])


def hdf5(folder, workers=0, name="train.h5"):
    import h5py
    with stage("ingest"), h5py.File(f"{folder}/{name}", "w") as f:
        f.create_dataset("x", data=np.random.default_rng(0).standard_normal((160, WIDTH), dtype=np.float32), chunks=(4, WIDTH))
    fit(folder, Hdf5(f"{folder}/{name}"), 2, workers, save_kept, shuffle=True)


def hdf5_2(folder):
    hdf5(folder, 2, "everything")


class Lmdb(Dataset):
    def __init__(self, path):
        self.path, self.environment = path, None

    def __len__(self):
        return 160

    def __getitem__(self, i):
        import lmdb
        self.environment = self.environment or lmdb.open(self.path, readonly=True, lock=False)
        with self.environment.begin() as transaction:
            return torch.frombuffer(bytearray(transaction.get(b"%06d" % i)), dtype=torch.float32)


def make_lmdb(path):
    import lmdb
    with stage("ingest"):
        environment = lmdb.open(path, map_size=64 << 20)
        with environment.begin(write=True) as transaction:
            for i in range(160):
                transaction.put(b"%06d" % i, np.random.default_rng(i).standard_normal(WIDTH, dtype=np.float32).tobytes())
        environment.close()


def lmdb_shuffled(folder, workers=2):
    make_lmdb(f"{folder}/set")
    fit(folder, Lmdb(f"{folder}/set"), 2, workers, save_atomic, shuffle=True)


def validation_and_resume(folder, epochs=3):
    """Two processes: the second one goes on where the first one was."""
    make_files(f"{folder}/train", 64)
    make_files(f"{folder}/val", 16)
    for _ in range(2):
        if not os.fork():
            resume_and_validate(folder, epochs)
            os._exit(0)
        os.wait()


def resume_and_validate(folder, epochs):
    model = make_model()
    optimizer = torch.optim.AdamW(model.parameters())
    average = copy.deepcopy(model)
    os.makedirs(f"{folder}/run", exist_ok=True)
    first = 0
    with stage("restore"):
        saved = sorted(n for n in os.listdir(f"{folder}/run") if n.endswith(".pt"))
        if saved:
            state = torch.load(f"{folder}/run/{saved[-1]}")
            model.load_state_dict(state["model"])
            optimizer.load_state_dict(state["optimizer"])
            first = state["epoch"] + 1
    log = open(f"{folder}/run/log.jsonl", "a", buffering=1)
    for epoch in range(first, first + epochs):
        with stage("train"):
            for batch in DataLoader(Files(f"{folder}/train"), batch_size=8, shuffle=True):
                loss = step(model, optimizer, batch)
            with torch.no_grad():
                seen = [model(batch).mean().item() for batch in DataLoader(Files(f"{folder}/val"), batch_size=8)]
        log.write(json.dumps({"epoch": epoch, "loss": loss, "val": seen}) + "\n")
        with stage("checkpoint"):
            torch.save(state_of(epoch, model, optimizer), f"{folder}/run/epoch{epoch}.pt")
            torch.save(average.state_dict(), f"{folder}/run/ema.pt")


def background_saver(folder):
    """A thread writes while training goes on."""
    import io
    make_files(f"{folder}/data", 64)
    model = make_model()
    optimizer = torch.optim.AdamW(model.parameters())
    threads = []

    def write(path, block):
        with open(path + ".part", "wb") as f:
            for at in range(0, len(block), 1 << 16):
                f.write(block[at:at + (1 << 16)])
                time.sleep(0.001)
            os.fsync(f.fileno())
        os.rename(path + ".part", path)

    for epoch in range(3):
        with stage("train"):
            for batch in DataLoader(Files(f"{folder}/data"), batch_size=8, shuffle=True):
                step(model, optimizer, batch)
        with stage("checkpoint"):
            block = io.BytesIO()
            torch.save(state_of(epoch, model, optimizer), block)
            threads.append(threading.Thread(target=write, args=(f"{folder}/s{epoch}", block.getvalue())))
            threads[-1].start()
    for thread in threads:
        thread.join()


def in_memory(folder):
    """All data are read at once, when the run begins."""
    with stage("ingest"):
        np.savez(f"{folder}/set.npz", x=np.random.default_rng(0).standard_normal((300, WIDTH), dtype=np.float32))
    if not os.fork():
        with stage("train"):
            data = torch.from_numpy(np.load(f"{folder}/set.npz")["x"])
        fit(folder, data, 2, 0, save_atomic)
        os._exit(0)
    os.wait()


def finetune(folder):
    """Weights of another model first, adapters saved last; metrics beside."""
    torch.save(make_model().state_dict(), f"{folder}/pretrained.bin")
    make_files(f"{folder}/data", 48)
    if not os.fork():
        model = make_model()
        with stage("restore"):
            model.load_state_dict(torch.load(f"{folder}/pretrained.bin"))
        optimizer = torch.optim.SGD(model.parameters(), 0.1)
        for _ in range(2):
            with stage("train"):
                for batch in DataLoader(Files(f"{folder}/data"), batch_size=8, shuffle=True, num_workers=1):
                    step(model, optimizer, batch)
        with stage("checkpoint"):
            torch.save(model[0].state_dict(), f"{folder}/adapter.bin")
        os._exit(0)
    os.wait()


if __name__ == "__main__":
    torch.manual_seed(0)
    torch.set_num_threads(1)
    random.seed(0)
    globals()[sys.argv[1]](sys.argv[2])
